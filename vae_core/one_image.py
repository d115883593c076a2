"""Everything a VAE makes of a single image, for a page that shows the numbers."""

from typing import NamedTuple

import numpy as np
import torch

from vae_core import objective
from vae_core.charts import pictures
from vae_core.vae import VAE, sample_posterior

AVERAGED = 64  # draws behind the averaged distortion


class Look(NamedTuple):
    """One image through a VAE; nats where not said otherwise."""

    mean: np.ndarray  # (d,)
    logvar: np.ndarray  # (d,)
    sample: np.ndarray  # z = μ + σ ε, (d,)
    x_mean: np.ndarray  # E[x|z], (28, 28) in [0, 1]
    rate_per_dimension: np.ndarray  # (d,)
    rate: float
    distortion: float  # −log p(x|z) of this sample
    half_sse: float  # ½‖x − x̂‖², squared grey levels
    variance: float  # σ² of the Gaussian likelihood
    distortion_mean: float  # over AVERAGED further samples
    distortion_stderr: float


@torch.inference_mode()
def look(vae: VAE, image: np.ndarray, seed: int) -> Look:
    """Encode an image (28, 28) in [0, 1], draw z with this seed, decode it, and weigh the terms of its ELBO."""
    x = torch.from_numpy(np.asarray(image, np.float32))[None, None]  # (1, 1, 28, 28)
    noise = torch.Generator().manual_seed(seed)
    mean, logvar, skips = vae.encode_with_skips(x)  # (1, d) each
    z = sample_posterior(mean, logvar, noise)
    x_mean = vae.decode(z, skips)
    rates = objective.rate_per_dimension(mean, logvar)[0].double()
    many = sample_posterior(mean.expand(AVERAGED, -1), logvar.expand(AVERAGED, -1), noise)
    distortions = vae.distortion(x.expand(AVERAGED, -1, -1, -1), many, skips).double()
    return Look(
        mean=mean[0].numpy().astype(float),
        logvar=logvar[0].numpy().astype(float),
        sample=z[0].numpy().astype(float),
        x_mean=x_mean[0, 0].numpy(),
        rate_per_dimension=rates.numpy(),
        rate=float(rates.sum()),
        distortion=float(vae.distortion(x, z, skips)),
        half_sse=float(objective.half_sse(x, x_mean)),
        variance=vae.variance,
        distortion_mean=float(distortions.mean()),
        distortion_stderr=float(distortions.std() / AVERAGED**0.5),
    )


def side_by_side(image: np.ndarray, x_mean: np.ndarray) -> np.ndarray:
    """The image, its reconstruction and the signed error x̂ − x as one colour picture, uint8 (H, W, 3)."""
    grey = pictures.to_uint8(np.stack([image, x_mean]).astype(np.float32))[..., None].repeat(3, axis=-1)
    return pictures.grid(np.concatenate([grey, pictures.signed_map(x_mean - image)[None]]), columns=3)
