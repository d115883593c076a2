"""What is kept of a model's latent space: where it encodes images, and the moments of the classes. No torch needed."""

from typing import NamedTuple

import numpy as np


class Encodings(NamedTuple):
    """q(z|x) of many images: mean and logvar (N, latent_dim) float32, label (N,) int64."""

    mean: np.ndarray
    logvar: np.ndarray
    label: np.ndarray


class ClassMoments(NamedTuple):
    """Mean (K, d), covariance (K, d, d) and count (K,) of p(z|C) over the training split, float64.

    `within` (K, d) is the mean of the diagonal Λ_x: the part of the covariance that lies inside single images.
    """

    mean: np.ndarray
    covariance: np.ndarray
    count: np.ndarray
    within: np.ndarray
