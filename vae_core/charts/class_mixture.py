"""Charts of p(z|C): the mixture as it forms, beside its Gaussian, two Gaussians in 1-D, divergences from the prior."""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.channels import either
from vae_core.charts.drawing import Columns, Drawing
from vae_core.charts.drawing import curves as named_curves
from vae_core.charts.palette import COLOURS, DIGITS, DIVERGING, LABELS, SHAPES
from vae_core.charts.plane import extent as extent_of
from vae_core.charts.plane import named_scales, zoom
from vae_core.contours import contour, mass_level
from vae_core.ellipses import ellipse, mass_within
from vae_core.planar_mixture import Grid, PlanarMixture

MIXTURE, GAUSSIAN, PRIOR = "#e0457b", "#2b678d", "#7a828c"  # the two ways to know a class as in charts.class_posterior
_ONE, _MIXTURE, _GAUSSIAN, _PRIOR = "an image, 1 σ", "the mixture", "one Gaussian", "the prior"
_AROUND_ONE = 22  # points of an image's ellipse
DRAWN = 40  # ellipses of single images; more would be one blot
# The mixture's contours hold as much as a Gaussian's one- and two-sigma ellipses, so the two can be compared.
MASSES = tuple(float(mass) for mass in mass_within([1, 2], 2))


def building(
    shown: PlanarMixture,
    density: np.ndarray,
    grid: Grid,
    label: int,
    pictures: list[str],
    extent: np.ndarray,
    titles: tuple[str, str],
    height: int = 520,
) -> Drawing:
    """The mixture of the images so far: their Gaussians, the density's contours, the matched Gaussian, the prior.

    Args:
        shown: the images so far, latest last.
        density: of their mixture on the `grid`.
        label: the class.
        pictures: PNG data URIs of the images.
        extent: points that the axes must show whatever the number of images, (E, 2).
        titles: of the two axes.
        height: pixels.
    """
    mean, covariance = shown.moments()
    recent = slice(max(0, len(shown.mean) - DRAWN), None)
    images = ellipse(shown.mean[recent], shown.covariance[recent], 1.0, _AROUND_ONE)  # (I, P, 2)
    outlines = [(_ONE, line) for line in images]
    for n in (1.0, 2.0):
        outlines += [(_GAUSSIAN, ellipse(mean, covariance, n)), (_PRIOR, ellipse(np.zeros(2), np.eye(2), n))]
    tables = {
        "means": {
            "x": shown.mean[:, 0].round(3),
            "y": shown.mean[:, 1].round(3),
            "image": pictures[: len(shown.mean)],
        },
        "outlines": named_curves([(curve, line.round(4)) for curve, line in outlines]),
        "cuts": _contours(density, grid),
    }
    return Drawing(_building_look(label, titles, height), tables, extent_of(extent))


@lru_cache(maxsize=32)
def _building_look(label: int, titles: tuple[str, str], height: int) -> alt.LayerChart:
    style = DIGITS[label]
    x, y, params = named_scales(titles)
    stroke, dash = _legend(
        {
            _ONE: (style.colour, [1, 0]),
            _MIXTURE: (MIXTURE, [1, 0]),
            _GAUSSIAN: (GAUSSIAN, [7, 3]),
            _PRIOR: (PRIOR, [2, 3]),
        }
    )
    base = alt.Chart(alt.NamedData("means")).encode(x=x, y=y, tooltip=[alt.Tooltip("image:N", title="image")])
    means = base.mark_point(filled=True, opacity=0.55, size=26, color=style.colour, shape=style.shape)
    lines = (
        alt.Chart(alt.NamedData("outlines"))
        .mark_line(strokeWidth=1.6, clip=True)
        .encode(
            x=x,
            y=y,
            order=alt.Order("order:Q"),
            detail=alt.Detail("line:N"),
            stroke=stroke,
            strokeDash=dash,
            opacity=either(alt.OpacityValue, alt.datum.curve == _ONE, 0.55, 1),
        )
    )
    rules = (
        alt.Chart(alt.NamedData("cuts"))
        .mark_rule(strokeWidth=2.4, strokeCap="round")
        .encode(x=x, y=y, x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), stroke=stroke, strokeDash=dash)
    )
    return (
        alt.layer(means.add_params(zoom()), lines, rules)
        .add_params(*params)
        .properties(height=height)
        .configure_legend(orient="bottom", columns=2, labelLimit=260, symbolSize=300)
    )


def cells(
    values: np.ndarray, grid: Grid, extent: np.ndarray, titles: tuple[str, str], signed: bool, height: int = 300
) -> Drawing:
    """A density, or a difference of two, as cells: the darker the more; blue below zero, brown above.

    Args:
        values: (Y, X) on the grid.
        extent: points that the axes must show, (E, 2).
        signed: whether values may be below zero.
        titles: of the two axes.
        height: pixels.
    """
    largest = float(np.abs(values).max()) or 1.0
    j, i = np.nonzero(np.abs(values) > 0.03 * largest)  # the rest would be nearly invisible, and most of the data
    half = grid.cell / 2
    table = {
        "x": (grid.x[i] - half).round(4),
        "x2": (grid.x[i] + half).round(4),
        "y": (grid.y[j] - half).round(4),
        "y2": (grid.y[j] + half).round(4),
        "density": values[j, i].round(5),
        "size": np.abs(values[j, i] / largest).round(3),
    }
    return Drawing(_cells_look(titles, signed, height), {"cells": table}, extent_of(extent))


