"""From a picture of one digit to MNIST's form, step by step.

MNIST's digits fill a 20×20 box with their shape kept and lie in a 28×28 field, light ink on black, with their centre
of mass on pixel (14, 14). A network that has only seen such digits makes little of a photo.
Source of the form: LeCun et al. 1998, "Gradient-based learning applied to document recognition", section III.A.

As in `ink`, every step works on whole numbers with its rounding stated as a formula.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from vae_core.ink import bounding_box, divide, even_paper, ink_only, light_on_dark, longest_side

FIELD, BOX, CENTRE = 28, 20, 14
FAINT = 85  # a third of full ink: blur and compression soften edges, and ruled lines are fainter still


class Step(NamedTuple):
    """One step, to be shown."""

    name: str
    why: str
    image: np.ndarray  # uint8: (H, W, 3) when opened, (H, W) from then on


class MnistForm(NamedTuple):
    """A digit in MNIST's form and the way there."""

    steps: tuple[Step, ...]
    image: np.ndarray  # float32 (28, 28) in [0, 1]: the last step / 255


def to_mnist(image: Image.Image) -> MnistForm:
    """Bring one digit, dark on light or light on dark, into MNIST's form, keeping every step.

    Args:
        image: any size; `read_picture` gives one.

    Returns:
        The steps to show, and the digit as float32 (28, 28) in [0, 1].

    Raises:
        PictureError: no ink stands out from the paper.
    """
    opened = opaque(eight_bit(image))
    grey_levels = grey(opened)
    even = even_paper(grey_levels)
    light = light_on_dark(even)
    ink = ink_only(light)
    thick = _thicken(ink)
    cropped = thick[bounding_box(thick > FAINT)]
    box = _fit_box(cropped)
    field = _centre(box)
    steps = (
        Step("Opened", "Your picture as it was read, upright, with transparent parts filled in.", opened),
        Step("Grey", "MNIST has no colour, so only the brightness of each pixel is kept.", grey_levels),
        Step("Even light", "If the light changes slowly over the paper, that change is taken away.", even),
        Step("Light on dark", "MNIST's ink is light. The border shows which side is your paper.", light),
        Step("Ink only", "Paper becomes 0, ink about 255, and small specks go.", ink),
        Step("Pen width", "Strokes much thinner than MNIST's are thickened; others stay.", thick),
        Step("Cropped", "Where the digit lies on the page does not matter: the empty margin goes.", cropped),
        Step("20×20 box", "As large as fits in 20×20 pixels, averaged, with its shape kept.", box),
        Step("28×28, centred", "The centre of mass goes to the middle, as for every MNIST digit.", field),
    )
    return MnistForm(steps, (field / 255).astype(np.float32))


def eight_bit(image: Image.Image) -> Image.Image:
    """Mode L, RGB or RGBA with 8 bits a channel; 16-bit values v become round(255 v / 65535)."""
    if image.mode.startswith("I"):
        values = np.asarray(image)
        levels = np.empty(values.shape, np.uint8)
        for top in range(0, len(values), 64):  # 25 million pixels at once would take 600 MB on the way
            band = np.clip(values[top : top + 64], 0, 65535).astype(np.int64)
            levels[top : top + 64] = divide(255 * band, 65535)
        return Image.fromarray(levels)
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L", "F") else "RGB")


def opaque(image: Image.Image) -> np.ndarray:
    """Lay the picture over one backing tone b: round((rgb·a + b·(255 − a)) / 255) per channel, (H, W, 3) uint8.

    Ink on a transparent sheet gets black or white, whichever is farther from the ink. It is taken for that when less
    than half of the picture is visible, or when what is visible has one tone (variance < 32²). Otherwise, as with a
    screenshot's rounded corners, the backing is the mean visible tone. Means are rounded down.
    """
    if image.mode != "RGBA":
        return np.asarray(image.convert("RGB"))
    pixels = np.asarray(image).astype(np.int64)
    rgb, alpha = pixels[..., :3], pixels[..., 3]
    tone, visible = grey(rgb).astype(np.int64), int(alpha.sum())
    mean = int((alpha * tone).sum()) // max(visible, 1)
    variance = int((alpha * (tone - mean) ** 2).sum()) // max(visible, 1)
    floating = 2 * visible < 255 * alpha.size or variance < 32**2
    backing = (255 if mean < 128 else 0) if floating else mean
    alpha = alpha[..., None]
    return divide(rgb * alpha + backing * (255 - alpha), 255).astype(np.uint8)


