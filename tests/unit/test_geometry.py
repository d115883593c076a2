"""Volume and direction of Gaussians with known answers, and under rotation; outlines against their own definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import hadamard
from scipy.stats import ortho_group

from vae_core.ellipses import ellipse, ellipsoid, mass_within, section
from vae_core.geometry import (
    aggregate_moments,
    axis_angles,
    effective_dimensions,
    log_volume,
    principal_axes,
    project,
)


def gaussian(variances, seed):
    """A covariance with these variances along random axes; the axes are rows."""
    axes = ortho_group.rvs(len(variances), random_state=seed) if len(variances) > 1 else np.eye(1)
    return axes.T @ np.diag(variances) @ axes, axes


variances = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=6)


@given(variances=variances, seed=st.integers(0, 999))
def test_volume_and_spread_are_those_of_the_eigenvalues_in_any_rotation(variances, seed):
    covariance, _ = gaussian(variances, seed)
    assert log_volume(covariance) == pytest.approx(0.5 * np.log(variances).sum(), abs=1e-6)
    assert effective_dimensions(covariance) == pytest.approx(sum(variances) ** 2 / np.square(variances).sum())
    found = principal_axes(covariance)
    np.testing.assert_allclose(found.variances, sorted(variances, reverse=True), rtol=1e-6)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(len(variances)), atol=1e-10)
    np.testing.assert_allclose(
        found.axes.T @ np.diag(found.variances) @ found.axes, covariance, atol=1e-9 * max(variances)
    )


def test_volume_is_that_of_points_within_one_sigma():
    # Monte Carlo: the share of a box that lies in the ellipse, beside the unit disc's π.
    covariance = np.array([[2.0, 1.2], [1.2, 1.0]])
    points = np.random.default_rng(0).uniform(-2, 2, size=(400_000, 2))
    inside = np.einsum("ni,ij,nj->n", points, np.linalg.inv(covariance), points) <= 1
    assert log_volume(covariance) == pytest.approx(np.log(16 * inside.mean() / np.pi), abs=0.01)


def test_singular_covariances_have_no_volume_and_do_not_warn():
    flat = np.outer([3.0, 4.0], [3.0, 4.0])
    assert log_volume(flat) == -np.inf
    assert log_volume(np.zeros((3, 3))) == -np.inf
    assert effective_dimensions(flat) == pytest.approx(1)
    assert effective_dimensions(np.zeros((3, 3))) == 0
    # Flat up to float32's rounding: no volume when it comes as float32, a real one when it is meant in float64.
    nearly = np.diag([1.0, 1e-8])
    assert log_volume(nearly.astype(np.float32)) == -np.inf
    assert log_volume(nearly) == pytest.approx(0.5 * np.log(1e-8))
    many = np.stack([np.eye(2), flat, 4 * np.eye(2)])
    np.testing.assert_allclose(log_volume(many), [0, -np.inf, np.log(4)], atol=1e-12)
    np.testing.assert_allclose(effective_dimensions(many), [2, 1, 2])


@given(seed=st.integers(0, 999), d=st.integers(2, 6))
def test_axes_have_one_sign_whichever_way_they_were_given(seed, d):
    covariance, axes = gaussian(2.0 ** np.arange(d, 0, -1), seed)
    found = principal_axes(covariance).axes
    np.testing.assert_allclose(np.abs(np.sum(found * axes, axis=1)), 1, atol=1e-9)
    assert (found[np.arange(d), np.abs(found).argmax(axis=1)] > 0).all()


def test_of_entries_equally_large_the_first_is_positive():
    axes = principal_axes([[2.0, -1.0], [-1.0, 2.0]]).axes
    np.testing.assert_allclose(axes, np.array([[1, -1], [1, 1]]) / np.sqrt(2))
    halves = hadamard(4) / 2  # rounding makes one entry or another of each axis the largest
    for seed in range(10):
        variances = np.sort(np.random.default_rng(seed).uniform(0.1, 3, 4))[::-1]
        axes = principal_axes(halves.T @ np.diag(variances) @ halves).axes
        np.testing.assert_allclose(axes, halves, atol=1e-12)


@given(degrees=st.floats(0, 360), seed=st.integers(0, 99), d=st.integers(2, 5), length=st.floats(0.1, 10))
def test_the_angle_between_two_axes_is_the_one_they_were_turned_by(degrees, seed, d, length):
    turn = ortho_group.rvs(d, random_state=seed)
    radians = np.radians(degrees)
    other = length * (np.cos(radians) * turn[0] + np.sin(radians) * turn[1])
    angles = axis_angles(np.stack([turn[0], other]))
    folded = min(degrees % 180, 180 - degrees % 180)
    np.testing.assert_allclose(angles, [[0, folded], [folded, 0]], atol=1e-9)


@given(sigma=st.floats(0, 5), variances=st.lists(st.floats(0.01, 100), min_size=2, max_size=2), seed=st.integers(0, 99))
def test_every_vertex_of_an_ellipse_is_n_sigma_from_the_mean(sigma, variances, seed):
    covariance, _ = gaussian(variances, seed)
    mean = np.array([3.0, -2.0])
    polygon = ellipse(mean, covariance, sigma, points=37)
    away = polygon - mean
    mahalanobis = np.sqrt(np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away))
    np.testing.assert_allclose(mahalanobis, sigma, atol=1e-6)
    assert polygon.shape == (37, 2)
    assert (polygon[0] == polygon[-1]).all()


def test_many_ellipses_at_once_are_those_of_each():
    chance = np.random.default_rng(0)
    roots = chance.normal(size=(3, 4, 2, 2))
    means, covariances = chance.normal(size=(3, 4, 2)), roots @ np.swapaxes(roots, -1, -2)
    together = ellipse(means, covariances, 1.5, points=9)
    assert together.shape == (3, 4, 9, 2)
    np.testing.assert_allclose(together[2, 1], ellipse(means[2, 1], covariances[2, 1], 1.5, points=9))


def test_the_cut_of_an_ellipsoid_lies_on_it_and_inside_its_shadow():
    rng = np.random.default_rng(3)
    mixing, axes = rng.normal(size=(5, 5)), np.linalg.qr(rng.normal(size=(5, 5)))[0][:2]
    covariance = mixing @ mixing.T
    cut = section(covariance, axes)
    rim = ellipse(np.zeros(2), cut, 1.7) @ axes  # back in five dimensions
    np.testing.assert_allclose(np.einsum("nd,de,ne->n", rim, np.linalg.inv(covariance), rim), 1.7**2)
    assert (np.linalg.eigvalsh(axes @ covariance @ axes.T - cut) > 0).all()
    with pytest.raises(ValueError, match="singular"):
        section(np.diag([1.0, 1.0, 0.0]), np.eye(3)[:2])


def test_the_ellipse_holds_the_stated_mass():
    covariance, _ = gaussian([4.0, 0.3, 1.0], 1)
    samples = np.random.default_rng(2).multivariate_normal(np.zeros(3), covariance, size=200_000)
    distance = np.sqrt(np.einsum("ni,ij,nj->n", samples, np.linalg.inv(covariance), samples))
    for sigma in (0.5, 1.0, 2.0):
        assert (distance <= sigma).mean() == pytest.approx(mass_within(sigma, 3), abs=0.005)
    assert mass_within(1, 2) == pytest.approx(1 - np.exp(-0.5))


@pytest.mark.parametrize("rings", [2, 5, 24])
def test_the_ellipsoid_is_a_closed_outward_surface_of_the_right_volume(rings):
    covariance, _ = gaussian([4.0, 1.0, 0.25], 7)
    mean = np.array([1.0, 2.0, 3.0])
    mesh = ellipsoid(mean, covariance, 2.0, rings)
    corner = mesh.vertices[mesh.triangles]
    edges = np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]], mesh.triangles[:, [2, 0]]])
    there = {tuple(edge) for edge in edges.tolist()}
    assert len(there) == len(edges)  # every edge is walked once each way: closed and consistently turned
    assert there == {(b, a) for a, b in there}
    assert len(mesh.vertices) - len(edges) // 2 + len(mesh.triangles) == 2  # Euler, a sphere
    away = mesh.vertices - mean
    np.testing.assert_allclose(np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away), 4)
    volume = np.linalg.det(corner - mean).sum() / 6  # signed: positive only if the triangles face outwards
    whole = 4 / 3 * np.pi * 2**3 * np.exp(log_volume(covariance))
    assert 0 < volume < whole
    assert volume == pytest.approx(whole, rel=6 / rings**2)


def test_projecting_is_taking_the_marginal():
    rng = np.random.default_rng(3)
    means = rng.normal(size=(4, 5))
    covariances = np.stack([gaussian(rng.uniform(0.1, 2, 5), seed)[0] for seed in range(4)])
    seen = project(means, covariances, np.eye(5)[[3, 1]], origin=means[0])
    np.testing.assert_allclose(seen.mean, (means - means[0])[:, [3, 1]])
    np.testing.assert_allclose(seen.covariance, covariances[:, [[3], [1]], [3, 1]])
    axes = ortho_group.rvs(5, random_state=0)
    assert project(means, covariances, axes).kept == pytest.approx(1)
    shares = [project(means, covariances, axis[None]).kept for axis in axes]
    assert sum(shares) == pytest.approx(1)
    best = principal_axes(np.cov(means.T)).axes[:1]
    assert project(means, covariances, best).kept >= max(shares)
    assert project(means[:1], covariances[:1], axes).kept == 1


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=5), seed=st.integers(0, 999))
def test_moments_of_the_whole_are_those_of_all_points_together(sizes, seed):
    rng = np.random.default_rng(seed)
    parts = [rng.normal(rng.normal(size=3), rng.uniform(0.1, 3), size=(size, 3)) for size in sizes]
    whole = np.concatenate(parts)
    found = aggregate_moments(
        [part.mean(axis=0) for part in parts], [np.cov(part.T, bias=True) for part in parts], sizes
    )
    np.testing.assert_allclose(found.mean, whole.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(found.covariance, np.cov(whole.T, bias=True), atol=1e-10)
    np.testing.assert_allclose(found.within + found.between, found.covariance)


@pytest.mark.parametrize(
    ("covariance", "says"),
    [
        ([1.0, 2.0], "square"),
        (np.ones((2, 3)), "square"),
        (np.zeros((0, 0)), "square"),
        ([[1.0, np.nan], [np.nan, 1.0]], "finite"),
        ([[1.0, 0.5], [0.0, 1.0]], "symmetric"),
        ([[1.0, 2.0], [2.0, 1.0]], "negative eigenvalue; this one has -1"),
        (np.stack([np.eye(2), -np.eye(2)]), "negative eigenvalue"),
    ],
)
def test_what_is_no_covariance_is_refused(covariance, says):
    for use in (log_volume, principal_axes, effective_dimensions):
        with pytest.raises(ValueError, match=says):
            use(covariance)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: axis_angles([[1.0, 0.0], [0.0, 0.0]]), "Axis 1 is zero"),
        (lambda: axis_angles([1.0, 0.0]), "shape"),
        (lambda: ellipse([0, 0, 0], np.eye(3)), "2-D Gaussian"),
        (lambda: ellipse([0, 0], np.eye(2), -1), "0 or more"),
        (lambda: ellipse([0, 0], np.eye(2), points=3), "at least 4"),
        (lambda: ellipsoid([0, 0], np.eye(2)), "3-D Gaussian"),
        (lambda: ellipsoid([0, 0, 0], np.eye(3), rings=1), "at least 2"),
        (lambda: project(np.zeros((2, 3)), np.stack([np.eye(3)] * 2), np.eye(2)), r"\(k, 3\)"),
        (lambda: project(np.zeros((2, 3)), np.stack([np.eye(3)] * 2), 2 * np.eye(3)), "right angles"),
        (lambda: project(np.zeros((2, 3)), np.eye(3), np.eye(3)), "do not fit"),
        (lambda: aggregate_moments(np.zeros((2, 1)), np.ones((2, 1, 1)), [1]), "needs a count"),
        (lambda: aggregate_moments(np.zeros((2, 1)), np.ones((2, 1, 1)), [0, 0]), "not all 0"),
        (lambda: aggregate_moments(np.zeros((2, 1)), np.ones((2, 1, 1)), [2, -1]), "none negative"),
        (lambda: aggregate_moments(np.full((2, 1), np.inf), np.ones((2, 1, 1)), [1, 1]), "finite"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
