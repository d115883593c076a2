"""What a class looks like in latent space: p(z|C) as a mixture of Gaussians, and why it is not the prior."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from ui import (
    class_derivations,
    class_looks,
    controls,
    figures,
    lesson,
    models,
    picker,
    plane_choice,
    prior_divergence,
    sum_of_distributions,
)
from vae_core import class_divergences, mixture, planar_mixture, two_gaussians
from vae_core.charts import class_mixture as charts
from vae_core.ellipses import ellipse

run = picker.current_run()
digits, encodings = models.digits(), models.encodings(run.run_id)
SHOWN = 24  # decoded draws

lesson.header("class_mixture")
label = controls.select("class_mixture_class", "Class C", range(10), 3, style="buttons", format=str)
members = np.flatnonzero(digits.labels == label)
plane = plane_choice.choose("class_mixture", run)
whole = mixture.GaussianMixture(encodings.mean[members], encodings.logvar[members])
matched = whole.moment_matched()

# --- the derivation, and the mixture as it forms ----------------------------------------------------------------------


def one_more() -> None:
    st.session_state["class_mixture_images"] = min(st.session_state["class_mixture_images"] + 1, len(members))


@st.fragment
def build() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = controls.slider("class_mixture_images", "Images in the mixture", 1, len(members), 12, 1)
        st.button(
            "One more",
            key="class_mixture_images__more",
            on_click=one_more,
            disabled=count == len(members),
            icon=":material/add:",
        )
        latest = digits.images[members[count - 1]]
        figures.picture(latest, alt=f"The latest image, number {count}, of class {label}.", width=76)
    everything = planar_mixture.project(whole, plane.axes)
    shown = everything.first(count)
    extent = reach_of(everything)
    grid = planar_mixture.grid_around(extent, 72)
    mean, covariance = shown.moments()
    figures.chart(
        partial(
            charts.building,
            shown,
            planar_mixture.density(shown, grid),
            grid,
            label,
            [models.digit_pictures()[i] for i in members[:count]],
            extent,
            plane.names,
        ),
        alt=f"The mixture of {count} Gaussians of class {label}, with mean {mean[0]:.2f}, {mean[1]:.2f} and standard "
        f"deviations {covariance[0, 0] ** 0.5:.2f} and {covariance[1, 1] ** 0.5:.2f} in this plane.",
    )
    more = f" Only the latest {charts.DRAWN} images' ellipses are drawn." if count > charts.DRAWN else ""
    if run.latent_dim > 2:
        more += f" Seen in a plane of {run.latent_dim} dimensions: every curve is the marginal."
    if planar_mixture.is_blurred(shown, grid):
        more += (
            f" The images' Gaussians are finer than the chart: the pink curves are blurred by {0.6 * grid.cell:.2f}."
        )
    st.caption(
        f"Small marks are the means μ_x of {count} images, thin ellipses their Gaussians. The pink curves hold "
        f"{charts.MASSES[0]:.0%} and {charts.MASSES[1]:.0%} of the mixture, just as the dashed ellipses at 1 and 2 σ "
        f"do of the one Gaussian with its mean and covariance; dotted, the prior's.{more} {figures.TO_ZOOM}"
    )


def reach_of(planar: planar_mixture.PlanarMixture) -> np.ndarray:
    """Points the axes must show: all means, the prior's one sigma, two of the Gaussian of all images."""
    return np.concatenate([planar.mean, ellipse(np.zeros(2), np.eye(2)), ellipse(*planar.moments(), 2.0)])


left, right = st.columns([9, 11], gap="large")
with left:
    st.markdown(
        "The encoder turns **one image** into **one Gaussian**. A class is many images. Where in latent space is the "
        "whole class? Ask for one line at a time; each has its reason."
    )
    lesson.reveal_steps("class_mixture_steps", class_derivations.MIXTURE, stacked=True)
    st.markdown(
        "On the chart the sum forms, one image at a time. It needs no bell shape of its own: it can be bent, have "
        "several humps, or a tail, and with more images it settles."
    )
with right:
    build()

# --- a sum of distributions -------------------------------------------------------------------------------------------

