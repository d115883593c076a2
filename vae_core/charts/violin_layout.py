"""Where the strokes of violins and boxes go: flat first, dimension i at x = i and its values along y, then wrapped.

`Polar` wraps the flat sheet around a centre, so that both forms draw the same shapes. Tables of coordinates, no chart.
"""

from typing import NamedTuple

import numpy as np

from vae_core.charts.drawing import Columns
from vae_core.charts.palette import COLOURS
from vae_core.densities import Violin

LEFT, RIGHT = "#3f86b4", "#c0641f"  # the two halves; each 3:1 on paper and on night
_SLOT = 0.44  # half the room of a dimension that is drawn on
_HOLE = 0.2  # of the radius, where the lowest values would crowd


class Shape(NamedTuple):
    """One violin: in which slot, at which place of how many in it, and which of its halves."""

    slot: int
    place: int
    places: int
    side: str  # "both", "left" or "right"
    violin: Violin
    digit: int | None = None  # coloured and labelled as this class


class Polar(NamedTuple):
    """The sheet wrapped around a centre: x to the angle, clockwise from the top, y to the radius."""

    slots: int
    low: float
    high: float

    def __call__(self, x, y):
        """Positions (…,) in the unit disc."""
        turn = 2 * np.pi / self.slots
        slot = np.round(x)
        # Few spokes: a dimension takes no more than an eighth of the circle.
        angle = slot * turn + (np.asarray(x) - slot) * min(turn, np.pi / 4)
        radius = self.radius(y)
        return radius * np.sin(angle), radius * np.cos(angle)

    def radius(self, y):
        """Distance from the centre of latent values (…,)."""
        return _HOLE + (1 - _HOLE) * (np.asarray(y, float) - self.low) / (self.high - self.low)


def value_range(shapes: list[Shape]) -> tuple[float, float]:
    """Low and high ends that hold every shape and the prior's ±3."""
    ends = np.array([shape.violin.at[[0, -1]] for shape in shapes] + [[-3.2, 3.2]])
    low, high = ends[:, 0].min(), ends[:, 1].max()
    return float(low - 0.02 * (high - low)), float(high + 0.02 * (high - low))


def outline(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """The flat polygon of a violin, widths relative to its own peak: x and y, (vertices,)."""
    centre, half = position(shape)
    peak = shape.violin.density.max()
    width = half * (shape.violin.density / peak if peak > 0 else np.ones(len(shape.violin.at)))
    left = centre - (width if shape.side != "right" else 0 * width)
    right = centre + (width if shape.side != "left" else 0 * width)
    return np.concatenate([left, right[::-1]]), np.concatenate([shape.violin.at, shape.violin.at[::-1]])


def position(shape: Shape) -> tuple[float, float]:
    """Where a shape stands on the x axis, and half the room it has."""
    room = 2 * _SLOT / shape.places
    return shape.slot - _SLOT + room * (shape.place + 0.5), 0.46 * room


def colour_of(shape: Shape) -> str:
    """That of its class, or of its half."""
    if shape.digit is not None:
        return COLOURS[shape.digit]
    return RIGHT if shape.side == "right" else LEFT


def polygons(shapes: list[Shape], wrap) -> Columns:
    """Outlines carried to the page by `wrap`: one row a vertex, `order` along the outline of its `shape`."""
    if not shapes:
        return dict.fromkeys(("x", "y", "order", "shape", "colour", "fill"), ())
    outlines = [outline(shape) for shape in shapes]
    vertices = [len(x) for x, _ in outlines]
    x, y = wrap(*(np.concatenate(coordinates) for coordinates in zip(*outlines, strict=True)))
    # Halves of one class share its colour: the left one is filled, the right one hollow.
    fills = [0.06 if shape.digit is not None and shape.side == "right" else 0.42 for shape in shapes]
    return {
        "x": x.round(4),
        "y": y.round(3),
        "order": np.concatenate([np.arange(count) for count in vertices]),
        "shape": np.repeat(np.arange(len(shapes)), vertices),
        "colour": np.repeat([colour_of(shape) for shape in shapes], vertices),
        "fill": np.repeat(fills, vertices),
    }


class Boxes(NamedTuple):
    """Whiskers (5 to 95 %), boxes (the quartiles) and medians of some shapes, and the digits of the classes above."""

    whiskers: Columns  # x, y, x2, y2, colour
    boxes: Columns
    medians: Columns  # x, y, colour
    names: Columns  # x, y, digit, colour


def boxes_of(shapes: list[Shape], wrap) -> Boxes:
    """Carried to the page by `wrap`, one row a shape; no name for the second half of a class."""
    places = [position(shape) for shape in shapes]
    aside = {"both": 0.0, "left": -0.25, "right": 0.25}
    at = np.array([centre + aside[shape.side] * half for (centre, half), shape in zip(places, shapes, strict=True)])
    low, lower, median, upper, high = np.array([shape.violin.quantiles for shape in shapes]).reshape(-1, 5).T
    colours = [colour_of(shape) for shape in shapes]

    def rules(start: np.ndarray, end: np.ndarray) -> Columns:
        (x, y), (x2, y2) = wrap(at, start), wrap(at, end)
        return {"x": x, "y": y, "x2": x2, "y2": y2, "colour": colours}

    x, y = wrap(at, median)
    named = [i for i, shape in enumerate(shapes) if shape.digit is not None and shape.side != "right"]
    name_x, name_y = wrap(
        np.array([places[i][0] for i in named]), np.array([shapes[i].violin.at[-1] + 0.15 for i in named])
    )
    return Boxes(
        rules(low, high),
        rules(lower, upper),
        {"x": x, "y": y, "colour": colours},
        {
            "x": name_x,
            "y": name_y,
            "digit": [str(shapes[i].digit) for i in named],
            "colour": [colours[i] for i in named],
        },
    )
