"""Train your own: choose a VAE, watch it learn, and take it through the whole course."""

import streamlit as st

from ui import choice, controls, course, figures, latent, lesson, models, navigation, picker, training_desk, your_run
from vae_core import own_run, run_comparison
from vae_core.charts import live_training
from vae_core.config import RunConfig
from vae_core.training_job import CANCELLED, FAILED, MEASURING, QUEUED, STARTING, TRAINING

FAILURES = {
    "diverged": "The training diverged: its loss stopped being a number. Try another β, or fewer dimensions.",
    "data": "The digits to train on cannot be read. Please tell whoever runs this server.",
    "memory": "The server had no memory left for this training. Try again later.",
    "killed": "Something ended the training from outside, most likely a server short of memory. Try again later.",
    "error": "The training failed. What happened stands in the server's log; please tell whoever runs this server.",
}
LIKELIHOODS = {
    "gaussian": "squared error, σ² = 1",
    "bernoulli": "each pixel a probability",
    "calibrated": "a Gaussian that finds its own σ², and with it its own weight of the rate",
}

picker.current_run()  # what is loaded plays no part here, but the page has to be entered through the front door
lesson.header("train")
st.markdown(
    r"""
Every model so far was trained before you came. Choose one yourself and watch it learn. Each **step** draws a batch of
digits, one $z$ for each, and moves all weights a little downhill on
"""
)
st.latex(
    r"\underbrace{-\log p(x\mid z)}_{\text{distortion}}+\beta\,"
    r"\underbrace{\mathrm{KL}\bigl(q(z\mid x)\,\Vert\,p(z)\bigr)}_{\text{rate}}"
)
st.markdown("averaged over the batch. Nobody tells it which digit is which.")

try:
    allowed = training_desk.capacity()
except ValueError as error:
    st.error(f"This server is set up wrongly: {error}")
    allowed = 0
busy = training_desk.is_busy()

# --- the choice ------------------------------------------------------------------------------------------------------

st.subheader("Choose", anchor="choose")
sources = training_desk.sources()
left, right = st.columns(2, gap="large")
with left:
    latent_dim = controls.slider(
        "train_latent_dim",
        "Latent dimensions",
        *own_run.LATENT_DIMS,
        2,
        1,
        disabled=busy,
        help="How many numbers z has.",
    )
    likelihood = controls.select("train_likelihood", "Likelihood", own_run.LIKELIHOODS, style="buttons", disabled=busy)
    st.caption(f"{likelihood.capitalize()}: {LIKELIHOODS[likelihood]}.")
with right:
    finds_its_own = likelihood == "calibrated"
    beta = controls.select(
        "train_beta",
        "β, the weight of the rate",
        own_run.BETAS,
        1.0,
        style="slider",
        format="{:g}".format,
        disabled=busy or finds_its_own,
    )
    source = own_run.SHIPPED
    if len(sources) > 1:
        source = controls.select("train_digits", "Digits to learn from", sources, style="buttons", disabled=busy)
    low, high = own_run.EPOCHS[source]
    start_at = 40 if source == own_run.SHIPPED else 3
    epochs = controls.slider("train_epochs", "Epochs, passes over the digits", low, high, start_at, 1, disabled=busy)

config = own_run.plan(latent_dim, beta, likelihood, epochs, source)
seen, unseen = own_run.IMAGES[source], int(models.digits().held_out.sum())
steps = seen // config.batch_size * epochs
st.markdown(
    f"**{steps:,} steps** of {config.batch_size} digits each, drawn from {seen:,}"
    + (f" that ship with this app; the other {unseen:,} stay unseen." if source == own_run.SHIPPED else " of MNIST.")
    + (" The β above does not count: this likelihood weighs the rate itself." if finds_its_own else "")
)

mine = your_run.current()
may_replace = True
if mine and not busy:
    may_replace = st.checkbox(
        "Replace your run by the new one",
        key=f"_train_replace_{mine.config.run_id}",
        help="A session keeps one. Yours stays until the new one is finished; download it to keep it for good.",
    )
