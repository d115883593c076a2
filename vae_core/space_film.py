r"""A space as it forms, in a plane and in its own scale: so that a film can show two very different ones.

A classifier's space grows without end while a VAE's is held by the prior. At every step the cloud is therefore moved to
its own centre and divided by the distance of its farthest point; both are kept, so that nothing is hidden.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vae_core.geometry import principal_axes
from vae_core.latent_film import LatentFilm, latent_film
from vae_core.representations import between_share, class_means, linear_cka

MARGIN = 1.06  # round the farthest point


class SpaceFilm(NamedTuple):
    """A space in a plane at S steps, each in the scale of its own step.

    Attributes:
        film: points (h − centre) / reach; of a class the mean, and the covariance of the points alone.
        centre: mean of the points, (S, 2), in the space's own unit.
        reach: distance of the farthest point from it within the plane, (S,).
        kept: share of the final class means' variance that lies in the plane; 1 in two dimensions.
    """

    film: LatentFilm
    centre: np.ndarray
    reach: np.ndarray
    kept: float

    def prior(self) -> np.ndarray:
        """Where N(0, I) lies at each step: its centre and one standard deviation in the film's scale, (S, 3)."""
        return np.column_stack([-self.centre, np.ones(len(self.reach))]) / self.reach[:, None]


class Course(NamedTuple):
    """What is said of a space at each of S steps; arrays (S,)."""

    accuracy: np.ndarray  # nearest class mean, each digit left out of its own
    between: np.ndarray  # share of the variance between classes
    spread: np.ndarray  # root mean square distance from the centre, all dimensions, the space's own unit


def space_film(step: ArrayLike, representation: ArrayLike, labels: ArrayLike) -> SpaceFilm:
    """Film of (S, N, d), d at least 2: in 2-D as it is, above it in the plane of the last step's class means.

    That plane is spanned by the two principal axes of the ten means and stays the same through the film.

    Args:
        step: (S,).
        representation: h, one row a digit, (S, N, d).
        labels: (N,), every digit among them.

    Raises:
        ValueError: another shape, or a step at which all points are one.
    """
    h = np.asarray(representation, dtype=np.float64)
    if h.ndim != 3 or h.shape[2] < 2 or h.shape[1] != len(np.asarray(labels)):
        raise ValueError(f"representation has shape {h.shape}; allowed: (steps, images, d), d of 2 or more")
    axes, kept = np.eye(2), 1.0
    if h.shape[2] > 2:
        found = principal_axes(np.cov(class_means(h[-1], labels).T))
        axes, kept = found.axes[:2], float(found.variances[:2].sum() / found.variances.sum())
    flat = h @ axes.T  # (S, N, 2)
    centre = flat.mean(axis=1)
    offsets = flat - centre[:, None]
    reach = np.linalg.norm(offsets, axis=-1).max(axis=1)
    if not (reach > 0).all():
        raise ValueError(f"at recorded step number {int(np.argmin(reach))} all points are in one place")
    points = offsets / reach[:, None, None]
    point_masses = np.full_like(points, -np.inf)  # no width of its own
    film = latent_film(step, points, point_masses, labels, np.eye(2))
    return SpaceFilm(film._replace(limits=np.array([[-MARGIN, MARGIN]] * 2)), centre, reach, kept)


def course(representation: ArrayLike, labels: ArrayLike) -> Course:
    """Accuracy, share between classes and spread at every step of (S, N, d)."""
    h = np.asarray(representation, dtype=np.float64)
    offsets = h - h.mean(axis=1, keepdims=True)
    return Course(
        accuracy=np.array([leave_one_out_accuracy(each, labels) for each in h]),
        between=np.array([between_share(each, labels) for each in h]),
        spread=np.sqrt(np.square(offsets).sum(-1).mean(-1)),
    )


def leave_one_out_accuracy(representation: ArrayLike, labels: ArrayLike) -> float:
    r"""How often the nearest class mean names an image, its own class's mean taken without it.

    Without itself an image is farther from the mean of its n:
    $\lVert h - m_{-h}\rVert = \frac{n}{n-1}\lVert h - m\rVert$.

    Raises:
        ValueError: a class of fewer than two images.
    """
    h, labels = np.asarray(representation, dtype=np.float64), np.asarray(labels).astype(int)
    means, count = class_means(h, labels), np.bincount(labels)
    if count.min() < 2:
        raise ValueError(f"class {int(count.argmin())} has {count.min()} image; leaving one out needs two or more")
    distances = np.linalg.norm(h[:, None] - means, axis=2)  # (N, K)
    distances[np.arange(len(h)), labels] *= (count / (count - 1))[labels]
    return float((distances.argmin(axis=1) == labels).mean())


def alignment(a: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Linear CKA of two spaces at each of S steps, (S,); (S, N, d_a) and (S, N, d_b)."""
    return np.array([linear_cka(one, other) for one, other in zip(np.asarray(a), np.asarray(b), strict=True)])
