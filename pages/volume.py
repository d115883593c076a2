"""Volume and direction: how large each class is in latent space, which way it points, and what that direction draws."""

from functools import partial

import numpy as np
import streamlit as st

from ui import class_clouds, controls, ellipse_exercise, figures, latent, lesson, picker
from vae_core import directions, ellipses, geometry
from vae_core.charts import ellipsoids as in_space
from vae_core.charts import matrix, volume

run = picker.current_run()
active = [dimension for dimension in latent.by_rate(run) if not latent.is_off(run, dimension)]
off = run.latent_dim - len(active)

lesson.header("volume")
st.markdown(
    r"""
A class in latent space is a cloud with a covariance $\Sigma_C$. In sixteen dimensions no one can draw it, but three
things about it can be computed in any number of dimensions and charted: how much room it takes, over how many axes it
spreads, and which way it points.
"""
)

# --- volume -----------------------------------------------------------------------------------------------------------

st.subheader("How much room a class takes", anchor="room")
lesson.reveal_steps(
    "volume_lines",
    [
        lesson.Step(
            r"E = \{z : (z-\mu)^\top\Sigma^{-1}(z-\mu) \le 1\}",
            "The one-sigma ellipsoid. Its half-axes are $\\sqrt{\\lambda_k}$ along the eigenvectors of Σ.",
            "Stretch the unit ball by each half-axis: its volume is multiplied by each.",
        ),
        lesson.Step(
            r"\frac{\operatorname{vol} E}{\operatorname{vol}\,\text{ball}} = \prod_k \sqrt{\lambda_k} = "
            r"\sqrt{\det\Sigma}",
            "The unit ball is the prior's own one-sigma ellipsoid, so this is the volume **relative to the prior's**.",
            "Products of many numbers get very small or large; take the logarithm.",
        ),
        lesson.Step(
            r"\log\operatorname{vol} = \tfrac12\sum_k\log\lambda_k = \tfrac12\log\det\Sigma",
            "In nats. 0 is the prior's volume; −1 is a cloud $e$ times smaller.",
            "Now split Σ = W + B into the spread within images and between them. Volumes do not add.",
        ),
        lesson.Step(
            r"\tfrac12\log\det\Sigma = \tfrac12\log\det W + \tfrac12\log\det(I + W^{-1}B)",
            "What is within images, and what the spread between images adds to it: never negative.",
        ),
    ],
    start=3,
)
order = latent.by_rate(run)
if off and len(active) >= 2:
    st.info(
        f"**{off} of {run.latent_dim}** dimensions are off: along them every class has the prior's variance 1. They "
        "add 0 to the log volume, yet beside narrower active dimensions they would be a class's *longest* axes, and "
        "draw nothing. So they are left out here unless you count them in.",
        icon=":material/power_off:",
    )
    if not controls.toggle("volume_all", "Count the dimensions that are off"):
        order = active
elif off:
    st.info(
        f"**{off} of {run.latent_dim}** dimensions are off, too many to leave out: along them every class is the "
        "prior, and no axis means anything.",
        icon=":material/power_off:",
    )
kept, dims, rows = tuple(order), len(order), volume.names()  # the dimensions of this page, by rate
clouds = class_clouds.clouds(run.run_id, kept)
smallest, largest = int(clouds.log_volume[:-1].argmin()), int(clouds.log_volume[:-1].argmax())
bars, spread = st.columns(2, gap="large")
with bars:
    st.markdown("**Log volume by class**")
    figures.chart(
        partial(volume.volumes, clouds.log_volume_within, clouds.log_volume),
        alt=f"Log volume of each class: the {smallest} is smallest with {clouds.log_volume[smallest]:.2f} nats, the "
        f"{largest} largest with {clouds.log_volume[largest]:.2f}; all digits {clouds.log_volume[-1]:.2f}.",
    )
    st.caption(
        "Of Σ_C over the training images: samples z, not means alone. Grey: from the prior's 0 to the volume within "
        "images (mean Λ_x); blue: what the spread between images' means adds; diamond: the whole."
    )
