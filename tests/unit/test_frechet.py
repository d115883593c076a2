"""The Fréchet distance against closed forms, an independent matrix square root, and what sampling does to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.stats import ortho_group

from vae_core.frechet import frechet_distance, frechet_floor, frechet_from_samples


@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_commuting_covariances_have_a_closed_form(d, seed):
    rng = np.random.default_rng(seed)
    axes = ortho_group.rvs(d, random_state=rng)
    variances0, variances1 = rng.uniform(0, 9, (2, d))
    mean0, mean1 = rng.normal(size=(2, d))
    distance = frechet_distance(mean0, axes * variances0 @ axes.T, mean1, axes * variances1 @ axes.T)
    expected = ((mean0 - mean1) ** 2).sum() + ((np.sqrt(variances0) - np.sqrt(variances1)) ** 2).sum()
    assert distance == pytest.approx(expected, rel=1e-7, abs=1e-6)


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_any_covariances_agree_with_the_matrix_square_root(d, seed):
    rng = np.random.default_rng(seed)
    root0, root1 = rng.normal(size=(2, d, d + 3))
    mean0, mean1 = rng.normal(size=(2, d))
    covariance0, covariance1 = root0 @ root0.T, root1 @ root1.T
    crossed = np.trace(np.atleast_2d(sqrtm(covariance0 @ covariance1)).real)
    expected = ((mean0 - mean1) ** 2).sum() + np.trace(covariance0) + np.trace(covariance1) - 2 * crossed
    assert frechet_distance(mean0, covariance0, mean1, covariance1) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_from_samples_is_the_distance_of_their_moments_and_does_not_depend_on_the_axes():
    rng = np.random.default_rng(0)
    features0, features1 = rng.normal(size=(300, 6)), rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6)) + 1
    distance = frechet_from_samples(features0, features1)
    moments = [(f.mean(axis=0), np.cov(f.T)) for f in (features0, features1)]
    assert distance == pytest.approx(frechet_distance(*moments[0], *moments[1]))
    assert frechet_from_samples(features1, features0) == pytest.approx(distance)
    turn = ortho_group.rvs(6, random_state=rng)
    assert frechet_from_samples(features0 @ turn + 5, features1 @ turn + 5) == pytest.approx(distance)
    assert frechet_from_samples(features0, features0) == pytest.approx(0, abs=1e-10)
    # fewer samples than features: the covariances are singular
    assert frechet_from_samples(features0[:3], features1[:4]) > 0


def test_the_floor_is_small_and_falls_with_the_number_of_samples():
    features = np.random.default_rng(0).normal(size=(4_000, 8))
    few, many = frechet_floor(features[:200], seed=0), frechet_floor(features, seed=0)
    assert 0 < many < few < 1
    assert many < frechet_from_samples(features[:2_000], features[2_000:] * 1.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: frechet_from_samples(np.zeros((5, 3)), np.zeros((5, 2))), "features1 has 2 dimensions"),
        (lambda: frechet_from_samples(np.zeros((1, 3)), np.zeros((5, 3))), "features0 has 1 row"),
        (lambda: frechet_from_samples(np.zeros(3), np.zeros((5, 3))), "features0 has shape"),
        (lambda: frechet_from_samples(np.full((5, 3), np.nan), np.zeros((5, 3))), "NaN"),
        (lambda: frechet_floor(np.zeros((3, 2)), seed=0), "at least two"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()