def grey(rgb: np.ndarray) -> np.ndarray:
    """Luma of Rec. 601: ⌊(299 R + 587 G + 114 B + 500) / 1000⌋."""
    red, green, blue = (rgb[..., channel].astype(np.int64) for channel in range(3))
    return ((299 * red + 587 * green + 114 * blue + 500) // 1000).astype(np.uint8)


def _thicken(ink: np.ndarray) -> np.ndarray:
    """Widen strokes that are thinner than 2/25 of the longest side: 1.6 of the 20 pixels to come.

    With A the pixels above 127, E those of them that touch (8 neighbours, outside included) one that is not, and L
    the longest side of their bounding box, strokes are about 2A/E wide. Each pixel becomes the largest value within
    g = round half up (L/25 − A/E) rows and columns, the picture growing by g on every side; g ≤ 0 changes nothing.
    """
    inside = ink > 127
    edge = inside & ~ndimage.minimum_filter(inside, size=3, mode="constant")
    area, rim = int(inside.sum()), int(edge.sum())
    growth = divide(longest_side(inside) * rim - 25 * area, 25 * rim)
    if growth <= 0:
        return ink
    return ndimage.maximum_filter(np.pad(ink, growth), size=2 * growth + 1, mode="constant")


def _fit_box(ink: np.ndarray) -> np.ndarray:
    """Longest side 20, the other max(1, round half up (20 · short / long)), averaging; then thin strokes brighten.

    Area average: output pixel i of n covers [i·m/n, (i+1)·m/n) of the m input pixels, and averages them by the part
    that it covers. A stroke thinner than an output pixel comes out grey, which MNIST's never are, so the sums v
    become min(255, round half up (255 v / q)), q the value of rank ⌈8n/10⌉ among the n above 0, counted from 1.
    """
    shape = tuple(max(1, divide(BOX * side, max(ink.shape))) for side in ink.shape)
    rows, columns = (_overlap(inside, out) for inside, out in zip(ink.shape, shape, strict=True))
    total = rows @ ink.astype(np.int64) @ columns.T
    inked = np.sort(total[total > 0])
    bright = inked[-(-8 * len(inked) // 10) - 1]
    return np.minimum(divide(255 * total, bright), 255).astype(np.uint8)


def _overlap(inside: int, out: int) -> np.ndarray:
    """How much of input pixel j output pixel i covers, in 1/out of a pixel: (out, inside), rows sum to inside."""
    i, j = np.arange(out)[:, None], np.arange(inside)[None, :]
    return np.maximum(0, np.minimum((i + 1) * inside, (j + 1) * out) - np.maximum(i * inside, j * out))


def _centre(box: np.ndarray) -> np.ndarray:
    """Into 28×28 by the whole shift ⌈13.5 − c⌉ on each axis, so that the centre of mass c comes into [13.5, 14.5).

    c counts from pixel 0. The shift is kept within 0…28 − side so that no ink is lost.
    """
    mass, start = box.astype(np.int64), []
    for axis, side in enumerate(box.shape):
        moment, total = int((mass.sum(axis=1 - axis) * np.arange(side)).sum()), int(mass.sum())
        shift = -((2 * moment - (2 * CENTRE - 1) * total) // (2 * total))
        start.append(min(max(shift, 0), FIELD - side))
    field = np.zeros((FIELD, FIELD), np.uint8)
    field[start[0] : start[0] + box.shape[0], start[1] : start[1] + box.shape[1]] = box
    return field
