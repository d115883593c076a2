"""Encoders and decoders.

An encoder maps images (N, 1, 28, 28) to `outputs` numbers each, and the skips: what it hands to the decoder past z, an
empty tuple but for `unet-skips`. A decoder maps latents (N, latent_dim), and such skips, of as many images or of one
for all, to logits (N, 1, 28, 28); what a logit means is the likelihood's business.
"""

import itertools

import torch
from torch import nn
from torch.nn import functional as F

from vae_core.config import RunConfig
from vae_core.linear import Linear

PIXELS = 28 * 28
_COARSE = 7 * 7  # pixels after two halvings

_ACTIVATIONS = {"silu": nn.SiLU, "relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}

Skips = tuple[torch.Tensor, ...]


def _layers(widths: list[int], activation: type[nn.Module]) -> nn.Sequential:
    """Linear layers with the activation between them, none after the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


class MLPEncoder(nn.Module):
    """784 → hidden → outputs."""

    def __init__(self, outputs: int, hidden: tuple[int, ...], activation: str):
        super().__init__()
        self.layers = _layers([PIXELS, *hidden, outputs], _ACTIVATIONS[activation])

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, Skips]:
        return self.layers(images.flatten(1)), ()


class MLPDecoder(nn.Module):
    """z → hidden reversed → 784 logits."""

    def __init__(self, latent_dim: int, hidden: tuple[int, ...], activation: str):
        super().__init__()
        self.layers = _layers([latent_dim, *reversed(hidden), PIXELS], _ACTIVATIONS[activation])

    def forward(self, z: torch.Tensor, skips: Skips = ()) -> torch.Tensor:
        return self.layers(z).unflatten(1, (1, 28, 28))  # (N, 784) -> (N, 1, 28, 28)


class ConvEncoder(nn.Module):
    """Two strided convolutions, 28² → 14² → 7², then a dense layer; `hidden` = their channels and its width."""

    def __init__(self, outputs: int, hidden: tuple[int, ...], activation: str):
        super().__init__()
        fine, coarse, width = hidden
        act = _ACTIVATIONS[activation]
        self.layers = nn.Sequential(
            nn.Conv2d(1, fine, 3, stride=2, padding=1),
            act(),
            nn.Conv2d(fine, coarse, 3, stride=2, padding=1),
            act(),
            nn.Flatten(),
            Linear(coarse * _COARSE, width),
            act(),
            Linear(width, outputs),
        )

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, Skips]:
        return self.layers(images), ()


class ConvDecoder(nn.Module):
    """The encoder's mirror: dense, then two transposed convolutions, 7² → 14² → 28²."""

    def __init__(self, latent_dim: int, hidden: tuple[int, ...], activation: str):
        super().__init__()
        fine, coarse, width = hidden
        act = _ACTIVATIONS[activation]
        self.layers = nn.Sequential(
            Linear(latent_dim, width),
            act(),
            Linear(width, coarse * _COARSE),
            act(),
            nn.Unflatten(1, (coarse, 7, 7)),
            nn.ConvTranspose2d(coarse, fine, 4, stride=2, padding=1),  # 4 divides by the stride: no chequerboard
            act(),
            nn.ConvTranspose2d(fine, 1, 4, stride=2, padding=1),
        )

    def forward(self, z: torch.Tensor, skips: Skips = ()) -> torch.Tensor:
        return self.layers(z)


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions beside a 1×1 shortcut: a skip that stays within one network (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, activation: str):
        super().__init__()
        act = _ACTIVATIONS[activation]
        self.convolutions = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1), act(), nn.Conv2d(outputs, outputs, 3, padding=1)
        )
        self.shortcut = nn.Conv2d(inputs, outputs, 1)
        self.activation = act()

    def forward(self, x: torch.Tensor, skip: torch.Tensor | None = None) -> torch.Tensor:
        """Of x (N, C, H, W) and a skip (1, C', H, W) where there is one: further channels, the same for every row."""
        first, *others = self.convolutions
        inner = _beside(first, x, skip)
        for layer in others:
            inner = layer(inner)
        return self.activation(inner + _beside(self.shortcut, x, skip))


