"""Walks, elongation and the volume's split against known Gaussians; the random angle against Monte Carlo."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

from vae_core.directions import axis_walk, elongation, mean_random_angle, volume_from_within
from vae_core.geometry import log_volume


def test_a_walk_goes_through_the_mean_and_stays_on_its_axis():
    turn = ortho_group.rvs(3, random_state=0)
    covariance = turn.T @ np.diag([9.0, 4.0, 0.25]) @ turn
    mean = np.array([1.0, -2.0, 0.5])
    walk = axis_walk(mean, covariance, 2, np.array([-3.0, 0.0, 3.0]))
    assert walk.shape == (2, 3, 3)
    np.testing.assert_allclose(walk[:, 1], [mean, mean])
    np.testing.assert_allclose(np.abs((walk[:, 2] - mean) @ turn.T), [[9, 0, 0], [0, 6, 0]], atol=1e-9)
    away = walk - mean  # every step is that many standard deviations from the mean
    mahalanobis = np.sqrt(np.einsum("ksi,ij,ksj->ks", away, np.linalg.inv(covariance), away))
    np.testing.assert_allclose(mahalanobis, [[3, 0, 3]] * 2, atol=1e-9)


@pytest.mark.parametrize("latent_dim", [2, 3, 8, 16])
def test_random_axes_meet_at_the_angle_computed(latent_dim):
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, 200_000, latent_dim))
    cosine = np.abs((u * v).sum(1)) / np.linalg.norm(u, axis=1) / np.linalg.norm(v, axis=1)
    assert mean_random_angle(latent_dim) == pytest.approx(np.degrees(np.arccos(cosine)).mean(), abs=0.2)


def test_random_axes_in_the_plane_and_in_space():
    assert mean_random_angle(2) == pytest.approx(45)
    assert mean_random_angle(3) == pytest.approx(np.degrees(1))  # ∫ θ sin θ from 0 to π/2


@given(seed=st.integers(0, 999), d=st.integers(1, 6), size=st.floats(1e-6, 1e3))
def test_within_and_between_make_the_whole_volume(seed, d, size):
    rng = np.random.default_rng(seed)
    within, means = size * rng.uniform(0.01, 2, d), rng.normal(size=(20, d))
    covariance = np.diag(within) + np.cov(means.T, bias=True).reshape(d, d)
    added = volume_from_within(within, covariance)
    assert added >= 0
    assert log_volume(np.diag(within)) + added == pytest.approx(log_volume(covariance), abs=1e-6)


def test_images_that_share_a_mean_add_nothing():
    within = np.array([[1.0, 0.5], [1.0, 1e-9]])
    covariance = np.stack([np.diag(row) for row in within])
    np.testing.assert_allclose(volume_from_within(within, covariance), 0, atol=1e-12)


def test_elongation_is_unchanged_by_rotation_and_defined_for_needles():
    turn = ortho_group.rvs(4, random_state=1)
    assert elongation(turn.T @ np.diag([9.0, 4.0, 1.0, 1.0]) @ turn) == pytest.approx(1.5)
    many = np.stack([np.eye(2), np.diag([1.0, 0.0]), np.zeros((2, 2))])
    np.testing.assert_allclose(elongation(many), [1, np.inf, 1])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: axis_walk(np.zeros(2), np.eye(2), 3, np.zeros(1)), "axes is 3"),
        (lambda: axis_walk(np.zeros(2), np.eye(2), 0, np.zeros(1)), "axes is 0"),
        (lambda: mean_random_angle(1), "latent_dim is 1"),
        (lambda: elongation([[1.0]]), "one dimension"),
        (lambda: volume_from_within([0.0], [[1.0]]), "above 0"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
