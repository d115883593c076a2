"""Matching two runs: hidden permutations are found again, and the assignment is the best of all."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.matching import match_dimensions, rearrange


def latents(n, d, seed):
    """Correlated posterior means of a run whose dimensions all live."""
    rng = np.random.default_rng(seed)
    mean = rng.normal(size=(n, d)) @ rng.normal(size=(d, d))
    return mean / mean.std(axis=0) + rng.normal(size=d)


@given(d=st.integers(1, 8), seed=st.integers(0, 999))
def test_a_hidden_permutation_with_flips_is_found(d, seed):
    rng = np.random.default_rng(seed)
    mean_a = rng.normal(size=(200, d))
    order, sign, scale = rng.permutation(d), rng.choice([-1, 1], d), rng.uniform(0.5, 2, d)
    mean_b = np.empty_like(mean_a)
    mean_b[:, order] = mean_a * sign * scale + 3
    found = match_dimensions(mean_a, mean_b)
    assert found.order.tolist() == order.tolist()
    assert found.sign.tolist() == sign.tolist()
    assert found.matched.all()
    assert found.quality == pytest.approx(1)
    np.testing.assert_allclose(np.diag(found.correlation_after), 1)
    np.testing.assert_allclose(rearrange(mean_b - 3, found) / scale, mean_a)


@pytest.mark.parametrize(("dim_a", "dim_b"), [(4, 4), (3, 5), (5, 3), (1, 4)])
def test_the_assignment_is_the_best_of_all(dim_a, dim_b):
    for seed in range(5):
        mean_a, mean_b = latents(60, dim_a, seed), latents(60, dim_b, seed + 100)
        found = match_dimensions(mean_a, mean_b)
        oracle = np.corrcoef(mean_a.T, mean_b.T)[:dim_a, dim_a:]
        np.testing.assert_allclose(found.correlation_before, oracle, atol=1e-12)
        size = np.abs(oracle) if dim_a <= dim_b else np.abs(oracle).T
        best = max(size[range(len(size)), order].sum() for order in permutations(range(max(dim_a, dim_b)), len(size)))
        assert found.quality * min(dim_a, dim_b) == pytest.approx(best)


@pytest.mark.parametrize(("dim_a", "dim_b"), [(3, 5), (5, 3)])
def test_runs_of_different_latent_dim(dim_a, dim_b):
    mean_a, mean_b = latents(80, dim_a, 1), latents(80, dim_b, 2)
    found = match_dimensions(mean_a, mean_b)
    paired = found.order >= 0
    assert paired.sum() == found.matched.sum() == 3
    assert len(set(found.order[paired])) == 3
    assert (found.sign[~paired] == 0).all()
    assert found.correlation_after.shape == (dim_a, 5)
    moved = rearrange(mean_b, found)
    assert np.isnan(moved[:, ~paired]).all()
    for i in np.flatnonzero(paired):
        expected = np.corrcoef(mean_a.T, moved[:, i])[-1, :-1]
        np.testing.assert_allclose(found.correlation_after[:, i], expected, atol=1e-12)
        assert found.correlation_after[i, i] >= 0
    # Columns of partners, then b's dimensions that found none: nothing of b is lost from the matrix.
    seen = found.correlation_after[:, ~np.isnan(found.correlation_after).all(axis=0)]
    np.testing.assert_allclose(
        np.sort(np.abs(seen), axis=1), np.sort(np.abs(found.correlation_before), axis=1), atol=1e-12
    )


def test_dead_dimensions_correlate_with_nothing_and_pair_last():
    rng = np.random.default_rng(0)
    live = rng.normal(size=(100, 2))
    noise = 0.01 * live[:, 0]  # follows a live dimension perfectly, but hardly moves
    mean_a = np.column_stack([np.full(100, 0.1), live[:, 0], noise, live[:, 1]])
    mean_b = np.column_stack([-live[:, 1], np.zeros(100), live[:, 0], np.full(100, 7.3)])
    found = match_dimensions(mean_a, mean_b)
    assert found.order.tolist() == [1, 2, 3, 0]
    assert found.sign.tolist() == [1, 1, 1, -1]
    assert found.matched.tolist() == [False, True, False, True]
    assert found.quality == pytest.approx(1)
    assert not found.correlation_before[[0, 2]].any()
    assert not found.correlation_before[:, [1, 3]].any()
    # With no threshold the little one counts, the constant one still cannot.
    found = match_dimensions(mean_a, mean_b, dead_variance=0)
    assert found.correlation_before[2, 2] == pytest.approx(1)
    assert not found.matched[0]
    assert not found.correlation_before[0].any()
    assert not found.correlation_before[:, [1, 3]].any()


def test_two_runs_that_collapsed_have_no_quality():
    found = match_dimensions(np.zeros((10, 3)), np.ones((10, 2)))
    assert np.isnan(found.quality)
    assert found.order.tolist() == [0, 1, -1]
    assert not found.matched.any()


def test_a_turned_run_is_not_called_a_match():
    mean_a = np.random.default_rng(4).normal(size=(5000, 2))
    turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    assert match_dimensions(mean_a, mean_a @ turn).quality == pytest.approx(1 / np.sqrt(2), abs=0.02)


@pytest.mark.parametrize(
    ("mean_a", "mean_b", "says"),
    [
        (np.zeros((5, 2)), np.zeros((6, 2)), "5 in the first, 6 in the second"),
        (np.zeros(5), np.zeros((5, 2)), "array"),
        (np.zeros((2, 2)), np.zeros((2, 2)), "3 images"),
        (np.zeros((5, 0)), np.zeros((5, 2)), "array"),
        (np.full((5, 2), np.nan), np.zeros((5, 2)), "finite"),
    ],
)
def test_bad_means_are_named(mean_a, mean_b, says):
    with pytest.raises(ValueError, match=says):
        match_dimensions(mean_a, mean_b)


def test_bad_thresholds_and_values_are_named():
    with pytest.raises(ValueError, match="0 or more"):
        match_dimensions(np.zeros((5, 2)), np.zeros((5, 2)), dead_variance=-1)
    with pytest.raises(ValueError, match="2 dimensions"):
        rearrange(np.zeros((5, 3)), match_dimensions(np.zeros((5, 3)), np.zeros((5, 2))))
