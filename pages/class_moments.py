"""Mean and covariance of a class: both derivations, three graded exercises, and the two kinds of spread."""

from functools import partial

import numpy as np
import streamlit as st

from ui import (
    class_derivations,
    class_looks,
    controls,
    figures,
    inside_class,
    lesson,
    models,
    moment_exercises,
    picker,
    place_class,
    plane_choice,
)
from vae_core import mixture, moment_estimates, placement, typical_digits
from vae_core.charts import class_moments as charts
from vae_core.exercises import class_moments as exercise

run = picker.current_run()
digits, encodings, moments = models.digits(), models.encodings(run.run_id), models.moments(run.run_id)
ORDERS = 8  # random orders of the images, for the estimates

lesson.header("class_moments")
label = controls.select("class_moments_class", "Class C", range(10), 3, style="buttons", format=str)
members = np.flatnonzero(digits.labels == label)
whole = mixture.GaussianMixture(encodings.mean[members], encodings.logvar[members])
plane = plane_choice.choose("class_moments", run)


# --- derivations ------------------------------------------------------------------------------------------------------

st.markdown(
    "A class is a mixture of Gaussians. Its mean and its covariance follow from the images' $\\mu_x$ and "
    "$\\Lambda_x$ in a few lines. Try each line on paper before you ask for it; a hint stands before each."
)
st.subheader("The mean", anchor="mean")
lesson.reveal_steps("class_moments_steps_mean", class_derivations.MEAN)
st.subheader("The covariance, in two steps", anchor="covariance")
lesson.reveal_steps("class_moments_steps_second", class_derivations.SECOND_MOMENT)
lesson.reveal_steps("class_moments_steps_covariance", class_derivations.COVARIANCE)

# --- exercises --------------------------------------------------------------------------------------------------------

st.subheader("Exercise (a): place it", anchor="place")
place_class.exercise(run, plane)
st.subheader("Exercise (b): by hand", anchor="hand")
moment_exercises.by_hand()
st.subheader("Exercise (c): in a notebook", anchor="notebook")
moment_exercises.in_notebook(run, label)

# --- within + between -------------------------------------------------------------------------------------------------

st.subheader("Two kinds of spread", anchor="spread")
total = np.trace(moments.covariance, axis1=1, axis2=2)
inside = moments.within.sum(1)
share = float(inside[label] / total[label])
within_plane = plane.axes @ np.diag(moments.within[label]) @ plane.axes.T
between_plane = plane.axes @ (moments.covariance[label] - np.diag(moments.within[label])) @ plane.axes.T
st.latex(r"\Sigma_C = \mathbb E_x[\Lambda_x] + \mathrm{Cov}_x[\mu_x]")
figures.chart(
    partial(charts.parts, within_plane, between_plane, (share, 1 - share), plane.names),
    alt=f"Three ellipses: within images, {share:.0%} of the trace, plus between images, {1 - share:.0%}, make the "
    "class's covariance.",
)
st.caption(
    f"One-sigma ellipses of class {label} around one centre each, {plane.names[0]} to the right and {plane.names[1]} "
    "upwards, all at one scale; the dotted circle is the prior's, of radius 1. Shares are of the trace over all "
    f"{run.latent_dim} dimensions, {total[label]:.3f}. From the whole training split, {moments.count[label]:,} "
    "images of the class."
)
figures.chart(
    partial(charts.shares, inside, total),
    alt=f"Trace of each class's covariance in two parts; within images it is between {(inside / total).min():.0%} and "
    f"{(inside / total).max():.0%}.",
)

# --- inside the ellipse -----------------------------------------------------------------------------------------------

st.subheader("Inside the ellipse", anchor="inside")
inside_class.explore(run, label, plane)

# --- estimates from few images ----------------------------------------------------------------------------------------


@st.cache_data(max_entries=64, show_spinner=False)
def running(run_id: str, label: int, seed: int) -> moment_estimates.Estimates:
    return moment_estimates.running(whole, ORDERS, seed)


