"""The tree against average linkage by hand, scipy's own cut, and cophenetic distances."""

import itertools

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, fcluster
from scipy.spatial.distance import squareform

from vae_core import hierarchy
from vae_core.grouping import adjusted_rand


def distances(seed: int, n: int = 10) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(n, 3))
    table = np.linalg.norm(points[:, None] - points[None], axis=-1)
    return (table + table.T) / 2


def joined_by_hand(table: np.ndarray, method: str) -> list[float]:
    """Heights of the joins: always the two groups of the smallest average, largest or smallest member distance."""
    between = {"average": np.mean, "complete": np.max, "single": np.min}[method]
    groups, heights = [(i,) for i in range(len(table))], []
    while len(groups) > 1:
        apart = {(a, b): between(table[np.ix_(a, b)]) for a, b in itertools.combinations(groups, 2)}
        a, b = min(apart, key=apart.get)
        heights.append(apart[a, b])
        groups = [g for g in groups if g not in (a, b)] + [a + b]
    return heights


@pytest.mark.parametrize("method", hierarchy.METHODS)
@pytest.mark.parametrize("seed", range(3))
def test_groups_are_joined_nearest_first(method, seed):
    table = distances(seed)
    drawn = hierarchy.tree(table, method)
    np.testing.assert_allclose(drawn.linkage[:, 2], joined_by_hand(table, method))
    assert sorted(drawn.order.tolist()) == list(range(10))


@pytest.mark.parametrize("k", range(1, 11))
def test_a_cut_is_scipys(k):
    linkage = hierarchy.tree(distances(1)).linkage
    labels = hierarchy.cut(linkage, k)
    assert adjusted_rand(labels, fcluster(linkage, k, "maxclust")) == 1
    assert list(dict.fromkeys(labels.tolist())) == list(range(k))  # numbered as they come
    if k > 1:
        under = fcluster(linkage, hierarchy.cut_height(linkage, k), "distance")
        assert adjusted_rand(labels, under) == 1


def test_a_cut_gives_k_groups_where_joins_tie():
    linkage = hierarchy.tree(1.0 - np.eye(6)).linkage
    assert [len(set(hierarchy.cut(linkage, k).tolist())) for k in range(1, 7)] == [1, 2, 3, 4, 5, 6]


def test_brackets_meet_at_cophenetic_distances_and_do_not_cross():
    drawn = hierarchy.tree(distances(2))
    lines = hierarchy.brackets(drawn)
    expected = squareform(cophenet(drawn.linkage))
    place = {int(point): i for i, point in enumerate(drawn.order)}
    for i, j in itertools.combinations(range(10), 2):
        first = min((line for line in lines if {i, j} <= set(line.members)), key=lambda line: line.height)
        assert first.height == pytest.approx(expected[i, j])
    for line in lines:
        places = sorted(place[member] for member in line.members)
        assert places == list(range(places[0], places[-1] + 1))  # side by side
        assert places[0] <= line.left < line.right <= places[-1]
        assert max(line.low_left, line.low_right) <= line.height


BAD = {
    "an unknown method": (np.zeros((3, 3)), "ward", "average, complete, single"),
    "one point": (np.zeros((1, 1)), "average", "K of 2 or more"),
    "not square": (np.zeros((2, 3)), "average", "K of 2 or more"),
    "one way": (np.array([[0, 1.0], [2.0, 0]]), "average", "both ways"),
    "nan": (np.array([[0, np.nan], [np.nan, 0]]), "average", "finite"),
    "negative": (np.array([[0, -1.0], [-1.0, 0]]), "average", "not negative"),
    "far from itself": (np.ones((2, 2)), "average", "itself"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_distances_are_refused(kind):
    table, method, word = BAD[kind]
    with pytest.raises(ValueError, match=word):
        hierarchy.tree(table, method)


def test_a_cut_needs_a_possible_number_of_groups():
    with pytest.raises(ValueError, match="1 to 4 groups"):
        hierarchy.cut(hierarchy.tree(distances(0, 4)).linkage, 5)
