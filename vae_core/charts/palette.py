"""The one palette: a colour and a shape for each digit, and the diverging colours of signed maps.

The ten colours were found by simulated annealing: the smallest CIEDE2000 difference between any two of them is as large
as it could be made under normal vision, protanopia, deuteranopia and tritanopia at once (Machado, Oliveira & Fernandes
2009), while each keeps a contrast of 3:1 against both the light and the dark background of the app. Digits that
resemble each other in the latent space (4 7 9, 3 5 8) were given the colours that differ most.

Colour alone still never tells a class: `class_encodings` gives Altair both colour and shape.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import altair as alt


class DigitStyle(NamedTuple):
    """How one digit is drawn, on every page."""

    label: str
    colour: str  # hex
    name: str  # of the colour, for prose
    shape: str  # Vega symbol or SVG path in [-1, 1]²
    plotly_symbol: str


_HOURGLASS = "M-0.8,-0.9L0.8,-0.9L-0.8,0.9L0.8,0.9Z"
_STAR = "M0,-1L0.28,-0.39L0.95,-0.31L0.46,0.15L0.59,0.81L0,0.48L-0.59,0.81L-0.46,0.15L-0.95,-0.31L-0.28,-0.39Z"

DIGITS = (
    DigitStyle("0", "#839390", "grey", "circle", "circle"),
    DigitStyle("1", "#ff2180", "pink", "triangle-up", "triangle-up"),
    DigitStyle("2", "#756b4a", "olive", "square", "square"),
    DigitStyle("3", "#9785b0", "lilac", "triangle-down", "triangle-down"),
    DigitStyle("4", "#14746a", "teal", "diamond", "diamond"),
    DigitStyle("5", "#59a312", "green", "cross", "cross"),
    DigitStyle("6", "#9d3e9b", "purple", "triangle-left", "triangle-left"),
    DigitStyle("7", "#2990fb", "sky blue", "triangle-right", "triangle-right"),
    DigitStyle("8", "#1b50fe", "deep blue", _HOURGLASS, "hourglass"),
    DigitStyle("9", "#b33d00", "rust", _STAR, "star"),
)
LABELS = tuple(style.label for style in DIGITS)
COLOURS = tuple(style.colour for style in DIGITS)
SHAPES = tuple(style.shape for style in DIGITS)

# Ink missing … none … ink too much; told apart under all three colour-vision deficiencies, light in the middle.
DIVERGING = (
    *("#08457e", "#2b6fae", "#6ba0cf", "#abcbe6", "#e4edf5"),
    *("#faebdf", "#f3c39b", "#e08c50", "#bd5f1b", "#823a05"),
)
# Little … much.
SEQUENTIAL = (
    *("#e6eef3", "#cddee8", "#b1cddd", "#93bad1", "#74a6c3"),
    *("#5791b3", "#3f7ca1", "#2b678d", "#1b5276", "#0f3d5c"),
)


def class_encodings(field: str = "digit", title: str | None = "digit") -> dict[str, "alt.Color | alt.Shape"]:
    """Colour and shape of a class for `alt.Chart.encode(**class_encodings("digit"))`; Altair draws one legend.

    Use opaque marks (`mark_point(filled=True, opacity=1)`): the palette's contrasts are those of opaque colours.

    Args:
        field: column that holds the digit, as number or text.
        title: of the legend.
    """
    import altair as alt

    return {
        "color": alt.Color(f"{field}:N", title=title, scale=alt.Scale(domain=LABELS, range=COLOURS)),
        "shape": alt.Shape(f"{field}:N", title=title, scale=alt.Scale(domain=LABELS, range=SHAPES)),
    }


def rgb(colours: tuple[str, ...]) -> np.ndarray:
    """Hex colours as (N, 3) floats in [0, 1]."""
    return np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]) / 255
