"""The normal distribution in one dimension; scipy.stats has it too, and takes half a second of every start to load."""

import numpy as np
from numpy.typing import ArrayLike


def density(x: ArrayLike, mean: ArrayLike = 0.0, stddev: ArrayLike = 1.0) -> np.ndarray:
    r"""N(x; mean, stddev²) $= \exp(-\tfrac12((x-\mu)/\sigma)^2)/(\sigma\sqrt{2\pi})$; shapes are broadcast."""
    stddev = np.asarray(stddev)
    return np.exp(-0.5 * np.square((x - np.asarray(mean)) / stddev)) / (stddev * np.sqrt(2 * np.pi))
