"""Asking the decoder alone: pCN Metropolis–Hastings of p(z|x), refereed by the exact posterior in two dimensions."""

from functools import partial

import numpy as np
import streamlit as st

from ui import acceptance_proof, chain_starts, controls, figures, latent, lesson, models, picker, posterior_survey
from ui import posterior_chains as chains
from ui.chain_starts import told
from ui.components import film
from vae_core import islands, sampling
from vae_core.charts import chain as charts
from vae_core.grid_posterior import posterior_gap
from vae_core.refined_grid import refined_posterior

run = picker.current_run()
planar = run.latent_dim == 2
FRAMES, TRACED = 121, 4

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

st.subheader("Let it walk", anchor="walk")
with st.container(horizontal=True, vertical_alignment="bottom"):
    b = controls.select("chain_b", "Step size b", chains.B, 0.2, style="slider", format="{:g}".format)
    start = controls.select("chain_start", "Chains start at", tuple(chains.STARTS), style="buttons")
with st.container(horizontal=True, vertical_alignment="bottom"):
    count = controls.select("chain_count", "Chains", (4, 16, 64), 16, style="buttons", format=str)
    steps = controls.select("chain_steps", "Steps", (100, 200, 500, 1000, 2000), 500, style="buttons", format=str)
    seed = controls.number("chain_seed", "Seed", 0, 9_999, 0, 1)
settings = (start, b, count, steps, seed)
places = chains.walk(run.run_id, chosen.key, *settings)
found, draws = chains.figures(run.run_id, chosen.key, *settings), chains.second_half(places)
mean, logvar = chains.encoded(run.run_id, chosen.key)
exact = chains.exact(run.run_id, chosen.key) if planar else None
parts = islands.islands(exact) if planar else None

met = np.isfinite(found.rhat) and found.rhat < chains.RHAT and found.ess > chains.ESS
for column, (name, value, help_text) in zip(
    st.columns(3),
    (
        ("Acceptance", f"{found.acceptance:.0%}", "Share of proposals accepted, over all steps."),
        ("R̂", told(found.rhat, 3), "Split, rank-normalised; the worst dimension. 1 where all chains look alike."),
        ("ESS", told(found.ess, 0), "Effective sample size: independent draws worth as much. The worst dimension."),
    ),
    strict=True,
):
    column.metric(name, value, help=help_text)
st.caption(
    f"R̂ and ESS (ArviZ) are of the second half of the steps, {draws[..., 0].size:,} draws. Advice: use draws "
    f"only if R̂ < {chains.RHAT} and ESS > {chains.ESS}. Here "
    + ("both hold." if met else "**that does not hold**: no claim is made.")
)
pair = list(latent.axes(run))
titles = (latent.name(pair[0]), latent.name(pair[1]))
view = controls.select("chain_view", "Show", ("the whole walk", "where the mass is"), style="buttons")
figures.chart(
    partial(
        charts.walk_map,
        exact,
        mean[pair],
        np.diag(np.exp(logvar[pair])),
        draws[..., pair].reshape(-1, 2),
        places[0][:, pair],
        titles,
        near=view == "where the mass is",
    ),
    alt=f"Walk of one of {count} chains with step size {b:g} from {start}; {found.acceptance:.0%} of its proposals are "
    "accepted" + (f", over the exact posterior, which has {len(parts)} islands." if planar else "."),
    key="chain_map",
)
lines = (
    "Blue lines: the smallest regions that hold 50 and 95 % of the **exact p(z|x)**, from a grid"
    f" ({'less than 1e-9' if exact.edge_mass < 1e-9 else f'{exact.edge_mass:.0e}'} of its mass at the edge). "
    if planar
    else f"Of {run.latent_dim} dimensions the two of the highest rate. "
)
st.caption(
    lines + "Pink: the 2 σ ellipse of the encoder's q(z|x). Orange: the first chain, ◆ its start. Dots: draws of all "
    "chains, second half. Scroll to zoom, drag to move, double-click to return."
)
left, right = st.columns(2)
for column, dimension in zip((left, right), pair, strict=True):
    with column:
        figures.chart(
            partial(
                charts.traces,
                places[:TRACED, 1:, dimension],
                steps // 2,
                latent.name(dimension),
                float(mean[dimension]),
            ),
            alt=f"Trace of {latent.name(dimension)} of {min(TRACED, count)} chains over {steps} steps. In the second "
            f"half all {count} lie at {draws[..., dimension].mean():.2f} ± "
            f"{draws[..., dimension].std():.2f}; μ_x is {mean[dimension]:.2f}, and R̂ is {told(found.rhat, 3)}.",
        )
st.caption(
    f"{min(TRACED, count)} chains, step by step; the grey half is left out, the dashed line is μ_x. Chains "
    "that have met look like one strip of grass; a flat piece is a chain that is stuck."
)

shown = chains.thinned(places[0], FRAMES)
film.show(
    chains.frames(run.run_id, chosen.key, *settings, FRAMES),
    [(0, "the start"), (len(shown) - 1, "the end")],
    "Film of the first chain, decoded",
    film.Map(
        shown[:, pair],
        models.moments(run.run_id).mean[:, pair],
        "Map of the ten class means with the first chain's walk; a dot shows where the film is.",
    ),
    key="chain_film",
)
st.caption(
    f"x̂(z) at {len(shown)} places of the first chain: pictures that x may be a noisy version of, if the chain is right."
)

