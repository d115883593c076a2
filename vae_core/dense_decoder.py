"""A dense decoder with its gradient written out: what autograd gives, in half its time for some thirty latents.

Roads ask for the picture and its gradient at a few points, again and again; keeping and replaying the record of every
operation then costs as much as the operations.
"""

from collections.abc import Callable

import torch

from vae_core.networks import MLPDecoder
from vae_core.vae import VAE


class DenseDecoder:
    """z -> silu layers -> sigmoid, as `VAE.decode` of a run of dense layers, flattened.

    It shares the model's weights. Nothing it returns carries a gradient.
    """

    def __init__(self, weights: list[torch.Tensor], biases: list[torch.Tensor]):
        """Weights (outputs, inputs) and biases (outputs,) of the layers, first to last."""
        self._weights = [weight.detach() for weight in weights]
        self._biases = [bias.detach() for bias in biases]

    def __call__(self, z: torch.Tensor) -> torch.Tensor:
        """E[x|z]: latents (N, latent_dim) -> pixel means (N, pixels) in [0, 1]."""
        x = z
        for weight, bias in zip(self._weights[:-1], self._biases[:-1], strict=True):
            x = torch.nn.functional.silu(torch.addmm(bias, x, weight.t()))
        return torch.sigmoid(torch.addmm(self._biases[-1], x, self._weights[-1].t()))

    def with_pullback(self, z: torch.Tensor) -> tuple[torch.Tensor, Callable[[torch.Tensor], torch.Tensor]]:
        """The frames at z (N, latent_dim), and the function from a gradient by them to the one by z.

        Returns:
            frames, (N, pixels), and `pullback`: (N, pixels) -> (N, latent_dim), each row its own.
        """
        x, slopes = z, []
        for weight, bias in zip(self._weights[:-1], self._biases[:-1], strict=True):
            h = torch.addmm(bias, x, weight.t())
            gate = torch.sigmoid(h)
            x = h * gate  # silu
            slopes.append(torch.addcmul(gate, x, 1 - gate))  # silu' = σ(h) + silu(h) (1 − σ(h))
        frames = torch.sigmoid(torch.addmm(self._biases[-1], x, self._weights[-1].t()))

        def pullback(gradient: torch.Tensor) -> torch.Tensor:
            back = (gradient * frames * (1 - frames)) @ self._weights[-1]  # σ' = σ (1 − σ)
            for slope, weight in zip(reversed(slopes), reversed(self._weights[:-1]), strict=True):
                back = (back * slope) @ weight
            return back

        return frames, pullback


def dense_decoder(vae: VAE) -> DenseDecoder | None:
    """The model's decoder in this form; None where it is of another kind."""
    if not isinstance(vae.decoder, MLPDecoder) or vae.config.activation != "silu":
        return None
    layers = [layer for layer in vae.decoder.layers if isinstance(layer, torch.nn.Linear)]
    return DenseDecoder([layer.weight for layer in layers], [layer.bias for layer in layers])
