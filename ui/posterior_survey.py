"""The encoder's gap to the exact posterior over fifty unseen digits, its best and its worst side by side."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, latent, models
from ui import posterior_chains as chains
from vae_core.charts import chain as charts
from vae_core.charts import pictures
from vae_core.config import RunConfig

PER_CLASS = 5
_SIDES = 3  # best and worst shown


def weighed_digits() -> np.ndarray:
    """Positions of the first held-out digits of every class, class by class."""
    digits = models.digits()
    unseen = [np.flatnonzero((digits.labels == label) & digits.held_out)[:PER_CLASS] for label in range(10)]
    return np.concatenate(unseen)


@st.fragment
def show(run: RunConfig, key: chains.Key) -> None:
    """A toggle, for it takes some seconds; then the gaps by class, the best and the worst digits."""
    if not controls.toggle("chain_survey", f"Weigh {10 * PER_CLASS} unseen digits (some seconds the first time)"):
        return
    digits = models.digits()
    numbers = np.tile(np.arange(PER_CLASS), 10)
    positions = weighed_digits()
    weighed = []
    bar = st.progress(0.0, "Finding exact posteriors …")
    for done, position in enumerate(positions, start=1):
        weighed.append(chains.weigh(run.run_id, int(position)))
        bar.progress(done / len(positions), f"Finding exact posteriors … {done} of {len(positions)}")
    bar.empty()
    gaps = np.array([each.gap for each in weighed])
    order = np.argsort(gaps, kind="stable")
    many = sum(each.islands > 1 for each in weighed)
    figures.chart(
        partial(charts.gaps, gaps, digits.labels[positions], [models.digit_pictures()[p] for p in positions], numbers),
        alt=f"Gap of {len(gaps)} digits by class, from {max(gaps.min(), 0):.3f} to {gaps.max():.2f} nats.",
    )
    st.caption(
        f"The first {PER_CLASS} held-out digits of every class. Half of them are within {np.median(gaps):.2f} nats; "
        f"the mean is {gaps.mean():.2f}, the largest {gaps.max():.2f}. {many} of the {len(gaps)} exact posteriors have "
        "more than one island. Gaps below 0.001 are drawn there."
    )
    for name, some in (("Best", order[:_SIDES]), ("Worst", order[::-1][:_SIDES])):
        st.markdown(f"**{name}**")
        for column, place in zip(st.columns(_SIDES), some, strict=True):
            position = int(positions[place])
            label, number = int(digits.labels[position]), int(numbers[place])
            with column:
                figures.picture(
                    _side_by_side(run.run_id, position),
                    alt=f"A {label}, the decoding of its μ_x, and of the exact posterior's highest place.",
                    width="stretch",
                )
                st.caption(f"{label}, number {number}: **{max(gaps[place], 0):.2f} nats**")
                loaded = st.button(
                    "Load it",
                    key=f"chain_load_{position}_{name}",
                    on_click=chains.take,
                    args=(label, number),
                    disabled=position == key,
                )
                if loaded:
                    st.rerun()  # the whole page: the image stands outside this fragment
    st.caption("Each time: x, the decoding of the encoder's μ_x, and of the place where p(z|x) is highest.")


@st.cache_data(max_entries=256, show_spinner=False)
def _side_by_side(run_id: str, position: int) -> np.ndarray:
    """A digit, the decoding of its μ_x, and of the place where p(z|x) is highest."""
    mean, _ = chains.encoded(run_id, position)
    drawn = latent.decoded(run_id, np.array([mean, chains.weigh(run_id, position).highest]))
    return pictures.grid(np.stack([models.digits().images[position], *drawn]), 3, gap=1)
