"""Violins and boxes of latent dimensions, side by side or wrapped around a polar plot, over the prior's.

Each violin is as wide as its own peak allows: shapes are to be compared, not widths.
"""

import json
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.channels import either
from vae_core.charts.plane import equal_scales
from vae_core.charts.violin_layout import LEFT, RIGHT, Polar, Shape, boxes_of, polygons
from vae_core.densities import standard_normal

PRIOR = "#7a828c"
_INK = "#757c86"  # of text that no axis draws: 4:1 on paper and on night
_RINGS = (-2, -1, 0, 1, 2)


class Slot(NamedTuple):
    """One latent dimension, or a pair of them, on the axis."""

    lines: tuple[str, ...]  # under it: name, rate, partner
    told: dict[str, str]  # for the tooltip
    picture: str | None = None  # PNG data URI shown when it is pointed at


def side_by_side(
    shapes: list[Shape],
    slots: list[Slot],
    low: float,
    high: float,
    title: str,
    halves: tuple[str, str] | None = None,
    chosen: int | None = None,
    height: int = 420,
) -> alt.LayerChart:
    """Dimensions along x, latent values along y.

    Args:
        shapes: in any order; their slots count into `slots`.
        slots: the dimensions, left to right.
        low: end of the value axis, and `high` the other.
        title: of the value axis.
        halves: names of the left and the right half, where the violins are split.
        chosen: slot to mark.
        height: pixels.
    """
    x_scale = alt.Scale(domain=[-0.5, len(slots) - 0.5], nice=False, zero=False)
    texts = json.dumps([slot.lines for slot in slots], ensure_ascii=False)
    axis = alt.Axis(
        values=list(range(len(slots))), labelExpr=f"{texts}[datum.value]", grid=False, ticks=False, labelOverlap=False
    )
    x = alt.X("x:Q", title=None, scale=x_scale, axis=axis)
    y = alt.Y("y:Q", title=title, scale=alt.Scale(domain=[low, high], nice=False))
    targets = pd.DataFrame([_told(i, slot) | {"x": i - 0.5, "x2": i + 0.5} for i, slot in enumerate(slots)])
    room = alt.Chart(targets).encode(x=x, x2=alt.X2("x2:Q"), tooltip=_tooltips(slots))
    layers = _layers(shapes, slots, x, y, lambda x, y: (x, y))
    return _finish(layers, room.mark_rect, chosen, halves, height)


