"""Which dimension of one run stands beside which of another: by the order of their rates, or as they were matched."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vae_core.matching import Matching


class Pair(NamedTuple):
    """A place on the axis where one dimension of each run stands.

    Attributes:
        a: dimension of the first run, None where only the second has one.
        b: dimension of the second run, None where only the first has one.
        sign: −1 where b is to be flipped to run along a.
        correlation: between a and the flipped b over the same images, None where they were not matched by it.
    """

    a: int | None
    b: int | None
    sign: int = 1
    correlation: float | None = None


def alone(order: Sequence[int]) -> list[Pair]:
    """One run, its dimensions in this order."""
    return [Pair(dimension, None) for dimension in order]


def by_order(order_a: Sequence[int], order_b: Sequence[int]) -> list[Pair]:
    """The first of one beside the first of the other, and so on; the longer run's rest stands alone."""
    count = max(len(order_a), len(order_b))
    padded = [[*order, *[None] * (count - len(order))] for order in (order_a, order_b)]
    return [Pair(a, b) for a, b in zip(*padded, strict=True)]


def by_match(order_a: Sequence[int], order_b: Sequence[int], found: Matching) -> list[Pair]:
    """Each dimension of the first run, in this order, with its partner; those of the second without one follow.

    Args:
        order_a: dimensions of the first run in the order wanted, such as by rate.
        order_b: likewise of the second; the order of those left over.
        found: `match_dimensions(mean_a, mean_b)`.
    """
    pairs = []
    for a in order_a:
        if found.order[a] < 0:
            pairs.append(Pair(a, None))
        else:
            b, sign = int(found.order[a]), int(found.sign[a])
            known = float(sign * found.correlation_before[a, b]) if found.matched[a] else None
            pairs.append(Pair(a, b, sign if found.matched[a] else 1, known))
    taken = {pair.b for pair in pairs}
    return pairs + [Pair(None, b) for b in order_b if b not in taken]


def correlations(pairs: Sequence[Pair], before: np.ndarray) -> np.ndarray:
    """Correlation of every a with every b in the order of the pairs, partners on the diagonal, b flipped.

    Args:
        pairs: of two runs.
        before: `Matching.correlation_before`, (dim_a, dim_b).

    Returns:
        (pairs, pairs); nan in the rows and columns where a run has no dimension.
    """
    found = np.full((len(pairs), len(pairs)), np.nan)
    for i, row in enumerate(pairs):
        for j, column in enumerate(pairs):
            if row.a is not None and column.b is not None:
                found[i, j] = column.sign * before[row.a, column.b]
    return found


def agreement(pairs: Sequence[Pair], before: np.ndarray, live: np.ndarray) -> float:
    """Mean |correlation| of the pairs standing side by side, over the live dimensions of the first run; nan if none.

    A live dimension without a partner counts as 0.

    Args:
        pairs: of two runs.
        before: `Matching.correlation_before`, (dim_a, dim_b).
        live: whether a dimension of the first run counts, (dim_a,) bool.
    """
    found = [0.0 if p.b is None else abs(before[p.a, p.b]) for p in pairs if p.a is not None and live[p.a]]
    return float(np.mean(found)) if found else float("nan")
