"""Which latent dimension of one run plays the part of which in another.

The axes of two runs do not correspond: training may permute them, flip them, or turn them into mixtures. A permutation
and flips are found here by correlation over the same images; a turn is not undone, it shows as a low quality.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

DEAD_VARIANCE = 0.01  # of the posterior means over images (Burda et al. 2016): an inactive unit


class Matching(NamedTuple):
    """The dimensions of run b, ordered and flipped to resemble those of run a."""

    order: np.ndarray  # (dim_a,): b's partner of each dimension of a, −1 where b has none left
    sign: np.ndarray  # (dim_a,): +1 or −1, what to multiply the partner by; 0 where there is none
    matched: np.ndarray  # (dim_a,) bool: paired by correlation, not merely left over
    correlation_before: np.ndarray  # (dim_a, dim_b): Pearson, 0 where either dimension is dead
    correlation_after: (
        np.ndarray
    )  # (dim_a, max(dim_a, dim_b)): partners on the diagonal, nan where none; b's rest after
    quality: float  # mean |correlation| of the matched pairs, 0 to 1; nan if there is none


def match_dimensions(mean_a: ArrayLike, mean_b: ArrayLike, dead_variance: float = DEAD_VARIANCE) -> Matching:
    r"""Pair the latent dimensions of two runs so that $\sum_i |r_{i,\pi(i)}|$ is largest (optimal assignment).

    Each pair is flipped to correlate positively. Dimensions whose means hardly vary are dead: their correlation counts
    as 0, they are not matched, and are filled in afterwards in index order, unflipped. If the runs have different
    numbers of live dimensions, the spare ones are filled in likewise and the quality speaks only of the matched.

    A quality near 1 says the runs found the same axes; a low one, that they did not, though they may still span the
    same space turned.

    Args:
        mean_a: posterior means of run a, (N, dim_a).
        mean_b: posterior means of run b over the same images in the same order, (N, dim_b).
        dead_variance: a dimension is dead if the variance of its means is at most this.

    Raises:
        ValueError: not matrices, not the same number of images, fewer than 3 of them, or values that are not finite.

    Source: Li et al. 2016, "Convergent learning: do different neural networks learn the same representations?".
    """
    a, live_a = _standardised(mean_a, dead_variance)
    b, live_b = _standardised(mean_b, dead_variance)
    if len(a) != len(b):
        raise ValueError(f"Both runs must encode the same images: {len(a)} in the first, {len(b)} in the second.")
    before = np.clip(a.T @ b / len(a), -1, 1)
    alive_a, alive_b = np.flatnonzero(live_a), np.flatnonzero(live_b)
    rows, columns = linear_sum_assignment(np.abs(before[np.ix_(alive_a, alive_b)]), maximize=True)
    order = np.full(a.shape[1], -1)
    order[alive_a[rows]] = alive_b[columns]
    matched = order >= 0
    spare = [dimension for dimension in range(b.shape[1]) if dimension not in order]
    vacant = np.flatnonzero(~matched)[: len(spare)]
    order[vacant] = spare[: len(vacant)]
    partner = before[np.arange(len(order)), order]
    sign = np.where(order < 0, 0, np.where(partner < 0, -1, 1))
    after = np.where(order < 0, np.nan, before[:, order] * sign)
    after = np.concatenate([after, before[:, spare[len(vacant) :]]], axis=1)
    quality = float(np.abs(partner[matched]).mean()) if matched.any() else float("nan")
    return Matching(order, sign, matched, before, after, quality)


def rearrange(values_b: ArrayLike, matching: Matching) -> np.ndarray:
    """Latents of run b in the order and with the signs of run a, (N, dim_a); nan columns where b has no partner.

    For means and samples; log-variances keep their sign, so take `logvar[:, order]` for those.

    Raises:
        ValueError: values that are not (N, dim_b) for the matched runs.
    """
    values_b = np.asarray(values_b, dtype=np.float64)
    dim_b = matching.correlation_before.shape[1]
    if values_b.ndim != 2 or values_b.shape[1] != dim_b:
        raise ValueError(f"The matched run has {dim_b} dimensions; the values have shape {values_b.shape}.")
    return np.where(matching.order < 0, np.nan, values_b[:, matching.order] * matching.sign)


def _standardised(mean: ArrayLike, dead_variance: float) -> tuple[np.ndarray, np.ndarray]:
    """Means with zero mean and unit variance, dead columns all 0; and which columns live."""
    mean = np.asarray(mean, dtype=np.float64)
    if mean.ndim != 2 or len(mean) < 3 or mean.shape[1] < 1:
        raise ValueError(f"Posterior means are an array (N, latent_dim) of 3 images or more, not {mean.shape}.")
    if not np.isfinite(mean).all():
        raise ValueError("Posterior means must be finite; these have entries that are not.")
    if not dead_variance >= 0:
        raise ValueError(f"The variance below which a dimension is dead is 0 or more, not {dead_variance}.")
    centred = mean - mean.mean(axis=0)
    variance = np.square(centred).mean(axis=0)
    rounding = 1e-7 * np.abs(mean).max(axis=0)  # of the float32 the means were computed in
    live = variance > np.maximum(dead_variance, np.square(rounding))
    return np.where(live, centred / np.sqrt(np.where(live, variance, 1)), 0), live