st.subheader("A sum of distributions is not the distribution of a sum", anchor="sum")
st.markdown(
    "The mixture adds *densities*: a draw of z comes from **one** image, picked at random. Adding *variables*, $z_1 "
    "+ z_2$, is another thing: a draw takes one of **each**, and of two Gaussians the result is again a Gaussian. "
    "Move the two and compare."
)
sum_of_distributions.compare()

# --- KL from the prior ------------------------------------------------------------------------------------------------

st.subheader("The KL term does not make z|C standard normal", anchor="prior")
st.markdown(
    "Training pulls every single $q(z\\mid x)$ towards the prior $\\mathcal N(0, I)$. One might think that so every "
    "class ends there too."
)
prior_divergence.predict_furthest(run)
found = prior_divergence.divergences(run.run_id)
average, aggregate, information = found.average, found.aggregate, found.information
st.markdown("Averaged over the classes, the divergence splits into two parts:")
st.latex(
    r"\underbrace{\tfrac{1}{10}\textstyle\sum_C \mathrm{KL}\bigl(p(z|C)\,\|\,p(z)\bigr)}"
    rf"_{{{average.estimate:.2f}}}"
)
st.latex(
    rf"= \underbrace{{I(z;C)}}_{{{information.estimate:.2f}}}"
    rf" + \underbrace{{\mathrm{{KL}}\bigl(q(z)\,\|\,p(z)\bigr)}}_{{{aggregate.estimate:.2f}}}"
)
st.caption(
    f"Nats, with standard errors {average.standard_error:.3f}, {information.standard_error:.3f} and "
    f"{aggregate.standard_error:.3f}. q(z) is the aggregate, all images together; I(z; C) is what z tells about the "
    "class."
)
collapsed = information.estimate < 0.05
if collapsed:
    st.info(
        "In this model z tells next to nothing about the class: the posteriors have **collapsed** onto the prior. "
        "Every class *is* N(0, I) here, and the decoder, which cannot know what to draw, draws nearly the same for "
        "all.",
        icon=":material/blur_on:",
    )
st.markdown(
    "**Why the decoder needs it so.** It must draw the right digit from z alone. If every class were $\\mathcal "
    "N(0, I)$, then $I(z;C)$ would be 0: the same z would stand for a 1 and for an 8. To draw well, z must tell the "
    f"class, and what it tells, {information.estimate:.2f} of at most $\\log 10 = {np.log(10):.2f}$ nats, *is* a "
    "distance of the classes from the prior. Only the distance of all images together can shrink without a loss: of "
    f"the {found.rate:.2f} nats of rate that an image costs on average, $I(z;x) = {found.image_information:.2f}$ are "
    f"information about the image and {aggregate.estimate:.2f} the distance of q(z) from the prior."
)
if found.image_information > 0.9 * np.log(len(digits.labels)):
    st.info(
        f"I(z; x) is near its ceiling here: {len(digits.labels):,} images can be told apart with log "
        f"{len(digits.labels):,} = {np.log(len(digits.labels)):.2f} nats. The images' Gaussians hardly overlap, so "
        "the mixture is a memory of these very images, and its KL would shrink if more images were added. The "
        "diamonds, from the training split's moments, do not suffer from this.",
        icon=":material/scatter_plot:",
    )
prior_divergence.against_beta(run)

# --- draws, and the one Gaussian --------------------------------------------------------------------------------------

st.subheader("Draw from a class", anchor="draw")
st.markdown(
    "To draw from the mixture, pick one of the class's images at random, then a point of its Gaussian. To draw from "
    "the **one Gaussian** with the same mean and covariance, forget the images. The decoder turns both into "
    "pictures."
)


def again() -> None:
    st.session_state["class_mixture_draw"] = (st.session_state["class_mixture_draw"] + 1) % 10_000


