"""Turning latent spaces: the best turn against brute force and known turns, what a turn leaves as it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

from vae_core import class_scores, objective, turns
from vae_core.gaussians import Gaussian
from vae_core.geometry import log_volume

seeds = st.integers(0, 2**31)


def cloud(seed, count=40, size=3):
    return np.random.default_rng(seed).normal(size=(count, size)) * np.arange(size, 0, -1)


@given(seeds, st.integers(2, 6), st.floats(0.1, 10))
def test_a_known_turn_is_undone_whatever_the_scale(seed, size, scale):
    mean = cloud(seed, size=size)
    hidden = ortho_group.rvs(size, random_state=seed % 2**31)  # mirror images among them
    found = turns.turn_onto(mean @ hidden * scale, mean)
    np.testing.assert_allclose(found, hidden.T, atol=1e-9)
    assert turns.agreement(mean @ hidden @ found * scale, mean) == pytest.approx(1)


def test_no_turn_of_the_plane_does_better():
    mean, target = cloud(0, size=2), cloud(1, size=2)
    best = np.linalg.norm(target - mean @ turns.turn_onto(mean, target))
    angles = np.linspace(0, 2 * np.pi, 3601)
    turned = [
        np.linalg.norm(target - mean @ (np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) * [1, mirror]))
        for a in angles
        for mirror in (1, -1)
    ]
    assert best <= min(turned)
    assert best == pytest.approx(min(turned), rel=1e-5)


def test_a_turn_changes_no_rate_no_volume_and_no_class():
    rng = np.random.default_rng(2)
    turn = ortho_group.rvs(3, random_state=2)
    mean, logvar = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    # KL(N(m, S) ‖ N(0, I)) for the full covariance that a turned posterior has
    covariance = turn.T @ (np.exp(logvar)[:, :, None] * turn)
    kl = 0.5 * (
        np.trace(covariance, axis1=1, axis2=2) + np.square(mean @ turn).sum(1) - 3 - np.log(np.linalg.det(covariance))
    )
    import torch

    rate = objective.rate_per_dimension(torch.tensor(mean), torch.tensor(logvar)).sum(1).numpy()
    np.testing.assert_allclose(kl, rate)
    np.testing.assert_allclose(log_volume(covariance), logvar.sum(1) / 2)
    classes = {k: Gaussian(mean[k], np.diag(np.exp(logvar[k]))) for k in range(2)}
    turned = {k: Gaussian(mean[k] @ turn, covariance[k]) for k in range(2)}
    z = rng.normal(size=(7, 3))
    np.testing.assert_allclose(class_scores.class_log_probs(turned, z @ turn), class_scores.class_log_probs(classes, z))


def test_runs_are_chained_from_the_reference_and_collapsed_ones_left_alone():
    first = cloud(3)
    hidden = [ortho_group.rvs(3, random_state=k) for k in range(5)]
    means = [(k + 1) * first @ turn for k, turn in enumerate(hidden)]
    means[3] = 1e-3 * means[3]  # collapsed
    found = turns.turn_neighbours(means, 1)
    for k in (0, 1, 2, 4):
        np.testing.assert_allclose(means[k] @ found.turn[k], (k + 1) * first @ hidden[1], atol=1e-9)
    np.testing.assert_array_equal(found.turn[[1, 3]], np.tile(np.eye(3), (2, 1, 1)))
    np.testing.assert_allclose(found.agreement, [1, 1, 1, np.nan, 1])


def test_common_axes_span_the_plane_the_classes_lie_in():
    rng = np.random.default_rng(4)
    plane = ortho_group.rvs(6, random_state=4)[:2]
    means = rng.normal(size=(3, 10, 2)) @ plane + rng.normal(size=(3, 1, 6))  # each run about a centre of its own
    axes = turns.common_axes(means)
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(axes.T @ axes, plane.T @ plane, atol=1e-9)
    np.testing.assert_array_equal(turns.common_axes(means[..., :2]), np.eye(2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: turns.turn_onto(np.ones((3, 2)), np.ones((4, 2))), r"means are \(3, 2\) and \(4, 2\)"),
        (lambda: turns.turn_onto(np.full((3, 2), np.nan), np.ones((3, 2))), "finite"),
        (lambda: turns.turn_neighbours([cloud(0)], 1), "reference is 1; allowed: 0 to 0"),
        (lambda: turns.turn_neighbours([cloud(0), cloud(0, count=5)], 0), "means are"),
        (lambda: turns.common_axes(np.ones((3, 10))), "class_means has shape"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_means_that_lie_at_the_origin_agree_with_nothing():
    assert np.isnan(turns.agreement(np.zeros((4, 2)), cloud(0, 4, 2)))
