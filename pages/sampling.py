"""Four ways to draw a digit: derived, run side by side, and judged."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, course, figures, lesson, models, navigation, picker, sample_verdicts, sample_ways
from vae_core import sample_quality, sampling
from vae_core.charts import pictures
from vae_core.charts import sampling as charts
from vae_core.nearest_images import nearest

run = picker.current_run()
COLUMNS = 6
WAYS = sample_ways.WAYS
DERIVED = {
    "prior": (
        r"z \sim \mathcal N(0, I), \qquad \hat x(z)",
        "The model's own story: $p(x) = \\int p(x\\mid z)\\,p(z)\\,dz$ says first z, then x. Nothing of the data is "
        "needed but the decoder.",
    ),
    "aggregate": (
        r"x \sim \text{data}, \quad z \sim q(z\mid x)",
        r"Monte Carlo of the **aggregate posterior** $q(z) = \frac1N \sum_x q(z\mid x)$: the places that the decoder "
        "was trained at.",
    ),
    "pcn": (
        r"x \sim \text{data}, \quad z \sim p(z\mid x)",
        r"The same with the exact posterior, $p(z\mid x) \propto p(x\mid z)\,p(z)$, walked by a Markov chain that asks "
        "the decoder alone.",
    ),
    "classes": (
        r"C \sim \tfrac1{10}, \quad z \sim \mathcal N(\mu_C, \Sigma_C)",
        "One Gaussian a class with the class's mean and covariance. It lets you order a digit, and smooths over what "
        "is not Gaussian.",
    ),
    "mixture": (
        r"C \sim \tfrac1{10}, \quad z \sim \frac1{|C|}\sum_{x \in C} \mathcal N(z;\, \mu_x, \Lambda_x)",
        "The class as it is, a mixture of its images' Gaussians: the second way kept to one class.",
    ),
}
AGREE = (
    lesson.Step(
        r"q(z) = \frac1N \sum_x q(z\mid x)",
        "The aggregate posterior: a digit at random, then a point of its Gaussian.",
    ),
    lesson.Step(
        r"\approx \int p_{\text{data}}(x)\, q(z\mid x)\, dx",
        "The N digits are samples of the data's distribution.",
        "What are the training images samples of?",
    ),
    lesson.Step(
        r"= \int p_{\text{data}}(x)\, p(z\mid x)\, dx",
        r"**If** the encoder is exact, $q(z\mid x) = p(z\mid x)$.",
        "Suppose the encoder were perfect.",
    ),
    lesson.Step(
        r"= \int p(x)\, p(z\mid x)\, dx",
        r"**If** the model fits, $p(x) = p_{\text{data}}(x)$.",
        "Suppose the model's images were distributed as the data's.",
    ),
    lesson.Step(
        r"= \int p(x, z)\, dx = p(z)",
        "So in a perfect model all ways without a class draw from the prior. Where they differ, one of the two *ifs* "
        "fails.",
        "Posterior times evidence is a joint distribution. Integrate x out.",
    ),
)

lesson.header("sampling")
st.markdown(
    "The decoder turns any z into a digit, so to draw digits is to draw z. Here are four ways, one of them in two "
    "forms. What is shown is the decoder's mean $\\hat x(z)$, without the likelihood's noise."
)


def again() -> None:
    st.session_state["sampling_draw"] = (st.session_state["sampling_draw"] + 1) % 10_000


with st.container(horizontal=True, vertical_alignment="bottom"):
    seed = controls.number(
        "sampling_draw",
        "Draw number",
        0,
        9_999,
        0,
        1,
        help="The same number, the same digits. Verdicts below are of draws of their own.",
    )
    st.button("Draw again", on_click=again, icon=":material/casino:")
    wanted = controls.select(
        "sampling_class", "Class, for the ways that have one", ("all", *map(str, range(10))), style="buttons"
    )
label = None if wanted == "all" else int(wanted)


def show(way: str) -> None:
    formula, words = DERIVED[way]
    st.markdown(f"**{WAYS[way][0].upper()}{WAYS[way][1:]}**")
    st.latex(formula)
    st.markdown(words)
    ordered = label if way in sample_ways.BY_CLASS else None
    some = sample_ways.shown(run.run_id, way, ordered, sample_ways.LOOKED_AT, COLUMNS, seed)
    figures.picture(some.picture, alt=f"{sample_ways.LOOKED_AT} digits drawn by way of {WAYS[way]}.", width="stretch")
    if way == "pcn":
        st.caption(
            f"{sample_ways.PCN_STEPS} steps from μ_x with b = {some.b:g}, {some.acceptance:.0%} accepted. Is that "
            "enough? The next chapter asks."
        )
        navigation.link(course.chapter("chain"), "Asking the decoder alone", icon=":material/arrow_forward:")


for row in (("prior", "aggregate", "pcn"), ("classes", "mixture")):
    for column, way in zip(st.columns(3), row, strict=False):
        with column:
            show(way)

st.subheader("Ought they to agree?", anchor="agree")
lesson.reveal_steps("sampling_agree", AGREE)

# --- judged -----------------------------------------------------------------------------------------------------------

st.subheader("Are they digits, and all ten?", anchor="judged")
found = sample_verdicts.show(run)

# --- memorised? -------------------------------------------------------------------------------------------------------

st.subheader("Are they new?", anchor="new")
digits = models.digits()
st.markdown(
    "A model that had learnt its training images by heart would score well above. So look for the nearest training "
    f"image to every draw, among the {int((~digits.held_out).sum()):,} that ship with this app."
)
way = controls.select("sampling_near", "Draws of", tuple(WAYS), style="buttons", format=WAYS.get)
near = sample_ways.neighbours(run.run_id, way)
some, drawn = sample_ways.some_to_judge(run.run_id, way)
figures.picture(
    partial(pictures.grid, np.concatenate([drawn, digits.images[near.index[some]]]), sample_ways.BESIDE, gap=1),
    alt=f"{sample_ways.BESIDE} drawn digits, and under each the nearest training image.",
    width="stretch",
)
looked_at = [each for each in WAYS if each in (*(found or sample_ways.QUICK), way)]
crowds = {WAYS[each]: sample_ways.neighbours(run.run_id, each).distance for each in looked_at}
crowds |= {name: sample_ways.neighbours(run.run_id, name).distance for name in (sample_ways.AGAIN, sample_ways.REAL)}
st.caption(
    f"Above: {sample_ways.BESIDE} of {sample_ways.JUDGED} draws, those that are judged. Below: the nearest training "
    "image to each, at distances "
    + ", ".join(f"{value:.1f}" for value in near.distance[some])
    + " (Euclidean, over 784 grey levels from 0 to 1)."
)
middle = {name: float(np.median(values)) for name, values in crowds.items()}
figures.chart(
    partial(charts.distances, crowds, (sample_ways.AGAIN, sample_ways.REAL)),
    alt="Distances to the nearest training image of these draws, of unseen digits and of their reconstructions. "
    "Medians: " + ", ".join(f"{name} {value:.1f}" for name, value in middle.items()) + ".",
)
begun = "" if way in ("prior", "classes") else "These draws begin at a training digit, which may be the one found. "
copies = float((crowds[WAYS[way]] < np.quantile(crowds[sample_ways.AGAIN], 0.01)).mean())
st.caption(
    f"Bar: the middle half; line: the middle 90 %; circle: median; ◆ the smallest. Unseen real digits are "
    f"{middle[sample_ways.REAL]:.1f} from their nearest training image, draws of {WAYS[way]} "
    f"{middle[WAYS[way]]:.1f}. That alone is no sign of copying: a blurred image is near to everything. "
    + begun
    + "The fair comparison is with reconstructions of the unseen digits, as blurred and surely no copies: "
    f"{middle[sample_ways.AGAIN]:.1f}. Only 1 in 100 of those is nearer than "
    f"{np.quantile(crowds[sample_ways.AGAIN], 0.01):.1f}; of these draws it is {copies:.1%}."
)
verdict = ""
if found is not None:
    numbers = ", ".join(f"{WAYS[each]} **{found[each].frechet:.0f}**" for each in ("prior", "classes", "aggregate"))
    verdict = f"Fréchet distances to real digits in this model: {numbers}. "
lesson.takeaway(
    "To draw a digit is to draw z, and what fits this decoder is what it was trained at: the aggregate posterior, "
    f"which need not be the prior. {verdict}The median draw from the prior lies {middle[WAYS['prior']]:.1f} from its "
    f"nearest training image, a reconstruction of an unseen digit {middle[sample_ways.AGAIN]:.1f}."
)
lesson.source_view(
    sampling.sample_aggregate, sample_quality.draw_latents, sample_quality.quality, sampling.pcn_chain, nearest
)
lesson.footer("sampling")
