"""Mixing: the diagonal is the reconstruction; without skips the rows agree; the share counts what it says."""

import numpy as np
import pytest
import torch

from vae_core.config import RunConfig
from vae_core.skip_mixing import drawn_by_skips, mixed
from vae_core.vae import VAE

IMAGES = np.random.default_rng(0).random((3, 28, 28)).astype(np.float32)


@pytest.mark.parametrize("architecture", ["mlp", "unet-skips"])
def test_the_diagonal_is_the_reconstruction(architecture):
    vae = VAE(RunConfig(architecture=architecture, latent_dim=4)).eval()
    x = torch.from_numpy(IMAGES)[:, None]
    with torch.inference_mode():
        expected = vae.reconstruct(x, vae.encode(x)[0])[:, 0].numpy()
    found = mixed(vae, IMAGES)
    np.testing.assert_allclose(np.stack([found[i, i] for i in range(3)]), expected, atol=1e-6)
    rows_agree = np.allclose(found[0], found[1], atol=1e-6)
    assert rows_agree == (architecture == "mlp")


def test_the_share_is_that_of_pairs_of_different_images():
    by_skips = np.broadcast_to(IMAGES[:, None], (3, 3, 28, 28))
    by_z = np.broadcast_to(IMAGES[None], (3, 3, 28, 28))
    assert drawn_by_skips(by_skips, IMAGES) == 1
    assert drawn_by_skips(by_z, IMAGES) == 0
    half = np.where(np.tri(3, k=-1, dtype=bool)[:, :, None, None], by_skips, by_z)
    assert drawn_by_skips(half, IMAGES) == 0.5
    with pytest.raises(ValueError, match="n from 2"):
        drawn_by_skips(by_z[:1, :1], IMAGES[:1])
