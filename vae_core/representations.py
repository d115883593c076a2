r"""Two representations of the same images, compared: of a VAE (its μ_x) and of a classifier (its bottleneck), say.

A representation is a matrix (N, d), one row an image. Two of them need not have the same d, and their axes never
correspond, so what is compared here does not depend on a turn or mirroring, and not on the unit of length either.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Separation(NamedTuple):
    """Two classes along the straight line through their means.

    Attributes:
        first, second: places of each class's images on the line, (n_a,) and (n_b,), with 0 half-way between the means
            and their pooled standard deviation as the unit.
        distance: d′, between the two means, in that unit; inf where neither class has any width.
    """

    first: np.ndarray
    second: np.ndarray
    distance: float


def linear_cka(a: ArrayLike, b: ArrayLike) -> float:
    r"""Linear centred kernel alignment, from 0 to 1.

    $\dfrac{\lVert B^\top A\rVert_F^2}{\lVert A^\top A\rVert_F\,\lVert B^\top B\rVert_F}$ with both centred: how alike
    the two tables of inner products between images are. It does not change when either space is turned, mirrored,
    moved or scaled as a whole; it does when one direction is stretched.

    Args:
        a, b: (N, d_a) and (N, d_b), the same images in the same order.

    Returns:
        nan if all images of one lie in one place.

    Raises:
        ValueError: not two matrices of the same number of finite rows.

    Source: Kornblith et al. 2019, "Similarity of neural network representations revisited".
    """
    a, b = _centred(a), _centred(b)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} rows; both representations must be of the same images")
    alone = np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b)
    return float(np.square(np.linalg.norm(b.T @ a)) / alone) if alone > 0 else float("nan")


def between_share(representation: ArrayLike, labels: ArrayLike) -> float:
    r"""Share of the variance that lies between the classes.

    $1 - \sum_x \lVert h_x - m_{C(x)}\rVert^2 / \sum_x \lVert h_x - m\rVert^2$

    1 where every class is a point, 0 where all classes have the same mean; nan where nothing varies.
    """
    h, labels = _centred(representation), _labels(labels, representation)
    total = np.square(h).sum()
    return float(1 - np.square(h - class_means(h, labels)[labels]).sum() / total) if total > 0 else float("nan")


def class_means(representation: ArrayLike, labels: ArrayLike, classes: int = 10) -> np.ndarray:
    """Mean of each class, (classes, d) float64.

    Raises:
        ValueError: a class without an image.
    """
    h, labels = np.asarray(representation, dtype=np.float64), _labels(labels, representation)
    count = np.bincount(labels, minlength=classes)
    if len(count) > classes or (count == 0).any():
        raise ValueError(f"labels hold {np.unique(labels).tolist()}; each class from 0 to {classes - 1} needs an image")
    sums = np.zeros((classes, h.shape[1]))
    np.add.at(sums, labels, h)
    return sums / count[:, None]


def mean_distances(means: ArrayLike) -> np.ndarray:
    """Euclidean distances between class means (K, d): (K, K)."""
    means = np.asarray(means, dtype=np.float64)
    return np.linalg.norm(means[:, None] - means, axis=2)


def rank_agreement(distances_a: ArrayLike, distances_b: ArrayLike) -> float:
    """Spearman's rank correlation of the K(K − 1)/2 distances, from −1 to 1; (K, K) each, K at least 3.

    1 where the pairs of classes stand in the same order of distance in both spaces.
    """
    ranks_a, ranks_b = (_ranks(distances)[_pairs(distances)] for distances in (distances_a, distances_b))
    return float(np.corrcoef(ranks_a, ranks_b)[0, 1])


def chance_of_agreement(distances_a: ArrayLike, distances_b: ArrayLike, seed: int, relabellings: int = 2000) -> float:
    """Share of random relabellings of the classes of b that agree with a at least as well: Mantel's test.

    The distances are not independent (each class is in K − 1 of them), so no table of Spearman's ρ applies.

    Source: Mantel 1967, "The detection of disease clustering and a generalized regression approach".
    """
    ranks_a, ranks_b = _ranks(distances_a), _ranks(distances_b)
    pairs = _pairs(ranks_a)
    found = rank_agreement(distances_a, distances_b)
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.tile(np.arange(len(ranks_b)), (relabellings, 1)), axis=1)  # (R, K)
    drawn = ranks_b[orders[:, pairs[0]], orders[:, pairs[1]]]  # (R, pairs)
    own, other = ranks_a[pairs] - ranks_a[pairs].mean(), drawn - drawn.mean(axis=1, keepdims=True)
    agreement = other @ own / (np.linalg.norm(own) * np.linalg.norm(other, axis=1))
    as_well = int((agreement >= found - 1e-12).sum())
    return (1 + as_well) / (1 + relabellings)


def nearest_classes(distances: ArrayLike) -> np.ndarray:
    """The class nearest each class, (K,)."""
    distances = np.array(distances, dtype=np.float64)
    np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1)


def closeness_rank(distances: ArrayLike, a: int, b: int) -> int:
    """Place of a pair among all pairs of classes, the closest pair being 1."""
    distances = np.asarray(distances, dtype=np.float64)
    return 1 + int((distances[_pairs(distances)] < distances[a, b]).sum())


def separation(representation: ArrayLike, labels: ArrayLike, a: int, b: int) -> Separation:
    r"""Classes a and b seen along the line from one mean to the other.

    $d' = \lVert m_a - m_b\rVert / s$, $s^2 = \tfrac12(s_a^2 + s_b^2)$ the variances along the line. Of two Gaussian
    classes of the same width the nearest mean confuses the share $\Phi(-d'/2)$.

    Raises:
        ValueError: a class without an image.
    """
    h, labels = np.asarray(representation, dtype=np.float64), _labels(labels, representation)
    own, other = h[labels == a], h[labels == b]
    if not len(own) or not len(other):
        raise ValueError(f"no image of class {a if not len(own) else b}; both classes need one")
    middle, step = (own.mean(0) + other.mean(0)) / 2, other.mean(0) - own.mean(0)
    length = np.linalg.norm(step)
    direction = step / length if length > 0 else np.eye(h.shape[1])[0]
    first, second = (own - middle) @ direction, (other - middle) @ direction
    pooled = np.sqrt((first.var() + second.var()) / 2)
    if pooled == 0:
        return Separation(first, second, float("inf") if length > 0 else 0.0)
    return Separation(first / pooled, second / pooled, float(length / pooled))


def _centred(representation: ArrayLike) -> np.ndarray:
    h = np.asarray(representation, dtype=np.float64)
    if h.ndim != 2 or not h.size or not np.isfinite(h).all():
        raise ValueError(f"a representation is a finite matrix (images, d), not one of shape {h.shape}")
    return h - h.mean(axis=0)


def _labels(labels: ArrayLike, representation: ArrayLike) -> np.ndarray:
    labels = np.asarray(labels).astype(int)
    if labels.shape != np.shape(representation)[:1]:
        raise ValueError(f"labels have shape {labels.shape} beside {np.shape(representation)}; give one a row")
    return labels


def _pairs(distances: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(len(np.asarray(distances)), 1)


def _ranks(distances: ArrayLike) -> np.ndarray:
    """Every pair's distance replaced by its rank, (K, K), the diagonal left 0."""
    distances = np.asarray(distances, dtype=np.float64)
    if distances.ndim != 2 or distances.shape[0] != distances.shape[1] or len(distances) < 3:
        raise ValueError(f"distances have shape {distances.shape}; allowed: (K, K), K of 3 or more")
    pairs = _pairs(distances)
    ranks = np.zeros_like(distances)
    _, place, shared = np.unique(distances[pairs], return_inverse=True, return_counts=True)
    ranks[pairs] = (np.cumsum(shared) - (shared - 1) / 2)[place]  # equal distances share the mean of their ranks
    return ranks + ranks.T
