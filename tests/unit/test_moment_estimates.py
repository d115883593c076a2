"""Running estimates against the mixtures of the first images, and the error that theory expects."""

import numpy as np

from vae_core import moment_estimates
from vae_core.mixture import GaussianMixture

RNG = np.random.default_rng(0)


def test_every_estimate_is_the_mixture_of_its_images():
    whole = GaussianMixture(RNG.normal(50, 1, size=(40, 3)), RNG.normal(-1, 0.5, size=(40, 3)))
    found = moment_estimates.running(whole, 2, seed=3)
    assert found.count[0] == 1
    assert found.count[-1] == 40
    order = np.random.default_rng(3).permutation(40)
    for step, count in enumerate(found.count):
        few = GaussianMixture(whole.component_mean[order[:count]], whole.component_logvar[order[:count]])
        np.testing.assert_allclose(found.mean[0, step], few.mean())
        np.testing.assert_allclose(found.covariance[0, step], few.covariance(), atol=1e-12)
    np.testing.assert_allclose(found.covariance[:, -1], np.broadcast_to(whole.covariance(), (2, 3, 3)))


def test_errors_are_distances_and_the_mean_misses_as_expected():
    whole = GaussianMixture(RNG.normal(size=(4000, 2)) * [2, 1], np.full((4000, 2), 1.0))
    found = moment_estimates.running(whole, 300, seed=0, steps=12)
    errors = moment_estimates.errors(found, whole.mean(), whole.covariance(), np.diag(whole.within()))
    assert errors.mean[-1] < 1e-12
    assert errors.covariance[-1] < 1e-9
    few = found.count < 100  # far from exhausting the images, so that they are as good as independent
    np.testing.assert_allclose(errors.mean[few], errors.expected_mean[few], rtol=0.15)
