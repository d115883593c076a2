"""Is there an optimal β? The likeliest one, what the rate–distortion plane adds, and why “best” needs an “at what”."""

import streamlit as st

from ui import beta_criteria, beta_family, beta_plane, controls, figures, lesson, likelihood_exercise, picker
from vae_core import beta, optimal_beta, sample_quality
from vae_core.charts import optimal_beta as charts

run = picker.current_run()
sizes = beta_family.sizes()

lesson.header("optimal_beta")
if not sizes:
    st.error("The zoo holds no models that differ in β alone. Train some: `python -m vae_core sweep --data DIR`.")
    st.stop()
default = run.latent_dim if run.latent_dim in sizes else sizes[len(sizes) // 2]
latent_dim = controls.select(
    "optimal_beta_dim", "Models with this many latent dimensions", sizes, default, style="buttons"
)
table = beta_family.with_calibrated(latent_dim)
if run.run_id not in set(table.run):
    st.info(
        f"Your model, {run.run_id}, is not among the {len(table)} that this page compares: they have a Gaussian "
        "decoder and the course's plain network and training, and differ in β alone.",
        icon=":material/info:",
    )

# --- the derivation ---------------------------------------------------------------------------------------------------

st.subheader("β is a variance", anchor="variance")
st.markdown(
    "β looks like a knob: more of one term, less of the other. But the loss ½ SSE + β KL *is* an ELBO, that of a "
    "decoder whose pixels carry noise. Then β can be estimated, as any variance can."
)
lesson.reveal_steps(
    "optimal_beta_lines",
    [
        lesson.Step(
            r"\vphantom{\Bigl(}{-\log} p(x\mid z) = \frac{\mathrm{SSE}}{2\sigma^2} + \frac{784}{2}\log 2\pi\sigma^2",
            "A Gaussian decoder: each of 784 pixels is $\\hat x$ plus noise of variance σ². SSE is "
            "$\\lVert x-\\hat x\\rVert^2$.",
        ),
        lesson.Step(
            r"\begin{aligned}\vphantom{\Bigl(}{-\mathrm{ELBO}} = {}&\frac{\mathbb E[\mathrm{SSE}]}{2\sigma^2} "
            r"+ \frac{784}{2}\log 2\pi\sigma^2\\ &+ \mathrm{KL}\end{aligned}",
            "Average over $z\\sim q(z\\mid x)$ and over images; the KL counts in full, without any β.",
            "The ELBO has two terms. Which is missing?",
        ),
        lesson.Step(
            r"\begin{aligned}\sigma^2(-\mathrm{ELBO}) = {}&\tfrac12\mathbb E[\mathrm{SSE}] "
            r"+ \sigma^2\,\mathrm{KL}\\ &+ \text{constant}\end{aligned}",
            "For a fixed σ², multiply by it: the minimum stays where it is.",
            "Bring it to the form ½ SSE + β KL.",
        ),
        lesson.Step(
            r"\beta = \sigma^2",
            "Compare. **Training with β is training a decoder whose pixels have the variance β.** β = 1 claims noise "
            "as large as all the way from black to white.",
            "What stands before the KL?",
        ),
        lesson.Step(
            r"\vphantom{\Bigl(}\frac{\partial(-\mathrm{ELBO})}{\partial\sigma^2} = "
            r"-\frac{\mathbb E[\mathrm{SSE}]}{2\sigma^4} + \frac{784}{2\sigma^2} = 0",
            "Now let σ² free and ask which one is the likeliest, the network being as it is.",
            "Differentiate line 2 with respect to σ².",
        ),
        lesson.Step(
            r"\vphantom{\Bigl(}\sigma^2 = \frac{\mathbb E[\mathrm{SSE}]}{784}",
            "The mean squared error of a pixel, as always with a variance.",
            "Solve for σ².",
        ),
        lesson.Step(
            r"\vphantom{\Bigl(}\beta^* = \frac{\mathbb E[\mathrm{SSE}]_{\beta^*}}{784}",
            "Both at once. Retraining with the new β changes the SSE, so this is a **fixed point**: the β whose model "
            "has just that error.",
            "σ² is the β of the next training. When does it stop moving?",
        ),
        lesson.Step(
            r"\begin{aligned}&\min_{\sigma^2}(-\mathrm{ELBO}) = \\ &\tfrac{784}{2}\Bigl(\log 2\pi"
            r"\tfrac{\mathbb E[\mathrm{SSE}]}{784} + 1\Bigr) + \mathrm{KL}\end{aligned}",
            "Put the best σ² into line 2. Training on 392 log SSE + KL finds network and σ² together: a **calibrated "
            "decoder** (σ-VAE; Rybkin, Daniilidis & Levine 2021).",
            "What does SSE/2σ² become when σ² = SSE/784?",
        ),
    ],
    start=4,
)

# --- the likeliest β --------------------------------------------------------------------------------------------------

st.subheader("The likeliest β", anchor="likeliest")
star = beta_family.star(latent_dim)
written = beta_family.written
trained = table[table.kind == beta_family.TRAINED]
lowest = trained.loc[trained.negative_elbo.idxmin()]
calibrated = table[table.kind == beta_family.CALIBRATED]
learnt = float(calibrated.beta.iloc[0]) if len(calibrated) else None
st.markdown(
    "Each point is a model trained with its β. One chart shows the σ² that would have suited it, the other its −ELBO "
    "with that σ², as nats above the lowest. The dashed line is β*."
)


@st.cache_resource(max_entries=64, show_spinner=False)
def likelihood_charts(run_ids: tuple[str, ...], latent_dim: int, run_id: str) -> tuple:
    frame = table.assign(current=table.run == run_id)
    frame["above"] = frame.negative_elbo - frame.negative_elbo.min()
    return figures.as_sent(charts.fixed_point(frame, star)), figures.as_sent(charts.negative_elbo(frame, star))


crossing, curve = likelihood_charts(beta_family.run_ids(), latent_dim, run.run_id)
left, right = st.columns(2, gap="medium")
with left:
    figures.chart(
        crossing,
        alt=f"Optimal variance against β: it rises from {trained.variance.iloc[0]:.4f} at β = {trained.beta.iloc[0]:g} "
        f"to {trained.variance.iloc[-1]:.4f} at β = {trained.beta.iloc[-1]:g} and meets the diagonal at {star:.4f}.",
    )
with right:
    figures.chart(
        curve,
        alt=f"−ELBO with the optimal σ² against β: lowest, {written(lowest.negative_elbo)} nats, at β = "
        f"{lowest.beta:g}; {written(trained.negative_elbo.iloc[-1])} at β = {trained.beta.iloc[-1]:g}.",
    )
told = (
    f"The calibrated run (diamond) stands at the σ² it learnt, {learnt:.4f}, its error on the *training* images; its "
    f"−ELBO is {written(calibrated.negative_elbo.iloc[0])}. "
    if learnt
    else ""
)
st.caption(
    f"MNIST's test images, z sampled. β* = {star:.4f}, where the curve crosses the grey diagonal, interpolated. The "
    f"lowest −ELBO, {written(lowest.negative_elbo)} nats, has β = {lowest.beta:g}, {lowest.beta / star:.2g} times "
    f"β*. {told}A ring marks the model that is loaded."
)
costs = [
    f"β = {row.beta:g} costs {row.negative_elbo - lowest.negative_elbo:.0f} nats an image"
    for row in (trained.iloc[(trained.beta / factor - 1).abs().argmin()] for factor in (3 * star, 1.0))
]
st.markdown(
    f"Near β* little is lost, far from it much: {', '.join(costs)}. And nothing is universal about β*: a "
    "better network makes smaller errors and has a smaller one. Try the other latent dimensions above."
)

# --- rate and distortion ----------------------------------------------------------------------------------------------

st.subheader("Rate against distortion", anchor="plane")
st.markdown(
    "Now without any likelihood. Each model pays a rate R = KL and is left with a distortion D = ½ SSE. All models "
    "with the same loss D + βR lie on a line of slope −β, an **iso-ELBO line**. Training with β pushes that line down "
    "until it touches the edge of what can be reached, the frontier. So there the frontier has the slope −β."
)
beta_plane.show(latent_dim)
st.markdown(
    "**Why the two charts above agree.** With the best σ² = 2D/784, a step along the frontier, where dD = −β dR, "
    "changes the −ELBO by"
)
st.latex(r"\frac{dD}{\sigma^2} + dR = \Bigl(1 - \frac{\beta}{\sigma^2}\Bigr)\,dR")
st.markdown(
    "That is zero where β = σ²: the minimum of the one chart *is* the crossing of the other, and both are β*. Real "
    "trainings end a little short of the frontier, so theirs agree only nearly."
)

# --- optimal for what -------------------------------------------------------------------------------------------------

st.subheader("Optimal for what?", anchor="what")
st.markdown(
    "β* is best for one thing, the likelihood of images. Whoever wants to *draw* digits, or to tell classes apart in "
    "latent space, asks for something else."
)
found = beta_criteria.show(latent_dim, star)

# --- the methods ------------------------------------------------------------------------------------------------------

st.subheader("Methods that choose β for you", anchor="methods")
st.markdown(
    """
- **GECO** ([Rezende & Viola 2018](https://arxiv.org/abs/1810.00597), *Taming VAEs*): you name the reconstruction error
  that you accept, and a Lagrange multiplier, adapted in training, finds the weight that just meets it.
- **ControlVAE** ([Shao et al. 2020](https://arxiv.org/abs/2004.05988)): you name the KL that you want, and a
  proportional–integral controller turns β up and down in training until the KL is there.
- **UDR** ([Duan et al. 2020](https://arxiv.org/abs/1905.12614), *Unsupervised model selection for variational
  disentangled representation learning*): train many seeds of every setting and prefer the setting whose models agree
  about their latent dimensions. It scores disentanglement, not samples nor likelihood, and costs as many trainings.
- **σ-VAE** ([Rybkin, Daniilidis & Levine 2021](https://arxiv.org/abs/2006.13202)): the calibrated decoder above. It
  asks you nothing, and gives the likeliest β.

The first two move the choice, they do not remove it: a target for the error or the KL is a β by another name, a point
on the same frontier.
"""
)

# --- the exercise -----------------------------------------------------------------------------------------------------

st.subheader("By hand", anchor="exercise")
likelihood_exercise.show("optimal_beta_problem")

lesson.takeaway(
    f"In {latent_dim} dimensions the likeliest β is **β\\* = {star:.3f}**, the mean squared error of a pixel: no knob, "
    f"but a variance to be estimated. {found} Say what you want β for, then choose it."
)
lesson.source_view(
    beta.optimal_variance,
    beta.beta_star,
    beta.rate_distortion,
    optimal_beta.verdict,
    sample_quality.draw_latents,
    sample_quality.quality,
)
lesson.footer("optimal_beta")
