"""Who draws, z or the skips? Latents of one digit decoded with what the encoder hands past z of another."""

import numpy as np
import torch

from vae_core.vae import VAE


@torch.inference_mode()
def mixed(vae: VAE, images: np.ndarray) -> np.ndarray:
    """E[x|z] for every pair of images: skips from the one of the row, z = μ_x from the one of the column.

    Without skips all rows are alike: then z draws.

    Args:
        vae: in eval mode.
        images: n of them, (n, 28, 28) in [0, 1].

    Returns:
        (n, n, 28, 28) in [0, 1].
    """
    x = torch.from_numpy(np.asarray(images, dtype=np.float32)).unsqueeze(1)  # (n, 1, 28, 28)
    mean, _, skips = vae.encode_with_skips(x)
    rows = [vae.decode(mean, tuple(skip[i : i + 1] for skip in skips)) for i in range(len(x))]
    return torch.stack(rows).squeeze(2).numpy()


def drawn_by_skips(mixtures: np.ndarray, images: np.ndarray) -> float:
    """Share of the mixtures of two different images that lie nearer to the image of the row, which gave the skips.

    Args:
        mixtures: from `mixed`, (n, n, H, W).
        images: (n, H, W).

    Raises:
        ValueError: fewer than two images, or shapes that do not fit.
    """
    mixtures, images = np.asarray(mixtures, dtype=np.float64), np.asarray(images, dtype=np.float64)
    n = len(images)
    if n < 2 or mixtures.shape != (n, *images.shape):
        raise ValueError(
            f"mixtures {mixtures.shape} and images {images.shape}; give (n, n, H, W) and (n, H, W), n from 2"
        )
    to_row = np.square(mixtures - images[:, None]).sum((2, 3))
    to_column = np.square(mixtures - images[None]).sum((2, 3))
    return float((to_row < to_column)[~np.eye(n, dtype=bool)].mean())
