"""The run a student trained, "your run" in every chapter of the session, and nobody else's.

It is kept in the student's session state and nowhere else: `ui.models` looks here first and never puts it into a cache
that students share. What pages compute from it may lie in such a cache, but only under the run's id, which is random,
is in no address, and which a page can only have from this session's own state. In the address and in the picker the run
is called `your-run`, whoever trained it: a link with it says nothing about the sender's.
"""

import streamlit as st

from vae_core.config import RunConfig
from vae_core.own_run import OwnRun

NAME = "your-run"  # in the picker and in the address
_RUN = "_your_run"
_TO_LOAD = "_your_run_to_load"


def current() -> OwnRun | None:
    """The run this session trained last, if any."""
    return st.session_state.get(_RUN)


def held(run_id: str) -> OwnRun | None:
    """This session's run if that is its id."""
    run = current()
    return run if run is not None and run.config.run_id == run_id else None


def told(run: RunConfig) -> str:
    """What a run is called to others: its id says nothing outside this tab if it was trained here."""
    if held(run.run_id) is None:
        return run.run_id
    return f"{NAME} ({run.latent_dim} dimensions, {run.likelihood}, β = {run.beta:g}, {run.epochs} epochs)"


def keep(run: OwnRun) -> None:
    """Make it this session's run, in place of the one before, and have the picker load it."""
    st.session_state[_RUN] = run
    st.session_state[_TO_LOAD] = True


def is_to_be_loaded() -> bool:
    """Whether the picker should load it now; true once after `keep`."""
    return st.session_state.pop(_TO_LOAD, False)
