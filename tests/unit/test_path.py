"""Paths with known lengths, and geodesics on surfaces whose shortest paths are known: sphere, cylinder, bent plane."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vae_core.geodesic import geodesic
from vae_core.image_grid import grid_geodesic, grid_path, image_grid, joined
from vae_core.path import (
    cumulative_length,
    image_length,
    latent_length,
    resample,
    step_lengths,
    straight,
    through,
)

coordinates = st.floats(-10, 10).map(lambda x: round(x, 6))  # no subnormal steps
walks = st.tuples(st.integers(2, 12), st.integers(1, 4)).flatmap(
    lambda shape: arrays(float, shape, elements=coordinates)
)


def sphere(z):
    """Longitude and latitude -> the unit sphere: a shortest path is an arc of a great circle."""
    longitude, latitude = z[:, 0], z[:, 1]
    return torch.stack([latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()], dim=1)


def bent_plane(z):
    """A plane under curved coordinates, then turned: its shortest paths are straight in the plane, not in z."""
    return torch.stack([z[:, 0], z[:, 1] + z[:, 0] ** 2, 0 * z[:, 0]], dim=1)


def hill(z):
    """A flat sheet with a steep hill at the origin: the straight road over it is the long one."""
    return torch.cat([z, 4 * torch.exp(-z.square().sum(dim=1, keepdim=True))], dim=1)


def decoded(decode, path):
    return decode(torch.tensor(path)).numpy()


@given(walks, st.integers(2, 50))
def test_constant_latent_speed_keeps_the_ends_and_evens_the_pace(path, n):
    walked = resample(path, n)
    assert walked.shape == (n, path.shape[1])
    assert (walked[[0, -1]] == path[[0, -1]]).all()
    assert latent_length(walked) <= latent_length(path) + 1e-9  # corners are cut, never added
    along = np.interp(np.linspace(0, latent_length(path), n), cumulative_length(path), np.arange(len(path)))
    for point, index in zip(walked, along, strict=True):  # each is on the leg it should be on, in the right place
        leg = min(int(index), len(path) - 2)
        np.testing.assert_allclose(point, path[leg] + (index - leg) * (path[leg + 1] - path[leg]), atol=1e-6)


@given(st.integers(2, 40), st.floats(-5, 5), st.floats(0.1, 5))
def test_a_straight_path_is_even_and_as_long_as_its_chord(n, start, length):
    path = straight([start, 0.0], [start, length], n)
    np.testing.assert_allclose(step_lengths(path), length / (n - 1))
    assert latent_length(path) == pytest.approx(length)


def test_through_meets_every_station():
    stations = np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.5], [0.0, 0.0]])
    path = through(stations, 5)
    assert len(path) == 16
    np.testing.assert_array_equal(path[::5], stations)
    assert latent_length(path) == pytest.approx(5 + 0.5 + np.hypot(3, 4.5))
    np.testing.assert_allclose(cumulative_length(path)[::5], np.cumsum([0, 5, 0.5, np.hypot(3, 4.5)]))


def test_constant_image_speed():
    # Along g(z) = (z³, 0) the images race off; equal steps in the image are cube roots in z.
    path = straight([0.0], [2.0], 2001)
    walked = resample(path, 9, "image", np.stack([path**3, 0 * path], axis=2))  # frames (T, 1, 2)
    np.testing.assert_allclose(walked[:, 0], np.cbrt(np.linspace(0, 8, 9)), atol=1e-3)
    assert step_lengths(walked**3).std() < 0.01 * step_lengths(walked**3).mean()
    # Where the images stand still at the ends, the ends are kept.
    assert resample(np.arange(5.0)[:, None], 3, "image", [[0], [0], [1], [2], [2]]).ravel().tolist() == [0, 2, 4]
    # Where the decoder has collapsed nothing changes, and the way is still walked to its end.
    np.testing.assert_allclose(resample(path, 5, "image", np.zeros((2001, 28, 28)))[:, 0], [0, 0.5, 1, 1.5, 2])


@pytest.mark.parametrize("steps", [2, 7, 24])
def test_the_geodesic_of_the_sphere_is_the_great_circle(steps):
    start, end = np.array([0.0, 0.8]), np.array([2.0, 0.7])
    a, b = decoded(sphere, np.stack([start, end]))
    angle = np.arccos(a @ b)
    found = geodesic(sphere, start, end, steps, dtype=torch.float64)
    # n equal chords of an arc: the least energy that n steps on a sphere can have.
    assert found.energy == pytest.approx((2 * steps * np.sin(angle / 2 / steps)) ** 2, rel=1e-5)
    normal = np.cross(a, b) / np.linalg.norm(np.cross(a, b))
    np.testing.assert_allclose(decoded(sphere, found.path) @ normal, 0, atol=0.01)
    assert found.energy < 0.95 * found.chord_energy
    assert found.image_length < found.chord_image_length
    assert (found.path[[0, -1]] == [start, end]).all()


def test_the_geodesic_of_a_bent_plane_is_straight_in_the_plane():
    start, end = np.array([-1.0, 0.5]), np.array([2.0, 0.0])
    found = geodesic(bent_plane, start, end, dtype=torch.float64)
    images = decoded(bent_plane, found.path)
    np.testing.assert_allclose(images, straight(images[0], images[-1], 25), atol=0.01)
    assert found.image_length == pytest.approx(np.linalg.norm(images[-1] - images[0]), rel=1e-4)
    assert found.energy == pytest.approx(found.image_length**2, rel=1e-4)  # at constant speed


def test_a_cylinder_unrolls_flat_so_its_chord_is_already_the_geodesic():
    def cylinder(z):
        return torch.stack([z[:, 0].cos(), z[:, 0].sin(), z[:, 1]], dim=1)

    found = geodesic(cylinder, [0.0, 0.0], [2.5, 1.0], dtype=torch.float64)
    np.testing.assert_allclose(found.path, straight([0.0, 0.0], [2.5, 1.0], 25), atol=1e-3)
    assert found.energy == pytest.approx(found.chord_energy, rel=1e-6)


@settings(max_examples=30)
@given(seed=st.integers(0, 999), latent_dim=st.integers(1, 5), steps=st.integers(2, 12), limit=st.integers(1, 30))
def test_energy_is_never_above_the_chords_and_never_below_the_squared_length(seed, latent_dim, steps, limit):
    generator = torch.Generator().manual_seed(seed)
    into = 3 * torch.randn(latent_dim, 16, generator=generator)
    out = torch.randn(16, 2, 4, generator=generator)
    start, end = torch.randn(2, latent_dim, generator=generator).double().numpy()

    def network(z):
        return torch.einsum("nh,hij->nij", torch.sin(z @ into), out)

    found = geodesic(network, start, end, steps, max_evaluations=limit)
    frames = network(torch.tensor(found.path, dtype=torch.float32)).numpy()
    assert found.energy <= found.chord_energy
    assert found.energy == pytest.approx(steps * np.square(step_lengths(frames)).sum(), rel=1e-4)
    assert found.image_length == pytest.approx(image_length(frames), rel=1e-6)
    assert found.energy >= found.image_length**2 * (1 - 1e-5)
    assert found.path.shape == (steps + 1, latent_dim)


def test_a_search_begun_on_a_detour_and_stopped_at_once_falls_back_on_the_chord():
    detour = [[0.0, 0.0], [0.5, 40.0], [1.0, 0.0]]
    found = geodesic(bent_plane, [0.0, 0.0], [1.0, 0.0], initial=detour, max_evaluations=1)
    assert found.energy <= found.chord_energy
    np.testing.assert_array_equal(found.path, straight([0.0, 0.0], [1.0, 0.0], 25))


def test_a_dimension_that_is_not_free_stays_on_the_chord():
    bent = geodesic(sphere, [0.2, 0.3], [1.4, 1.2], steps=16, free=[True, False])
    np.testing.assert_allclose(bent.path[:, 1], np.linspace(0.3, 1.2, 17))
    assert bent.energy < bent.chord_energy
    assert geodesic(sphere, [0.2, 0.3], [1.4, 1.2], steps=16).energy < bent.energy


def test_a_search_need_not_go_on_to_the_last_gain():
    exact, found = (geodesic(sphere, [0.0, 0.8], [2.0, 0.7], dtype=torch.float64, gain=g) for g in (1e-9, 1e-3))
    assert found.evaluations < exact.evaluations
    assert exact.energy <= found.energy < 1.01 * exact.energy


def test_a_search_does_not_load_torchs_compiler():
    program = (
        "import sys, torch\n"
        "from vae_core.geodesic import geodesic\n"
        "found = geodesic(lambda z: torch.tanh(3 * z), [0.0, 0.2], [1.0, 0.0])\n"
        "assert found.evaluations > 2\n"
        "sys.exit('sympy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_geodesics_work_inside_no_grad_and_leave_the_decoder_alone():
    layer = torch.nn.Linear(2, 5)
    with torch.no_grad():
        found = geodesic(lambda z: torch.tanh(layer(z)), [0.0, 0.0], [1.0, 1.0])
    assert found.energy <= found.chord_energy
    assert layer.weight.grad is None


def test_a_grid_path_over_a_flat_sheet_is_nearly_straight():
    # In a plane the grid's 16 directions make a road at most 2.7 % too long, and never too short.
    for end in ([1.3, 0.2], [1.1, 1.7], [-0.4, 1.9]):
        path = grid_geodesic(lambda z: z, [-1.5, -1.6], end, extent=2, resolution=40)
        chord = np.hypot(*(np.array(end) - [-1.5, -1.6]))
        assert chord - 1e-6 <= latent_length(path) <= 1.03 * chord
        np.testing.assert_array_equal(path[[0, -1]], [[-1.5, -1.6], end])


def test_the_grid_walks_round_a_hill_and_the_geodesic_polishes_its_road():
    start, end = np.array([-2.0, 0.01]), np.array([2.0, 0.0])
    grid = image_grid(hill, 3, 61)
    path = grid_path(grid, hill, start, end)
    over = image_length(decoded(hill, straight(start, end, 400)))
    around = image_length(decoded(hill, resample(path, 400)))
    assert around < 0.8 * over
    assert np.abs(path[:, 1]).max() > 1
    polished = geodesic(hill, start, end, initial=path)
    assert image_length(decoded(hill, resample(polished.path, 400))) <= around
    assert polished.energy < polished.chord_energy


def test_grid_edges_are_image_distances_to_sixteen_neighbours():
    grid = image_grid(sphere, (0, 1, -0.5, 0.5), 7)
    assert grid.points[8].tolist() == [grid.x[1], grid.y[1]]
    edges = grid.edges.tocoo()
    frames = decoded(sphere, grid.points)
    np.testing.assert_allclose(edges.data, np.linalg.norm(frames[edges.row] - frames[edges.col], axis=1), atol=1e-6)
    assert (grid.edges != grid.edges.T).nnz == 0
    middle = grid.edges[[24]].tocoo().col  # row 3, column 3 of 7
    steps = {(abs(int(i) // 7 - 3), abs(int(i) % 7 - 3)) for i in middle}
    assert len(middle) == 16
    assert steps == {(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)}


def test_ends_on_the_rim_in_one_cell_or_in_one_point_still_have_a_road():
    grid = image_grid(hill, 1, 5)
    for start, end in [([-1, -1], [1, 1]), ([0.1, 0.1], [0.2, 0.15]), ([0.5, 0.5], [0.5, 0.5])]:
        path = grid_path(grid, hill, start, end)
        np.testing.assert_array_equal(path[[0, -1]], [start, end])
        assert len(path) >= 2


nan = float("nan")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: straight([0.0], [1.0, 2.0], 5), "one length"),
        (lambda: straight([0.0], [nan], 5), "finite"),
        (lambda: straight([0.0], [1.0], 1), "at least 2 points"),
        (lambda: through([[0.0, 1.0]], 5), "at least 2 points"),
        (lambda: through([[0.0], [1.0]], 0), "1 points were asked for"),
        (lambda: resample([[0.0], [nan]], 5), "point 1 is not"),
        (lambda: resample([[0.0], [1.0]], 1), "at least 2 points"),
        (lambda: resample([[0.0], [1.0]], 5, "image"), "frames=decode"),
        (lambda: resample([[0.0], [1.0]], 5, "image", np.zeros((3, 4))), "2 points, 3 frames"),
        (lambda: resample([[0.0], [1.0]], 5, "fast"), "'fast'"),
        (lambda: geodesic(sphere, [0.0], [1.0, 0.0]), "one length"),
        (lambda: geodesic(sphere, [0.0, 0.0], [1.0, 0.0], steps=1), "2 steps"),
        (lambda: geodesic(sphere, [0.0, 0.0], [1.0, 0.0], free=[True]), "one bool for each of 2"),
        (lambda: geodesic(sphere, [0.0, 0.0], [1.0, 0.0], initial=[[0.0, 0.0], [2.0, 0.0]]), "from start to end"),
        (lambda: geodesic(lambda z: sphere(z).detach(), [0.0, 0.0], [1.0, 0.0]), "differentiable"),
        (lambda: geodesic(lambda z: sphere(z)[1:], [0.0, 0.0], [1.0, 0.0]), "25 latents gave 24"),
        (lambda: geodesic(lambda z: z.log(), [-1.0, 0.0], [1.0, 0.0]), "not finite"),
        (lambda: image_grid(sphere, 0), "extent"),
        (lambda: image_grid(sphere, (0, 1, 2, 2)), "extent"),
        (lambda: image_grid(sphere, 1, 1), "resolution"),
        (lambda: grid_geodesic(sphere, [0.0, 0.0], [3.0, 0.0], 2, 5), "outside the grid"),
        (lambda: grid_geodesic(lambda z: z, [0.0] * 3, [1.0] * 3, 2, 5), "3 dimensions"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_a_road_along_the_grid_is_as_short_as_one_found_by_another_search():
    # Without its own short cuts: both ends as points of one graph, Bellman and Ford instead of Dijkstra.
    grid = image_grid(hill, 2, 9)
    for start, end in [([-1.9, 0.1], [1.7, -0.3]), ([0.1, -1.9], [-0.2, 1.9]), ([0.3, 0.3], [0.6, 0.4])]:
        found = grid_path(grid, hill, start, end)
        points = np.concatenate([grid.points, [start, end]])
        frames = decoded(hill, points)
        cells = np.floor((points - grid.x[0]) / (grid.x[1] - grid.x[0])).clip(max=len(grid.x) - 2)
        known = np.full(len(points), np.inf)
        known[-2] = 0
        edges = grid.edges.tocoo()
        pairs = list(zip(edges.row, edges.col, strict=True))
        for place in (-2, -1):
            lines = np.rint((grid.points - grid.x[0]) / (grid.x[1] - grid.x[0]))
            near = np.flatnonzero(((lines >= cells[place] - 1) & (lines <= cells[place] + 2)).all(axis=1))
            pairs += [pair for other in near for pair in ((len(points) + place, other), (other, len(points) + place))]
        if np.abs(cells[-2] - cells[-1]).max() <= 1:
            pairs.append((len(points) - 2, len(points) - 1))
        tail, head = np.array(pairs).T
        weight = np.linalg.norm(frames[tail] - frames[head], axis=1)
        for _ in range(len(points)):
            np.minimum.at(known, head, known[tail] + weight)
        assert image_length(decoded(hill, found)) == pytest.approx(known[-1], rel=1e-5)


def test_a_grid_is_joined_again_from_the_lengths_of_its_edges():
    grid = image_grid(hill, (-1, 2, 0, 1), 6)
    again = joined(grid.x, grid.y, grid.lengths)
    np.testing.assert_array_equal(again.points, grid.points)
    assert (again.edges != grid.edges).nnz == 0
    assert grid.diagonal == pytest.approx(np.hypot(0.6, 0.2))


@given(st.integers(2, 6), st.integers(1, 8))
def test_float32_frames_are_as_far_apart_as_in_float64(n, pixels):
    frames = np.random.default_rng(n).random((n, pixels), np.float32)
    np.testing.assert_allclose(step_lengths(frames), step_lengths(frames.astype(float)), rtol=1e-6)


def test_frames_that_are_not_finite_are_named():
    frames = np.zeros((3, 4), np.float32)
    frames[1, 2] = np.inf
    with pytest.raises(ValueError, match="point 1 is not"):
        step_lengths(frames)