def wrapped(
    shapes: list[Shape],
    slots: list[Slot],
    low: float,
    high: float,
    halves: tuple[str, str] | None = None,
    chosen: int | None = None,
    height: int = 560,
) -> alt.LayerChart:
    """The same around a polar plot, one spoke a dimension, the prior's 0, ±1 and ±2 standard deviations as rings."""
    wrap = Polar(len(slots), low, high)
    x, y = (axis.axis(None) for axis in equal_scales(np.array([[-1.2, -1.2], [1.2, 1.2]]), ("", "")))
    angle, half = np.linspace(0, 2 * np.pi, 181), np.pi / len(slots)
    circle = pd.DataFrame({"x": np.sin(angle), "y": np.cos(angle), "order": angle})
    radii = wrap.radius(_RINGS)
    rings = pd.concat(
        circle.assign(x=circle.x * radius, y=circle.y * radius, ring=ring)
        for ring, radius in zip(_RINGS, radii, strict=True)
    )
    texts = [f"{ring:+d}" if ring else "0" for ring in _RINGS]
    numbers = pd.DataFrame({"x": radii * np.sin(half), "y": radii * np.cos(half), "text": texts})
    rim_x, rim_y = wrap(np.arange(len(slots)), np.full(len(slots), high + 0.1 * (high - low)))
    rim = pd.DataFrame({"x": rim_x, "y": rim_y, "text": ["\n".join(slot.lines) for slot in slots]})
    spoke_x, spoke_y = wrap(np.arange(len(slots)), np.full(len(slots), high))
    spokes = pd.DataFrame({"x": 0.0, "y": 0.0, "x2": spoke_x, "y2": spoke_y})
    dashes = either(alt.StrokeDashValue, alt.datum.ring == 0, [1, 0], [3, 3])
    behind = [
        alt.Chart(spokes).mark_rule(color=PRIOR, opacity=0.35).encode(x=x, y=y, x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q")),
        alt.Chart(rings)
        .mark_line(color=PRIOR, strokeWidth=1)
        .encode(x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("ring:N"), strokeDash=dashes),
    ]
    on_top = [
        alt.Chart(numbers).mark_text(fontSize=11, color=_INK).encode(x=x, y=y, text=alt.Text("text:N")),
        alt.Chart(rim)
        .mark_text(fontSize=12, fontWeight="bold", color=_INK, lineBreak="\n", dy=-6)
        .encode(x=x, y=y, text=alt.Text("text:N")),
    ]
    targets = pd.DataFrame(
        [_told(i, slot) | {"start": 2 * i * half - half, "end": 2 * i * half + half} for i, slot in enumerate(slots)]
    )
    room = alt.Chart(targets).encode(
        theta=alt.Theta("start:Q", scale=None), theta2=alt.Theta2("end:Q"), tooltip=_tooltips(slots)
    )
    layers = [*behind, *_layers(shapes, slots, x, y, wrap), *on_top]
    return _finish(layers, room.mark_arc, chosen, halves, height)


def _layers(shapes: list[Shape], slots: list[Slot], x: alt.X, y: alt.Y, wrap) -> list[alt.Chart]:
    """The prior, the violins, their boxes and their digits, carried to the page by `wrap`."""
    prior = standard_normal()
    behind = polygons([Shape(i, 0, 1, "both", prior) for i in range(len(slots))], wrap)
    bodies = polygons(shapes, wrap)
    whiskers, boxes, medians, names = (pd.DataFrame(rows) for rows in boxes_of(shapes, wrap))
    closed = {"interpolate": "linear-closed", "filled": True}
    body = alt.Chart(bodies).encode(
        x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("shape:N"), color=_as_given("colour")
    )
    segment = {"x": x, "y": y, "x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q"), "color": _as_given("colour")}
    layers = [
        alt.Chart(behind)
        .mark_line(**closed, color=PRIOR, fillOpacity=0.22, strokeWidth=0)
        .encode(x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("shape:N")),
        body.mark_line(**closed, strokeWidth=0).encode(fillOpacity=alt.FillOpacity("fill:Q", scale=None, legend=None)),
        body.mark_line(interpolate="linear-closed", strokeWidth=1.2),
        alt.Chart(whiskers).mark_rule(strokeWidth=1).encode(**segment),
        alt.Chart(boxes).mark_rule(strokeWidth=4).encode(**segment),
        alt.Chart(medians)
        .mark_point(filled=True, fill="white", strokeWidth=1.5, size=22, opacity=1)
        .encode(x=x, y=y, stroke=_as_given("colour", alt.Stroke)),
    ]
    if len(names):
        layers.append(
            alt.Chart(names)
            .mark_text(fontSize=11, fontWeight="bold")
            .encode(x=x, y=y, text=alt.Text("digit:N"), color=_as_given("colour"))
        )
    return layers


def _finish(layers: list, mark_room, chosen: int | None, halves, height: int) -> alt.LayerChart:
    """Put the marked slot behind, the places to point at in front, and the legend of the halves below."""
    pick = alt.selection_point(fields=["slot"], name="pick")
    band = mark_room(color=PRIOR, opacity=0.16, tooltip=None).transform_filter(
        alt.datum.slot == (-1 if chosen is None else chosen)
    )
    room = mark_room(color=PRIOR, opacity=0.001, cursor="pointer").add_params(pick)
    if halves:
        key = pd.DataFrame({"half": list(halves), "x": [np.nan, np.nan]})
        layers = [
            *layers,
            alt.Chart(key)
            .mark_square(size=0)
            .encode(
                fill=alt.Fill(
                    "half:N",
                    title=None,
                    scale=alt.Scale(domain=list(halves), range=[LEFT, RIGHT]),
                    legend=alt.Legend(orient="bottom", symbolSize=160, symbolOpacity=1, labelLimit=400),
                )
            ),
        ]
    return alt.layer(band, *layers, room).properties(height=height).configure_view(stroke=None)


def _told(place: int, slot: Slot) -> dict:
    return {"slot": place, "image": slot.picture or "", **slot.told}


def _tooltips(slots: list[Slot]) -> list[alt.Tooltip]:
    # Vega shows a picture where the tooltip's title is `image`.
    pictures = [alt.Tooltip("image:N", title="image")] if any(slot.picture for slot in slots) else []
    return pictures + [alt.Tooltip(f"{name}:N") for name in slots[0].told]


def _as_given(field: str, channel=alt.Color):
    return channel(f"{field}:N", scale=None, legend=None)
