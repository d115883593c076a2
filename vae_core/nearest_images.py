"""The nearest of many images to each of some others: where a model that memorises would be caught."""

from typing import NamedTuple

import numpy as np

from vae_core.grey_levels import white

_SOME = 512  # images at a time: all as floats would be new memory of many megabytes


class Nearest(NamedTuple):
    """For each query its nearest image: `index` among them (N,), Euclidean `distance` over the pixels (N,)."""

    index: np.ndarray
    distance: np.ndarray


def nearest(queries: np.ndarray, images: np.ndarray) -> Nearest:
    r"""The image with the smallest $\lVert x - y\rVert$ to each query x.

    Found by $\lVert x\rVert^2 - 2 x^\top y + \lVert y\rVert^2$, a matrix product for some images at a time; the
    distance to the one found is then taken directly, so that it is 0 for a copy.

    Args:
        queries: (N, H, W), uint8 or in [0, 1]; `images` (M, H, W) likewise.

    Raises:
        ValueError: no image, or images of another size.
    """
    if not len(images) or queries.shape[1:] != images.shape[1:]:
        raise ValueError(f"queries have shape {queries.shape} and images {images.shape}; give images of one size")
    x = _pixels(queries)
    index, least = np.zeros(len(x), int), np.full(len(x), np.inf, np.float32)
    for start in range(0, len(images), _SOME):
        y = _pixels(images[start : start + _SOME])
        closeness = (y * y).sum(axis=1) - 2 * x @ y.T
        best = closeness.argmin(axis=1)
        closest = closeness[np.arange(len(x)), best]
        index = np.where(closest < least, start + best, index)
        least = np.minimum(closest, least)
    return Nearest(index, np.linalg.norm(x.astype(np.float64) - _pixels(images[index]), axis=1))


def _pixels(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(white(images))
