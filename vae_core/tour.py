"""Tours over a handful of points: greedy, optimal, and where any tour ranks among all of them.

A tour visits every point once. It is open (a path, with two ends) or closed (a ring that returns to its
first point); a closed tour is written without repeating that point. Distances are symmetric, so a tour and
its reversal have the same length.

Ties are broken by the lowest index: two lengths count as equal when they differ by less than `TIE` times the
largest distance, so the order in which a sum was rounded decides nothing.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vae_core.tour_orders import all_lengths

MAX_POINTS = 16  # Held–Karp's table has 2^n · n entries
MAX_RANKED = 11  # ranking adds up all n! orders
TIE = 1e-12
SLACK = 1e-6  # rounding allowed in symmetry and diagonal, relative to the largest distance


class TourError(ValueError):
    """The distances or the tour given are not usable; the message says why."""


class TourStep(NamedTuple):
    """One step of the nearest-neighbour tour, with the arithmetic behind it."""

    at: int  # where the tour stands
    remaining: tuple[int, ...]  # points not visited yet, ascending; on the way home only the start
    distances: tuple[float, ...]  # from `at` to each of `remaining`
    chosen: int  # the nearest of them, the lowest index if several are equally near
    length: float  # of the tour so far, this step included


class TourRank(NamedTuple):
    """Where a tour stands among all tours of its kind."""

    rank: int  # 1 + the number of strictly shorter tours
    total: int  # tours there are
    tied: int  # tours of the same length, this one included


def check_distances(distances: ArrayLike) -> np.ndarray:
    """The distances as a float64 matrix, exactly symmetric with a zero diagonal.

    Asymmetry and diagonal entries up to `SLACK` times the largest distance pass as rounding (the matrix
    square roots of a 2-Wasserstein distance leave some) and are averaged away.

    Raises:
        TourError: not square, empty, not finite, negative, not symmetric, or a point far from itself.
    """
    try:
        matrix = np.asarray(distances, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TourError(f"Distances must be a matrix of numbers: {error}.") from error
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise TourError(f"Distances must be a square matrix with at least one row, not shape {matrix.shape}.")
    if not np.isfinite(matrix).all():
        i, j = np.argwhere(~np.isfinite(matrix))[0]
        raise TourError(f"Distances must be finite; the one from {i} to {j} is {matrix[i, j]}.")
    slack = SLACK * np.abs(matrix).max()
    if np.abs(np.diag(matrix)).max() > slack:
        i = np.abs(np.diag(matrix)).argmax()
        raise TourError(f"A point is at distance 0 from itself; for point {i} the matrix says {matrix[i, i]}.")
    off_diagonal = matrix - np.diag(np.diag(matrix))
    if off_diagonal.min() < 0:
        i, j = np.unravel_index(off_diagonal.argmin(), matrix.shape)
        raise TourError(f"Distances must not be negative; the one from {i} to {j} is {matrix[i, j]}.")
    asymmetry = np.abs(off_diagonal - off_diagonal.T)
    if asymmetry.max() > slack:
        i, j = np.unravel_index(asymmetry.argmax(), matrix.shape)
        raise TourError(
            f"Distances must be symmetric; from {i} to {j} it is {matrix[i, j]}, back it is {matrix[j, i]}."
        )
    return off_diagonal / 2 + off_diagonal.T / 2


def tour_length(distances: ArrayLike, tour: Sequence[int], closed: bool = False) -> float:
    """Length of a tour, in the unit of the distances; a closed tour includes the way back to its first point.

    Raises:
        TourError: bad distances, or a tour that does not visit every point exactly once.
    """
    matrix = check_distances(distances)
    stops = _check_tour(tour, len(matrix))
    length = matrix[stops[:-1], stops[1:]].sum()
    return float(length + matrix[stops[-1], stops[0]]) if closed else float(length)


def nearest_neighbour_steps(distances: ArrayLike, start: int, closed: bool = False) -> list[TourStep]:
    """The nearest-neighbour tour step by step; the last step of a closed tour is the way home.

    Ties go to the lowest index.

    Raises:
        TourError: bad distances, or a start that is not one of the points.
    """
    matrix = check_distances(distances)
    at = start = _check_point(start, len(matrix))
    remaining = [point for point in range(len(matrix)) if point != start]
    length = 0.0
    steps = []
    while remaining:
        ahead = matrix[at, remaining]
        nearest = _first_minimum(ahead, TIE * matrix.max())
        chosen = remaining[nearest]
        length += float(ahead[nearest])
        steps.append(TourStep(at, tuple(remaining), tuple(ahead.tolist()), chosen, length))
        remaining.remove(chosen)
        at = chosen
    if closed and steps:
        home = float(matrix[at, start])
        steps.append(TourStep(at, (start,), (home,), start, length + home))
    return steps


def nearest_neighbour_tour(distances: ArrayLike, start: int, closed: bool = False) -> list[int]:
    """The greedy tour: from `start`, always on to the nearest point not visited yet.

    Greedy never looks ahead, so whether the tour will be closed does not change its order. Ties go to the
    lowest index.

    Raises:
        TourError: bad distances, or a start that is not one of the points.
    """
    steps = nearest_neighbour_steps(distances, start, closed)
    return [int(start), *(step.chosen for step in steps if step.chosen != start)]


def optimal_tour(distances: ArrayLike, start: int | None = None, closed: bool = False) -> list[int]:
    r"""The shortest tour, by dynamic programming over sets of visited points (Held–Karp).

    $V(S, j) = \min_{k \notin S} d_{jk} + V(S \cup \{k\}, k)$ is the shortest way to finish from $j$ once $S$
    has been visited; $V(\text{all}, j)$ is 0, or the way home.

    Of several optimal tours the lexicographically smallest is returned. Without `start`, an open tour may
    begin anywhere (so it begins at the lower of its two ends) and a closed one is written from point 0.

    Raises:
        TourError: bad distances, more than `MAX_POINTS` points, or a start that is not one of them.

    Source: Held & Karp 1962, "A dynamic programming approach to sequencing problems".
    """
    matrix = _check_findable(distances)
    if start is not None:
        start = _check_point(start, len(matrix))
    elif closed:
        start = 0
    return _follow(matrix, _lengths_to_go(matrix, start if closed else None), start)


def optimal_tours(distances: ArrayLike, closed: bool = False) -> list[list[int]]:
    """`optimal_tour` from each of the n points.

    Open tours from all starts are read from one table, where one start after the other would make it n times.

    Raises:
        TourError: bad distances, or more than `MAX_POINTS` points.
    """
    matrix = _check_findable(distances)
    starts = range(len(matrix))
    if closed:
        return [_follow(matrix, _lengths_to_go(matrix, start), start) for start in starts]
    to_go = _lengths_to_go(matrix, None)
    return [_follow(matrix, to_go, start) for start in starts]


def tour_rank(distances: ArrayLike, tour: Sequence[int], closed: bool = False, same_start: bool = False) -> TourRank:
    """The rank of a tour among all tours, exactly: every tour's length is added up and compared.

    A tour and its reversal are one tour, and a closed tour is the same from whichever point it is written:
    there are n!/2 open tours and (n − 1)!/2 closed ones. With `same_start` an open tour is compared only with
    the (n − 1)! that begin where it does; a closed tour has no first point, so there it changes nothing.
    Tours of equal length share the better rank.

    Raises:
        TourError: bad distances or tour, or more than `MAX_RANKED` points.
    """
    matrix = check_distances(distances)
    stops = _check_tour(tour, len(matrix))
    n = len(matrix)
    if n > MAX_RANKED:
        raise TourError(f"A tour is ranked among all of them for at most {MAX_RANKED} points; {n} were given.")
    length = tour_length(matrix, tour, closed)
    tie = TIE * matrix.max()
    free = np.zeros(n)
    if closed:
        first, last, others = matrix[0], matrix[0], np.arange(1, n)
    elif same_start:
        first, last, others = matrix[stops[0]], free, np.delete(np.arange(n), stops[0])
    else:
        first, last, others = free, free, np.arange(n)
    if len(others) < 2:
        return TourRank(1, 1, 1)
    shorter = tied = total = 0
    for lengths in all_lengths(matrix[np.ix_(others, others)], first[others], last[others]):
        no_longer = int(np.count_nonzero(lengths <= length + tie))
        below = int(np.count_nonzero(lengths < length - tie))
        shorter, tied, total = shorter + below, tied + no_longer - below, total + lengths.size
    ways = 1 if same_start and not closed else 2  # both directions of a tour were added up
    return TourRank(1 + shorter // ways, total // ways, tied // ways)


def pair_adjacency(tours: Iterable[Sequence[int]], n: int, closed: bool = False) -> np.ndarray:
    """In how many of the tours each pair of the n points are neighbours, (n, n), symmetric, zero diagonal.

    Raises:
        TourError: a tour that does not visit each of the n points exactly once.
    """
    counts = np.zeros((n, n), dtype=np.int64)
    for tour in tours:
        stops = _check_tour(tour, n)
        beside = np.zeros((n, n), dtype=bool)
        beside[stops[:-1], stops[1:]] = True
        beside[stops[-1], stops[0]] |= closed
        counts += (beside | beside.T) & ~np.eye(n, dtype=bool)
    return counts


def _check_point(point: int, n: int) -> int:
    if isinstance(point, bool) or not isinstance(point, (int, np.integer)) or not 0 <= point < n:
        raise TourError(f"The start must be one of the points 0 to {n - 1}, not {point!r}.")
    return int(point)


def _check_tour(tour: Sequence[int], n: int) -> np.ndarray:
    stops = np.asarray(tour)
    if stops.ndim != 1 or stops.dtype.kind not in "iu" or sorted(stops.tolist()) != list(range(n)):
        raise TourError(f"A tour visits each of the points 0 to {n - 1} exactly once; given was {tour!r}.")
    return stops


def _first_minimum(values: np.ndarray, tie: float) -> int:
    return int(np.flatnonzero(values <= values.min() + tie)[0])


def _check_findable(distances: ArrayLike) -> np.ndarray:
    matrix = check_distances(distances)
    if len(matrix) > MAX_POINTS:
        raise TourError(f"An optimal tour is found for at most {MAX_POINTS} points; {len(matrix)} were given.")
    return matrix


def _follow(matrix: np.ndarray, to_go: np.ndarray, start: int | None) -> list[int]:
    """The tour from `start`, or from where it is shortest, that V(S, j) promises."""
    n, tie = len(matrix), TIE * matrix.max()
    if start is None:
        start = _first_minimum(to_go[1 << np.arange(n), np.arange(n)], tie)
    tour, visited = [start], 1 << start
    while len(tour) < n:
        left = np.array([k for k in range(n) if not visited >> k & 1])
        onward = matrix[tour[-1], left] + to_go[visited | 1 << left, left]
        tour.append(int(left[_first_minimum(onward, tie)]))
        visited |= 1 << tour[-1]
    return tour


def _lengths_to_go(matrix: np.ndarray, home: int | None) -> np.ndarray:
    """V(S, j) for every bit set S and every j in S, (2^n, n); a size of sets at a time, largest first.

    `home` is where a closed tour ends; None for an open one.
    """
    n = len(matrix)
    finish = np.zeros(n) if home is None else matrix[:, home]
    sets = np.arange(1 << n)
    sizes = np.bitwise_count(sets)
    to_go = np.full((1 << n, n), np.inf)
    to_go[-1] = finish
    for size in range(n - 1, 0, -1):
        same_size = sets[sizes == size]
        for k in range(n):
            without = same_size[(same_size >> k & 1) == 0]
            onward = matrix[:, k] + to_go[without | 1 << k, k][:, None]
            to_go[without] = np.minimum(to_go[without], onward)
    return to_go
