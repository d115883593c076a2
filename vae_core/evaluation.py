"""Figures of a trained VAE on a split, and the per-class moments of its latent space."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import torch

from vae_core import objective
from vae_core.data import Split
from vae_core.encodings import ClassMoments, Encodings
from vae_core.vae import VAE, sample_posterior

ACTIVE_RATE = 0.01  # nats: a dimension with less carries nothing and counts as off
SAMPLES = 8  # draws of z an image
_BATCH = 2_000


@dataclass(frozen=True)
class Figures:
    """Means over the images of a split, nats per image; z drawn `samples` times an image from q(z|x).

    Attributes:
        rate: KL(q(z|x) ‖ p(z)).
        distortion: −E_q log p(x|z), the likelihood's constant kept.
        negative_elbo: distortion + rate.
        negative_elbo_stderr: its standard error over images.
        half_sse: ½‖x − x̂‖², the Gaussian distortion at unit variance without its constant.
        rate_per_dimension: the rate's terms, in the order of the latent dimensions.
        active_units: dimensions with a rate of at least 0.01 nats.
        images: size of the split.
        samples: draws of z an image.
    """

    rate: float
    distortion: float
    negative_elbo: float
    negative_elbo_stderr: float
    half_sse: float
    rate_per_dimension: list[float]
    active_units: int
    images: int
    samples: int

    def to_dict(self) -> dict:
        return asdict(self)


@torch.no_grad()
def evaluate(vae: VAE, split: Split, samples: int = SAMPLES, seed: int = 0) -> Figures:
    """Rate, distortion and −ELBO of a VAE on a split."""
    noise = torch.Generator().manual_seed(seed)
    rates, distortions, errors = [], [], []
    for images in split.images.split(_BATCH):
        mean, logvar = vae.encode(images)
        rates.append(objective.rate_per_dimension(mean, logvar).double())  # (B, d)
        draws = [sample_posterior(mean, logvar, noise) for _ in range(samples)]
        distortions.append(torch.stack([vae.distortion(images, z) for z in draws]).double().mean(0))  # (B,)
        errors.append(
            torch.stack([objective.half_sse(images, vae.reconstruct(images, z)) for z in draws]).double().mean(0)
        )
    rate, distortion, error = torch.cat(rates), torch.cat(distortions), torch.cat(errors)
    negative_elbo = distortion + rate.sum(1)
    per_dimension = rate.mean(0)
    return Figures(
        rate=float(per_dimension.sum()),
        distortion=float(distortion.mean()),
        negative_elbo=float(negative_elbo.mean()),
        negative_elbo_stderr=float(negative_elbo.std() / len(split) ** 0.5),
        half_sse=float(error.mean()),
        rate_per_dimension=per_dimension.tolist(),
        active_units=int((per_dimension >= ACTIVE_RATE).sum()),
        images=len(split),
        samples=samples,
    )


class ImageTerms(NamedTuple):
    """The ELBO's two terms of single images, nats, (N,) float64 each."""

    rate: np.ndarray
    distortion: np.ndarray


@torch.no_grad()
def image_terms(vae: VAE, images: torch.Tensor, samples: int = 1, seed: int = 0) -> ImageTerms:
    """Rate, and distortion averaged over `samples` draws of z, of each image (N, 1, 28, 28)."""
    noise = torch.Generator().manual_seed(seed)
    rates, distortions = [], []
    for batch in images.split(_BATCH):
        mean, logvar = vae.encode(batch)
        rates.append(objective.rate_per_dimension(mean, logvar).sum(1).double())
        draws = [vae.distortion(batch, sample_posterior(mean, logvar, noise)) for _ in range(samples)]
        distortions.append(torch.stack(draws).double().mean(0))
    return ImageTerms(torch.cat(rates).numpy(), torch.cat(distortions).numpy())


@torch.no_grad()
def encode_split(vae: VAE, split: Split) -> Encodings:
    """Posterior means and log-variances of every image of a split."""
    pairs = [vae.encode(images) for images in split.images.split(_BATCH)]
    mean, logvar = (torch.cat(tensors).numpy() for tensors in zip(*pairs, strict=True))
    return Encodings(mean, logvar, split.labels.numpy())


def class_moments(encodings: Encodings, classes: int = 10) -> ClassMoments:
    r"""Mean and covariance of each class's mixture of Gaussians.

    $\mu_C = \frac{1}{|C|}\sum_{x\in C}\mu_x$, and by the law of total covariance
    $\Sigma_C = \frac{1}{|C|}\sum_{x\in C}\Lambda_x + \frac{1}{|C|}\sum_{x\in C}(\mu_x-\mu_C)(\mu_x-\mu_C)^\top$.
    """
    moments = []
    for label in range(classes):
        members = encodings.label == label
        mean_x = encodings.mean[members].astype(np.float64)
        within = np.exp(encodings.logvar[members].astype(np.float64)).mean(0)  # (d,)
        mean = mean_x.mean(0)
        between = (mean_x - mean).T @ (mean_x - mean) / len(mean_x)  # (d, d)
        moments.append((mean, np.diag(within) + between, len(mean_x), within))
    return ClassMoments(*(np.array(values) for values in zip(*moments, strict=True)))
