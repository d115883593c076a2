"""The ELBO's terms against torch.distributions, quadrature and the derivation shown in the course."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from vae_core import objective
from vae_core.config import RunConfig
from vae_core.training import batch_loss
from vae_core.vae import VAE, sample_posterior


@pytest.fixture
def posterior():
    generator = torch.Generator().manual_seed(3)
    return torch.randn((5, 4), generator=generator), torch.randn((5, 4), generator=generator)


@pytest.fixture
def images():
    return torch.rand((5, 1, 28, 28), generator=torch.Generator().manual_seed(4))


def test_rate_is_the_kl_of_torch(posterior):
    mean, logvar = posterior
    expected = kl_divergence(Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(objective.rate_per_dimension(mean, logvar), expected)


def test_rate_is_the_integral_of_its_definition():
    mean, sd = 0.7, 0.4

    def integrand(z):
        log_q = -0.5 * ((z - mean) / sd) ** 2 - math.log(sd) - 0.5 * objective.LOG_2PI
        return math.exp(log_q) * (log_q + 0.5 * z * z + 0.5 * objective.LOG_2PI)

    expected, _ = quad(integrand, mean - 10 * sd, mean + 10 * sd)
    actual = objective.rate_per_dimension(torch.tensor([[mean]]), torch.tensor([[2 * math.log(sd)]]))
    assert float(actual) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("variance", [1.0, 0.04])
def test_gaussian_distortion_keeps_its_constant(images, variance):
    x_mean = images.flip(0)
    likelihood = Independent(Normal(x_mean, math.sqrt(variance)), 3)
    torch.testing.assert_close(
        objective.gaussian_distortion(images, x_mean, variance), -likelihood.log_prob(images), rtol=1e-5, atol=1e-2
    )


def test_bernoulli_distortion_of_black_and_white_pixels_is_the_negative_log_likelihood(images):
    binary, logits = (images > 0.5).float(), 4 * images.flip(0) - 2
    expected = -Independent(Bernoulli(logits=logits), 3).log_prob(binary)
    torch.testing.assert_close(objective.bernoulli_distortion(binary, logits), expected)


def test_calibrated_distortion_is_the_minimum_of_the_gaussian_one_over_the_variance(images):
    x_mean = 0.5 * images + 0.2
    best = objective.calibrated_batch_distortion(images, x_mean).item()
    variances = np.geomspace(1e-3, 1, 400)
    scanned = [objective.gaussian_distortion(images, x_mean, v).mean().item() for v in variances]
    assert best == pytest.approx(min(scanned), abs=0.05)
    assert best <= min(scanned) + 1e-3


def test_beta_is_the_observation_variance(images, posterior):
    """½SSE + β·KL = β·(distortion at σ² = β + KL) − a constant, as the chapter on β derives."""
    mean, logvar = posterior
    x_mean, beta = images.flip(0), 0.3
    rate = objective.rate_per_dimension(mean, logvar).sum(1)
    constant = beta * 392 * (objective.LOG_2PI + math.log(beta))
    left = objective.half_sse(images, x_mean) + beta * rate
    right = beta * (objective.gaussian_distortion(images, x_mean, beta) + rate) - constant
    torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-3)


def test_reparameterised_draws_have_the_posteriors_moments():
    mean, logvar = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.5, -3.0]])
    draws = sample_posterior(mean.expand(200_000, 2), logvar.expand(200_000, 2), torch.Generator().manual_seed(0))
    torch.testing.assert_close(draws.mean(0), mean[0], rtol=0, atol=0.01)
    torch.testing.assert_close(draws.var(0), logvar[0].exp(), rtol=0.02, atol=0)


@pytest.mark.parametrize("beta", [0.1, 3.0])
def test_the_loss_of_a_batch_is_distortion_plus_beta_times_rate(images, beta):
    vae = VAE(RunConfig(beta=beta, hidden=(8,)))
    with torch.no_grad():
        loss, terms = batch_loss(vae, images, torch.Generator().manual_seed(0))
    assert loss.item() == pytest.approx(
        float(terms.distortion) + beta * float(terms.rate_per_dimension.sum()), rel=1e-6
    )
    assert float(terms.distortion) == pytest.approx(float(terms.half_sse) + 392 * objective.LOG_2PI, rel=1e-6)
