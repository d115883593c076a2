"""The gradient that is written out is autograd's, and the roads it finds are the same."""

import numpy as np
import pytest
import torch

from vae_core import zoo
from vae_core.config import RunConfig
from vae_core.dense_decoder import dense_decoder
from vae_core.geodesic import geodesic
from vae_core.vae import VAE

RUNS = ["mlp-d2-b1", "mlp-d2-bernoulli-x4a6eef", "mlp-d16-calibrated"]  # two, three and two hidden layers


@pytest.mark.parametrize("run_id", RUNS)
def test_frames_and_gradient_are_those_of_the_model(run_id):
    vae = zoo.load(run_id).double()
    dense = dense_decoder(vae)
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(7, vae.config.latent_dim, generator=generator, dtype=torch.float64, requires_grad=True)
    gradient = torch.randn(7, 784, generator=generator, dtype=torch.float64)
    drawn = vae.decode(z).flatten(1)
    frames, pullback = dense.with_pullback(z.detach())
    torch.testing.assert_close(frames, drawn)
    torch.testing.assert_close(dense(z.detach()), drawn)
    torch.testing.assert_close(pullback(gradient), torch.autograd.grad(drawn, z, gradient)[0])
    assert not frames.requires_grad


@pytest.mark.parametrize("run_id", RUNS)
def test_a_road_is_as_short_as_with_autograd(run_id):
    vae, means = zoo.load(run_id), zoo.moments(run_id).mean
    for start, end in ((7, 0), (3, 5)):
        ends = means[start], means[end]
        there = geodesic(dense_decoder(vae), *ends, steps=16)
        asked = geodesic(vae.decode, *ends, steps=16)
        assert there.image_length == pytest.approx(asked.image_length, rel=0.01)
        assert there.energy == pytest.approx(asked.energy, rel=0.01)
        assert there.chord_energy == pytest.approx(asked.chord_energy, rel=1e-5)
        assert there.energy <= there.chord_energy


@pytest.mark.parametrize(
    "config",
    [
        RunConfig(architecture="conv", latent_dim=2, hidden=(4, 4, 8)),
        RunConfig(architecture="unet", latent_dim=2, hidden=(4, 4, 4)),
        RunConfig(architecture="mlp", latent_dim=2, hidden=(8, 8), activation="tanh"),
    ],
)
def test_another_decoder_has_no_such_form(config):
    assert dense_decoder(VAE(config)) is None


def test_a_decoder_without_end_is_told():
    vae = zoo.load("mlp-d2-b1")
    dense = dense_decoder(vae)
    with pytest.raises(ValueError, match="not finite"):
        geodesic(dense, np.zeros(2), np.full(2, 1e39))
