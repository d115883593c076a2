r"""Which β switches every latent dimension off: the linear VAE's answer, from the data's covariance alone.

A VAE whose decoder is linear, x̂ = Wz + x̄, is probabilistic PCA: with ½ SSE + β · KL as its loss (decoder variance β)
the best model keeps the principal axes whose variance λ is above β, and only those. There q(z|x) has the variance β/λ
and the rate of the dimension is ½ log(λ/β). Above the largest λ nothing is worth its price.

For a network the same holds near the state in which it draws the mean image: there it is linear in z to first order,
so no dimension grows out of it when β is above the largest variance. Further away it can do better than any linear one.

Source: Tipping & Bishop 1999; Lucas et al. 2019, "Don't blame the ELBO!"; Dai, Wang & Wipf 2020.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh

from vae_core.grey_levels import white

KEPT = 40  # leading variances; no model here has as many dimensions


def leading_variances(images: ArrayLike, count: int = KEPT) -> np.ndarray:
    """The largest eigenvalues of the pixels' covariance, descending, (count,).

    Args:
        images: (N, H, W) or (N, D); uint8 is taken as 255 steps from 0 to 1.

    Raises:
        ValueError: fewer than two images, or more eigenvalues than pixels asked for.
    """
    pixels = _pixels(images)
    total = pixels.shape[1]
    if not 1 <= count <= total:
        raise ValueError(f"count is {count}; allowed: 1 to {total}, the number of pixels")
    covariance = np.cov(pixels, rowvar=False, bias=True).reshape(total, total)
    return eigh(covariance, eigvals_only=True, subset_by_index=[total - count, total - 1])[::-1]


def mean_image_half_sse(images: ArrayLike) -> float:
    """½ SSE per image of drawing the mean image for all of them: half the pixels' total variance."""
    return float(0.5 * _pixels(images).var(axis=0).sum())


def linear_rates(variances: ArrayLike, beta: float, latent_dim: int) -> np.ndarray:
    r"""Rate of each dimension of the best linear VAE, $\max(0, \tfrac12 \log \lambda_i/\beta)$, nats, (latent_dim,).

    Args:
        variances: eigenvalues of the data's covariance, descending, at least latent_dim of them.
        beta: above 0.

    Raises:
        ValueError: a beta that is not positive, or too few variances.
    """
    variances = np.asarray(variances, dtype=np.float64)
    if not beta > 0:
        raise ValueError(f"beta is {beta}; allowed: numbers above 0")
    if not 1 <= latent_dim <= len(variances):
        raise ValueError(f"latent_dim is {latent_dim}; allowed: 1 to {len(variances)}, the variances given")
    return 0.5 * np.log(np.maximum(variances[:latent_dim] / beta, 1.0))


def _pixels(images: ArrayLike) -> np.ndarray:
    images = np.asarray(images)
    if images.ndim < 2 or len(images) < 2:
        raise ValueError(f"images have shape {images.shape}; allowed: two or more, (N, H, W) or (N, D)")
    return images.reshape(len(images), -1) / white(images)
