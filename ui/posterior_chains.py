"""p(z|x) of one image: the image chosen, its exact posterior on a grid, and what is to be walked.

Chains walk in the student's browser. For decoders that browsers lack, and for students' own runs, the server walks
when it is asked to; what it has found is cached by small keys.
"""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import controls, disk_cache, heavy_work, models, my_digit
from ui.components import walk as browser
from ui.components import walks as several
from vae_core import islands, sampling
from vae_core.chains import effective_sample_size, split_rhat
from vae_core.config import RunConfig
from vae_core.grid_posterior import GridPosterior, posterior_gap
from vae_core.refined_grid import refined_posterior, smoothed

Key = int | bytes  # place among the shipped digits, or the student's picture, float32
# As a student reads it, and where it puts the chains.
STARTS = {"the prior": "prior", "μ_x": "mean", "other digits": "digits"}
RHAT, ESS = 1.01, 400  # Vehtari et al. 2021 advise to use draws only below and above these
B = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
STEPS = (100, 200, 500, 1000, 2000)
MOST_DECODINGS = 8_000  # by convolutions, in one walk on the server: two to three seconds of one of its cores


class Chosen(NamedTuple):
    """The image x of the page."""

    key: Key
    image: np.ndarray  # (28, 28) in [0, 1]
    name: str


class Settings(NamedTuple):
    """How chains walk: where they start (of `STARTS`), step size, how many, how far, and the seed."""

    start: str
    b: float
    chains: int
    steps: int
    seed: int


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


@st.cache_data(max_entries=256, show_spinner=False)  # a spinner would move all below it to other places
def encoded(run_id: str, key: Key) -> tuple[np.ndarray, np.ndarray]:
    """Mean and log-variance of q(z|x), (d,) each."""
    if not isinstance(key, bytes):
        encodings = models.encodings(run_id)
        return encodings.mean[key], encodings.logvar[key]
    import torch

    with torch.inference_mode():
        mean, logvar = models.vae(run_id).encode(torch.from_numpy(image(key))[None, None])
    return mean[0].double().numpy(), logvar[0].double().numpy()


@st.cache_resource(max_entries=64, show_spinner=False)  # some 80 kB each, which nobody changes
def exact(run_id: str, key: Key) -> GridPosterior:
    """p(z|x) on a grid fine enough to be drawn; for models of two latent dimensions."""
    return smoothed(_grid(run_id, key))


@st.cache_data(max_entries=256, show_spinner=False)
def parts(run_id: str, key: Key) -> islands.Islands:
    """The islands of `exact`."""
    return islands.islands(exact(run_id, key))


@st.cache_data(max_entries=256, show_spinner=False)
def outlines(run_id: str, key: Key) -> np.ndarray:
    """Of the smallest regions that hold half and 95 % of `exact`, (S, 2, 2): segments, their ends, (x, y)."""
    return islands.outlines(exact(run_id, key), (0.5, islands.MASS))


@st.cache_data(max_entries=2_000, show_spinner=False)
@disk_cache.kept(Weighed)
def weigh(run_id: str, key: Key) -> Weighed:
    """How far q(z|x) is from p(z|x), by quadrature and the log p(x) of the grid."""
    grid = exact(run_id, key)
    likelihood, gaussian = _likelihood(run_id, key), encoded(run_id, key)
    with heavy_work.turn:
        gap = posterior_gap(likelihood, *gaussian, grid.log_evidence)
    row, column = np.unravel_index(grid.density.argmax(), grid.density.shape)
    highest = np.array([grid.z1[column], grid.z2[row]])
    return Weighed(gap, grid.log_evidence, len(islands.islands(grid)), highest)


def walk(run: RunConfig, key: Key, settings: Settings, view: browser.View) -> browser.Figures | None:
    """Draw the walk of chains in the page; what they came to, None until the browser has walked."""
    given = None
    if not browser.in_browser(run):
        given = browser.Given(_walked(run.run_id, key, settings), _figures(run.run_id, key, settings))
    name = browser.name_of(run.run_id, key, settings)
    # In the plane the page has the exact posterior to speak of and waits for no word of the chains.
    told = run.latent_dim != 2
    return browser.show(name, _job(run, key, settings), view, given, key="chain_walk", told=told)


def is_to_walk(run: RunConfig, key: Key, settings: Settings) -> bool:
    """Whether to go on to the walk; where the server has to do it, a student asks for it by a button."""
    if browser.in_browser(run):
        return True
    steps, decodings = settings.steps, settings.chains * settings.steps
    told, label = f"{decodings:,} decodings, one student after the other.", "Walk on the server"
    if not _costs_little(run) and decodings > MOST_DECODINGS:
        steps = max(each for each in STEPS if settings.chains * each <= MOST_DECODINGS)
        told = (
            f"at most {MOST_DECODINGS:,} decodings, for the class shares it. {settings.chains} chains of "
            f"{settings.steps:,} steps are {decodings:,}. Take fewer, or another architecture."
        )
        label = f"Walk {steps} steps on the server"
    name = browser.name_of(run.run_id, key, settings._replace(steps=steps))
    if steps == settings.steps and st.session_state.get("chain__asked") == name:
        return True
    st.info(f"Your browser cannot run this decoder, so the server walks: {told}", icon=":material/dns:")
    st.button(
        label,
        type="primary",
        key="chain__ask",
        on_click=lambda: st.session_state.update(chain_steps=steps, chain__asked=name),
    )
    return False


def short_chains(run: RunConfig) -> tuple[int, int]:
    """How many chains `sweep` tries every b with, and how many steps they take."""
    return (16, 200) if _costs_little(run) else (8, 100)