@lru_cache(maxsize=32)
def _cells_look(titles: tuple[str, str], signed: bool, height: int) -> alt.LayerChart:
    colour = (
        either(alt.ColorValue, alt.datum.density < 0, DIVERGING[1], DIVERGING[-2])
        if signed
        else alt.ColorValue(MIXTURE)
    )
    x, y, params = named_scales(titles)
    rects = (
        alt.Chart(alt.NamedData("cells"))
        .mark_rect(strokeWidth=0)
        .encode(
            x=x,
            y=y,
            x2=alt.X2("x2:Q"),
            y2=alt.Y2("y2:Q"),
            color=colour,
            opacity=alt.Opacity("size:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.05, 1])),
            tooltip=[alt.Tooltip("density:Q", format="+.3f" if signed else ".3f")],
        )
    )
    return alt.layer(rects).add_params(*params).properties(height=height)


def curves(
    z: np.ndarray, named: dict[str, tuple[np.ndarray, str, list[int]]], top: float, height: int = 230
) -> alt.Chart:
    """Densities over one axis.

    Args:
        z: (N,).
        named: name -> densities (N,), colour, dash.
        top: largest density the axis shows, so that charts side by side have one scale.
        height: pixels.
    """
    frame = pd.concat(
        pd.DataFrame({"z": z.round(4), "density": values.round(5), "curve": name})
        for name, (values, _, _) in named.items()
    )
    stroke, dash = _legend({name: (colour, pattern) for name, (_, colour, pattern) in named.items()})
    return (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("z:Q", title="z", scale=alt.Scale(domain=[float(z[0]), float(z[-1])], nice=False)),
            y=alt.Y("density:Q", title="density", scale=alt.Scale(domain=[0, top])),
            stroke=stroke,
            strokeDash=dash,
        )
        .properties(height=height)
        .configure_legend(orient="bottom", labelLimit=260)
    )


def divergences(table: pd.DataFrame, height: int = 370) -> alt.LayerChart:
    """KL from the prior a class, with ± 2 standard errors, and that of one Gaussian as a tick.

    Args:
        table: columns class ("0" … "9", "all"), mixture, error, gaussian; nats.
        height: pixels.
    """
    frame = table.assign(low=table["mixture"] - 2 * table["error"], high=table["mixture"] + 2 * table["error"])
    order = table["class"].tolist()
    tooltip = [
        alt.Tooltip("class:N"),
        *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("mixture", "error", "gaussian")),
    ]
    base = alt.Chart(frame).encode(y=alt.Y("class:N", sort=order, title="class"), tooltip=tooltip)
    bars = base.mark_bar(height={"band": 0.7}).encode(
        x=alt.X("mixture:Q", title="KL from N(0, I), nats"),
        color=alt.Color("class:N", legend=None, scale=alt.Scale(domain=[*LABELS, "all"], range=[*COLOURS, PRIOR])),
    )
    errors = base.mark_rule(strokeWidth=3, color="#10161f").encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
    halo = base.mark_rule(strokeWidth=6, color="white").encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
    ticks = base.mark_point(shape="diamond", size=90, filled=True, color="white", stroke="#10161f", opacity=1).encode(
        x=alt.X("gaussian:Q")
    )
    return alt.layer(bars, halo, errors, ticks).properties(height=height)


def over_beta(table: pd.DataFrame, height: int = 400) -> alt.LayerChart:
    """KL from the prior against β, a line a class and one for all classes together, ± 2 standard errors.

    Args:
        table: columns beta, class ("0" … "9", "all"), kl, error (nats), run.
        height: pixels.
    """
    frame = table.assign(low=(table["kl"] - 2 * table["error"]).clip(lower=0), high=table["kl"] + 2 * table["error"])
    names = [*LABELS, "all"]
    x = alt.X(
        "beta:Q",
        title="β (logarithmic)",
        scale=alt.Scale(type="log", nice=False, padding=14),
        axis=alt.Axis(values=sorted(frame["beta"].unique().tolist()), format="~g", labelOverlap="greedy"),
    )
    colour = alt.Color("class:N", title="class", scale=alt.Scale(domain=names, range=[*COLOURS, PRIOR]))
    base = alt.Chart(frame).encode(x=x, color=colour)
    lines = base.mark_line().encode(
        y=alt.Y("kl:Q", title="KL from N(0, I), nats"),
        strokeWidth=either(alt.StrokeWidthValue, alt.datum["class"] == "all", 4, 1.6),
        strokeDash=either(alt.StrokeDashValue, alt.datum["class"] == "all", [6, 3], [1, 0]),
    )
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        y=alt.Y("kl:Q"),
        shape=alt.Shape("class:N", title="class", scale=alt.Scale(domain=names, range=[*SHAPES, "stroke"])),
        tooltip=[
            alt.Tooltip("run:N"),
            alt.Tooltip("class:N"),
            *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("beta", "kl", "error")),
        ],
    )
    errors = base.mark_rule(strokeWidth=1.5).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
    return alt.layer(lines, errors, points).properties(height=height).configure_legend(orient="bottom", columns=6)


def _contours(density: np.ndarray, grid: Grid) -> Columns:
    found = [contour(grid.x, grid.y, density, mass_level(density, mass)) for mass in MASSES]
    start, end = (np.concatenate(parts).round(4) for parts in zip(*found, strict=True))
    ends = {"x": start[:, 0], "y": start[:, 1], "x2": end[:, 0], "y2": end[:, 1]}
    return ends | {"curve": [_MIXTURE] * len(start)}


def _legend(styles: dict[str, tuple[str, list[int]]]) -> tuple[alt.Stroke, alt.StrokeDash]:
    """Stroke and dash of the field `curve`, one legend for both."""
    names = list(styles)
    colours, dashes = (list(part) for part in zip(*styles.values(), strict=True))
    return (
        alt.Stroke("curve:N", title=None, scale=alt.Scale(domain=names, range=colours)),
        alt.StrokeDash("curve:N", title=None, scale=alt.Scale(domain=names, range=dashes)),
    )
