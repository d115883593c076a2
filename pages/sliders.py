"""Sliders: one a latent dimension, the decoded image, and every dimension's walk as one picture."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, latent, lesson, models, my_digit, picker
from ui.components import latent_sliders
from vae_core import traversal

run = picker.current_run()
digits, encodings = models.digits(), models.encodings(run.run_id)
order = latent.by_rate(run)
STEP = 0.05
WALK = np.linspace(-traversal.REACH, traversal.REACH, 13)

lesson.header("sliders")

aggregate = traversal.aggregate_scale(encodings.mean, encodings.logvar)
active = [dimension for dimension in order if not latent.is_off(run, dimension)]
widest = float(aggregate.unit[active].max()) if active else 1.0


def key(dimension: int) -> str:
    return f"sliders_z{dimension + 1}"


def place(z: np.ndarray, scale: traversal.Scale) -> None:
    """Put the sliders where z is, as far as they go."""
    st.session_state["sliders__placed"] = st.session_state.get("sliders__placed", 0) + 1
    for dimension, value in enumerate(scale.to_values(z)):
        stepped = round(float(np.clip(value, -traversal.REACH, traversal.REACH)) / STEP) * STEP
        st.session_state[key(dimension)] = round(stepped, 2)
    out = [latent.name(d) for d, value in enumerate(scale.to_values(z)) if abs(value) > traversal.REACH]
    st.session_state["sliders__word"] = (
        f"{', '.join(out)} would lie beyond ±{traversal.REACH:g} and stopped there; another scale reaches further."
        if out
        else ""
    )


def keep(values: list[float]) -> None:
    """Remember where the student let go."""
    st.session_state["sliders__word"] = ""
    for dimension, value in enumerate(values):
        st.session_state[key(dimension)] = value


def rescale() -> None:
    """Keep the latent where it is when the scale of the sliders changes."""
    new = st.session_state["sliders_scale"]
    before, after = (scales[PRIOR], scales[AGGREGATE]) if new == AGGREGATE else (scales[AGGREGATE], scales[PRIOR])
    place(before.to_latent(np.array([st.session_state[key(d)] for d in range(run.latent_dim)])), after)


PRIOR, AGGREGATE = "prior", "q(z)"
scales = {PRIOR: traversal.prior_scale(run.latent_dim), AGGREGATE: aggregate}
chosen = controls.select(
    "sliders_scale",
    "One unit is one standard deviation of",
    (PRIOR, AGGREGATE),
    PRIOR,
    style="buttons",
    format=str,
    on_change=rescale,
    help="The prior is N(0, 1) in every dimension. q(z) is where the digits really are: the average of q(z|x).",
)
scale = scales[chosen]
if widest > 1.3 and chosen == PRIOR:
    st.info(
        f"With this model the digits spread to a standard deviation of {widest:.1f}, so "
        f"±{traversal.REACH:g} of the prior does "
        "not reach all of them. Choose q(z) to follow them.",
        icon=":material/open_in_full:",
    )

# --- where to start ---


def go_to_digit() -> None:
    position = int(np.flatnonzero(digits.labels == st.session_state["sliders_of"])[st.session_state["sliders_number"]])
    place(encodings.mean[position], scale)


def go_to_mine() -> None:
    from vae_core import one_image

    place(one_image.look(models.vae(run.run_id), my_digit.image(), 0).mean, scale)


with st.container(border=True):
    st.markdown("**Start from**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("A digit's μ_x", range(10), key="sliders_of", width=110)
        st.number_input("its number", 0, 499, 0, key="sliders_number", width=130)
        st.button("Go", on_click=go_to_digit)
        if my_digit.image() is not None:
            st.button("My picture", on_click=go_to_mine, icon=":material/draw:")
    if word := st.session_state.get("sliders__word"):
        st.warning(word, icon=":material/info:")

# --- sliders and image ---

rates = latent.rates(run)
names = [latent.name(dimension) for dimension in range(run.latent_dim)]


@st.fragment
def move() -> None:
    values = np.array(
        [controls.held(key(d), names[d], -traversal.REACH, traversal.REACH) for d in range(run.latent_dim)]
    )
    latent_sliders.show(
        run,
        values,
        st.session_state.get("sliders__placed", 0),
        scale,
        STEP,
        key,
        keep,
        key="sliders_panel",
    )
    z = scale.to_latent(values)
    st.caption("Drag, or use the arrow keys; ▶ moves one dimension back and forth. Under the picture stands z itself.")
    figures.download_picture(
        "Picture",
        lambda: traversal.decode(models.vae(run.run_id), z),
        f"decoded-{run.run_id}.png",
        key="sliders_download",
    )
    st.subheader("Every dimension's walk", anchor="walk")
    off = [latent.is_off(run, dimension) for dimension in order]
    strip = partial(latent.walks, run.run_id, z, scale, WALK, order, off)
    figures.picture(
        strip,
        alt=f"{run.latent_dim} rows of {len(WALK)} decoded digits: in each row one latent dimension goes from "
        f"−{traversal.REACH:g} to {traversal.REACH:g} and the others stay.",
        width="stretch",
    )
    st.caption(
        "Each row starts from where the sliders are and moves one dimension from −3 to 3; rows are ordered by rate. "
        "Rows that do not change belong to dimensions that are off."
    )
    figures.download_picture("Traversal", strip, f"traversal-{run.run_id}.png", key="sliders_strip")


move()

# --- question and takeaway ---


@st.cache_data(max_entries=64, show_spinner=False)
def changes(run_id: str) -> np.ndarray:
    """Root mean squared change of the image along each dimension's walk from the origin, grey levels, (d,)."""
    walks = traversal.axis_walks(np.zeros(run.latent_dim), traversal.prior_scale(run.latent_dim), WALK)
    images = traversal.decode(models.vae(run_id), walks)  # (d, V, 28, 28)
    return np.sqrt(((images - images.mean(1, keepdims=True)) ** 2).mean((1, 2, 3)))


moved = changes(run.run_id)


@st.fragment
def guess() -> None:
    few = order[:5]
    strongest = max(few, key=lambda dimension: moved[dimension])
    lesson.prediction(
        "sliders_strongest",
        f"Of the {len(few)} dimensions of the highest rate, which changes the image most on its way from "
        "−3 to 3, the others at 0?",
        [latent.name(dimension) for dimension in few],
        latent.name(strongest),
        f"{latent.name(strongest)}: the image changes by {moved[strongest]:.3f} grey levels (root mean "
        "square over the walk). "
        "The rate says how much a dimension knows about the image, not how much ink it moves; the two "
        "orders need not agree.",
    )


guess()
lesson.takeaway(
    f"**{len(active)} of {run.latent_dim}** dimensions of this model are on. "
    f"The one of the highest rate, {latent.name(order[0])}, carries {rates[order[0]]:.2f} of "
    f"{rates.sum():.2f} nats. An axis of "
    "latent space need not mean one thing: what a slider does depends on where the others stand."
)
lesson.source_view(traversal.axis_walks, traversal.aggregate_scale)
lesson.footer("sliders")
