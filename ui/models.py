"""Models, digits and what was computed from them, loaded once per process and shared by all students.

Everything returned is shared: arrays are read-only, models are in eval mode and must not be changed. torch is imported
when the first model is loaded, not before, so that text appears at once. Only the run that a student trained
(`ui.your_run`) is read from the session and never cached here.

A run whose files are missing or damaged is left out for a minute and the page is drawn again with another; the
picker says so. Pages therefore never handle a damaged run themselves.
"""

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, garbage, heavy_work, kept_models, server_memory, your_run
from vae_core import own_run, zoo
from vae_core.config import RunConfig

if TYPE_CHECKING:
    from vae_core.classifier import Classifier
    from vae_core.vae import VAE

KEPT = kept_models.kept_models(os.environ)


class DigitEncodings(NamedTuple):
    """q(z|x) = N(mean, diag exp logvar) of the shipped digits, in their order."""

    mean: np.ndarray  # (5000, latent_dim)
    logvar: np.ndarray  # (5000, latent_dim)


def runs() -> tuple[RunConfig, ...]:
    """The runs that can be shown now: those of the zoo less those that were found damaged."""
    left_out = damaged()
    return tuple(run for run in _listed() if run.run_id not in left_out) if left_out else _listed()


@st.cache_resource(ttl=60, show_spinner=False)
def damaged() -> dict[str, str]:
    """Run id -> what is wrong with it. Forgotten after a minute, so that restored files are found again."""
    return {}


def config(run_id: str) -> RunConfig:
    """How the run was trained."""
    mine = your_run.held(run_id)
    return mine.config if mine else next(run for run in _listed() if run.run_id == run_id)


def vae(run_id: str) -> "VAE":
    """The model, in eval mode on the CPU."""
    return _of("vae", _vae, run_id)


def classifiers() -> tuple[RunConfig, ...]:
    """The classifiers that can be shown now."""
    left_out = damaged()
    return tuple(run for run in _listed_classifiers() if run.run_id not in left_out)


def classifier(run_id: str) -> "Classifier":
    """The classifier, in eval mode on the CPU."""
    return _or_leave_out(_classifier, run_id)


def test_representation(run_id: str):
    """A classifier's bottleneck of MNIST's 10,000 test images (10000, d), and their labels."""
    return _or_leave_out(_test_representation, run_id)


def metrics(run_id: str) -> dict[str, Any]:
    """Figures stored with the run, `metrics["test"]["rate"]` and so on, nats per image."""
    return _of("metrics", _metrics, run_id)


def history(run_id: str):
    """Rate and distortion over training, as `vae_core.zoo.history` gives them."""
    return _of("history", _history, run_id)


def moments(run_id: str):
    """Per class mean, covariance and count over the training split (`vae_core.zoo.ClassMoments`)."""
    return _of("moments", _moments, run_id)


def test_encodings(run_id: str):
    """q(z|x) of MNIST's 10,000 test images with their labels (`vae_core.zoo.Encodings`)."""
    return _of("test_encodings", _test_encodings, run_id)


def sample_quality(run_id: str) -> dict[str, Any] | None:
    """How good the run's samples are to the judge, None if it is not judged (`vae_core.zoo.sample_quality`)."""
    return None if your_run.held(run_id) else _or_leave_out(_sample_quality, run_id)


def snapshots(run_id: str):
    """The latent space over training (`vae_core.zoo.snapshots`); ask only for runs whose `snapshots` is true."""
    return _of("snapshots", _snapshots, run_id)


def encodings(run_id: str) -> DigitEncodings:
    """q(z|x) of the shipped digits."""
    return _once(run_id, "encodings", _encode) or _or_leave_out(_encodings, run_id)


def digit_terms(run_id: str):
    """Rate and distortion of every shipped digit, nats, z drawn once (`vae_core.evaluation.ImageTerms`)."""
    return _once(run_id, "digit_terms", _measure) or _or_leave_out(_digit_terms, run_id)


def test_images(run_id: str) -> str:
    """Which images `metrics["test"]` and `test_encodings` are of, for prose: "MNIST's test images" for the zoo."""
    mine = your_run.held(run_id)
    return mine.measured_on if mine else own_run.TEST_IMAGES


def digits():
    """The shipped digits (`vae_core.zoo.Digits`); without them the page says so and stops."""
    try:
        return _digits()
    except zoo.ZooError as error:
        st.error(f"The digits that ship with the app cannot be read. {error}")
        st.stop()


@st.cache_resource(show_spinner=False)
def digit_pictures() -> list[str]:
    """A PNG data URI for every shipped digit, in their order; for tooltips and `mark_image`."""
    from vae_core.charts.pictures import data_uris

    return data_uris(digits().images)


