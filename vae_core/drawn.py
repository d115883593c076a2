"""Drawings: what the pad in the browser hands over, and a few that are no digits.

The pad (`ui/components/drawing/sheet.js`) has 252×252 pixels of sixteen tones and lies in the middle of a sheet of
280×280 whose border stays paper, so that `ink.even_paper` finds nothing to level and the browser's twin of
`mnist_form.to_mnist` can do without it.
"""

import re

import numpy as np
from PIL import Image, ImageDraw

from vae_core.ink import PictureError

SIDE, RING = 252, 14
_RUN = re.compile(r"([a-p])([0-9]{0,5})")
_LONGEST = 2 * SIDE**2  # characters: every pixel a run of its own, and to spare

_PEN = 22  # the pad's own width at first
# Lines through points of the unit square, row 0 on top.
_SHAPES = {
    "house": [[(0.2, 0.9), (0.2, 0.45), (0.5, 0.1), (0.8, 0.45), (0.8, 0.9), (0.2, 0.9)]],
    "star": [[(0.5, 0.08), (0.74, 0.86), (0.08, 0.38), (0.92, 0.38), (0.26, 0.86), (0.5, 0.08)]],
    "letter A": [[(0.15, 0.9), (0.5, 0.1), (0.85, 0.9)], [(0.29, 0.6), (0.71, 0.6)]],
    "hash": [[(x, 0.1), (x, 0.9)] for x in (0.35, 0.65)] + [[(0.1, y), (0.9, y)] for y in (0.35, 0.65)],
    "arrow": [[(0.1, 0.5), (0.9, 0.5)], [(0.6, 0.2), (0.9, 0.5), (0.6, 0.8)]],
}
NO_DIGITS = tuple(_SHAPES)


def read(text: str) -> Image.Image:
    """The sheet that the pad hands over as text, dark ink on white.

    Args:
        text: runs of equal tones, row by row: a letter, a for paper to p for ink, and how often if more than once.

    Returns:
        A grey picture of 280×280 pixels.

    Raises:
        PictureError: the text is not such a drawing.
    """
    runs = _RUN.findall(text[:_LONGEST])
    counts = [int(count or 1) for _, count in runs]
    if sum(len(letter) + len(count) for letter, count in runs) != len(text) or sum(counts) != SIDE**2:
        raise PictureError("The drawing did not arrive whole. Draw one more stroke, or clear the pad and try again.")
    tones = np.repeat([ord(letter) - ord("a") for letter, _ in runs], counts).reshape(SIDE, SIDE)
    return Image.fromarray(np.pad(255 - 17 * tones, RING, constant_values=255).astype(np.uint8))


def no_digit(name: str) -> Image.Image:
    """One of `NO_DIGITS`, drawn with the pad's pen on a sheet of the same size."""
    sheet = Image.new("L", (SIDE + 2 * RING,) * 2, 255)
    pen = ImageDraw.Draw(sheet)
    for line in _SHAPES[name]:
        points = [(RING + SIDE * x, RING + SIDE * y) for x, y in line]
        pen.line(points, 0, _PEN, joint="curve")
        for x, y in points:
            pen.ellipse((x - _PEN / 2, y - _PEN / 2, x + _PEN / 2, y + _PEN / 2), 0)
    return sheet
