"""Tours against brute force: every order of a few points, added up one by one."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vae_core.tour import (
    MAX_POINTS,
    MAX_RANKED,
    TourError,
    check_distances,
    nearest_neighbour_steps,
    nearest_neighbour_tour,
    optimal_tour,
    optimal_tours,
    pair_adjacency,
    tour_length,
    tour_rank,
)


def plane(n, seed):
    """Distances between n random points of the plane: no ties."""
    points = np.random.default_rng(seed).normal(size=(n, 2))
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def ties(n, seed):
    """Distances 1, 2 or 3 at random: not from any plane, and full of ties."""
    upper = np.triu(np.random.default_rng(seed).integers(1, 4, size=(n, n)), k=1)
    return (upper + upper.T).astype(float)


def plain_length(distances, tour, closed):
    total = 0.0
    for here, there in pairwise(tour):
        total += distances[here][there]
    return total + distances[tour[-1]][tour[0]] if closed else total


def plain_greedy(distances, start):
    tour = [start]
    while len(tour) < len(distances):
        tour.append(
            min((point for point in range(len(distances)) if point not in tour), key=lambda p: distances[tour[-1]][p])
        )
    return tour


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("make", [plane, ties])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 8])
def test_optimum_is_the_first_of_the_shortest_of_all_orders(n, make, closed):
    for seed in range(3 if n < 8 else 1):
        distances = make(n, seed)
        orders = list(permutations(range(n)))  # in lexicographic order
        lengths = [round(plain_length(distances, order, closed), 10) for order in orders]
        assert optimal_tour(distances, closed=closed) == list(orders[lengths.index(min(lengths))])
        from_all = optimal_tours(distances, closed)
        for start in range(n):
            from_start = [i for i, order in enumerate(orders) if order[0] == start]
            best = min(from_start, key=lambda i: lengths[i])
            assert optimal_tour(distances, start, closed) == from_all[start] == list(orders[best])


@pytest.mark.parametrize("make", [plane, ties])
@pytest.mark.parametrize("n", [1, 2, 6, 10])
def test_greedy_is_its_plain_restatement_and_never_beats_the_optimum(n, make):
    for seed in range(5):
        distances = make(n, seed)
        for start in range(n):
            tour = nearest_neighbour_tour(distances, start)
            assert tour == plain_greedy(distances.tolist(), start)
            assert nearest_neighbour_tour(distances, start, closed=True) == tour
            for closed in (False, True):
                best = optimal_tour(distances, start, closed)
                assert tour_length(distances, best, closed) <= tour_length(distances, tour, closed) + 1e-12


@pytest.mark.parametrize("closed", [False, True])
def test_the_steps_are_the_arithmetic_of_the_tour(closed):
    distances = plane(7, 3)
    steps = nearest_neighbour_steps(distances, 2, closed)
    tour = nearest_neighbour_tour(distances, 2, closed)
    assert [2, *(step.chosen for step in steps)] == ([*tour, 2] if closed else tour)
    assert steps[-1].length == pytest.approx(tour_length(distances, tour, closed), rel=1e-14)
    for step, at, left in zip(steps, tour, range(6, -1, -1), strict=False):
        assert step.at == at
        assert len(step.remaining) == max(left, 1)
        assert list(step.distances) == [distances[at, point] for point in step.remaining]
        assert step.distances[step.remaining.index(step.chosen)] == min(step.distances)


def test_the_optimum_knows_the_way_round_a_circle():
    turn = 2 * np.pi * np.array([0, 7, 3, 9, 1, 5, 2, 8, 4, 6]) / 10
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    distances = np.linalg.norm(circle[:, None] - circle[None], axis=-1)
    assert optimal_tour(distances, closed=True) == [0, 3, 7, 1, 9, 5, 8, 2, 6, 4]


@pytest.mark.parametrize("make", [plane, ties])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 7])
def test_rank_counts_every_tour_once(n, make):
    distances = make(n, 5)
    tour = np.random.default_rng(n).permutation(n).tolist()
    orders = list(permutations(range(n)))
    one_way = [order for order in orders if order <= order[::-1]]
    rings = [order for order in orders if order[0] == 0 and order[1:] <= order[:0:-1]]
    same_start = [order for order in orders if order[0] == tour[0]]
    for among, closed, fixed in [(one_way, False, False), (rings, True, False), (same_start, False, True)]:
        lengths = np.array([plain_length(distances, order, closed) for order in among])
        mine = plain_length(distances, tour, closed)
        rank = tour_rank(distances, tour, closed, same_start=fixed)
        assert rank.total == len(among)
        assert rank.rank == 1 + np.sum(lengths < mine - 1e-9)
        assert rank.tied == np.sum(np.abs(lengths - mine) < 1e-9)


@pytest.mark.parametrize("closed", [False, True])
def test_the_optimum_of_ten_ranks_first_and_the_longest_tour_last(closed):
    distances = plane(10, 1)
    best = optimal_tour(distances, closed=closed)
    assert tour_rank(distances, best, closed)[::2] == (1, 1)
    # The longest tour is the shortest one under "as near as possible to far away".
    turned = (distances.max() - distances) * ~np.eye(10, dtype=bool)
    worst = tour_rank(distances, optimal_tour(turned, closed=closed), closed)
    assert worst.rank == worst.total == (181_440 if closed else 1_814_400)


def test_adjacency_counts_neighbours():
    # 0-1-2-3 and 1-0-3-2: the pair 0 1 in both; closed, both also have their ends beside each other.
    tours = [[0, 1, 2, 3], [1, 0, 3, 2]]
    assert pair_adjacency(tours, 4).tolist() == [[0, 2, 0, 1], [2, 0, 1, 0], [0, 1, 0, 2], [1, 0, 2, 0]]
    assert pair_adjacency(tours, 4, closed=True).tolist() == [[0, 2, 0, 2], [2, 0, 2, 0], [0, 2, 0, 2], [2, 0, 2, 0]]
    assert pair_adjacency([[1, 0]], 2, closed=True).tolist() == [[0, 1], [1, 0]]
    assert pair_adjacency([[0]], 1, closed=True).tolist() == [[0]]


@given(n=st.integers(2, 6), seed=st.integers(0, 999), shift=st.floats(0, 2), factor=st.floats(0.01, 100))
def test_longer_edges_all_round_do_not_change_the_best_tour(n, seed, shift, factor):
    distances = plane(n, seed)
    stretched = (distances * factor + shift) * ~np.eye(n, dtype=bool)
    assert optimal_tour(stretched) == optimal_tour(distances)
    assert tour_length(stretched, range(n)) == pytest.approx(
        factor * tour_length(distances, range(n)) + (n - 1) * shift
    )


def test_rounding_passes_and_is_averaged_away():
    rough = plane(4, 0)
    rough[0, 1] += 1e-9
    rough[2, 2] = 3e-8  # a 2-Wasserstein distance of a Gaussian from itself, through matrix square roots
    clean = check_distances(rough)
    assert (clean == clean.T).all()
    assert (np.diag(clean) == 0).all()
    np.testing.assert_allclose(clean, plane(4, 0), atol=1e-8)


@pytest.mark.parametrize(
    ("distances", "says"),
    [
        (np.ones((2, 3)), "square"),
        (np.ones(4), "square"),
        (np.zeros((0, 0)), "at least one"),
        ([[0, 1], [1, float("nan")]], "finite; the one from 1 to 1"),
        ([[0, float("inf")], [float("inf"), 0]], "finite; the one from 0 to 1"),
        ([[0, -1], [-1, 0]], "negative; the one from 0 to 1 is -1"),
        ([[0, 1], [2, 0]], "symmetric; from 0 to 1 it is 1.0, back it is 2.0"),
        ([[0, 1], [1, 5]], "point 1 the matrix says 5"),
        ([[0, "near"], [1, 0]], "numbers"),
        ([[0, 1], [1]], "numbers"),
    ],
)
def test_bad_distances_are_named(distances, says):
    for use in (nearest_neighbour_tour, optimal_tour):
        with pytest.raises(TourError, match=says):
            use(distances, 0)
    with pytest.raises(TourError, match=says):
        tour_rank(distances, [0, 1])


@given(arrays(float, st.tuples(st.integers(0, 4), st.integers(0, 4)), elements=st.floats(-1e3, 1e3) | st.just(np.nan)))
def test_any_matrix_is_either_toured_or_refused(matrix):
    try:
        tour = optimal_tour(matrix)
    except TourError:
        return
    assert sorted(tour) == list(range(len(matrix)))


@pytest.mark.parametrize("tour", [[0, 1], [0, 1, 1], [0, 1, 3], [[0, 1, 2]], [0.0, 1.0, 2.0], [], [True, False, 2.0]])
def test_what_is_no_tour_is_refused(tour):
    with pytest.raises(TourError, match="points 0 to 2"):
        tour_length(plane(3, 0), tour)
    with pytest.raises(TourError, match="points 0 to 2"):
        pair_adjacency([tour], 3)


@pytest.mark.parametrize("start", [3, -1, 1.0, True, "0"])
def test_what_is_no_start_is_refused(start):
    for use in (nearest_neighbour_tour, optimal_tour):
        with pytest.raises(TourError, match="one of the points 0 to 2"):
            use(plane(3, 0), start)


def test_too_many_points_are_refused_rather_than_waited_for():
    with pytest.raises(TourError, match=f"at most {MAX_POINTS}"):
        optimal_tour(plane(MAX_POINTS + 1, 0))
    with pytest.raises(TourError, match=f"at most {MAX_RANKED}"):
        tour_rank(plane(MAX_RANKED + 1, 0), range(MAX_RANKED + 1))
