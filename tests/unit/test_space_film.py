"""Films of spaces: what is drawn and what is kept make up the space again; planes keep what they say."""

import numpy as np
import pytest

from vae_core.latent_film import quantised
from vae_core.representations import linear_cka
from vae_core.space_film import alignment, course, leave_one_out_accuracy, space_film

RNG = np.random.default_rng(0)
given = np.arange(100) % 10


def cloud(dimensions: int, scale: float) -> np.ndarray:
    centres = RNG.normal(size=(10, dimensions)) * 3
    return (centres[given] + RNG.normal(size=(100, dimensions))) * scale + scale


def test_in_two_dimensions_nothing_is_lost():
    h = np.stack([cloud(2, scale) for scale in (0.01, 1, 300)])
    found = space_film([0, 1, 2], h, given)
    assert found.kept == 1
    points = found.film.points
    np.testing.assert_allclose(points * found.reach[:, None, None] + found.centre[:, None], h)
    np.testing.assert_allclose(np.linalg.norm(points, axis=-1).max(-1), 1)
    own = points[1, given == 3]
    np.testing.assert_allclose(found.film.class_covariance[1, 3], np.cov(own.T, bias=True))
    assert np.abs(quantised(points, found.film.limits)).max() <= 32_000


def test_the_prior_is_drawn_where_it_lies():
    h = np.stack([cloud(2, 1), cloud(2, 40)])
    found = space_film([0, 1], h, given)
    for s, (x, y, sigma) in enumerate(found.prior()):
        origin = (np.zeros(2) - found.centre[s]) / found.reach[s]
        to_the_right = (np.array([1.0, 0]) - found.centre[s]) / found.reach[s]
        np.testing.assert_allclose([x, y], origin)
        assert to_the_right[0] - origin[0] == pytest.approx(sigma)


def test_the_plane_is_that_of_the_last_class_means():
    h = np.stack([cloud(5, 1), cloud(5, 2)])
    found = space_film([0, 9], h, given)
    means = np.array([h[-1][given == c].mean(0) for c in range(10)])
    singular = np.linalg.svd(means - means.mean(0), compute_uv=False)
    assert found.kept == pytest.approx((singular[:2] ** 2).sum() / (singular**2).sum())
    drawn = found.film.class_mean[-1] * found.reach[-1]
    assert np.square(drawn - drawn.mean(0)).sum() == pytest.approx((singular[:2] ** 2).sum())


def test_course_and_alignment_are_of_each_step():
    a, b = np.stack([cloud(2, 1), cloud(2, 40)]), np.stack([cloud(3, 1), cloud(3, 5)])
    found = course(a, given)
    assert (found.accuracy > 0.3).all()
    assert found.spread[1] == pytest.approx(np.sqrt(a[1].var(axis=0).sum()))
    assert alignment(a, b).tolist() == [linear_cka(a[0], b[0]), linear_cka(a[1], b[1])]


def test_a_collapsed_step_is_refused():
    with pytest.raises(ValueError, match="number 1"):
        space_film([0, 1], np.stack([cloud(2, 1), np.zeros((100, 2))]), given)


def test_leaving_one_out_is_what_it_says():
    h, labels = RNG.normal(size=(50, 2)), np.arange(50) % 10
    right = 0
    for i in range(50):
        kept = np.arange(50) != i
        means = np.array([h[kept & (labels == c)].mean(0) for c in range(10)])
        right += np.linalg.norm(means - h[i], axis=1).argmin() == labels[i]
    assert leave_one_out_accuracy(h, labels) == pytest.approx(right / 50)
    with pytest.raises(ValueError, match="two or more"):
        leave_one_out_accuracy(h[:10], labels[:10])
