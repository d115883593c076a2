"""Arrays as pictures: grids, signed maps, PNG bytes and data URIs. No I/O, no Streamlit.

Images are grey (H, W) or colour (H, W, 3), either uint8 or float in [0, 1]. A `data:` URI travels inside the page, so
it needs no request of its own and works behind several servers.
"""

import base64
import io
import zlib

import numpy as np
from PIL import Image

from vae_core.charts.palette import DIVERGING, rgb


def to_uint8(images: np.ndarray) -> np.ndarray:
    """The same images as uint8; floats outside [0, 1] are clipped.

    Raises:
        ValueError: on values that are neither uint8 nor float, or not finite.
    """
    images = np.asarray(images)
    if images.dtype == np.uint8:
        return images
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"images are {images.dtype}; allowed: uint8, or float in [0, 1]")
    if not np.isfinite(images).all():
        raise ValueError("images hold values that are not finite; allowed: uint8, or float in [0, 1]")
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)


def png_bytes(image: np.ndarray) -> bytes:
    """One image as a PNG file."""
    buffer = io.BytesIO()
    # Enlarged pixels and empty paper are runs: looking for nothing else takes half as long, and most come out smaller.
    Image.fromarray(to_uint8(image)).save(buffer, "PNG", compress_type=zlib.Z_RLE)
    return buffer.getvalue()


def data_uri(image: np.ndarray) -> str:
    """One image as a PNG `data:` URI."""
    return "data:image/png;base64," + base64.b64encode(png_bytes(image)).decode()


def data_uris(images: np.ndarray) -> list[str]:
    """A PNG `data:` URI for each of the images, (N, H, W) or (N, H, W, 3)."""
    return [data_uri(image) for image in to_uint8(images)]


def grid(images: np.ndarray, columns: int, gap: int = 2, background: float = 1.0) -> np.ndarray:
    """Images as tiles of one picture, row by row from the top left.

    Args:
        images: (N, H, W) or (N, H, W, 3).
        columns: tiles a row; the last row may stay short.
        gap: pixels between tiles and around them.
        background: grey level of gaps and missing tiles, in [0, 1].

    Returns:
        uint8, (rows·(H + gap) + gap, columns·(W + gap) + gap[, 3]).

    Raises:
        ValueError: on no images, no columns or a negative gap.
    """
    images = to_uint8(images)
    if images.ndim not in (3, 4) or len(images) == 0:
        raise ValueError(f"images have shape {images.shape}; allowed: (N, H, W) or (N, H, W, 3) with N of 1 or more")
    if columns < 1 or gap < 0:
        raise ValueError(f"columns is {columns} and gap is {gap}; allowed: columns of 1 or more, gap of 0 or more")
    count, height, width = images.shape[:3]
    rows = -(-count // columns)
    missing = np.full((rows * columns - count, *images.shape[1:]), round(background * 255), np.uint8)
    tiles = np.concatenate([images, missing])
    # a gap right of and below each tile, then one left of and above the whole
    edges = [(0, 0), (0, gap), (0, gap)] + [(0, 0)] * (images.ndim - 3)
    tiles = np.pad(tiles, edges, constant_values=round(background * 255))
    tiles = tiles.reshape(rows, columns, height + gap, width + gap, *images.shape[3:]).swapaxes(1, 2)
    picture = tiles.reshape(rows * (height + gap), columns * (width + gap), *images.shape[3:])
    edges = [(gap, 0), (gap, 0)] + [(0, 0)] * (images.ndim - 3)
    return np.pad(picture, edges, constant_values=round(background * 255))


def signed_map(values: np.ndarray, limit: float = 1.0) -> np.ndarray:
    """Signed values as colours: blue below zero, near white at zero, brown above.

    Args:
        values: (..., H, W), such as reconstruction − image: blue where ink is missing, brown where there is too much.
        limit: magnitude that gets the strongest colour; anything beyond it too.

    Returns:
        uint8, (..., H, W, 3).

    Raises:
        ValueError: when limit is not above zero.
    """
    if not limit > 0:
        raise ValueError(f"limit is {limit}; allowed: numbers above 0")
    anchors = rgb(DIVERGING)
    place = np.clip(np.asarray(values, np.float64) / limit, -1, 1)
    at = np.linspace(-1, 1, len(anchors))
    return to_uint8(np.stack([np.interp(place, at, anchors[:, channel]) for channel in range(3)], axis=-1))


def enlarge(image: np.ndarray, scale: int) -> np.ndarray:
    """Every pixel of an (H, W) or (H, W, 3) image as a square of scale × scale, so that none is smoothed away."""
    if scale < 1:
        raise ValueError(f"scale is {scale}; allowed: whole numbers of 1 or more")
    return np.asarray(image).repeat(scale, axis=0).repeat(scale, axis=1)
