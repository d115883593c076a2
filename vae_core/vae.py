"""The variational autoencoder: q(z|x), p(x|z), and the prior N(0, I)."""

import torch
from torch import nn

from vae_core import networks, objective
from vae_core.config import RunConfig


class VAE(nn.Module):
    """An encoder, a decoder and a likelihood.

    Attributes:
        config: the run it belongs to.
        log_variance: log σ² of the Gaussian likelihood, a scalar buffer; 0 unless the run is calibrated, where
            training sets it to the optimum over the training split. Unused by the Bernoulli likelihood.
    """

    def __init__(self, config: RunConfig):
        super().__init__()
        self.config = config
        self.encoder, self.decoder = networks.build(config, config.seed)
        self.register_buffer("log_variance", torch.zeros(()))

    @property
    def variance(self) -> float:
        """σ² of the Gaussian likelihood, in squared grey levels (0 to 1)."""
        return float(self.log_variance.exp())

    def encode(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """q(z|x) = N(mean, diag exp logvar): images (N, 1, 28, 28) in [0, 1] -> mean and logvar, (N, latent_dim)."""
        return self.encoder(images)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """E[x|z]: latents (N, latent_dim) -> pixel means (N, 1, 28, 28) in [0, 1]."""
        return torch.sigmoid(self.decoder(z))

    def distortion(self, images: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """−log p(x|z) of each image, nats, (N,), constants kept."""
        logits = self.decoder(z)
        if self.config.likelihood == "bernoulli":
            return objective.bernoulli_distortion(images, logits)
        return objective.gaussian_distortion(images, torch.sigmoid(logits), self.variance)


def sample_posterior(mean: torch.Tensor, logvar: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """z = μ + σ ε with ε ~ N(0, I), the reparameterised draw from q(z|x); shapes as `mean`."""
    noise = torch.randn(mean.shape, generator=generator)
    return mean + torch.exp(0.5 * logvar) * noise
