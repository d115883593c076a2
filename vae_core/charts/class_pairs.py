"""A number for every pair of classes: a heat map in any order, the numbers written in, groups framed."""

from functools import lru_cache

import altair as alt
import numpy as np

from vae_core.charts.channels import either
from vae_core.charts.drawing import Columns, Drawing
from vae_core.charts.palette import SEQUENTIAL

_DARK = 0.45  # cells above this share of the scale carry white numbers
_FRAME = "#e08c50"
_LARGEST = "largest"  # parameter of a look: the value whose cell is darkest


def heat_map(
    values: np.ndarray,
    titles: tuple[str, str],
    what: str,
    order: list[int] | None = None,
    texts: np.ndarray | None = None,
    exponent: float = 1.0,
    groups: np.ndarray | None = None,
    height: int = 420,
) -> Drawing:
    """Dark cells where the value is large; rows run downwards.

    Args:
        values: (K, K), not negative.
        titles: of the columns and of the rows.
        what: the value's name with its unit, for the tooltip.
        order: the classes from left to right and from top to bottom; 0 to K − 1 unless given.
        texts: (K, K) what is written; the values with two digits unless given.
        exponent: below 1 it spreads the small values' colours.
        groups: (K,) a group number for each class; neighbours of one group get a frame.
        height: pixels.
    """
    order = list(range(len(values))) if order is None else [int(label) for label in order]
    largest = float(values.max()) or 1.0
    texts = np.vectorize(lambda value: f"{value:.2g}")(values) if texts is None else texts
    row, column = np.meshgrid(order, order, indexing="ij")
    shown = values[row, column].ravel()
    tables = {
        "cells": {
            "row": row.ravel().astype(str),
            "column": column.ravel().astype(str),
            "value": shown,
            "text": texts[row, column].ravel(),
            "dark": (shown / largest) ** exponent > _DARK,
        }
    }
    if groups is not None:
        tables["frames"] = _frames(order, groups)
    look = _look(tuple(map(str, order)), titles, what, exponent, groups is not None, height)
    return Drawing(look, tables, {_LARGEST: largest})


@lru_cache(maxsize=64)
def _look(
    order: tuple[str, ...], titles: tuple[str, str], what: str, exponent: float, framed: bool, height: int
) -> alt.LayerChart:
    # A domain, not a sort: layers whose sorts differ are put back into the order of their names.
    scale_of_classes = alt.Scale(domain=list(order))
    base = alt.Chart(alt.NamedData("cells")).encode(
        x=alt.X("column:N", title=titles[0], scale=scale_of_classes, axis=alt.Axis(labelAngle=0, labelFontSize=13)),
        y=alt.Y("row:N", title=titles[1], scale=scale_of_classes, axis=alt.Axis(labelFontSize=13)),
        tooltip=[
            alt.Tooltip("row:N", title=titles[1]),
            alt.Tooltip("column:N", title=titles[0]),
            alt.Tooltip("value:Q", title=what, format=".3~g"),
        ],
    )
    scale = alt.Scale(type="pow", exponent=exponent, domain=[0, alt.ExprRef(_LARGEST)], range=list(SEQUENTIAL))
    cells = base.mark_rect().encode(color=alt.Color("value:Q", scale=scale, legend=None))
    numbers = base.mark_text(fontSize=11).encode(
        text=alt.Text("text:N"), color=either(alt.ColorValue, "datum.dark", "#ffffff", "#10161f")
    )
    layers = [cells, numbers]
    if framed:
        layers.append(
            alt.Chart(alt.NamedData("frames"))
            .mark_rect(fillOpacity=0, stroke=_FRAME, strokeWidth=3)
            .encode(
                x=alt.X("from:N", scale=scale_of_classes, bandPosition=0),
                x2=alt.X2("to:N", bandPosition=1),
                y=alt.Y("from:N", scale=scale_of_classes, bandPosition=0),
                y2=alt.Y2("to:N", bandPosition=1),
            )
        )
    return alt.layer(*layers).add_params(alt.param(name=_LARGEST, value=1.0)).properties(height=height)


def _frames(order: list[int], groups: np.ndarray) -> Columns:
    """A square round each run of neighbours that are in one group."""
    starts = [i for i, label in enumerate(order) if i == 0 or groups[label] != groups[order[i - 1]]]
    ends = [*starts[1:], len(order)]
    return {"from": [str(order[a]) for a in starts], "to": [str(order[b - 1]) for b in ends]}
