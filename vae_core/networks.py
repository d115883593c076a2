"""Encoders and decoders.

An encoder maps images (N, 1, 28, 28) to a mean and a log-variance, (N, latent_dim) each. A decoder maps latents
(N, latent_dim) to logits (N, 1, 28, 28); what a logit means is the likelihood's business.
"""

import itertools

import torch
from torch import nn

from vae_core.config import RunConfig
from vae_core.linear import Linear

PIXELS = 28 * 28

_ACTIVATIONS = {"silu": nn.SiLU, "relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}


def _layers(widths: list[int], activation: type[nn.Module]) -> nn.Sequential:
    """Linear layers with the activation between them, none after the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


class MLPEncoder(nn.Module):
    """784 → hidden → (mean, logvar)."""

    def __init__(self, latent_dim: int, hidden: tuple[int, ...], activation: str):
        super().__init__()
        self.layers = _layers([PIXELS, *hidden, 2 * latent_dim], _ACTIVATIONS[activation])

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean, logvar = self.layers(images.flatten(1)).chunk(2, dim=1)  # (N, 2d) -> 2 × (N, d)
        return mean, logvar


class MLPDecoder(nn.Module):
    """z → hidden reversed → 784 logits."""

    def __init__(self, latent_dim: int, hidden: tuple[int, ...], activation: str):
        super().__init__()
        self.layers = _layers([latent_dim, *reversed(hidden), PIXELS], _ACTIVATIONS[activation])

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.layers(z).unflatten(1, (1, 28, 28))  # (N, 784) -> (N, 1, 28, 28)


def build(config: RunConfig, seed: int) -> tuple[nn.Module, nn.Module]:
    """Encoder and decoder of a run, freshly initialised from `seed`; the global random state is left alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = MLPEncoder(config.latent_dim, config.hidden, config.activation)
        decoder = MLPDecoder(config.latent_dim, config.hidden, config.activation)
        if config.init == "normal-0.1":
            for module in (*encoder.modules(), *decoder.modules()):
                if isinstance(module, nn.Linear):
                    nn.init.normal_(module.weight, std=0.1)
                    nn.init.zeros_(module.bias)
    return encoder, decoder
