"""A decoder for any space: draw an image as the average of the images that lie nearest to it there.

It needs no training and is the same for every representation, so it compares what two spaces know of a picture, even
where one of them has no decoder.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from vae_core.grey_levels import white
from vae_core.representations import class_means


def neighbours(known: ArrayLike, new: ArrayLike, count: int) -> np.ndarray:
    """The `count` rows of `known` (N, d) nearest to each row of `new` (M, d): (M, count), nearest first.

    Raises:
        ValueError: other shapes, or a count that is not from 1 to N.
    """
    known, new = np.asarray(known, dtype=np.float64), np.asarray(new, dtype=np.float64)
    if known.ndim != 2 or new.ndim != 2 or known.shape[1] != new.shape[1]:
        raise ValueError(f"known has shape {known.shape} and new {new.shape}; allowed: (N, d) and (M, d)")
    if not 1 <= count <= len(known):
        raise ValueError(f"count is {count}; allowed: 1 to {len(known)}, the number of known points")
    return KDTree(known).query(new, k=[*range(1, count + 1)])[1]


def averages(images: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Mean of the chosen images: uint8 or float (N, H, W) and (M, count) -> (M, H, W) float32 in [0, 1]."""
    return (images[chosen].mean(axis=1, dtype=np.float32) / white(images)).astype(np.float32)


def class_averages(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The average image of each class, (10, H, W) in [0, 1]: all that the label alone can draw."""
    return (class_means(images.reshape(len(images), -1), labels) / white(images)).reshape(-1, *images.shape[1:])


def half_sse(images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """½‖x − x̂‖² of each image, (N,), in squared grey levels from 0 to 1."""
    return 0.5 * np.square(images / white(images) - drawn, dtype=np.float64).sum(axis=(1, 2))
