"""What is typical of a class, in pixels and in latent space: its mean image, its median image, its median digit."""

import numpy as np
from scipy.spatial.distance import cdist

from vae_core.gaussians import log_density

INK = 0.2  # grey levels: below is paper …
SOLID = 0.8  # … above is pen, between is neither


def average_images(images: np.ndarray, labels: np.ndarray, classes=range(10)) -> tuple[np.ndarray, np.ndarray]:
    """Mean image and median image of each class, pixel by pixel.

    Args:
        images: uint8, (N, H, W).
        labels: (N,).
        classes: the K classes wanted, in whose order both come.

    Returns:
        Both (K, H, W) in [0, 1].

    Raises:
        ValueError: a wanted class without an image.
    """
    groups = [images[members] for members in _members(labels, classes)]
    means, medians = [each.mean(0) for each in groups], [np.median(each, axis=0) for each in groups]
    return np.array(means) / 255, np.array(medians) / 255


def median_digits(mean: np.ndarray, labels: np.ndarray, classes=range(10)) -> np.ndarray:
    r"""Place of each class's median digit among the images, (K,), in the order of the classes.

    It is the medoid: the real image whose μ_x has the least sum of distances to those of its class,
    $\arg\min_{x \in C} \sum_{x' \in C} \lVert\mu_x - \mu_{x'}\rVert$. On a line that is the median.

    Args:
        mean: posterior means μ_x, (N, d).
        labels: (N,).
        classes: the classes wanted.

    Raises:
        ValueError: a wanted class without an image.
    """
    return np.array([members[medoid(mean[members])] for members in _members(labels, classes)])


def _members(labels: np.ndarray, classes) -> list[np.ndarray]:
    members = [np.flatnonzero(labels == label) for label in classes]
    for label, found in zip(classes, members, strict=True):
        if not len(found):
            raise ValueError(f"no image of class {label} among the labels; leave it out of the classes")
    return members


def medoid(points: np.ndarray) -> int:
    """Place of the point (N, d) with the least sum of Euclidean distances to the others; the first of several."""
    return int(cdist(points, points).sum(1).argmin())


def claimed(means: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    r"""Whose Gaussian is densest at each class's mean, $\arg\max_{C'} \mathcal N(\mu_C; \mu_{C'}, \Sigma_{C'})$.

    Args:
        means: (K, d); `covariances` (K, d, d).

    Returns:
        Positions, (K,): a class whose mean another one claims does not have its own.
    """
    densities = [log_density(means, mean, covariance) for mean, covariance in zip(means, covariances, strict=True)]
    return np.argmax(densities, axis=0)


def grey_share(images: np.ndarray) -> float:
    """Of the pixels with ink, the share that is neither paper nor pen: how blurred images in [0, 1] are."""
    return float(((images > INK) & (images < SOLID)).sum() / max((images > INK).sum(), 1))
