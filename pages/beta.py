"""What β does: every trained β on one slider, two side by side, curves over all, and how losses elsewhere compare."""

from functools import partial

import numpy as np
import streamlit as st

from ui import beta_pair, controls, figures, lesson, loss_converter, models, picker
from ui import beta_views as views
from vae_core import beta, turns
from vae_core.charts import pictures

run = picker.current_run()
families = views.families()
ONE = "one and the same grey blur, whatever z"
MANY = "digits, another one for another z, blurred"
SHARP = "sharp digits, but of a few classes only"
NOISE = "noise"
SAME = 0.01  # variety below which draws count as one picture

lesson.header("beta")
st.markdown(
    "A VAE is trained on a sum of two things that pull against each other, and β says how hard the second pulls:"
)
st.latex(
    r"\begin{aligned} L(x) = {}& \tfrac12\lVert x-\hat x\rVert^2 \\"
    r"& {}+ \beta\,\mathrm{KL}\bigl(q(z\mid x)\,\Vert\,p(z)\bigr) \end{aligned}"
)
st.markdown(
    "The first, **½ SSE**, asks to redraw the image; the second, the **rate**, to tell nothing about it and stay at "
    "the prior. Read β as a price: one nat told costs β, and must save at least that much of ½ SSE. Nothing else "
    "differs between the models on the slider: network, data, training and seed are the same."
)
if not families:
    st.info("The zoo holds too few models that differ in β alone. Restore the folder `pretrained/`.")
    lesson.footer("beta")
    st.stop()

sizes = tuple(families)
size = controls.select(
    "beta_dim",
    "Latent dimensions",
    sizes,
    run.latent_dim if run.latent_dim in sizes else sizes[0],
    style="buttons",
)
family = families[size]
ids, betas = tuple(each.run_id for each in family), tuple(each.beta for each in family)
here = ids.index(run.run_id) if run.run_id in ids else int(np.abs(np.log(betas)).argmin())
variances = views.data_variances()

# --- what will the largest β draw? ------------------------------------------------------------------------------------


def draw_the_last() -> None:
    drawn = views.prior_draws(ids, betas, views.MATCHED, len(ids) - 1)
    test = models.metrics(ids[-1])["test"]
    figures.picture(
        partial(pictures.grid, drawn, len(drawn), gap=1, background=0.25),
        alt=f"Ten draws of the prior decoded at β = {betas[-1]:g}; their variety is {views.drawn_variety(ids[-1]):.1%} "
        "of that of real digits.",
        width="stretch",
    )
    st.markdown(
        f"Over 200 draws the pictures vary **{views.drawn_variety(ids[-1]):.1%}** as much as digits do; at "
        f"β = {betas[0]:g} they vary {views.drawn_variety(ids[0]):.0%}. Here {test['active_units']} of {size} "
        f"dimensions are on and the rate is {test['rate']:.2f} nats. Drawing the average digit for everyone costs "
        f"½ SSE = {views.mean_image_cost():.1f}; this model pays {test['half_sse']:.1f}. The widest direction of the "
        f"digits has variance {variances[0]:.1f}: at a price above that no linear decoder would switch a dimension on"
        + (", and this network does not either." if not test["active_units"] else "; this network does.")
    )


@st.fragment
def guess() -> None:
    lesson.prediction(
        "beta_guess",
        f"β = **{betas[-1]:g}**, {size} latent dimensions: draw z from the prior, again and again, and decode. What "
        "will you see?",
        (SHARP, MANY, ONE, NOISE),
        ONE if views.drawn_variety(ids[-1]) < SAME else MANY,
        draw_the_last,
    )


guess()

# --- every β ----------------------------------------------------------------------------------------------------------

st.subheader("Every β on one slider", anchor="slider")


