"""A matrix as coloured cells with its numbers written in: correlations, angles, loadings."""

from functools import lru_cache
from typing import NamedTuple

import altair as alt
import numpy as np

from vae_core.charts.drawing import Drawing
from vae_core.charts.palette import DIVERGING, SEQUENTIAL

_WRITTEN = 10  # with more columns the numbers would not fit a phone; they stay in the tooltip


class Shade(NamedTuple):
    """What the colours say."""

    title: str
    low: float
    high: float
    colours: tuple[str, ...]
    format: str  # of a number, as d3 writes it


CORRELATION = Shade("correlation", -1, 1, DIVERGING, ".1f")
LOADING = Shade("loading", -1, 1, DIVERGING, ".1f")
ANGLE = Shade("degrees", 0, 90, SEQUENTIAL[::-1], ".0f")


def matrix(
    values: np.ndarray,
    rows: list[str],
    columns: list[str],
    shade: Shade,
    titles: tuple[str | None, str | None] = (None, None),
    height: int | None = None,
) -> Drawing:
    """One cell a value, none where it is nan.

    Args:
        values: (R, C).
        rows: R different names; `columns` C different names.
        shade: what the colours say.
        titles: of the rows and of the columns.
        height: pixels; by default some 30 a row.
    """
    i, j = np.nonzero(np.isfinite(values))
    cells = {
        "row": [rows[k] for k in i],
        "column": [columns[k] for k in j],
        "value": values[i, j].round(4),
        # White where the cell is dark: the two ends of a diverging palette, the high ranks of a sequential one.
        "ink": np.where(_is_dark(values[i, j], shade), "#ffffff", "#10161f"),
    }
    return Drawing(_look(tuple(rows), tuple(columns), shade, titles, height or 110 + 30 * len(rows)), {"cells": cells})


@lru_cache(maxsize=64)
def _look(
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    shade: Shade,
    titles: tuple[str | None, str | None],
    height: int,
) -> alt.LayerChart:
    base = alt.Chart(alt.NamedData("cells")).encode(
        x=alt.X(
            "column:N",
            sort=list(columns),
            title=titles[1],
            axis=alt.Axis(labelAngle=0, orient="top", labelOverlap=False),
        ),
        y=alt.Y("row:N", sort=list(rows), title=titles[0], axis=alt.Axis(labelOverlap=False)),
        tooltip=[
            alt.Tooltip("row:N", title=titles[0] or "row"),
            alt.Tooltip("column:N", title=titles[1] or "column"),
            alt.Tooltip("value:Q", title=shade.title, format=".2f"),
        ],
    )
    scale = alt.Scale(domain=[shade.low, shade.high], range=list(shade.colours), clamp=True, interpolate="rgb")
    cells = base.mark_rect().encode(
        color=alt.Color(
            "value:Q", title=shade.title, scale=scale, legend=alt.Legend(orient="bottom", gradientLength=160)
        )
    )
    layers = [cells]
    if len(columns) <= _WRITTEN:
        layers.append(
            base.mark_text(fontSize=11).encode(
                text=alt.Text("value:Q", format=shade.format), color=alt.Color("ink:N", scale=None, legend=None)
            )
        )
    return alt.layer(*layers).resolve_scale(color="independent").properties(height=height)


def _is_dark(values: np.ndarray, shade: Shade) -> np.ndarray:
    place = (values - shade.low) / (shade.high - shade.low)
    colours = np.array([_luminance(colour) for colour in shade.colours])
    return np.interp(place, np.linspace(0, 1, len(colours)), colours) < 0.2


def _luminance(colour: str) -> float:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
