"""The parts of a rate: closed forms, quadrature, and the sum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from vae_core import zoo
from vae_core.information import ceiling, split_rate

RNG = np.random.default_rng(0)


@given(st.integers(1, 4), st.integers(1, 30), st.integers(0, 10_000))
def test_the_parts_add_up_to_the_rate(latent_dim, images, seed):
    rng = np.random.default_rng(seed)
    mean, logvar = rng.normal(0, 2, (images, latent_dim)), rng.normal(-1, 1, (images, latent_dim))
    split = split_rate(mean, logvar, seed)
    assert split.information + split.shape + split.shift + split.width == pytest.approx(split.rate)
    assert split.rate == pytest.approx(0.5 * (mean**2 + np.exp(logvar) - 1 - logvar).sum(1).mean())
    assert split.information <= ceiling(images) + 1e-9
    assert split.width >= -1e-9


def test_one_answer_for_all_images_is_no_information():
    split = split_rate(np.full((500, 2), 3.0), np.full((500, 2), -2.0), 0)
    assert split.information == pytest.approx(0, abs=1e-9)
    assert split.shape == pytest.approx(0, abs=1e-9)
    assert split.shift == pytest.approx(0.5 * (9 + 9))
    assert split.width == pytest.approx(0.5 * 2 * (np.exp(-2) - 1 + 2))


def test_codes_far_apart_tell_everything_there_is_to_tell():
    mean = 100.0 * np.arange(8)[:, None]
    assert split_rate(mean, np.zeros((8, 1)), 0).information == pytest.approx(ceiling(8)) == np.log(8)


def test_against_quadrature_in_one_dimension():
    mean, stddev = np.array([-1.0, 0.5, 2.0]), np.array([0.6, 0.3, 1.2])

    def mixture(z):
        return norm.pdf(z, mean, stddev).mean()

    def integral(of):
        return quad(of, -12, 14, limit=400, points=mean)[0]

    information = integral(
        lambda z: np.mean(norm.pdf(z, mean, stddev) * (norm.logpdf(z, mean, stddev) - np.log(mixture(z))))
    )
    centre = mean.mean()
    spread = np.sqrt((stddev**2).mean() + mean.var())
    shape = integral(lambda z: mixture(z) * (np.log(mixture(z)) - norm.logpdf(z, centre, spread)))
    split = split_rate(mean[:, None], 2 * np.log(stddev)[:, None], 0, draws=200_000)
    assert split.information == pytest.approx(information, abs=0.005)
    assert split.shape == pytest.approx(shape, abs=0.005)
    assert split.shift == pytest.approx(centre**2 / 2)
    assert split.width == pytest.approx(0.5 * (spread**2 - 1 - np.log(spread**2)))


def test_gaussian_codes_have_the_information_of_a_gaussian_channel():
    """μ ~ N(0, τ²) and z = μ + noise of variance s²: I = ½ log(1 + τ²/s²); few images against the ceiling."""
    tau, noise = 1.0, 0.5
    mean = RNG.normal(0, tau, (4000, 1))
    split = split_rate(mean, np.full((4000, 1), 2 * np.log(noise)), 1)
    expected = 0.5 * np.log(1 + tau**2 / noise**2)
    assert split.information == pytest.approx(expected, abs=4 * split.error + 0.01)
    assert split.shape == pytest.approx(0, abs=4 * split.error + 0.01)


def test_fewer_images_show_less_information():
    mean, logvar = RNG.normal(size=(2000, 4)), np.full((2000, 4), -4.0)
    found = [split_rate(mean[:n], logvar[:n], 0).information for n in (20, 200, 2000)]
    assert found[0] < found[1] < found[2]


def test_in_the_zoo_the_spike_is_a_shift_and_the_end_is_information():
    shots = zoo.snapshots("mlp-d8-b1-constant")
    at = int(np.flatnonzero(shots["step"] == 10)[0])
    spike, end = (split_rate(shots["mean"][i], shots["logvar"][i], 0) for i in (at, -1))
    assert spike.shift > spike.rate / 2
    assert spike.information < spike.rate / 10
    assert end.information > 0.7 * end.rate


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="draws is 0"):
        split_rate(np.zeros((2, 1)), np.zeros((2, 1)), 0, draws=0)
    with pytest.raises(ValueError, match="images is 0"):
        ceiling(0)