# --- tuning b ---------------------------------------------------------------------------------------------------------

st.subheader("Which b?", anchor="tune")
st.markdown(
    "Small steps are nearly always accepted and lead nowhere; large ones lead far and are nearly always refused. What "
    "counts is how many *independent* draws are left."
)
ANSWERS = ("the smallest, nearly always accepted", "one between", "b = 1, every proposal afresh from the prior")


def answer() -> str:
    _, ess = chains.sweep(run.run_id, chosen.key, seed)
    best = int(np.argmax(ess))
    return ANSWERS[0] if best == 0 else ANSWERS[2] if best == len(chains.B) - 1 else ANSWERS[1]


def show_sweep() -> None:
    acceptance, ess = chains.sweep(run.run_id, chosen.key, seed)
    best = int(np.argmax(ess))
    one, other = st.columns(2)
    with one:
        figures.chart(
            partial(charts.against_b, chains.B, acceptance, "acceptance", b, percent=True),
            alt=f"Acceptance against b: from {acceptance[0]:.0%} at {chains.B[0]:g} to {acceptance[-1]:.0%} at 1.",
        )
    with other:
        figures.chart(
            partial(charts.against_b, chains.B, ess, "effective sample size", b),
            alt=f"Effective sample size against b, highest at {chains.B[best]:g}.",
        )
    st.markdown(
        f"Highest here: b = **{chains.B[best]:g}**, with {acceptance[best]:.0%} accepted and an ESS of {ess[best]:.0f} "
        f"from {chains.SWEEP_CHAINS * chains.SWEEP_STEPS // 2:,} draws. The orange line is your b. These are short "
        f"chains from μ_x ({chains.SWEEP_CHAINS} of {chains.SWEEP_STEPS} steps): an ESS says nothing of places that "
        "no chain has been to."
    )


lesson.prediction(
    "chain_best",
    "Which b leaves most independent draws for this image?",
    ANSWERS,
    answer,
    show_sweep,
)

# --- what the diagnostics cannot see ----------------------------------------------------------------------------------

st.subheader("What R̂ cannot see", anchor="blind")
chain_starts.show(run, chosen.key, b, count, steps, seed, exact, parts)

# --- the encoder beside the exact posterior ---------------------------------------------------------------------------

st.subheader("How far off is the encoder?", anchor="encoder")
if planar:
    weighed = chains.weigh(run.run_id, chosen.key)
    st.latex(r"\mathrm{KL}\bigl(q(z|x)\,\|\,p(z|x)\bigr) = \log p(x) - \mathrm{ELBO}(x)")
    st.markdown(
        f"For this image **{max(weighed.gap, 0):.2f} nats**: log p(x) = {weighed.log_evidence:.2f} from the grid, and "
        "the ELBO, with the same σ², by quadrature. It has two causes: q is one upright Gaussian, and one network "
        "has to find it for every image at a glance."
    )
    posterior_survey.show(run, chosen.key)
else:
    order = latent.by_rate(run)
    drawn = draws.reshape(-1, run.latent_dim)[:, order]
    apart = int(np.argmax(np.abs(drawn.mean(axis=0) - mean[order])))
    figures.chart(
        partial(
            charts.beside,
            [latent.name(dimension) for dimension in order],
            (drawn.mean(axis=0), drawn.std(axis=0)),
            (mean[order], np.exp(0.5 * logvar[order])),
        ),
        alt=f"Mean and standard deviation of {run.latent_dim} dimensions from the chains and from the encoder. The "
        f"means differ most in {latent.name(order[apart])}: {drawn[:, apart].mean():.2f} and "
        f"{mean[order[apart]]:.2f}, the encoder's σ there being {np.exp(0.5 * logvar[order[apart]]):.2f}.",
    )
    st.caption(
        "Mean ± 1 σ, dimensions ordered by rate. "
        + (
            "The chains have met, so where the two differ the encoder is off."
            if met
            else "The chains have **not** met, so a difference may be theirs as well as the encoder's."
        )
    )

if planar:
    lesson.takeaway(
        f"pCN draws from p(z|x) with the decoder alone, and accepts by how well x is drawn. With b = {b:g} it accepted "
        f"**{found.acceptance:.0%}**; R̂ is **{told(found.rhat, 3)}**. The exact posterior has **{len(parts)}** "
        f"{'island' if len(parts) == 1 else 'islands'}, and the encoder's Gaussian is **{max(weighed.gap, 0):.2f} "
        "nats** from it. Agreement among chains is not agreement with the posterior."
    )
else:
    lesson.takeaway(
        f"pCN draws from p(z|x) with the decoder alone, in {run.latent_dim} dimensions as in two. With b = {b:g} it "
        f"accepted **{found.acceptance:.0%}**; R̂ is **{told(found.rhat, 3)}** and the ESS **{told(found.ess, 0)}**. "
        "Agreement among chains is not agreement with the posterior."
    )
lesson.source_view(
    sampling.pcn_chain, sampling.decoder_log_likelihood, refined_posterior, posterior_gap, islands.islands
)
lesson.footer("chain")
