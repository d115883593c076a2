"""Pairs of dimensions: nothing is lost or doubled, and matched pairs are the ones the assignment found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.dimension_pairs import Pair, agreement, alone, by_match, by_order, correlations
from vae_core.matching import match_dimensions, rearrange


@given(dim_a=st.integers(1, 6), dim_b=st.integers(1, 6), dead=st.integers(0, 6), seed=st.integers(0, 99))
def test_every_dimension_of_both_runs_stands_somewhere_once(dim_a, dim_b, dead, seed):
    rng = np.random.default_rng(seed)
    mean_a, mean_b = rng.normal(size=(50, dim_a)), rng.normal(size=(50, dim_b))
    mean_a[:, dead:] = 0
    order_a, order_b = rng.permutation(dim_a).tolist(), rng.permutation(dim_b).tolist()
    found = match_dimensions(mean_a, mean_b)
    for pairs in (by_order(order_a, order_b), by_match(order_a, order_b, found)):
        assert [pair.a for pair in pairs if pair.a is not None] == order_a
        assert sorted(pair.b for pair in pairs if pair.b is not None) == list(range(dim_b))
        assert len(pairs) == max(dim_a, dim_b)


def test_a_permuted_and_flipped_copy_comes_out_as_the_identity():
    rng = np.random.default_rng(0)
    mean_a = rng.normal(size=(300, 4)) @ rng.normal(size=(4, 4))
    mean_b = mean_a[:, [2, 0, 3, 1]] * [1, -1, -1, 1]
    found = match_dimensions(mean_a, mean_b)
    pairs = by_match([3, 1, 0, 2], [0, 1, 2, 3], found)
    assert pairs[0] == Pair(3, 2, -1, pytest.approx(1))
    assert [pair.b for pair in pairs] == [2, 3, 1, 0]
    after = correlations(pairs, found.correlation_before)
    np.testing.assert_allclose(after, np.corrcoef(mean_a[:, [3, 1, 0, 2]].T), atol=1e-9)
    assert agreement(pairs, found.correlation_before, np.ones(4, bool)) == pytest.approx(found.quality)
    flipped = rearrange(mean_b, found)
    np.testing.assert_allclose(flipped, mean_a)


def test_agreement_counts_what_has_no_partner_and_leaves_out_the_dead():
    before = np.array([[0.8], [0.0], [0.1]])
    pairs = by_order([0, 1, 2], [0])
    assert agreement(pairs, before, np.array([True, False, True])) == pytest.approx(0.4)
    assert np.isnan(agreement(pairs, before, np.zeros(3, bool)))
    assert np.isnan(correlations(pairs, before)[:, 1:]).all()
    assert alone([2, 0]) == [Pair(2, None), Pair(0, None)]