def told_turning(of: views.Space) -> str:
    """How far the turning goes, and where two trainings simply differ."""
    pairs = [
        (of.agreement[k], betas[k], betas[k + 1 if k < reference else k - 1])
        for k in range(len(ids))
        if k != reference and np.isfinite(of.agreement[k])
    ]
    words = (
        "Each training ends with axes of its own, so every model is **turned about the origin** onto its neighbour, "
        "by the digits they share. A turn changes no distance, rate, volume or p(C|z), and the prior is round. "
    )
    if not pairs:
        return words
    least, one, other = min(pairs)
    low, high = sorted((one, other))
    words += (
        f"After it neighbouring clouds agree with a cosine of {least:.2f} to {max(pairs)[0]:.2f} (1: the same up to "
        f"scale); least between β = {low:g} and {high:g}."
    )
    seeds = [each for each in views.other_seeds(size) if each.beta in betas]
    if seeds:
        first, second = views.means(ids[betas.index(seeds[0].beta)]), views.means(seeds[0].run_id)
        between = turns.agreement(second @ turns.turn_onto(second, first), first)
        words += f" Two trainings of β = {seeds[0].beta:g} that differ in their seed alone reach {between:.2f}: " + (
            "where neighbours agree less than that, digits were arranged anew or dimensions were lost, and not by the "
            "seed's chance alone (one repetition is an idea of it, no proof)."
            if least < between
            else "chance alone does as much."
        )
    return words


reference = int(np.abs(np.log(betas)).argmin())


@st.fragment
def slide() -> None:
    how = controls.select("beta_axes", "Axes", (views.MATCHED, views.OWN), style="buttons")
    of = views.space(ids, betas, how)
    first, last = (models.metrics(ids[k])["test"] for k in (0, -1))
    figures.chart(
        partial(views.animation, ids, betas, how, here),
        alt=f"Latent cloud of {len(views.shown().dots)} digits with class ellipses at {len(betas)} values of β, by a "
        f"slider. From β = {betas[0]:g} to {betas[-1]:g} the rate falls from {first['rate']:.1f} to {last['rate']:.1f} "
        f"nats and ½ SSE rises from {first['half_sse']:.1f} to {last['half_sse']:.1f}.",
        key="beta__slider",
        config={"displayModeBar": False},
    )
    words = [
        f"Dots: μ_x of {len(views.shown().dots)} digits no model has seen, the same ones at every β; large: the ten "
        "pictured. Ellipses: one sigma of p(z|C), of samples z, numbered at the mean. Dashed: the prior at one and two "
        "sigma. The axes stay as they are"
        + (
            f"; {of.outside.sum()} dots lie beyond them, most at β = {betas[int(of.outside.argmax())]:g}."
            * bool(of.outside.any())
            or "."
        )
    ]
    if size > 2:
        plane = (
            "the two axes along which the class means of all β lie farthest apart"
            if how == views.MATCHED
            else "each model's two dimensions of the highest rate"
        )
        words.append(
            f"{size} dimensions on 2: {plane}. They keep {of.kept.min():.0%} to {of.kept.max():.0%} of the squared "
            "distances between class means."
        )
    words.append(
        "The prior draws use the same ten z, turned like the dots."
        if how == views.MATCHED
        else "The prior draws use the same ten z; with axes of their own, models need not draw the same from them."
    )
    st.caption(" ".join(words))
    if how == views.MATCHED:
        st.markdown(told_turning(of))
    else:
        st.markdown(
            "**As trained**: z₁ of one model is not z₁ of the next. What leaps here from β to β is mostly the axes."
        )
    st.caption("By keyboard or from a link: the figure opens at the β of the model loaded, and two β can be set below.")


slide()

# --- two β ------------------------------------------------------------------------------------------------------------

st.subheader("Two β side by side", anchor="pair")
beta_pair.compare("beta", ids, betas)

# --- the loss's scale -------------------------------------------------------------------------------------------------

