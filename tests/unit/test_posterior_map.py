"""Planes through latent space, and maps on them whose borders are known."""

import numpy as np
import pytest

from vae_core import posterior_map
from vae_core.gaussians import Gaussian
from vae_core.mixture import GaussianMixture, class_posterior

RNG = np.random.default_rng(0)


def random_slice(d: int = 5) -> posterior_map.Slice:
    axes = np.linalg.qr(RNG.normal(size=(d, 2)))[0].T
    return posterior_map.Slice(axes, RNG.normal(size=d))


def test_points_of_a_slice_lie_in_it_and_have_their_coordinates():
    plane = random_slice()
    xy = RNG.normal(size=(7, 2))
    z = plane.points(xy)
    np.testing.assert_allclose(plane.coordinates(z), xy)
    np.testing.assert_allclose(plane.points(plane.coordinates(plane.through)), plane.through)
    beside = (z - plane.through) - (z - plane.through) @ plane.axes.T @ plane.axes
    np.testing.assert_allclose(beside, 0, atol=1e-12)


def test_coordinates_along_dimensions_are_values_of_z():
    plane = posterior_map.Slice(np.eye(4)[[2, 0]], np.array([9.0, 8.0, 7.0, 6.0]))
    np.testing.assert_allclose(plane.points(np.array([0.5, -1.5])), [-1.5, 8, 0.5, 6])


def test_the_window_holds_three_standard_deviations():
    plane = random_slice()
    factor = RNG.normal(size=(5, 5))
    shown = posterior_map.window(plane, np.ones(5), factor @ factor.T)
    spread = [np.sqrt(axis @ factor @ factor.T @ axis) for axis in plane.axes]
    assert shown.half == pytest.approx(3 * max(spread))
    np.testing.assert_allclose(shown.centre, plane.axes.sum(axis=1))


def test_two_equal_gaussians_are_divided_by_their_bisector():
    densities = {0: Gaussian([-1.0, 0.0], np.eye(2)), 1: Gaussian([1.0, 0.0], np.eye(2))}
    plane, shown = posterior_map.Slice(np.eye(2), np.zeros(2)), posterior_map.Window(np.array([0.25, 1.0]), 2.0)
    found = posterior_map.posterior_map(densities, np.array([0.5, 0.5]), plane, shown, 20)
    assert found.step == pytest.approx(0.2)
    np.testing.assert_allclose([found.xy.min(axis=0), found.xy.max(axis=0)], [[-1.65, -0.9], [2.15, 2.9]])
    np.testing.assert_array_equal(found.named, found.xy[:, 0] > 0)
    p = 1 / (1 + np.exp(-2 * np.abs(found.xy[:, 0])))  # log odds of equal Gaussians at ±1
    np.testing.assert_allclose(found.probability, p)
    np.testing.assert_allclose(found.entropy, -p * np.log(p) - (1 - p) * np.log(1 - p))


def test_a_map_of_mixtures_is_bayes_rule_at_every_place():
    densities = {k: GaussianMixture(RNG.normal(size=(6, 5)), RNG.normal(size=(6, 5))) for k in range(3)}
    prior, plane = np.array([0.2, 0.5, 0.3]), random_slice()
    found = posterior_map.posterior_map(densities, prior, plane, posterior_map.Window(np.zeros(2), 3.0), 9)
    for i in (0, 40, 80):
        z = plane.points(found.xy[i])
        posterior = class_posterior(np.array([[densities[k].log_prob(z) for k in range(3)]]), prior)[0]
        assert found.named[i] == posterior.argmax()
        assert found.probability[i] == pytest.approx(posterior.max())


def test_names_stand_deep_inside_the_largest_region():
    side = 20
    xy = np.stack([np.tile(np.arange(side), side), np.repeat(np.arange(side), side)], axis=1).astype(float)
    named = np.full((side, side), 0)
    named[2:9, 3:10] = 1  # a square of 7 × 7, its middle at x = 6, y = 5
    named[15:18, 15:18] = 1  # and a smaller one
    named[0, 19] = 2  # too small for a name
    found = posterior_map.PosteriorMap(xy, 1.0, named.ravel(), np.ones(400), np.zeros(400))
    places = posterior_map.name_places(found)
    assert set(places) == {0, 1}
    np.testing.assert_array_equal(places[1], [6, 5])
    assert named[int(places[0][1]), int(places[0][0])] == 0
