"""Violins and boxes of latent dimensions, side by side or wrapped around a polar plot, over the prior's.

Each violin is as wide as its own peak allows: shapes are to be compared, not widths.
"""

from functools import lru_cache
from typing import NamedTuple

import altair as alt
import numpy as np

from vae_core.charts.channels import either
from vae_core.charts.drawing import Columns, Drawing
from vae_core.charts.plane import equal_scales
from vae_core.charts.violin_layout import LEFT, RIGHT, Polar, Shape, boxes_of, polygons
from vae_core.densities import standard_normal

PRIOR = "#7a828c"
_INK = "#757c86"  # of text that no axis draws: 4:1 on paper and on night
_RINGS = (-2, -1, 0, 1, 2)
# Parameters of a look, for they differ from model to model: ends of the value axis, what stands under the slots, which
# of them is marked.
_LOW, _HIGH, _TEXTS, _CHOSEN = "lowest", "highest", "texts", "chosen"


class Slot(NamedTuple):
    """One latent dimension, or a pair of them, on the axis."""

    lines: tuple[str, ...]  # under it: name, rate, partner
    told: dict[str, str]  # for the tooltip
    picture: str | None = None  # PNG data URI shown when it is pointed at


class _Parts(NamedTuple):
    """What a look draws beyond violins and boxes; charts of the same parts look alike."""

    told: tuple[str, ...]  # names of what is told of a slot
    pictures: bool
    names: bool  # of classes
    halves: bool
    height: int


def side_by_side(
    shapes: list[Shape],
    slots: list[Slot],
    low: float,
    high: float,
    title: str,
    halves: tuple[str, str] | None = None,
    chosen: int | None = None,
    height: int = 420,
) -> Drawing:
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
    place = np.arange(len(slots))
    tables = _tables(shapes, slots, halves, lambda x, y: (x, y))
    tables["targets"] = _told(slots) | {"x": place - 0.5, "x2": place + 0.5}
    numbers = {_LOW: low, _HIGH: high, _TEXTS: [list(slot.lines) for slot in slots], _CHOSEN: _marked(chosen)}
    return Drawing(_flat_look(len(slots), title, _parts(tables, slots, halves, height)), tables, numbers)


@lru_cache(maxsize=64)
def _flat_look(slots: int, title: str, parts: _Parts) -> alt.LayerChart:
    x_scale = alt.Scale(domain=[-0.5, slots - 0.5], nice=False, zero=False)
    axis = alt.Axis(
        values=list(range(slots)), labelExpr=f"{_TEXTS}[datum.value]", grid=False, ticks=False, labelOverlap=False
    )
    x = alt.X("x:Q", title=None, scale=x_scale, axis=axis)
    y_scale = alt.Scale(domainMin=alt.ExprRef(_LOW), domainMax=alt.ExprRef(_HIGH), nice=False, zero=False)
    y = alt.Y("y:Q", title=title, scale=y_scale)
    room = alt.Chart(alt.NamedData("targets")).encode(x=x, x2=alt.X2("x2:Q"), tooltip=_tooltips(parts))
    params = [alt.param(name=_LOW, value=-1.0), alt.param(name=_HIGH, value=1.0), alt.param(name=_TEXTS, value=[])]
    return _finish(_layers(x, y, parts), room.mark_rect, parts).add_params(*params)


def wrapped(
    shapes: list[Shape],
    slots: list[Slot],
    low: float,
    high: float,
    halves: tuple[str, str] | None = None,
    chosen: int | None = None,
    height: int = 560,
) -> Drawing:
    """The same around a polar plot, one spoke a dimension, the prior's 0, ±1 and ±2 standard deviations as rings."""
    wrap, place = Polar(len(slots), low, high), np.arange(len(slots))
    angle, half = np.linspace(0, 2 * np.pi, 181), np.pi / len(slots)
    radii = wrap.radius(_RINGS)
    rim_x, rim_y = wrap(place, np.full(len(slots), high + 0.1 * (high - low)))
    spoke_x, spoke_y = wrap(place, np.full(len(slots), high))
    tables = _tables(shapes, slots, halves, wrap)
    tables["spokes"] = {"x": 0 * spoke_x, "y": 0 * spoke_y, "x2": spoke_x, "y2": spoke_y}
    tables["rings"] = {
        "x": np.outer(radii, np.sin(angle)).ravel(),
        "y": np.outer(radii, np.cos(angle)).ravel(),
        "order": np.tile(angle, len(radii)),
        "ring": np.repeat(_RINGS, len(angle)),
    }
    texts = [f"{ring:+d}" if ring else "0" for ring in _RINGS]
    tables["numbers"] = {"x": radii * np.sin(half), "y": radii * np.cos(half), "text": texts}
    tables["rim"] = {"x": rim_x, "y": rim_y, "text": ["\n".join(slot.lines) for slot in slots]}
    tables["targets"] = _told(slots) | {"start": (2 * place - 1) * half, "end": (2 * place + 1) * half}
    return Drawing(_round_look(_parts(tables, slots, halves, height)), tables, {_CHOSEN: _marked(chosen)})


