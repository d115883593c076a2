"""Tours side by side: greedy against the optimum from every start, and the tours of different models."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vae_core.tour import TIE, TourStep, check_distances, nearest_neighbour_tour, optimal_tours, tour_length


class GreedyStudy(NamedTuple):
    """The nearest-neighbour tour and the shortest one from each of n starts."""

    greedy_tours: list[list[int]]
    optimal_tours: list[list[int]]  # each from the same start as the greedy one
    greedy: np.ndarray  # lengths, (n,)
    optimal: np.ndarray  # lengths, (n,)
    excess: np.ndarray  # how much longer greedy is, percent of the optimum, (n,); 0 where all distances are 0
    right: list[int]  # starts from which greedy is a shortest tour
    best: list[int]  # the shortest tour whatever its start
    best_length: float


class Shrinkage(NamedTuple):
    """The pair of points that a projection brings together most."""

    pair: tuple[int, int]
    ratio: float  # distance seen over true distance, 0 to 1 for an orthogonal projection


def study_greedy(distances: ArrayLike, closed: bool = False) -> GreedyStudy:
    """Greedy and optimum from every start.

    Raises:
        TourError: bad distances, or too many points for Held–Karp.
    """
    matrix = check_distances(distances)
    greedy_tours = [nearest_neighbour_tour(matrix, start, closed) for start in range(len(matrix))]
    best_tours = optimal_tours(matrix, closed)
    greedy = np.array([tour_length(matrix, tour, closed) for tour in greedy_tours])
    optimal = np.array([tour_length(matrix, tour, closed) for tour in best_tours])
    excess = 100 * np.divide(greedy - optimal, optimal, out=np.zeros_like(optimal), where=optimal > 0)
    tie = TIE * matrix.max()
    right = np.flatnonzero(greedy - optimal <= tie * len(matrix)).tolist()
    best = int(np.flatnonzero(optimal <= optimal.min() + tie)[0])
    return GreedyStudy(
        greedy_tours, best_tours, greedy, optimal, excess.clip(min=0), right, best_tours[best], float(optimal[best])
    )


def tour_steps(distances: ArrayLike, tour: Sequence[int], closed: bool = False) -> list[TourStep]:
    """Any tour step by step, as `nearest_neighbour_steps` tells the greedy one.

    Raises:
        TourError: bad distances, or a tour that does not visit every point exactly once.
    """
    matrix = check_distances(distances)
    tour_length(matrix, tour, closed)  # refuses what is not a tour
    stops = [int(stop) for stop in tour]
    length, steps = 0.0, []
    for number, (at, chosen) in enumerate(pairwise(stops)):
        remaining = tuple(sorted(stops[number + 1 :]))
        length += float(matrix[at, chosen])
        steps.append(TourStep(at, remaining, tuple(matrix[at, list(remaining)].tolist()), chosen, length))
    if closed and steps:
        home = float(matrix[stops[-1], stops[0]])
        steps.append(TourStep(stops[-1], (stops[0],), (home,), stops[0], length + home))
    return steps


def neighbours(tour: Sequence[int], closed: bool = False) -> set[tuple[int, int]]:
    """The pairs (a, b), a < b, that stand side by side in a tour."""
    pairs = list(pairwise(tour)) + ([(tour[-1], tour[0])] if closed else [])
    return {(min(a, b), max(a, b)) for a, b in pairs if a != b}


def shared_neighbours(tour: Sequence[int], other: Sequence[int], closed: bool = False) -> list[tuple[int, int]]:
    """The pairs that stand side by side in both tours, ascending."""
    return sorted(neighbours(tour, closed) & neighbours(other, closed))


def expected_shared(n: int, closed: bool = False) -> float:
    r"""Neighbours that two tours of n points, one of them drawn at random, share on average.

    A random tour holds each of the $\binom n2$ pairs with the same probability $m / \binom n2$, where m is its number
    of legs, n − 1 or n; the other tour has m pairs: $m^2 / \binom n2$.

    Raises:
        ValueError: fewer than 3 points, where there is only one tour.
    """
    if n < 3:
        raise ValueError(f"Tours of {n} points cannot differ; ask for 3 points or more.")
    legs = n if closed else n - 1
    return legs**2 / (n * (n - 1) / 2)


def worst_shrinkage(points: ArrayLike, seen: ArrayLike) -> Shrinkage:
    """Which two points a projection brings together most.

    Args:
        points: where they are, (n, d), n at least 2.
        seen: where they are drawn, (n, k).

    Raises:
        ValueError: fewer than 2 points, or another number seen; every point in the same place.
    """
    points, seen = np.asarray(points, dtype=np.float64), np.asarray(seen, dtype=np.float64)
    if len(points) < 2 or len(points) != len(seen):
        raise ValueError(f"Give 2 points or more and as many seen, not {len(points)} and {len(seen)}.")
    true = np.linalg.norm(points[:, None] - points, axis=2)
    drawn = np.linalg.norm(seen[:, None] - seen, axis=2)
    if true.max() == 0:
        raise ValueError("Every point is in the same place; no distance can shrink.")
    ratio = np.divide(drawn, true, out=np.full_like(true, np.inf), where=true > 0)
    a, b = np.unravel_index(int(ratio.argmin()), ratio.shape)
    return Shrinkage((int(min(a, b)), int(max(a, b))), float(ratio[a, b]))
