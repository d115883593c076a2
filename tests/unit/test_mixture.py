"""p(z|C) by oracle: torch's mixture, integrals, the law of total covariance, and draws tested against the density."""

import tracemalloc

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from vae_core import gaussians, mixture
from vae_core.mixture import GaussianMixture, class_mixtures, class_posterior, kl_to, kl_to_standard_normal


def random_mixture(n, d, seed=0, logvar=(-4.0, 0.5)):
    rng = np.random.default_rng(seed)
    return GaussianMixture(1.5 * rng.normal(size=(n, d)), rng.uniform(*logvar, size=(n, d)))


def torch_log_prob(m, z):
    """The same density by torch.distributions in float64, which subtracts before it squares."""
    mean, logvar = torch.tensor(m.component_mean), torch.tensor(m.component_logvar)
    components = Independent(Normal(mean, torch.exp(0.5 * logvar)), 1)
    return (
        MixtureSameFamily(Categorical(torch.ones(len(m), dtype=torch.float64)), components)
        .log_prob(torch.tensor(z))
        .numpy()
    )


@pytest.mark.parametrize(("n", "d"), [(1, 1), (3, 2), (700, 16)])
def test_log_prob_agrees_with_torch(n, d):
    m = random_mixture(n, d)
    z = np.concatenate([m.sample(50, seed=1), 20 * np.ones((1, d))])  # and a point far from every component
    np.testing.assert_allclose(m.log_prob(z), torch_log_prob(m, z), rtol=1e-10)
    np.testing.assert_allclose(m.log_prob(z[0]), m.log_prob(z)[0])
    assert m.log_prob(z[:50].reshape(5, 10, d)).shape == (5, 10)


@pytest.mark.parametrize("logvar", [(-16.0, -10.0), (-34.0, -20.0)])
def test_log_prob_is_exact_for_sharp_posteriors(logvar):
    # Squares expanded without care would be off by many nats at the second of these.
    m = random_mixture(40, 3, logvar=logvar)
    z = m.sample(30, seed=1)
    np.testing.assert_allclose(m.log_prob(z), torch_log_prob(m, z), rtol=1e-6)


def test_log_prob_does_not_depend_on_chunks(monkeypatch):
    m, z = random_mixture(20, 4), np.random.default_rng(1).normal(size=(500, 4))
    whole = m.log_prob(z)
    monkeypatch.setattr(mixture, "CHUNK_BYTES", 1)
    np.testing.assert_allclose(m.log_prob(z), whole, rtol=1e-12)


def test_log_prob_takes_bounded_memory():
    m, z = random_mixture(2_000, 2), np.zeros((20_000, 2))
    tracemalloc.start()
    m.log_prob(z)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(m) * len(z) / 5  # the whole table would be 320 MB


def test_density_integrates_to_one_with_the_stated_moments():
    m = random_mixture(5, 1)

    def integral(f):
        return integrate.quad(lambda z: f(z) * np.exp(m.log_prob(np.array([z]))), -12, 12, limit=200)[0]

    mean = integral(lambda z: z)
    assert integral(lambda z: 1) == pytest.approx(1)
    assert m.mean()[0] == pytest.approx(mean)
    assert m.covariance()[0, 0] == pytest.approx(integral(lambda z: (z - mean) ** 2))


def test_law_of_total_covariance():
    m = random_mixture(30, 4)
    second_moment = np.mean(
        [np.diag(np.exp(v)) + np.outer(u, u) for u, v in zip(m.component_mean, m.component_logvar, strict=True)], axis=0
    )
    np.testing.assert_allclose(m.covariance(), second_moment - np.outer(m.mean(), m.mean()))
    np.testing.assert_allclose(m.between(), np.cov(m.component_mean.T, bias=True))
    np.testing.assert_array_equal(m.covariance(), m.within() + m.between())
    matched = m.moment_matched()
    np.testing.assert_array_equal(matched.mean, m.mean())
    np.testing.assert_array_equal(matched.covariance, m.covariance())


def test_samples_fit_the_density():
    """Chi-square of 20,000 draws against the density's integral over a 12 × 12 grid of cells, and the rest."""
    m = random_mixture(4, 2, seed=3)
    n, cells, fine = 20_000, 12, 30
    edges = np.linspace(-4, 4, cells + 1)
    width = 8 / (cells * fine)
    axis = -4 + width * (np.arange(cells * fine) + 0.5)
    density = np.exp(m.log_prob(np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)))
    probability = density.reshape(cells, fine, cells, fine).sum(axis=(1, 3)) * width**2

    z = m.sample(n, seed=0)
    observed, _, _ = np.histogram2d(*z.T, bins=(edges, edges))
    often = n * probability > 5
    observed = np.append(observed[often], n - observed[often].sum())
    expected = np.append(n * probability[often], n * (1 - probability[often].sum()))
    assert often.sum() > 40
    assert stats.chisquare(observed, expected).pvalue > 1e-3
    np.testing.assert_array_equal(z, m.sample(n, seed=0))
    assert not np.array_equal(z, m.sample(n, seed=1))


def test_a_class_of_one_image_is_its_gaussian():
    m = GaussianMixture([[1.0, -2.0]], [[0.0, -1.0]])
    z = np.random.default_rng(0).normal(size=(10, 2))
    np.testing.assert_array_equal(m.between(), np.zeros((2, 2)))
    np.testing.assert_allclose(m.log_prob(z), m.moment_matched().log_prob(z))


