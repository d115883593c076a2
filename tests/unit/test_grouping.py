"""Groupings against plain counts of pairs and against every grouping there is."""

import itertools
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core import grouping


def every_grouping(n: int) -> list[tuple[int, ...]]:
    """All groupings of n points, group numbers in the order of first appearance (restricted growth strings)."""
    found = [(0,)]
    for _ in range(n - 1):
        found = [(*labels, g) for labels in found for g in range(max(labels) + 2)]
    return found


def pair_count(a, b) -> float:
    """The adjusted Rand index from its four counts of pairs (Hubert & Arabie's own form)."""
    pairs = list(itertools.combinations(range(len(a)), 2))
    both = sum(a[i] == a[j] and b[i] == b[j] for i, j in pairs)
    only_a = sum(a[i] == a[j] and b[i] != b[j] for i, j in pairs)
    only_b = sum(a[i] != a[j] and b[i] == b[j] for i, j in pairs)
    neither = len(pairs) - both - only_a - only_b
    below = (both + only_a) * (only_a + neither) + (both + only_b) * (only_b + neither)
    return 1.0 if below == 0 else 2 * (both * neither - only_a * only_b) / below


labels = st.lists(st.integers(0, 5), min_size=10, max_size=10)


@given(a=labels, b=labels)
def test_adjusted_rand_is_the_count_of_pairs(a, b):
    assert grouping.adjusted_rand(a, b) == pytest.approx(pair_count(a, b), abs=1e-12)
    assert grouping.adjusted_rand(a, b) == pytest.approx(grouping.adjusted_rand(b, a), abs=1e-12)


@given(a=labels, names=st.permutations(range(6)))
def test_the_names_of_groups_do_not_matter(a, names):
    assert grouping.adjusted_rand(a, [names[g] for g in a]) == 1


@pytest.mark.parametrize("sizes", [(2, 3, 5), (1, 1, 4, 4), (2, 2, 2, 2, 2)])
def test_chance_gives_an_adjusted_rand_index_of_zero(sizes):
    other = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 3])
    assert grouping.all_adjusted_rand(grouping.of_shape(sizes), other).mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("n", [2, 5, 7])
def test_every_grouping_of_a_shape_is_found_once(n):
    by_shape = {}
    for labels in every_grouping(n):
        by_shape.setdefault(grouping.shape(labels), set()).add(labels)
    for sizes, expected in by_shape.items():
        found = grouping.of_shape(sizes)
        assert {tuple(row) for row in found.tolist()} == expected
        assert len(found) == len(expected) == grouping.count_of_shape(sizes)


def test_the_hypothesis_shape_has_its_multinomial_count():
    assert len(grouping.of_shape((2, 3, 5))) == comb(10, 2) * comb(8, 3) == 2520


def test_mean_within_is_the_mean_over_pairs_of_one_group():
    rng = np.random.default_rng(0)
    distances = rng.random((6, 6))
    distances += distances.T
    rows = np.array([[0, 0, 1, 1, 1, 2], [0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0]])
    found = grouping.mean_within(rows, distances)
    for row, value in zip(rows, found, strict=True):
        pairs = [distances[i, j] for i, j in itertools.combinations(range(6), 2) if row[i] == row[j]]
        assert np.isnan(value) if not pairs else value == pytest.approx(np.mean(pairs))


def test_rank_counts_the_better_and_the_level_and_forgives_rounding():
    among = np.array([0.1 + 0.2, 0.3, 0.5, 0.1, 0.3])
    assert grouping.rank(0.3, among, largest_first=True) == grouping.Rank(better=1, ties=3, total=5)
    assert grouping.rank(0.3, among, largest_first=False) == grouping.Rank(better=1, ties=3, total=5)
    assert grouping.rank(0.5, among, largest_first=True).share_as_good == 1 / 5


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: grouping.adjusted_rand([0, 1], [0, 1, 1]), "shapes"),
        (lambda: grouping.adjusted_rand([0], [0]), "2 or more"),
        (lambda: grouping.of_shape((0, 3)), "1 point or more"),
        (lambda: grouping.of_shape((5, 5, 5)), "ask for"),
    ],
)
def test_bad_groupings_are_refused(call, word):
    with pytest.raises(ValueError, match=word):
        call()
