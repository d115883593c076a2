"""Greedy against optimum, tours beside each other, what a projection hides, and tours as students type them."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core import tour_comparison, tour_text
from vae_core.gaussians import wasserstein2
from vae_core.geometry import principal_axes, project
from vae_core.tour import TourError, nearest_neighbour_steps, nearest_neighbour_tour, tour_length


def random_distances(n, seed):
    points = np.random.default_rng(seed).normal(size=(n, 2))
    return np.linalg.norm(points[:, None] - points, axis=2)


@pytest.mark.parametrize("closed", [False, True])
@given(n=st.integers(3, 6), seed=st.integers(0, 1000))
def test_the_study_of_greedy_agrees_with_every_tour_listed(n, seed, closed):
    distances = random_distances(n, seed)
    study = tour_comparison.study_greedy(distances, closed)
    lengths = {order: tour_length(distances, order, closed) for order in permutations(range(n))}
    for start in range(n):
        shortest = min(length for order, length in lengths.items() if order[0] == start)
        assert study.optimal[start] == pytest.approx(shortest)
        assert study.excess[start] == pytest.approx(100 * (study.greedy[start] / shortest - 1), abs=1e-6)
        assert (start in study.right) == (study.greedy[start] <= shortest * (1 + 1e-9))
    assert study.best_length == pytest.approx(min(lengths.values()))


def test_where_all_points_coincide_greedy_is_right_and_nothing_is_longer():
    study = tour_comparison.study_greedy(np.zeros((4, 4)))
    assert study.right == [0, 1, 2, 3]
    assert (study.excess == 0).all()


@pytest.mark.parametrize("closed", [False, True])
@given(seed=st.integers(0, 1000), start=st.integers(0, 6))
def test_steps_of_the_greedy_tour_are_those_greedy_took(seed, start, closed):
    distances = random_distances(7, seed)
    tour = nearest_neighbour_tour(distances, start, closed)
    told, taken = tour_comparison.tour_steps(distances, tour, closed), nearest_neighbour_steps(distances, start, closed)
    assert [step[:4] for step in told] == [step[:4] for step in taken]
    assert [step.length for step in told] == pytest.approx([step.length for step in taken])
    assert told[-1].length == pytest.approx(tour_length(distances, tour, closed))


def test_steps_refuse_what_is_no_tour():
    with pytest.raises(TourError, match="exactly once"):
        tour_comparison.tour_steps(random_distances(4, 0), [0, 1, 1, 3])


@pytest.mark.parametrize("closed", [False, True])
def test_neighbours_shared_by_chance_are_the_average_over_all_tours(closed):
    n = 6
    one = [3, 1, 4, 0, 5, 2]
    shared = [len(tour_comparison.shared_neighbours(one, other, closed)) for other in permutations(range(n))]
    assert np.mean(shared) == pytest.approx(tour_comparison.expected_shared(n, closed))
    assert max(shared) == (n if closed else n - 1)


def test_shared_neighbours_do_not_mind_direction():
    assert tour_comparison.shared_neighbours([0, 1, 2, 3], [2, 1, 3, 0]) == [(1, 2)]
    assert tour_comparison.shared_neighbours([0, 1, 2, 3], [2, 1, 3, 0], closed=True) == [(0, 3), (1, 2)]


@given(seed=st.integers(0, 1000))
def test_a_projection_brings_points_together_and_the_worst_pair_is_found(seed):
    points = np.random.default_rng(seed).normal(size=(6, 4))
    axes = principal_axes(np.cov(points.T)).axes[:2]
    seen = project(points, np.tile(np.eye(4), (6, 1, 1)), axes, points.mean(axis=0)).mean
    ratio = {
        (a, b): np.linalg.norm(seen[a] - seen[b]) / np.linalg.norm(points[a] - points[b])
        for a, b in combinations(range(6), 2)
    }
    worst = tour_comparison.worst_shrinkage(points, seen)
    assert worst.ratio == pytest.approx(min(ratio.values()))
    assert worst.pair == min(ratio, key=ratio.get)
    assert max(ratio.values()) <= 1 + 1e-9


def test_the_wasserstein_formula_on_the_page_is_what_is_computed():
    rng = np.random.default_rng(3)
    mean0, mean1 = rng.normal(size=(2, 3))
    a, b = rng.normal(size=(2, 3, 3))
    covariance0, covariance1 = a @ a.T, b @ b.T
    values, vectors = np.linalg.eigh(covariance0)
    root0 = vectors * np.sqrt(values) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root0 @ covariance1 @ root0)).sum()
    squared = np.sum((mean0 - mean1) ** 2) + np.trace(covariance0 + covariance1) - 2 * cross
    assert wasserstein2(mean0, covariance0, mean1, covariance1) == pytest.approx(np.sqrt(squared))


@given(st.permutations(range(10)), st.integers(0, 10), st.sampled_from(["", " ", ", ", " → "]))
def test_an_order_survives_writing_and_reading(order, length, separator):
    order = order[:length]
    assert tour_text.read_order(separator.join(tour_text.write_order(order))) == order


@given(st.text(max_size=12))
def test_any_text_gives_an_order_without_repeats_or_a_clear_error(text):
    try:
        order = tour_text.read_order(text)
    except tour_text.OrderError as error:
        assert "digit" in str(error)  # noqa: PT017
    else:
        assert len(set(order)) == len(order)
        assert set(order) <= set(range(10))


@pytest.mark.parametrize(("text", "said"), [("12a", "“a” is no digit"), ("1231", "1 stands there twice"), ("²", "²")])
def test_what_is_wrong_with_a_typed_tour_is_said(text, said):
    with pytest.raises(tour_text.OrderError, match=said):
        tour_text.read_order(text)
