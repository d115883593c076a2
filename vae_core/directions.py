"""Walking along a cloud's longest axes, and what angle between two axes means nothing."""

from functools import cache

import numpy as np
from scipy.special import gammaln

from vae_core.geometry import principal_axes

ROUND = 1.1  # a first axis at most this many times as long as the second has no direction to speak of


def axis_walk(mean: np.ndarray, covariance: np.ndarray, axes: int, steps: np.ndarray) -> np.ndarray:
    r"""Latents $\mu + s \sqrt{\lambda_k}\, u_k$ along the longest axes $u_k$ of a covariance.

    Args:
        mean: μ, (latent_dim,).
        covariance: (latent_dim, latent_dim).
        axes: how many, from the longest on; at most latent_dim.
        steps: s, in standard deviations along the axis, (S,).

    Returns:
        (axes, S, latent_dim).

    Raises:
        ValueError: more axes than dimensions, or none; not a covariance.
    """
    found = principal_axes(covariance)
    if not 1 <= axes <= len(found.variances):
        raise ValueError(f"axes is {axes}; allowed: 1 to {len(found.variances)}, the number of dimensions")
    lengths = np.sqrt(found.variances[:axes])
    return np.asarray(mean, float) + np.einsum("s,k,kd->ksd", np.asarray(steps, float), lengths, found.axes[:axes])


def elongation(covariance: np.ndarray) -> np.ndarray:
    """Length of the longest axis over that of the next, (...); 1 for a round cloud, inf for a needle.

    Raises:
        ValueError: fewer than two dimensions; not covariances.
    """
    variances = principal_axes(covariance).variances
    if variances.shape[-1] < 2:
        raise ValueError("a cloud in one dimension has no second axis")
    first, second = np.sqrt(variances[..., 0]), np.sqrt(variances[..., 1])
    return np.divide(first, second, out=np.where(first > 0, np.inf, 1.0), where=second > 0)


@cache
def mean_random_angle(latent_dim: int) -> float:
    r"""Angle to expect between two axes that have nothing to do with each other, in degrees.

    Two directions at random meet at θ with density ∝ sin^{d−2} θ; folded into [0°, 90°],
    $\mathbb E\,\theta = \frac\pi2 - \mathbb E\arcsin|u_1|$ for u uniform on the sphere. 45° in the plane,
    towards 90° as d grows: in many dimensions almost everything is nearly at right angles.

    Raises:
        ValueError: fewer than two dimensions.

    Source: Cai, Fan & Jiang 2013, "Distributions of angles in random packing on spheres".
    """
    if latent_dim < 2:
        raise ValueError(f"latent_dim is {latent_dim}; allowed: 2 or more, for two axes to differ")
    # Gauss–Legendre: the integrand is smooth, and 200 nodes are exact to rounding.
    nodes, weights = np.polynomial.legendre.leggauss(200)
    angle, weights = np.pi / 4 * (nodes + 1), np.pi / 4 * weights
    log_constant = gammaln(latent_dim / 2) - gammaln((latent_dim - 1) / 2) - 0.5 * np.log(np.pi) + np.log(2)
    density = np.exp(log_constant + (latent_dim - 2) * np.log(np.sin(angle)))
    return float(np.degrees(weights @ (angle * density)))


def volume_from_within(within: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    r"""The part of the log volume that the spread between images adds to that within them, in nats, (...).

    $\tfrac12\log\det\Sigma - \tfrac12\log\det W$ with $\Sigma = W + B$: never negative, 0 where all images share one
    mean. Volumes do not add, so it is not the volume of B, which is flat wherever a unit is dead.

    Args:
        within: W's diagonal, the mean of Λ_x, above 0, (..., latent_dim).
        covariance: Σ, (..., latent_dim, latent_dim).

    Raises:
        ValueError: a within that is not above 0; not covariances.
    """
    within = np.asarray(within, dtype=np.float64)
    if not (within > 0).all():
        raise ValueError("the spread within images must be above 0 in every dimension")
    # det(W^-½ Σ W^-½): no unit of length, and well conditioned where one dimension is far narrower than another.
    scale = np.sqrt(within)
    relative = np.asarray(covariance, dtype=np.float64) / (scale[..., :, None] * scale[..., None, :])
    return np.log(np.maximum(principal_axes(relative).variances, 1)).sum(axis=-1) / 2
