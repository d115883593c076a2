"""Models, digits and what was computed from them, loaded once per process and shared by all students.

Everything returned is shared: arrays are read-only, models are in eval mode and must not be changed. torch is imported
when the first model is loaded, not before, so that text appears at once.

A run whose files are missing or damaged is left out for a minute and the page is drawn again with another; the
picker says so. Pages therefore never handle a damaged run themselves.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from vae_core import zoo
from vae_core.config import RunConfig

if TYPE_CHECKING:
    from vae_core.vae import VAE


class DigitEncodings(NamedTuple):
    """q(z|x) = N(mean, diag exp logvar) of the shipped digits, in their order."""

    mean: np.ndarray  # (5000, latent_dim)
    logvar: np.ndarray  # (5000, latent_dim)


def runs() -> tuple[RunConfig, ...]:
    """The runs that can be shown now: those of the zoo less those that were found damaged."""
    left_out = damaged()
    return tuple(run for run in _listed() if run.run_id not in left_out)


@st.cache_resource(ttl=60)
def damaged() -> dict[str, str]:
    """Run id -> what is wrong with it. Forgotten after a minute, so that restored files are found again."""
    return {}


def vae(run_id: str) -> "VAE":
    """The model, in eval mode on the CPU."""
    return _or_leave_out(_vae, run_id)


def metrics(run_id: str) -> dict[str, Any]:
    """Figures stored with the run, `metrics["test"]["rate"]` and so on, nats per image."""
    return _or_leave_out(_metrics, run_id)


def history(run_id: str):
    """Rate and distortion over training, as `vae_core.zoo.history` gives them."""
    return _or_leave_out(_history, run_id)


def moments(run_id: str):
    """Per class mean, covariance and count over the training split (`vae_core.zoo.ClassMoments`)."""
    return _or_leave_out(_moments, run_id)


def test_encodings(run_id: str):
    """q(z|x) of MNIST's 10,000 test images with their labels (`vae_core.zoo.Encodings`)."""
    return _or_leave_out(_test_encodings, run_id)


def snapshots(run_id: str):
    """The latent space over training (`vae_core.zoo.snapshots`); ask only for runs whose `snapshots` is true."""
    return _or_leave_out(_snapshots, run_id)


def encodings(run_id: str) -> DigitEncodings:
    """q(z|x) of the shipped digits."""
    return _or_leave_out(_encodings, run_id)


def digit_terms(run_id: str):
    """Rate and distortion of every shipped digit, nats, z drawn once (`vae_core.evaluation.ImageTerms`)."""
    return _or_leave_out(_digit_terms, run_id)


def digits():
    """The shipped digits (`vae_core.zoo.Digits`); without them the page says so and stops."""
    try:
        return _digits()
    except zoo.ZooError as error:
        st.error(f"The digits that ship with the app cannot be read. {error}")
        st.stop()


@st.cache_resource
def digit_pictures() -> list[str]:
    """A PNG data URI for every shipped digit, in their order; for tooltips and `mark_image`."""
    from vae_core.charts.pictures import data_uris

    return data_uris(digits().images)


def _or_leave_out(load: Callable[[str], Any], run_id: str) -> Any:
    """What `load` gives, or leave the run out and draw the page again."""
    try:
        return load(run_id)
    except zoo.ZooError as error:
        damaged()[run_id] = str(error)
        st.rerun()


@st.cache_resource(ttl=60)
def _listed() -> tuple[RunConfig, ...]:
    return tuple(zoo.list_runs())


@st.cache_resource(max_entries=32, show_spinner="Loading the model …")
def _vae(run_id: str) -> "VAE":
    import torch

    torch.set_num_threads(1)  # many students, small networks: one thread each beats all threads for one
    return zoo.load(run_id)


@st.cache_resource(max_entries=256)
def _metrics(run_id: str) -> dict[str, Any]:
    return zoo.metrics(run_id)


@st.cache_resource(max_entries=64)
def _history(run_id: str):
    return zoo.history(run_id)


@st.cache_resource(max_entries=64)
def _moments(run_id: str):
    return zoo.moments(run_id)


@st.cache_resource(max_entries=32)
def _test_encodings(run_id: str):
    return zoo.test_encodings(run_id)


@st.cache_resource(max_entries=8)
def _snapshots(run_id: str):
    return zoo.snapshots(run_id)


@st.cache_resource
def _digits():
    return zoo.digits()


@st.cache_resource(max_entries=64, show_spinner="Encoding the digits …")
def _encodings(run_id: str) -> DigitEncodings:
    import torch

    vae = _vae(run_id)  # loaded outside: weights made in inference mode would refuse gradients for ever
    with torch.inference_mode():
        found = [np.asarray(part, dtype=np.float64) for part in vae.encode(_digit_tensor())]
    return DigitEncodings(*_read_only(found))


@st.cache_resource(max_entries=64, show_spinner="Measuring the digits …")
def _digit_terms(run_id: str):
    from vae_core import evaluation

    return evaluation.ImageTerms(*_read_only(evaluation.image_terms(_vae(run_id), _digit_tensor())))


def _digit_tensor():
    """The shipped digits as a network takes them, (5000, 1, 28, 28) float32 in [0, 1]."""
    import torch

    return torch.from_numpy(_digits().images).float().div(255).unsqueeze(1)


def _read_only(arrays) -> list[np.ndarray]:
    for array in arrays:
        array.setflags(write=False)
    return list(arrays)
