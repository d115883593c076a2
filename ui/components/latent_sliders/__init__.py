"""Sliders, one a latent dimension, that morph the digit while they are dragged.

The browser decodes; the place reaches Python, and the address, when a slider is let go. Where the browser cannot
run the network, Python decodes and the picture follows a moment behind the hand.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from ui import latent, models
from ui.components import network, sources
from vae_core import traversal
from vae_core.charts.palette import LABELS
from vae_core.config import RunConfig

_sliders = sources.component(Path(__file__).parent)


def show(
    run: RunConfig,
    values: np.ndarray,
    placed: int,
    scale: traversal.Scale,
    step: float,
    parameter: Callable[[int], str],
    on_release: Callable[[list[float]], None],
    *,
    key: str,
) -> None:
    """Draw the sliders with the decoded digit beside them.

    Args:
        run: the model.
        values: of the sliders, (latent_dim,), from −`traversal.REACH` to it.
        placed: a number that changes whenever Python puts the sliders somewhere; at the same number they stay where
            the student has them.
        scale: what a value means.
        step: of a slider.
        parameter: of a dimension, counted from 0: where its value stands in the address, 0 left out.
        on_release: called with the new values when a slider is let go, before the page runs again.
        key: of the element.
    """
    weights = network.weights(run)
    asked = st.session_state.get(f"{key}_asked")  # kept: a run that is cut short answers nothing
    if asked is None and weights is None:
        asked = scale.to_latent(values).tolist()
    rates = latent.rates(run)
    order = latent.by_rate(run)
    off = [dimension for dimension in order if latent.is_off(run, dimension)]
    data = {
        "run": run.run_id,
        "weights": weights,
        "answer": network.answer(run, asked),
        "dimensions": [
            {
                "index": dimension,
                "name": latent.name(dimension),
                "rate": f"rate {rates[dimension]:.2f} nats",
                "off": dimension in off,
                "parameter": parameter(dimension),
            }
            for dimension in order
        ],
        "off": f"{len(off)} of {run.latent_dim} dimensions are off: their rate is under 0.01 nats, q(z|x) is the prior "
        "whatever the image, and the decoder has learnt to ignore them. Move one and see."
        if off
        else "",
        "centre": scale.centre.tolist(),
        "unit": scale.unit.tolist(),
        "reach": traversal.REACH,
        "step": step,
        "values": np.asarray(values).tolist(),
        "placed": placed,
        "means": models.moments(run.run_id).mean.tolist(),
        "classes": list(LABELS),
    }

    def take_place() -> None:
        place = network.numbers(st.session_state[key].place, run.latent_dim)
        if place is not None:
            on_release([min(max(value, -traversal.REACH), traversal.REACH) for value in place])

    def take_question() -> None:
        st.session_state[f"{key}_asked"] = st.session_state[key].asked

    _sliders(data=data, key=key, on_place_change=take_place, on_asked_change=take_question)
