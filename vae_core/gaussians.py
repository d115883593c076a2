r"""Gaussians with full covariances: density, entropy, and how far apart two of them are.

A class in latent space is summarised by a mean (d,) and a covariance (d, d). Everything is computed in float64 and
given in nats, but for distances in latent units (Euclidean, 2-Wasserstein).

A singular covariance describes a Gaussian that is flat in some direction: it has no density, so `log_density`,
`entropy`, `kl`, `symmetric_kl` and `bhattacharyya` refuse it with a `SingularCovarianceError`. The 2-Wasserstein
distance is defined for it all the same.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

# Covariances may have been stored in float32: an asymmetry or a negative eigenvalue below this share of the largest
# entry is rounding, and is taken away.
ROUNDING = 1e-6
# A correlation matrix with a smaller eigenvalue than this cannot be told from a singular one in float64.
SINGULAR = 1e-12


class SingularCovarianceError(ValueError):
    """The covariance is flat in some direction, so its Gaussian has no density."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """N(mean, covariance): mean (d,), covariance (d, d), possibly singular (then it has no `log_prob`)."""

    mean: np.ndarray
    covariance: np.ndarray

    def __post_init__(self):
        mean = checked_points(self.mean, "mean", ndim=1)
        covariance = checked_covariance(self.covariance, len(mean))
        for name, array in (("mean", mean), ("covariance", covariance)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def log_prob(self, z):
        """log N(z; mean, covariance) in nats; z (..., d) -> (...)."""
        return log_density(z, self.mean, self.covariance)

    def sample(self, n, seed):
        """n draws, (n, d), the same ones for the same seed."""
        noise = np.random.default_rng(seed).standard_normal((n, len(self.mean)))
        return self.mean + noise @ _square_root(self.covariance).T


def log_density(z, mean, covariance):
    r"""Log-density of a Gaussian.

    $-\tfrac12 (z-\mu)^\top \Sigma^{-1} (z-\mu) - \tfrac12 \log\det(2\pi\Sigma)$

    Args:
        z: points, (..., d).
        mean: (d,).
        covariance: (d, d).

    Returns:
        Nats, (...).

    Raises:
        SingularCovarianceError: a singular covariance has no density.
        ValueError: shapes that do not fit, entries that are not finite, a matrix that is no covariance.
    """
    mean = checked_points(mean, "mean", ndim=1)
    z = checked_points(z, "z", latent_dim=len(mean))
    cholesky = _cholesky(covariance, len(mean))
    offsets = (z - mean).reshape(-1, len(mean))
    white = solve_triangular(cholesky, offsets.T, lower=True)  # (d, points)
    log_det = _log_det(cholesky) + len(mean) * np.log(2 * np.pi)
    return (-0.5 * (white**2).sum(axis=0) - 0.5 * log_det).reshape(z.shape[:-1])


def entropy(covariance):
    r"""Differential entropy of a Gaussian, $\tfrac12 \log\det(2\pi e\,\Sigma)$, in nats; covariance (d, d).

    Raises SingularCovarianceError where the covariance is singular (the entropy would be minus infinity).
    """
    cholesky = _cholesky(covariance)
    return float(0.5 * (_log_det(cholesky) + len(cholesky) * (np.log(2 * np.pi) + 1)))


def kl(mean0, covariance0, mean1, covariance1):
    r"""KL(N0 ‖ N1) between two Gaussians, in nats.

    $\tfrac12\left(\operatorname{tr}(\Sigma_1^{-1}\Sigma_0) + \Delta^\top \Sigma_1^{-1} \Delta - d
    + \log\det\Sigma_1 - \log\det\Sigma_0\right)$ with $\Delta = \mu_1 - \mu_0$

    Args:
        mean0, mean1: (d,).
        covariance0, covariance1: (d, d).

    Raises:
        SingularCovarianceError: either covariance is singular (the divergence is infinite or undefined).

    Source: Kullback, Information Theory and Statistics (1959), chapter 9.
    """
    difference, cholesky0, cholesky1 = _pair(mean0, covariance0, mean1, covariance1)
    trace = (solve_triangular(cholesky1, cholesky0, lower=True) ** 2).sum()
    distance = (solve_triangular(cholesky1, difference, lower=True) ** 2).sum()
    log_dets = _log_det(cholesky1) - _log_det(cholesky0)
    return float(0.5 * (trace + distance - len(difference) + log_dets))


def symmetric_kl(mean0, covariance0, mean1, covariance1):
    """KL(N0 ‖ N1) + KL(N1 ‖ N0), Jeffreys' divergence (the sum, not the mean), in nats. Raises as `kl`.

    Source: Jeffreys, An invariant form for the prior probability (1946).
    """
    return kl(mean0, covariance0, mean1, covariance1) + kl(mean1, covariance1, mean0, covariance0)


def bhattacharyya(mean0, covariance0, mean1, covariance1):
    r"""Bhattacharyya distance $-\log\int\sqrt{p_0 p_1}$ between two Gaussians, in nats.

    $\tfrac18 \Delta^\top \Sigma^{-1} \Delta + \tfrac12\log\det\Sigma
    - \tfrac14\log\det\Sigma_0 - \tfrac14\log\det\Sigma_1$ with $\Sigma = \tfrac12(\Sigma_0 + \Sigma_1)$

    It measures overlap: exp(−distance) is 1 for the same Gaussian and near 0 for two far apart. It is **not** a metric
    (the triangle inequality fails), so its values are not to be added up along a path. Raises as `kl`.

    Source: Kailath, The divergence and Bhattacharyya distance measures in signal selection (1967).
    """
    difference, cholesky0, cholesky1 = _pair(mean0, covariance0, mean1, covariance1)
    middle = np.linalg.cholesky(0.5 * (cholesky0 @ cholesky0.T + cholesky1 @ cholesky1.T))
    distance = (solve_triangular(middle, difference, lower=True) ** 2).sum()
    log_dets = 0.5 * _log_det(middle) - 0.25 * (_log_det(cholesky0) + _log_det(cholesky1))
    return float(distance / 8 + log_dets)


def wasserstein2(mean0, covariance0, mean1, covariance1):
    r"""2-Wasserstein distance between two Gaussians, a metric, in latent units; singular covariances allowed.

    $W_2^2 = \lVert\mu_0-\mu_1\rVert^2
    + \operatorname{tr}\left(\Sigma_0 + \Sigma_1 - 2(\Sigma_0^{1/2}\Sigma_1\Sigma_0^{1/2})^{1/2}\right)$

    Computed as $\min_Q \lVert A_0 - A_1 Q\rVert_F^2$ over rotations, with $A_i A_i^\top = \Sigma_i$, which is the same
    number without the subtraction of nearly equal traces: two equal Gaussians are 0 apart, not 1e-8.

    Source: Bhatia, Jain & Lim, On the Bures–Wasserstein distance between positive definite matrices (2019), theorem 1.
    """
    mean0, mean1 = _means(mean0, mean1)
    root0 = _square_root(checked_covariance(covariance0, len(mean0), "covariance0"))
    root1 = _square_root(checked_covariance(covariance1, len(mean0), "covariance1"))
    left, _, right = np.linalg.svd(root1.T @ root0)
    return float(np.sqrt(((mean0 - mean1) ** 2).sum() + ((root0 - root1 @ left @ right) ** 2).sum()))


def euclidean(mean0, covariance0, mean1, covariance1):
    """Euclidean distance between the two means, in latent units; the covariances play no part."""
    mean0, mean1 = _means(mean0, mean1)
    return float(np.sqrt(((mean0 - mean1) ** 2).sum()))


METRICS = {
    "euclidean": euclidean,
    "wasserstein2": wasserstein2,
    "bhattacharyya": bhattacharyya,
    "symmetric_kl": symmetric_kl,
}


def pairwise_distances(means, covariances, metric):
    """Distances between K Gaussians, every pair of them.

    Args:
        means: (K, d).
        covariances: (K, d, d).
        metric: a name in `METRICS`.

    Returns:
        (K, K), symmetric, with zeros on the diagonal.

    Raises:
        SingularCovarianceError: the metric needs densities and a covariance, which is named, is singular.
        ValueError: an unknown metric, or shapes that do not fit.
    """
    if metric not in METRICS:
        raise ValueError(f"metric is {metric!r}; choose one of {', '.join(METRICS)}")
    means = checked_points(means, "means", ndim=2)
    covariances = np.asarray(covariances, dtype=np.float64)
    if len(covariances) != len(means):
        raise ValueError(f"{len(means)} means came with {len(covariances)} covariances; give one covariance a mean")
    check = _cholesky if metric in ("bhattacharyya", "symmetric_kl") else checked_covariance
    for k, covariance in enumerate(covariances):
        check(covariance, means.shape[1], f"covariances[{k}]")

    distances = np.zeros((len(means), len(means)))
    for i in range(len(means)):
        for j in range(i):
            distance = METRICS[metric](means[i], covariances[i], means[j], covariances[j])
            distances[i, j] = distances[j, i] = distance
    return distances


def checked_points(points, name, ndim=None, latent_dim=None):
    """A float64 copy of `points`; ValueError unless finite and of the shape asked for."""
    points = np.array(points, dtype=np.float64)
    if points.ndim == 0 or (ndim is not None and points.ndim != ndim) or points.shape[-1] == 0:
        wanted = {1: "(d,)", 2: "(n, d)"}.get(ndim, "(..., d)")
        raise ValueError(f"{name} has shape {points.shape}; it must be {wanted} with d at least 1")
    if latent_dim is not None and points.shape[-1] != latent_dim:
        raise ValueError(f"{name} has {points.shape[-1]} dimensions where {latent_dim} are needed")
    if not np.isfinite(points).all():
        raise ValueError(f"{name} holds NaN or infinity; every entry must be a finite number")
    return points


def checked_covariance(covariance, latent_dim=None, name="covariance"):
    """A float64 copy, symmetrised; ValueError unless square, finite, symmetric and positive semi-definite."""
    covariance = checked_points(covariance, name, ndim=2)
    d = covariance.shape[1] if latent_dim is None else latent_dim
    if covariance.shape != (d, d):
        raise ValueError(f"{name} has shape {covariance.shape}; it must be ({d}, {d})")
    scale = np.abs(covariance).max()
    asymmetry = np.abs(covariance - covariance.T).max()
    if asymmetry > ROUNDING * scale:
        raise ValueError(f"{name} is not symmetric: mirrored entries differ by up to {asymmetry:.3g}")
    covariance = 0.5 * (covariance + covariance.T)
    smallest = np.linalg.eigvalsh(covariance)[0]
    if smallest < -ROUNDING * scale:
        raise ValueError(
            f"{name} is not positive semi-definite: its smallest eigenvalue is {smallest:.3g}, a negative variance"
        )
    return covariance


def _cholesky(covariance, latent_dim=None, name="covariance"):
    """Lower Cholesky factor, singular covariances refused."""
    covariance = checked_covariance(covariance, latent_dim, name)
    variances = covariance.diagonal()
    smallest = 0.0
    if (variances > 0).all():
        # The correlation matrix does not depend on the dimensions' scales, which are no reason to call it singular.
        stddev = np.sqrt(variances)
        smallest = np.linalg.eigvalsh(covariance / stddev / stddev[:, None])[0]
    if smallest < SINGULAR:
        raise SingularCovarianceError(
            f"{name} is singular (it is flat in at least one direction), so it has no density; "
            "use the wasserstein2 distance, which needs none, or give every direction some variance"
        )
    return np.linalg.cholesky(covariance)


def _pair(mean0, covariance0, mean1, covariance1):
    mean0, mean1 = _means(mean0, mean1)
    cholesky0 = _cholesky(covariance0, len(mean0), "covariance0")
    cholesky1 = _cholesky(covariance1, len(mean0), "covariance1")
    return mean1 - mean0, cholesky0, cholesky1


def _means(mean0, mean1):
    mean0 = checked_points(mean0, "mean0", ndim=1)
    return mean0, checked_points(mean1, "mean1", ndim=1, latent_dim=len(mean0))


def _square_root(covariance):
    """A (d, d) with A Aᵀ = covariance, also where it is singular."""
    eigenvalues, eigenvectors = np.linalg.eigh(covariance)
    return eigenvectors * np.sqrt(eigenvalues.clip(min=0))


def _log_det(cholesky):
    return 2 * np.log(cholesky.diagonal()).sum()
