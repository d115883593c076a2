"""Divergences of classes from the prior: closed forms, quadrature, and the identity the page shows."""

import numpy as np
import pytest
from scipy.stats import norm

from vae_core import class_divergences
from vae_core.gaussians import kl
from vae_core.mixture import class_mixtures

RNG = np.random.default_rng(0)


def test_classes_of_one_image_have_the_closed_form_of_the_rate():
    mean, logvar = RNG.normal(size=(4, 3)), RNG.normal(-1, 0.3, size=(4, 3))
    found = class_divergences.from_prior(mean, logvar, np.arange(4), 4000, seed=1)
    exact = [kl(m, np.diag(np.exp(v)), np.zeros(3), np.eye(3)) for m, v in zip(mean, logvar, strict=True)]
    assert (np.abs(found.estimate - exact) < 4 * found.standard_error).all()
    assert found.rate == pytest.approx(np.mean(exact))


def test_average_is_information_plus_aggregate_by_quadrature():
    mean = np.concatenate([RNG.normal(-1, 0.4, (6, 1)), RNG.normal(1.2, 0.5, (3, 1))])
    logvar = RNG.normal(-1.5, 0.3, size=(9, 1))
    labels = np.array([0] * 6 + [1] * 3)
    z = np.linspace(-8, 8, 8001)
    share = np.array([6 / 9, 3 / 9])
    density = np.array([np.exp(m.log_prob(z[:, None])) for m in class_mixtures(mean, logvar, labels).values()])
    aggregate = share @ density
    to_prior = np.trapezoid(density * (np.log(density) - norm.logpdf(z)), z)
    whole = np.trapezoid(aggregate * (np.log(aggregate) - norm.logpdf(z)), z)
    information = share @ np.trapezoid(density * (np.log(density) - np.log(aggregate)), z)
    assert share @ to_prior == pytest.approx(information + whole)  # the identity

    found = class_divergences.from_prior(mean, logvar, labels, 20_000, seed=0)
    np.testing.assert_allclose(found.share, share)
    for estimate, exact in (
        (found.average, share @ to_prior),
        (found.aggregate, whole),
        (found.information, information),
    ):
        assert abs(estimate.estimate - exact) < 4 * estimate.standard_error
        assert estimate.standard_error < 0.02
    # I(z; x), with the images in place of the classes
    images = norm.pdf(z, mean, np.exp(0.5 * logvar))  # (9, Z)
    by_image = np.trapezoid(images * (np.log(images + 1e-300) - np.log(aggregate)), z).mean()
    assert abs(found.image_information - by_image) < 4 * found.aggregate.standard_error


def test_gaussians_in_closed_form():
    means, covariances = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([np.eye(2), np.eye(2)])
    each, together = class_divergences.of_gaussians(means, covariances, np.array([3, 3]))
    np.testing.assert_allclose(each, [0.5, 0.5])  # half the squared distance of the mean
    assert together == pytest.approx(0.5 * (2 - 1 - np.log(2)))  # variance 2 along the first dimension
