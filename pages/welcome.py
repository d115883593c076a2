"""Welcome: what a VAE is, the map of the course, and at once something to touch."""

import numpy as np
import streamlit as st

from ui import controls, course, figures, known_classes, latent, lesson, models, navigation, picker, plane_choice
from ui.components import latent_map
from vae_core import nearest_mean, traversal
from vae_core.ellipses import mass_within

run = picker.current_run()

lesson.header("welcome")
st.markdown(
    r"""
A **variational autoencoder** (VAE) learns to draw by learning to describe. Its *encoder* reads an image $x$ and
answers not with a point but with a small Gaussian in **latent space**, $q(z\mid x) = \mathcal N(z;\,\mu_x, \Lambda_x)$.
Its *decoder* turns any point $z$ back into an image, and training makes the two agree while the *rate*, a
Kullback–Leibler divergence, keeps the Gaussians close to a standard normal.
"""
)

digits, encodings, moments = models.digits(), models.encodings(run.run_id), models.moments(run.run_id)
x_axis, y_axis = latent.axes(run)


@st.fragment
def live_map() -> None:
    plane = plane_choice.choose("welcome", run)
    view = latent_map.View.through(np.zeros(run.latent_dim), plane.axes, plane.names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        per_class = controls.select(
            "welcome_digits", "Digits shown of each class", (50, 100, 200, 500), 100, style="buttons", format=str
        )
        rings = controls.toggle("welcome_rings", "Class ellipses, 1 σ", True)
    shown = latent.first_of_each_class(digits.labels, per_class)
    means = view.place(moments.mean)
    covariances = view.axes @ moments.covariance @ view.axes.T
    pin = latent_map.show(
        run,
        view,
        f"Map of {len(shown)} digits in two latent dimensions of {run.run_id}, one colour and shape a class, with each "
        "class's digit written at its mean.",
        key="welcome_pin",
        marks=latent_map.Marks(view.place(encodings.mean[shown]), digits.labels[shown]),
        shown=latent_map.Shown(digits.images[shown], [word(i) for i in shown]),
        outlines=[latent_map.Outline(*both, k) for k, both in enumerate(zip(means, covariances, strict=True))]
        if rings
        else (),
        discs=means,
    )
    st.markdown(
        "**Move over the map**, with the pointer, a finger or the arrow keys: the decoder draws what is there. Each "
        "mark is the mean $\\mu_x$ of one real digit, shown beside the drawing when you point at it. **Click** to pin "
        "a place. The dotted circles are the prior's, at 1 and 2 σ."
        + ("" if run.latent_dim == 2 else " The decoder is asked in this plane: everything across it is held at 0.")
    )
    if pin is not None:
        pinned(view.latent(pin))


def word(position: int) -> str:
    """What is said of a digit pointed at."""
    seen = "not seen" if digits.held_out[position] else "seen"
    return f"a real {digits.labels[position]}, MNIST's no. {digits.index[position]}, {seen} in training"


def pinned(z: np.ndarray) -> None:
    """What can be said of a place."""
    far = np.linalg.norm(moments.mean - z, axis=1)
    nearest, next_one = np.argsort(far)[:2]
    beyond = 1 - mass_within(np.linalg.norm(z), run.latent_dim)
    st.markdown(
        f"**Where you pinned**, the nearest class mean is that of **{nearest}**, {far[nearest]:.2f} away; then "
        f"{next_one}, {far[next_one]:.2f}. Of all draws from the prior {beyond:.0%} lie further out than this."
    )
    figures.download_picture(
        "Pinned picture",
        lambda: traversal.decode(models.vae(run.run_id), z),
        f"pinned-{run.run_id}.png",
        key="welcome_pinned",
    )


left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader("Every digit has a place")
    live_map()
with right:
    st.subheader("Every place has a digit")
    side = controls.select("welcome_side", "Pictures along each side", (10, 15, 20), 15, style="buttons", format=str)
    manifold = latent.manifold(run.run_id, side, (x_axis, y_axis))
    figures.picture(
        manifold,
        alt=f"A {side} by {side} grid of decoded digits that change smoothly from one into another.",
        width="stretch",
    )
    others = "" if run.latent_dim == 2 else " The other dimensions are held at 0."
    st.markdown(
        f"The decoder asked at {side} × {side} places: {latent.name(x_axis)} grows to the right, {latent.name(y_axis)} "
        f"upwards, both at the prior's quantiles, so that each picture stands for the same share of the prior.{others}"
    )
    figures.download_picture("Picture", lambda: manifold, f"manifold-{run.run_id}.png", key="welcome_download")

reader = known_classes.nearest_mean_reading(run.run_id)
pairs = nearest_mean.confused_pairs(reader)


@st.fragment
def guess() -> None:
    names = [f"{a} and {b}" for a, b, _ in pairs]
    middle, last = names[len(names) // 2], names[-1]
    options = sorted([names[0], names[8], middle, last])
    lesson.prediction(
        "welcome_overlap",
        "Give each unseen digit to the class whose mean is nearest. Which two classes are mistaken for "
        "each other most?",
        options,
        names[0],
        f"{pairs[0][2]} of the {2 * reader.per_class} unseen digits of these two classes go to the other "
        "one; the runner-up is "
        f"{names[1]} with {pairs[1][2]}. Among your choices, {last} are mistaken {pairs[-1][2]} times.",
    )


guess()

lesson.takeaway(
    f"Nobody told this model which digit is which. Yet from its {run.latent_dim} latent numbers alone, and by choosing "
    f"the class with the nearest mean, **{reader.accuracy:.0%}** of {reader.count:,} digits it never saw "
    "are named rightly; "
    "guessing gets 10 %. The classes have places, shapes and neighbours: that is what this course is about."
)

st.subheader("The way through")
for part, chapters in course.parts().items():
    st.markdown(f"**{part}**")
    for chapter in chapters:
        navigation.link(chapter, f"**{chapter.title}**")
        st.caption(chapter.see)
st.markdown(
    "Choose another model in the sidebar at any time: more latent dimensions, another weight β of the rate. Every page "
    "follows, and every number on it is computed from the model you chose."
)
lesson.source_view(latent_map.drawing, nearest_mean.read)
lesson.footer("welcome")
