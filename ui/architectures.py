"""Runs that differ in architecture alone, and what each makes of the same digits and the same z, cached by run."""

import numpy as np
import streamlit as st

from ui import disk_cache, models
from vae_core.config import ARCHITECTURES, RunConfig

NAMES = {"mlp": "MLP", "conv": "CNN", "unet": "UNet", "unet-skips": "UNet, skips past z"}
SHORT = {"mlp": "MLP", "conv": "CNN", "unet": "UNet", "unet-skips": "skips"}  # beside pictures
ACROSS = 10  # pictures a row
_VARIED = 256  # draws behind the variety
_JUDGED = 50  # unseen digits a class behind the error without the image's skips


def families() -> dict[int, dict[str, RunConfig]]:
    """By latent dimension, the runs at β = 1 that differ in architecture alone, two or more of them."""
    found: dict[int, dict[str, RunConfig]] = {}
    listed = {run.run_id: run for run in models.runs()}
    for latent_dim in sorted({run.latent_dim for run in listed.values()}):
        wanted = {name: RunConfig(architecture=name, latent_dim=latent_dim).run_id for name in ARCHITECTURES}
        there = {name: listed[run_id] for name, run_id in wanted.items() if run_id in listed}
        if len(there) > 1:
            found[latent_dim] = there
    return found


def unseen(number: int) -> np.ndarray:
    """The number-th unseen digit of each class, counted from 1, (10, 28, 28) in [0, 1]."""
    digits = models.digits()
    chosen = [np.flatnonzero(digits.held_out & (digits.labels == digit))[number - 1] for digit in range(10)]
    return (digits.images[chosen] / 255).astype(np.float32)


@st.cache_data(max_entries=256, show_spinner=False)
def reconstructions(run_id: str, number: int) -> np.ndarray:
    """Of `unseen(number)`, from μ_x, (10, 28, 28)."""
    import torch

    vae, x = models.vae(run_id), torch.from_numpy(unseen(number))[:, None]
    with torch.inference_mode():
        return vae.reconstruct(x, vae.encode(x)[0]).squeeze(1).numpy()


@st.cache_data(max_entries=256, show_spinner=False)
def prior_samples(run_id: str, seed: int) -> np.ndarray:
    """Decoded draws from the prior, the same z for all runs of one size, (ACROSS, 28, 28)."""
    return _drawn(run_id, seed, ACROSS)


@st.cache_data(max_entries=64, show_spinner=False)
@disk_cache.kept(disk_cache.itself)
def variety(run_id: str) -> float:
    """Of decoded draws from the prior, 1 being that of the shipped digits."""
    from vae_core import variety

    return variety.variety(_drawn(run_id, 0, _VARIED), models.digits().images / 255)


def _drawn(run_id: str, seed: int, count: int) -> np.ndarray:
    from vae_core import sampling, traversal

    vae = models.vae(run_id)
    return traversal.decode(vae, sampling.sample_prior(count, vae.config.latent_dim, seed))


@st.cache_data(max_entries=64, show_spinner=False)
def mixtures(run_id: str, number: int) -> np.ndarray:
    """Skips of one of `unseen(number)` (rows) with z of another (columns), (10, 10, 28, 28)."""
    from vae_core import skip_mixing

    return skip_mixing.mixed(models.vae(run_id), unseen(number))


@st.cache_data(max_entries=16, show_spinner=False)
def error_without_image(run_id: str) -> float:
    """½ squared error of decoding μ_x with the skips of the average image, over unseen digits."""
    import torch

    from vae_core.neighbour_pictures import half_sse

    images = np.concatenate([unseen(number) for number in range(1, _JUDGED + 1)])
    vae, x = models.vae(run_id), torch.from_numpy(images)[:, None]
    with torch.inference_mode():
        drawn = vae.decode(vae.encode(x)[0]).squeeze(1).numpy()
    return float(half_sse(images, drawn).mean())


@st.cache_resource(max_entries=64, show_spinner=False)
def nodes(run_id: str, open_blocks: bool) -> list:
    """The network of a run, from the module itself (`module_diagram.Node`)."""
    from vae_core.module_diagram import diagram

    config = models.config(run_id)
    return diagram(config, open_blocks)
