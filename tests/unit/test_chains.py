"""Split R̂ and effective sample size against ArviZ's, which the app does without."""

import numpy as np
import pytest
from arviz_stats.base import array_stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from vae_core.chains import effective_sample_size, split_rhat


def _arviz(draws):
    return [float(of(draws, chain_axis=0, draw_axis=1)) for of in (array_stats.rhat, array_stats.ess)]


def _ours(draws):
    return [split_rhat(draws), effective_sample_size(draws)]


def _correlated(rho, chains, steps, seed):
    noise = np.random.default_rng(seed).normal(size=(chains, steps))
    return lfilter([1], [1, -rho], noise, axis=1)


@pytest.mark.parametrize("rho", [-0.95, -0.4, 0, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("shape", [(2, 1000), (4, 501), (1, 300), (8, 40)])
def test_as_arviz_for_chains_of_any_memory(rho, shape):
    for seed in range(3):
        draws = _correlated(rho, *shape, seed)
        np.testing.assert_allclose(_ours(draws), _arviz(draws), rtol=1e-9)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 5), st.integers(4, 40), st.sampled_from([-0.9, 0, 0.8, 1]), st.booleans(), st.integers(0, 10**6))
def test_as_arviz_for_short_chains_and_for_draws_that_repeat(chains, steps, rho, rejecting, seed):
    draws = _correlated(rho, chains, steps, seed)
    if rejecting:  # as a chain that stays where it is
        draws = np.round(draws)
    if np.ptp(draws) == 0:
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        np.testing.assert_allclose(_ours(draws), _arviz(draws), rtol=1e-9)


def test_one_chain_that_never_moves_beside_others():
    draws = _correlated(0.3, 4, 200, 0)
    draws[2] = 5
    np.testing.assert_allclose(_ours(draws), _arviz(draws), rtol=1e-9)


def test_every_dimension_is_told_for_itself():
    draws = np.stack([_correlated(rho, 3, 101, 1) for rho in (0, 0.9)], axis=-1)
    np.testing.assert_array_equal(split_rhat(draws), [split_rhat(draws[..., 0]), split_rhat(draws[..., 1])])
    np.testing.assert_allclose(effective_sample_size(draws), [_arviz(draws[..., d])[1] for d in (0, 1)], rtol=1e-9)
