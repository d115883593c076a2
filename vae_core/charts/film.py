"""Frames of a film as files: one sprite for the browser, an animated GIF, a strip for a slide.

Frames are grey, (T, H, W), uint8 or float in [0, 1].
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vae_core.charts.pictures import enlarge, grid, to_uint8

_LABEL = 18  # pixels above a row of the strip
_SCALE = 2  # of a strip's tile
_RIM = 2


def sprite(frames: np.ndarray, columns: int = 16) -> np.ndarray:
    """All frames in one picture without gaps, row by row, uint8; frame i is in row i // columns, column i % columns."""
    return grid(frames, columns, gap=0, background=0.0)


def gif_bytes(frames: np.ndarray, seconds: float, scale: int = 8, hold_s: float = 1.0) -> bytes:
    """An animated GIF that repeats for ever and rests on its last frame.

    Args:
        frames: (T, H, W).
        seconds: duration without the rest; a GIF counts in hundredths and browsers slow frames under two of them.
        scale: pixels a side for each of the frame's.
        hold_s: rest on the last frame, seconds.

    Raises:
        ValueError: no frame, or a duration that is not above zero.
    """
    frames = to_uint8(frames)
    if frames.ndim != 3 or len(frames) == 0 or not seconds > 0:
        raise ValueError(f"A film has frames (T, H, W) and a duration above 0, not {frames.shape} and {seconds} s.")
    each = max(20, round(seconds * 100 / len(frames)) * 10)  # milliseconds, in whole hundredths of a second
    images = [Image.fromarray(enlarge(frame, scale)) for frame in frames]
    durations = [each] * (len(images) - 1) + [each + round(hold_s * 100) * 10]
    buffer = io.BytesIO()
    images[0].save(buffer, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0)
    return buffer.getvalue()


def strip(frames: np.ndarray, labels: list[str], columns: int) -> np.ndarray:
    """Frames in reading order with a line of text above each, those that have one with a white rim.

    Args:
        frames: (T, H, W).
        labels: T, empty for most.
        columns: frames a row.

    Returns:
        uint8, (height, width), light on dark as the digits are.

    Raises:
        ValueError: another number of labels than frames.
    """
    if len(labels) != len(frames):
        raise ValueError(f"Every frame needs a label, empty or not: {len(frames)} frames, {len(labels)} labels.")
    tiles = np.stack([enlarge(frame, _SCALE) for frame in to_uint8(frames)])
    for tile, label in zip(tiles, labels, strict=True):
        if label:
            tile[:_RIM] = tile[-_RIM:] = 255
            tile[:, :_RIM] = tile[:, -_RIM:] = 255
    headed = np.pad(tiles, ((0, 0), (_LABEL, 0), (0, 0)))
    sheet = Image.fromarray(grid(headed, columns, gap=1, background=0.0))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    height, width = headed.shape[1:]
    for number, label in enumerate(labels):
        row, column = divmod(number, columns)
        centre = (1 + column * (width + 1) + width // 2, 1 + row * (height + 1) + _LABEL // 2)
        pen.text(centre, label, fill=255, anchor="mm", font=font)
    return np.asarray(sheet)
