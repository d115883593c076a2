"""Rows of images with their labels, as one picture that can be put on a slide."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vae_core.charts.pictures import enlarge, grid, to_uint8

_TILE = 56  # pixels a side: twice MNIST's 28
_LEFT, _TOP = 44, 22  # the left margin at least; it grows with the labels
_FONT_SIZE = 16


def traversal(images: np.ndarray, rows: list[str], columns: list[str], dim: list[bool] | None = None) -> np.ndarray:
    """A labelled grid: one row a dimension, one column a value.

    Args:
        images: (R, C, 28, 28) in [0, 1].
        rows: R labels, written on the left; `columns` C labels, written above.
        dim: rows to draw at half brightness, R.

    Returns:
        uint8, (height, width), light on dark as the digits are.
    """
    faded = np.array(dim if dim is not None else [False] * len(rows))
    shown = images * np.where(faded, 0.5, 1.0)[:, None, None, None]
    tiles = np.stack([enlarge(tile, _TILE // 28) for tile in to_uint8(shown.reshape(-1, 28, 28))])
    body = grid(tiles, len(columns), gap=1, background=0.25)
    font = ImageFont.load_default(_FONT_SIZE)
    left = max(_LEFT, *(16 + math.ceil(font.getlength(text)) for text in rows))
    sheet = Image.new("L", (body.shape[1] + left, body.shape[0] + _TOP), 0)
    sheet.paste(Image.fromarray(body), (left, _TOP))
    pen = ImageDraw.Draw(sheet)
    for row, text in enumerate(rows):
        at = (left - 8, _TOP + row * (_TILE + 1) + _TILE // 2)
        pen.text(at, text, fill=150 if faded[row] else 255, anchor="rm", font=font)
    for column, text in enumerate(columns):
        pen.text((left + column * (_TILE + 1) + _TILE // 2, _TOP // 2), text, fill=255, anchor="mm", font=font)
    return np.asarray(sheet)
