"""Find the ink on a picture of one digit: even light, light on dark, paper 0, specks gone.

Everything works on whole numbers with the rounding stated as a formula, so that another language can repeat it to the
last bit. The one exception is the least-squares surface of `even_paper`, which leaves clean drawings alone.
"""

import numpy as np
from scipy import ndimage

MIN_CONTRAST = 24  # grey levels between ink and paper


class PictureError(ValueError):
    """A picture that cannot be used; the message is for the student and says what to do."""


def require_contrast(contrast: int) -> None:
    """Raise PictureError if ink and paper differ by less than 24 grey levels."""
    if contrast < MIN_CONTRAST:
        raise _nothing(f"ink and paper differ by {contrast} of 255 grey levels, and {MIN_CONTRAST} are needed")


def _nothing(why: str) -> PictureError:
    return PictureError(
        f"There seems to be nothing on this picture: {why}. Draw one digit with a thick, dark pen on plain light paper."
    )


def divide(numerator, denominator):
    """Round half up: ⌊(2n + d) / 2d⌋ for whole n and d > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def quantile(values: np.ndarray, percent: int) -> int:
    """The smallest grey level that at least `percent` % of the values do not exceed."""
    cumulative = np.cumsum(np.bincount(values.ravel(), minlength=256))
    return int(np.argmax(100 * cumulative >= percent * cumulative[-1]))


def bounding_box(mask: np.ndarray) -> tuple[slice, slice]:
    """The smallest rectangle that holds every True pixel."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def longest_side(mask: np.ndarray) -> int:
    """The longest side of the bounding box of the True pixels."""
    return max(mask[bounding_box(mask)].shape)


def even_paper(light: np.ndarray) -> np.ndarray:
    """Subtract the paper's own tone where it varies by more than 16 grey levels, as under uneven light.

    Least squares of [1, u, v, u², uv, v²], u and v from −1 to 1, on every k-th pixel, k = ⌈longest side / 64⌉: twice
    on the border ring, then five times on all samples, always without those farther from the last surface (at first:
    the ring's median) than max(4 × median |residual| of the last samples kept, 2). The surface's mean is added back;
    values are rounded half up and clipped to 0…255.
    """
    rows, columns = (np.linspace(-1, 1, side) if side > 1 else np.zeros(1) for side in light.shape)
    step = -(-max(light.shape) // 64)
    samples = light[::step, ::step].astype(float).ravel()
    terms = _quadratic(rows[::step], columns[::step])
    ring = _border(light)[::step, ::step].ravel()
    ridge = np.diag([0, *5 * (1e-6,)])  # so that a single row of pixels can be solved for too
    surface, kept = np.median(samples[ring]), ring
    for candidates in (*2 * (ring,), *5 * (np.ones_like(ring),)):
        residual = np.abs(samples - surface)
        kept = candidates & (residual <= max(4 * np.median(residual[kept]), 2))
        weights = np.linalg.solve(terms[kept].T @ terms[kept] + ridge, terms[kept].T @ samples[kept])
        surface = terms @ weights
    if np.ptp(surface) <= 16:
        return light
    surface = (_quadratic(rows, columns) @ weights).reshape(light.shape)
    return np.clip(np.floor(light - surface + surface.mean() + 0.5), 0, 255).astype(np.uint8)


def _quadratic(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    v, u = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    return np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], axis=1)


def light_on_dark(levels: np.ndarray) -> np.ndarray:
    """255 − v where the ink is dark: where Σ (v − paper)² is larger over darker than over lighter pixels.

    Paper is the median (`quantile` 50) of the border ring.
    """
    contrast = levels.astype(np.int64) - quantile(levels[_border(levels)], 50)
    dark = (contrast[contrast < 0] ** 2).sum() > (contrast[contrast > 0] ** 2).sum()
    return 255 - levels if dark else levels


def ink_only(light: np.ndarray) -> np.ndarray:
    """Set paper to 0 and ink to about 255; remove specks, and what is faint and apart from the ink.

    1. paper = median of the border ring; gate = paper + max(2 (paper − 10 % quantile of the pixels ≤ paper), 8).
       Pixels above the gate may be ink.
    2. strong = those above Otsu's threshold of them and as many pixels of paper's tone, so that the
       amount of empty paper does not matter.
    3. Strong pixels that touch (8 neighbours) form a stroke. Strokes that lie along more than half of one side of
       the picture go if others are left: that is the table, not ink. So do strokes with less than 1/50 of the
       pixels of the largest one. The ink's tone is the 90 % quantile of the strokes left; it must differ from paper
       by 24.
    4. Fainter pixels above the gate stay within ⌈longest side of the strokes' bounding box / 20⌉ rows and columns of
       a stroke: one of MNIST's pixels. This keeps soft edges and drops ruled lines and most of a shadow.
    5. Value: (v − paper) · 255 / (tone − paper), rounded half up, at most 255.
    """
    paper = quantile(light[_border(light)], 50)
    gate = paper + max(2 * (paper - quantile(light[light <= paper], 10)), 8)
    candidates = light > gate
    if not candidates.any():
        raise _nothing("nothing stands out from the unevenness of the paper")
    strong = candidates & (light > _otsu(light[candidates], paper))
    strokes, _ = ndimage.label(strong, np.ones((3, 3)))
    size = np.bincount(strokes.ravel())
    size[0] = 0  # what is not strong
    along = np.zeros_like(size, dtype=bool)
    for side in (strokes[0], strokes[-1], strokes[:, 0], strokes[:, -1]):
        along |= 2 * np.bincount(side, minlength=len(size)) > len(side)
    if size[~along].any():
        size[along] = 0
    stroke = (50 * size >= size.max())[strokes] & strong
    tone = quantile(light[stroke], 90)
    require_contrast(tone - paper)
    reach = -(-longest_side(stroke) // 20)
    near = ndimage.maximum_filter(stroke, size=2 * reach + 1, mode="constant")
    ink = np.where(near & candidates & (stroke | ~strong), light.astype(np.int64) - paper, 0)
    return np.minimum(divide(255 * ink, tone - paper), 255).astype(np.uint8)


def _otsu(candidates: np.ndarray, paper: int) -> int:
    """Otsu's threshold t (classes v ≤ t and v > t): the middle ⌊(first + last) / 2⌋ of the best ones.

    Best: largest (W·s − S·w)² / (w (W − w)), with w and s count and sum of the values ≤ t, W and S those of all.
    Source: Otsu 1979, "A threshold selection method from gray-level histograms".
    """
    histogram = np.bincount(candidates, minlength=256)
    histogram[paper] += len(candidates)
    count, total = np.cumsum(histogram), np.cumsum(histogram * np.arange(256))
    both = slice(paper, int(candidates.max()))  # the thresholds that leave neither class empty
    w, s = count[both].astype(float), total[both].astype(float)
    between = (count[-1] * s - total[-1] * w) ** 2 / (w * (count[-1] - w))
    best = np.flatnonzero(between == between.max())
    return paper + int(best[0] + best[-1]) // 2


def _border(image: np.ndarray) -> np.ndarray:
    """True on the outer ring, ⌈side / 20⌉ pixels wide on each axis: where a picture of a digit shows paper."""
    ring = np.ones(image.shape, bool)
    high, wide = (-(-side // 20) for side in image.shape)
    ring[high:-high, wide:-wide] = False
    return ring
