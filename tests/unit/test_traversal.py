"""Slider units, walks and the decoder's manifold against their definitions."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from vae_core import traversal, zoo
from vae_core.evaluation import ACTIVE_RATE

RNG = np.random.default_rng(0)


def test_the_aggregate_scale_is_the_standard_deviation_of_draws_from_q_of_z():
    mean, logvar = RNG.normal(2, 3, (500, 2)), RNG.normal(-1, 1, (500, 2))
    scale = traversal.aggregate_scale(mean, logvar)
    image = RNG.integers(500, size=400_000)
    draws = mean[image] + np.exp(0.5 * logvar[image]) * RNG.normal(size=(400_000, 2))
    np.testing.assert_allclose(scale.centre, draws.mean(0), atol=0.03)
    np.testing.assert_allclose(scale.unit, draws.std(0), rtol=0.01)


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_scales_round_trip(values):
    scale = traversal.Scale(np.array([1.0, -2, 0, 4]), np.array([0.1, 1, 2, 30]))
    np.testing.assert_allclose(scale.to_values(scale.to_latent(values)), values, atol=1e-9)


def test_a_walk_changes_its_own_dimension_only():
    start = np.array([0.5, -1.0, 2.0])
    scale = traversal.Scale(np.array([0.0, 1.0, 0.0]), np.array([1.0, 2.0, 1.0]))
    walks = traversal.axis_walks(start, scale, np.array([-3.0, 0.0, 3.0]))
    assert walks.shape == (3, 3, 3)
    np.testing.assert_array_equal(walks[1, :, 1], [-5, 1, 7])
    for dimension in range(3):
        others = np.delete(walks[dimension], dimension, axis=1)
        np.testing.assert_array_equal(others, np.tile(np.delete(start, dimension), (3, 1)))


def test_the_plane_divides_the_prior_into_equal_shares():
    plane = traversal.quantile_plane(4, (1, 3), 5, start=np.array([7.0, 0, 8.0, 0]))
    np.testing.assert_allclose(norm.cdf(plane[0, :, 1]), [0.1, 0.3, 0.5, 0.7, 0.9])  # to the right
    np.testing.assert_allclose(norm.cdf(plane[:, 0, 3]), [0.9, 0.7, 0.5, 0.3, 0.1])  # upwards
    assert (plane[..., 0] == 7).all()
    assert (plane[..., 2] == 8).all()


def test_decoding_keeps_the_shape_of_the_latents():
    vae = zoo.load("mlp-d2-b1")
    z = RNG.normal(size=(3, 4, 2))
    images = traversal.decode(vae, z)
    assert images.shape == (3, 4, 28, 28)
    np.testing.assert_allclose(images[2, 1], traversal.decode(vae, z[2, 1]), atol=1e-5)
    assert 0 <= images.min() <= images.max() <= 1


@pytest.mark.parametrize("run_id", ["mlp-d8-b1", "conv-d8-b1", "unet-d8-b1", "unet-skips-d8-b1"])
def test_decoding_in_pieces_is_decoding_at_once(run_id):
    vae, pieces = zoo.load(run_id), []
    z = RNG.normal(size=(40, vae.config.latent_dim))

    def counted(some, skips):
        pieces.append(len(some))
        return vae.decode(some, skips)

    images = traversal.decode(vae, z, counted)
    assert pieces == ([40] if vae.config.architecture == "mlp" else [16, 16, 8])
    with torch.no_grad():
        whole = vae.decode(torch.tensor(z, dtype=torch.float32)).squeeze(1).numpy()
    np.testing.assert_allclose(images, whole, atol=1e-5)
    assert traversal.decode(vae, z[:0]).shape == (0, 28, 28)


def test_dimensions_that_are_off_draw_nothing():
    """What the sliders page says of them: the decoder has learnt to ignore them."""
    run_id = "mlp-d8-b3"
    rates = np.array(zoo.metrics(run_id)["test"]["rate_per_dimension"])
    walks = traversal.axis_walks(np.zeros(8), traversal.prior_scale(8), np.linspace(-3, 3, 7))
    images = traversal.decode(zoo.load(run_id), walks)
    change = np.sqrt(((images - images.mean(1, keepdims=True)) ** 2).mean((1, 2, 3)))
    off = rates < ACTIVE_RATE
    assert 0 < off.sum() < 8
    assert change[off].max() < 0.2 * change[~off].min()
