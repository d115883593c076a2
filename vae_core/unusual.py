"""How unusual an image is to a VAE: its rate and its error at z = μ_x, beside those of other images."""

from typing import NamedTuple

import numpy as np
import torch

from vae_core import objective
from vae_core.vae import VAE


class AtMean(NamedTuple):
    """Images through a VAE with z = μ_x, float64 but for the pictures."""

    mean: np.ndarray  # μ_x, (N, d)
    logvar: np.ndarray  # log σ_x², (N, d)
    rate: np.ndarray  # KL(q(z|x) ‖ p(z)), nats, (N,)
    half_sse: np.ndarray  # ½‖x − x̂(μ_x)‖², squared grey levels, (N,)
    x_mean: np.ndarray  # x̂(μ_x), (N, 28, 28) float32 in [0, 1]


@torch.inference_mode()
def at_mean(vae: VAE, images: np.ndarray) -> AtMean:
    """Encode images (N, 28, 28) in [0, 1], and draw each again from the mean of its q(z|x).

    With the mean rather than a sample nothing depends on chance; the error is a little lower than the objective's.
    """
    x = torch.from_numpy(np.asarray(images, np.float32)).unsqueeze(1)  # (N, 1, 28, 28)
    mean, logvar = vae.encode(x)
    x_mean = vae.reconstruct(x, mean)
    rate, half_sse = objective.rate_per_dimension(mean, logvar).double().sum(1), objective.half_sse(x, x_mean)
    numbers = (each.double().numpy() for each in (mean, logvar, rate, half_sse))
    return AtMean(*numbers, x_mean[:, 0].numpy())


def share_below(others: np.ndarray, value: float) -> float:
    """Share of the others (N,) that lie below a value; those equal to it count half."""
    return float((others < value).mean() + (others == value).mean() / 2)
