"""Chains of p(z|x) that walk in the student's browser: what is to be walked, the view of one walk, what it came to.

The browser walks with the decoder it has anyway, so a class of two hundred costs the server nothing while two hundred
chains walk. A walk that Python has done, for a decoder that browsers lack, is shown by the same component.
"""

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui.components import network, sources
from vae_core.config import RunConfig

_walk = sources.component(Path(__file__).parent)
_MOST = 1e12  # no figure of a chain is larger
TRACED = 4  # chains whose steps are drawn
_DRAWS = 700  # of a given walk that are sent


class Job(NamedTuple):
    """Chains to walk, all with the same step size."""

    run: RunConfig
    image: np.ndarray  # x, (28, 28) in [0, 1]
    variance: float  # σ² of a Gaussian decoder, β of a Bernoulli one
    starts: np.ndarray  # (chains, latent_dim)
    b: float
    steps: int
    seed: int


class Figures(NamedTuple):
    """What chains came to; R̂, ESS, mean and deviation of their second half."""

    acceptance: float
    rhat: float  # of the worst dimension, nan where chains stand still
    ess: float  # of the worst dimension, nan likewise
    mean: np.ndarray  # (latent_dim,)
    sd: np.ndarray  # (latent_dim,)


class Given(NamedTuple):
    """A walk that Python has walked."""

    places: np.ndarray  # (chains, 1 + steps, latent_dim), the start first
    figures: Figures


class View(NamedTuple):
    """What is drawn around the walk."""

    pair: tuple[int, int]  # dimensions of the map
    titles: tuple[str, str]
    mean: np.ndarray  # of q(z|x), (latent_dim,); `sd` likewise
    sd: np.ndarray
    regions: np.ndarray  # outlines of the exact p(z|x), (S, 2, 2): segment, its ends, (x, y); none is (0, 2, 2)
    near: bool  # show the surroundings of p(z|x) and q(z|x), not the whole walk
    words: dict[str, str]  # `map`: what is walked, `over`: and what lies under it; for those who cannot see it
    limits: dict[str, float]  # `rhat` and `ess` from which draws may be used


def target_data(job: Job) -> dict:
    """What a job's chains look for, as `pool.js` takes it: the same for all jobs of one image."""
    bernoulli = job.run.likelihood == "bernoulli"
    return {
        "likelihood": "bernoulli" if bernoulli else "gaussian",
        "scale": 1 / job.variance if bernoulli else 0.5 / job.variance,
        "image": float32(job.image),
    }


def job_data(job: Job) -> dict:
    """How a job's chains walk, as `pool.js` takes it."""
    return {
        "starts": float32(job.starts),
        "chains": len(job.starts),
        "d": job.run.latent_dim,
        "b": job.b,
        "steps": job.steps,
        "seed": job.seed,
    }


def name_of(*parts: object) -> str:
    """A short name for all that decides what is found, from what Python shows of it."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=9).hexdigest()


def show(name: str, job: Job, view: View, given: Given | None, *, key: str, told: bool = True) -> Figures | None:
    """Draw the walk; the browser walks unless it is `given`.

    Args:
        name: of all that decides what the walk comes to.
        job: what is walked; without `given` its run must be one that browsers can decode.
        view: the map around it.
        given: the walk, where Python has walked.
        key: of the element; what is found stays in the session under it.
        told: whether the browser is to say what it has found; it shows that in any case.

    Returns:
        What the chains came to, None until the browser has said so.
    """
    target, weights = target_data(job), network.weights(job.run)
    found = given.figures if given else found_in(f"{key}_found", name, lambda sent: figures(sent, job.run.latent_dim))
    pair = list(view.pair)
    _walk(
        data={
            "key": f"{name} given" if given else name,
            "run": job.run.run_id,
            "weights": weights,
            "answer": network.answer(job.run, st.session_state.get(f"{key}_asked")) if weights is None else None,
            "job": None if given else job_data(job) | {"target": target, "weights": weights},
            "given": given and _given(given),
            "known": found is not None or not told,
            "image": target["image"],
            "pair": pair,
            "titles": view.titles,
            "mean": view.mean[pair].tolist(),
            "sd": view.sd[pair].tolist(),
            "regions": float32(view.regions) if len(view.regions) else None,
            "near": view.near,
            "words": view.words,
            "limits": view.limits,
        },
        key=key,
        on_found_change=lambda: take_found(key),
        on_asked_change=lambda: st.session_state.update({f"{key}_asked": st.session_state[key].asked}),
        on_unable_change=say_unable,
    )
    return found


def take_found(key: str) -> None:
    """Keep what a component has found beside it; it may be anything, and is looked at when it is asked for."""
    st.session_state[f"{key}_found"] = st.session_state[key].found


def found_in(slot: str, name: str, read):
    """What was found of this walk, by `read`; None if it is of another, or nothing that could have been found."""
    sent = st.session_state.get(slot)
    if not isinstance(sent, dict) or sent.get("key") != name:
        return None
    return read(sent)


_UNABLE = "_walks_on_the_server"


def say_unable() -> None:
    """The student's browser could not walk; Python does from now on."""
    st.session_state[_UNABLE] = True


def in_browser(run: RunConfig) -> bool:
    """Whether the student's browser can walk with this run's decoder."""
    return not st.session_state.get(_UNABLE) and network.weights(run) is not None


def figures(sent: object, latent_dim: int) -> Figures | None:
    """Figures that came from the browser, None where they are none."""
    if not isinstance(sent, dict):
        return None
    one = [number(sent.get(name), missing=np.nan) for name in ("acceptance", "rhat", "ess")]
    many = [sent.get(name) for name in ("mean", "sd")]
    if not all(isinstance(values, list) and len(values) == latent_dim for values in many):
        return None
    arrays = [[number(value) for value in values] for values in many]
    if None in one or any(None in values for values in arrays) or not 0 <= one[0] <= 1:
        return None
    return Figures(*one, *map(np.array, arrays))


def number(sent: object, missing: float | None = None) -> float | None:
    """A number that came from the browser, None where it is none; `missing` where null was sent."""
    if sent is None:
        return missing
    fits = type(sent) in (int, float) and abs(sent) <= _MOST
    return float(sent) if fits else None


def float32(values: np.ndarray) -> str:
    """Base64 of little-endian float32, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


def _given(given: Given) -> dict:
    chains, steps, d = given.places.shape[0], given.places.shape[1] - 1, given.places.shape[2]
    draws = given.places[:, 1 + steps // 2 :].reshape(-1, d)
    found = given.figures
    return {
        "chains": chains,
        "steps": steps,
        "d": d,
        "traced": min(chains, TRACED),
        "first": float32(given.places[0]),
        "draws": float32(draws[:: max(1, len(draws) // _DRAWS)]),
        "traces": float32(given.places[:TRACED, 1:]),
        "figures": {
            "acceptance": found.acceptance,
            "rhat": found.rhat if np.isfinite(found.rhat) else None,
            "ess": found.ess if np.isfinite(found.ess) else None,
            "mean": found.mean.tolist(),
            "sd": found.sd.tolist(),
        },
    }
