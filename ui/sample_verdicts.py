"""What the judge says of digits drawn in several ways: are they digits, and all ten?"""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, lesson, models, sample_ways
from ui.sample_ways import WAYS
from vae_core import sample_quality, zoo
from vae_core.charts import sampling as charts
from vae_core.config import RunConfig

_EQUAL = 0.05  # relative difference of two Fréchet distances that 500 draws cannot tell
_AS_GOOD = f"neither: within {_EQUAL:.0%} of each other"


def show(run: RunConfig) -> dict[str, sample_quality.Quality] | None:
    """Question, table and class shares; the verdicts by way, pCN's if asked for; None where the judge is unreadable."""
    if zoo.JUDGE not in [each.run_id for each in models.classifiers()]:
        st.info(f"The judge, the classifier `{zoo.JUDGE}`, cannot be read: no verdict now.", icon=":material/gavel:")
        return None
    accuracy = models.metrics(zoo.JUDGE)["test"]["accuracy"]
    st.markdown(
        f"A judge that no VAE was trained with looks at them: a classifier that names {accuracy:.1%} of MNIST's test "
        "images rightly. Its features of drawn digits and of real ones are compared as two crowds, by the **Fréchet "
        "distance** between the Gaussians fitted to them; 0 would be the same crowd:"
    )
    st.latex(
        r"""\begin{aligned} d^2 = {} & \lVert \mu_0 - \mu_1 \rVert^2 \\
        & + \operatorname{tr}\bigl(\Sigma_0 + \Sigma_1\bigr) \\
        & - 2\operatorname{tr}\bigl(\Sigma_0^{1/2}\Sigma_1\Sigma_0^{1/2}\bigr)^{1/2} \end{aligned}"""
    )
    question = st.container()
    with_pcn = controls.toggle(
        "sampling_pcn",
        f"Judge {sample_ways.JUDGED} draws by pCN too",
        help=f"{sample_ways.JUDGED * sample_ways.PCN_STEPS:,} decodings: a moment for an MLP, a while for a UNet.",
    )
    found = {way: sample_ways.judged(run.run_id, way) for way in (WAYS if with_pcn else sample_ways.QUICK)}
    with question:
        lesson.prediction(
            "sampling_best",
            "Which comes nearer to real digits in this model?",
            [WAYS["prior"], WAYS["aggregate"], _AS_GOOD],
            nearer(found["prior"].frechet, found["aggregate"].frechet),
            lambda: _table(run, found),
        )
    every = {WAYS[way]: np.array(each.class_shares) for way, each in found.items()}
    figures.chart(
        partial(charts.class_shares, every | {"real digits": np.array(sample_ways.floor().class_shares)}),
        alt=f"Per cent of each class among {sample_ways.JUDGED} draws of each way, as the judge sees them. Rarest and "
        "commonest: " + "; ".join(f"{name}, {_extremes(shares)}" for name, shares in every.items()) + ".",
    )
    shares = every[WAYS["prior"]]
    rarest = int(np.argmin(shares))
    st.caption(
        f"Per cent of {sample_ways.JUDGED} draws that the judge takes for each digit; blue too few, brown too many "
        f"beside an even 10. From the prior the rarest is the {rarest}, with {shares[rarest]:.1%}. Equal shares go "
        "*in* to the two ways by class; where they do not come out, what was drawn is not what was ordered."
    )
    return found


def nearer(prior: float, aggregate: float) -> str:
    """Which of the two Fréchet distances is smaller, as an answer, if they can be told apart."""
    if abs(prior - aggregate) <= _EQUAL * max(prior, aggregate):
        return _AS_GOOD
    return WAYS["prior"] if prior < aggregate else WAYS["aggregate"]


def _extremes(shares: np.ndarray) -> str:
    low, high = int(np.argmin(shares)), int(np.argmax(shares))
    return f"the {low} with {shares[low]:.1%} and the {high} with {shares[high]:.1%}"


def _table(run: RunConfig, found: dict[str, sample_quality.Quality]) -> None:
    stored, real = models.sample_quality(run.run_id), sample_ways.floor()
    lines = ["| drawn by | Fréchet, here | Fréchet, 10,000 | confidence |", "|:--|--:|--:|--:|"]
    for way, each in found.items():
        kept = f"{stored[way]['frechet']:.1f}" if stored and way in stored else "–"
        name = WAYS[way].replace("|", r"\|")  # or the table would take it for a border
        lines.append(f"| {name} | {each.frechet:.1f} | {kept} | {each.confidence:.1%} |")
    kept = f"{stored['floor']['frechet']:.1f}" if stored else "–"
    lines.append(f"| *real digits* | {real.frechet:.1f} | {kept} | {real.confidence:.1%} |")
    st.markdown("\n".join(lines))
    st.caption(
        f"“Here”: {sample_ways.JUDGED} draws of each way, the same for everyone whatever the draw number above, "
        "beside the shipped digits; the "
        f"last row is {real.images} unseen digits beside the others, which is how low it can get with so few. "
        + ("“10,000”: as many draws, beside MNIST's test images, stored with the model. " if stored else "")
        + "Confidence: mean probability of the class the judge finds likeliest; a blur between two digits lowers it."
    )
