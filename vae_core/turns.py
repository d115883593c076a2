r"""Latent spaces of several runs turned onto each other, so that what one shows can be found again in the next.

Every training ends with axes of its own. A turn about the origin (a mirror image included) changes nothing that
matters: the prior N(0, I) is the same in all directions, so z ↦ zR leaves every rate, distance, volume and p(C|z) as it
was, and the same decoder turned back draws the same images. So a turn may be chosen freely, for the eye.

A turn is not enough where two trainings arranged the digits differently; `agreement` says how far it goes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vae_core.matching import DEAD_VARIANCE


class Turns(NamedTuple):
    """A turn for each run, in the order given.

    Attributes:
        turn: (runs, d, d) orthogonal: z @ turn[k] puts latents of run k into the common coordinates, and
            z @ turn[k].T brings common ones back.
        agreement: with the live neighbour each run was turned onto, (runs,); 1 for the reference, nan for a run that
            has collapsed, which stays as it is.
    """

    turn: np.ndarray
    agreement: np.ndarray


def turn_onto(mean: ArrayLike, target: ArrayLike) -> np.ndarray:
    r"""The orthogonal R for which $\lVert \mathrm{target} - \mathrm{mean}\,R \rVert_F$ is least, (d, d).

    $R = UV^\top$ with $U S V^\top = \mathrm{mean}^\top \mathrm{target}$. Nothing is moved or stretched.

    Args:
        mean: posterior means of one run, (N, d).
        target: of another over the same images in the same order, (N, d).

    Raises:
        ValueError: shapes that differ, or values that are not finite.

    Source: Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem".
    """
    mean, target = _pair(mean, target)
    left, _, right = np.linalg.svd(mean.T @ target)
    return left @ right


def agreement(mean: ArrayLike, target: ArrayLike) -> float:
    r"""Cosine between two configurations, $\langle A, B\rangle / \lVert A\rVert\lVert B\rVert$, −1 to 1; args as above.

    1 if one is the other, perhaps shrunk or stretched as a whole; nan if either lies at the origin altogether.
    """
    mean, target = _pair(mean, target)
    size = np.linalg.norm(mean) * np.linalg.norm(target)
    return float((mean * target).sum() / size) if size > 0 else float("nan")


def turn_neighbours(means: Sequence[ArrayLike], reference: int) -> Turns:
    """Turn every run onto its neighbour, from the reference outwards to both ends.

    A run whose means hardly vary in any dimension (`matching.DEAD_VARIANCE`) has no arrangement to turn: it is left
    alone, and the next live run is turned onto the last live one.

    Args:
        means: posterior means of each run over the same images, (N, d) each; neighbours stand side by side.
        reference: position of the run that keeps its axes.

    Raises:
        ValueError: no run, a reference that is none of them, or shapes that differ.
    """
    means = [np.asarray(mean, dtype=np.float64) for mean in means]
    if not 0 <= reference < len(means):
        raise ValueError(f"reference is {reference}; allowed: 0 to {len(means) - 1}, a position among the runs")
    size = means[reference].shape[1]
    turn = np.tile(np.eye(size), (len(means), 1, 1))
    found = np.full(len(means), np.nan)
    found[reference] = 1.0
    for outwards in (range(reference - 1, -1, -1), range(reference + 1, len(means))):
        target = means[reference]
        for k in outwards:
            if means[k].var(axis=0).max() <= DEAD_VARIANCE or target.var(axis=0).max() <= DEAD_VARIANCE:
                _pair(means[k], target)
                continue
            turn[k] = turn_onto(means[k], target)
            found[k] = agreement(means[k] @ turn[k], target)
            target = means[k] @ turn[k]
    return Turns(turn, found)


def common_axes(class_means: ArrayLike) -> np.ndarray:
    """The plane that shows the classes of all runs best: two orthonormal rows, (2, d).

    The principal axes of the class means, each run's about their own centre, all runs together. In 2-D the plane's own
    axes, so that nothing is turned a second time.

    Args:
        class_means: of runs in common coordinates, (runs, classes, d), d at least 2.

    Raises:
        ValueError: another shape.
    """
    class_means = np.asarray(class_means, dtype=np.float64)
    if class_means.ndim != 3 or class_means.shape[2] < 2:
        raise ValueError(f"class_means has shape {class_means.shape}; allowed: (runs, classes, d) with d of 2 or more")
    if class_means.shape[2] == 2:
        return np.eye(2)
    offsets = (class_means - class_means.mean(axis=1, keepdims=True)).reshape(-1, class_means.shape[2])
    axes = np.linalg.eigh(offsets.T @ offsets)[1][:, :-3:-1].T
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return axes * np.sign(largest)  # an axis has no sign of its own


def _pair(mean: ArrayLike, target: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    mean, target = np.asarray(mean, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if mean.ndim != 2 or mean.shape != target.shape:
        raise ValueError(f"means are {mean.shape} and {target.shape}; both must be (images, latent_dim), of equal size")
    if not (np.isfinite(mean).all() and np.isfinite(target).all()):
        raise ValueError("posterior means must be finite; these have entries that are not")
    return mean, target
