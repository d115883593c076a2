"""p(C|z) over a plane through latent space: points of the plane, the most probable class, the uncertainty."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from vae_core.class_scores import class_log_probs, entropy
from vae_core.mixture import class_posterior


class Slice(NamedTuple):
    """A plane of latent space: `axes` (2, d) orthonormal rows, `through` (d,) a point of it.

    A point's coordinates are its dot products with the axes: where the axes are latent dimensions they are values of z.
    """

    axes: np.ndarray
    through: np.ndarray

    def points(self, xy: np.ndarray) -> np.ndarray:
        """(..., 2) coordinates -> (..., d) latents."""
        beside = self.through - self.axes.T @ (self.axes @ self.through)
        return beside + np.asarray(xy) @ self.axes

    def coordinates(self, z: np.ndarray) -> np.ndarray:
        """(..., d) latents -> (..., 2), the nearest point of the plane."""
        return np.asarray(z) @ self.axes.T


class Window(NamedTuple):
    """The square that is shown: `centre` (2,), `half` its half side, in latent units."""

    centre: np.ndarray
    half: float


class Cells(NamedTuple):
    """Middles of side² cells of a window, M of them, row by row from the lowest y: `xy` (M, 2), `step` their side."""

    xy: np.ndarray
    step: float


class PosteriorMap(NamedTuple):
    """p(C|z) at the middles of M `Cells`; (M,) each but for `xy`, (M, 2)."""

    xy: np.ndarray
    step: float  # side of a cell
    named: np.ndarray  # most probable class
    probability: np.ndarray  # of that class
    entropy: np.ndarray  # nats


def window(plane: Slice, mean: np.ndarray, covariance: np.ndarray, n_sigma: float = 3.0) -> Window:
    """The square that holds n standard deviations of N(mean, covariance) along both axes of the plane."""
    widest = np.sqrt((plane.axes @ covariance @ plane.axes.T).diagonal().max())
    return Window(plane.coordinates(mean), float(n_sigma * widest))


def posterior_map(
    densities: Mapping[int, object], class_prior: np.ndarray, plane: Slice, shown: Window, side: int
) -> PosteriorMap:
    """Bayes' rule at side × side places of the window; classes are 0 to K − 1."""
    middles = cells(shown, side)
    posterior = class_posterior(class_log_probs(densities, plane.points(middles.xy)), class_prior)
    return PosteriorMap(*middles, posterior.argmax(axis=1), posterior.max(axis=1), entropy(posterior))


def cells(shown: Window, side: int) -> Cells:
    """The window cut into side × side."""
    step = 2 * shown.half / side
    along = shown.half * (2 * np.arange(side) + 1 - side) / side
    y, x = np.meshgrid(shown.centre[1] + along, shown.centre[0] + along, indexing="ij")
    return Cells(np.stack([x.ravel(), y.ravel()], axis=1), step)


def name_places(found: PosteriorMap, smallest: int = 12) -> dict[int, np.ndarray]:
    """Where to write each class: deep inside its largest region of at least `smallest` cells, (2,)."""
    side = round(len(found.named) ** 0.5)
    table = found.named.reshape(side, side)
    places = {}
    for label in np.unique(table):
        regions, count = ndimage.label(table == label)
        sizes = ndimage.sum_labels(np.ones_like(regions), regions, np.arange(1, count + 1))
        if sizes.max() >= smallest:
            inside = np.pad(regions == 1 + sizes.argmax(), 1)  # the frame keeps a name off the edge
            places[int(label)] = found.xy[ndimage.distance_transform_edt(inside)[1:-1, 1:-1].argmax()]
    return places
