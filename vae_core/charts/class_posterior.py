"""Charts of p(C|z): the map over a plane, the probabilities at a point, scores against β and number of images."""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.drawing import Drawing, columns
from vae_core.charts.palette import COLOURS, LABELS, SEQUENTIAL
from vae_core.charts.plane import extent, named_scales
from vae_core.posterior_map import PosteriorMap, Window, name_places

GAUSSIAN, MIXTURE = "#2b678d", "#e0457b"  # the two ways to know a class, on all charts of the chapter
_NAMES = ["one Gaussian", "the mixture"]
CLICK = "place"  # name of the selection of the map
_HALF_CELL = "half_cell"  # name of a number of the map


def posterior_map(
    found: PosteriorMap,
    shown: Window,
    entropies: bool,
    point: np.ndarray,
    titles: tuple[str, str],
    classes: int = 10,
    height: int = 440,
) -> Drawing:
    """The most probable class at every place, or the entropy of p(C|z); a click gives the place.

    Args:
        found: what to draw, and `shown` its window.
        entropies: whether to colour by entropy instead of by class.
        point: the place chosen, (2,), drawn as a cross where it lies in the window.
        titles: of the two axes.
        classes: the largest entropy is their logarithm.
        height: pixels.
    """
    places = name_places(found)
    tables = {
        "cells": {
            "x": found.xy[:, 0].astype(np.float32),
            "y": found.xy[:, 1].astype(np.float32),
            "digit": found.named.astype(str),
            "probability": found.probability.round(3).astype(np.float32),
            "entropy": found.entropy.round(3).astype(np.float32),
        },
        "names": {
            "x": [float(place[0]) for place in places.values()],
            "y": [float(place[1]) for place in places.values()],
            "digit": [str(label) for label in places],
        },
    }
    here = bool((np.abs(point - shown.centre) <= shown.half).all())
    if here:
        tables["here"] = {"x": [float(point[0])], "y": [float(point[1])]}
    corners = np.stack([shown.centre - shown.half, shown.centre + shown.half])
    numbers = extent(corners) | {_HALF_CELL: found.step * 0.62}  # cells overlap by a pixel, so that no seams show
    return Drawing(_map_look(entropies, here, titles, classes, height), tables, numbers)


@lru_cache(maxsize=32)
def _map_look(entropies: bool, here: bool, titles: tuple[str, str], classes: int, height: int) -> alt.LayerChart:
    x, y, params = named_scales(titles, zero_lines=False)
    if entropies:
        colour = alt.Color(
            "entropy:Q",
            title="entropy, nats",
            scale=alt.Scale(domain=[0, round(float(np.log(classes)), 3)], range=list(SEQUENTIAL)),
        )
    else:
        colour = alt.Color("digit:N", legend=None, scale=alt.Scale(domain=LABELS, range=COLOURS))
    left, low = x.copy(), y.copy()
    left["shorthand"], low["shorthand"] = "left:Q", "low:Q"
    cells = (
        alt.Chart(alt.NamedData("cells"))
        .transform_calculate(left=f"datum.x - {_HALF_CELL}", right=f"datum.x + {_HALF_CELL}")
        .transform_calculate(low=f"datum.y - {_HALF_CELL}", high=f"datum.y + {_HALF_CELL}")
        .mark_rect(strokeWidth=0)
        .encode(
            x=left,
            x2=alt.X2("right:Q"),
            y=low,
            y2=alt.Y2("high:Q"),
            color=colour,
            tooltip=[
                alt.Tooltip("digit:N", title="most probable"),
                alt.Tooltip("probability:Q", title="its probability", format=".3f"),
                alt.Tooltip("entropy:Q", title="entropy, nats", format=".3f"),
            ],
        )
        .add_params(alt.selection_point(fields=["x", "y"], name=CLICK, toggle=False))
    )
    base = alt.Chart(alt.NamedData("names")).encode(x=x, y=y)
    discs = base.mark_circle(size=330, opacity=1, color="#10161f", stroke="white", strokeWidth=1.5)
    numbers = base.mark_text(fontSize=13, fontWeight="bold", color="white").encode(text=alt.Text("digit:N"))
    layers = [cells, discs, numbers]
    if here:
        place = alt.Chart(alt.NamedData("here")).encode(x=x, y=y)
        layers.append(
            place.mark_point(
                shape="cross", size=330, filled=True, color="white", stroke="#10161f", strokeWidth=2, opacity=1
            )
        )
    height += 70 if entropies else 0  # for the legend, so that both maps are as large
    return (
        alt.layer(*layers)
        .add_params(*params, alt.param(name=_HALF_CELL, value=1.0))
        .properties(height=height)
        .configure_legend(orient="bottom", gradientLength=180)
    )