def _costs_little(run: RunConfig) -> bool:
    return browser.in_browser(run) or run.architecture == "mlp"


def sweep(run: RunConfig, key: Key, seed: int) -> list[browser.Figures] | None:
    """What short chains from μ_x come to with every b of `B`; None while the browser walks, which the page shows."""
    tried = {f"b = {b:g}": Settings("μ_x", b, *short_chains(run), seed) for b in B}
    if not browser.in_browser(run):
        return [_figures(run.run_id, key, settings) for settings in tried.values()]
    found = several.show(
        browser.name_of(run.run_id, key, seed),
        lambda: {name: _job(run, key, settings) for name, settings in tried.items()},
        len(tried),
        run.latent_dim,
        key="chain_sweep",
    )
    return found and found.each


def from_all_starts(
    run: RunConfig, key: Key, settings: Settings, exact: GridPosterior | None, parts: islands.Islands | None
) -> several.Found | None:
    """The same chains from each of `STARTS`, and all as one lot; None while the browser walks, which the page shows."""
    each = {f"from {name}": settings._replace(start=name) for name in STARTS}
    if browser.in_browser(run):
        return several.show(
            browser.name_of(run.run_id, key, settings._replace(start="")),
            lambda: {name: _job(run, key, one) for name, one in each.items()},
            len(each),
            run.latent_dim,
            key="chain_starts",
            exact=exact,
            islands=parts,
            together=True,
        )
    draws = [_second_half(_walked(run.run_id, key, one)) for one in each.values()]
    figures = [_figures(run.run_id, key, one) for one in each.values()]
    shares = None
    if exact is not None:
        shares = [islands.shares(parts, exact, some.reshape(-1, some.shape[2])) for some in draws]
    with heavy_work.turn:
        return several.Found(figures, shares, float(np.max(split_rhat(np.concatenate(draws)))))


@st.cache_data(max_entries=24, show_spinner="The chains are walking …")  # 10 MB each where most is asked for
def _walked(run_id: str, key: Key, settings: Settings) -> np.ndarray:
    """Places of all chains, the start first, (chains, 1 + steps, d) float32."""
    at = _starts(run_id, key, settings)
    likelihood = _likelihood(run_id, key)
    with heavy_work.turn:
        run = sampling.pcn_chain(likelihood, at, settings.b, settings.steps, settings.seed)
    return np.concatenate([at[:, None], run.samples], axis=1).astype(np.float32)


def _second_half(places: np.ndarray) -> np.ndarray:
    """The draws that count, of what `_walked` gives: (chains, steps // 2, d)."""
    return places[:, 1 + (places.shape[1] - 1) // 2 :]


@st.cache_data(max_entries=256, show_spinner=False)
def _figures(run_id: str, key: Key, settings: Settings) -> browser.Figures:
    """What the server's chains came to."""
    places = _walked(run_id, key, settings)
    draws = _second_half(places).astype(np.float64)
    moved = (np.diff(places, axis=1) != 0).any(axis=2)
    with heavy_work.turn:
        rhat, ess = split_rhat(draws), effective_sample_size(draws)
    mean, sd = draws.mean(axis=(0, 1)), draws.std(axis=(0, 1))
    return browser.Figures(float(moved.mean()), float(np.max(rhat)), float(np.min(ess)), mean, sd)


@st.cache_data(max_entries=256, show_spinner=False)
def _variance(run_id: str) -> float:
    """σ² that a Gaussian decoder was calibrated to."""
    return float(models.vae(run_id).variance)


def _job(run: RunConfig, key: Key, settings: Settings) -> browser.Job:
    variance = run.beta * (_variance(run.run_id) if run.likelihood == "calibrated" else 1.0)
    starts = _starts(run.run_id, key, settings)
    return browser.Job(run, image(key), variance, starts, settings.b, settings.steps, settings.seed)


def said_likelihood(run: RunConfig) -> str:
    """Which p(x|z) the decoder of this run has, in a sentence."""
    if run.likelihood == "bernoulli":
        tempered = "" if run.beta == 1 else f", divided by β = {run.beta:g} as in training"
        return f"This model's p(x|z) is Bernoulli, pixel by pixel{tempered}; there is no σ²."
    if run.likelihood == "calibrated":
        return f"This model's σ² is the one it was calibrated to: σ² = {_variance(run.run_id):.4f}."
    return f"This model was trained with β = {run.beta:g}, which is the same as σ² = {run.beta:g}."


def _likelihood(run_id: str, key: Key) -> sampling.LogLikelihood:
    return heavy_work.in_slices(sampling.decoder_log_likelihood(models.vae(run_id), image(key)))


@st.cache_data(max_entries=512, show_spinner="Finding the exact posterior …")  # some 8 kB each
@disk_cache.kept(GridPosterior)
def _grid(run_id: str, key: Key) -> GridPosterior:
    reach = max(6.0, 1.1 * float(np.abs(models.encodings(run_id).mean).max()))
    likelihood = _likelihood(run_id, key)
    with heavy_work.turn:
        return refined_posterior(likelihood, reach)


def _starts(run_id: str, key: Key, settings: Settings) -> np.ndarray:
    """(chains, latent_dim)."""
    kind, chains, seed = STARTS[settings.start], settings.chains, settings.seed
    mean, _ = encoded(run_id, key)
    if kind == "prior":
        return sampling.sample_prior(chains, len(mean), seed)
    if kind == "mean":
        return np.tile(mean, (chains, 1))
    others = models.encodings(run_id).mean
    return others[np.random.default_rng(seed).choice(len(others), chains, replace=False)]
