"""Tours over the class means: the map with the tour as it grows, the excess of greedy, neighbours over many models."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.channels import either
from vae_core.charts.drawing import Columns, Drawing, curves
from vae_core.charts.palette import COLOURS, DIGITS, LABELS, SEQUENTIAL
from vae_core.charts.plane import extent, named_scales
from vae_core.charts.plotly_figure import PlotlyFigure, coordinates, mesh
from vae_core.ellipses import ellipse, ellipsoid

TRAVEL = "#c8641b"  # the road travelled; 3:1 on paper and on night
AHEAD = "#7a828c"
_DIGIT = alt.Color("digit:N", legend=None, scale=alt.Scale(domain=LABELS, range=COLOURS))


def tour_map(
    means: np.ndarray,
    covariances: np.ndarray,
    travelled: Sequence[int],
    ahead: Sequence[tuple[int, int]],
    titles: tuple[str, str],
    pick: str | None = None,
    height: int = 480,
) -> Drawing:
    """Class means with their one-sigma ellipses in a plane, and a tour as far as it has grown.

    Args:
        means: (10, 2); `covariances` (10, 2, 2).
        travelled: the stations so far, in order; the first again at the end of a closed tour.
        ahead: pairs of stations the next leg might join, drawn dashed.
        titles: of the axes.
        pick: name of a selection that clicking a mean makes, on the field `digit`; None for none.
        height: pixels.
    """
    outlines = [ellipse(mean, covariance, 1.0, 60) for mean, covariance in zip(means, covariances, strict=True)]
    tables = {
        "clouds": curves([(str(digit), line.round(4)) for digit, line in enumerate(outlines)]),
        "places": {"x": means[:, 0], "y": means[:, 1], "digit": LABELS},
    }
    legs = {"ahead": list(ahead), "travelled": list(pairwise(travelled))}
    tables |= {name: _legs(means, pairs) for name, pairs in legs.items() if pairs}
    look = _map_look(titles, "ahead" in tables, "travelled" in tables, pick, height)
    return Drawing(look, tables, extent(np.concatenate([means, *outlines])))


@lru_cache(maxsize=64)
def _map_look(titles: tuple[str, str], ahead: bool, travelled: bool, pick: str | None, height: int) -> alt.LayerChart:
    x, y, params = named_scales(titles, zero_lines=False)
    ends = {"x": x, "y": y, "x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q")}
    digit = _DIGIT.copy()
    digit["shorthand"] = "curve:N"
    layers = [
        alt.Chart(alt.NamedData("clouds"))
        .mark_line(strokeWidth=1.5)
        .encode(x=x, y=y, order=alt.Order("order:Q"), color=digit, detail=alt.Detail("curve:N"))
    ]
    if ahead:
        legs = alt.Chart(alt.NamedData("ahead"))
        layers.append(legs.mark_rule(color=AHEAD, strokeDash=[4, 4], strokeWidth=1.5).encode(**ends))
    if travelled:
        legs = alt.Chart(alt.NamedData("travelled"))
        told = [alt.Tooltip("leg:Q"), alt.Tooltip("from:N"), alt.Tooltip("to:N")]
        layers.append(legs.mark_rule(color=TRAVEL, strokeWidth=3).encode(**ends, tooltip=told))
        layers.append(
            legs.mark_text(fontSize=13, fontWeight="bold", color=TRAVEL).encode(
                x=alt.X("beside_x:Q"), y=alt.Y("beside_y:Q"), text=alt.Text("leg:Q")
            )
        )
    tooltip = [
        alt.Tooltip("digit:N"),
        alt.Tooltip("x:Q", title=titles[0], format=".2f"),
        alt.Tooltip("y:Q", title=titles[1], format=".2f"),
    ]
    base = alt.Chart(alt.NamedData("places")).encode(x=x, y=y, tooltip=tooltip)
    discs = base.mark_circle(size=480, opacity=1, stroke="white", strokeWidth=2).encode(color=_DIGIT)
    numbers = base.mark_text(fontSize=15, fontWeight="bold", color="white").encode(text=alt.Text("digit:N"))
    if pick:
        # The number stands on the disc, so a click on it hits the number's mark: both belong to the selection.
        chosen = alt.selection_point(name=pick, fields=["digit"], on="click", toggle=False, empty=False)
        discs = discs.add_params(chosen)
    return alt.layer(*layers, discs, numbers).add_params(*params).properties(height=height)


def tour_map_3d(
    means: np.ndarray,
    covariances: np.ndarray,
    travelled: Sequence[int],
    ahead: Sequence[tuple[int, int]],
    titles: tuple[str, str, str],
    height: int = 560,
) -> PlotlyFigure:
    """As `tour_map`, in space: means (10, 3), covariances (10, 3, 3) as one-sigma ellipsoids; drag to turn it."""
    surfaces = (ellipsoid(*each, 1.0, rings=8) for each in zip(means, covariances, strict=True))
    traces = [
        {**mesh(surface), "color": colour, "opacity": 0.12, "hoverinfo": "skip"}
        for colour, surface in zip(COLOURS, surfaces, strict=True)
    ]
    lines = [(pair, {"color": AHEAD, "width": 2, "dash": "dash"}) for pair in ahead]
    lines.append((travelled, {"color": TRAVEL, "width": 7}))
    traces += [
        {"type": "scatter3d", **coordinates(means[list(stations)]), "mode": "lines", "line": line, "hoverinfo": "skip"}
        for stations, line in lines
    ]
    traces.append(
        {
            "type": "scatter3d",
            **coordinates(means),
            "mode": "markers+text",
            "text": [f"<b>{label}</b>" for label in LABELS],
            "textposition": "top center",
            "textfont": {"size": 15},
            "marker": {"size": 7, "color": COLOURS, "line": {"color": "white", "width": 1}},
            "hovertemplate": "%{text}: %{x:.2f}, %{y:.2f}, %{z:.2f}<extra></extra>",
        }
    )
    axes = {f"{axis}axis": {"title": {"text": title}} for axis, title in zip("xyz", titles, strict=True)}
    layout = {
        "scene": {**axes, "aspectmode": "data"},
        "height": height,
        "showlegend": False,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }
    return PlotlyFigure(traces, layout)


def excess_by_start(excess: np.ndarray) -> alt.Chart:
    """How much longer the greedy tour is than the shortest from the same start, percent, (10,), a bar a start."""
    told = [f"{label}: {value:.1f} %" for label, value in zip(LABELS, excess, strict=True)]
    frame = pd.DataFrame({"digit": LABELS, "excess": excess, "told": told})
    return (
        alt.Chart(frame)
        .mark_bar(height=14)
        .encode(
            y=alt.Y("told:N", title="first digit", sort=told),
            x=alt.X("excess:Q", title="greedy is longer by, %", scale=alt.Scale(domainMin=0)),
            color=_DIGIT,
            tooltip=[alt.Tooltip("digit:N", title="first digit"), alt.Tooltip("excess:Q", format=".2f")],
        )
        .properties(height=300)
    )


def neighbour_heat(counts: np.ndarray, runs: int, height: int = 420) -> alt.LayerChart:
    """In how many of the models' tours two digits stand side by side; counts (10, 10), symmetric."""
    pairs = [(a, b) for a in range(10) for b in range(10) if a != b]
    frame = pd.DataFrame(
        {
            "a": [str(a) for a, _ in pairs],
            "b": [str(b) for _, b in pairs],
            "models": [int(counts[pair]) for pair in pairs],
            "share": [counts[pair] / runs for pair in pairs],
        }
    )
    base = alt.Chart(frame).encode(
        x=alt.X("a:N", title="digit", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("b:N", title="digit"),
        tooltip=[alt.Tooltip("a:N"), alt.Tooltip("b:N"), alt.Tooltip("models:Q"), alt.Tooltip("share:Q", format=".0%")],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "models:Q", title="models", scale=alt.Scale(range=list(SEQUENTIAL), domain=[0, runs]), legend=None
        )
    )
    words = base.mark_text(fontWeight="bold").encode(
        text=alt.Text("models:Q"), color=either(alt.ColorValue, "datum.share > 0.45", "white", "#10161f")
    )
    return alt.layer(cells, words).properties(height=height)


def _legs(means: np.ndarray, pairs: Sequence[tuple[int, int]]) -> Columns:
    start, end = means[[a for a, _ in pairs]], means[[b for _, b in pairs]]
    along = end - start
    # A leg's number stands beside its middle, a thirtieth of the map away from it.
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    lengths = np.linalg.norm(along, axis=1, keepdims=True)
    aside = np.divide(across, lengths, out=np.zeros_like(across), where=lengths > 0) * np.ptp(means, axis=0).max() / 30
    beside = (start + end) / 2 + aside
    return {
        "x": start[:, 0],
        "y": start[:, 1],
        "x2": end[:, 0],
        "y2": end[:, 1],
        "beside_x": beside[:, 0],
        "beside_y": beside[:, 1],
        "leg": np.arange(1, len(pairs) + 1),
        "from": np.array([DIGITS[a].label for a, _ in pairs], str),
        "to": np.array([DIGITS[b].label for _, b in pairs], str),
    }