def probabilities(gaussian: np.ndarray, mixture: np.ndarray, height: int = 300) -> Drawing:
    """p(C|z) of one point, the ten classes side by side, from both; (K,) each."""
    bars = {
        "digit": [str(label) for label in range(len(gaussian))] * 2,
        "p(C|z)": np.concatenate([gaussian, mixture]),
        "p(z|C) is": np.repeat(_NAMES, len(gaussian)),
    }
    return Drawing(_bars_look(height), {"bars": bars})


@lru_cache(maxsize=4)
def _bars_look(height: int) -> alt.LayerChart:
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_bar()
        .encode(
            x=alt.X("digit:N", title="class C", axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("p(z|C) is:N"),
            y=alt.Y("p(C|z):Q", scale=alt.Scale(domain=[0, 1])),
            color=_two("p(z|C) is"),
            tooltip=[alt.Tooltip("digit:N"), alt.Tooltip("p(z|C) is:N"), alt.Tooltip("p(C|z):Q", format=".4f")],
        )
    )
    return alt.layer(bars).properties(height=height).configure_legend(orient="bottom")


def scores_against(table: pd.DataFrame, x: str, value: str, height: int = 320) -> Drawing:
    """Accuracy or log-loss against a logarithmic axis, for both ways to know a class.

    Args:
        table: columns `x`, "p(z|C) is", "accuracy", "log-loss, nats"; one row a point.
        x: name of the column along the axis.
        value: "accuracy" or "log-loss, nats", the latter on a logarithmic axis.
        height: pixels.
    """
    look = _scores_look(x, value, tuple(sorted(table[x].unique().tolist())), height)
    return Drawing(look, {"scores": columns(table, *table)})


@lru_cache(maxsize=32)
def _scores_look(x: str, value: str, ticks: tuple[float, ...], height: int) -> alt.LayerChart:
    across = alt.X(
        f"{x}:Q",
        scale=alt.Scale(type="log", nice=False, padding=14),
        axis=alt.Axis(values=list(ticks), grid=True, format="~g", labelOverlap="greedy"),
    )
    if value == "accuracy":
        y = alt.Y(f"{value}:Q", scale=alt.Scale(zero=False), axis=alt.Axis(format="%", tickCount=5))
    else:
        y = alt.Y(
            f"{value}:Q", scale=alt.Scale(type="log", nice=False, padding=12), axis=alt.Axis(format="~g", tickCount=4)
        )
    lines = (
        alt.Chart(alt.NamedData("scores"))
        .mark_line(point=alt.OverlayMarkDef(size=70, filled=True), strokeWidth=2.5)
        .encode(
            x=across,
            y=y,
            color=_two("p(z|C) is"),
            shape=alt.Shape("p(z|C) is:N", scale=alt.Scale(domain=_NAMES, range=["circle", "square"])),
            tooltip=[
                f"{x}:Q",
                alt.Tooltip("p(z|C) is:N"),
                alt.Tooltip("accuracy:Q", format=".1%"),
                alt.Tooltip("log-loss, nats:Q", format=".3f"),
            ],
        )
    )
    return alt.layer(lines).properties(height=height).configure_legend(orient="bottom")


def _two(field: str) -> alt.Color:
    return alt.Color(f"{field}:N", title=field, scale=alt.Scale(domain=_NAMES, range=[GAUSSIAN, MIXTURE]))
