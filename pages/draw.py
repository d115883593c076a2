"""Draw your own digit: what the model makes of it while it is drawn, how unusual it is, and what is no digit at all."""

from functools import partial

import numpy as np
import streamlit as st

from ui import (
    controls,
    course,
    figures,
    known_classes,
    latent,
    lesson,
    models,
    my_digit,
    navigation,
    picker,
    unusual_digits,
)
from ui.components import drawing, latent_map
from vae_core import class_scores, mnist_form, unusual
from vae_core.charts import pictures

run = picker.current_run()
digits, encodings = models.digits(), models.encodings(run.run_id)
NEAREST = 8
UNUSUAL = 0.95  # what lies beyond this share of the unseen digits counts as unusual

lesson.header("draw")
st.markdown(
    "**Draw one digit.** Your browser brings it into MNIST's form $x$ and runs the network with every movement of your "
    "hand: the encoder's Gaussian wanders over the map, the decoder draws $\\mu_x$ again, and Bayes' rule names it. "
    "Nothing is sent until you lift the pen."
)
st.latex(r"q(z\mid x)=\mathcal N(z;\ \mu_x,\Lambda_x),\qquad \hat x = \hat x(\mu_x)")
st.latex(
    r"p(C\mid z)=\frac{\mathcal N(z;\ \mu_C,\Sigma_C)\;p(C)}{\sum_{C'}\mathcal N(z;\ \mu_{C'},\Sigma_{C'})\;p(C')}"
)

# --- the pad ---

pair = list(latent.axes(run))
if run.latent_dim > 2:
    order = latent.by_rate(run)
    with st.container(horizontal=True):
        across = controls.select("draw_x", "Map: across", order, order[0], format=latent.name, width=140)
        up = controls.select("draw_y", "Map: up", order, order[1], format=latent.name, width=140)
    pair = [across, up]
names = (latent.name(pair[0]), latent.name(pair[1]))
shown = latent.first_of_each_class(digits.labels, 32)
classes = known_classes.known(run.run_id, known_classes.per_class())
my_digit.pad(
    "draw_pad",
    drawing.Place(
        tuple(pair),
        names,
        latent_map.Marks(encodings.mean[shown][:, pair], digits.labels[shown]),
        f"Map of {names[0]} and {names[1]}: the means of {len(shown)} digits by class, the prior's circles, and the "
        "ellipse of the drawing's q(z|x).",
        "Marks: μ_x of other digits. Discs: class means μ_C. Cross: your drawing’s μ_x in its q(z|x), 1 σ and 2 σ.",
    ),
    drawing.Classes(classes.densities[known_classes.GAUSSIAN], classes.class_prior),
)
my_digit.keep("draw")

# --- how unusual ---

st.subheader("Is it like the digits the model knows?", anchor="unusual")
image, whose, said = my_digit.image(), "Your digit", "your digit"
if image is None:
    unseen_four = np.flatnonzero((digits.labels == 4) & digits.held_out)[0]
    image, whose, said = digits.images[unseen_four] / np.float32(255), "The 4", "the 4"
    st.info("Until you have drawn, a 4 that no model has seen stands in for your digit.", icon=":material/draw:")
mine = unusual_digits.stand(run.run_id, image)
count = int(digits.held_out.sum())
named = int(mine.posterior.argmax())
rows = [
    ("rate, nats: what it costs to place", mine.rate, mine.lower_rate),
    ("½‖x − x̂(μ_x)‖²: what the redrawing misses", mine.half_sse, mine.lower_error),
    ("log p(μ_x), nats: how many digits live there", mine.log_density, mine.sparser),
    (f"p({named} given μ_x): how surely it is named", mine.posterior.max(), mine.less_sure),
]
st.markdown(
    "\n".join(
        [
            f"| | {said} | lower for … of {count:,} unseen digits |",
            "|:--|--:|--:|",
            *(f"| {name} | {value:.2f} | {share:.0%} |".replace("-", "−") for name, value, share in rows),
        ]
    )
)
oddities = [
    word
    for word, odd in (
        ("its rate is unusually high", mine.lower_rate > UNUSUAL),
        ("its rate is unusually low", mine.lower_rate < 1 - UNUSUAL),
        ("the decoder cannot draw it well", mine.lower_error > UNUSUAL),
        ("hardly any digit lives where it landed", mine.sparser < 1 - UNUSUAL),
        ("its class is unusually unsure", mine.less_sure < 1 - UNUSUAL),
    )
    if odd
]
verdict = f"{whose} is unusual: {', and '.join(oddities)}." if oddities else f"{whose} is like the others in all four."
st.caption(f"{verdict} Unusual means: beyond {UNUSUAL:.0%} of the unseen digits. Densities from one Gaussian a class.")