def _beside(convolution: nn.Conv2d, x: torch.Tensor, skip: torch.Tensor | None) -> torch.Tensor:
    """The convolution of x with the channels of `skip` after its own."""
    if skip is None:
        return convolution(x)
    # A convolution is a sum over channels, and the skip's share is the same for every row: half the time.
    own, shared = convolution.weight.split([x.shape[1], skip.shape[1]], dim=1)
    padding = convolution.padding
    return F.conv2d(x, own, convolution.bias, padding=padding) + F.conv2d(skip, shared, padding=padding)


class UNetEncoder(nn.Module):
    """The way down a UNet: residual blocks at 28², 14² and 7² pixels, then (outputs,)."""

    def __init__(self, outputs: int, hidden: tuple[int, ...], activation: str, skips: bool):
        super().__init__()
        fine, middle, coarse = hidden
        self.skips = skips
        self.fine = ResidualBlock(1, fine, activation)
        self.middle = ResidualBlock(fine, middle, activation)
        self.coarse = ResidualBlock(middle, coarse, activation)
        self.head = Linear(coarse * _COARSE, outputs)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, Skips]:
        fine = self.fine(images)  # (N, fine, 28, 28)
        middle = self.middle(F.avg_pool2d(fine, 2))  # (N, middle, 14, 14)
        coarse = self.coarse(F.avg_pool2d(middle, 2))  # (N, coarse, 7, 7)
        return self.head(coarse.flatten(1)), (fine, middle) if self.skips else ()


class UNetDecoder(nn.Module):
    """The way up; with skips, the encoder's features of the same size join at 14² and 28² pixels."""

    def __init__(self, latent_dim: int, hidden: tuple[int, ...], activation: str, skips: bool):
        super().__init__()
        fine, middle, coarse = hidden
        self.foot = Linear(latent_dim, coarse * _COARSE)
        self.coarse = ResidualBlock(coarse, coarse, activation)
        self.middle = ResidualBlock(coarse + middle * skips, middle, activation)
        self.fine = ResidualBlock(middle + fine * skips, fine, activation)
        self.pixels = nn.Conv2d(fine, 1, 1)

    def forward(self, z: torch.Tensor, skips: Skips = ()) -> torch.Tensor:
        x = self.coarse(self.foot(z).unflatten(1, (-1, 7, 7)))
        for block, skip in zip((self.middle, self.fine), reversed(skips) if skips else (None, None), strict=True):
            x = F.interpolate(x, scale_factor=2)
            if skip is not None and len(skip) == len(x):
                x, skip = torch.cat([x, skip], dim=1), None
            x = block(x, skip)
        return self.pixels(x)


def build_encoder(config: RunConfig, outputs: int) -> nn.Module:
    """The encoder of a run, initialised from torch's current random state."""
    shape = (outputs, config.hidden, config.activation)
    if config.architecture == "mlp":
        return MLPEncoder(*shape)
    if config.architecture == "conv":
        return ConvEncoder(*shape)
    return UNetEncoder(*shape, skips=config.architecture == "unet-skips")


def build_decoder(config: RunConfig) -> nn.Module:
    """The decoder of a run, initialised from torch's current random state."""
    shape = (config.latent_dim, config.hidden, config.activation)
    if config.architecture == "mlp":
        return MLPDecoder(*shape)
    if config.architecture == "conv":
        return ConvDecoder(*shape)
    return UNetDecoder(*shape, skips=config.architecture == "unet-skips")


def initialise(config: RunConfig, *networks: nn.Module) -> None:
    """Draw the weights anew where the run asks for other than torch's own."""
    if config.init != "normal-0.1":
        return
    for module in itertools.chain.from_iterable(network.modules() for network in networks):
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            if module.weight.is_meta:  # holds no numbers; to draw none, torch would load its compiler, 64 MB
                return
            nn.init.normal_(module.weight, std=0.1)
            nn.init.zeros_(module.bias)
