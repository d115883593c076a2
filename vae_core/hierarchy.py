"""Hierarchical clustering from a table of distances: the order of the leaves, a cut into k groups, the tree's lines."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

METHODS = ("average", "complete", "single")


class Tree(NamedTuple):
    """Which groups were joined, at which distance.

    `linkage` (K − 1, 4) as scipy has it: the two groups joined, their distance, how many points the new one has.
    `order` (K,) the points from left to right, so that no lines cross and neighbours are as alike as they can be.
    """

    linkage: np.ndarray
    order: np.ndarray


class Bracket(NamedTuple):
    """One join of a dendrogram: two stems, from `low_left` and `low_right`, meet at `height`."""

    left: float  # places along the order, the leaves at 0, 1, …, K − 1
    right: float
    low_left: float
    low_right: float
    height: float
    members: tuple[int, ...]  # points under it, ascending


def tree(distances: ArrayLike, method: str = "average") -> Tree:
    """Join the two nearest groups again and again.

    Args:
        distances: (K, K), symmetric, zeros on the diagonal.
        method: how far two groups are apart: the `average` of their members' distances, the largest (`complete`), or
            the smallest (`single`).

    Raises:
        ValueError: an unknown method, fewer than 2 points, or a table that holds no distances.

    Source: Sokal & Michener 1958 (average linkage); Bar-Joseph, Gifford & Jaakkola 2001 (the order of the leaves).
    """
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; choose one of {', '.join(METHODS)}")
    distances = np.asarray(distances, dtype=np.float64)
    if distances.ndim != 2 or distances.shape[0] != distances.shape[1] or len(distances) < 2:
        raise ValueError(f"distances have shape {distances.shape}; give (K, K) with K of 2 or more")
    if not (np.isfinite(distances).all() and (distances >= 0).all() and (distances == distances.T).all()):
        raise ValueError("distances must be finite, not negative, and the same both ways")
    if distances.diagonal().any():
        raise ValueError("the distance of a point to itself must be 0")
    linkage = hierarchy.linkage(squareform(distances), method, optimal_ordering=True)
    return Tree(linkage, hierarchy.leaves_list(linkage))


def cut(linkage: np.ndarray, k: int) -> np.ndarray:
    """The tree cut into k groups: a group number for each point, (K,), 0 for the group of point 0, then as they come.

    Raises:
        ValueError: k below 1 or above the number of points.
    """
    points = len(linkage) + 1
    if not 1 <= k <= points:
        raise ValueError(f"k is {k}; {points} points can be cut into 1 to {points} groups")
    # All but the last k − 1 joins: scipy's own cut by number gives fewer groups where joins tie.
    group = {point: (point,) for point in range(points)}
    for join, (left, right, *_) in enumerate(linkage[: points - k]):
        group[points + join] = group.pop(int(left)) + group.pop(int(right))
    labels = np.empty(points, dtype=int)
    for number, members in enumerate(sorted(group.values(), key=min)):
        labels[list(members)] = number
    return labels


def cut_height(linkage: np.ndarray, k: int) -> float:
    """Where a line cuts the tree into k groups: half way between the last join made and the first undone."""
    heights = [0.0, *linkage[:, 2], linkage[-1, 2] * 1.1]
    undone = len(heights) - 1 - k
    return float((heights[undone] + heights[undone + 1]) / 2)


def brackets(drawn: Tree) -> list[Bracket]:
    """The lines of the dendrogram, in the order the groups were joined."""
    points = len(drawn.order)
    place = dict(zip(drawn.order.tolist(), range(points), strict=True))
    stems = {point: (float(place[point]), 0.0, (point,)) for point in range(points)}
    lines = []
    for join, (a, b, height, _) in enumerate(drawn.linkage):
        (left, low_left, some), (right, low_right, others) = sorted((stems[int(a)], stems[int(b)]))
        members = tuple(sorted(some + others))
        lines.append(Bracket(left, right, low_left, low_right, float(height), members))
        stems[points + join] = ((left + right) / 2, float(height), members)
    return lines