far = np.linalg.norm(encodings.mean - mine.mean, axis=1)
nearest = np.argsort(far)[:NEAREST]
row = np.concatenate([pictures.to_uint8(np.stack([image, mine.x_mean])), digits.images[nearest]])
labels = ", ".join(str(label) for label in digits.labels[nearest])
figures.picture(
    partial(pictures.grid, row, columns=2 + NEAREST, gap=1),
    alt=f"{whose}, its reconstruction, and the {NEAREST} digits the encoder puts nearest to it: {labels}.",
    finding=f"{whose}, its reconstruction, and the {NEAREST} of {len(far):,} digits whose μ_x lie nearest to its own: "
    f"{labels}. This is what the encoder takes it for.",
    width="stretch",
)

# --- what is no digit ---

st.subheader("What is no digit", anchor="house")
strange = unusual_digits.no_digits(run.run_id)
each = strange.values()
caught = {
    "a high rate: it lands far out": sum(one.lower_rate > UNUSUAL for one in each),
    "p(C|z): no class is probable": sum(one.less_sure < 1 - UNUSUAL for one in each),
    "the error: the decoder cannot draw it": sum(one.lower_error > UNUSUAL for one in each),
}
NOTHING = "nothing: none of them catches even half"
passed = [name for name, one in strange.items() if max(one.lower_rate, 1 - one.less_sure, one.lower_error) <= UNUSUAL]
slipped = f"Nothing catches the {' or the '.join(passed)}. " if passed else ""
best = max(caught, key=caught.get)
answer = best if 2 * caught[best] > len(strange) else NOTHING


def gallery() -> None:
    columns = st.columns(len(strange))
    for column, (name, one) in zip(columns, strange.items(), strict=True):
        with column:
            both = pictures.grid(pictures.to_uint8(np.stack([one.image, one.x_mean])), 2, gap=1)
            figures.picture(both, alt=f"The {name} and what the decoder draws instead.", width="stretch")
            st.caption(
                f"**{name}**: {one.posterior.argmax()}, p = {one.posterior.max():.2f}. Its rate is above "
                f"{one.lower_rate:.0%} of the digits', its error above {one.lower_error:.0%}."
            )
    told = ", ".join(f"{way.split(':')[0]} catches {number}" for way, number in caught.items())
    ordinary = sum(one.lower_rate <= UNUSUAL for one in each)
    st.markdown(
        f"Of these {len(strange)} drawings {told}. {slipped}The encoder has met nothing but digits, and places "
        f"{ordinary} of them at a rate that digits have too; $p(C\\mid z)$ shares out 100 % among ten classes and has "
        "no “none of them”. Draw a house yourself and see."
    )


@st.fragment
def guess() -> None:
    lesson.prediction(
        "draw_house",
        f"{len(strange)} drawings that are no digits: {', '.join(strange)}. What gives the most of them away, by being "
        f"more unusual than for {UNUSUAL:.0%} of unseen digits?",
        [*caught, NOTHING],
        answer,
        gallery,
    )


guess()

st.markdown("**Your digit goes with you**:")
with st.container(horizontal=True):
    for key in ("digit", "sliders", "road"):
        navigation.link(course.chapter(key), course.chapter(key).title, icon=":material/arrow_forward:")

highest = max(strange, key=lambda name: strange[name].posterior.max())
lesson.takeaway(
    f"{whose} landed at a rate of **{mine.rate:.2f} nats**, was drawn again with an error of **{mine.half_sse:.1f}** "
    f"(above {mine.lower_error:.0%} of unseen digits) and is named **{named}** with p = "
    f"**{mine.posterior.max():.2f}**. But this model also names the {highest}: "
    f"**{strange[highest].posterior.argmax()}** with p = "
    f"**{strange[highest].posterior.max():.2f}**: $p(C\\mid z)$ compares ten classes and must choose. "
    + (f"What it cannot say, {best.split(':')[0]} can: is it a digit at all?" if answer == best else "")
)
lesson.source_view(mnist_form.to_mnist, unusual.at_mean, class_scores.log_posterior)
lesson.footer("draw")
