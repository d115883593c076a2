"""The phases of the KL: one training at step resolution, what the spike is, and two ways to lose z altogether."""

import streamlit as st

from ui import collapse_chart, lesson, phase_charts, picker, rate_parts, recorded
from ui.components import training_film
from vae_core import collapse, information, phases
from vae_core.charts.phases import FLOOR

run = picker.current_run()
recordings = recorded.runs()

lesson.header("phases")
st.markdown(
    "The loss of a VAE is one falling curve, and hides what its parts do. Someone who plotted the rate, "
    r"$\mathrm{KL}(q(z\mid x)\,\|\,p(z))$, alone saw **phases**: it *starts high, drops almost to 0, rises sharply, "
    "and then slowly*. That is a hypothesis. Test it."
)
if not recordings:
    st.info("No training in this zoo was recorded step by step, so there is nothing to replay here.")
    lesson.footer("phases")
    st.stop()


@st.fragment
def guess_the_start() -> None:
    first = recordings[0]
    marks = recorded.course(first.run_id).marks
    options = ["near 0", "about where it will end", "far above where it will end"]
    start, end = marks.start.rate, marks.end.rate
    lesson.prediction(
        "phases_start",
        f"A fresh network, {first.latent_dim} latent dimensions, PyTorch's own initial weights. Its rate at the first "
        "step is …",
        options,
        options[0] if start < end / 2 else options[1] if start < 2 * end else options[2],
        phase_charts.starts,
    )


guess_the_start()

# --- one training, watched ---

st.subheader("Watch it", anchor="watch")
shown = recorded.choose("phases", recordings, recordings[0])
course = recorded.course(shown.run_id)
marks = course.marks
left, right = st.columns([6, 5], gap="medium")
with left, st.container(key="phases__curves"):
    phase_charts.curves(shown)


@st.fragment
def film() -> None:
    first, second = sorted(recorded.order(shown.run_id)[:2])
    at = recorded.step_control("phases", shown.run_id)
    training_film.show(
        shown.run_id,
        recorded.places(shown.run_id),
        recorded.landmarks(shown.run_id),
        f"Training of {shown.run_id}",
        key="phases-film",
        at=at,
        turn=recorded.turn("phases"),
        cloud=recorded.cloud_data(shown.run_id, first, second),
        pictures=recorded.picture_data(shown.run_id),
        followers=["phases__curves"],
        on_rest=lambda: recorded.rest("phases", shown.run_id),
    )


with right:
    film()
st.caption(
    f"Left: single batches of {shown.batch_size} images, both axes logarithmic, rates under {FLOOR:g} drawn there. "
    "Diamonds: landmarks found by rule, on running medians over nine records; shaded: the phases between them. Dots: a "
    f"dimension's rate stays above {phases.RISE:g} nats from here. The rule moves with the film; a batch is measured "
    "before its own step, so it stands one step further. In the cloud each digit stands at its mean μ_x; outlines: "
    f"p(z|C) at 1 σ; dashed: the prior at 1 and 2 σ; {recorded.count(shown.run_id):,} digits that were not trained on."
)
phase_charts.reading(shown)

# --- what the spike is ---

st.subheader("How much of it is information?", anchor="information")
st.markdown(
    r"""
A rate need not say anything about the image. If the encoder answers *every* image with the same Gaussian far from
the origin, the rate is large and $z$ tells nothing. With $q(z) = \frac1N\sum_x q(z\mid x)$, its mean $m$ and
covariance $S$:
"""
)
st.latex(
    r"""\begin{aligned}\text{rate} =\;& \underbrace{I(x;z)}_{\text{information}}
+ \underbrace{\mathrm{KL}\big(q(z)\,\|\,\mathcal N(m,S)\big)}_{\text{shape}}\\
&+ \underbrace{\tfrac12\lVert m\rVert^2}_{\text{shift}}
+ \underbrace{\tfrac12\big(\operatorname{tr}S-d-\log\det S\big)}_{\text{width}}\end{aligned}"""
)
st.markdown("Only the first term depends on which image was given; the others are the same for all of them.")


@st.fragment
def guess_the_spike() -> None:
    split = rate_parts.splits(shown.run_id)[recorded.frame_of(shown.run_id, marks.spike.step)]
    share = split.information / split.rate
    options = ["less than a quarter", "between a quarter and three quarters", "more than three quarters"]
    lesson.prediction(
        "phases_spike",
        f"At step {marks.spike.step:,} this training's rate has its peak, {marks.spike.rate:.2g} nats. How much of "
        "that is information about the image?",
        options,
        options[0] if share < 0.25 else options[1] if share <= 0.75 else options[2],
        lambda: rate_parts.show(shown),
    )


guess_the_spike()

# --- two ways to lose z ---

st.subheader("The beginner's bug", anchor="bug")
st.code("mse = F.mse_loss(x_hat, x)\nloss = mse + kl.sum(1).mean()", language="python")
st.markdown(
    "Looks right, and is the loss of countless first scripts. But `mse_loss` takes the **mean** over 784 pixels, while "
    "the rate is a sum over latent dimensions:"
)
st.latex(
    r"\begin{aligned}\tfrac1{784}\,\mathrm{SSE} + \mathrm{KL} &="
    r"\tfrac1{392}\big(\tfrac12\mathrm{SSE} + 392\cdot\mathrm{KL}\big)"
    r"\\ &\Rightarrow\ \beta = 392\end{aligned}"
)
bugs = [each for each in recordings if each.beta == phases.PIXEL_MEAN_BETA]
if bugs:
    bug = recorded.course(bugs[0].run_id)
    before, after = ((2 * bug.half_sse[i] / 784 + bug.rate[i]) for i in (0, -1))
    st.markdown(
        f"We trained it. The loss falls from {before:.3f} to {after:.3f}, as if it were learning. Its rate, "
        f"{bug.rate[0]:.3f} nats at the first step, is {bug.rate[bug.step <= 100][-1]:.5f} at step 100 and never comes "
        f"back; its ½ squared error ends at {bug.half_sse[-9:].mean():.1f}, and the mean image alone has "
        f"{recorded.mean_image_half_sse():.1f}. It draws one grey blot for everything."
    )
    st.button(
        "Watch it collapse",
        icon=":material/movie:",
        on_click=lambda: st.session_state.update(
            phases_dim=bugs[0].latent_dim, phases_training=recorded.name(bugs[0]), phases_step=0
        ),
    )

st.subheader("Too large a β", anchor="collapse")
st.markdown(
    r"""
How large must β be for that? While the decoder still draws the mean image, everything is linear in $z$ to first
order, and the linear VAE is solved: it is principal component analysis. It keeps a dimension if the variance
$\lambda_i$ of the data along that principal axis is above β, with the rate
"""
)
st.latex(r"\max\big(0,\ \tfrac12\log(\lambda_i/\beta)\big)")
variances = recorded.variances()
st.markdown(
    f"The pixels' covariance (of the 5,000 shipped digits) has the largest eigenvalue **{variances[0]:.2f}**; "
    f"{(variances > 1).sum()} exceed 1. So no dimension should switch on for β above {variances[0]:.2f}."
)
collapse_chart.show(run)

with st.expander(
    f"The training of the model in the sidebar, {run.run_id}", on_change="rerun", icon=":material/timeline:"
) as own:
    pass
if own.open:
    with own:
        phase_charts.curves(run, with_frames=False)
        phase_charts.reading(run)

lesson.takeaway(phase_charts.takeaway(shown))
lesson.source_view(phases.landmarks, phases.switch_on_steps, information.split_rate, collapse.linear_rates)
lesson.footer("phases")
