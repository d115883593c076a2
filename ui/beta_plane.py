"""The rate–distortion plane of the zoo with lines of equal loss, and the check that its slope is −β."""

import numpy as np
import pandas as pd
import streamlit as st

from ui import beta_family, controls, figures, picker
from vae_core import beta, optimal_beta
from vae_core.charts import optimal_beta as charts

SPLITS = {"test": "test images", "train": "training images"}
_FAINT = 3  # lines above the lowest


def show(latent_dim: int) -> None:
    """Both charts, on the images chosen."""
    split = controls.select("optimal_beta_images", "Measured on", tuple(SPLITS), style="buttons", format=SPLITS.get)
    _plane(latent_dim, split)
    st.markdown(
        "**The check.** If two models are each the best for their own β, β₁ < β₂ and R₁ > R₂, then the slope of the "
        "secant between them lies between the two β:"
    )
    st.latex(r"\vphantom{\Biggl(}\beta_1 \;\le\; -\frac{D_2 - D_1}{R_2 - R_1} \;\le\; \beta_2")
    _check(latent_dim, split)


@st.fragment
def _plane(latent_dim: int, split: str) -> None:
    runs, family = beta_family.plane(split), beta_family.family(latent_dim, split)
    betas = family.beta.tolist()
    middle = betas[int(np.abs(np.log(betas)).argmin())]
    chosen = controls.select(
        f"optimal_beta_slope{latent_dim}",
        "β of the lines",
        betas,
        middle,
        style="slider",
        format=lambda value: f"{value:g}",
    )
    loss = family.half_sse + chosen * family.rate
    best, own = family.loc[loss.idxmin()], family[family.beta == chosen].iloc[0]
    lowest = float(loss.min())
    figures.chart(
        _plane_chart(beta_family.run_ids(), split, lowest, chosen, picker.current_run().run_id),
        alt=f"Rate against distortion of {len(runs)} models; the lowest line of slope −{chosen:g} among those with "
        f"{latent_dim} dimensions goes through {best.run}.",
    )
    word = (
        "That is the model trained with this β, as it should be."
        if best.run == own.run
        else f"The model trained with this β has {own.half_sse + chosen * own.rate:.2f}: **the other beats it at its "
        "own game**."
    )
    st.caption(
        f"One mark a model of the zoo, {SPLITS[split]}, z sampled; grey crosses are those with another likelihood, "
        f"network or training. Bold: the lowest line among the {len(family)} models with {latent_dim} dimensions, "
        f"D + {chosen:g} R = {lowest:.2f} nats, through **{best.run}**. {word}"
    )
    if (runs.rate < 0.1).any() and (skipping := runs[(runs.rate < 0.1) & (runs.half_sse < 5)]).shape[0]:
        st.caption(
            f"At the bottom left, {', '.join(skipping.run)}: next to no rate and next to no error. It is no marvel; "
            "its decoder sees the image past z."
        )


@st.cache_resource(max_entries=256, show_spinner=False)
def _plane_chart(run_ids: tuple[str, ...], split: str, lowest: float, slope: float, run_id: str):
    runs = beta_family.plane(split)
    ends = (1.05 * float(runs.rate.max()), 1.08 * float(runs.half_sse.max()))
    step = (ends[1] + slope * ends[0] - lowest) / 12
    rows = []
    for number in range(_FAINT + 1):
        loss = lowest + number * step
        for rate, half_sse in optimal_beta.iso_line(loss, slope, *ends):
            rows.append({"line": number, "rate": rate, "half_sse": half_sse, "loss": loss})
    return figures.as_sent(charts.plane(runs.assign(current=runs.run == run_id), pd.DataFrame(rows), ends))


def _check(latent_dim: int, split: str) -> None:
    table, short, off, chart = _secants(beta_family.run_ids(), latent_dim, split)
    holds = int((table.state == "within").sum())
    figures.chart(
        chart,
        alt=f"Slopes of {len(table)} secants beside the two β each should lie between: {holds} do.",
    )
    notes = [f"Grey: from the one β to the other. **{holds} of {len(table)}** slopes lie in it."]
    if (table.state == "below 0").any():
        notes.append("A slope below 0, at the left end: one model is better in rate *and* distortion.")
    if off:
        notes.append("Left out: neighbours that are both collapsed, rate 0, so that there is no slope.")
    st.caption(" ".join(notes))
    if not short:
        st.markdown("The check holds throughout: every model is the best of its neighbours at its own β.")
        return
    listed = ", ".join(f"{value:g}" for value in sorted(short))
    why = (
        "These losses are what training itself minimised, so a neighbour that does better at *their* β proves that "
        "they were not trained to the end (or had bad luck: one seed each)."
        if split == "train"
        else "Part of that is training that ended early, part is error on images not trained on, which no training "
        "minimises: look at the training images too."
    )
    st.markdown(f"It fails where a model falls short of the frontier: β = {listed}. {why}")


@st.cache_resource(max_entries=32, show_spinner=False)
def _secants(run_ids: tuple[str, ...], latent_dim: int, split: str) -> tuple:
    """The secants that have a slope, the β that fall short, how many secants have none, and the chart."""
    family = beta_family.family(latent_dim, split)
    found = beta.rate_distortion(family.beta, family.rate, family.half_sse)
    rows, short, off = [], set(), 0
    for i, secant in enumerate(found.secants):
        verdict = optimal_beta.verdict(secant, found.rate[i], found.rate[i + 1])
        if verdict.state == "off":
            off += 1
            continue
        short |= set(verdict.fell_short)
        rows.append(
            {
                "low": secant.beta_low,
                "high": secant.beta_high,
                "slope": secant.slope,
                "state": "below 0" if secant.slope <= 0 else verdict.state,
            }
        )
    table = pd.DataFrame(rows)
    return table, short, off, charts.secants(table)