st.button(
    "Train",
    icon=":material/play_arrow:",
    disabled=busy or not allowed or not may_replace,
    on_click=training_desk.start,
    args=(config, source),
    key="_train_start",
)
if not allowed:
    st.info(
        "On this server nobody trains. On your own machine: `python -m vae_core train --help`.", icon=":material/info:"
    )

# --- the training ----------------------------------------------------------------------------------------------------


def minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def tell(shown) -> None:
    """Where the training stands, in words."""
    share = shown.step / shown.total_steps if shown.total_steps else 0.0
    if shown.phase == QUEUED:
        place = training_desk.place()
        st.info(
            f"Others are training. Your place in the queue: **{place}**. Yours starts by itself; stay on this page.",
            icon=":material/hourglass_top:",
        )
    elif shown.phase == STARTING:
        st.progress(0.0, "Starting …")
    elif shown.phase == TRAINING:
        left = f", about {minutes(shown.seconds_left)} left" if shown.seconds_left is not None else ""
        st.progress(share, f"Step {shown.step:,} of {shown.total_steps:,}{left}")
    elif shown.phase == MEASURING:
        st.progress(1.0, "Trained. Now its figures are computed …")
    elif shown.phase == CANCELLED:
        why = "it ends when you go to another chapter" if training_desk.was_left() else "as you wished"
        st.info(f"The training was cancelled, {why}, at step {shown.step:,}.", icon=":material/cancel:")
    elif shown.phase == FAILED:
        st.error(FAILURES[shown.reason], icon=":material/error:")


def watch() -> None:
    """One look at the training; while it goes on, Streamlit calls this every second and the rest of the page rests."""
    job = training_desk.job()
    shown = job.progress()
    if busy and job.ended:
        st.rerun()  # the front door takes in what was trained
    tell(shown)
    if busy:
        st.button("Cancel", on_click=training_desk.cancel, key="_train_cancel", icon=":material/stop:")
    if len(shown.steps) < 2:
        return
    curves, cloud = st.columns(2, gap="large")
    with curves:
        for name, values, colour, log in (
            ("rate", shown.rate, live_training.RATE, True),
            ("distortion", shown.distortion, live_training.DISTORTION, False),
        ):
            # The same words at every look: with new ones the browser would draw the chart afresh.
            figures.chart(
                live_training.curve(shown.steps, values, f"{name} (nats per image)", colour, shown.total_steps, log),
                alt=f"The {name} of single batches over the steps of your training; its last value stands below.",
                key=f"train_{name}",
            )
        st.caption(
            f"Single batches, one sample z a digit. At step {shown.steps[-1]:,.0f}: rate **{shown.rate[-1]:.2f}**, "
            f"distortion **{shown.distortion[-1]:.2f}** nats per image."
        )
    with cloud:
        titles = tuple(f"{latent.name(dimension)} of μ_x" for dimension in shown.plane)
        figures.chart(
            live_training.cloud(shown.cloud, shown.labels, titles),
            alt=f"μ_x of {len(shown.labels)} unseen digits as the training moves them, a colour and shape a digit.",
            key="train_cloud",
        )
        chosen = " The two dimensions of the highest rate." if job.config.latent_dim > 2 else ""
        st.caption(
            f"μ_x of {len(shown.labels)} digits it never trains on.{chosen} Dashed: one and two σ of the prior N(0, I)."
        )


if training_desk.job():
    st.subheader("Watch", anchor="watch")
    st.fragment(watch, run_every=1.0 if busy else None)()

# --- the result ------------------------------------------------------------------------------------------------------