def test_zero_variance_has_moments_and_samples_but_no_density():
    m = GaussianMixture([[0.0, 0.0], [2.0, 1.0]], [[0.0, 0.0], [0.0, -np.inf]])
    np.testing.assert_allclose(m.covariance(), [[2.0, 0.5], [0.5, 0.75]])
    assert np.isin(1.0, m.sample(20, seed=0)[:, 1])
    with pytest.raises(ValueError, match="component 1 has zero variance in dimension 1: a point mass has no density"):
        m.log_prob(np.zeros(2))


@pytest.mark.parametrize(
    ("mean", "logvar", "message"),
    [
        (np.zeros((0, 2)), np.zeros((0, 2)), "at least one image"),
        (np.zeros((3, 2)), np.zeros((2, 2)), r"mean has shape \(3, 2\) and logvar \(2, 2\)"),
        (np.zeros(2), np.zeros(2), r"both must be \(images, latent_dim\)"),
        (np.array([[np.nan]]), np.zeros((1, 1)), "mean holds NaN"),
        (np.zeros((1, 1)), np.array([[np.nan]]), "logvar holds NaN"),
        (np.zeros((1, 1)), np.array([[np.inf]]), "logvar holds NaN or the log of a variance"),
    ],
)
def test_what_is_no_mixture_is_refused(mean, logvar, message):
    with pytest.raises(ValueError, match=message):
        GaussianMixture(mean, logvar)


def test_class_mixtures_split_by_label():
    rng = np.random.default_rng(0)
    mean, logvar = rng.normal(size=(2, 9, 3)).astype(np.float16)
    labels = np.array([7, 1, 1, 7, 4, 1, 7, 7, 1])
    mixtures = class_mixtures(mean, logvar, labels)
    assert {label: len(m) for label, m in mixtures.items()} == {1: 4, 4: 1, 7: 4}
    assert list(mixtures) == [1, 4, 7]
    np.testing.assert_array_equal(mixtures[7].component_mean, mean[[0, 3, 6, 7]].astype(np.float64))
    assert list(class_mixtures(mean, logvar, labels, classes=[7, 1])) == [7, 1]
    with pytest.raises(ValueError, match=r"no image of class \[3\].*present are \[1, 4, 7\]"):
        class_mixtures(mean, logvar, labels, classes=[1, 3])
    with pytest.raises(ValueError, match=r"labels of shape \(8,\) do not match 9 means"):
        class_mixtures(mean, logvar, labels[:8])
    with pytest.raises(ValueError, match="labels are float64; give integers"):
        class_mixtures(mean, logvar, labels.astype(np.float64))


def test_class_posterior_is_bayes_rule():
    mixtures = [random_mixture(5, 2, seed=seed) for seed in range(3)]
    z = np.random.default_rng(0).normal(size=(20, 2))
    log_probs = np.column_stack([m.log_prob(z) for m in mixtures])
    prior = np.array([0.5, 0.3, 0.2])
    joint = np.exp(log_probs) * prior
    np.testing.assert_allclose(class_posterior(log_probs, prior), joint / joint.sum(axis=1, keepdims=True))
    # A point so far away that every density underflows still has a posterior, the same under a common shift.
    np.testing.assert_allclose(class_posterior(log_probs - 1e5, prior), class_posterior(log_probs, prior), rtol=1e-9)
    no_first = class_posterior(log_probs, [0, 0.5, 0.5])
    np.testing.assert_array_equal(no_first[:, 0], 0)
    np.testing.assert_array_equal(class_posterior([[-np.inf, -2.0]], [0.5, 0.5]), [[0, 1]])


@pytest.mark.parametrize(
    ("log_probs", "prior", "message"),
    [
        ([[0.0, 0.0]], [1.0], r"give \(N, K\) and \(K,\)"),
        ([[0.0, 0.0]], [0.5, 0.6], "sum to 1"),
        ([[0.0, 0.0]], [1.5, -0.5], "give probabilities"),
        ([[0.0, np.nan]], [0.5, 0.5], "holds NaN"),
        ([[0.0, 0.0], [-np.inf, 0.0]], [1.0, 0.0], "point 1 has zero density under every class"),
    ],
)
def test_what_has_no_class_posterior_is_refused(log_probs, prior, message):
    with pytest.raises(ValueError, match=message):
        class_posterior(log_probs, prior)


def test_kl_of_one_component_is_the_closed_form():
    m = GaussianMixture([[0.5, -1.0]], [[-1.0, 0.3]])
    closed_form = gaussians.kl(m.mean(), m.covariance(), np.zeros(2), np.eye(2))
    kl, standard_error = kl_to_standard_normal(m, 20_000, seed=0)
    assert abs(kl - closed_form) < 4 * standard_error
    assert kl_to(m, m.moment_matched(), 100, seed=0).estimate == pytest.approx(0, abs=1e-12)


def test_kl_to_the_moment_matched_gaussian_agrees_with_quadrature_and_its_standard_error():
    m = GaussianMixture([[-2.0], [0.5], [2.0]], [[-1.0], [-3.0], [0.0]])
    matched = m.moment_matched()

    def integrand(z):
        log_prob = m.log_prob(np.array([z]))
        return np.exp(log_prob) * (log_prob - matched.log_prob(np.array([z])))

    exact, _ = integrate.quad(integrand, -12, 12, limit=200)
    estimates = np.array([kl_to(m, matched, 400, seed) for seed in range(200)])
    scores = (estimates[:, 0] - exact) / estimates[:, 1]
    assert exact > 0.1
    assert abs(scores.mean()) < 4 / np.sqrt(200)
    assert 0.8 < scores.std() < 1.25  # the standard error is the size of the error
    with pytest.raises(ValueError, match="at least 2 draws"):
        kl_to(m, matched, 1, seed=0)
