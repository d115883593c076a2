"""A mixture of Gaussians seen in a plane of latent space: its exact marginal, and its density on a grid."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vae_core import normal
from vae_core.mixture import GaussianMixture

_BLOCK = 15_000  # densities held at once: 120 kB, for the server fetches what is larger from the system every time


class PlanarMixture(NamedTuple):
    """Equal-weight mixture of n Gaussians in 2-D: mean (n, 2), covariance (n, 2, 2)."""

    mean: np.ndarray
    covariance: np.ndarray

    def first(self, count: int) -> "PlanarMixture":
        """The mixture of the first `count` components."""
        return PlanarMixture(self.mean[:count], self.covariance[:count])

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean (2,) and covariance (2, 2), by the law of total covariance."""
        mean = self.mean.mean(0)
        offsets = self.mean - mean
        return mean, self.covariance.mean(0) + offsets.T @ offsets / len(offsets)


class Grid(NamedTuple):
    """Cells of equal sides: centres x (X,), y (Y,), and the side of a cell."""

    x: np.ndarray
    y: np.ndarray
    cell: float

    def points(self) -> np.ndarray:
        """Centres, (Y, X, 2)."""
        return np.stack(np.meshgrid(self.x, self.y), axis=-1)


def project(mixture: GaussianMixture, axes: ArrayLike) -> PlanarMixture:
    r"""The marginal in the plane of two orthonormal axes A: components $\mathcal N(A\mu_x,\ A\Lambda_x A^\top)$.

    Args:
        mixture: in d dimensions.
        axes: rows of A, (2, d).

    Raises:
        ValueError: axes of another shape, or not orthonormal.
    """
    axes = np.asarray(axes, dtype=np.float64)
    if axes.shape != (2, mixture.latent_dim):
        raise ValueError(f"axes have shape {axes.shape}; a plane of this mixture takes (2, {mixture.latent_dim})")
    if not np.allclose(axes @ axes.T, np.eye(2), atol=1e-6):
        raise ValueError("the axes of a plane must have length 1 and be at right angles to each other")
    variance = np.exp(mixture.component_logvar)
    return PlanarMixture(mixture.component_mean @ axes.T, np.einsum("id,nd,jd->nij", axes, variance, axes))


def grid_around(points: np.ndarray, side: int = 64, margin: float = 0.06) -> Grid:
    """Square cells over all points (N, 2); the longer extent gets `side` cells."""
    low, high = points.min(0), points.max(0)
    extent = float((high - low).max()) or 1.0
    low, high = low - margin * extent, high + margin * extent
    cell = extent * (1 + 2 * margin) / side
    counts = np.maximum(np.ceil((high - low) / cell - 1e-9), 2).astype(int)
    x, y = (low[i] + cell * (np.arange(counts[i]) + 0.5) for i in range(2))
    return Grid(x, y, cell)


def density(mixture: PlanarMixture, grid: Grid) -> np.ndarray:
    r"""The mixture's density at the grid's resolution, (Y, X), per squared latent unit.

    $\frac1n \sum_i \mathcal N(z;\ \mu_i,\ \Sigma_i + (0.6\,h)^2 I)$ with h the side of a cell. Each Gaussian is blurred
    by 0.6 of a cell, since one much narrower than a cell would fall between the centres; a wide one hardly changes.
    """
    blurred = mixture.covariance + (0.6 * grid.cell) ** 2 * np.eye(2)
    if not blurred[:, 0, 1].any():  # parallel to the axes: each Gaussian is a product, and the sum a matrix product
        along_x = normal.density(grid.x, mixture.mean[:, :1], np.sqrt(blurred[:, 0, :1]))  # (n, X)
        along_y = normal.density(grid.y, mixture.mean[:, 1:], np.sqrt(blurred[:, 1, 1:]))  # (n, Y)
        return along_y.T @ along_x / len(blurred)
    # Log density of point p under component i = features[p] @ weights[:, i]: squares expanded about the middle, which
    # the blur makes safe, for no component is narrower than a fair part of a cell.
    a, b, c = blurred[:, 0, 0], blurred[:, 0, 1], blurred[:, 1, 1]
    determinant = a * c - b**2
    middle = mixture.mean.mean(axis=0)
    (u, v), (x, y) = (mixture.mean - middle).T, (grid.points().reshape(-1, 2) - middle).T
    peak = (
        -np.log(2 * np.pi * np.sqrt(determinant) * len(a)) - 0.5 * (c * u**2 - 2 * b * u * v + a * v**2) / determinant
    )
    weights = np.stack([-0.5 * c, b, -0.5 * a, c * u - b * v, a * v - b * u]) / determinant
    weights, features = np.vstack([weights, peak]), np.stack([x**2, x * y, y**2, x, y, np.ones_like(x)], axis=1)
    total = np.empty(len(features))
    block = max(1, _BLOCK // len(a))
    for start in range(0, len(features), block):
        some = features[start : start + block] @ weights
        total[start : start + block] = np.exp(some, out=some).sum(axis=1)
    return total.reshape(len(grid.y), len(grid.x))


def is_blurred(mixture: PlanarMixture, grid: Grid) -> bool:
    """Whether the grid's resolution widens a typical component visibly: its variance by more than a quarter."""
    narrowest = np.linalg.eigvalsh(mixture.covariance)[:, 0]
    return bool((0.6 * grid.cell) ** 2 > 0.25 * np.median(narrowest))
