"""Roads between two latents: what each passes, how likely its places are, how fast the image moves, where they lie."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import altair as alt
import numpy as np

from vae_core.charts.drawing import Columns, Drawing
from vae_core.charts.palette import COLOURS, LABELS
from vae_core.charts.plane import extent, named_scales
from vae_core.ellipses import ellipse
from vae_core.road import Passage

ROADS = ("straight", "stations", "decoder")
_ROAD = alt.Color("road:N", title=None, scale=alt.Scale(domain=ROADS, range=["#7a828c", "#c8641b", "#1f8f7a"]))
_DASH = alt.StrokeDash("road:N", title=None, scale=alt.Scale(domain=ROADS, range=[[6, 3], [1, 0], [2, 3]]))
_DIGIT = alt.Color("digit:N", legend=None, scale=alt.Scale(domain=LABELS, range=COLOURS))
SHARE = "share of the way"
_SHORT = 0.03  # of the way: a stretch too short to write its digit on
_OUTLINE = 60  # points of an ellipse
_FAINT = 0.003  # a class that never reaches this probability is no area one could see


def posterior_areas(posterior: np.ndarray, passages: Sequence[Passage], height: int = 190) -> Drawing:
    """p(C|z) along a road as stacked areas, stretches named by their digit, a line where the digit changes.

    Args:
        posterior: (T, 10).
        passages: the stretches, as `road.passages` gives them.
        height: pixels.
    """
    share = np.linspace(0, 1, len(posterior))
    seen = np.flatnonzero(posterior.max(axis=0) > _FAINT)
    upper = posterior.cumsum(axis=1)  # the lowest digit lies at the bottom
    areas = {
        "share": np.tile(share, len(seen)).round(4),
        "digit": np.repeat([LABELS[digit] for digit in seen], len(share)),
        "p": posterior[:, seen].T.ravel().round(4),
        "from": (upper - posterior)[:, seen].T.ravel().round(4),
        "to": upper[:, seen].T.ravel().round(4),
    }
    wide = [each for each in passages if share[each.last] - share[each.first] >= _SHORT]
    names = [_name(posterior, share, passage) for passage in wide or passages]
    tables: dict[str, Columns] = {"areas": areas, "names": {key: [name[key] for name in names] for key in names[0]}}
    cuts = [float(share[passage.first] + share[passage.first - 1]) / 2 for passage in passages[1:]]
    if cuts:
        tables["cuts"] = {"share": cuts}
    return Drawing(_areas_look(bool(cuts), height), tables)


@lru_cache(maxsize=16)
def _areas_look(cut: bool, height: int) -> alt.LayerChart:
    x = alt.X("share:Q", title=SHARE, scale=alt.Scale(domain=[0, 1]))
    stacked = (
        alt.Chart(alt.NamedData("areas"))
        .mark_area()
        .encode(
            x=x,
            y=alt.Y("from:Q", title="p(C|z)", scale=alt.Scale(domain=[0, 1], clamp=True)),
            y2=alt.Y2("to:Q"),
            color=_DIGIT,
            tooltip=[alt.Tooltip("digit:N"), alt.Tooltip("share:Q", format=".2f"), alt.Tooltip("p:Q", format=".3f")],
        )
    )
    layers = [stacked]
    if cut:
        lines = alt.Chart(alt.NamedData("cuts")).mark_rule(color="white", strokeWidth=2.5)
        layers.append(lines.encode(x=x))
    layers.append(
        alt.Chart(alt.NamedData("names"))
        .mark_text(fontSize=17, fontWeight="bold", color="white")
        .encode(x=x, y=alt.Y("p:Q", title="p(C|z)"), text=alt.Text("digit:N"))
    )
    return alt.layer(*layers).properties(height=height)


def along(values: Mapping[str, np.ndarray], title: str, level: float | None = None, height: int = 280) -> Drawing:
    """One quantity along each road.

    Args:
        values: road (one of `ROADS`) -> (T,).
        title: of the quantity, with its unit.
        level: drawn as a dotted horizontal line, if given.
        height: pixels.
    """
    lines = {
        "share": np.concatenate([np.linspace(0, 1, len(line)) for line in values.values()]).round(4),
        "value": np.concatenate(list(values.values())).round(4),
        "road": np.repeat(list(values), [len(line) for line in values.values()]),
    }
    tables: dict[str, Columns] = {"lines": lines}
    if level is not None:
        tables["level"] = {"value": [float(level)]}
    return Drawing(_along_look(title, level is not None, height), tables)


@lru_cache(maxsize=16)
def _along_look(title: str, levelled: bool, height: int) -> alt.LayerChart:
    lines = (
        alt.Chart(alt.NamedData("lines"))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("share:Q", title=SHARE, scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False)),
            color=_ROAD,
            strokeDash=_DASH,
            tooltip=[alt.Tooltip("road:N"), alt.Tooltip("share:Q", format=".2f"), alt.Tooltip("value:Q", format=".2f")],
        )
    )
    layers = [lines]
    if levelled:
        mark = alt.Chart(alt.NamedData("level")).mark_rule(color="#7a828c", strokeDash=[1, 4], strokeWidth=2)
        layers.append(mark.encode(y=alt.Y("value:Q")))
    return alt.layer(*layers).properties(height=height).configure_legend(orient="bottom")


def road_map(
    means: np.ndarray,
    covariances: np.ndarray,
    roads: Mapping[str, np.ndarray],
    titles: tuple[str, str],
    height: int = 460,
) -> Drawing:
    """The roads in a plane, over the class means and their one-sigma ellipses.

    Args:
        means: (10, 2); `covariances` (10, 2, 2).
        roads: road (one of `ROADS`) -> (T, 2).
        titles: of the axes.
        height: pixels.
    """
    outlines = ellipse(means, covariances, 1.0, _OUTLINE).reshape(-1, 2)
    ways = np.concatenate(list(roads.values()))
    tables = {
        "clouds": {
            "x": outlines[:, 0].round(4),
            "y": outlines[:, 1].round(4),
            "digit": np.repeat(LABELS, _OUTLINE),
            "order": np.tile(np.arange(_OUTLINE), len(means)),
        },
        "ways": {
            "x": ways[:, 0].round(4),
            "y": ways[:, 1].round(4),
            "road": np.repeat(list(roads), [len(path) for path in roads.values()]),
            "order": np.concatenate([np.arange(len(path)) for path in roads.values()]),
        },
        "places": {"x": means[:, 0], "y": means[:, 1], "digit": LABELS},
    }
    return Drawing(_map_look(titles, height), tables, extent(np.concatenate([means, outlines, ways])))


@lru_cache(maxsize=16)
def _map_look(titles: tuple[str, str], height: int) -> alt.LayerChart:
    x, y, params = named_scales(titles, zero_lines=False)
    clouds = alt.Chart(alt.NamedData("clouds")).mark_line(strokeWidth=1.2, opacity=0.7)
    lines = alt.Chart(alt.NamedData("ways")).mark_line(strokeWidth=3)
    places = alt.Chart(alt.NamedData("places")).encode(x=x, y=y)
    return (
        alt.layer(
            clouds.encode(x=x, y=y, order=alt.Order("order:Q"), stroke=_stroke(), detail=alt.Detail("digit:N")),
            lines.encode(
                x=x, y=y, order=alt.Order("order:Q"), color=_ROAD, strokeDash=_DASH, tooltip=[alt.Tooltip("road:N")]
            ),
            places.mark_circle(size=300, opacity=1, stroke="white", strokeWidth=1.5).encode(fill=_fill()),
            places.mark_text(fontSize=13, fontWeight="bold", color="white").encode(text=alt.Text("digit:N")),
        )
        .add_params(*params)
        .properties(height=height)
        .configure_legend(orient="bottom")
    )


def _stroke() -> alt.Stroke:
    return alt.Stroke("digit:N", legend=None, scale=alt.Scale(domain=LABELS, range=COLOURS))


def _fill() -> alt.Fill:
    return alt.Fill("digit:N", legend=None, scale=alt.Scale(domain=LABELS, range=COLOURS))


def _name(posterior: np.ndarray, share: np.ndarray, passage: Passage) -> dict:
    """Where the digit of a stretch is written: in the middle of its area, halfway along the stretch."""
    middle = (passage.first + passage.last) // 2
    below = posterior[middle, : passage.digit].sum()
    return {
        "share": float(share[middle]),
        "p": float(below + posterior[middle, passage.digit] / 2),
        "digit": LABELS[passage.digit],
    }
