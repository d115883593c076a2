"""Recorded trainings as the chapters on training show them: which there are, what they are called, their landmarks.

A training is recorded if its run has snapshots. Everything here is cached by run id; arrays are shared.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import controls, latent, models, your_run
from vae_core import phases
from vae_core.config import RunConfig

CONSTANT_FIRST = ("constant", "one-cycle")
_LIKE = {"gaussian": "", "bernoulli": "Bernoulli", "calibrated": "calibrated"}


class Course(NamedTuple):
    """One training: its history, its landmarks, where its units switch on."""

    step: np.ndarray  # (T,)
    rate: np.ndarray  # (T,)
    half_sse: np.ndarray  # (T,)
    smooth_half_sse: np.ndarray  # running medians of it, (T,)
    rate_per_dimension: np.ndarray  # (T, latent_dim)
    marks: phases.Landmarks
    switched_on: list[int | None]


def runs() -> list[RunConfig]:
    """The runs with a recording, the student's own too: constant rate first, then default weights, then β nearest 1."""
    mine = your_run.current()
    found = [run for run in (*models.runs(), *([mine.config] if mine else [])) if run.snapshots]
    return sorted(
        found,
        key=lambda run: (
            run.latent_dim,
            run.architecture != "mlp",
            CONSTANT_FIRST.index(run.schedule),
            run.init != "default",
            abs(np.log(run.beta)),
            run.run_id,
        ),
    )


def name(run: RunConfig) -> str:
    """What sets a training apart from a first script's: constant rate, default weights, β = 1."""
    if your_run.held(run.run_id):
        return your_run.NAME
    words = [run.architecture] if run.architecture != "mlp" else []
    words += ["one-cycle"] if run.schedule == "one-cycle" else []
    words += [_LIKE[run.likelihood]] if _LIKE[run.likelihood] else []
    words += ["N(0, 0.1²) weights"] if run.init == "normal-0.1" else []
    words += [f"β = {run.beta:g}"] if run.beta != 1 else []
    words += [f"seed {run.seed}"] if run.seed else []
    return ", ".join(words) or "default"


def choose(prefix: str, recorded: Sequence[RunConfig], first: RunConfig) -> RunConfig:
    """The training shown, of those recorded: by latent dimension and name, both in the address.

    Args:
        prefix: `<chapter>`.
        first: shown until the student chooses; one of the recorded.
    """
    sizes = sorted({run.latent_dim for run in recorded})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = controls.select(f"{prefix}_dim", "Latent dimensions", sizes, first.latent_dim, style="buttons")
        fitting = {name(run): run for run in recorded if run.latent_dim == size}
        _forget_unless(f"{prefix}_training", fitting)
        chosen = controls.select(
            f"{prefix}_training",
            "Training",
            list(fitting),
            name(first) if name(first) in fitting else None,
            style="buttons",
            help="“default” is everyone's first script: Adam at a constant 0.001, PyTorch's own initial weights, "
            "β = 1. The others differ in what their name says.",
        )
    return fitting[chosen]


def address(prefix: str, run: RunConfig, step: int) -> dict[str, str]:
    """Parameters with which `<prefix>` opens this training at this step."""
    return {f"{prefix}_dim": str(run.latent_dim), f"{prefix}_training": name(run), f"{prefix}_step": str(step)}


@st.cache_resource(show_spinner=False)
def mean_image_half_sse() -> float:
    """½ SSE of drawing the mean image for every shipped digit: half the pixels' total variance."""
    from vae_core import collapse

    return collapse.mean_image_half_sse(models.digits().images)


@st.cache_resource(show_spinner=False)
def variances() -> np.ndarray:
    """Leading eigenvalues of the covariance of the shipped digits' pixels, descending."""
    from vae_core import collapse

    return collapse.leading_variances(models.digits().images)


@st.cache_resource(max_entries=64, show_spinner=False)
def course(run_id: str) -> Course:
    """The history of a run with its landmarks."""
    history = models.history(run_id)
    step, rate, half_sse = (np.asarray(history[key], np.float64) for key in ("step", "rate", "half_sse"))
    per_dimension = np.asarray(history["rate_per_dimension"], np.float64)
    return Course(
        step.astype(int),
        rate,
        half_sse,
        phases.smooth(half_sse),
        per_dimension,
        phases.landmarks(step, rate, half_sse, mean_image_half_sse()),
        phases.switch_on_steps(step, per_dimension),
    )


def told_marks(marks: phases.Landmarks) -> list[tuple[int, float, str]]:
    """Step, rate and name of the landmarks that are there."""
    border = "border, by convention"
    named = [(marks.spike, "spike"), (marks.valley, "valley"), (marks.onset, "onset"), (marks.border, border)]
    if marks.onset is None:
        named = [(marks.spike, "spike")]
    if marks.starts_high:
        named[0] = (marks.spike, "highest")
    return [(mark.step, mark.rate, name) for mark, name in named if mark is not None]


