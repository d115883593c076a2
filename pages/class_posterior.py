"""Which class is a point? Bayes' rule turns p(z|C) into p(C|z): maps, scores on test images, and confident mistakes."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from ui import controls, figures, known_classes, lesson, models, picker, posterior_explorer
from ui.known_classes import GAUSSIAN, MEAN, MIXTURE, SAMPLE, WHOLE
from vae_core import class_scores, families, own_run, posterior_map
from vae_core.charts import class_pairs
from vae_core.charts import class_posterior as charts

run = picker.current_run()
digits = models.digits()
PER_CLASS = known_classes.per_class()
SHOWN_WRONG = 12


lesson.header("class_posterior")
st.markdown(
    "The chapters before asked what a class looks like: $p(z\\mid C)$. Now turn the question round. Here is a point "
    "$z$: **which class is it**, and how sure can we be?"
)
lesson.reveal_steps(
    "class_posterior_derivation",
    [
        lesson.Step(
            r"p(C\mid z) = \frac{p(z\mid C)\,p(C)}{p(z)}",
            "Bayes' rule. $p(C)$ is the share of the class among the training images.",
        ),
        lesson.Step(
            r"p(z) = \sum_{C'} p(z\mid C')\,p(C')",
            "Marginalisation: the point belongs to one of the ten classes.",
            "What makes the ten probabilities add up to 1?",
        ),
        lesson.Step(
            r"\begin{aligned}\log p(C\mid z) = {}&\log p(z\mid C) + \log p(C)\\ &- \log p(z)\end{aligned}",
            "Logarithms, because densities far from a class are too small for a computer's numbers.",
            "A density can be $e^{-800}$. How would you compute with it?",
        ),
        lesson.Step(
            r"p(z\mid C) = \frac{1}{|C|}\sum_{x\in C}\mathcal N(z;\ \mu_x,\Lambda_x)",
            "One choice of $p(z\\mid C)$: **the mixture** of the class's images, as derived before.",
            "What is $p(z\\mid C)$? You have derived it two chapters ago.",
        ),
        lesson.Step(
            r"p(z\mid C) \approx \mathcal N(z;\ \mu_C,\Sigma_C)",
            "A simpler choice: **one Gaussian** with the mixture's mean and covariance.",
            "Which single Gaussian stands for the mixture best?",
        ),
    ],
    start=2,
)
st.caption(
    f"On this page both choices are made from the same {10 * PER_CLASS:,} digits: the {PER_CLASS} of each class that "
    "ship with the app and that the models were trained on. Only the shape differs."
)

# --- the map ----------------------------------------------------------------------------------------------------------

st.subheader("A map of the answers", anchor="map")
posterior_explorer.explore("class_posterior", run)

# --- scores -----------------------------------------------------------------------------------------------------------

st.subheader("Put to the test", anchor="scores")
where = controls.select(
    "class_posterior_at",
    "A test image is judged at",
    (MEAN, SAMPLE),
    style="buttons",
    format=str,
    help="μ_x is the middle of q(z|x). A sample z is what p(z|C) is really about: it carries the encoder's "
    "uncertainty.",
)
found = known_classes.scores(run.run_id, where, PER_CLASS)
gaussian, mixed, whole = found[GAUSSIAN], found[MIXTURE], found[WHOLE]
test_labels = models.test_encodings(run.run_id).label.astype(int)
judged_on = models.test_images(run.run_id)
difference = gaussian.accuracy - mixed.accuracy
NEITHER = "neither: within one point of each other"


@st.fragment
def guess() -> None:
    better = NEITHER if abs(difference) < 0.01 else (GAUSSIAN if difference > 0 else MIXTURE)
    lesson.prediction(
        "class_posterior_better",
        f"The mixture knows where each of the {PER_CLASS} digits of a class lies; the Gaussian knows only their mean "
        f"and covariance. Which names more of {judged_on} rightly?",
        (GAUSSIAN, MIXTURE, NEITHER),
        better,
        f"One Gaussian a class names {gaussian.accuracy:.1%} rightly, the mixture {mixed.accuracy:.1%}. Their "
        f"log-losses are {gaussian.log_loss:.2f} and {mixed.log_loss:.2f} nats: read on.",
    )


guess()
prior = known_classes.known(run.run_id, PER_CLASS).class_prior
rows = [
    (f"one Gaussian a class, {PER_CLASS} digits", gaussian),
    (f"the mixture of the same {PER_CLASS} digits", mixed),
    (f"one Gaussian a class, all {int(models.moments(run.run_id).count.sum()):,} training images", whole),
]
st.markdown(
    "\n".join(
        [
            "| p(z given C) | accuracy | log-loss, nats |",
            "|:--|--:|--:|",
            *(
                f"| {name} | {each.accuracy:.1%} ± {each.accuracy_stderr:.1%} | {each.log_loss:.3f} ± "
                f"{each.log_loss_stderr:.3f} |"
                for name, each in rows
            ),
            f"| not looking at z at all: p(C) | {(test_labels == prior.argmax()).mean():.1%} | "
            f"{-np.log(prior[test_labels]).mean():.3f} |",
        ]
    )
)
st.caption(
    f"On {judged_on}, {len(test_labels):,}, each judged at {where}; ± one standard error. Log-loss is −(1/N) Σ log "
    "p(Cₙ|zₙ) with the true class Cₙ: it punishes being sure and wrong, which accuracy does not see."
)


@st.fragment
def confusions() -> None:
    way = controls.select(
        "class_posterior_from", "Mistakes when p(z|C) is", (GAUSSIAN, MIXTURE), style="buttons", format=str
    )
    confusion = found[way].confusion
    share = confusion / confusion.sum(axis=1, keepdims=True)
    off = np.where(np.eye(10, dtype=bool), 0, share)
    true, named = np.unravel_index(off.argmax(), off.shape)
    st.markdown("**Which classes are taken for which**")
    figures.chart(
        partial(
            class_pairs.heat_map,
            share,
            ("named", "true class"),
            "share of the true class",
            texts=np.vectorize(lambda value: f"{100 * value:.0f}" if value >= 0.005 else "")(share),
            exponent=0.5,
        ),
        alt=f"Confusion matrix with {way} a class: most often a {true} is named {named}, {share[true, named]:.0%} of "
        "the time.",
        finding=f"On {judged_on}, in per cent of each row. Most often a **{true}** is named **{named}**: "
        f"{confusion[true, named]:,} of {confusion[true].sum():,} times.",
    )
    wrong_digits(way)


def wrong_digits(way: str) -> None:
    """Held-out shipped digits whose wrong name is given with the least doubt."""
    unseen = np.flatnonzero(digits.held_out)
    wrong = known_classes.mistakes(run.run_id, where, way)
    sure = int((wrong.doubt < 0.01).sum())
    these = "These are"
    if judged_on == own_run.TEST_IMAGES:
        these = "MNIST's test images do not ship with the app, so these are"
    st.markdown("**The most confidently wrong digits**")
    if len(wrong.position):
        shown = known_classes.surest_mistakes(run.run_id, where, way, SHOWN_WRONG)
        with st.container(horizontal=True):
            for position, named, doubt, pair in zip(*wrong, shown, strict=False):
                true = int(digits.labels[unseen[position]])
                p = f"p > {1 - 1e-3:.3f}" if doubt < 1e-3 else f"p = {1 - doubt:.3f}"
                with st.container(width=150):
                    figures.picture(pair, alt=f"A {true} named {named}, and its reconstruction.", width="stretch")
                    st.markdown(f"**{true}** named **{named}**, {p}")
    st.caption(
        f"{these} the worst of the {len(unseen):,} digits that ship with the app and that no model has seen: "
        f"{len(wrong.position)} are named wrongly, {sure} of them with p above 0.99. Left: the digit. Right: the "
        "decoder's picture of the point that was judged. Where it shows the right class, p(z|C) is to blame; where it "
        "shows the wrong one too, the encoder."
    )


confusions()

# --- more exact is not always better ----------------------------------------------------------------------------------

st.subheader("More exact is not always better", anchor="exact")
st.markdown(
    f"""