with spread:
    st.markdown("**Effective number of dimensions**")
    st.latex(r"d_\text{eff} = \Bigl(\sum_k\lambda_k\Bigr)^2 \Big/ \sum_k\lambda_k^2")
    figures.chart(
        partial(volume.effective, clouds.effective, dims),
        alt=f"Effective dimensions from {clouds.effective[:-1].min():.1f} to {clouds.effective[:-1].max():.1f} of "
        f"{dims} over the classes; all digits together {clouds.effective[-1]:.1f}.",
    )
    st.caption(f"1 is a needle, {dims} a ball. Turning or scaling a cloud does not change it.")
flat = [rows[k] for k in np.flatnonzero(~np.isfinite(clouds.log_volume))]
if flat:
    st.warning(f"Flat up to rounding, so without a volume (−∞), and left out: {', '.join(flat)}.")
# --- the clouds themselves --------------------------------------------------------------------------------------------

st.subheader("The clouds themselves", anchor="clouds")


@st.fragment
def draw() -> None:
    st.markdown("**Eigenvalue spectrum**: the variance along each axis of the cloud itself")
    shown = controls.several("volume_classes", "Classes drawn", range(10), range(10))
    figures.chart(
        partial(volume.spectrum, clouds.variances, shown),
        alt=f"Eigenvalues by rank of classes {', '.join(map(str, shown))}; of all digits from "
        f"{clouds.variances[-1, 0]:.2f} to {clouds.variances[-1, -1]:.3g}.",
    )
    st.caption(
        "Dashed: the prior's variance 1. A steep line is a cloud with few directions, a level one has none to speak of."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        space = 3
        if dims > 2:
            space = controls.select("volume_space", "Drawn in", (3, 2), 3, style="buttons", format=lambda n: f"{n}-D")
        n_sigma = controls.select("volume_sigma", "Size", (1, 2), 1, style="buttons", format=lambda n: f"{n}σ")
        ball = controls.toggle("volume_prior", "The prior", True)
    space = min(space, dims)
    shown_axes = sorted(range(space), key=lambda place: kept[place])
    titles = tuple(latent.name(kept[place]) for place in shown_axes)
    seen = geometry.project(clouds.mean[:-1], clouds.covariance[:-1], np.eye(dims)[shown_axes])
    alt = (
        f"{n_sigma}-sigma ellipses of classes {', '.join(map(str, shown))} in {', '.join(titles)}; of all ten the "
        f"{smallest} takes the least room and the {largest} the most."
    )
    if not shown:
        st.info("Choose a class above.", icon=":material/touch_app:")
    elif space == 3:
        figures.chart(
            partial(in_space.ellipsoids, seen.mean, seen.covariance, shown, n_sigma, titles, ball),
            alt=alt,
            key="volume__space",
        )
    else:
        figures.chart(partial(volume.ellipses, seen.mean, seen.covariance, shown, n_sigma, titles, ball), alt=alt)
    shape = "ellipsoid" if space == 3 else "ellipse"
    hidden = (
        f" These are the {space} dimensions of the highest rate of {dims}; they keep {seen.kept:.0%} of the squared "
        "distances between the class means."
        if space < dims
        else ""
    )
    st.caption(
        f"Gaussians N(μ_C, Σ_C) of samples z, each written at its mean μ_C. A {n_sigma}-sigma {shape} in {space}-D "
        f"holds {ellipses.mass_within(n_sigma, space):.0%} of a Gaussian.{hidden}"
        + (" **Drag** to turn, **scroll** to zoom." if space == 3 else f" {figures.TO_ZOOM}")
    )


draw()

# --- direction --------------------------------------------------------------------------------------------------------

st.subheader("Which way a class points", anchor="direction")
by_chance = directions.mean_random_angle(dims)
upper = np.triu_indices(10, 1)
typical = float(geometry.axis_angles(clouds.axes[:-1, 0])[upper].mean())


@st.fragment
def guess() -> None:
    options = ["nearer to each other", "as far apart as by chance", "further apart"]
    answer = options[0] if typical < 0.9 * by_chance else options[1] if typical <= 1.1 * by_chance else options[2]
    lesson.prediction(
        "volume_agree",
        f"Two axes at random in {dims} dimensions meet at {by_chance:.0f}° on average. Are the longest axes of two "
        "classes nearer to each other than that, by a tenth or more?",
        options,
        answer,
        f"Over the 45 pairs of classes the mean angle is {typical:.0f}°. Classes that share what varies most (slant, "
        "often) share a direction; classes that do not are left to chance.",
    )


guess()


@st.fragment
def point() -> None:
    rank = controls.select(
        "volume_axis", "Axis, longest first", range(1, min(3, dims) + 1), 1, style="buttons", format=str
    ) - 1  # fmt: skip
    angles = geometry.axis_angles(clouds.axes[:-1, rank])
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**Angles between the classes' axes {rank + 1}**")
        figures.chart(
            partial(matrix.matrix, angles, rows[:-1], rows[:-1], matrix.ANGLE, ("class", "other class")),
            alt=f"Angles between axis {rank + 1} of every two classes, {angles[upper].min():.0f}° to "
            f"{angles[upper].max():.0f}°.",
        )
        st.caption(
            f"Degrees, 0 to 90: an axis points both ways. By chance: {by_chance:.0f}° on average in {dims} "
            "dimensions, so a large angle says little where there are many."
        )
    with right:
        st.markdown(f"**Axis {rank + 1} as a row of loadings**")
        loadings = clouds.axes[:, rank]
        names = [latent.name(dimension) for dimension in kept]
        titles = ("class", "dimension, by rate")
        figures.chart(
            partial(matrix.matrix, loadings, rows, names, matrix.LOADING, titles, height=410),
            alt=f"Loadings of axis {rank + 1} of each class on the {dims} dimensions; for all digits the largest is "
            f"{np.abs(loadings[-1]).max():.2f} on {latent.name(order[int(np.abs(loadings[-1]).argmax())])}.",
        )
        st.caption(
            "The squares of a row add up to 1: how much of each latent dimension is in the axis. Its sign is a "
            "convention."
        )


point()
around = [rows[k] for k in np.flatnonzero(clouds.elongation[:-1] < directions.ROUND)]
if around:
    st.info(
        f"Nearly round, the longest axis less than {directions.ROUND - 1:.0%} longer than the next: "
        f"{', '.join(around)}. Their first axis could as well be another one.",
        icon=":material/circle:",
    )

# --- what the direction means -----------------------------------------------------------------------------------------

st.subheader("What the direction means", anchor="walk")
st.markdown(
    r"Walk from the class mean along its longest axes, $z = \mu_C + s\sqrt{\lambda_k}\,u_k$ with $s$ from −3 to 3, "
    r"and decode."
)


class_clouds.walks_side_by_side(run.run_id, kept)

# --- the zoo ----------------------------------------------------------------------------------------------------------

st.subheader("Over all models", anchor="zoo")
class_clouds.over_zoo(run)

# --- exercise ---------------------------------------------------------------------------------------------------------

st.subheader("By hand", anchor="exercise")


ellipse_exercise.show("volume_problem")

if active:
    lesson.takeaway(
        f"In {run.run_id} the **{smallest}** takes the least room, {clouds.log_volume[smallest]:.2f} nats, and the "
        f"**{largest}** the most, {clouds.log_volume[largest]:.2f}: a factor of "
        f"{np.exp(clouds.log_volume[largest] - clouds.log_volume[smallest]):.1f} in volume. Within images lie "
        f"{clouds.share_within[:-1].min():.0%} to {clouds.share_within[:-1].max():.0%} of a class's variance. A class "
        f"spreads over {clouds.effective[:-1].mean():.1f} of its {dims} dimensions, and a direction means what its "
        "decoded walk shows, no more."
    )
else:
    lesson.takeaway(
        f"{run.run_id} has collapsed: every class is the prior's ball, with log volume "
        f"{clouds.log_volume[:-1].mean():.2f} on average, and a ball has no direction. Volume and direction measure "
        "only what the encoder tells apart."
    )
lesson.source_view(geometry.log_volume, geometry.principal_axes, directions.axis_walk)
lesson.footer("volume")
