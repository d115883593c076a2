r"""The terms of the ELBO, per image and in nats, constants kept.

    ELBO(x) = E_q(z|x)[log p(x|z)] − KL(q(z|x) ‖ p(z)) = −(distortion + rate)

Sums run over pixels and latent dimensions; nothing here averages over images. A β-VAE minimises
distortion + β · rate (Higgins et al. 2017); rate and distortion are named as in Alemi et al. 2018.
"""

import math

import torch
from torch.nn import functional as F

LOG_2PI = math.log(2 * math.pi)


def rate_per_dimension(mean: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    r"""KL(N(μ_d, σ_d²) ‖ N(0, 1)) of each latent dimension.

    $\tfrac12 (\mu_d^2 + \sigma_d^2 - 1 - \log\sigma_d^2)$

    Args:
        mean: posterior means, (N, latent_dim).
        logvar: posterior log-variances, (N, latent_dim).

    Returns:
        Nats, (N, latent_dim); its sum over the last axis is the rate of an image.

    Source: Kingma & Welling 2014, appendix B.
    """
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar)


def half_sse(images: torch.Tensor, x_mean: torch.Tensor) -> torch.Tensor:
    r"""½‖x − x̂‖² of each image, (N,): the unit-variance Gaussian's distortion without its constant."""
    return 0.5 * (images - x_mean).square().flatten(1).sum(1)


def gaussian_distortion(images: torch.Tensor, x_mean: torch.Tensor, variance: float = 1.0) -> torch.Tensor:
    r"""−log N(x; x̂, σ² I) of each image, in nats, (N,).

    $\frac{1}{2\sigma^2}\lVert x-\hat x\rVert^2 + \frac{D}{2}\log 2\pi\sigma^2$ with D pixels.
    """
    pixels = images[0].numel()
    return half_sse(images, x_mean) / variance + 0.5 * pixels * (LOG_2PI + math.log(variance))


def bernoulli_distortion(images: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    r"""−Σ_i x_i log p_i + (1 − x_i) log(1 − p_i) of each image, in nats, (N,); grey pixels count as probabilities.

    For pixels strictly between 0 and 1 this is the usual cross-entropy, not the logarithm of a normalised density.
    """
    return F.binary_cross_entropy_with_logits(logits, images, reduction="none").flatten(1).sum(1)


def calibrated_batch_distortion(images: torch.Tensor, x_mean: torch.Tensor) -> torch.Tensor:
    r"""Mean −log p(x|z) of a batch under its own optimal variance σ² = MSE, in nats per image; a scalar.

    $\frac{D}{2}(\log 2\pi\,\mathrm{MSE} + 1)$: setting the derivative of `gaussian_distortion` in σ² to zero gives
    σ² = MSE, and puts D/2 in place of the squared error.

    Source: Rybkin, Daniilidis & Levine 2021, "Simple and effective VAE training with calibrated decoders".
    """
    pixels = images[0].numel()
    mse = (images - x_mean).square().mean()
    return 0.5 * pixels * (LOG_2PI + torch.log(mse) + 1)