st.subheader("Which β is that?", anchor="scale")
st.markdown(
    "“We used β = 0.00025” says nothing until you know what it was multiplied with. A loss $a\\,\\mathrm{SSE} + "
    "w\\,\\mathrm{KL}$ is ours times a constant:"
)
st.latex(
    r"\begin{aligned} a\,\mathrm{SSE} + w\,\mathrm{KL} &= 2a\,\bigl(\tfrac12\,\mathrm{SSE} + \beta\,\mathrm{KL}\bigr)\\"
    r"\beta &= \frac{w}{2a} \end{aligned}"
)
st.markdown(
    "A constant in front moves no minimum. So read off $a$: a mean over $D$ pixels divides it by $D$; pixels from −1 "
    "to 1 are twice as far apart, so squared errors are four times as large; a decoder of a "
    "stated $\\sigma$ has $a = 1/2\\sigma^2$."
)


@st.fragment
def scale_question() -> None:
    written = beta.LossConvention("mean", half=False, kl_weight=0.001, pixel_range=2.0)
    wrong = {
        "the weight itself": written.kl_weight,
        "the factor 4 of the range forgotten": 4 * written.beta,
        "the ½ forgotten": 2 * written.beta,
        "the mean over pixels taken for a sum": written.beta / written.pixels,
    }
    options = [f"β = {value:.3g}" for value in sorted([written.beta, *wrong.values()])]
    lesson.prediction(
        "beta_read",
        "A repository trains on MNIST, pixels from −1 to 1, with `mse_loss(x_mean, x) + 0.001 * kl`, where `mse_loss` "
        "is a mean over pixels and `kl` a sum over latents. Which β is that here?",
        options,
        f"β = {written.beta:.3g}",
        f"a = 4/784 and w = 0.001, so w/2a = 0.001 · 784/8 = **{written.beta:.3g}**. The others: "
        + "; ".join(f"{value:.3g} is {why}" for why, value in wrong.items())
        + ".",
    )


scale_question()
loss_converter.show("beta", family, float(variances[0]))
bug = beta.LossConvention("mean", half=False)
st.markdown(
    f"**The beginner's bug.** `mse_loss` averages over the {bug.pixels} pixels, the KL is summed: that is "
    f"**β = {bug.beta:g}**, far above {variances[0]:.1f}, the largest variance of the digits: everything switches off. "
    "If your first VAE draws one grey blur, look here before you look at the network."
)
st.markdown(
    "**A cross-entropy cannot be converted.** The [PyTorch example](https://github.com/pytorch/examples/tree/main/vae) "
    "and many others compare images by `binary_cross_entropy`, a Bernoulli likelihood. Near its minimum it bends, in "
    "each pixel, like a squared error of variance $p(1-p)$: at most ¼, and nearly 0 where the pixel is surely black or "
    "white. So it is no one σ², and no one β. The zoo has Bernoulli models of its own; they stand on no axis of this "
    "page."
)


low, high = views.figures_of(ids[0]), views.figures_of(ids[-1])
peak = max(range(len(ids)), key=lambda k: views.figures_of(ids[k])["accuracy"])
lesson.takeaway(
    f"In {size} dimensions, from β = {betas[0]:g} to {betas[-1]:g}, the rate falls from **{low['rate']:.1f}** to "
    f"**{high['rate']:.1f}** nats, ½ SSE rises from **{low['half_sse']:.1f}** to **{high['half_sse']:.1f}**, and "
    f"{low['active_units']:.0f} active dimensions become {high['active_units']:.0f}. Classes are told apart best at "
    f"β = {betas[peak]:g} ({views.figures_of(ids[peak])['accuracy']:.0%}; {high['accuracy']:.0%} at β = {betas[-1]:g}, "
    f"where guessing gets about 10 %). And a β means nothing without the loss it stands in: `mse_loss` + KL is "
    f"β = {bug.beta:g}."
)
lesson.source_view(turns.turn_onto, beta.LossConvention)
lesson.footer("beta")
