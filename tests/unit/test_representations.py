"""Comparing representations: CKA against its definition by kernels and its invariances, shares, ranks, separation."""

import itertools

import numpy as np
import pytest
from scipy.stats import norm, ortho_group, spearmanr

from vae_core import representations as rep

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(60, 3)) @ RNG.normal(size=(3, 3)) + 5, RNG.normal(size=(60, 5))
B[:, 0] += A[:, 0]
given = np.arange(60) % 10


def test_cka_is_the_alignment_of_centred_kernels():
    centring = np.eye(60) - 1 / 60
    k, q = (centring @ h @ h.T @ centring for h in (A, B))
    assert rep.linear_cka(A, B) == pytest.approx((k * q).sum() / np.sqrt((k * k).sum() * (q * q).sum()))
    assert 0 < rep.linear_cka(A, B) < 1


def test_cka_of_single_columns_is_the_squared_correlation():
    a, b = A[:, :1], B[:, :1]
    assert rep.linear_cka(a, b) == pytest.approx(np.corrcoef(a[:, 0], b[:, 0])[0, 1] ** 2)


def test_cka_ignores_turning_moving_and_scaling_but_not_stretching():
    turned = 7 * A @ ortho_group.rvs(3, random_state=1) + [1, -20, 3]
    assert rep.linear_cka(A, turned) == pytest.approx(1)
    assert rep.linear_cka(turned, B) == pytest.approx(rep.linear_cka(A, B))
    assert rep.linear_cka(A * [1, 1, 30], A) < 0.9
    assert rep.linear_cka(A, B) == pytest.approx(rep.linear_cka(B, A))


def test_cka_of_unrelated_cloud_is_small_and_of_one_point_undefined():
    assert rep.linear_cka(RNG.normal(size=(5000, 2)), RNG.normal(size=(5000, 2))) < 0.01
    assert np.isnan(rep.linear_cka(np.ones((4, 2)), A[:4]))
    with pytest.raises(ValueError, match="same images"):
        rep.linear_cka(A, B[:50])


def test_between_share_splits_the_variance():
    within = sum(np.square(A[given == c] - A[given == c].mean(0)).sum() for c in range(10))
    between = sum(6 * np.square(A[given == c].mean(0) - A.mean(0)).sum() for c in range(10))
    assert rep.between_share(A, given) == pytest.approx(between / (between + within))
    assert rep.between_share(RNG.normal(size=(10, 4))[given], given) == pytest.approx(1)
    balanced = np.concatenate([A[:10]] * 10)
    assert rep.between_share(balanced, np.repeat(np.arange(10), 10)) == pytest.approx(0, abs=1e-12)
    assert np.isnan(rep.between_share(np.zeros((60, 2)), given))


def test_every_class_needs_an_image():
    with pytest.raises(ValueError, match="each class"):
        rep.class_means(A, given % 9)
    with pytest.raises(ValueError, match="one a row"):
        rep.class_means(A, given[:-1])


def test_rank_agreement_is_spearmans():
    one, other = (rep.mean_distances(RNG.normal(size=(10, 2))) for _ in range(2))
    pairs = np.triu_indices(10, 1)
    assert rep.rank_agreement(one, other) == pytest.approx(spearmanr(one[pairs], other[pairs]).statistic)
    assert rep.rank_agreement(one, np.exp(one)) == pytest.approx(1)


def test_chance_is_counted_over_all_relabellings_of_five_classes():
    one, other = (rep.mean_distances(RNG.normal(size=(5, 2))) for _ in range(2))
    found = rep.rank_agreement(one, other)
    all_orders = [rep.rank_agreement(one, other[np.ix_(p, p)]) for p in itertools.permutations(range(5))]
    exact = np.mean(np.array(all_orders) >= found - 1e-12)
    assert rep.chance_of_agreement(one, other, seed=0, relabellings=20_000) == pytest.approx(exact, abs=0.015)


def test_nearest_classes_and_the_place_of_a_pair():
    distances = rep.mean_distances(np.array([[0.0], [1.0], [3.0], [7.0]]))
    assert rep.nearest_classes(distances).tolist() == [1, 0, 1, 2]
    order = sorted(itertools.combinations(range(4), 2), key=lambda pair: distances[pair])
    assert rep.closeness_rank(distances, *order[0]) == 1
    assert rep.closeness_rank(distances, *order[-1]) == 6


def test_separation_gives_the_error_of_the_nearest_mean():
    shift = np.array([1.2, 0.9])
    h = RNG.normal(size=(40_000, 2))
    labels = np.repeat([4, 9], 20_000)
    h[labels == 9] += shift
    found = rep.separation(h, labels, 4, 9)
    assert found.distance == pytest.approx(np.linalg.norm(shift), rel=0.03)
    confused = ((found.first > 0).mean() + (found.second < 0).mean()) / 2
    assert confused == pytest.approx(norm.cdf(-found.distance / 2), abs=0.01)
    assert found.first.mean() == pytest.approx(-found.second.mean())
    moved = rep.separation(3 * h @ ortho_group.rvs(2, random_state=3) + 8, labels, 4, 9)
    np.testing.assert_allclose(moved.first, found.first, atol=1e-8)


def test_separation_of_points_and_of_nothing():
    assert rep.separation(np.array([[0.0], [0.0], [1.0]]), np.array([4, 4, 9]), 4, 9).distance == np.inf
    assert rep.separation(np.zeros((4, 2)), np.array([4, 4, 9, 9]), 4, 9).distance == 0
    with pytest.raises(ValueError, match="class 9"):
        rep.separation(A, given % 9, 4, 9)
