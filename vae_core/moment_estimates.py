"""Mean and covariance of a class estimated from few images, and how the error shrinks with their number."""

from typing import NamedTuple

import numpy as np

from vae_core.mixture import GaussianMixture


class Estimates(NamedTuple):
    """Moments of the first n images, for several random orders of the images."""

    count: np.ndarray  # n, (S,)
    mean: np.ndarray  # (orders, S, d)
    covariance: np.ndarray  # (orders, S, d, d)


class Errors(NamedTuple):
    """Distance of the estimates from a reference, root mean square over the orders, (S,) each."""

    mean: np.ndarray  # Euclidean, latent units
    covariance: np.ndarray  # Frobenius, squared latent units
    expected_mean: np.ndarray  # what theory says of the mean


def running(mixture: GaussianMixture, orders: int, seed: int, steps: int = 28) -> Estimates:
    """Moments of the mixtures of the first n images, n on a log scale from 1 to all of them.

    Args:
        mixture: the class's images.
        orders: how many random orders.
        seed: of the orders.
        steps: values of n, at most.
    """
    total, d = mixture.component_mean.shape
    count = np.unique(np.geomspace(1, total, steps).round().astype(int))
    rng = np.random.default_rng(seed)
    means, covariances = np.empty((orders, len(count), d)), np.empty((orders, len(count), d, d))
    for i in range(orders):
        order = rng.permutation(total)
        mean_x, variance = mixture.component_mean[order], np.exp(mixture.component_logvar[order])
        centred = mean_x - mean_x[0]  # small numbers, so that nothing is lost when E[z]E[z]ᵀ is taken away
        sums = np.cumsum(centred, axis=0)[count - 1] / count[:, None]
        squares = np.cumsum(centred[:, :, None] * centred[:, None, :], axis=0)[count - 1] / count[:, None, None]
        within = np.cumsum(variance, axis=0)[count - 1] / count[:, None]
        means[i] = mean_x[0] + sums
        covariances[i] = squares - sums[:, :, None] * sums[:, None, :] + within[:, :, None] * np.eye(d)
    return Estimates(count, means, covariances)


def errors(estimates: Estimates, mean: np.ndarray, covariance: np.ndarray, within: np.ndarray) -> Errors:
    r"""How far the estimates are from reference moments, and the expected error of the mean.

    The mean of n images drawn at random misses by $\sqrt{\operatorname{tr} B / n}$ (root mean square), B the covariance
    of the μ_x: the Λ_x play no part, since the encoder states every μ_x exactly.

    Args:
        estimates: from `running`.
        mean: reference mean, (d,); `covariance` (d, d); `within` the diagonal of the mean of Λ_x, (d,).
    """
    off_mean = np.square(estimates.mean - mean).sum(-1)  # (orders, S)
    off_covariance = np.square(estimates.covariance - covariance).sum((-2, -1))
    between = float(np.trace(covariance) - np.sum(within))
    return Errors(
        np.sqrt(off_mean.mean(0)), np.sqrt(off_covariance.mean(0)), np.sqrt(max(between, 0.0) / estimates.count)
    )
