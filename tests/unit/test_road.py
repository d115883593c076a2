"""Roads measured: densities by quadrature, posteriors by Bayes, speeds of known pictures, and films at even pace."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from vae_core import decoder_roads, film, path, road
from vae_core.gaussians import Gaussian
from vae_core.tour import TourError

PRIOR = np.array([0.2, 0.5, 0.3])
CENTRES = np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 1.0]])
COVARIANCES = np.array([np.eye(2), [[0.5, 0.2], [0.2, 0.6]], 2 * np.eye(2)])
CLASSES = [Gaussian(mean, covariance) for mean, covariance in zip(CENTRES, COVARIANCES, strict=True)]


def linear(z):
    """A decoder whose picture is 3 z₁ in one pixel and 4 z₁ in another: it moves at 5 a unit of z₁."""
    return np.stack([3 * z[..., 0], 4 * z[..., 0]], axis=-1)


def test_a_road_is_read_as_the_formulas_say():
    points = path.straight([0.0, 0.0], [4.0, 1.0], 9)
    reading = road.read(points, linear(points), CLASSES, PRIOR)
    density = np.stack(
        [multivariate_normal(m, c).pdf(points) for m, c in zip(CENTRES, COVARIANCES, strict=True)], axis=1
    )
    together = density @ PRIOR
    np.testing.assert_allclose(np.exp(reading.log_aggregate), together)
    np.testing.assert_allclose(reading.posterior, density * PRIOR / together[:, None])
    np.testing.assert_allclose(reading.log_prior, multivariate_normal(np.zeros(2), np.eye(2)).logpdf(points))
    np.testing.assert_allclose(reading.speed, 20.0)  # 4 along z₁ at 5 a unit, in one unit of time
    assert reading.image_length == pytest.approx(20.0)
    assert reading.latent_length == pytest.approx(np.hypot(4, 1))


def test_roads_read_together_are_read_as_each_alone():
    ways = [path.straight([0.0, 0.0], [4.0, 1.0], 9), path.straight([1.0, -1.0], [0.0, 2.0], 5)]
    steps = [path.step_lengths(linear(points)) for points in ways]
    for points, reading in zip(ways, road.read_together(ways, steps, CLASSES, PRIOR), strict=True):
        alone = road.read(points, linear(points), CLASSES, PRIOR)
        for one, other in zip(reading, alone, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_the_aggregate_posterior_is_a_density():
    lines = np.linspace(-12, 16, 281)
    z = np.stack(np.meshgrid(lines, lines, indexing="ij"), axis=-1).reshape(-1, 2)
    log_q = road.log_aggregate(road.class_log_densities(CLASSES, z), PRIOR)
    assert np.exp(log_q).sum() * (lines[1] - lines[0]) ** 2 == pytest.approx(1, abs=1e-6)


def test_a_road_needs_a_frame_a_point():
    points = path.straight([0.0, 0.0], [4.0, 1.0], 9)
    with pytest.raises(ValueError, match="9 points, 8 frames"):
        road.read(points, linear(points)[1:], CLASSES, PRIOR)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_passages_tell_the_road_back(named):
    found = road.passages(np.eye(4)[named])
    assert [digit for digit, first, last in found for _ in range(first, last + 1)] == named
    assert all(a.digit != b.digit and b.first == a.last + 1 for a, b in pairwise(found))
    met = road.passed(np.eye(4)[named], (named[0], named[-1]))
    assert set(met) == set(named) - {named[0], named[-1]}
    assert met == sorted(met, key=named.index)


@given(st.permutations(range(10)), st.integers(0, 9), st.integers(0, 9))
def test_stations_between_are_walked_the_way_one_goes(tour, a, b):
    there, back = road.between(tour, a, b), road.between(tour, b, a)
    assert there == back[::-1]
    whole = [a, *there, b] if a != b else [a]
    places = [tour.index(digit) for digit in whole]
    assert np.all(np.diff(places) == (1 if tour.index(b) > tour.index(a) else -1))


def test_a_station_that_is_not_on_the_tour_is_named():
    with pytest.raises(TourError, match="7 is not on the tour"):
        road.between([0, 1, 2], 0, 7)


digit_lists = st.lists(st.integers(2, 9), unique=True, max_size=4)


@given(digit_lists, st.lists(digit_lists, max_size=5))
def test_a_question_has_four_different_answers_and_one_is_right(answer, others):
    options = road.passing_options(answer, (0, 1), others)
    assert len(options) == len(set(options)) == 4
    assert road.told_digits(answer) in options
    assert not any("0" in option or "1" in option for option in options)


corner_lists = st.lists(
    st.tuples(st.integers(-5, 5), st.integers(-5, 5)).map(lambda pair: (float(pair[0]), float(pair[1]))),
    min_size=2,
    max_size=8,
)


@given(corner_lists, st.integers(10, 80))
def test_a_walk_is_even_and_its_corners_are_found(corners, n):
    corners = np.array(corners)
    walked = film.walk(linear, corners, n)
    assert walked.path.shape == (n, 2)
    np.testing.assert_array_equal(walked.frames, linear(walked.path))
    assert walked.corners[0] == 0
    assert walked.corners[-1] == n - 1
    assert (np.diff(walked.corners) >= 0).all()
    # A corner is at most half a step, of the length of the whole road, from the frame that is named for it.
    half_a_step = path.latent_length(corners) / (n - 1) / 2 + 1e-9
    apart = np.linalg.norm(walked.path[walked.corners] - corners, axis=1)
    assert (apart <= half_a_step).all() or path.latent_length(corners) == 0


def test_a_walk_even_in_the_image_waits_where_the_image_moves():
    squared = lambda z: z[..., :1] ** 2  # noqa: E731
    walked = film.walk(squared, [[0.0], [1.0], [2.0]], 41, "image")
    np.testing.assert_allclose(walked.path[:, 0], 2 * np.sqrt(np.linspace(0, 1, 41)), atol=5e-3)
    assert walked.corners.tolist() == [0, 10, 40]  # z = 1 is a quarter of the way from 0 to 4


def hill(z):
    """A flat sheet with a steep hill at the origin: the straight road over it is the long one."""
    return torch.cat([z, 4 * torch.exp(-z.square().sum(dim=1, keepdim=True))], dim=1)


def image_length(points):
    return path.image_length(hill(torch.tensor(path.resample(points, 200))).numpy())


def test_where_the_chord_is_as_short_as_any_road_the_grid_is_not_polished(monkeypatch):
    asked = []
    search = decoder_roads.geodesic
    monkeypatch.setattr(decoder_roads, "geodesic", lambda *a, **more: asked.append(more) or search(*a, **more))
    grid = decoder_roads.covering_grid(hill, np.array([[-3.0, -3.0], [3.0, 3.0]]))
    decoder_roads.decoder_road(hill, np.array([-2.0, 2.0]), np.array([2.0, 2.2]), grid)  # past the hill
    assert len(asked) == 1
    asked.clear()
    over = decoder_roads.decoder_road(hill, np.array([-2.0, 0.0]), np.array([2.0, 0.0]), grid)  # straight over it
    assert len(asked) == 2
    assert image_length(over) < 0.75 * image_length(np.array([[-2.0, 0.0], [2.0, 0.0]]))


@pytest.mark.parametrize("flat", [True, False])
def test_the_road_short_for_the_decoder_goes_round_the_hill(flat):
    start, end = np.array([-2.0, 0.1]), np.array([2.0, 0.1])
    grid = decoder_roads.covering_grid(hill, np.array([[-3.0, -3.0], [3.0, 3.0]])) if flat else None
    found = decoder_roads.decoder_road(hill, start, end, grid)
    np.testing.assert_allclose(found[[0, -1]], [start, end])
    assert image_length(found) < 0.75 * image_length(np.array([start, end]))


def test_a_road_from_a_place_to_itself_stays_there():
    here = np.array([0.3, 0.4])
    grid = decoder_roads.covering_grid(hill, np.array([[-3.0, -3.0], [3.0, 3.0]]))
    np.testing.assert_array_equal(decoder_roads.decoder_road(hill, here, here, grid), np.tile(here, (33, 1)))


def test_a_walk_of_one_frame_or_an_unknown_speed_is_refused():
    with pytest.raises(ValueError, match="1 points were asked for"):
        film.walk(linear, [[0.0, 0.0], [1.0, 0.0]], 1)
    with pytest.raises(ValueError, match="'fast'"):
        film.walk(linear, [[0.0, 0.0], [1.0, 0.0]], 5, "fast")
