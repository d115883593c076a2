"""β and the decoder's variance: optima against brute force, conventions against the losses they stand for."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_core import objective
from vae_core.beta import (
    LossConvention,
    beta_star,
    negative_elbo,
    optimal_variance,
    rate_distortion,
)


def test_optimal_variance_minimises_the_negative_elbo():
    sse = np.random.default_rng(0).gamma(9, 4, 50)
    variances = np.geomspace(1e-3, 1, 20_001)
    totals = [negative_elbo(sse, 3.0, variance).mean() for variance in variances]
    assert optimal_variance(sse) == pytest.approx(variances[np.argmin(totals)], rel=1e-3)


def test_negative_elbo_is_the_objectives():
    rng = torch.Generator().manual_seed(0)
    x, x_mean = (torch.rand((5, 1, 28, 28), generator=rng, dtype=torch.float64) for _ in range(2))
    sse = 2 * objective.half_sse(x, x_mean).numpy()
    expected = objective.gaussian_distortion(x, x_mean, variance=0.07).numpy() + 4.5
    np.testing.assert_allclose(negative_elbo(sse, 4.5, 0.07), expected)


@given(st.floats(0.05, 0.8), st.floats(1e-3, 5), st.permutations(range(7)))
def test_beta_star_is_the_fixed_point_of_retraining(power, scale, order):
    # A family whose optimal variance is c·β^p has the fixed point c^(1/(1−p)).
    expected = scale ** (1 / (1 - power))
    beta = (expected * np.array([1e-3, 0.02, 0.3, 0.9, 4, 50, 200]))[list(order)]
    assert beta_star(beta, 784 * scale * beta**power) == pytest.approx(expected, rel=1e-9)


def test_beta_star_says_on_which_side_runs_are_missing():
    with pytest.raises(ValueError, match="more β"):
        beta_star([0.001, 0.002], [31.0, 32.0])
    with pytest.raises(ValueError, match="less β"):
        beta_star([1, 2], [31.0, 32.0])


# --- rate and distortion ---------------------------------------------------------------------------------------------


def linear_vae(beta, variances):
    """Rate and ½ SSE of the best linear VAE for β on data with these principal variances (Lucas et al. 2019).

    A dimension with variance λ > β is kept: its rate is ½ log(λ/β) and its squared error β; others cost λ.
    """
    kept = variances > beta
    rate = 0.5 * np.log(variances[kept] / beta).sum()
    return rate, 0.5 * np.where(kept, beta, variances).sum()


@given(st.lists(st.floats(0.01, 20), min_size=2, max_size=8, unique=True))
def test_secants_of_best_models_lie_between_their_betas(betas):
    variances = np.array([9.0, 4.0, 2.0, 0.5, 0.1, 0.02])
    rate, half_sse = np.transpose([linear_vae(beta, variances) for beta in betas])
    table = rate_distortion(betas, rate, half_sse)
    assert (np.diff(table.beta) > 0).all()
    for secant in table.secants:
        if secant.beta_high < 9 and secant.beta_high > 1.001 * secant.beta_low:  # clear of rounding
            assert secant.low_is_best
            assert secant.high_is_best
            assert secant.beta_low <= secant.slope <= secant.beta_high
        if secant.beta_low >= 9:  # both collapsed
            assert np.isnan(secant.slope)
    np.testing.assert_allclose(table.optimal_variance, 2 * table.half_sse / 784)
    np.testing.assert_allclose(table.negative_elbo, table.rate + 392 * (np.log(2 * np.pi * table.optimal_variance) + 1))


def test_secants_close_in_on_beta():
    variances = np.array([9.0, 4.0, 2.0, 0.5])
    betas = [0.3, 0.3003]
    table = rate_distortion(betas, *np.transpose([linear_vae(beta, variances) for beta in betas]))
    assert table.secants[0].slope == pytest.approx(0.3, rel=1e-3)


def test_an_under_trained_run_is_named():
    variances = np.array([9.0, 4.0, 2.0, 0.5])
    betas = np.array([0.1, 0.2, 0.4])
    rate, half_sse = np.transpose([linear_vae(beta, variances) for beta in betas])
    half_sse[1] += 1.0
    first, second = rate_distortion(betas, rate, half_sse).secants
    assert (first.low_is_best, first.high_is_best) == (True, False)
    assert (second.low_is_best, second.high_is_best) == (False, True)


# --- conventions -----------------------------------------------------------------------------------------------------

conventions = st.builds(
    LossConvention,
    pixel_reduction=st.sampled_from(["sum", "mean"]),
    half=st.booleans(),
    kl_weight=st.floats(1e-6, 1e3),
    decoder_stddev=st.floats(1e-3, 10),
    pixel_range=st.sampled_from([1.0, 2.0, 255.0]),
    pixels=st.integers(1, 12_288),
    latent_reduction=st.sampled_from(["sum", "mean"]),
    latent_dim=st.integers(1, 128),
)


@pytest.mark.parametrize(
    ("convention", "beta"),
    [
        (LossConvention(), 1),
        (LossConvention(half=False), 0.5),
        (LossConvention(half=False, kl_weight=2), 1),
        (LossConvention("mean", half=False), 392),
        (LossConvention("mean", half=False, kl_weight=0.00025, pixels=3 * 64 * 64), 1.536),
        (LossConvention(decoder_stddev=0.2), 0.04),
        (LossConvention(pixel_range=2), 0.25),
        (LossConvention(kl_weight=8, latent_reduction="mean", latent_dim=8), 1),
    ],
)
def test_known_conventions(convention, beta):
    assert convention.beta == pytest.approx(beta, rel=1e-12)


@given(conventions, conventions, st.floats(1e-6, 1e4))
def test_conversions_round_trip(convention, other, beta):
    assert convention.with_beta(beta).beta == pytest.approx(beta, rel=1e-12)
    there = other.with_beta(convention.beta)
    assert convention.with_beta(there.beta).kl_weight == pytest.approx(convention.kl_weight, rel=1e-12)
    assert LossConvention(decoder_stddev=convention.implied_stddev).beta == pytest.approx(convention.beta, rel=1e-12)


@given(conventions, st.integers(0, 2**31))
def test_the_code_shown_is_the_loss_up_to_a_factor(convention, seed):
    rng = np.random.default_rng(seed)
    x, x_mean = torch.tensor(rng.uniform(size=(2, 3, convention.pixels)))
    mean, logvar = torch.tensor(rng.normal(size=(2, 3, convention.latent_dim)))
    scope = {
        "x": x * convention.pixel_range,
        "x_mean": x_mean * convention.pixel_range,
        "mean": mean,
        "logvar": logvar,
    }
    exec(convention.code(), scope)
    half_sse = objective.half_sse(x, x_mean).mean()
    rate = objective.rate_per_dimension(mean, logvar).sum(1).mean()
    ours = (half_sse + convention.beta * rate) * 2 * convention.sse_weight
    assert float(scope["loss"]) == pytest.approx(float(ours), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LossConvention("average"), "pixel_reduction is 'average'"),
        (lambda: LossConvention(latent_reduction="mean"), "needs latent_dim"),
        (lambda: LossConvention(kl_weight=float("nan")), "kl_weight is nan"),
        (lambda: LossConvention(decoder_stddev=0), "decoder_stddev is 0"),
        (lambda: LossConvention(pixels=-3), "pixels is -3"),
        (lambda: LossConvention().with_beta(-1), "kl_weight is -2|kl_weight is -1"),
        (lambda: optimal_variance([]), "sse is"),
        (lambda: optimal_variance([1, -1]), "not negative"),
        (lambda: optimal_variance(1, pixels=0), "at least 1"),
        (lambda: negative_elbo(1, 1, 0), "variance is 0"),
        (lambda: beta_star([1], [30]), "at least two runs"),
        (lambda: beta_star([1, 1], [30, 31]), "each β once"),
        (lambda: rate_distortion([1, 2], [1, -1], [3, 4]), "rate is"),
        (lambda: rate_distortion([1, 2], [1], [3, 4]), "shapes are"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()
