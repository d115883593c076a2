"""Asking the decoder alone: pCN Metropolis–Hastings of p(z|x), refereed by the exact posterior in two dimensions."""

from functools import cache, partial

import numpy as np
import streamlit as st

from ui import acceptance_proof, chain_starts, controls, figures, latent, lesson, picker, posterior_survey
from ui import posterior_chains as chains
from ui.chain_starts import told
from ui.components import walk
from vae_core import islands, sampling
from vae_core.charts import chain as charts
from vae_core.grid_posterior import posterior_gap
from vae_core.refined_grid import refined_posterior

run = picker.current_run()
planar = run.latent_dim == 2

lesson.header("chain")
st.markdown(
    r"An encoder answers in one pass, with a Gaussian $q(z\mid x)$: an approximation. What it approximates needs no "
    r"encoder. The prior and the decoder alone say which z may lie behind an image x, up to the constant $p(x)$:"
)
st.latex(
    r"\begin{aligned} p(z\mid x) &= \frac{p(x\mid z)\,p(z)}{p(x)} \\ "
    r"&\propto p(x\mid z)\;\mathcal N(z;\,0, I) \end{aligned}"
)

picture, words = st.columns([1, 3], vertical_alignment="center")
with words:
    chosen = chains.choose()
    st.caption(f"x is {chosen.name}. " + chains.said_likelihood(run))
with picture:
    figures.picture(chosen.image, alt=f"The image x: {chosen.name}.", width="stretch")

# --- the algorithm and its proof --------------------------------------------------------------------------------------

st.subheader("One step of the walk", anchor="step")
st.markdown("**Preconditioned Crank–Nicolson** (pCN). Stand at z. Shrink it a little, shake it a little:")
st.latex(r"z' = \sqrt{1-b^2}\; z + b\,\xi, \qquad \xi \sim \mathcal N(0, I)")
st.markdown("Go there with this probability, else stay and count z once more:")
st.latex(r"\alpha = \min\left(1,\ \frac{p(x\mid z')}{p(x\mid z)}\right)")
if run.likelihood != "bernoulli":
    st.latex(
        r"\log\frac{p(x\mid z')}{p(x\mid z)} "
        r"= \frac{\lVert x-\hat x(z)\rVert^2 - \lVert x-\hat x(z')\rVert^2}{2\sigma^2}"
    )
st.markdown(
    "One decoding a step, no encoder, no gradient. The step size is b, between 0 and 1; it has nothing to do with the "
    "model's β. Where has the prior gone? Try each line before you ask for it."
)
lesson.reveal_steps("chain_proof", acceptance_proof.PROOF)
acceptance_proof.exercise()

# --- the walk ---------------------------------------------------------------------------------------------------------


def told_islands() -> str:
    """Of the exact posterior, in words."""
    count = len(parts())
    return f"{count} {'island' if count == 1 else 'islands'}"


def the_walk(settings: chains.Settings) -> walk.Figures | None:
    """The chains over the exact posterior; what they came to."""
    pair = latent.axes(run)
    mean, logvar = chains.encoded(run.run_id, chosen.key)
    view = controls.select("chain_view", "Show", ("the whole walk", "where the mass is"), style="buttons")
    found = chains.walk(
        run,
        chosen.key,
        settings,
        walk.View(
            pair,
            (latent.name(pair[0]), latent.name(pair[1])),
            mean,
            np.exp(0.5 * logvar),
            chains.outlines(run.run_id, chosen.key) if planar else np.empty((0, 2, 2)),
            view == "where the mass is",
            {
                "map": f"Walk of one of {settings.chains} chains with step size {settings.b:g} from {settings.start}",
                "over": f", over the exact posterior, which has {told_islands()}." if planar else ".",
            },
            {"rhat": chains.RHAT, "ess": chains.ESS},
        ),
    )
    grid = (
        "Blue lines: the smallest regions that hold 50 and 95 % of the **exact p(z|x)**, from a grid"
        f" ({'less than 1e-9' if exact().edge_mass < 1e-9 else f'{exact().edge_mass:.0e}'} of its mass at the edge). "
        if planar
        else f"Of {run.latent_dim} dimensions the two of the highest rate. "
    )
    st.caption(
        grid + "R̂ is 1 where all chains look alike, and the ESS says how many independent draws they are worth. "
        "Dots: draws of all chains, second half. Play goes through the first chain, with x̂(z) at every step: "
        "pictures that x may be a noisy version of, if the chain is right. Below, up to four chains step by step; the "
        "grey half is left out, the dashed line is μ_x. Chains that have met look like one strip of grass; a flat "
        "piece is a chain that is stuck."
    )
    return found


