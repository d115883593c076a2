"""The recorded latent space of a training as a film: where each digit and each class is at every recorded step."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

DIGITS = 10
STEPS_A_SIDE = 16_000  # of a quantised coordinate, from the middle to a limit: int16 reaches as far again beyond it
_MARGIN = 0.06
_OUTLYING = 0.01  # share of the digits on either side that need not be in view


class LatentFilm(NamedTuple):
    """A view of latent space, k axes of it, at each of S steps; means μ_x as points, p(z|C) as moments."""

    step: np.ndarray  # (S,)
    points: np.ndarray  # μ_x, (S, N, k)
    labels: np.ndarray  # (N,)
    class_mean: np.ndarray  # (S, 10, k)
    class_covariance: np.ndarray  # Σ_C, within + between images, (S, 10, k, k)
    limits: np.ndarray  # where the middle 98 % of the points are at any step, at least ±2, with a margin, (k, 2)


def latent_film(step: ArrayLike, mean: ArrayLike, logvar: ArrayLike, labels: ArrayLike, axes: ArrayLike) -> LatentFilm:
    """Follow q(z|x) of N digits along some axes.

    Args:
        step: (S,); mean and logvar of q(z|x) at each, (S, N, latent_dim).
        labels: (N,), every digit among them.
        axes: directions of the view, (k, latent_dim); rows of the unit matrix for latent dimensions themselves.

    Raises:
        ValueError: shapes that do not fit, a class without a digit.
    """
    mean, variance, labels, axes = _checked(step, mean, logvar, labels, axes)
    points = mean @ axes.T
    class_mean, class_covariance = [], []
    for digit in range(DIGITS):
        own = points[:, labels == digit]
        if own.shape[1] == 0:
            raise ValueError(f"no digit {digit} among the labels; a film needs every class")
        offsets = own - own.mean(1, keepdims=True)
        between = np.einsum("snk,snl->skl", offsets, offsets) / own.shape[1]
        within = np.einsum("sd,kd,ld->skl", variance[:, labels == digit].mean(1), axes, axes)
        class_mean.append(own.mean(1))
        class_covariance.append(within + between)
    quantiles = np.quantile(points, [_OUTLYING, 1 - _OUTLYING], axis=1)  # (2, S, k)
    low, high = np.minimum(quantiles[0].min(0), -2), np.maximum(quantiles[1].max(0), 2)
    margin = _MARGIN * (high - low)
    limits = np.stack([low - margin, high + margin], axis=1)
    return LatentFilm(np.asarray(step), points, labels, np.stack(class_mean, 1), np.stack(class_covariance, 1), limits)


def between_share(mean: ArrayLike, logvar: ArrayLike, labels: ArrayLike) -> np.ndarray:
    r"""Share of the variance of q(z) that lies between the class means, at each step, (S,).

    tr Cov(μ_C) / (tr Cov(μ_C) + mean of tr Σ_C), all classes counting alike, over all latent dimensions: 0 where every
    class has the same mean, 1 where each is one point.

    Args:
        mean, logvar: of q(z|x) at each step, (S, N, latent_dim).
        labels: (N,), every digit among them.

    Raises:
        ValueError: shapes that do not fit, a class without a digit.
    """
    mean = np.asarray(mean)
    film = latent_film(np.arange(len(mean)), mean, logvar, labels, np.eye(mean.shape[-1]))
    between = film.class_mean.var(1).sum(-1)
    within = np.trace(film.class_covariance, axis1=2, axis2=3).mean(1)
    return between / (between + within)


def quantised(points: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Coordinates as int16, ∓`STEPS_A_SIDE` at the limits; what is further than twice as far out stops there."""
    centre, half = limits.mean(1), np.ptp(limits, axis=1) / 2
    return np.rint(np.clip((points - centre) / half, -2, 2) * STEPS_A_SIDE).astype(np.int16)


def nearest_frame(step: ArrayLike, wanted: int) -> int:
    """Number of the recorded step nearest the wanted one by ratio, as on a logarithmic axis; step 0 counts as ½."""
    recorded = np.maximum(np.asarray(step, dtype=np.float64), 0.5)
    return int(np.abs(np.log(recorded / max(wanted, 0.5))).argmin())


def _checked(step, mean, logvar, labels, axes) -> tuple[np.ndarray, ...]:
    mean, logvar, axes = (np.asarray(array, dtype=np.float64) for array in (mean, logvar, axes))
    labels = np.asarray(labels)
    if mean.ndim != 3 or mean.shape != logvar.shape or mean.shape[:2] != (len(step), len(labels)):
        shapes = np.shape(step), mean.shape, logvar.shape, labels.shape
        raise ValueError(f"step, mean, logvar, labels have shapes {shapes}; allowed: (S,), (S, N, d) twice, (N,)")
    if axes.ndim != 2 or axes.shape[1] != mean.shape[2]:
        raise ValueError(f"axes have shape {axes.shape}; allowed: (k, {mean.shape[2]})")
    return mean, np.exp(logvar), labels, axes
