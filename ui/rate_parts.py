"""What the rate of a recorded training is made of, step by step: information, and what all images share."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, figures, models, recorded
from vae_core import information
from vae_core.charts import phases as charts
from vae_core.config import RunConfig

SEED = 0  # of the draws that the information is estimated with


class _Parts(NamedTuple):
    parts: np.ndarray  # (steps, fields of a RateSplit)


@st.cache_data(max_entries=16, show_spinner="Splitting the rate …")
def splits(run_id: str) -> list[information.RateSplit]:
    """The rate's parts at each recorded step, of the recorded digits."""
    return [information.RateSplit(*map(float, row)) for row in _split(run_id).parts]


@disk_cache.kept(_Parts)
def _split(run_id: str) -> _Parts:
    shots = models.snapshots(run_id)
    pairs = zip(shots["mean"], shots["logvar"], strict=True)
    return _Parts(np.array([information.split_rate(mean, logvar, SEED) for mean, logvar in pairs]))


@st.cache_resource(max_entries=16, show_spinner=False)
def _parts_chart(run_id: str):
    shots, found = models.snapshots(run_id), splits(run_id)
    of_rate = {name: np.array([getattr(split, name) for split in found]) for name in charts.PARTS}
    return charts.parts(shots["step"], of_rate, information.ceiling(shots["mean"].shape[1]))


def show(run: RunConfig) -> None:
    """The split over the whole training, and what it says at the spike and at the end."""
    found, marks = splits(run.run_id), recorded.course(run.run_id).marks
    steps, number = recorded.steps(run.run_id), recorded.count(run.run_id)
    at = recorded.frame_of(run.run_id, marks.spike.step)
    spike, end = found[at], found[-1]
    limit = information.ceiling(number)
    figures.chart(
        _parts_chart(run.run_id),
        alt=f"The rate of {run.run_id} split into information, shape, width and shift over the steps: after "
        f"step {steps[at]} {spike.information:.2f} of {spike.rate:.2f} nats are information, at the end "
        f"{end.information:.2f} of {end.rate:.2f}.",
    )
    st.markdown(
        f"After step {steps[at]:,}, the recording nearest the peak, the rate of {number:,} digits that were not "
        f"trained on is {spike.rate:.2f} nats: "
        f"{spike.shift:.2f} of shift, {spike.width:.2f} of width, {max(spike.shape, 0):.2f} of shape and "
        f"**{spike.information:.2f}** of information. "
        + ("The peak is mostly one push of all codes in one direction. " if spike.shift > spike.rate / 2 else "")
        + f"At the end **{end.information:.2f}** of {end.rate:.2f} nats are information."
    )
    st.caption(
        f"Shift and width are exact for the {number:,} recorded digits. The information is an estimate, one z a digit, "
        f"standard error {end.error:.2f} nats at the end. It is about these {number:,}, so it cannot pass log "
        f"{number:,} = {limit:.2f} nats, and for all digits it is too low on average; the shape is too high by as much."
    )
