"""How large a Gaussian's cloud is, and which way it points.

Covariances are (..., latent_dim, latent_dim): one, or one for each class. Axes are rows. Eigenvalues are variances, in
squared latent units; standard deviations are their roots.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

ROUNDING = 1e-6  # asymmetry and negative eigenvalues allowed, relative to the largest entry


class PrincipalAxes(NamedTuple):
    """The eigenvectors of a covariance, longest first."""

    variances: np.ndarray  # (..., latent_dim), descending, never negative
    axes: np.ndarray  # (..., latent_dim, latent_dim); row k is the unit vector of axis k


class Moments(NamedTuple):
    """Mean and covariance of a mixture, the covariance split by the law of total variance."""

    mean: np.ndarray  # (latent_dim,)
    covariance: np.ndarray  # (latent_dim, latent_dim) = within + between
    within: np.ndarray  # mean of the parts' covariances
    between: np.ndarray  # covariance of the parts' means


class Projection(NamedTuple):
    """Gaussians seen along a few axes."""

    mean: np.ndarray  # (K, k)
    covariance: np.ndarray  # (K, k, k)
    kept: float  # share of the squared distances between the means that survives, 0 to 1; 1 if all coincide


def log_volume(covariance: ArrayLike) -> np.ndarray:
    r"""Log volume of the one-sigma ellipsoid relative to the prior's, $\tfrac12 \log\det\Sigma$, in nats, (...).

    0 for the prior N(0, I), negative for a smaller cloud. A flat cloud has no volume: −inf where an eigenvalue is 0
    up to the rounding of the covariance's own dtype. Compare volumes only within one latent_dim: the unit, the
    prior's ellipsoid, changes with it.

    Raises:
        ValueError: not covariances (see `check_covariance`).
    """
    precision = np.finfo(np.result_type(np.asarray(covariance).dtype, np.float32)).eps
    variances = principal_axes(covariance).variances
    flat = variances <= variances.shape[-1] * precision * variances[..., :1]
    logs = np.log(variances, out=np.full_like(variances, -np.inf), where=~flat)
    return logs.sum(axis=-1) / 2


def principal_axes(covariance: ArrayLike) -> PrincipalAxes:
    r"""Eigenvalues and eigenvectors of $\Sigma$, largest variance first.

    An eigenvector has no sign of its own; here its largest entry is positive, the first of several equally large.
    Where two eigenvalues are (nearly) equal the axes in their plane are arbitrary: a round cloud has no direction.

    Raises:
        ValueError: not covariances (see `check_covariance`).
    """
    variances, vectors = np.linalg.eigh(check_covariance(covariance))
    axes = np.swapaxes(vectors, -1, -2)[..., ::-1, :]
    size = np.abs(axes)
    largest = np.argmax(size >= size.max(axis=-1, keepdims=True) * (1 - ROUNDING), axis=-1)
    sign = np.sign(np.take_along_axis(axes, largest[..., None], axis=-1))
    return PrincipalAxes(np.maximum(variances[..., ::-1], 0), axes * sign)


def axis_angles(axes: ArrayLike) -> np.ndarray:
    r"""Angle between every two directions in degrees, 0 to 90, (K, K); axes (K, latent_dim), one a row.

    A direction and its opposite are the same axis. $2 \operatorname{atan2}(\lVert u - v \rVert, \lVert u + v \rVert)$
    for the sign of v that brings it nearer to u; exact for small angles, where arccos is not.

    Raises:
        ValueError: not a matrix of finite rows, or a row of zeros, which points nowhere.

    Source: Kahan 2006, "How futile are mindless assessments of roundoff".
    """
    axes = np.asarray(axes, dtype=np.float64)
    if axes.ndim != 2 or not axes.size or not np.isfinite(axes).all():
        raise ValueError(f"Axes are a finite array (axes, latent_dim), not shape {axes.shape}.")
    lengths = np.linalg.norm(axes, axis=1, keepdims=True)
    if (lengths == 0).any():
        raise ValueError(f"Axis {int(np.argmin(lengths))} is zero and points nowhere.")
    units = axes / lengths
    apart = np.linalg.norm(units[:, None] - units[None], axis=-1)
    together = np.linalg.norm(units[:, None] + units[None], axis=-1)
    return np.degrees(2 * np.arctan2(np.minimum(apart, together), np.maximum(apart, together)))


def effective_dimensions(covariance: ArrayLike) -> np.ndarray:
    r"""Participation ratio $(\sum_k \lambda_k)^2 / \sum_k \lambda_k^2$, (...).

    Over how many axes the variance is spread: 1 for a needle, latent_dim for a ball, unchanged by rotation and
    scale; 0 for a point. It weights large eigenvalues heavily; the entropy-based "effective rank" is another number.

    Raises:
        ValueError: not covariances (see `check_covariance`).

    Source: Gao et al. 2017, "A theory of multineuronal dimensionality, dynamics and measurement".
    """
    variances = principal_axes(covariance).variances
    largest = variances[..., :1]
    shares = np.divide(variances, largest, out=np.zeros_like(variances), where=largest > 0)
    squares = np.square(shares).sum(axis=-1)
    return np.divide(np.square(shares.sum(axis=-1)), squares, out=np.zeros_like(squares), where=squares > 0)


def project(means: ArrayLike, covariances: ArrayLike, axes: ArrayLike, origin: ArrayLike | None = None) -> Projection:
    r"""Gaussians seen along k orthonormal axes: $A(\mu - o)$ and $A \Sigma A^\top$, exactly their marginals.

    Args:
        means: (K, latent_dim).
        covariances: (K, latent_dim, latent_dim).
        axes: A, (k, latent_dim), rows orthonormal, such as the first rows of `principal_axes(...).axes`.
        origin: o, the point drawn at 0, (latent_dim,); 0 by default.

    Raises:
        ValueError: shapes that do not fit, or axes that are not orthonormal.
    """
    means, covariances = _check_gaussians(means, covariances)
    axes = np.asarray(axes, dtype=np.float64)
    if axes.ndim != 2 or axes.shape[1] != means.shape[1]:
        raise ValueError(f"Axes are an array (k, {means.shape[1]}) for these means, not shape {axes.shape}.")
    if not np.allclose(axes @ axes.T, np.eye(len(axes)), atol=1e-6):
        raise ValueError("Axes to project on must be of length 1 and at right angles to each other.")
    seen = (means - (0 if origin is None else np.asarray(origin, dtype=np.float64))) @ axes.T
    spread = np.square(means - means.mean(axis=0)).sum()
    kept = float(np.square(seen - seen.mean(axis=0)).sum() / spread) if spread > 0 else 1.0
    return Projection(seen, axes @ covariances @ axes.T, min(kept, 1.0))


def aggregate_moments(means: ArrayLike, covariances: ArrayLike, counts: ArrayLike) -> Moments:
    r"""Moments of the whole from those of its classes, by the law of total variance.

    $\Sigma = \sum_k w_k \Sigma_k + \sum_k w_k (\mu_k - \mu)(\mu_k - \mu)^\top$, with $w_k = n_k / \sum_j n_j$ and
    $\mu = \sum_k w_k \mu_k$.

    Args:
        means: (K, latent_dim).
        covariances: (K, latent_dim, latent_dim).
        counts: images in each class, or any weights that are not negative, (K,).

    Raises:
        ValueError: shapes that do not fit, not covariances, or counts that are negative or all zero.
    """
    means, covariances = _check_gaussians(means, covariances)
    counts = np.asarray(counts, dtype=np.float64)
    if counts.shape != (len(means),) or not np.isfinite(counts).all() or counts.min() < 0 or counts.sum() == 0:
        raise ValueError(f"Each of the {len(means)} Gaussians needs a count, none negative, not all 0; got {counts}.")
    weights = counts / counts.sum()
    mean = weights @ means
    within = np.einsum("k,kij->ij", weights, covariances)
    between = (weights[:, None] * (means - mean)).T @ (means - mean)
    return Moments(mean, within + between, within, between)


def check_covariance(covariance: ArrayLike) -> np.ndarray:
    """Covariances as float64, exactly symmetric.

    Asymmetry and negative eigenvalues up to `ROUNDING` times the largest entry pass as rounding.

    Raises:
        ValueError: not square, empty, not finite, not symmetric, or with a negative variance along some axis.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or not matrix.size:
        raise ValueError(f"A covariance is a square matrix (latent_dim, latent_dim), not shape {matrix.shape}.")
    if not np.isfinite(matrix).all():
        raise ValueError("A covariance must be finite; this one has entries that are not.")
    slack = ROUNDING * np.abs(matrix).max(axis=(-2, -1))
    transposed = np.swapaxes(matrix, -1, -2)
    if (np.abs(matrix - transposed).max(axis=(-2, -1)) > slack).any():
        raise ValueError("A covariance must be symmetric; this one differs from its transpose.")
    symmetric = matrix / 2 + transposed / 2
    lowest = np.linalg.eigvalsh(symmetric)[..., 0]
    if (lowest < -slack).any():
        raise ValueError(f"A covariance has no negative eigenvalue; this one has {lowest.min():g}.")
    return symmetric


def _check_gaussians(means: ArrayLike, covariances: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    means, covariances = np.asarray(means, dtype=np.float64), check_covariance(covariances)
    if means.ndim != 2 or covariances.shape != (*means.shape, means.shape[-1]):
        raise ValueError(
            f"Means (K, latent_dim) and covariances (K, latent_dim, latent_dim) do not fit: {means.shape} and "
            f"{covariances.shape}."
        )
    if not np.isfinite(means).all():
        raise ValueError("Means must be finite; these have entries that are not.")
    return means, covariances
