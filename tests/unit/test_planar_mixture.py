"""A mixture in a plane: its exact marginal, and its density against scipy and the mixture's own."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from vae_core import planar_mixture
from vae_core.mixture import GaussianMixture

RNG = np.random.default_rng(0)
MIXTURE = GaussianMixture(RNG.normal(size=(7, 5)), RNG.normal(-1, 0.5, size=(7, 5)))
TURNED = np.linalg.qr(RNG.normal(size=(5, 2)))[0].T


@pytest.mark.parametrize("axes", [np.eye(5)[[3, 1]], TURNED], ids=["dimensions", "turned"])
def test_moments_of_the_marginal_are_projected_moments(axes):
    mean, covariance = planar_mixture.project(MIXTURE, axes).moments()
    np.testing.assert_allclose(mean, axes @ MIXTURE.mean())
    np.testing.assert_allclose(covariance, axes @ MIXTURE.covariance() @ axes.T)


@pytest.mark.parametrize("axes", [np.eye(5)[[3, 1]], TURNED], ids=["dimensions", "turned"])
def test_density_is_that_of_the_blurred_components_and_holds_all_mass(axes):
    planar = planar_mixture.project(MIXTURE, axes)
    grid = planar_mixture.grid_around(np.array([[-6.0, -5.0], [6.0, 5.0]]), 70)
    found = planar_mixture.density(planar, grid)
    blur = (0.6 * grid.cell) ** 2 * np.eye(2)
    parts = [multivariate_normal(m, c + blur).pdf(grid.points()) for m, c in zip(*planar, strict=True)]
    np.testing.assert_allclose(found, np.mean(parts, axis=0), rtol=1e-9, atol=1e-15)
    assert found.sum() * grid.cell**2 == pytest.approx(1, abs=1e-3)


def test_a_component_narrower_than_a_cell_keeps_its_mass_wherever_it_lies():
    grid = planar_mixture.grid_around(np.array([[-1.0, -1.0], [1.0, 1.0]]), 20)
    for offset in (0.0, 0.3, 0.5):
        at = np.array([[offset * grid.cell, 0.0]])
        narrow = planar_mixture.PlanarMixture(at, 1e-8 * np.eye(2)[None])
        assert planar_mixture.density(narrow, grid).sum() * grid.cell**2 == pytest.approx(1, abs=0.01)
        assert planar_mixture.is_blurred(narrow, grid)


def test_the_first_images_are_a_mixture_of_their_own():
    few = GaussianMixture(MIXTURE.component_mean[:3], MIXTURE.component_logvar[:3])
    mean, covariance = planar_mixture.project(MIXTURE, TURNED).first(3).moments()
    np.testing.assert_allclose(mean, TURNED @ few.mean())
    np.testing.assert_allclose(covariance, TURNED @ few.covariance() @ TURNED.T)


@pytest.mark.parametrize("axes", [np.eye(5)[:1], np.ones((2, 5)), np.eye(4)[:2]])
def test_what_spans_no_plane_is_refused(axes):
    with pytest.raises(ValueError, match=r"axes"):
        planar_mixture.project(MIXTURE, axes)