@st.cache_resource(max_entries=64, show_spinner=False)
def rates(run_id: str) -> np.ndarray:
    """Mean rate of the recorded digits at each recorded step, nats, (S,)."""
    shots = models.snapshots(run_id)
    mean, logvar = shots["mean"].astype(np.float64), shots["logvar"].astype(np.float64)
    return 0.5 * (mean**2 + np.exp(logvar) - 1 - logvar).sum(-1).mean(-1)


@st.cache_resource(max_entries=256, show_spinner=False)
def count(run_id: str) -> int:
    """How many digits were recorded; as many of each class."""
    return len(models.snapshots(run_id)["label"])


@st.cache_resource(max_entries=256, show_spinner=False)
def steps(run_id: str) -> np.ndarray:
    """The recorded steps, (S,): what is drawn of a training is kept longer than its snapshots."""
    return models.snapshots(run_id)["step"].copy()


def places(run_id: str) -> list[str]:
    """A line of text for each recorded step."""
    return [
        f"{'before training' if step == 0 else f'after step {step:,}'} · rate {rate:.2f} nats"
        for step, rate in zip(steps(run_id), rates(run_id), strict=True)
    ]


def landmarks(run_id: str) -> list[tuple[int, str]]:
    """Frame and name of each landmark, at the recorded step nearest to it."""
    return [(frame_of(run_id, at), f"{name} (step {at:,})") for at, _, name in told_marks(course(run_id).marks)]


def frame_of(run_id: str, step: int) -> int:
    """Number of the recording nearest what a step's batch met: the network before that step."""
    from vae_core.latent_film import nearest_frame

    return nearest_frame(steps(run_id), step - 1)


def step_control(prefix: str, run_id: str, at_the_end: bool = False) -> int:
    """The recorded step shown, chosen here or where the film rests; both stand in the address. Gives its number.

    Until one is chosen it is the first, before training, or the last.
    """
    taken = steps(run_id).tolist()
    key = f"{prefix}_step"
    _forget_unless(key, taken)
    chosen = controls.select(
        key,
        "Steps taken",
        taken,
        taken[-1 if at_the_end else 0],
        format=str,
        on_change=_turn,
        args=(prefix,),
        width=140,
        help="How many steps the network shown has behind it. Choose, or let the film rest on one.",
    )
    return taken.index(chosen)


def turn(prefix: str) -> int:
    """Grows whenever a step is chosen by hand, which sends the film there."""
    return st.session_state.get(f"{prefix}__turn", 0)


def rest(prefix: str, run_id: str) -> None:
    """The film `<prefix>-film` has come to rest: say so in the control and thereby in the address."""
    frame = st.session_state[f"{prefix}-film"].get("frame")
    taken = steps(run_id)
    if isinstance(frame, int | float) and 0 <= frame < len(taken):
        st.session_state[f"{prefix}_step"] = int(taken[int(frame)])


@st.cache_resource(max_entries=64, show_spinner=False)
def order(run_id: str) -> list[int]:
    """The dimensions by their smoothed rate at the end, highest first."""
    return np.argsort(-phases.smooth(course(run_id).rate_per_dimension)[-1], kind="stable").tolist()


def dimension_names(run: RunConfig) -> list[str]:
    return [latent.name(dimension) for dimension in range(run.latent_dim)]


@st.cache_resource(max_entries=16, show_spinner=False)
def cloud_data(run_id: str, first: int, second: int) -> dict:
    """The latent cloud in two dimensions, as the film takes it."""
    from ui.components import training_film
    from vae_core.latent_film import latent_film

    shots = models.snapshots(run_id)
    latent_dim = shots["mean"].shape[2]
    axes = np.eye(latent_dim)[[first, second]]
    rest = "" if latent_dim == 2 else f"; the two of {latent_dim} with the highest rate at the end"
    film = latent_film(shots["step"], shots["mean"], shots["logvar"], shots["label"], axes)
    return training_film.cloud_data(
        film, f"μ_x: {latent.name(first)} to the right, {latent.name(second)} upwards{rest}"
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def picture_data(run_id: str) -> dict:
    """What the decoder draws over the training, as the film takes it."""
    from ui.components import training_film

    shots, digits = models.snapshots(run_id), models.digits()
    places = {int(index): place for place, index in enumerate(digits.index)}
    originals = digits.images[[places[int(shots["index"][i])] for i in shots["reconstructed"]]]
    return training_film.picture_data(training_film.Pictures(originals, shots["reconstruction"], shots["prior_sample"]))


def _turn(prefix: str) -> None:
    st.session_state[f"{prefix}__turn"] = turn(prefix) + 1


def _forget_unless(key: str, options) -> None:
    """Drop a choice that this training leaves no room for."""
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]
