"""One image's numbers, as the chapter shows them, against the definitions."""

import numpy as np
import pytest
import torch

from vae_core import objective, one_image, zoo
from vae_core.evaluation import image_terms
from vae_core.vae import sample_posterior


@pytest.fixture(scope="module")
def image():
    return zoo.digits().images[7] / np.float32(255)


@pytest.mark.parametrize("run_id", ["mlp-d2-b0.1", "mlp-d2-bernoulli", "mlp-d2-calibrated"])
def test_the_terms_of_the_elbo(image, run_id):
    vae = zoo.load(run_id)
    seen = one_image.look(vae, image, seed=3)
    assert seen.rate == pytest.approx(seen.rate_per_dimension.sum())
    if vae.config.likelihood == "bernoulli":
        x, p = image.astype(float), np.clip(seen.x_mean.astype(float), 1e-12, 1 - 1e-7)
        expected = -(x * np.log(p) + (1 - x) * np.log1p(-p)).sum()
    else:
        expected = seen.half_sse / seen.variance + 392 * (objective.LOG_2PI + np.log(seen.variance))
    assert seen.distortion == pytest.approx(expected, rel=1e-4)
    assert abs(seen.distortion - seen.distortion_mean) < 64 * seen.distortion_stderr + 1


def test_the_seed_decides_the_draw_and_nothing_else(image):
    vae = zoo.load("mlp-d2-b1")
    first, again, other = (one_image.look(vae, image, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.sample, again.sample)
    assert (first.sample != other.sample).all()
    assert first.rate == other.rate


def test_all_images_at_once_agree_with_one_at_a_time(image):
    vae = zoo.load("mlp-d2-b1")
    images = torch.from_numpy(zoo.digits().images[:40] / np.float32(255)).unsqueeze(1)
    terms = image_terms(vae, images, seed=5)
    noise = torch.Generator().manual_seed(5)
    z = sample_posterior(*vae.encode(images), noise)
    np.testing.assert_allclose(terms.distortion, vae.distortion(images, z), rtol=1e-5)
    assert terms.rate[7] == pytest.approx(one_image.look(vae, image, 0).rate, rel=1e-5)


def test_side_by_side_is_image_reconstruction_error(image):
    three = one_image.side_by_side(image, image)
    tiles = [three[2:30, 2 + 30 * i : 30 + 30 * i] for i in range(3)]
    np.testing.assert_array_equal(tiles[0], tiles[1])
    assert np.ptp(tiles[2], axis=(0, 1)).max() == 0  # no error: one flat colour
