"""Contours by what they must be: on the level, closed, of the right length, around the right mass."""

import numpy as np
import pytest

from vae_core.contours import contour, mass_level
from vae_core.ellipses import mass_within

X, Y = np.linspace(-4, 4, 121), np.linspace(-4.2, 4, 140)
SQUARES = X[None, :] ** 2 + Y[:, None] ** 2


def test_the_contour_of_a_cone_is_a_closed_circle():
    start, end = contour(X, Y, np.sqrt(SQUARES), 2.0)
    np.testing.assert_allclose(np.linalg.norm(start, axis=1), 2, atol=2e-3)
    assert np.linalg.norm(end - start, axis=1).sum() == pytest.approx(2 * np.pi * 2, rel=1e-3)
    _, times = np.unique(np.concatenate([start, end]).round(9), axis=0, return_counts=True)
    assert (times == 2).all()


@pytest.mark.parametrize("turn", [1, -1])
def test_a_saddle_joins_the_corners_that_the_middle_belongs_to(turn):
    for middle in (0.2, -0.2):
        values = turn * np.array([[1.0, -1.0], [-1.0, 1.0]]) + middle
        start, end = contour([0, 1], [0, 1], values, 0.0)
        assert len(start) == 2
        # Each segment cuts off one corner of the sign opposite to the middle's.
        cut = {tuple(corner) for corner in np.rint((start + end) / 2).astype(int)}
        expected = {(x, y) for y in (0, 1) for x in (0, 1) if np.sign(values[y, x]) != np.sign(middle)}
        assert cut == expected


def test_every_crossing_of_rough_values_is_joined_twice_inside_the_grid():
    values = np.random.default_rng(1).normal(size=(20, 31))
    values[[0, -1]], values[:, [0, -1]] = -9, -9  # nothing leaves the grid
    start, end = contour(np.arange(31), np.arange(20), values, 0.1)
    _, times = np.unique(np.concatenate([start, end]).round(9), axis=0, return_counts=True)
    assert (times == 2).all()


@pytest.mark.parametrize("n_sigma", [1, 2])
def test_the_mass_of_a_gaussian_lies_within_its_ellipse(n_sigma):
    density = np.exp(-0.5 * SQUARES)
    level = mass_level(density, float(mass_within(n_sigma, 2)))
    assert level == pytest.approx(np.exp(-0.5 * n_sigma**2), rel=0.02)


@pytest.mark.parametrize(("density", "mass"), [([1.0, -1.0], 0.5), ([0.0, 0.0], 0.5), ([1.0], 0.0), ([1.0], 1.0)])
def test_what_has_no_mass_level_is_refused(density, mass):
    with pytest.raises(ValueError, match=r"density|mass"):
        mass_level(density, mass)


def test_values_that_do_not_fit_the_grid_are_refused():
    with pytest.raises(ValueError, match="shape"):
        contour(X, Y, SQUARES.T, 1.0)
