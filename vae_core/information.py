r"""What the rate is made of: what z tells about its image, and what all images have in common.

With the aggregate posterior $q(z) = \frac1N\sum_x q(z\mid x)$, its mean m and covariance S,

    rate = I(x; z) + KL(q(z) ‖ N(m, S)) + ½‖m‖² + ½(tr S − d − log det S)
         = information + shape + shift + width

Every term is non-negative and the sum is exact: E_x KL(q(z|x) ‖ p) = I + KL(q(z) ‖ p), and because log N(m, S)/p is a
quadratic whose mean depends on first and second moments only, KL(q(z) ‖ p) splits once more. Only the first term has to
do with which image was given. Source of the first split: Hoffman & Johnson 2016, "ELBO surgery".
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vae_core.gaussians import kl
from vae_core.mixture import GaussianMixture


class RateSplit(NamedTuple):
    """The parts of a rate, nats per image."""

    rate: float  # exact
    information: float  # I(x; z), by sampling
    shape: float  # KL(q(z) ‖ N(m, S)): what is left, so that the parts add up
    shift: float  # ½‖m‖²: all images moved alike; exact
    width: float  # ½(tr S − d − log det S): wider or narrower than the prior; exact
    error: float  # standard error of the information, and of the shape


def split_rate(mean: ArrayLike, logvar: ArrayLike, seed: int, draws: int = 1) -> RateSplit:
    r"""Split the mean rate of N images.

    The information is estimated by drawing z from each q(z|x):
    $\frac1N\sum_x \log q(z_x\mid x) - \log\frac1N\sum_{x'} q(z_x\mid x')$. It is about these N images, so it cannot
    exceed log N; of all images it is an estimate that is too low on average, and the shape too high by as much.

    Args:
        mean, logvar: of q(z|x), (N, latent_dim).
        seed: of the draws.
        draws: of z for each image.

    Raises:
        ValueError: shapes that differ, no image, values that are not finite, no draw.
    """
    if draws < 1:
        raise ValueError(f"draws is {draws}; allowed: 1 or more")
    mixture = GaussianMixture(mean, logvar)
    mean, logvar = mixture.component_mean, mixture.component_logvar
    images, latent_dim = mean.shape
    noise = np.random.default_rng(seed).standard_normal((draws, images, latent_dim))
    log_own = -0.5 * (noise**2 + logvar + np.log(2 * np.pi)).sum(-1)  # log q(z|x) at z = μ + σ·noise
    gain = (log_own - mixture.log_prob(mean + np.exp(0.5 * logvar) * noise)).mean(0)  # (N,)
    information = float(gain.mean())
    rate = float(0.5 * (mean**2 + np.exp(logvar) - 1 - logvar).sum(1).mean())
    centre, covariance = mixture.mean(), mixture.covariance()
    shift = float(0.5 * centre @ centre)
    width = kl(np.zeros(latent_dim), covariance, np.zeros(latent_dim), np.eye(latent_dim))
    error = float(gain.std(ddof=1) / np.sqrt(images)) if images > 1 else 0.0
    return RateSplit(rate, information, rate - information - shift - width, shift, width, error)


def ceiling(images: int) -> float:
    """The most that N images can show of the information: log N, nats."""
    if images < 1:
        raise ValueError(f"images is {images}; allowed: 1 or more")
    return float(np.log(images))
