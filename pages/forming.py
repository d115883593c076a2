"""Watching the latent space form: the recorded steps of a training as an animation, in a plane or in space."""

import streamlit as st

from ui import controls, course, forming_view, lesson, navigation, picker, recorded
from ui.components import training_film
from vae_core import latent_film
from vae_core.charts import forming

run = picker.current_run()
recordings = recorded.runs()
PLANE, SPACE = "2-D", "3-D"

lesson.header("forming")
st.markdown(
    r"""
Before training, with PyTorch's own initial weights, $q(z\mid x)$ is nearly the same Gaussian for every image: all means
$\mu_x$ lie on one spot and every class has the prior's width. How do ten classes come out of that? The same digits,
none of them trained on, were encoded at some fifty steps of each recorded training. Press **Play**.
"""
)
if not recordings:
    st.info("No training in this zoo was recorded step by step, so there is nothing to replay here.")
    lesson.footer("forming")
    st.stop()

shown = recorded.choose("forming", recordings, run if run in recordings else recordings[0])
with st.container(horizontal=True, vertical_alignment="bottom"):
    form = PLANE
    if shown.latent_dim > 2:
        usual = SPACE if shown.latent_dim == 3 else PLANE
        form = controls.select("forming_view", "Drawn in", (PLANE, SPACE), usual, style="buttons")
    numbers = [number for number in (20, 50, 100) if 10 * number <= recorded.count(shown.run_id)]
    per_class = controls.select("forming_digits", "Digits of each class", numbers, 50, style="buttons")
axes, names = forming_view.axes(shown, form == SPACE)


@st.fragment
def film() -> None:
    film_place = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = recorded.step_control("forming", shown.run_id)
        chapter = course.chapter("phases")
        address = recorded.address("phases", shown, st.session_state["forming_step"])
        label = f"This step in “{chapter.title}”"
        navigation.link(chapter, label, icon=":material/timeline:", query_params=address)
    with film_place:
        training_film.show(
            shown.run_id,
            recorded.places(shown.run_id),
            recorded.landmarks(shown.run_id),
            f"Latent space of {shown.run_id} over its training",
            key="forming-film",
            at=at,
            turn=recorded.turn("forming"),
            followers=["forming__space", "forming__curves"],
            on_rest=lambda: recorded.rest("forming", shown.run_id),
        )


wide, narrow = st.columns([3, 2], gap="medium")
with wide:
    with st.container(key="forming__space"):
        forming_view.cloud(shown, axes, names, per_class)
    film()
with narrow, st.container(key="forming__curves"):
    forming_view.curves(shown)
st.caption(forming_view.caption(shown, form == SPACE, per_class))

found = forming_view.gains(shown.run_id)


@st.fragment
def guess() -> None:
    names = list(found)
    most = max(names, key=lambda name: found[name].gain)
    lesson.prediction(
        "forming_when",
        f"In which phase of the KL do the classes of {shown.run_id} come apart most?",
        names,
        most,
        forming_view.told_gains(shown.run_id),
    )


if len(found) > 1:
    guess()
lesson.takeaway(forming_view.takeaway(shown))
lesson.source_view(latent_film.latent_film, latent_film.between_share, forming.plane_film)
lesson.footer("forming")
