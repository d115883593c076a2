r"""Groupings of points compared: the adjusted Rand index, and every grouping of the same shape.

A grouping is a group number for each point, (n,); the numbers are names only. Its shape is the sizes of its groups.
"""

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

# Two sums of the same numbers in another order differ by rounding; below this share they are the same.
TIE = 1e-9


class Rank(NamedTuple):
    """Where one grouping stands among all of its shape: `better` ones before it, `ties` level with it (itself too)."""

    better: int
    ties: int
    total: int

    @property
    def share_as_good(self) -> float:
        """Share of all groupings of the shape that do at least as well, itself counted."""
        return (self.better + self.ties) / self.total


def adjusted_rand(a: ArrayLike, b: ArrayLike) -> float:
    r"""Agreement of two groupings: 1 where they are the same, 0 on average by chance, negative below that.

    $\frac{T - E}{\frac12(A + B) - E}$, $E = AB/\binom n2$, of the $\binom n2$ pairs of points: A are together in
    the one grouping, B in the other, T in both.

    Raises:
        ValueError: groupings of different points, or of fewer than 2.

    Source: Hubert & Arabie, Comparing partitions (1985).
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.ndim != 1 or a.shape != b.shape or len(a) < 2:
        raise ValueError(f"groupings have shapes {a.shape} and {b.shape}; both must be (n,) with n of 2 or more")
    return float(_adjusted_rand(_together(a[None]), _together(b[None])[0])[0])


def all_adjusted_rand(groupings: np.ndarray, b: ArrayLike) -> np.ndarray:
    """`adjusted_rand` of each of many groupings (G, n) with one other (n,); (G,)."""
    return _adjusted_rand(_together(groupings), _together(np.asarray(b)[None])[0])


def mean_within(groupings: np.ndarray, distances: ArrayLike) -> np.ndarray:
    """Mean distance of two points of the same group, over all such pairs, for each grouping (G, n); (G,).

    NaN where no two points are together.
    """
    together = _together(groupings)
    distances = np.asarray(distances, dtype=np.float64)
    apart = distances[np.triu_indices(groupings.shape[1], 1)]
    pairs = together.sum(axis=1)
    return np.divide(together @ apart, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def shape(grouping: ArrayLike) -> tuple[int, ...]:
    """Sizes of the groups, ascending."""
    return tuple(sorted(np.unique(np.asarray(grouping), return_counts=True)[1].tolist()))


def count_of_shape(sizes: Sequence[int]) -> int:
    r"""How many groupings there are: $n! / \prod_i s_i!$, divided by the orders of groups of equal size."""
    left, count = sum(sizes), 1
    for _, same in itertools.groupby(sorted(sizes, reverse=True)):
        for size in same:
            # The group that holds the first point left: choose the others; that fixes the order of equal groups.
            count *= comb(left, size)
            left -= size
    for _, same in itertools.groupby(sorted(sizes)):
        for k in range(2, len(list(same)) + 1):
            count //= k
    return count


@lru_cache(maxsize=64)
def of_shape(sizes: tuple[int, ...]) -> np.ndarray:
    """Every grouping with groups of these sizes, each once: (G, n) uint8, read-only.

    Raises:
        ValueError: a size below 1, or more groupings than a page can hold.
    """
    if not sizes or min(sizes) < 1:
        raise ValueError(f"sizes are {sizes}; every group has 1 point or more")
    if (count := count_of_shape(sizes)) > 100_000:
        raise ValueError(f"there are {count:,} groupings with groups of {sizes}; ask for 100,000 or fewer")
    found = np.array(list(_label(tuple(range(sum(sizes))), tuple(sorted(sizes)), 0, [0] * sum(sizes))), np.uint8)
    found.setflags(write=False)
    return found


def rank(of: float, among: np.ndarray, largest_first: bool) -> Rank:
    """Where a value stands among all values (G,), itself among them; rounding makes no difference."""
    ahead = among - of if largest_first else of - among
    tie = TIE * max(1.0, float(np.abs(among).max()))
    return Rank(int((ahead > tie).sum()), int((np.abs(ahead) <= tie).sum()), len(among))


def _label(points: tuple[int, ...], sizes: tuple[int, ...], number: int, labels: list[int]) -> Iterator[list[int]]:
    """Fill in group `number`, which holds the first point left, with each size and each choice of others."""
    if not points:
        yield labels.copy()
        return
    first, rest = points[0], points[1:]
    for size in sorted(set(sizes)):
        others = list(sizes)
        others.remove(size)
        for chosen in itertools.combinations(rest, size - 1):
            for point in (first, *chosen):
                labels[point] = number
            left = tuple(point for point in rest if point not in chosen)
            yield from _label(left, tuple(others), number + 1, labels)


def _together(groupings: np.ndarray) -> np.ndarray:
    """Which pairs i < j are in one group: (G, n) -> (G, n(n − 1)/2) float."""
    i, j = np.triu_indices(groupings.shape[1], 1)
    return (groupings[:, i] == groupings[:, j]).astype(np.float64)


def _adjusted_rand(together: np.ndarray, other: np.ndarray) -> np.ndarray:
    in_a, in_b, in_both = together.sum(axis=1), other.sum(), together @ other
    expected = in_a * in_b / len(other)
    span = (in_a + in_b) / 2 - expected
    # No span: both groupings are one group, or both all alone; they are the same.
    return np.divide(in_both - expected, span, out=np.ones(len(span)), where=span > 0)
