"""The mixture and the sum of two Gaussians, by quadrature and by convolution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.two_gaussians import TwoGaussians

MEANS, STDDEVS = st.floats(-4, 4), st.floats(0.2, 2)


@given(MEANS, STDDEVS, MEANS, STDDEVS)
def test_moments_are_those_of_the_densities(mean1, stddev1, mean2, stddev2):
    two = TwoGaussians(mean1, stddev1, mean2, stddev2)
    z = np.linspace(-30, 30, 6001)
    *_, mixed, added = two.densities(z)
    for density, mean, variance in (
        (mixed, two.mixture_mean, two.mixture_variance),
        (added, two.sum_mean, two.sum_variance),
    ):
        assert np.trapezoid(density, z) == pytest.approx(1, abs=1e-6)
        assert np.trapezoid(z * density, z) == pytest.approx(mean, abs=1e-6)
        assert np.trapezoid((z - mean) ** 2 * density, z) == pytest.approx(variance, abs=1e-6)


def test_the_sum_has_the_convolution_of_the_densities():
    two = TwoGaussians(-1.5, 0.6, 1.5, 0.9)
    z = np.linspace(-12, 12, 2401)  # symmetric, so that the convolution has the same grid
    first, second, _, added = two.densities(z)
    np.testing.assert_allclose(np.convolve(first, second, mode="same") * (z[1] - z[0]), added, atol=1e-9)


def test_the_grid_shows_every_density():
    two = TwoGaussians(-4, 2, -4, 2)  # the sum lies elsewhere
    z = two.grid(2001)
    for density in two.densities(z):
        assert np.trapezoid(density, z) > 0.99


def test_a_standard_deviation_of_zero_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        TwoGaussians(0, 0, 0, 1)
