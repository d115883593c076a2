"""p(z|x) of one image: the image chosen, its exact posterior on a grid, chains of pCN, all cached by small keys."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import controls, heavy_work, latent, models, my_digit
from vae_core import islands, sampling
from vae_core.chains import effective_sample_size, split_rhat
from vae_core.config import RunConfig
from vae_core.grid_posterior import GridPosterior, posterior_gap
from vae_core.refined_grid import SHOWN, refined_posterior

Key = int | bytes  # place among the shipped digits, or the student's picture, float32
# As a student reads it, and where it puts the chains.
STARTS = {"the prior": "prior", "μ_x": "mean", "other digits": "digits"}
RHAT, ESS = 1.01, 400  # Vehtari et al. 2021 advise to use draws only below and above these
B = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
SWEEP_CHAINS, SWEEP_STEPS = 16, 200
FEW_CELLS = 16  # enough for figures: log p(x) to 2e-4 nats and the same islands, in less than half the decodings


class Chosen(NamedTuple):
    """The image x of the page."""

    key: Key
    image: np.ndarray  # (28, 28) in [0, 1]
    name: str


class Figures(NamedTuple):
    """What chains came to; R̂ and ESS of their second half, in the worst dimension."""

    acceptance: float
    rhat: float
    ess: float


class Weighed(NamedTuple):
    """The encoder's Gaussian beside the exact posterior."""

    gap: float  # KL(q(z|x) ‖ p(z|x)), nats
    log_evidence: float
    islands: int
    highest: np.ndarray  # where p(z|x) is highest, (2,), to a quarter of its standard deviation


def choose() -> Chosen:
    """Class and number of a shipped digit, or the student's own where there is one."""
    own = my_digit.image()
    if own is not None and controls.toggle("chain_own", "Use my own digit"):
        return Chosen(np.float32(own).tobytes(), own, "your own digit")
    digits = models.digits()
    label = controls.select("chain_class", "Class", range(10), 2, style="buttons", format=str)
    members = np.flatnonzero(digits.labels == label)
    place = controls.number(
        "chain_number",
        f"Which of its {len(members)} digits",
        0,
        len(members) - 1,
        3,
        1,
        help="Numbers below 100 were held out of every training run.",
    )
    position = int(members[place])
    seen = "no model was trained on it" if digits.held_out[position] else "every model was trained on it"
    name = f"image {digits.index[position]:,} of MNIST's training file, a {label}; {seen}"
    return Chosen(position, digits.images[position] / np.float32(255), name)


def take(label: int, number: int) -> None:
    """Choose a shipped digit; for a button's `on_click`."""
    st.session_state.update(chain_class=label, chain_number=number)
    if "chain_own" in st.session_state:
        st.session_state["chain_own"] = False


def image(key: Key) -> np.ndarray:
    """The picture a key stands for, (28, 28) in [0, 1]."""
    if isinstance(key, bytes):
        return np.frombuffer(key, np.float32).reshape(28, 28).copy()  # torch wants to be able to write
    return models.digits().images[key] / np.float32(255)


@st.cache_data(max_entries=256)
def encoded(run_id: str, key: Key) -> tuple[np.ndarray, np.ndarray]:
    """Mean and log-variance of q(z|x), (d,) each."""
    if not isinstance(key, bytes):
        encodings = models.encodings(run_id)
        return encodings.mean[key], encodings.logvar[key]
    import torch

    with torch.inference_mode():
        mean, logvar = models.vae(run_id).encode(torch.from_numpy(image(key))[None, None])
    return mean[0].double().numpy(), logvar[0].double().numpy()


@st.cache_data(max_entries=128, show_spinner="Finding the exact posterior …")
def exact(run_id: str, key: Key) -> GridPosterior:
    """p(z|x) on a grid; for models of two latent dimensions."""
    return _grid(run_id, key, SHOWN)


@st.cache_data(max_entries=2_000, show_spinner=False)
def weigh(run_id: str, key: Key, cells: int = SHOWN) -> Weighed:
    """How far q(z|x) is from p(z|x), by quadrature and the log p(x) of a grid of so many `cells` along the mass."""
    grid = exact(run_id, key) if cells == SHOWN else _grid(run_id, key, cells)
    likelihood, gaussian = _likelihood(run_id, key), encoded(run_id, key)
    with heavy_work.turn:
        gap = posterior_gap(likelihood, *gaussian, grid.log_evidence)
    row, column = np.unravel_index(grid.density.argmax(), grid.density.shape)
    highest = np.array([grid.z1[column], grid.z2[row]])
    return Weighed(gap, grid.log_evidence, len(islands.islands(grid)), highest)