def tuning(settings: chains.Settings) -> None:
    """Which b leaves most independent draws."""
    st.subheader("Which b?", anchor="tune")
    st.markdown(
        "Small steps are nearly always accepted and lead nowhere; large ones lead far and are nearly always refused. "
        "What counts is how many *independent* draws are left."
    )
    answers = ("the smallest, nearly always accepted", "one between", "b = 1, every proposal afresh from the prior")
    swept = cache(partial(chains.sweep, run, chosen.key, settings.seed))  # drawn once

    def ess() -> np.ndarray:
        return np.nan_to_num([each.ess for each in swept()])  # 0 where the chains are stuck

    def answer() -> str | None:
        if swept() is None:
            return None
        best = int(np.argmax(ess()))
        return answers[0] if best == 0 else answers[2] if best == len(chains.B) - 1 else answers[1]

    def show_sweep() -> None:
        acceptance, best = np.array([each.acceptance for each in swept()]), int(np.argmax(ess()))
        count, steps = chains.short_chains(run)
        one, other = st.columns(2)
        with one:
            figures.chart(
                partial(charts.against_b, chains.B, acceptance, "acceptance", settings.b, percent=True),
                alt=f"Acceptance against b: from {acceptance[0]:.0%} at {chains.B[0]:g} to {acceptance[-1]:.0%} at 1.",
            )
        with other:
            figures.chart(
                partial(charts.against_b, chains.B, ess(), "effective sample size", settings.b),
                alt=f"Effective sample size against b, highest at {chains.B[best]:g}.",
            )
        st.markdown(
            f"Highest here: b = **{chains.B[best]:g}**, with {acceptance[best]:.0%} accepted and an ESS of "
            f"{ess()[best]:.0f} from {count * steps // 2:,} draws. The orange line is your "
            f"b. These are short chains from μ_x ({count} of {steps} steps): an ESS says "
            "nothing of places that no chain has been to."
        )

    lesson.prediction(
        "chain_best", "Which b leaves most independent draws for this image?", answers, answer, show_sweep
    )


def beside_the_grid() -> None:
    """The encoder beside the exact posterior, and the takeaway."""
    st.subheader("How far off is the encoder?", anchor="encoder")
    weighed = chains.weigh(run.run_id, chosen.key)
    st.latex(r"\mathrm{KL}\bigl(q(z|x)\,\|\,p(z|x)\bigr) = \log p(x) - \mathrm{ELBO}(x)")
    st.markdown(
        f"For this image **{max(weighed.gap, 0):.2f} nats**: log p(x) = {weighed.log_evidence:.2f} from the grid, "
        "and the ELBO, with the same σ², by quadrature. It has two causes: q is one upright Gaussian, and one "
        "network has to find it for every image at a glance."
    )
    posterior_survey.show(run, chosen.key)
    lesson.takeaway(
        "pCN draws from p(z|x) with the decoder alone, and accepts by how well x is drawn. For this image the exact "
        f"posterior has **{told_islands()}**, and the encoder's Gaussian is **{max(weighed.gap, 0):.2f} nats** from "
        "it. Agreement among chains is not agreement with the posterior."
    )


def beside_the_chains(settings: chains.Settings, found: walk.Figures | None) -> None:
    """The encoder beside the chains, and the takeaway, once the chains have walked."""
    st.subheader("How far off is the encoder?", anchor="encoder")
    if found is None:
        st.caption("The chains are still walking.")
        return
    order = latent.by_rate(run)
    mean, logvar = (part[order] for part in chains.encoded(run.run_id, chosen.key))
    drawn = found.mean[order], found.sd[order]
    apart = int(np.argmax(np.abs(drawn[0] - mean)))
    figures.chart(
        partial(
            charts.beside,
            [latent.name(dimension) for dimension in order],
            drawn,
            (mean, np.exp(0.5 * logvar)),
        ),
        alt=f"Mean and standard deviation of {run.latent_dim} dimensions from the chains and from the encoder. The "
        f"means differ most in {latent.name(order[apart])}: {drawn[0][apart]:.2f} and {mean[apart]:.2f}, the "
        f"encoder's σ there being {np.exp(0.5 * logvar[apart]):.2f}.",
    )
    st.caption(
        "Mean ± 1 σ, dimensions ordered by rate. "
        + (
            "The chains have met, so where the two differ the encoder is off."
            if found.rhat < chains.RHAT and found.ess > chains.ESS
            else "The chains have **not** met, so a difference may be theirs as well as the encoder's."
        )
    )
    lesson.takeaway(
        f"pCN draws from p(z|x) with the decoder alone, in {run.latent_dim} dimensions as in two. With b = "
        f"{settings.b:g} it accepted **{found.acceptance:.0%}**; R̂ is **{told(found.rhat, 3)}** and the ESS "
        f"**{told(found.ess, 0)}**. Agreement among chains is not agreement with the posterior."
    )


@st.fragment  # what the browser has found comes back to here, and the page above need not be drawn again
def walking() -> None:
    """All that follows from how the chains walk."""
    st.subheader("Let it walk", anchor="walk")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        b = controls.select("chain_b", "Step size b", chains.B, 0.2, style="slider", format="{:g}".format)
        start = controls.select("chain_start", "Chains start at", tuple(chains.STARTS), style="buttons")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = controls.select("chain_count", "Chains", (4, 16, 64), 16, style="buttons", format=str)
        steps = controls.select("chain_steps", "Steps", chains.STEPS, 500, style="buttons", format=str)
        seed = controls.number("chain_seed", "Seed", 0, 9_999, 0, 1)
    settings = chains.Settings(start, b, count, steps, seed)
    if not chains.is_to_walk(run, chosen.key, settings):
        return
    found = the_walk(settings)
    tuning(settings)
    st.subheader("What R̂ cannot see", anchor="blind")
    chain_starts.show(run, chosen.key, settings, exact() if planar else None, parts() if planar else None)
    if not planar:
        beside_the_chains(settings, found)


exact = partial(chains.exact, run.run_id, chosen.key)
parts = partial(chains.parts, run.run_id, chosen.key)
walking()
if planar:
    beside_the_grid()
lesson.source_view(
    sampling.pcn_chain, sampling.decoder_log_likelihood, refined_posterior, posterior_gap, islands.islands
)
lesson.footer("chain")