@lru_cache(maxsize=16)
def _round_look(parts: _Parts) -> alt.LayerChart:
    x, y = (axis.axis(None) for axis in equal_scales(np.array([[-1.2, -1.2], [1.2, 1.2]]), ("", "")))
    dashes = either(alt.StrokeDashValue, alt.datum.ring == 0, [1, 0], [3, 3])
    behind = [
        alt.Chart(alt.NamedData("spokes"))
        .mark_rule(color=PRIOR, opacity=0.35)
        .encode(x=x, y=y, x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q")),
        alt.Chart(alt.NamedData("rings"))
        .mark_line(color=PRIOR, strokeWidth=1)
        .encode(x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("ring:N"), strokeDash=dashes),
    ]
    on_top = [
        alt.Chart(alt.NamedData("numbers"))
        .mark_text(fontSize=11, color=_INK)
        .encode(x=x, y=y, text=alt.Text("text:N")),
        alt.Chart(alt.NamedData("rim"))
        .mark_text(fontSize=12, fontWeight="bold", color=_INK, lineBreak="\n", dy=-6)
        .encode(x=x, y=y, text=alt.Text("text:N")),
    ]
    room = alt.Chart(alt.NamedData("targets")).encode(
        theta=alt.Theta("start:Q", scale=None), theta2=alt.Theta2("end:Q"), tooltip=_tooltips(parts)
    )
    return _finish([*behind, *_layers(x, y, parts), *on_top], room.mark_arc, parts)


def _tables(shapes: list[Shape], slots: list[Slot], halves: tuple[str, str] | None, wrap) -> dict[str, Columns]:
    """The prior, the violins, their boxes and their digits, carried to the page by `wrap`."""
    prior = standard_normal()
    tables = {
        "prior": polygons([Shape(i, 0, 1, "both", prior) for i in range(len(slots))], wrap),
        "bodies": polygons(shapes, wrap),
        **boxes_of(shapes, wrap)._asdict(),
    }
    if not tables["names"]["digit"]:
        del tables["names"]
    if halves:
        tables["halves"] = {"half": list(halves)}
    return tables


def _parts(tables: dict[str, Columns], slots: list[Slot], halves: tuple[str, str] | None, height: int) -> _Parts:
    pictures = any(slot.picture for slot in slots)
    return _Parts(tuple(slots[0].told), pictures, "names" in tables, bool(halves), height)


def _layers(x: alt.X, y: alt.Y, parts: _Parts) -> list[alt.Chart]:
    closed = {"interpolate": "linear-closed", "filled": True}
    body = alt.Chart(alt.NamedData("bodies")).encode(
        x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("shape:N"), color=_as_given("colour")
    )
    segment = {"x": x, "y": y, "x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q"), "color": _as_given("colour")}
    layers = [
        alt.Chart(alt.NamedData("prior"))
        .mark_line(**closed, color=PRIOR, fillOpacity=0.22, strokeWidth=0)
        .encode(x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("shape:N")),
        body.mark_line(**closed, strokeWidth=0).encode(fillOpacity=alt.FillOpacity("fill:Q", scale=None, legend=None)),
        body.mark_line(interpolate="linear-closed", strokeWidth=1.2),
        alt.Chart(alt.NamedData("whiskers")).mark_rule(strokeWidth=1).encode(**segment),
        alt.Chart(alt.NamedData("boxes")).mark_rule(strokeWidth=4).encode(**segment),
        alt.Chart(alt.NamedData("medians"))
        .mark_point(filled=True, fill="white", strokeWidth=1.5, size=22, opacity=1)
        .encode(x=x, y=y, stroke=_as_given("colour", alt.Stroke)),
    ]
    if parts.names:
        layers.append(
            alt.Chart(alt.NamedData("names"))
            .mark_text(fontSize=11, fontWeight="bold")
            .encode(x=x, y=y, text=alt.Text("digit:N"), color=_as_given("colour"))
        )
    return layers


def _finish(layers: list, mark_room, parts: _Parts) -> alt.LayerChart:
    """Put the marked slot behind, the places to point at in front, and the legend of the halves below."""
    pick = alt.selection_point(fields=["slot"], name="pick")
    band = mark_room(color=PRIOR, opacity=0.16, tooltip=None).transform_filter(f"datum.slot == {_CHOSEN}")
    room = mark_room(color=PRIOR, opacity=0.001, cursor="pointer").add_params(pick)
    if parts.halves:
        legend = alt.Legend(orient="bottom", symbolSize=160, symbolOpacity=1, labelLimit=400)
        key = alt.Fill("half:N", title=None, sort=None, scale=alt.Scale(range=[LEFT, RIGHT]), legend=legend)
        layers = [*layers, alt.Chart(alt.NamedData("halves")).mark_square(size=0).encode(fill=key)]
    whole = alt.layer(band, *layers, room).add_params(alt.param(name=_CHOSEN, value=-1))
    return whole.properties(height=parts.height).configure_view(stroke=None)


def _marked(chosen: int | None) -> int:
    return -1 if chosen is None else chosen


def _told(slots: list[Slot]) -> Columns:
    told = {name: [slot.told[name] for slot in slots] for name in slots[0].told}
    return {"slot": np.arange(len(slots)), "image": [slot.picture or "" for slot in slots], **told}


def _tooltips(parts: _Parts) -> list[alt.Tooltip]:
    # Vega shows a picture where the tooltip's title is `image`.
    pictures = [alt.Tooltip("image:N", title="image")] if parts.pictures else []
    return pictures + [alt.Tooltip(f"{name}:N") for name in parts.told]


def _as_given(field: str, channel=alt.Color):
    return channel(f"{field}:N", scale=None, legend=None)
