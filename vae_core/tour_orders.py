"""The lengths of all orders in which some points can be visited, added up without listing the orders."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np


def all_lengths(distances: np.ndarray, first: np.ndarray, last: np.ndarray) -> Iterator[np.ndarray]:
    """Lengths of all m! orders of m points, in chunks, one chunk for each choice of the first half.

    Meet in the middle: the orders of either half are added up once, then each order of the first half is
    joined to each order of the second. For ten points that is one addition an order instead of nine.

    Args:
        distances: (m, m), symmetric, m at least 2.
        first: what it costs to begin at each point, (m,): zeros, or the way there from a fixed start.
        last: what it costs to end at each point, (m,): zeros, or the way home.

    Yields:
        Arrays of lengths, m! in all; an order and its reversal both count.
    """
    m = len(distances)
    heads = _lengths_by_end(distances, first, m // 2)
    tails = _lengths_by_end(distances, last, m - m // 2)  # walked backwards, from the end to the middle
    for head, lengths in heads.items():
        tail = tuple(point for point in range(m) if point not in head)
        bridge = distances[np.ix_(head, tail)]
        # (end of head, order of head, end of tail, order of tail)
        yield lengths[:, :, None, None] + bridge[:, None, :, None] + tails[tail][None, None, :, :]


def _lengths_by_end(distances: np.ndarray, first: np.ndarray, size: int) -> dict[tuple[int, ...], np.ndarray]:
    """For every set of `size` points the lengths of its orders, (size, (size − 1)!): a row a last point."""
    orders = {(point,): first[[[point]]] for point in range(len(distances))}
    for grown in range(2, size + 1):
        longer = {}
        for points in combinations(range(len(distances)), grown):
            rows = []
            for end in points:
                before = tuple(point for point in points if point != end)
                rows.append((orders[before] + distances[before, end][:, None]).ravel())
            longer[points] = np.stack(rows)
        orders = longer
    return orders