The mixture is the exact answer to “what do these {10 * PER_CLASS:,} digits say”. But the smaller β, the smaller each
image's Gaussian, until the mixture is a **spiky memory of its own images**: an unseen digit falls between the spikes,
and whichever spike happens to be least far away decides, with great certainty. One Gaussian a class has forgotten the
images. The log-loss shows it first; whether accuracy suffers too depends on the latent dimension. Compare 2 with 8.
"""
)


def table_row(x: str, value: float, each: dict[str, class_scores.Scores]) -> list[dict]:
    return [
        {x: value, "p(z|C) is": way, "accuracy": each[way].accuracy, "log-loss, nats": each[way].log_loss}
        for way in (GAUSSIAN, MIXTURE)
    ]


def two_panels(table: pd.DataFrame, x: str, told: str) -> None:
    for column, value in zip(st.columns(2), ("accuracy", "log-loss, nats"), strict=True):
        with column:
            figures.chart(partial(charts.scores_against, table, x, value), alt=f"{value} against {x}. {told}")
    st.caption(told)


@st.fragment
def along_beta() -> None:
    there = families.families(models.runs())
    if not there:
        return
    if not controls.toggle("class_posterior_family", "Name the test images with every β of the zoo"):
        return
    dims = list(there)
    d = controls.select(
        "class_posterior_dim", "Latent dimension", dims, 8 if 8 in dims else dims[-1], style="buttons", format=str
    )
    rows, read = [], {}
    for each in there[d]:
        read[each.beta] = known_classes.scores(each.run_id, where, PER_CLASS)
        rows += table_row("β", each.beta, read[each.beta])
    wins = [beta for beta, each in read.items() if each[MIXTURE].accuracy > each[GAUSSIAN].accuracy]
    least, most = min(read), max(read)
    told = (
        f"In {d} dimensions at β = {least:g} one Gaussian names {read[least][GAUSSIAN].accuracy:.1%} rightly and the "
        f"mixture {read[least][MIXTURE].accuracy:.1%}, with log-losses of {read[least][GAUSSIAN].log_loss:.2f} and "
        f"{read[least][MIXTURE].log_loss:.2f} nats. At β = {most:g}: {read[most][GAUSSIAN].accuracy:.1%} and "
        f"{read[most][MIXTURE].accuracy:.1%}. The mixture has the higher accuracy at "
        + (f"β = {', '.join(f'{beta:g}' for beta in wins)}." if wins else "no β of this family.")
    )
    two_panels(pd.DataFrame(rows), "β", told)


@st.fragment
def along_images() -> None:
    if not controls.toggle("class_posterior_growth", "Name them with fewer digits a class"):
        return
    counts = known_classes.counts()
    read = {count: known_classes.scores(run.run_id, where, count) for count in counts}
    rows = [row for count, each in read.items() for row in table_row("digits a class", count, each)]
    gain = {way: 100 * (read[counts[-1]][way].accuracy - read[counts[-2]][way].accuracy) for way in (GAUSSIAN, MIXTURE)}
    told = (
        f"The last step, from {counts[-2]} to {counts[-1]} digits a class, still gives one Gaussian "
        f"{gain[GAUSSIAN]:+.1f} points of accuracy and the mixture {gain[MIXTURE]:+.1f}. No more of the digits the "
        "models were trained on ship with the app."
    )
    two_panels(pd.DataFrame(rows), "digits a class", told)


along_beta()
along_images()

winner = (
    "within one point of it" if abs(difference) < 0.01 else ("better than it" if difference > 0 else "worse than it")
)
lesson.takeaway(
    "Bayes' rule turns what a class looks like into what a point is. For this model one Gaussian a class names "
    f"**{gaussian.accuracy:.1%}** of {judged_on} rightly, the exact mixture of the same digits "
    f"**{mixed.accuracy:.1%}**: the simpler choice is {winner}. Its log-loss is **{gaussian.log_loss:.2f}** nats "
    f"against **{mixed.log_loss:.2f}**. A density that is exact for the images it was made from can be overconfident "
    "about the next one."
)
lesson.source_view(class_scores.log_posterior, class_scores.score, posterior_map.posterior_map)
lesson.footer("class_posterior")
