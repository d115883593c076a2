"""A tour of the ten digits built by the student: by clicking the map, by buttons or by typing; ranked among all.

The text is the state, under `tour_mine` in the address: clicks and buttons write into it.
"""

import functools
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import streamlit as st

from ui import controls, figures, stations
from vae_core import tour as tours
from vae_core import tour_text
from vae_core.charts import tours as charts
from vae_core.config import RunConfig


@st.fragment
def show(run: RunConfig, distances: np.ndarray, closed: bool, shortest: float) -> None:
    """The map to click on, the buttons, the text, and how the tour ranks.

    Args:
        run: whose class means are visited.
        distances: between them, (10, 10).
        closed: whether the tour returns to its first digit.
        shortest: length of the shortest tour there is.
    """
    plane, kind = stations.plane(run.run_id), "closed" if closed else "open"
    st.markdown("**Click** the digits on the map in your order, or use the buttons, or type them.")
    typed = controls.text(
        "tour_mine", "Your tour", max_chars=40, help="Digits in the order of your tour, such as 1794."
    )
    try:
        order = tour_text.read_order(typed)
    except tour_text.OrderError as error:
        st.warning(f"{error}.", icon=":material/info:")
        order = []
    with st.container(horizontal=True):
        for digit in range(10):
            st.button(str(digit), key=f"tour_add_{digit}", on_click=_add, args=(digit,), disabled=digit in order)
    with st.container(horizontal=True):
        back, away = ":material/undo:", ":material/delete:"
        st.button("Undo", icon=back, on_click=_take_back, args=(order[:-1],), disabled=not order, key="tour_undo")
        st.button("Clear", icon=away, on_click=_take_back, args=([],), disabled=not order, key="tour_clear")
    complete = len(order) == 10
    travelled = [*order, order[0]] if complete and closed else order
    key = f"tour_click{st.session_state.get('tour__map', 0)}"
    figures.chart(
        functools.partial(
            charts.tour_map, plane.means, plane.covariances, travelled, [], plane.titles, pick="pick", height=440
        ),
        alt=f"Map of the ten class means to click on; your tour so far: {_told(order) or 'empty'}.",
        key=key,
        on_select=functools.partial(_add_clicked, key),
    )
    if lost := stations.say_what_is_lost(run):
        st.caption(lost)
    if not order:
        return
    length = sum(distances[a, b] for a, b in pairwise(travelled))
    if not complete:
        left = ", ".join(str(digit) for digit in range(10) if digit not in order)
        st.markdown(f"So far {_told(order)}, length **{length:.2f}**. Left: {left}.")
        return
    rank = tours.tour_rank(distances, order, closed)
    tied = "" if rank.tied == 1 else f" (shared by {rank.tied:,} of that length)"
    told_rank = (
        f"Your tour {_told(travelled)} is **{length:.2f}** long, rank **{rank.rank:,} of {rank.total:,}** {kind} "
        f"tours{tied}: shorter than {1 - (rank.rank + rank.tied - 1) / rank.total:.2%} of them. The shortest is "
        f"{shortest:.2f}."
    )
    if rank.rank == 1:
        st.success(f"{told_rank} **Nothing is shorter.**", icon=":material/trophy:")
    else:
        st.info(told_rank, icon=":material/leaderboard:")
    st.caption("A tour and the same one walked backwards count once.")


def _mine() -> list[int]:
    try:
        return tour_text.read_order(st.session_state.get("tour_mine", ""))
    except tour_text.OrderError:
        return []


def _set(order: list[int]) -> None:
    st.session_state["tour_mine"] = tour_text.write_order(order)


def _add(digit: int) -> None:
    if digit not in _mine():
        _set([*_mine(), digit])


def _take_back(order: list[int]) -> None:
    """A digit taken back may be clicked again at once only on a new map: a click on what is selected is no news."""
    st.session_state["tour__map"] = st.session_state.get("tour__map", 0) + 1
    _set(order)


def _add_clicked(key: str) -> None:
    for point in st.session_state[key].selection.get("pick", []):
        if point.get("digit") is not None:
            _add(int(point["digit"]))


def _told(order: Sequence[int]) -> str:
    return " → ".join(str(digit) for digit in order)
