"""Figures and class moments against their definitions."""

import numpy as np
import pytest
import torch

from vae_core import objective
from vae_core.config import RunConfig
from vae_core.data import Split
from vae_core.evaluation import Encodings, class_moments, encode_split, evaluate
from vae_core.vae import VAE


@pytest.fixture(scope="module")
def split():
    generator = torch.Generator().manual_seed(0)
    return Split(torch.rand((300, 1, 28, 28), generator=generator), torch.arange(300) % 10, torch.arange(300))


def test_figures_add_up(split):
    vae = VAE(RunConfig(hidden=(16,))).eval()
    figures = evaluate(vae, split)
    assert figures.negative_elbo == pytest.approx(figures.distortion + figures.rate)
    assert figures.rate == pytest.approx(sum(figures.rate_per_dimension))
    assert figures.distortion == pytest.approx(figures.half_sse + 392 * objective.LOG_2PI, rel=1e-6)


def test_a_dead_dimension_is_counted_out(split):
    vae = VAE(RunConfig(hidden=(16,), latent_dim=3)).eval()
    with torch.no_grad():  # dimension 1 of mean and of logvar read nothing: q = prior
        last = vae.encoder.layers[-1]
        last.weight[[1, 4]] = 0
        last.bias[[1, 4]] = 0
        last.bias[[0, 2]] = 1
    figures = evaluate(vae, split)
    assert figures.active_units == 2
    assert figures.rate_per_dimension[1] == pytest.approx(0, abs=1e-9)


def test_more_draws_agree_with_one_within_the_standard_error(split):
    vae = VAE(RunConfig(hidden=(16,))).eval()
    one, many = evaluate(vae, split, samples=1), evaluate(vae, split, samples=16, seed=5)
    assert abs(one.negative_elbo - many.negative_elbo) < 4 * one.negative_elbo_stderr


def test_encodings_do_not_depend_on_the_batches(split):
    vae = VAE(RunConfig(hidden=(16,))).eval()
    with torch.no_grad():
        mean, logvar = vae.encode(split.images)
    encodings = encode_split(vae, split)
    np.testing.assert_allclose(encodings.mean, mean, atol=1e-6)
    np.testing.assert_allclose(encodings.logvar, logvar, atol=1e-6)


def test_class_moments_are_those_of_draws_from_the_mixture():
    rng = np.random.default_rng(0)
    mean, logvar = rng.normal(size=(40, 3)), rng.normal(size=(40, 3)) - 1
    moments = class_moments(Encodings(mean, logvar, np.zeros(40, int)), classes=1)
    component = rng.integers(40, size=400_000)
    draws = mean[component] + np.exp(0.5 * logvar[component]) * rng.normal(size=(400_000, 3))
    np.testing.assert_allclose(moments.mean[0], draws.mean(0), atol=0.01)
    np.testing.assert_allclose(moments.covariance[0], np.cov(draws.T), atol=0.03)
    np.testing.assert_allclose(moments.within[0], np.exp(logvar).mean(0))
    assert moments.count.tolist() == [40]
