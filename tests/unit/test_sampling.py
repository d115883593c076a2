"""Draws of latents: against closed forms (a linear decoder) and against the exact posterior on a grid."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter
from scipy.stats import norm

from vae_core import gaussians, objective
from vae_core.chains import effective_sample_size, split_rhat
from vae_core.config import RunConfig
from vae_core.grid_posterior import grid_posterior, posterior_gap
from vae_core.mixture import GaussianMixture
from vae_core.sampling import (
    aggregate_gaussian,
    decoder_log_likelihood,
    pcn_chain,
    sample_aggregate,
    sample_prior,
)
from vae_core.vae import VAE


class LinearDecoder:
    """x = W z + noise of variance σ²: p(z|x) is Gaussian, with everything in closed form (probabilistic PCA)."""

    def __init__(self, latent_dim, variance, pixels=12, seed=0):
        rng = np.random.default_rng(seed)
        self.weights = rng.normal(size=(pixels, latent_dim))
        self.variance = variance
        self.image = rng.normal(size=pixels) * 2
        precision = np.eye(latent_dim) + self.weights.T @ self.weights / variance
        self.covariance = np.linalg.inv(precision)
        self.mean = self.covariance @ self.weights.T @ self.image / variance

    def log_likelihood(self, z):
        square = ((self.image - z @ self.weights.T) ** 2).sum(axis=1)
        return -0.5 * (square / self.variance + len(self.image) * np.log(2 * np.pi * self.variance))

    def log_evidence(self):
        spread = self.weights @ self.weights.T + self.variance * np.eye(len(self.image))
        return gaussians.log_density(self.image, np.zeros(len(self.image)), spread)


def bent(z):
    """A likelihood with two separate modes along a bent valley, in 2-D."""
    return -0.5 * ((z[:, 0] ** 2 + 0.5 * z[:, 1] - 1) ** 2 / 0.1 + (z[:, 1] - 0.3) ** 2)


# --- the prior and the aggregate posterior ---------------------------------------------------------------------------


def test_prior_draws_are_standard_normal_and_grow_without_changing():
    z = sample_prior(40_000, 3, seed=1)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=0.025)
    np.testing.assert_allclose(np.cov(z.T), np.eye(3), atol=0.04)
    np.testing.assert_array_equal(sample_prior(7, 3, seed=1), z[:7])


def test_aggregate_draws_come_from_their_images():
    rng = np.random.default_rng(0)
    mean, logvar = rng.normal(size=(5, 2)) * 3, rng.uniform(-4, 0, (5, 2))
    draws = sample_aggregate(mean, logvar, 100_000, seed=3)
    np.testing.assert_allclose(np.bincount(draws.index) / 100_000, 0.2, atol=0.006)
    for i in range(5):
        own = draws.z[draws.index == i]
        np.testing.assert_allclose(own.mean(axis=0), mean[i], atol=0.03)
        np.testing.assert_allclose(own.var(axis=0), np.exp(logvar[i]), rtol=0.05)
    fitted = aggregate_gaussian(mean, logvar)
    np.testing.assert_allclose(fitted.mean, draws.z.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(fitted.covariance, np.cov(draws.z.T), atol=0.15)
    np.testing.assert_allclose(fitted.covariance, GaussianMixture(mean, logvar).covariance())


# --- pCN -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("latent_dim", "variance", "b"), [(2, 1.0, 0.4), (4, 1.0, 0.3), (3, 30.0, 1.0)])
def test_chains_reach_the_closed_form_posterior_of_a_linear_decoder(latent_dim, variance, b):
    decoder = LinearDecoder(latent_dim, variance)
    run = pcn_chain(decoder.log_likelihood, sample_prior(200, latent_dim, 5), b, 1_500, seed=0)
    assert (run.acceptance > 0.01).all()
    draws = run.samples[:, 300:]
    ess = effective_sample_size(draws[:, ::10])
    stddev = np.sqrt(decoder.covariance.diagonal())
    assert split_rhat(draws).max() < 1.05
    np.testing.assert_array_less(np.abs(draws.mean(axis=(0, 1)) - decoder.mean), 5 * stddev / np.sqrt(ess))
    empirical = np.cov(draws.reshape(-1, latent_dim).T)
    relative = np.abs(empirical - decoder.covariance) / np.outer(stddev, stddev)
    assert relative.max() < 7 / np.sqrt(ess.min())


def test_chains_visit_the_exact_posterior_of_the_grid():
    exact = grid_posterior(bent, 4.5, 200)
    run = pcn_chain(bent, sample_prior(300, 2, 1), 0.5, 2_000, seed=2)
    draws = run.samples[:, 200:].reshape(-1, 2)
    np.testing.assert_allclose(draws.mean(axis=0), exact.mean(), atol=0.03)
    np.testing.assert_allclose(np.cov(draws.T), exact.covariance(), atol=0.04)
    # 9×9 coarse cells: total variation between the chains' histogram and the grid's masses
    edges = np.linspace(-4.5, 4.5, 11)
    visited, _, _ = np.histogram2d(draws[:, 1], draws[:, 0], bins=(edges, edges))
    masses = exact.mass.reshape(10, 20, 10, 20).sum(axis=(1, 3))
    assert 0.5 * np.abs(visited / len(draws) - masses).sum() < 0.015


def test_without_information_every_proposal_is_accepted_and_the_prior_is_kept():
    run = pcn_chain(lambda z: np.zeros(len(z)), sample_prior(4_000, 2, 0), 0.6, 40, seed=1)
    assert run.accepted.all()
    last, before = run.samples[:, -1], run.samples[:, -2]
    np.testing.assert_allclose(np.cov(last.T), np.eye(2), atol=0.1)
    np.testing.assert_allclose((last * before).mean(axis=0), np.sqrt(1 - 0.36), atol=0.08)


@given(st.floats(0.01, 1), st.integers(1, 20), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_a_run_is_what_it_says(b, steps, chains, seed):
    start = sample_prior(chains, 2, seed)
    run = pcn_chain(bent, start, b, steps, seed)
    again = pcn_chain(bent, start, b, steps, seed)
    np.testing.assert_array_equal(run.samples, again.samples)
    assert run.samples.shape == (chains, steps, 2)
    path = np.concatenate([start[:, None], run.samples], axis=1)
    np.testing.assert_array_equal((np.diff(path, axis=1) != 0).any(axis=2), run.accepted)
    np.testing.assert_allclose(run.log_likelihood, bent(run.samples.reshape(-1, 2)).reshape(chains, steps))
    np.testing.assert_allclose(run.acceptance, run.accepted.sum(axis=1) / steps)


def test_where_the_likelihood_is_zero_no_chain_goes():
    half = pcn_chain(lambda z: np.where(z[:, 0] > 0, 0.0, -np.inf), np.abs(sample_prior(50, 2, 0)), 0.7, 400, seed=0)
    assert (half.samples[..., 0] > 0).all()
    assert half.samples[..., 0].mean() == pytest.approx(np.sqrt(2 / np.pi), abs=0.05)  # the half-normal's mean


# --- the exact posterior on a grid -----------------------------------------------------------------------------------


@pytest.mark.parametrize("variance", [0.2, 1.0, 20.0])
def test_grid_posterior_is_the_linear_decoders(variance):
    decoder = LinearDecoder(2, variance)
    exact = grid_posterior(decoder.log_likelihood, 5, 301)
    assert exact.mass.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(exact.mean(), decoder.mean, atol=1e-5)
    np.testing.assert_allclose(exact.covariance(), decoder.covariance, atol=1e-4)
    assert exact.log_evidence == pytest.approx(decoder.log_evidence(), abs=1e-4)
    assert exact.edge_mass < 1e-5
    i, j = 140, 160
    point = np.array([exact.z1[j], exact.z2[i]])
    expected = gaussians.log_density(point, decoder.mean, decoder.covariance)
    assert np.log(exact.density[i, j]) == pytest.approx(expected, abs=1e-4)


@given(
    st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    st.tuples(st.floats(-4, 0.5), st.floats(-4, 0.5)),
)
def test_the_gap_is_the_kl_to_the_closed_form_posterior(mean, logvar):
    decoder = LinearDecoder(2, 3.0)
    gap = posterior_gap(decoder.log_likelihood, mean, logvar, decoder.log_evidence())
    expected = gaussians.kl(np.array(mean), np.diag(np.exp(logvar)), decoder.mean, decoder.covariance)
    assert gap == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_an_extent_that_cuts_the_posterior_off_shows_at_the_edge():
    decoder = LinearDecoder(2, 0.5)
    off = decoder.mean + 3 * np.sqrt(decoder.covariance.diagonal())
    cut = grid_posterior(decoder.log_likelihood, (off[0], off[0] + 1, off[1], off[1] + 1), 50)
    assert cut.edge_mass > 0.05
    assert grid_posterior(decoder.log_likelihood, 5, 50).edge_mass < 1e-6


# --- have the chains met? --------------------------------------------------------------------------------------------


def autoregressive(rho, chains, steps, seed):
    """Stationary AR(1) chains of variance 1: S draws are worth S (1 − ρ) / (1 + ρ)."""
    noise = np.random.default_rng(seed).normal(size=(chains, steps + 300)) * np.sqrt(1 - rho**2)
    return lfilter([1], [1, -rho], noise, axis=1)[:, 300:]


@pytest.mark.parametrize("rho", [-0.4, 0, 0.5, 0.9])
def test_effective_sample_size_of_autoregressive_chains(rho):
    draws = autoregressive(rho, 8, 20_000, seed=1)
    assert effective_sample_size(draws) == pytest.approx(draws.size * (1 - rho) / (1 + rho), rel=0.12)
    assert split_rhat(draws) < 1.01
    # ranks do not change under a monotone map
    assert effective_sample_size(np.exp(draws)) == pytest.approx(effective_sample_size(draws), rel=1e-12)


def test_split_rhat_sees_another_place_another_scale_and_a_drift():
    together = autoregressive(0.3, 4, 1_000, seed=0)
    assert split_rhat(together) < 1.01
    assert split_rhat(together + np.array([[0], [0], [0], [2]])) > 1.2
    assert split_rhat(together * np.array([[1], [1], [1], [4]])) > 1.1
    assert split_rhat(together + np.linspace(0, 3, 1_000)) > 1.2
    both = split_rhat(np.stack([together, together + np.arange(4)[:, None]], axis=-1))
    assert both.shape == (2,)
    assert both[0] == split_rhat(together) < 1.01 < both[1]


def test_split_rhat_is_its_definition():
    draws = np.random.default_rng(0).normal(size=(3, 11))
    halves = np.concatenate([draws[:, :5], draws[:, 6:]])  # of 11 steps the middle one is left out

    def plain(values):
        ranks = np.array([[1 + (values < value).sum() for value in half] for half in values])
        scores = norm.ppf((ranks - 3 / 8) / (values.size + 1 / 4))
        n = scores.shape[1]
        between, within = n * np.var(scores.mean(axis=1), ddof=1), np.var(scores, axis=1, ddof=1).mean()
        return np.sqrt(((n - 1) / n * within + between / n) / within)

    expected = max(plain(halves), plain(np.abs(halves - np.median(halves))))
    assert split_rhat(draws) == pytest.approx(expected, rel=1e-12)


def test_chains_that_stand_still_have_no_answer():
    assert np.isnan(split_rhat(np.ones((3, 10))))
    assert np.isnan(effective_sample_size(np.ones((3, 10))))
    apart = np.repeat([[0.0], [1.0]], 10, axis=1)
    assert split_rhat(apart) == np.inf


# --- a network's likelihood ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("likelihood", "beta"), [("gaussian", 1.0), ("gaussian", 0.1), ("bernoulli", 1.0)])
def test_decoder_log_likelihood(likelihood, beta):
    vae = VAE(RunConfig(latent_dim=2, beta=beta, likelihood=likelihood, hidden=(8,))).eval()
    image = np.random.default_rng(0).uniform(size=(28, 28)).astype(np.float32)
    z = sample_prior(6, 2, 0)
    values = decoder_log_likelihood(vae, image)(z)
    x, latents = torch.tensor(image).expand(6, 1, 28, 28), torch.tensor(z, dtype=torch.float32)
    with torch.no_grad():
        if likelihood == "bernoulli":
            expected = -vae.distortion(x, latents)
        else:
            expected = -objective.gaussian_distortion(x, vae.decode(latents), beta)
            other = -objective.gaussian_distortion(x, vae.decode(latents), 0.3)
            np.testing.assert_allclose(decoder_log_likelihood(vae, image, 0.3)(z), other, rtol=1e-5)
    assert values.dtype == np.float64
    np.testing.assert_allclose(values, expected, rtol=1e-5)


def test_a_tempered_bernoulli_likelihood_is_divided_by_beta():
    config = RunConfig(latent_dim=2, beta=4.0, likelihood="bernoulli", hidden=(8,))
    tempered, plain = VAE(config).eval(), VAE(dataclasses.replace(config, beta=1.0)).eval()
    image, z = np.full((28, 28), 0.3), sample_prior(3, 2, 0)
    np.testing.assert_allclose(
        decoder_log_likelihood(tempered, image)(z), decoder_log_likelihood(plain, image)(z) / 4, rtol=1e-6
    )
    with pytest.raises(ValueError, match=r"variance is 0\.1"):
        decoder_log_likelihood(plain, image, 0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_prior(0, 2, 0), "n is 0"),
        (lambda: pcn_chain(bent, np.zeros((2, 2)), 0, 5, 0), "b is 0"),
        (lambda: pcn_chain(bent, np.zeros((2, 2)), 1.5, 5, 0), "b is 1.5"),
        (lambda: pcn_chain(bent, np.zeros((2, 2)), 0.5, 0, 0), "steps is 0"),
        (lambda: pcn_chain(bent, np.zeros(2), 0.5, 5, 0), "start has shape"),
        (lambda: pcn_chain(lambda z: np.full(len(z), -np.inf), np.zeros((2, 2)), 0.5, 5, 0), "likelihood is 0"),
        (lambda: pcn_chain(lambda z: np.full(len(z), np.nan), np.zeros((2, 2)), 0.5, 5, 0), "NaN"),
        (lambda: pcn_chain(lambda z: 0.0, np.zeros((2, 2)), 0.5, 5, 0), "one number each"),
        (lambda: grid_posterior(bent, 0, 50), "extent is 0"),
        (lambda: grid_posterior(bent, (0, 1, 2, 2), 50), "extent is"),
        (lambda: grid_posterior(bent, 4, 2), "resolution is 2"),
        (lambda: grid_posterior(lambda z: np.full(len(z), -np.inf), 4, 5), "likelihood is 0"),
        (lambda: posterior_gap(bent, np.zeros(3), np.zeros(3), 0.0), "3 dimensions"),
        (lambda: split_rhat(np.zeros((4, 3))), "4 steps"),
        (lambda: effective_sample_size(np.full((2, 8), np.nan)), "NaN"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()
