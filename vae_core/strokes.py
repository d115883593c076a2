"""What can be measured on a digit's picture: how much ink, how wide, how tall, how slanted."""

from collections.abc import Mapping

import numpy as np

MEASURES = {"weight": "ink", "width": "pixels", "height": "pixels", "slant": "pixels right per pixel up"}


def measure(images: np.ndarray) -> dict[str, np.ndarray]:
    r"""Weight, width, height and slant of pictures, from the moments of their ink.

    weight: Σ ink, as many full pixels. width and height: 2 standard deviations of the ink's place to the right and
    upwards. slant: cov(right, up) / var(up), the lean of the line that fits the ink best; above 0 to the right.

    Args:
        images: ink in [0, 1], row 0 on top, (..., H, W).

    Returns:
        One array (...) for each of `MEASURES`; all but the weight are nan for a picture without ink.

    Source: Castro et al. 2019, "Morpho-MNIST", whose slant this is.
    """
    images = np.asarray(images, dtype=np.float64)
    if images.ndim < 2:
        raise ValueError(f"images are (..., height, width), not of shape {images.shape}")
    rows, columns = images.shape[-2:]
    up, right = -np.arange(rows, dtype=float)[:, None], np.arange(columns, dtype=float)
    weight = images.sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        ink = images / weight[..., None, None]
    centre_up = (ink * up).sum(axis=(-2, -1), keepdims=True)
    centre_right = (ink * right).sum(axis=(-2, -1), keepdims=True)
    from_up, from_right = up - centre_up, right - centre_right
    variance_up = (ink * from_up**2).sum(axis=(-2, -1))
    variance_right = (ink * from_right**2).sum(axis=(-2, -1))
    covariance = (ink * from_up * from_right).sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        slant = np.where(variance_up > 0, covariance / variance_up, np.nan)
    return {
        "weight": weight,
        "width": 2 * np.sqrt(variance_right),
        "height": 2 * np.sqrt(variance_up),
        "slant": slant,
    }


def spread(real: np.ndarray) -> dict[str, float]:
    """How real pictures (N, H, W) differ from each other: the standard deviation of each of `MEASURES`."""
    return {name: float(np.nanstd(values)) for name, values in measure(real).items()}


def change_along(walk: np.ndarray, among: Mapping[str, float]) -> dict[str, tuple[float, float, float]]:
    """How a walk's pictures change, beside how real ones differ from each other.

    Args:
        walk: pictures in the order of the walk, (S, H, W).
        among: `spread` of real pictures of the same class.

    Returns:
        For each of `MEASURES`: first value, last value, and their difference in standard deviations of the real ones,
        nan if those are all alike.
    """
    ends = measure(walk[[0, -1]])
    changes = {}
    for name in MEASURES:
        first, last = ends[name].tolist()
        changes[name] = (first, last, (last - first) / among[name] if among[name] > 1e-9 else float("nan"))
    return changes