def table_of(z: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(z, columns=[f"z{dimension + 1}" for dimension in range(run.latent_dim)])


@st.fragment
def draw() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = controls.number("class_mixture_draw", "Draw number", 0, 9_999, 0, 1, help="The seed of the draws.")
        st.button("Draw again", key="class_mixture_draw__next", on_click=again, icon=":material/casino:")
    for place, (name, source) in zip(
        st.columns(2, gap="large"), (("mixture", whole), ("gaussian", matched)), strict=True
    ):
        z = source.sample(SHOWN, seed)
        sheet = partial(class_looks.sheet, run.run_id, z)
        title = "From the mixture p(z|C)" if name == "mixture" else "From the one Gaussian"
        with place:
            st.markdown(f"**{title}**")
            figures.picture(sheet, alt=f"{SHOWN} decoded draws of class {label}, f{title[1:]}.", width="stretch")
            with st.container(horizontal=True):
                file = f"class-{label}-{name}-{run.run_id}-{seed}"
                figures.download_picture("Picture", sheet, f"{file}.png", key=f"class_mixture_png_{name}")
                figures.download_table(
                    "The draws z",
                    lambda z=z: table_of(z),
                    f"{file}.csv",
                    key=f"class_mixture_csv_{name}",
                )
    st.caption(f"{SHOWN} samples z of class {label}, decoded; not real digits, and not means μ_x.")


draw()


st.markdown("**Where the two differ**")
st.markdown(
    "Same mean, same covariance; not the same distribution. Both as densities, and what is left of their difference:"
)


@st.fragment
def differ() -> None:
    mixed = planar_mixture.project(whole, plane.axes)
    extent = reach_of(mixed)
    grid = planar_mixture.grid_around(np.concatenate([mixed.mean, ellipse(*mixed.moments(), 2.5)]), 44)
    one = planar_mixture.PlanarMixture(*(part[None] for part in mixed.moments()))
    p, g = planar_mixture.density(mixed, grid), planar_mixture.density(one, grid)
    misplaced = 0.5 * float(np.abs(p - g).sum()) * grid.cell**2
    panels = (
        ("The mixture", p, False, f"The mixture's density, at most {p.max():.2f}."),
        ("One Gaussian", g, False, f"The Gaussian's density, at most {g.max():.2f}."),
        (
            "Mixture − Gaussian",
            p - g,
            True,
            f"The difference of the densities: {misplaced:.0%} of the mass lies elsewhere.",
        ),
    )
    for place, (title, values, signed, alt) in zip(st.columns(3), panels, strict=True):
        with place:
            st.markdown(f"**{title}**")
            figures.chart(partial(charts.cells, values, grid, extent, plane.names, signed), alt=alt)
    there, back = prior_divergence.from_one_gaussian(run.run_id, label)
    st.latex(
        rf"\mathrm{{KL}}(\text{{mixture}}\,\|\,\text{{Gaussian}}) = {there.estimate:.2f} \pm {there.standard_error:.2f}"
        r"\ \text{nats}"
    )
    st.latex(
        rf"\mathrm{{KL}}(\text{{Gaussian}}\,\|\,\text{{mixture}}) = {back.estimate:.2f} \pm {back.standard_error:.2f}"
        r"\ \text{nats}"
    )
    st.caption(
        f"Monte Carlo over {prior_divergence.COMPARED:,} draws in all {run.latent_dim} dimensions, ± one standard "
        f"error. In this plane {misplaced:.0%} of the mass would have to move to turn one into the other. Brown: the "
        "mixture has more; blue: the Gaussian has more. The second divergence is large where the Gaussian puts points "
        "into gaps of the mixture."
    )


differ()
# An estimate may fall just below zero.
away = max(0.0, prior_divergence.from_one_gaussian(run.run_id, label).there.estimate)
lesson.takeaway(
    "A class is a mixture of Gaussians, one an image; the one Gaussian with the mean and covariance of class "
    f"{label} is {away:.2f} nats away from it. "
    + (
        "The prior attracts single images, not classes, but in this collapsed model all of them have arrived there."
        if collapsed
        else f"And no class is the prior: on average they lie **{average.estimate:.2f} nats** from N(0, I), all "
        f"together only **{aggregate.estimate:.2f}**. The difference, {information.estimate:.2f} nats, is what z "
        "tells the decoder about the class."
    )
)
lesson.source_view(
    mixture.GaussianMixture,
    mixture.kl_to,
    class_divergences.from_prior,
    planar_mixture.density,
    two_gaussians.TwoGaussians,
)
lesson.footer("class_mixture")
