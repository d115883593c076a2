"""Densities against scipy's kernel estimate; the variance of q(z) by the law of total variance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.stats import gaussian_kde, norm

from vae_core.densities import QUANTILES, bandwidth, mirrored, one_sample_each, standard_normal, violin, violins
from vae_core.traversal import aggregate_scale


@pytest.mark.parametrize("spread", [0.001, 1.0, 40.0])
def test_the_density_is_the_kernel_estimate(spread):
    rng = np.random.default_rng(0)
    values = spread * np.concatenate([rng.normal(-2, 0.3, 600), rng.normal(1, 1, 900)]) + 5
    found = violin(values)
    exact = gaussian_kde(values, bandwidth(values) / values.std(ddof=1))(found.at)
    assert np.abs(found.density - exact).max() < 0.005 * exact.max()
    assert trapezoid(found.density, found.at) == pytest.approx(1, abs=0.01)


def test_many_normal_draws_have_the_normal_density():
    found = violin(np.random.default_rng(1).standard_normal(200_000))
    assert np.abs(found.density - norm.pdf(found.at)).max() < 0.01
    np.testing.assert_allclose(found.quantiles, norm.ppf(QUANTILES), atol=0.02)
    prior = standard_normal()
    assert trapezoid(prior.density, prior.at) == pytest.approx(1, abs=0.002)
    np.testing.assert_allclose(prior.density, norm.pdf(prior.at))


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_any_finite_numbers_have_a_violin(values):
    found = violin(np.array(values))
    assert np.isfinite(found.at).all()
    assert (found.density >= 0).all()
    assert (np.diff(found.at) >= 0).all()
    assert (np.diff(found.quantiles) >= 0).all()


def test_one_value_is_a_line():
    found = violin(np.full(10, 0.3))
    assert (found.at == found.mean).all()
    assert not found.density.any()
    assert found.quantiles == pytest.approx([0.3] * 5)


def test_a_mirrored_violin_is_that_of_the_mirrored_values():
    values = np.random.default_rng(2).gamma(2, size=2000)
    there, back = violin(-values), mirrored(violin(values))
    np.testing.assert_allclose(there.quantiles, back.quantiles)
    np.testing.assert_allclose(np.interp(there.at, back.at, back.density), there.density, atol=0.01)
    assert there.mean == pytest.approx(back.mean)


def test_one_violin_a_dimension():
    values = np.random.default_rng(3).normal([0, 5], [1, 2], size=(5000, 2))
    first, second = violins(values)
    assert (first.mean, second.mean) == pytest.approx((0, 5), abs=0.1)
    assert (first.stddev, second.stddev) == pytest.approx((1, 2), abs=0.1)


def test_samples_have_the_variance_of_the_aggregate_posterior():
    # var z = E[σ²] + var μ, dimension by dimension: the formula on the page.
    rng = np.random.default_rng(4)
    mean, logvar = rng.normal(size=(60_000, 3)) * [0.1, 1, 3], rng.normal(-1, 0.5, size=(60_000, 3))
    z = one_sample_each(mean, logvar, seed=5)
    np.testing.assert_allclose(z.std(axis=0), aggregate_scale(mean, logvar).unit, rtol=0.01)
    np.testing.assert_allclose(((z - mean) ** 2).mean(axis=0), np.exp(logvar).mean(axis=0), rtol=0.03)
    assert (z == one_sample_each(mean, logvar, seed=5)).all()
    assert (z != one_sample_each(mean, logvar, seed=6)).all()


@pytest.mark.parametrize(
    ("values", "points", "says"),
    [([], 48, "one finite number"), ([1.0, np.nan], 48, "one finite number"), ([1.0, 2.0], 1, "points is 1")],
)
def test_bad_input_is_named(values, points, says):
    with pytest.raises(ValueError, match=says):
        violin(np.array(values), points)
