"""Training from the page: what this server allows, its queue, and the training of this session.

A training is a process of its own (`vae_core.training_job`). A server runs as many at a time as the environment
variable `VAE_TRAININGS` says, one by default; the queue is shared by all students, a job and its result belong to the
session that started it. Full MNIST is offered where `VAE_DATA` names a folder that has it. Who goes to another chapter
cancels at once (`attend`), and who closes the tab when the connection has been gone for ten seconds.
"""

import os
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import your_run
from vae_core import own_run, training_queue
from vae_core.config import RunConfig
from vae_core.training_job import DONE, TrainingJob

CHAPTER = "train"
DATA = "VAE_DATA"  # environment variable: MNIST's folder, in torchvision's layout
_JOB = "_training"
_LEFT = "_training_left"
_RAW = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]


def capacity() -> int:
    """How many trainings this server runs at a time; raises ValueError for a setting that makes no sense."""
    return training_queue.capacity(os.environ)


def sources() -> list[str]:
    """What can be trained on here, `own_run.SHIPPED` first."""
    folder = _mnist()
    there = folder is not None and all((folder / "MNIST" / "raw" / name).is_file() for name in _RAW)
    return [own_run.SHIPPED, own_run.MNIST] if there else [own_run.SHIPPED]


def job() -> TrainingJob | None:
    """The training this session started last, also when it has ended."""
    return st.session_state.get(_JOB)


def is_busy() -> bool:
    """Whether this session's training waits or runs."""
    return job() is not None and not job().ended


def start(config: RunConfig, source: str) -> None:
    """Queue a training for this session; does nothing while one waits or runs."""
    if is_busy():
        return
    folder = str(_mnist().resolve()) if source == own_run.MNIST else None
    st.session_state[_JOB] = TrainingJob(config, source, folder)
    st.session_state.pop(_LEFT, None)
    _queue(capacity()).submit(job(), _presence())


def cancel() -> None:
    """End this session's training, or give up its place in the queue."""
    if is_busy():
        _queue(capacity()).cancel(job())


def place() -> int:
    """Of this session's training in the queue, 1 for the next; 0 when it does not wait."""
    return _queue(capacity()).place(job()) if is_busy() else 0


def was_left() -> bool:
    """Whether the last training was cancelled because its student went to another chapter."""
    return bool(st.session_state.get(_LEFT))


def attend(chapter: str) -> None:
    """At the front door, before anything is drawn: take in a finished run, end one its student has walked away from."""
    mine = job()
    if mine is None:
        return
    if chapter != CHAPTER and not mine.ended:
        cancel()
        st.session_state[_LEFT] = True
    if mine.progress().phase == DONE and mine.files:
        your_run.keep(own_run.own(mine.config, mine.files, mine.source))
        mine.files = {}


def _mnist() -> Path | None:
    named = os.environ.get(DATA, "").strip()
    return Path(named) if named else None


@st.cache_resource(on_release=lambda queue: queue.close())
def _queue(capacity: int) -> training_queue.TrainingQueue:
    return training_queue.TrainingQueue(capacity)


def _presence() -> Callable[[], bool]:
    """Whether this session's browser is connected, for other threads to ask."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    server, session = runtime.get_instance(), context.session_id
    return lambda: bool(server.is_active_session(session))
