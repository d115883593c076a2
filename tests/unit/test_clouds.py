"""The clouds of a run against the same numbers from its images, one by one; a collapsed run is the prior's ball."""

import numpy as np
import pytest

from vae_core.clouds import clouds, restricted
from vae_core.evaluation import Encodings, class_moments


def encodings(d: int, seed: int, dead: int = 0) -> Encodings:
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(10), rng.integers(30, 60, 10))
    mean = rng.normal(size=(10, d))[label] + rng.normal(size=(len(label), d)) @ rng.normal(size=(d, d))
    logvar = rng.normal(-1, 0.3, size=mean.shape)
    mean[:, :dead], logvar[:, :dead] = 0, 0
    return Encodings(mean, logvar, label)


@pytest.mark.parametrize(("d", "dead"), [(2, 0), (5, 0), (6, 3)])
def test_the_clouds_are_those_of_the_images(d, dead):
    images = encodings(d, d, dead)
    found = clouds(class_moments(images))
    groups = [images.label == digit for digit in range(10)] + [np.ones(len(images.label), bool)]
    for k, members in enumerate(groups):
        within = np.exp(images.logvar[members]).mean(axis=0)
        covariance = np.diag(within) + np.cov(images.mean[members].T, bias=True)
        np.testing.assert_allclose(found.mean[k], images.mean[members].mean(axis=0), atol=1e-12)
        np.testing.assert_allclose(found.covariance[k], covariance, atol=1e-9)
        assert found.log_volume[k] == pytest.approx(np.linalg.slogdet(covariance)[1] / 2)
        assert found.share_within[k] == pytest.approx(within.sum() / np.trace(covariance))
        values = np.linalg.eigvalsh(covariance)[::-1]
        np.testing.assert_allclose(found.variances[k], values)
        assert found.effective[k] == pytest.approx(values.sum() ** 2 / (values**2).sum())
        assert found.elongation[k] == pytest.approx(np.sqrt(values[0] / values[1]))
        np.testing.assert_allclose(found.covariance[k] @ found.axes[k][0], values[0] * found.axes[k][0], atol=1e-9)
    np.testing.assert_allclose(found.log_volume_within + found.added, found.log_volume)


def test_a_collapsed_run_is_the_priors_ball_in_every_class():
    images = encodings(4, 0, dead=4)
    found = clouds(class_moments(images))
    np.testing.assert_allclose(found.log_volume, 0, atol=1e-12)
    np.testing.assert_allclose(found.added, 0, atol=1e-12)
    np.testing.assert_allclose(found.effective, 4)
    np.testing.assert_allclose(found.elongation, 1)


def test_one_dimension_has_a_volume_and_no_elongation():
    rng = np.random.default_rng(0)
    label = np.repeat(np.arange(10), 5)
    found = clouds(class_moments(Encodings(rng.normal(size=(50, 1)), np.zeros((50, 1)), label)))
    assert np.isfinite(found.log_volume).all()
    assert np.isnan(found.elongation).all()


def test_dimensions_left_out_leave_the_marginal():
    images = encodings(5, 1)
    kept = [3, 0]
    fewer = Encodings(images.mean[:, kept], images.logvar[:, kept], images.label)
    for found, expected in zip(restricted(class_moments(images), kept), class_moments(fewer), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("dimensions", [[], [0, 0], [5], [-1]])
def test_dimensions_that_do_not_exist_are_named(dimensions):
    with pytest.raises(ValueError, match="0 to 4, each once"):
        restricted(class_moments(encodings(5, 1)), dimensions)


def test_dead_dimensions_add_no_volume_but_are_longer_than_narrow_live_ones():
    moments = class_moments(encodings(6, 3, dead=3))
    whole, live = clouds(moments), clouds(restricted(moments, [3, 4, 5]))
    np.testing.assert_allclose(whole.log_volume, live.log_volume)
    assert (whole.effective >= live.effective).any()
