"""A student's own picture: read it safely, then bring it into MNIST's form.

What comes in is whatever a browser uploads, so everything that can be refused is refused before it is decoded.
"""

import contextlib
import re
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from vae_core.ink import PictureError, require_contrast
from vae_core.mnist_form import MnistForm, Step, eight_bit, grey, opaque, to_mnist

__all__ = ["MnistForm", "PictureError", "Step", "read_picture", "to_mnist"]

MAX_BYTES = 10 * 1024**2
MAX_PIXELS = 25_000_000  # a 24-megapixel phone photo passes; decoded it takes 100 MB at most
MAX_SCANS = 100  # a progressive JPEG goes some ten times over the picture; each time costs as much, however short
MAX_SIDE = 1024  # larger pictures are averaged down: the digit ends in 20 pixels anyway

_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")  # of a segment with a length, or the end
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
_MAX_SEGMENTS = 10_000


def read_picture(data: bytes) -> Image.Image:
    """The first frame of a PNG or JPEG file: upright, 8 bits a channel, at most 1024 pixels a side.

    The number of bytes, the size in the header and a JPEG's passes are checked before any pixel is decoded.

    Args:
        data: the file's bytes.

    Returns:
        A picture of mode L, RGB or RGBA.

    Raises:
        PictureError: empty or over 10 MB, neither PNG nor JPEG, too many pixels or passes, broken off, or blank.
    """
    if not data:
        raise PictureError("The file is empty. Choose a PNG or JPEG picture of one digit.")
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"The file has {len(data) / 1024**2:.1f} MB and at most {MAX_BYTES // 1024**2} MB can be read. "
            "Crop the picture to the digit, or save it smaller."
        )
    image = _open(data)
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_many_pixels(f"{width:,} × {height:,} pixels")
    if image.format != "PNG" and _scans(data) > MAX_SCANS:
        raise PictureError(
            f"This JPEG is stored in more than {MAX_SCANS} passes, which no camera does. Save it again, best as a PNG."
        )
    # A decoder meeting a damaged file raises almost anything: OSError, SyntaxError, struct.error, zlib.error.
    try:
        image.draft(None, (MAX_SIDE, MAX_SIDE))  # a large JPEG is decoded at a half, a quarter or an eighth
        image.load()
        image = eight_bit(image)
    except Exception as error:
        raise PictureError(
            "The picture is damaged or breaks off before its end. Save or download it again, then try once more."
        ) from error
    if max(image.size) > MAX_SIDE:
        image = image.reduce(-(-max(image.size) // MAX_SIDE))
    with contextlib.suppress(Exception):  # with unreadable EXIF notes the picture stays as it was stored
        image = ImageOps.exif_transpose(image)
    require_contrast(int(np.ptp(grey(opaque(image)))))
    return image


def _open(data: bytes) -> Image.Image:
    """Read the header only."""
    try:
        return Image.open(BytesIO(data), formats=["PNG", "JPEG"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("far more") from error
    except Exception as error:
        raise PictureError(
            "This file is not a PNG or JPEG picture. Save it as one of these: a screenshot is usually a PNG, and "
            "a phone that takes HEIC photos can export JPEG."
        ) from error


def _scans(data: bytes) -> int:
    """How many passes over the picture a JPEG file holds, counted up to one more than are allowed."""
    count, place = 0, 2
    for _ in range(_MAX_SEGMENTS):
        marker = _MARKER.search(data, place)
        if marker is None or marker[0] == _END or count > MAX_SCANS:
            return count
        count += marker[0] == _SCAN
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
    return MAX_SCANS + 1


def _too_many_pixels(given: str) -> PictureError:
    return PictureError(
        f"At most {MAX_PIXELS // 1_000_000} million pixels can be read, and the picture has {given}. "
        "Crop it to the digit, or take a screenshot of it."
    )