@st.fragment
def estimate() -> None:
    a, b = plane.names
    entries = {
        f"mean {a}": (0,),
        f"mean {b}": (1,),
        f"variance {a}": (0, 0),
        f"variance {b}": (1, 1),
        "covariance": (0, 1),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        entry = controls.select("class_moments_entry", "Estimate", tuple(entries))
        seed = controls.number("class_moments_orders", "Orders drawn with seed", 0, 9_999, 0, 1)
    found = running(run.run_id, label, seed)
    if len(entries[entry]) == 1:
        axis = plane.axes[entries[entry][0]]
        values, target = found.mean @ axis, float(moments.mean[label] @ axis)
    else:
        one, other = (plane.axes[i] for i in entries[entry])
        values = np.einsum("d,osde,e->os", one, found.covariance, other)
        target = float(one @ moments.covariance[label] @ other)
    errors = moment_estimates.errors(found, moments.mean[label], moments.covariance[label], moments.within[label])
    left, right = st.columns(2)
    with left:
        figures.chart(
            partial(charts.estimates, found.count, values, target, entry),
            alt=f"{ORDERS} estimates of the {entry} approach {target:.3f} as images are added; with all "
            f"{found.count[-1]} they are at {values[0, -1]:.3f}.",
        )
    with right:
        figures.chart(
            partial(charts.errors, found.count, errors.mean, errors.covariance, errors.expected_mean),
            alt=f"The error of the mean falls from {errors.mean[0]:.2f} with one image to {errors.mean[-1]:.3f} with "
            f"{found.count[-1]}.",
        )
    st.caption(
        f"Left: the {entry} of class {label} from its first n images, in {ORDERS} random orders; dashed, from all "
        f"{moments.count[label]:,} images of the training split. Right: distance from that, Euclidean for the mean, "
        "Frobenius for the covariance; dotted, √(tr B / n), B the spread between images. All orders end at the same "
        f"{found.count[-1]} images. These are the first of their class in MNIST's file, not a random draw, and the "
        f"model was never trained on 100 of them: they miss the mean by {errors.mean[-1]:.3f}, where a random draw "
        f"would miss it by {errors.expected_mean[-1]:.3f}."
    )


st.subheader("How many images does it take?", anchor="images")
st.markdown(
    r"The sums run over the images at hand, samples of $p(x\mid C)$. With few of them the mean misses by "
    r"$\sqrt{\mathrm{tr}\,B/n}$: a hundred times the images for one more digit. Note what is *not* in it: "
    r"$\Lambda_x$. The "
    "encoder states every Gaussian exactly, so nothing has to be sampled from it."
)
estimate()

# --- what the mean looks like -----------------------------------------------------------------------------------------


st.subheader("What a class's mean looks like", anchor="looks")
looks = class_looks.rows(run.run_id)
for row in looks:
    st.markdown(f"**{row.title}**")
    figures.picture(row.picture, alt=f"Ten {row.name}, 0 to 9; {row.grey:.0%} of their ink is grey.", width="stretch")
grey = [row.grey for row in looks]
st.caption(
    f"Classes 0 to 9 from left to right. Of the pixels with ink, {grey[0]:.0%} are grey (neither paper nor pen) in "
    f"the decoded means, {grey[1]:.0%} in the mean images, {grey[2]:.0%} in the median images and {grey[3]:.0%} in "
    "real digits. Averaging pixels lays all strokes over each other; averaging in latent space and decoding draws "
    "one digit."
)
taken = typical_digits.claimed(moments.mean, moments.covariance)
others = [(k, int(claimant)) for k, claimant in enumerate(taken) if claimant != k]
if others:
    listed = ", ".join(f"the mean of the {k} to the {claimant}" for k, claimant in others)
    st.info(
        "Look whether it is a digit of the right class. Where classes overlap, a mean may lie where another class "
        f"is denser: of the ten Gaussians N(μ_C, Σ_C), {listed} would be given.",
        icon=":material/swap_horiz:",
    )
else:
    st.caption("In this model every class's mean lies where its own Gaussian is the densest of the ten.")
lesson.takeaway(
    f"The mean of a class is the average of its images' means; its covariance has two parts. For class {label} of "
    f"this model **{share:.0%}** of the trace lies within images and **{1 - share:.0%}** between them. Leave the Λ_x "
    "out, and you lose the first part."
)
lesson.source_view(
    mixture.GaussianMixture.mean,
    mixture.GaussianMixture.within,
    mixture.GaussianMixture.between,
    mixture.GaussianMixture.covariance,
    exercise.diagnose,
    placement.compare,
    moment_estimates.running,
    typical_digits.average_images,
    typical_digits.median_digits,
)
lesson.footer("class_moments")