@st.cache_data(max_entries=24, show_spinner="The chains are walking …")  # 10 MB each where most is asked for
def walk(run_id: str, key: Key, start: str, b: float, chains: int, steps: int, seed: int) -> np.ndarray:
    """Places of all chains, the start first, (chains, 1 + steps, d) float32; `start` as in `STARTS`."""
    at = _starts(run_id, key, STARTS[start], chains, seed)
    likelihood = _likelihood(run_id, key)
    with heavy_work.turn:
        run = sampling.pcn_chain(likelihood, at, b, steps, seed)
    return np.concatenate([at[:, None], run.samples], axis=1).astype(np.float32)


def second_half(places: np.ndarray) -> np.ndarray:
    """The draws that count, of what `walk` gives: (chains, steps // 2, d)."""
    return places[:, 1 + (places.shape[1] - 1) // 2 :]


@st.cache_data(max_entries=256, show_spinner=False)
def figures(run_id: str, key: Key, start: str, b: float, chains: int, steps: int, seed: int) -> Figures:
    """Acceptance over all steps; R̂ and ESS of their second half."""
    places = walk(run_id, key, start, b, chains, steps, seed)
    draws = second_half(places)
    moved = (np.diff(places, axis=1) != 0).any(axis=2)
    with heavy_work.turn:
        rhat, ess = split_rhat(draws), effective_sample_size(draws)
    return Figures(float(moved.mean()), float(np.max(rhat)), float(np.min(ess)))


@st.cache_data(max_entries=256, show_spinner=False)
def together(run_id: str, key: Key, b: float, chains: int, steps: int, seed: int) -> float:
    """R̂ of the chains of all `STARTS` as one lot, the worst dimension; far above 1 where starts are not forgotten."""
    draws = [second_half(walk(run_id, key, start, b, chains, steps, seed)) for start in STARTS]
    with heavy_work.turn:
        return float(np.max(split_rhat(np.concatenate(draws))))


@st.cache_data(max_entries=64, show_spinner="Trying every step size …")
def sweep(run_id: str, key: Key, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Acceptance and effective sample size for every b of `B`, chains from μ_x, (len(B),) each; ESS 0 where stuck."""
    found = [figures(run_id, key, "μ_x", b, SWEEP_CHAINS, SWEEP_STEPS, seed) for b in B]
    return np.array([each.acceptance for each in found]), np.nan_to_num([each.ess for each in found])


@st.cache_data(max_entries=64, show_spinner="Decoding the walk …")
def frames(run_id: str, key: Key, start: str, b: float, chains: int, steps: int, seed: int, count: int) -> np.ndarray:
    """What the decoder draws at `count` evenly spread places of the first chain, uint8 (count, 28, 28)."""
    return latent.decoded(run_id, thinned(walk(run_id, key, start, b, chains, steps, seed)[0], count))


def thinned(path: np.ndarray, count: int) -> np.ndarray:
    """At most `count` places of a path, evenly spread, the first and the last among them."""
    return path[np.unique(np.linspace(0, len(path) - 1, count).round().astype(int))]


def said_likelihood(run: RunConfig) -> str:
    """Which p(x|z) the decoder of this run has, in a sentence."""
    if run.likelihood == "bernoulli":
        tempered = "" if run.beta == 1 else f", divided by β = {run.beta:g} as in training"
        return f"This model's p(x|z) is Bernoulli, pixel by pixel{tempered}; there is no σ²."
    if run.likelihood == "calibrated":
        return f"This model's σ² is the one it was calibrated to: σ² = {models.vae(run.run_id).variance:.4f}."
    return f"This model was trained with β = {run.beta:g}, which is the same as σ² = {run.beta:g}."


def _likelihood(run_id: str, key: Key) -> sampling.LogLikelihood:
    return heavy_work.in_slices(sampling.decoder_log_likelihood(models.vae(run_id), image(key)))


def _grid(run_id: str, key: Key, cells: int) -> GridPosterior:
    reach = max(6.0, 1.1 * float(np.abs(models.encodings(run_id).mean).max()))
    likelihood = _likelihood(run_id, key)
    with heavy_work.turn:
        return refined_posterior(likelihood, reach, cells)


def _starts(run_id: str, key: Key, kind: str, chains: int, seed: int) -> np.ndarray:
    mean, _ = encoded(run_id, key)
    if kind == "prior":
        return sampling.sample_prior(chains, len(mean), seed)
    if kind == "mean":
        return np.tile(mean, (chains, 1))
    others = models.encodings(run_id).mean
    return others[np.random.default_rng(seed).choice(len(others), chains, replace=False)]
