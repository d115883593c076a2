"""The map of p(C|z) to click on, and what Bayes' rule and the decoder say at one place of it."""

from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import controls, disk_cache, figures, known_classes, models, plane_choice
from ui.known_classes import GAUSSIAN, MIXTURE
from vae_core import class_scores, geometry, posterior_map, traversal
from vae_core.charts import class_posterior as charts
from vae_core.config import RunConfig

SIDE = 56  # cells along each side of the map
RARE = 0.01  # where fewer digits than this live in a sparser place, the page says that hardly any live here
ALL = "all digits"
CLASS, ENTROPY = "most probable class", "entropy"


class Answers(NamedTuple):
    """What a `PosteriorMap` says at its cells, (SIDE²,) each."""

    named: np.ndarray
    probability: np.ndarray
    entropy: np.ndarray


@st.fragment
def explore(prefix: str, run: RunConfig) -> None:
    """Two maps side by side, the point chosen by a click or typed, and what is said about it.

    Args:
        prefix: the chapter's key; the controls stand in the address under `<prefix>_…`.
        run: of two latent dimensions or more.
    """
    chosen = plane_choice.choose(prefix, run)
    through = ALL
    if run.latent_dim > 2:
        options = (ALL, *map(str, range(10)))
        through = controls.select(f"{prefix}_through", "Slice through the mean of class", options, width=220)
    colour = controls.select(
        f"{prefix}_colour",
        "Colour",
        (CLASS, ENTROPY),
        style="buttons",
        help="Entropy is −Σ p(C|z) log p(C|z): 0 nats where one class is certain, 2.3 where all ten are alike.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        x, y = (
            controls.number(f"{prefix}_{axis}", f"Point: {name}", -999.0, 999.0, 0.0, 0.1, width=190)
            for axis, name in zip("xy", chosen.names, strict=True)
        )
    at = np.array([x, y])
    plane, window = _plane(run.run_id, chosen.names, chosen.axes, through)
    for column, way in zip(st.columns(2), (GAUSSIAN, MIXTURE), strict=True):
        found = _map(run.run_id, way, chosen.names, chosen.axes, through)
        regions = ", ".join(str(label) for label in np.unique(found.named))
        with column:
            st.markdown(f"**p(z|C) is {way}**")
            key = f"{prefix}__map_{way.split()[-1]}"
            figures.chart(
                partial(charts.posterior_map, found, window, colour == ENTROPY, at, chosen.names),
                alt=f"Map of the {colour} where p(z|C) is {way}: classes with a region are {regions}; "
                f"the entropy is {found.entropy.mean():.2f} nats on average.",
                finding=f"Mean entropy {found.entropy.mean():.2f} nats; one class has a probability of 0.99 or more on "
                f"{(found.probability >= 0.99).mean():.0%} of the map.",
                key=key,
                on_select=lambda key=key: _go_to_click(prefix, key),
            )
    slice_of = ""
    if run.latent_dim > 2:
        middle = through if through == ALL else f"class {through}"
        slice_of = f" It is a slice of {run.latent_dim} dimensions: the other directions stay at the mean of {middle}."
    st.caption(
        "**Click a map** to ask about that place; the cross marks it, in both. A number stands in each class's "
        f"largest region. The square reaches three standard deviations of all digits together.{slice_of}"
    )
    _at_point(run, plane.points(at), chosen.names, at)


def _go_to_click(prefix: str, key: str) -> None:
    """The middle of the cell that was clicked becomes the point."""
    places = st.session_state[key]["selection"].get(charts.CLICK)
    if places:
        for axis in "xy":
            st.session_state[f"{prefix}_{axis}"] = round(float(places[0][axis]), 2)


@st.cache_data(max_entries=128, show_spinner=False)
def _plane(
    run_id: str, names: tuple[str, str], _axes: np.ndarray, through: str
) -> tuple[posterior_map.Slice, posterior_map.Window]:
    """The slice and the square that is shown of it; the names of the axes stand for them in the cache."""
    moments = models.moments(run_id)
    whole = geometry.aggregate_moments(moments.mean, moments.covariance, moments.count)
    plane = posterior_map.Slice(_axes, whole.mean if through == ALL else moments.mean[int(through)])
    return plane, posterior_map.window(plane, whole.mean, whole.covariance)


@st.cache_data(max_entries=128, show_spinner="Drawing the map …")
def _map(run_id: str, way: str, names: tuple[str, str], _axes: np.ndarray, through: str) -> posterior_map.PosteriorMap:
    if through == ALL and names == plane_choice.at_first(models.config(run_id)).names:
        _, window = _plane(run_id, names, _axes, through)
        return posterior_map.PosteriorMap(*posterior_map.cells(window, SIDE), *answers_at_first(run_id, way))
    return _computed(run_id, way, names, _axes, through)


@disk_cache.kept(Answers)
def answers_at_first(run_id: str, way: str) -> Answers:
    """The answers on the map that a run opens with."""
    chosen = plane_choice.at_first(models.config(run_id))
    found = _computed(run_id, way, chosen.names, chosen.axes, ALL)
    probability, entropy = found.probability.astype(np.float32), found.entropy.astype(np.float32)
    return Answers(found.named.astype(np.uint8), probability, entropy)


def _computed(
    run_id: str, way: str, names: tuple[str, str], axes: np.ndarray, through: str
) -> posterior_map.PosteriorMap:
    classes = known_classes.known(run_id, known_classes.per_class())
    plane, window = _plane(run_id, names, axes, through)
    return posterior_map.posterior_map(classes.densities[way], classes.class_prior, plane, window, SIDE)


def _at_point(run: RunConfig, z: np.ndarray, names: tuple[str, str], at: np.ndarray) -> None:
    """What both ways say about one latent, and what the decoder draws there."""
    said, log_density = known_classes.said(run.run_id, tuple(z.tolist()))
    told = [
        f"With {way} a class: **{said[way].argmax()}** with p = {said[way].max():.3f}, entropy "
        f"{class_scores.entropy(said[way][None])[0]:.2f} nats."
        for way in said
    ]
    place = f"{names[0]} = {at[0]:g}, {names[1]} = {at[1]:g}"
    left, right = st.columns([1, 2], vertical_alignment="center")
    with left:
        decoded = traversal.decode(models.vae(run.run_id), z)
        figures.picture(decoded, alt=f"The decoded image at {place}.", width="stretch")
        st.caption(f"x̂(z), the decoder's picture at {place}.")
    with right:
        figures.chart(
            partial(charts.probabilities, said[GAUSSIAN], said[MIXTURE]),
            alt=f"Bars of p(C|z) at {place}. {' '.join(told)}",
        )
        st.markdown(" ".join(told))
    sparser = float((known_classes.log_density_of_unseen(run.run_id) < log_density).mean())
    if sparser < RARE:
        st.info(
            f"Hardly any digit lives here: of the unseen digits only {sparser:.1%} lie where p(z) is lower still. "
            "p(C|z) adds up to 1 all the same, and can be very sure: Bayes' rule compares the ten classes and never "
            "says “none of them”.",
            icon=":material/explore_off:",
        )
