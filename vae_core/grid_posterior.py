r"""The exact posterior p(z|x) of a two-dimensional latent space, on a grid: the referee of chains and encoders."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae_core.gaussians import checked_points

_BATCH = 4096
_NODES = 20  # Gauss–Hermite nodes an axis


@dataclass(frozen=True, eq=False)
class GridPosterior:
    """p(z|x) at the centres of square cells.

    Attributes:
        z1, z2: the centres, ascending, (resolution,) each.
        density: p(z|x), (resolution, resolution), row i at z2[i], column j at z1[j]; sums to 1 / cell_area.
        log_evidence: log p(x) = log ∫ p(x|z) p(z) dz over the grid, nats, with the log-likelihood's constants.
        edge_mass: probability in the outermost cells; if it is not tiny, the extent cuts the posterior off.
    """

    z1: np.ndarray
    z2: np.ndarray
    density: np.ndarray
    log_evidence: float
    edge_mass: float

    @property
    def cell_area(self) -> float:
        return float((self.z1[1] - self.z1[0]) * (self.z2[1] - self.z2[0]))

    @property
    def mass(self) -> np.ndarray:
        """Probability of each cell, (resolution, resolution), summing to 1."""
        return self.density * self.cell_area

    def mean(self) -> np.ndarray:
        """E[z|x], (2,)."""
        return np.array([self.mass.sum(axis=0) @ self.z1, self.mass.sum(axis=1) @ self.z2])

    def covariance(self) -> np.ndarray:
        """Cov[z|x], (2, 2)."""
        offset1, offset2 = self.z1 - self.mean()[0], self.z2 - self.mean()[1]
        mixed = offset2 @ self.mass @ offset1
        first, second = self.mass.sum(axis=0) @ offset1**2, self.mass.sum(axis=1) @ offset2**2
        return np.array([[first, mixed], [mixed, second]])


def grid_posterior(
    log_likelihood: Callable[[np.ndarray], np.ndarray],
    extent: float | tuple[float, float, float, float],
    resolution: int,
) -> GridPosterior:
    r"""p(z|x) = p(x|z) N(z; 0, I) / p(x) in 2-D by the midpoint rule.

    The rule is exact to many digits once a cell is narrower than the posterior's standard deviation; for a sharp
    posterior give an extent around it.

    Args:
        log_likelihood: z (n, 2) -> log p(x|z), (n,), nats.
        extent: half the side of a square around the origin, or (z1 low, z1 high, z2 low, z2 high).
        resolution: cells an axis.

    Raises:
        ValueError: an empty extent, a resolution below 3, a log-likelihood that is NaN, or 0 likelihood everywhere.
    """
    box = (-extent, extent, -extent, extent) if np.ndim(extent) == 0 else tuple(extent)
    if len(box) != 4 or not np.isfinite(box).all() or not (box[0] < box[1] and box[2] < box[3]):
        raise ValueError(f"extent is {extent}; give a positive number or (z1 low, z1 high, z2 low, z2 high)")
    if resolution < 3:
        raise ValueError(f"resolution is {resolution}; a grid needs at least 3 cells an axis")
    middle = (np.arange(resolution) + 0.5) / resolution
    z1, z2 = box[0] + (box[1] - box[0]) * middle, box[2] + (box[3] - box[2]) * middle
    points = np.stack(np.meshgrid(z1, z2), axis=-1).reshape(-1, 2)
    log_joint = _log_likelihoods(log_likelihood, points) - 0.5 * (points**2).sum(axis=1) - np.log(2 * np.pi)
    area = (z1[1] - z1[0]) * (z2[1] - z2[0])
    log_evidence = _log_sum_exp(log_joint) + np.log(area)
    if not np.isfinite(log_evidence):
        raise ValueError("the likelihood is 0 or infinite on the grid; is the log-likelihood finite, the extent right?")
    density = np.exp(log_joint - log_evidence).reshape(resolution, resolution)
    edge = 1 - density[1:-1, 1:-1].sum() * area
    return GridPosterior(z1, z2, density, float(log_evidence), float(max(edge, 0)))


def posterior_gap(
    log_likelihood: Callable[[np.ndarray], np.ndarray],
    mean: np.ndarray,
    logvar: np.ndarray,
    log_evidence: float,
) -> float:
    r"""KL(q(z|x) ‖ p(z|x)) in nats: how far an encoder's Gaussian is from the exact posterior.

    $\log p(x) - \mathrm{ELBO}(x),\quad \mathrm{ELBO}(x) = \mathbb{E}_q[\log p(x|z)] - \mathrm{KL}(q(z|x) \| p(z))$,
    the expectation by Gauss–Hermite quadrature.

    Args:
        log_likelihood: z (n, 2) -> log p(x|z), (n,), with the constants that went into `log_evidence`.
        mean, logvar: q(z|x) = N(mean, diag exp logvar), (2,) each.
        log_evidence: log p(x), from `grid_posterior`.

    Raises:
        ValueError: mean or logvar not (2,), or not finite.
    """
    mean = checked_points(mean, "mean", ndim=1, latent_dim=2)
    logvar = checked_points(logvar, "logvar", ndim=1, latent_dim=2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    standard = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2)
    expected = np.outer(weights, weights).ravel() @ _log_likelihoods(
        log_likelihood, mean + np.exp(0.5 * logvar) * standard
    )
    rate = 0.5 * (mean**2 + np.exp(logvar) - 1 - logvar).sum()
    return float(log_evidence - (expected / (2 * np.pi) - rate))


def _log_likelihoods(log_likelihood, points):
    pieces = [log_likelihood(points[i : i + _BATCH]) for i in range(0, len(points), _BATCH)]
    return np.concatenate([np.asarray(piece, dtype=np.float64) for piece in pieces])


def _log_sum_exp(values):
    largest = values.max()
    return largest + np.log(np.exp(values - largest).sum()) if np.isfinite(largest) else largest
