r"""Losses that students meet, as `LossConvention`s, and how to read their β here or write ours there.

What cannot be converted: a cross-entropy. Around its minimum at x it is, pixel by pixel, like a squared error with the
variance p(1 − p), so it has no single σ², and no single β.
"""

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

from vae_core.beta import LossConvention
from vae_core.config import RunConfig


class Known(NamedTuple):
    """A loss by name: its convention, what to know about it, and where it can be read."""

    name: str
    convention: LossConvention
    note: str
    url: str = ""


KNOWN = (
    Known(
        "½ SSE + KL",
        LossConvention(),
        "The loss of this course: sums over pixels and latents, means over images only.",
    ),
    Known(
        "SSE + KL",
        LossConvention(half=False),
        "Without the ½ the squared error counts double, so the KL counts half.",
    ),
    Known(
        "mse_loss + KL",
        LossConvention("mean", half=False),
        "PyTorch's `mse_loss` averages over **pixels** as well as images: the squared error is divided by their "
        "number, the KL is not. A frequent bug of beginners.",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html",
    ),
    Known(
        "KL weight 0.00025",
        LossConvention("mean", half=False, kl_weight=0.00025, pixels=3 * 64 * 64),
        "As `configs/vae.yaml` of the repository PyTorch-VAE has it, for colour images of 64 × 64. Its tiny weight "
        "only undoes the mean over pixels. Set the pixels to 784 to see what it would be on MNIST.",
        "https://github.com/AntixK/PyTorch-VAE",
    ),
    Known(
        "SSE/2σ², σ = 0.1",
        LossConvention(decoder_stddev=0.1),
        "A decoder of a stated σ and a KL of weight 1: a plain VAE, and β = σ².",
    ),
    Known(
        "normalised β 0.01",
        LossConvention("mean", half=True, kl_weight=0.01, latent_reduction="mean", latent_dim=8),
        "Higgins et al. 2017 compare data sets by β_norm = βM/N, with M latent dimensions and N pixels. Means over "
        "both say the same.",
        "https://openreview.net/forum?id=Sy2fzU9gl",
    ),
)


def nearest(family: Sequence[RunConfig], beta: float) -> RunConfig | None:
    """The run whose β is nearest by ratio, the smallest for β = 0; None without runs."""
    if not family:
        return None
    if beta == 0:
        return min(family, key=lambda run: run.beta)
    return min(family, key=lambda run: abs(math.log(run.beta / beta)))


def snippet(convention: LossConvention) -> str:
    """Python that reads the β of a convention and writes the KL weight that amounts to β = 1."""
    given = [f.name for f in fields(convention) if getattr(convention, f.name) != f.default]
    arguments = ", ".join(f"{name}={getattr(convention, name)!r}" for name in given)
    return (
        "from vae_core.beta import LossConvention\n\n"
        f"loss = LossConvention({arguments})\n"
        f"beta = loss.beta  # {convention.beta:.4g}\n"
        f"stddev = loss.implied_stddev  # {convention.implied_stddev:.4g}\n"
        f"kl_weight = loss.with_beta(1).kl_weight  # {convention.with_beta(1).kl_weight:.4g} would be β = 1"
    )
