"""Moving through latent space along its axes: units of a slider, traversal grids, the decoder's manifold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from vae_core.vae import VAE

_PIECE = 16  # latents
REACH = 3.0  # sliders and traversals go from −3 to 3


@dataclass(frozen=True)
class Scale:
    """What one unit of a slider is worth in each dimension: z = centre + unit · value, both (latent_dim,)."""

    centre: np.ndarray
    unit: np.ndarray

    def to_latent(self, values: np.ndarray) -> np.ndarray:
        """Slider values (..., latent_dim) -> latents of the same shape."""
        return self.centre + self.unit * np.asarray(values)

    def to_values(self, z: np.ndarray) -> np.ndarray:
        """Latents (..., latent_dim) -> slider values of the same shape."""
        return (np.asarray(z) - self.centre) / self.unit


def prior_scale(latent_dim: int) -> Scale:
    """One unit is one standard deviation of the prior."""
    return Scale(np.zeros(latent_dim), np.ones(latent_dim))


def aggregate_scale(mean: np.ndarray, logvar: np.ndarray) -> Scale:
    r"""One unit is one standard deviation of the aggregate posterior q(z) = (1/N) Σ q(z|x), dimension by dimension.

    $\mathrm{var}\,z_d = \frac1N\sum_x \sigma_{x,d}^2 + \mathrm{var}_x\,\mu_{x,d}$

    Args:
        mean: posterior means, (N, latent_dim).
        logvar: posterior log-variances, (N, latent_dim).
    """
    return Scale(mean.mean(0), np.sqrt(np.exp(logvar).mean(0) + mean.var(0)))


def axis_walks(start: np.ndarray, scale: Scale, values: np.ndarray) -> np.ndarray:
    """One dimension at a time set to each value, the others left at `start`.

    Args:
        start: the latent walked from, (d,).
        scale: what a value means.
        values: slider values, (V,).

    Returns:
        Latents, (d, V, d): row i varies dimension i.
    """
    latent_dim = len(start)
    walks = np.tile(np.asarray(start, float), (latent_dim, len(values), 1))
    for dimension in range(latent_dim):
        walks[dimension, :, dimension] = scale.centre[dimension] + scale.unit[dimension] * values
    return walks


def quantile_plane(latent_dim: int, axes: tuple[int, int], side: int, start: np.ndarray | None = None) -> np.ndarray:
    """A grid of latents at the prior's quantiles in two dimensions, so that equal areas carry equal prior mass.

    Args:
        latent_dim: d.
        axes: the dimensions that vary: the first to the right, the second upwards.
        side: points along each.
        start: values of the other dimensions, (d,); zero by default.

    Returns:
        Latents, (side, side, d), top row first.
    """
    quantiles = ndtri((np.arange(side) + 0.5) / side)
    plane = np.tile(np.zeros(latent_dim) if start is None else np.asarray(start, float), (side, side, 1))
    plane[:, :, axes[0]] = quantiles[None, :]
    plane[:, :, axes[1]] = quantiles[::-1, None]
    return plane


def decode(vae: "VAE", z: np.ndarray, through: Callable | None = None) -> np.ndarray:
    """E[x|z] of latents (..., latent_dim) as arrays (..., 28, 28) float32 in [0, 1].

    Convolutions are given some at a time: what they need between layers is then small enough to be kept by the process,
    not fetched from the system anew, which took half of a UNet's time.

    Args:
        vae: whose decoder.
        z: latents.
        through: called with each piece and the skips in place of `vae.decode`, of which it makes what it will.
    """
    import torch  # over a second: the first page says its text before

    flat = torch.from_numpy(np.ascontiguousarray(z, dtype=np.float32)).reshape(-1, z.shape[-1])
    decoder = through or vae.decode
    with torch.inference_mode():
        skips = vae.average_skips()  # once for all pieces
        if vae.config.architecture == "mlp":
            images = decoder(flat, skips)
        else:
            images = torch.cat([decoder(some, skips) for some in flat.split(_PIECE)])
        return images.numpy().reshape(*z.shape[:-1], 28, 28)
