"""The nearest of many images to each of some others: where a model that memorises would be caught."""

from typing import NamedTuple

import numpy as np


class Nearest(NamedTuple):
    """For each query its nearest image: `index` among them (N,), Euclidean `distance` over the pixels (N,)."""

    index: np.ndarray
    distance: np.ndarray


def nearest(queries: np.ndarray, images: np.ndarray) -> Nearest:
    r"""The image with the smallest $\lVert x - y\rVert$ to each query x.

    Found by $\lVert x\rVert^2 - 2 x^\top y + \lVert y\rVert^2$, one matrix product; the distance to the one found is
    then taken directly, so that it is 0 for a copy.

    Args:
        queries: (N, H, W) in [0, 1]; `images` (M, H, W) likewise.

    Raises:
        ValueError: no image, or images of another size.
    """
    if not len(images) or queries.shape[1:] != images.shape[1:]:
        raise ValueError(f"queries have shape {queries.shape} and images {images.shape}; give images of one size")
    x, y = (np.asarray(each, dtype=np.float32).reshape(len(each), -1) for each in (queries, images))
    index = ((y * y).sum(axis=1) - 2 * x @ y.T).argmin(axis=1)
    return Nearest(index, np.linalg.norm(x.astype(np.float64) - y[index], axis=1))