def result(mine: own_run.OwnRun) -> None:
    """Your run beside the nearest of the zoo, on the digits neither was trained on."""
    like = [run for run in models.runs() if run.likelihood == mine.config.likelihood and run.architecture == "mlp"]
    other = choice.nearest(like or models.runs(), mine.config)
    held_out = models.digits().held_out
    terms = [models.digit_terms(run.run_id) for run in (mine.config, other)]
    new, old = (run_comparison.compare(*terms, mine.config.beta, shown) for shown in (held_out, ~held_out))
    options = ["yours", f"{other.run_id} of the zoo", "neither: the difference may be chance"]
    answer = options[2] if new.is_chance else options[int(new.difference > 0)]
    differs = [
        f"{choice.NAMES[name]} {choice.told(name, getattr(other, name))} instead of "
        f"{choice.told(name, getattr(mine.config, name))}"
        for name in ("latent_dim", "beta")
        if getattr(other, name) != getattr(mine.config, name)
    ]
    nearest = f" (the nearest there is, with {' and '.join(differs)})" if differs else ""

    gap = new.less(old)

    def table() -> None:
        st.markdown(
            f"| distortion + {mine.config.beta:g} · rate, nats per image | yours | {other.run_id} |\n|:--|--:|--:|\n"
            f"| {held_out.sum():,} digits neither has seen | {new.first:.2f} | {new.second:.2f} |\n"
            f"| {(~held_out).sum():,} digits both were trained on | {old.first:.2f} | {old.second:.2f} |\n"
            f"| what the unseen cost more | {gap.first:+.2f} | {gap.second:+.2f} |"
        )
        st.caption(
            f"z drawn once a digit. On the unseen ones the two differ by {new.difference:+.2f} ± {new.stderr:.2f} "
            "(one standard error of the paired difference)."
        )

    lesson.prediction(
        "train_unseen",
        f"Your run learnt from {learnt_from(mine.config):,} digits in {last_step(mine.config):,} steps, "
        f"`{other.run_id}`{nearest} from {learnt_from(other):,} in {last_step(other):,}. On digits neither has seen, "
        "whose loss is lower?",
        options,
        answer,
        table,
    )
    verdict = (
        "no sign that it learnt its digits by heart"
        if gap.is_chance or gap.difference < 0
        else "what it learnt by heart, its few digits seen so often, and not about digits"
    )
    lesson.takeaway(
        f"Unseen digits cost your run {gap.first:+.2f} nats beside those it learnt from. That alone proves nothing: "
        f"the two sets are not equally hard, and for the zoo's model it is {gap.second:+.2f}. The difference, "
        f" **{gap.difference:+.2f} ± {gap.stderr:.2f}** nats, is {verdict}."
    )


def learnt_from(run: RunConfig) -> int:
    return int(models.moments(run.run_id).count.sum())


def last_step(run: RunConfig) -> int:
    return int(models.history(run.run_id)["step"][-1])


if mine:
    st.subheader("Your run", anchor="yours")
    passes = "1 epoch" if mine.config.epochs == 1 else f"{mine.config.epochs} epochs"
    st.markdown(
        f"**{mine.config.latent_dim} dimensions, {mine.config.likelihood}, β = {mine.config.beta:g}, {passes} on "
        f"{mine.source}.** Every chapter can show it: choose `{your_run.NAME}` at the top of the sidebar's list of "
        f"models. Its figures there are on "
        f"{mine.measured_on}. It lives in this tab only and goes when you close or reload it."
    )
    with st.container(horizontal=True):
        for key in ("welcome", "sliders", "class_mixture", "tour", "forming"):
            chapter = course.chapter(key)
            navigation.link(chapter, chapter.title, icon=":material/arrow_forward:")
    figures.download_file(
        "Download your run", mine.zip_bytes, f"{mine.zoo_id}.zip", "application/zip", key="_train_download"
    )
    st.caption(
        "A zoo of one run: weights, figures, history, snapshots; reading it runs no code. Unpack it and say "
        "`VAE_ZOO=<its folder>` for `vae_core.zoo` to read it."
    )
    st.fragment(result)(mine)
    from vae_core.training import batch_loss  # not before: torch is there by now, and was slow to come

    lesson.source_view(batch_loss, run_comparison.compare)

lesson.footer("train")
