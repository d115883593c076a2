"""What can be measured on a digit's picture: how much ink, how wide, how tall, how slanted."""

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


def change_along(walk: np.ndarray, real: np.ndarray) -> dict[str, tuple[float, float, float]]:
    """How a walk's pictures change, beside how real ones differ from each other.

    Args:
        walk: pictures in the order of the walk, (S, H, W).
        real: pictures of the same class, (N, H, W).

    Returns:
        For each of `MEASURES`: first value, last value, and their difference in standard deviations over `real`, nan if
        those are all alike.
    """
    along, among = measure(walk), measure(real)
    changes = {}
    for name in MEASURES:
        first, last, spread = float(along[name][0]), float(along[name][-1]), float(np.nanstd(among[name]))
        changes[name] = (first, last, (last - first) / spread if spread > 1e-9 else float("nan"))
    return changes
