"""What a traveller meets between two digits: classes, how likely the places are, how fast the image moves.

Densities and posteriors are those of latents z on the road, in nats; lengths are in latent units or grey levels.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from vae_core import path as paths
from vae_core.gaussians import log_density
from vae_core.mixture import class_posterior
from vae_core.tour import TourError


class Density(Protocol):
    """p(z|C): a `GaussianMixture` or a `Gaussian`."""

    def log_prob(self, z: np.ndarray) -> np.ndarray: ...


class Reading(NamedTuple):
    """One road, measured at its T points."""

    posterior: np.ndarray  # p(C|z), (T, K)
    log_prior: np.ndarray  # log N(z; 0, I), nats, (T,)
    log_aggregate: np.ndarray  # log q(z), nats, (T,)
    speed: np.ndarray  # of the image, grey levels per road, (T − 1,)
    latent_length: float
    image_length: float


class Passage(NamedTuple):
    """A stretch of the road on which one class is the most probable."""

    digit: int
    first: int  # number of its first point
    last: int  # of its last one


def read(points: ArrayLike, frames: ArrayLike, classes: Sequence[Density], class_prior: ArrayLike) -> Reading:
    r"""Everything measured along a road walked in one unit of time.

    $q(z) = \sum_C p(C)\, p(z|C)$ is the aggregate posterior, $p(C|z) = p(C)\, p(z|C) / q(z)$, and the image's speed is
    $T' \lVert g(z_{i+1}) - g(z_i) \rVert$ with $T'$ the number of steps.

    Args:
        points: latents, (T, latent_dim), T at least 2.
        frames: what the decoder draws there, (T, ...).
        classes: p(z|C), K of them.
        class_prior: p(C), (K,).

    Raises:
        ValueError: a bad road, other frames than points, or densities that do not fit it.
    """
    points = paths.check_path(points)
    if len(frames) != len(points):
        raise ValueError(f"Every point needs its frame: {len(points)} points, {len(frames)} frames.")
    return read_together([points], [paths.step_lengths(frames)], classes, class_prior)[0]


def read_together(
    roads: Sequence[np.ndarray], steps: Sequence[np.ndarray], classes: Sequence[Density], class_prior: ArrayLike
) -> list[Reading]:
    """As `read` for several roads, whose places are looked up in the densities all at once.

    Args:
        roads: latents of each, (T, latent_dim).
        steps: how far its image moves between them, grey levels, (T − 1,), as `path.step_lengths` of its frames.
        classes: p(z|C), K of them.
        class_prior: p(C), (K,).
    """
    points = np.concatenate(roads)
    log_probs = class_log_densities(classes, points)
    latent_dim = points.shape[1]
    measured = (
        class_posterior(log_probs, class_prior),
        log_density(points, np.zeros(latent_dim), np.eye(latent_dim)),
        log_aggregate(log_probs, class_prior),
    )
    cuts = np.cumsum([len(road) for road in roads])[:-1]
    each = zip(*(np.split(values, cuts) for values in measured), strict=True)
    return [
        Reading(*values, moved * len(moved), paths.latent_length(road), float(moved.sum()))
        for values, road, moved in zip(each, roads, steps, strict=True)
    ]


def class_log_densities(classes: Sequence[Density], z: np.ndarray) -> np.ndarray:
    """log p(z|C), one column a class, (N, K)."""
    return np.stack([density.log_prob(z) for density in classes], axis=1)


def log_aggregate(log_probs: np.ndarray, class_prior: ArrayLike) -> np.ndarray:
    r"""$\log q(z) = \log \sum_C p(C)\, p(z|C)$ from log p(z|C) (N, K), nats, (N,)."""
    return logsumexp(log_probs, axis=1, b=np.asarray(class_prior, dtype=np.float64))


def passages(posterior: np.ndarray) -> list[Passage]:
    """The road cut where the most probable class changes; ties go to the lower class. posterior (T, K)."""
    named = np.asarray(posterior).argmax(axis=1)
    cuts = np.flatnonzero(np.diff(named)) + 1
    firsts = [0, *cuts.tolist()]
    lasts = [*(cuts - 1).tolist(), len(named) - 1]
    return [Passage(int(named[first]), first, last) for first, last in zip(firsts, lasts, strict=True)]


def passed(posterior: np.ndarray, ends: Sequence[int]) -> list[int]:
    """Classes met on the way that are neither of the two ends, each once, in the order they are met."""
    met = [passage.digit for passage in passages(posterior)]
    return list(dict.fromkeys(digit for digit in met if digit not in ends))


def between(tour: Sequence[int], start: int, end: int) -> list[int]:
    """Stations of an open tour strictly between two of its points, walked from start to end.

    Raises:
        TourError: start or end is not on the tour.
    """
    order = list(tour)
    absent = [point for point in (start, end) if point not in order]
    if absent:
        raise TourError(f"{absent[0]} is not on the tour {order}; choose two of its points.")
    here, there = order.index(start), order.index(end)
    return order[here + 1 : there] if here < there else order[there + 1 : here][::-1]


def passing_options(answer: Sequence[int], ends: tuple[int, int], others: Sequence[Sequence[int]]) -> list[str]:
    """Four answers to "which digits will this road pass?", the right one among them, in a fixed order.

    Args:
        answer: digits it does pass.
        ends: the digits it joins; no other option names them.
        others: what else might be expected, such as what other roads pass; used first, filled up where too few differ.
    """
    fillers = [[]] + [[digit] for digit in range(10)]
    candidates = [[digit for digit in other if digit not in ends] for other in (*others, *fillers)]
    options = [told_digits(answer)]
    for candidate in candidates:
        text = told_digits(candidate)
        if len(options) < 4 and text not in options:
            options.append(text)
    return sorted(options, key=lambda text: (text != told_digits([]), len(text), text))


def told_digits(digits: Sequence[int]) -> str:
    """Digits as a student reads them: "none", "8", "8 and 5", "8, 5 and 3"."""
    if not digits:
        return "none"
    first = ", ".join(str(digit) for digit in digits[:-1])
    return f"{first} and {digits[-1]}" if first else str(digits[-1])
