"""How a VAE sees a digit: one image, its q(z|x), a sample, the reconstruction, and its ELBO with the numbers put in."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, latent, lesson, models, my_digit, picker
from vae_core import objective, one_image
from vae_core.charts import plane, posterior

run = picker.current_run()
digits = models.digits()
DRAWS = 10_000

lesson.header("digit")

# --- which image ---

source = controls.select("digit_source", "Which image?", ("MNIST digit", "my picture"), style="buttons", format=str)
if source == "MNIST digit":
    klass, number = st.columns([3, 2], vertical_alignment="bottom")
    with klass:
        label = controls.select("digit_class", "Class", range(10), 4, style="buttons", format=str)
    members = np.flatnonzero(digits.labels == label)
    with number:
        place = controls.number(
            "digit_number",
            f"Which of its {len(members)} digits",
            0,
            len(members) - 1,
            0,
            1,
            help="Numbers below 100 were held out of every training run.",
        )
    position = int(members[place])
    image = digits.images[position] / np.float32(255)
    unseen = bool(digits.held_out[position])
    st.caption(
        f"Image {digits.index[position]:,} of MNIST's training file, a {label}. "
        + ("**Unseen**: held out of every training run." if unseen else "Every model of the zoo was trained on it.")
    )
else:
    my_digit.ask("digit_upload")
    form = my_digit.form()
    if form is None:
        st.info(
            "Draw one digit, or choose a picture of one. It is brought into the form MNIST's makers used, step by "
            "step, and then encoded. Or go back to an MNIST digit above.",
            icon=":material/draw:",
        )
        lesson.footer("digit")
        st.stop()
    st.markdown("**Brought into MNIST's form**")
    for row in range(0, len(form.steps), 3):
        for column, step in zip(st.columns(3), form.steps[row : row + 3], strict=False):
            with column:
                figures.picture(step.image, alt=f"Your picture, {step.name.lower()}.", width="stretch")
                st.caption(f"**{step.name}.** {step.why}")
    image = form.image

# --- q(z|x), a sample, the reconstruction ---

st.subheader("The encoder answers with a Gaussian", anchor="posterior")
st.markdown(r"$q(z\mid x) = \mathcal N(z;\ \mu_x,\ \Lambda_x)$, with one mean and one standard deviation a dimension.")


def redraw() -> None:
    st.session_state["digit_draw"] = (st.session_state["digit_draw"] + 1) % DRAWS


with st.container(horizontal=True, vertical_alignment="bottom"):
    draw = controls.number(
        "digit_draw", "Draw number", 0, DRAWS - 1, 0, 1, help="The seed of ε: the same number gives the same noise."
    )
    st.button("Redraw ε", on_click=redraw, icon=":material/casino:")
seen = one_image.look(models.vae(run.run_id), image, seed=draw)

order = latent.by_rate(run)
names = [latent.name(dimension) + (" (off)" if latent.is_off(run, dimension) else "") for dimension in order]
figures.chart(
    partial(
        posterior.dimensions,
        seen.mean[order],
        seen.logvar[order],
        seen.sample[order],
        names,
        seen.rate_per_dimension[order],
    ),
    alt=f"For each of {run.latent_dim} latent dimensions the interval of q(z|x) over the prior's. "
    f"The mean lies furthest from 0 in {latent.name(int(np.abs(seen.mean).argmax()))}.",
)
st.caption(
    "Grey: the prior's ±1 and ±2 standard deviations. Pink: q(z|x), thick ±1, thin ±2 standard deviations; "
    "**+** its mean μ_x, **×** the sample z = μ_x + σ_x ε. Dimensions are ordered by their rate on "
    f"{models.test_images(run.run_id)}."
)

pair = list(latent.axes(run))
shown = latent.first_of_each_class(digits.labels, 60)
with st.expander("On the map of all digits", expanded=run.latent_dim == 2, on_change="rerun") as on_map:
    pass
if on_map.open:
    with on_map:
        figures.chart(
            partial(
                plane.posterior_on_map,
                models.encodings(run.run_id).mean[shown][:, pair],
                digits.labels[shown],
                seen.mean[pair],
                np.diag(np.exp(seen.logvar[pair])),
                seen.sample[pair],
                (latent.name(pair[0]), latent.name(pair[1])),
            ),
            alt=f"The ellipse of q(z|x) at {seen.mean[pair][0]:.2f}, {seen.mean[pair][1]:.2f} among the means μ_x of "
            f"{len(shown)} digits.",
        )
        st.caption(
            f"Dots are means μ_x of other digits; the ellipses are this image's q(z|x) and the prior. {figures.TO_ZOOM}"
        )

st.subheader("The decoder draws it again", anchor="reconstruction")
three = partial(one_image.side_by_side, image, seen.x_mean)
figures.picture(
    three,
    alt="Three pictures side by side: the image, its reconstruction from the sample z, and their difference.",
    width="stretch",
)
st.caption(
    "**Left**: the image x the encoder was given. **Middle**: the reconstruction x̂(z), the decoder's "
    "mean for the sample "
    "z. **Right**: the error x̂ − x; blue where ink is missing, brown where there is too much."
)
figures.download_picture("Picture", three, f"digit-{run.run_id}.png", key="digit_download")

# --- the ELBO of this image ---

st.subheader("Its ELBO, with the numbers put in", anchor="elbo")
rate, distortion = seen.rate, seen.distortion
largest = np.argsort(-seen.rate_per_dimension)[:3]
terms = " + ".join(f"{seen.rate_per_dimension[i]:.2f}" for i in largest)
rest = rf" + \underbrace{{{rate - seen.rate_per_dimension[largest].sum():.2f}}}_{{\text{{the others}}}}"
st.markdown("**Rate**: what it costs, in nats, to say where in latent space this image is, if the prior is known.")
st.latex(r"\mathrm{KL}\bigl(q(z|x)\,\|\,p(z)\bigr) = \sum_d \tfrac12\bigl(\mu_d^2+\sigma_d^2-1-\log\sigma_d^2\bigr)")
st.latex(f"= {terms}{rest if run.latent_dim > 3 else ''} = {rate:.2f}")
st.markdown("**Distortion**: what it costs to say the pixels, once z is known.")
if run.likelihood == "bernoulli":
    st.latex(r"-\log p(x|z) = -\sum_i x_i\log\hat x_i + (1-x_i)\log(1-\hat x_i)")
    st.latex(f"= {distortion:.2f}")
else:
    variance = seen.variance
    constant = 392 * (objective.LOG_2PI + np.log(variance))
    st.latex(r"-\log p(x|z) = \tfrac{1}{2\sigma^2}\lVert x-\hat x\rVert^2 + 392\log 2\pi\sigma^2")
    st.markdown(f"with 784 pixels, so half of them is 392, and σ² = {variance:.4g}:")
    st.latex(rf"= \frac{{{seen.half_sse:.2f}}}{{{variance:.4g}}} {constant:+.2f} = {distortion:.2f}")
st.markdown("**Together**, in nats:")
st.latex(r"\mathrm{ELBO}(x) = -(\text{distortion} + \text{rate})")
st.latex(rf"= -({distortion:.2f} + {rate:.2f}) = {-(distortion + rate):.2f}")
st.caption(
    f"One sample z stands for the expectation over q(z|x) here. Over {one_image.AVERAGED} samples the distortion is "
    f"{seen.distortion_mean:.2f} ± {seen.distortion_stderr:.2f} nats (mean and its standard error)."
)
if run.likelihood == "gaussian" and run.beta != 1:
    st.info(
        f"Training minimised ½‖x − x̂‖² + β · KL = {seen.half_sse:.2f} + {run.beta:g} × {rate:.2f} = "
        f"{seen.half_sse + run.beta * rate:.2f}. The ELBO above takes σ² = 1 and weighs the rate fully, as for every "
        "Gaussian run, so that runs can be compared.",
        icon=":material/balance:",
    )

# --- among all images ---

st.subheader("Among all the digits", anchor="among")
everyone = models.digit_terms(run.run_id)
below_rate = float((everyone.rate < rate).mean())
below_distortion = float((everyone.distortion < distortion).mean())
figures.chart(
    partial(posterior.among_all, everyone.rate, everyone.distortion, rate, distortion),
    alt=f"Rate against distortion of {len(everyone.rate):,} digits; this image has a higher rate than "
    f"{below_rate:.0%} and a higher distortion than {below_distortion:.0%} of them.",
)
st.caption(
    f"Where {len(everyone.rate):,} shipped digits fall, darker where there are more; the cross is this "
    "image. The zero of "
    "neither axis is shown."
)


@st.fragment
def guess() -> None:
    totals = everyone.rate + everyone.distortion
    means = [float(totals[digits.labels == digit].mean()) for digit in range(10)]
    lesson.prediction(
        "digit_easiest",
        "Which class costs the fewest nats, distortion and rate together, on average?",
        [str(digit) for digit in range(10)],
        str(int(np.argmin(means))),
        f"A {int(np.argmin(means))} costs {min(means):.1f} nats on average, a {int(np.argmax(means))} the most with "
        f"{max(means):.1f}. Few strokes that always lie alike are cheap to draw and cheap to place.",
    )


guess()
lesson.takeaway(
    f"The encoder turned 784 pixels into {run.latent_dim} means and {run.latent_dim} standard deviations. "
    "This image costs "
    f"**{rate:.1f} nats** to place and **{distortion:.1f} nats** to draw from there; its rate is higher than that of "
    f"**{below_rate:.0%}** and its distortion higher than that of **{below_distortion:.0%}** of the digits."
)
lesson.source_view(objective.rate_per_dimension, objective.gaussian_distortion, one_image.look)
lesson.footer("digit")