def _of(what: str, load: Callable[[str], Any], run_id: str) -> Any:
    """`what` of the student's own run, from the session; of any other as `load` gives it, from the shared cache."""
    mine = your_run.held(run_id)
    return getattr(mine, what) if mine else _or_leave_out(load, run_id)


def _once(run_id: str, what: str, compute: Callable[["VAE"], Any]) -> Any:
    """What is computed from the student's own run, kept beside it; None for any other run."""
    mine = your_run.held(run_id)
    if mine and what not in mine.computed:
        mine.computed[what] = compute(mine.vae)
    return mine.computed[what] if mine else None


def _or_leave_out(load: Callable[[str], Any], run_id: str) -> Any:
    """What `load` gives, or leave the run out and draw the page again."""
    if own_run.is_own(run_id):
        raise LookupError("a run that a student trained is to be had in that student's session only")
    try:
        return load(run_id)
    except zoo.ZooError as error:
        damaged()[run_id] = str(error)
        logging.getLogger(__name__).warning("%s is left out: %s", run_id, error)
        st.rerun()


@st.cache_resource(ttl=60, show_spinner=False)
def _listed() -> tuple[RunConfig, ...]:
    return tuple(zoo.list_runs())


@st.cache_resource(ttl=60, show_spinner=False)
def _listed_classifiers() -> tuple[RunConfig, ...]:
    return tuple(zoo.list_classifiers())


def _image_terms(**fields):
    from vae_core import evaluation  # it loads torch

    return evaluation.ImageTerms(**fields)


def _prepare() -> None:
    import torch

    torch.set_num_threads(1)  # many students, small networks: one thread each beats all threads for one
    server_memory.give_back_what_is_freed()
    garbage.leave_out_what_stays()


@st.cache_resource(max_entries=8, show_spinner="Loading the classifier …")
def _classifier(run_id: str) -> "Classifier":
    _prepare()
    return zoo.load_classifier(run_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def _test_representation(run_id: str):
    representation, label = zoo.test_representation(run_id)
    return tuple(_read_only((representation, label)))


@st.cache_resource(max_entries=KEPT, show_spinner="Loading the model …")
def _vae(run_id: str) -> "VAE":
    _prepare()
    return zoo.load(run_id)


@st.cache_resource(max_entries=256, show_spinner=False)
def _metrics(run_id: str) -> dict[str, Any]:
    return zoo.metrics(run_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def _history(run_id: str):
    return zoo.history(run_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def _moments(run_id: str):
    return zoo.moments(run_id)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _test_encodings(run_id: str):
    return zoo.test_encodings(run_id)


@st.cache_resource(max_entries=256, ttl=600, show_spinner=False)
def _sample_quality(run_id: str) -> dict[str, Any] | None:
    return zoo.sample_quality(run_id)


@st.cache_resource(max_entries=8, show_spinner=False)  # 1.6 MB each
def _snapshots(run_id: str):
    return zoo.snapshots(run_id)


@st.cache_resource(show_spinner=False)
def _digits():
    return zoo.digits()


@st.cache_resource(max_entries=KEPT, show_spinner="Encoding the digits …")
def _encodings(run_id: str) -> DigitEncodings:
    return DigitEncodings(*_read_only([each.astype(np.float64) for each in _encoded(run_id)]))


@st.cache_resource(max_entries=32, show_spinner=False)  # a quarter of a megabyte each
@disk_cache.kept(DigitEncodings)
def _encoded(run_id: str) -> DigitEncodings:
    """As the network gives them, float32."""
    return DigitEncodings(*_read_only([each.astype(np.float32) for each in _encode(_vae(run_id))]))


def _encode(vae: "VAE") -> DigitEncodings:
    import torch

    digits = _digit_tensor()
    with (
        heavy_work.turn,
        torch.inference_mode(),
    ):  # not around the loading: such weights would refuse gradients for ever
        # In pieces: convolutions of all digits at once would take half a gigabyte.
        encode = heavy_work.in_slices(vae.encode)
        pieces = [encode(piece) for piece in digits.split(500)]
        found = [torch.cat(parts).double().numpy() for parts in zip(*pieces, strict=True)]
    return DigitEncodings(*_read_only(found))


@st.cache_resource(max_entries=64, show_spinner="Measuring the digits …")
@disk_cache.kept(_image_terms)
def _digit_terms(run_id: str):
    return _measure(_vae(run_id))


def _measure(vae: "VAE"):
    from vae_core import evaluation

    return evaluation.ImageTerms(*_read_only(evaluation.image_terms(vae, _digit_tensor())))


def _digit_tensor():
    """The shipped digits as a network takes them, (5000, 1, 28, 28) float32 in [0, 1]."""
    import torch

    return torch.from_numpy(_digits().images).float().div(255).unsqueeze(1)


def _read_only(arrays) -> list[np.ndarray]:
    for array in arrays:
        array.setflags(write=False)
    return list(arrays)
