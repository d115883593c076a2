"""A prediction graded: click where a class's mean will be and how its ellipse will lie."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, models
from ui.plane_choice import Plane
from vae_core import placement
from vae_core.charts import class_moments as charts
from vae_core.config import RunConfig

FEW = 12  # images shown before the student places the class
SEEDS = 10_000
CENTRE, AXIS = "the mean", "the end of the long axis"
_START = {"x": 0.0, "y": 0.0, "long": 1.0, "angle": 0.0}
_KEY = "class_moments_"


@st.fragment
def exercise(run: RunConfig, plane: Plane) -> None:
    """Images of a class drawn at random; the student's ellipse; the class's own and a verdict when asked for."""
    digits, moments = models.digits(), models.moments(run.run_id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = controls.number(f"{_KEY}place", "Exercise number", 0, SEEDS - 1, 0, 1)
        st.button("Another class", key=f"{_KEY}place__next", on_click=_another, icon=":material/casino:")
    label, few = placement.draw_images(digits.labels, FEW, seed)
    st.markdown(
        f":material/ads_click: **Predict.** These are the μ_x of {FEW} images of the class **{label}**. Where will "
        "the mean of **all** of them be, and how will the one-sigma ellipse of $\\Sigma_C$ lie? Click the mean, "
        "then the end of the long axis; set how narrow it is."
    )
    guess = _guess(plane)
    shown = controls.toggle(f"{_KEY}shown", "Show the class and grade my ellipse")
    truth = placement.ellipse_of(
        plane.axes @ moments.mean[label], plane.axes @ moments.covariance[label] @ plane.axes.T
    )
    points = models.encodings(run.run_id).mean[few] @ plane.axes.T
    pictures = [models.digit_pictures()[i] for i in few]
    reach = _reach(moments, plane)
    figures.chart(
        partial(charts.placing, points, pictures, label, guess, truth if shown else None, reach, plane.names),
        alt=f"The means of {FEW} images of class {label} and your ellipse around {_told(guess)}"
        + (f"; the class's is around {_told(truth)}." if shown else "."),
        key=f"{_KEY}click",
        on_select=_clicked,
    )
    if shown:
        _verdict(guess, truth, points)


def _told(ellipse: placement.Ellipse) -> str:
    return f"{ellipse.mean[0]:.2f}, {ellipse.mean[1]:.2f}"


def _guess(plane: Plane) -> placement.Ellipse:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        controls.select(f"{_KEY}placing", "Your next click sets", (CENTRE, AXIS), style="buttons")
        narrow = controls.slider(f"{_KEY}narrow", "Short axis over long axis", 0.1, 1.0, 0.6, 0.05)
    with st.expander("Place it by numbers instead"):
        x = controls.number(f"{_KEY}x", f"Mean, {plane.names[0]}", -50.0, 50.0, _START["x"], 0.1)
        y = controls.number(f"{_KEY}y", f"Mean, {plane.names[1]}", -50.0, 50.0, _START["y"], 0.1)
        long = controls.number(f"{_KEY}long", "Long half-axis", 0.01, 100.0, _START["long"], 0.1)
        angle = controls.number(f"{_KEY}angle", "Angle of it, degrees", -90.0, 90.0, _START["angle"], 5.0)
    return placement.Ellipse(np.array([x, y]), long, narrow * long, angle)


def _clicked() -> None:
    """The first click sets the mean, the next one the end of the long axis."""
    state = st.session_state
    chosen = state[f"{_KEY}click"]["selection"].get(charts.CLICK)
    if not chosen:
        return
    x, y = float(chosen[0]["x"]), float(chosen[0]["y"])
    if state[f"{_KEY}placing"] == CENTRE:
        state[f"{_KEY}x"], state[f"{_KEY}y"] = round(x, 2), round(y, 2)
        state[f"{_KEY}placing"] = AXIS
        return
    dx, dy = x - state[f"{_KEY}x"], y - state[f"{_KEY}y"]
    if np.hypot(dx, dy) >= 0.01:
        state[f"{_KEY}long"] = round(float(np.hypot(dx, dy)), 2)
        state[f"{_KEY}angle"] = round(placement.half_turn(np.degrees(np.arctan2(dy, dx))), 1)


def _another() -> None:
    state = st.session_state
    state[f"{_KEY}place"] = (state[f"{_KEY}place"] + 1) % SEEDS
    state.update({f"{_KEY}{name}": value for name, value in _START.items()})
    state[f"{_KEY}placing"], state[f"{_KEY}shown"] = CENTRE, False


def _verdict(guess: placement.Ellipse, truth: placement.Ellipse, points: np.ndarray) -> None:
    found = placement.compare(guess, truth)
    if found.diagnosis.correct:
        st.success("Centre, direction and size are all right.", icon=":material/check:")
    else:
        st.info("\n".join(f"- {finding.message}" for finding in found.diagnosis.findings), icon=":material/close:")
    direction = f"Your long axis is {found.angle:.0f}° off."
    if placement.is_round(truth):
        direction = f"This class is nearly round ({truth.long:.2f} by {truth.short:.2f}) and has no direction to miss."
    by_average = float(np.linalg.norm(points.mean(0) - truth.mean))
    st.caption(
        f"Your centre is {found.distance:.2f} units from the mean over the whole training split, {found.sigmas:.2f} "
        f"of the class's standard deviations that way (right: up to {placement.MEAN_WITHIN:g}). {direction} Your "
        f"ellipse has {found.size:.2f} times the size (right: within a factor of {placement.SIZE_WITHIN:g}). The "
        f"plain average of the {FEW} marks would have missed the mean by {by_average:.2f}."
    )


def _reach(moments, plane: Plane) -> float:
    """How far the axes go: far enough for every class, so that they do not give the answer away."""
    centres = np.abs(moments.mean @ plane.axes.T)
    variances = np.einsum("id,kde,ie->ki", plane.axes, moments.covariance, plane.axes)
    return max(1.5, float((centres + 1.4 * np.sqrt(variances)).max()))
