"""Networks of every architecture: shapes, what reaches the decoder past z, and where their weights start."""

import pytest
import torch

from vae_core.config import ARCHITECTURES, ConfigError, RunConfig
from vae_core.vae import VAE

WIDTHS = {"mlp": (16, 8), "conv": (4, 8, 16), "unet": (4, 4, 8), "unet-skips": (4, 4, 8)}


def small(architecture: str, **fields) -> VAE:
    return VAE(RunConfig(architecture=architecture, hidden=WIDTHS[architecture], **fields)).eval()


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_images_go_to_latents_and_back_in_shape(architecture):
    vae = small(architecture, latent_dim=3)
    images = noise(5, 1, 28, 28)
    mean, logvar = vae.encode(images)
    assert mean.shape == logvar.shape == (5, 3)
    for drawn in (vae.decode(mean), vae.reconstruct(images, mean)):
        assert drawn.shape == (5, 1, 28, 28)
        assert ((drawn >= 0) & (drawn <= 1)).all()
    assert vae.distortion(images, mean).shape == (5,)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_only_encoder_to_decoder_skips_let_the_decoder_see_the_image(architecture):
    """With z held, the reconstruction depends on the image through nothing but the skips."""
    vae = small(architecture)
    z = noise(4, 2)
    first, second = (vae.reconstruct(noise(4, 1, 28, 28, seed=seed), z) for seed in (1, 2))
    assert torch.equal(first, second) == (not vae.has_skips)


def test_skips_of_one_image_with_the_latent_of_another_and_those_of_the_average_image():
    vae = small("unet-skips")
    image, other, z = noise(1, 1, 28, 28, seed=1), noise(1, 1, 28, 28, seed=2), noise(1, 2)
    torch.testing.assert_close(vae.decode(z, vae.skips(image)), vae.reconstruct(image, z))
    vae.average_image.copy_(other)
    torch.testing.assert_close(vae.decode(z.expand(3, -1)), vae.reconstruct(other, z).expand(3, -1, -1, -1))
    assert [tuple(skip.shape[1:]) for skip in vae.skips(image)] == [(4, 28, 28), (4, 14, 14)]


def test_skips_of_one_image_serve_many_latents_as_copies_of_them_would():
    vae, image, z = small("unet-skips").double(), noise(1, 1, 28, 28).double(), noise(5, 2).double()
    one = vae.skips(image)
    copies = tuple(skip.expand(5, -1, -1, -1) for skip in one)
    torch.testing.assert_close(vae.decode(z, one), vae.decode(z, copies))
    assert not torch.allclose(vae.decode(z, one), vae.decode(z))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_weights_come_from_the_seed_alone(architecture):
    state = torch.get_rng_state()
    one, same, other = (small(architecture, seed=seed).state_dict() for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("architecture", ["mlp", "conv", "unet"])
def test_normal_weights_have_the_standard_deviation_they_say(architecture):
    vae = VAE(RunConfig(architecture=architecture, init="normal-0.1"))
    weights = torch.cat([p.flatten() for name, p in vae.named_parameters() if name.endswith("weight")])
    biases = torch.cat([p.flatten() for name, p in vae.named_parameters() if name.endswith("bias")])
    assert weights.std().item() == pytest.approx(0.1, rel=0.03)
    assert (biases == 0).all()


def test_shapes_that_an_architecture_cannot_have_are_refused():
    with pytest.raises(ConfigError, match=r"hidden is \(16, 8\); allowed: 3 layer widths"):
        RunConfig(architecture="conv", hidden=(16, 8))
