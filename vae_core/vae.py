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
        average_image: (1, 1, 28, 28), of `unet-skips` only: the mean of the training split, whose skips the decoder
            takes when there is no image to take them from.

    Raises:
        ValueError: the run is a classifier.
    """

    def __init__(self, config: RunConfig):
        super().__init__()
        if config.is_classifier:
            raise ValueError(f"{config.run_id} is a classifier, not a VAE; see vae_core.classifier")
        self.config = config
        with torch.random.fork_rng(devices=[]):  # the global random state is left alone
            torch.manual_seed(config.seed)
            self.encoder = networks.build_encoder(config, 2 * config.latent_dim)
            self.decoder = networks.build_decoder(config)
            networks.initialise(config, self.encoder, self.decoder)
        self.register_buffer("log_variance", torch.zeros(()))
        if self.has_skips:
            self.register_buffer("average_image", torch.zeros(1, 1, 28, 28))

    @property
    def has_skips(self) -> bool:
        """Whether the decoder sees more of the image than z."""
        return self.config.architecture == "unet-skips"

    @property
    def variance(self) -> float:
        """σ² of the Gaussian likelihood, in squared grey levels (0 to 1)."""
        return float(self.log_variance.exp())

    def encode(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """q(z|x) = N(mean, diag exp logvar): images (N, 1, 28, 28) in [0, 1] -> mean and logvar, (N, latent_dim)."""
        mean, logvar, _ = self.encode_with_skips(images)
        return mean, logvar

    def encode_with_skips(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, networks.Skips]:
        """As `encode`, and what the encoder hands to the decoder past z: () for most architectures."""
        output, skips = self.encoder(images)
        mean, logvar = output.chunk(2, dim=1)  # (N, 2d) -> 2 × (N, d)
        return mean, logvar, skips

    def skips(self, images: torch.Tensor) -> networks.Skips:
        """What the decoder would see of these images past z, (); or features (N, channels, side, side) at two sides."""
        return self.encoder(images)[1] if self.has_skips else ()

    def logits(self, z: torch.Tensor, skips: networks.Skips | None = None) -> torch.Tensor:
        """Latents (N, latent_dim) -> (N, 1, 28, 28). Skips are of N images or of one; without, of `average_image`."""
        return self.decoder(z, self.average_skips() if skips is None else skips)

    def decode(self, z: torch.Tensor, skips: networks.Skips | None = None) -> torch.Tensor:
        """E[x|z]: latents (N, latent_dim) -> pixel means (N, 1, 28, 28) in [0, 1]; `skips` as in `logits`."""
        return self.logits(z, skips).sigmoid_()  # no one else holds the logits

    def reconstruct(self, images: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """E[x|z] with the skips of `images` (N, 1, 28, 28), where there are any; else the same as `decode(z)`."""
        return self.decode(z, self.skips(images))

    def distortion(self, images: torch.Tensor, z: torch.Tensor, skips: networks.Skips | None = None) -> torch.Tensor:
        """−log p(x|z) of each image, nats, (N,), constants kept; with `skips` of the images where they are at hand."""
        logits = self.logits(z, self.skips(images) if skips is None else skips)
        if self.config.likelihood == "bernoulli":
            return objective.bernoulli_distortion(images, logits)
        return objective.gaussian_distortion(images, torch.sigmoid(logits), self.variance)

    def average_skips(self) -> networks.Skips:
        """The skips of `average_image`, of one image; () where there are none."""
        return self.skips(self.average_image) if self.has_skips else ()


def sample_posterior(mean: torch.Tensor, logvar: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """z = μ + σ ε with ε ~ N(0, I), the reparameterised draw from q(z|x); shapes as `mean`."""
    noise = torch.randn(mean.shape, generator=generator)
    return mean + torch.exp(0.5 * logvar) * noise
