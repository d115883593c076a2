"""Gaussians by oracle: scipy, numerical integrals, closed forms in one dimension, and what each distance must obey."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.linalg import sqrtm

from vae_core import gaussians
from vae_core.gaussians import Gaussian, SingularCovarianceError

NEED_DENSITY = [gaussians.kl, gaussians.symmetric_kl, gaussians.bhattacharyya]


def random_gaussian(rng, d):
    factor = rng.normal(size=(d, d))
    return rng.normal(size=d), factor @ factor.T + 0.3 * np.eye(d)


def grid_integral(function, half_width=14, steps=1401):
    """∫ function(z) dz over a square of the plane; the trapezoid rule is all but exact for what decays smoothly."""
    axis = np.linspace(-half_width, half_width, steps)
    z = np.stack(np.meshgrid(axis, axis), axis=-1)
    return function(z).sum() * (axis[1] - axis[0]) ** 2


@pytest.mark.parametrize("d", [1, 2, 16])
def test_log_density_and_entropy_agree_with_scipy(d):
    rng = np.random.default_rng(d)
    mean, covariance = random_gaussian(rng, d)
    z = rng.normal(size=(3, 5, d))
    reference = stats.multivariate_normal(mean, covariance)
    np.testing.assert_allclose(
        gaussians.log_density(z, mean, covariance), reference.logpdf(z).reshape(3, 5), rtol=1e-10
    )
    assert gaussians.entropy(covariance) == pytest.approx(reference.entropy(), rel=1e-12)


def test_kl_bhattacharyya_and_entropy_agree_with_integrals_over_the_plane():
    rng = np.random.default_rng(0)
    p, q = (Gaussian(mean, 0.5 * covariance) for mean, covariance in (random_gaussian(rng, 2) for _ in range(2)))

    def expected_under_p(f):
        return grid_integral(lambda z: np.exp(p.log_prob(z)) * f(z))

    assert expected_under_p(lambda z: 1) == pytest.approx(1, abs=1e-9)
    kl = expected_under_p(lambda z: p.log_prob(z) - q.log_prob(z))
    overlap = grid_integral(lambda z: np.exp(0.5 * (p.log_prob(z) + q.log_prob(z))))
    pair = (p.mean, p.covariance, q.mean, q.covariance)
    assert gaussians.kl(*pair) == pytest.approx(kl, rel=1e-8)
    assert gaussians.bhattacharyya(*pair) == pytest.approx(-np.log(overlap), rel=1e-8)
    assert gaussians.entropy(p.covariance) == pytest.approx(-expected_under_p(p.log_prob), rel=1e-8)
    assert gaussians.symmetric_kl(*pair) == pytest.approx(kl + gaussians.kl(*pair[2:], *pair[:2]))


def test_wasserstein_agrees_with_the_monotone_coupling_in_one_dimension():
    p, q = stats.norm(0.3, 0.5), stats.norm(-1.2, 2.0)
    squared, _ = integrate.quad(lambda u: (p.ppf(u) - q.ppf(u)) ** 2, 0, 1)
    ours = gaussians.wasserstein2([0.3], [[0.25]], [-1.2], [[4.0]])
    assert ours == pytest.approx(np.sqrt(squared), rel=1e-6)


def test_wasserstein_agrees_with_the_matrix_square_root_formula():
    rng = np.random.default_rng(1)
    (mean0, covariance0), (mean1, covariance1) = random_gaussian(rng, 5), random_gaussian(rng, 5)
    root = sqrtm(covariance0)
    squared = ((mean0 - mean1) ** 2).sum() + np.trace(
        covariance0 + covariance1 - 2 * sqrtm(root @ covariance1 @ root).real
    )
    assert gaussians.wasserstein2(mean0, covariance0, mean1, covariance1) == pytest.approx(np.sqrt(squared))


def test_wasserstein_of_singular_covariances():
    point, along_x, along_y = np.zeros((2, 2)), np.diag([4.0, 0]), np.diag([0, 9.0])
    origin = np.zeros(2)
    assert gaussians.wasserstein2(origin, point, [3, 4], point) == pytest.approx(5)
    assert gaussians.wasserstein2(origin, along_x, origin, point) == pytest.approx(2)
    assert gaussians.wasserstein2(origin, along_x, origin, along_y) == pytest.approx(np.sqrt(4 + 9))
    flat = np.outer([1, 2, 3], [1, 2, 3]).astype(float)
    assert gaussians.wasserstein2(np.ones(3), flat, np.ones(3), flat) < 1e-12


def test_a_gaussian_is_at_distance_zero_from_itself():
    mean, covariance = random_gaussian(np.random.default_rng(2), 16)
    for distance in gaussians.METRICS.values():
        assert distance(mean, covariance, mean, covariance) == pytest.approx(0, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 6))
def test_invariances_and_the_triangle_inequality(seed, d):
    rng = np.random.default_rng(seed)
    a, b, c = (random_gaussian(rng, d) for _ in range(3))
    rotation, _ = np.linalg.qr(rng.normal(size=(d, d)))
    stretch = rotation * rng.uniform(0.5, 2, size=d)

    def moved(gaussian, matrix):
        mean, covariance = gaussian
        return matrix @ mean + 1, matrix @ covariance @ matrix.T

    for name, distance in gaussians.METRICS.items():
        # Distances in latent units survive rotations; the ones in nats every invertible linear map.
        matrix = stretch if name in ("bhattacharyya", "symmetric_kl") else rotation
        there, back = distance(*a, *b), distance(*b, *a)
        assert there == pytest.approx(back)
        assert there >= 0
        assert there == pytest.approx(distance(*moved(a, matrix), *moved(b, matrix)))
    assert gaussians.kl(*a, *b) >= 0
    assert gaussians.wasserstein2(*a, *c) <= gaussians.wasserstein2(*a, *b) + gaussians.wasserstein2(*b, *c) + 1e-9


def test_bhattacharyya_is_not_a_metric():
    one = np.eye(1)
    whole = gaussians.bhattacharyya([0.0], one, [4.0], one)
    in_two_steps = 2 * gaussians.bhattacharyya([0.0], one, [2.0], one)
    assert whole > in_two_steps


@pytest.mark.parametrize(
    "covariance",
    [np.diag([1.0, 0.0]), np.zeros((2, 2)), np.array([[1.0, 2.0], [2.0, 4.0]]), 1e-30 * np.ones((2, 2))],
)
def test_densities_refuse_singular_covariances(covariance):
    for distance in NEED_DENSITY:
        with pytest.raises(SingularCovarianceError, match=r"covariance1 is singular.*wasserstein2"):
            distance(np.zeros(2), np.eye(2), np.zeros(2), covariance)
    with pytest.raises(SingularCovarianceError):
        gaussians.entropy(covariance)
    with pytest.raises(SingularCovarianceError):
        Gaussian(np.zeros(2), covariance).log_prob(np.zeros(2))


def test_unequal_scales_are_not_singular():
    scales = np.array([1e-9, 1.0, 1e6])
    _, covariance = random_gaussian(np.random.default_rng(3), 3)
    scaled = covariance * np.outer(scales, scales)
    assert gaussians.entropy(scaled) == pytest.approx(gaussians.entropy(covariance) + np.log(scales).sum())


def test_pairwise_distances_hold_every_pair():
    rng = np.random.default_rng(4)
    means, covariances = map(np.stack, zip(*(random_gaussian(rng, 3) for _ in range(4)), strict=True))
    for name, distance in gaussians.METRICS.items():
        table = gaussians.pairwise_distances(means, covariances, name)
        brute_force = [
            [distance(means[i], covariances[i], means[j], covariances[j]) for j in range(4)] for i in range(4)
        ]
        np.testing.assert_allclose(table, brute_force, atol=1e-12)
    covariances[2, 0] = covariances[2, :, 0] = 0
    assert np.isfinite(gaussians.pairwise_distances(means, covariances, "wasserstein2")).all()
    with pytest.raises(SingularCovarianceError, match=r"covariances\[2\]"):
        gaussians.pairwise_distances(means, covariances, "bhattacharyya")
    with pytest.raises(ValueError, match="'cosine'; choose one of euclidean"):
        gaussians.pairwise_distances(means, covariances, "cosine")
    with pytest.raises(ValueError, match="4 means came with 3"):
        gaussians.pairwise_distances(means, covariances[:3], "euclidean")


@pytest.mark.parametrize("covariance", [np.array([[2.0, 0.6], [0.6, 0.5]]), np.array([[1.0, 2.0], [2.0, 4.0]])])
def test_gaussian_samples_have_its_moments(covariance):
    n = 200_000
    z = Gaussian([1.0, -2.0], covariance).sample(n, seed=0)
    np.testing.assert_allclose(z.mean(axis=0), [1, -2], atol=5 * np.sqrt(covariance.max() / n))
    np.testing.assert_allclose(np.cov(z.T), covariance, atol=5 * covariance.max() * np.sqrt(2 / n))
    np.testing.assert_array_equal(z, Gaussian([1.0, -2.0], covariance).sample(n, seed=0))


@pytest.mark.parametrize(
    ("mean", "covariance", "message"),
    [
        (np.zeros(2), np.eye(3), r"shape \(3, 3\); it must be \(2, 2\)"),
        (np.zeros(2), np.ones(2), r"shape \(2,\)"),
        (np.zeros((2, 2)), np.eye(2), r"mean has shape \(2, 2\)"),
        (np.array([0, np.nan]), np.eye(2), "mean holds NaN"),
        (np.zeros(2), np.array([[1, np.inf], [np.inf, 1]]), "covariance holds NaN or infinity"),
        (np.zeros(2), np.array([[1, 0.5], [0.4, 1]]), "not symmetric: mirrored entries differ by up to 0.1"),
        (np.zeros(2), np.array([[1.0, 2.0], [2.0, 1.0]]), "not positive semi-definite: its smallest eigenvalue is -1"),
    ],
)
def test_what_is_no_gaussian_is_refused(mean, covariance, message):
    with pytest.raises(ValueError, match=message):
        Gaussian(mean, covariance)


def test_points_of_another_dimension_are_refused():
    with pytest.raises(ValueError, match="z has 3 dimensions where 2 are needed"):
        gaussians.log_density(np.zeros((4, 3)), np.zeros(2), np.eye(2))
    with pytest.raises(ValueError, match="mean1 has 3 dimensions where 2"):
        gaussians.kl(np.zeros(2), np.eye(2), np.zeros(3), np.eye(3))
