"""Gaussians to draw: the n-sigma ellipse as a polygon, the ellipsoid as a mesh, and how much they hold."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtr

from vae_core.geometry import principal_axes


class Mesh(NamedTuple):
    """A closed surface of triangles, as Plotly's Mesh3d takes it."""

    vertices: np.ndarray  # (V, 3)
    triangles: np.ndarray  # (F, 3), numbers of vertices, counter-clockwise from outside


def mass_within(n_sigma: ArrayLike, latent_dim: int) -> np.ndarray:
    """Share of a Gaussian inside its n-sigma ellipsoid; in 2-D one sigma holds 39 %, not the 68 % of one dimension.

    The squared Mahalanobis distance is chi-squared with latent_dim degrees of freedom.
    """
    return chdtr(latent_dim, np.square(n_sigma))


def ellipse(mean: ArrayLike, covariance: ArrayLike, n_sigma: float = 1.0, points: int = 100) -> np.ndarray:
    """The n-sigma ellipse of a 2-D Gaussian as a closed polygon, (points, 2), the last point the first again.

    Every vertex is at Mahalanobis distance n_sigma from the mean; a singular covariance gives a line or a point.

    Args:
        mean: (2,), or (..., 2) for as many ellipses, (..., points, 2).
        covariance: (2, 2), or (..., 2, 2).
        n_sigma: how large.
        points: of the polygon.

    Raises:
        ValueError: not 2-D Gaussians, a negative n_sigma, or fewer than 4 points.
    """
    if points < 4:
        raise ValueError(f"An ellipse is drawn with at least 4 points, not {points}.")
    turn = 2 * np.pi * np.arange(points) / (points - 1)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    circle[-1] = circle[0]
    return _stretch(circle, mean, covariance, n_sigma)


def ellipsoid(mean: ArrayLike, covariance: ArrayLike, n_sigma: float = 1.0, rings: int = 16) -> Mesh:
    """The n-sigma ellipsoid of a 3-D Gaussian: a globe of `rings` circles of latitude and twice as many meridians.

    `go.Mesh3d(x=v[:, 0], y=v[:, 1], z=v[:, 2], i=t[:, 0], j=t[:, 1], k=t[:, 2])`.

    Raises:
        ValueError: not a 3-D Gaussian, a negative n_sigma, or fewer than 2 rings.
    """
    if rings < 2:
        raise ValueError(f"An ellipsoid is drawn with at least 2 rings, not {rings}.")
    meridians = 2 * rings
    latitude = np.pi * np.arange(1, rings + 1) / (rings + 1)  # from the north pole
    longitude = 2 * np.pi * np.arange(meridians) / meridians
    belt = np.stack(
        [
            np.outer(np.sin(latitude), np.cos(longitude)),
            np.outer(np.sin(latitude), np.sin(longitude)),
            np.outer(np.cos(latitude), np.ones(meridians)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    sphere = np.concatenate([belt, [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]])
    number = np.arange(len(belt)).reshape(rings, meridians)
    upper, lower = number[:-1].ravel(), number[1:].ravel()
    upper_east, lower_east = np.roll(number, -1, axis=1)[:-1].ravel(), np.roll(number, -1, axis=1)[1:].ravel()
    first, last = number[0], number[-1]
    triangles = np.concatenate(
        [
            np.stack([upper, lower, lower_east], axis=1),
            np.stack([upper, lower_east, upper_east], axis=1),
            np.stack([np.full(meridians, len(belt)), first, np.roll(first, -1)], axis=1),
            np.stack([np.full(meridians, len(belt) + 1), np.roll(last, -1), last], axis=1),
        ]
    )
    return Mesh(_stretch(sphere, mean, covariance, n_sigma), triangles)


def section(covariance: ArrayLike, axes: ArrayLike) -> np.ndarray:
    r"""Covariance whose n-sigma ellipse is the cut of the n-sigma ellipsoid by a plane through its centre.

    $(A \Sigma^{-1} A^\top)^{-1}$

    The cut is never larger than the ellipsoid's shadow, $A \Sigma A^\top$, which is the marginal's ellipse.

    Args:
        covariance: (d, d), not singular.
        axes: A, two orthonormal directions, (2, d).

    Raises:
        ValueError: a singular covariance, which has no such cut.
    """
    covariance, axes = np.asarray(covariance, dtype=np.float64), np.asarray(axes, dtype=np.float64)
    if np.linalg.matrix_rank(covariance) < len(covariance):
        raise ValueError("The covariance is singular; give one that is spread in every dimension.")
    return np.linalg.inv(axes @ np.linalg.solve(covariance, axes.T))


def _stretch(sphere: np.ndarray, mean: ArrayLike, covariance: ArrayLike, n_sigma: float) -> np.ndarray:
    """The unit sphere's points carried onto the n-sigma ellipsoid, keeping their orientation."""
    mean, (variances, axes) = np.asarray(mean, dtype=np.float64), principal_axes(covariance)
    latent_dim = sphere.shape[1]
    if mean.shape[-1:] != (latent_dim,) or axes.shape != (*mean.shape, latent_dim) or not np.isfinite(mean).all():
        raise ValueError(
            f"A {latent_dim}-D Gaussian has a finite mean ({latent_dim},) and a covariance ({latent_dim}, "
            f"{latent_dim}), not {mean.shape} and {axes.shape}."
        )
    if not (np.isfinite(n_sigma) and n_sigma >= 0):
        raise ValueError(f"The number of standard deviations is 0 or more, not {n_sigma}.")
    # Σ^½ = Aᵀ Λ^½ A is symmetric and positive, so it neither mirrors nor turns the mesh inside out.
    root = (np.swapaxes(axes, -1, -2) * np.sqrt(variances)[..., None, :]) @ axes
    return mean[..., None, :] + n_sigma * sphere @ root
