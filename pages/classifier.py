"""A classifier with the VAE's bottleneck beside it: how both spaces form, what each is good for, what is gone."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, lesson, models, picker, recorded, two_spaces
from ui.components import training_film
from vae_core import linear_reader, nearest_mean, neighbour_pictures, representations
from vae_core.charts import strips

run = picker.current_run()
digits = models.digits()
KNOWN, UNSEEN = int((~digits.held_out).sum()), int(digits.held_out.sum())
CLOSE, MIDDLE = 5, 20  # borders of the answers, in ranks of 45
ALIKE = 0.1  # relative difference under which two errors are called alike: a convention, and the page says so

lesson.header("classifier")
classifiers = two_spaces.partners()
vaes = two_spaces.recorded_vaes(classifiers)
if not vaes:
    st.error("No recorded VAE and classifier with the same bottleneck can be read from the zoo.")
    st.stop()

st.markdown(
    r"""
Take the encoder of a VAE, 784 pixels to a few numbers, and ask something else of it. The VAE is to draw the image again
from those numbers, and never sees a label:
"""
)
st.latex(r"\tfrac12\lVert x-\hat x(z)\rVert^2+\beta\,\mathrm{KL}\bigl(q(z\mid x)\,\Vert\,p(z)\bigr)")
st.markdown("The classifier is to name the digit, with one linear layer behind the numbers $h(x)$, and never draws:")
st.latex(r"\begin{aligned}&-\log p(C\mid x),\\ &p(C\mid x)=\operatorname{softmax}\bigl(W h(x)+b\bigr)_C\end{aligned}")
st.markdown(
    "Same hidden layers, same training images, same recorded steps. Shown on this page are the VAE's means "
    "$\\mu_x$, not samples, and the classifier's $h(x)$."
)

vae = recorded.choose("classifier", vaes, run if run in vaes else vaes[0])
other = classifiers[vae.latent_dim]
found = two_spaces.compare(vae.run_id, other.run_id)
own_accuracy = models.metrics(other.run_id)["test"]["accuracy"]
st.caption(f"Compared: {vae.run_id} and {other.run_id}. The sidebar only decides which VAE the page begins with.")


def place_of(a: int, b: int) -> tuple[int, int]:
    """Rank of a pair's distance among the 45, in the VAE and in the classifier."""
    row = found.ranks[(found.ranks[:, 0] == min(a, b)) & (found.ranks[:, 1] == max(a, b))][0]
    return int(row[2]), int(row[3])


four_nine = place_of(4, 9)


@st.fragment
def guess_the_neighbours() -> None:
    options = [f"among the {CLOSE} closest", f"in the middle, {CLOSE + 1} to {MIDDLE}", f"further down than {MIDDLE}"]
    rank = four_nine[1]
    lesson.prediction(
        "classifier_four_nine",
        f"There are 45 pairs of classes. In this VAE, 4 and 9 are number **{four_nine[0]}** by the distance of their "
        "means, the closest pair being number 1. In the classifier's space they are …",
        options,
        options[0 if rank <= CLOSE else 1 if rank <= MIDDLE else 2],
        f"They are number **{rank}**. A VAE puts side by side what *looks* alike, for a small slip in z should cost "
        "few pixels. A classifier is paid for telling classes apart, most of all those that look alike.",
    )


guess_the_neighbours()

# --- both as they form ------------------------------------------------------------------------------------------------

st.subheader("Watch both form", anchor="forming")
forming = two_spaces.forming(vae.run_id, other.run_id)


@st.fragment
def film() -> None:
    at = recorded.step_control("classifier", vae.run_id, at_the_end=True)
    training_film.show(
        f"{vae.run_id} {other.run_id}",
        forming.places,
        [],
        f"The spaces of {vae.run_id} and {other.run_id} as they form",
        key="classifier-film",
        at=at,
        turn=recorded.turn("classifier"),
        cloud=forming.clouds[0],
        beside=forming.clouds[1],
        followers=["classifier__curves"],
        on_rest=lambda: recorded.rest("classifier", vae.run_id),
    )


film()
growth = forming.classifier.spread[-1] / forming.vae.spread[-1]
st.caption(
    f"{10 * two_spaces.PER_CLASS} of {UNSEEN:,} digits that neither network was trained on. **Each cloud is drawn in "
    "its own scale at every step**, its farthest digit at the frame, for nothing holds the classifier's: at the end "
    f"its spread (root mean square distance from the centre) is {growth:,.0f} times the VAE's. That one is held by the "
    "prior (dashed, 1 and 2 σ). Ellipses: one standard deviation of a class. Axes of the two spaces do not correspond."
)
with st.container(key="classifier__curves"):
    for column, (chart, told) in zip(st.columns(3), two_spaces.curves(vae.run_id, other.run_id), strict=True):
        with column:
            figures.chart(chart, alt=told)
start = (
    "They begin as one space (CKA 1): the same seed gave both encoders the same initial weights."
    if forming.cka[0] > 0.999
    else f"Before training CKA is {forming.cka[0]:.2f}: two random maps of the same pixels are not unlike."
)
st.caption(
    f"Of the {UNSEEN:,} unseen digits, at each recorded step. {start} Nearest mean: each digit is left out of its own "
    "class's mean."
)

# --- reading ----------------------------------------------------------------------------------------------------------

st.subheader("What can be read off each space", anchor="read")
st.markdown(
    "\n".join(
        [
            "| MNIST's 10,000 test images | VAE | classifier |",
            "|:--|--:|--:|",
            f"| named by the nearest class mean | {found.vae.nearest_mean:.1%} | {found.classifier.nearest_mean:.1%} |",
            f"| named by a linear reader | {found.vae.linear:.1%} | {found.classifier.linear:.1%} |",
            f"| named by the classifier's own last layer | | {own_accuracy:.1%} |",
            f"| variance between classes | {found.vae.between:.1%} | {found.classifier.between:.1%} |",
        ]
    )
)
st.caption(
    f"Readers are fitted on {KNOWN:,} digits that both networks were trained on. The linear reader is a multinomial "
    "logistic regression (SciPy's L-BFGS). Nobody told the VAE about classes; what is read off it is there because "
    "digits of a class look alike."
)

# --- neighbours -------------------------------------------------------------------------------------------------------

st.subheader("Who lives beside whom", anchor="neighbours")
same_nearest = int(
    (
        representations.nearest_classes(found.vae.distances)
        == representations.nearest_classes(found.classifier.distances)
    ).sum()
)
rare = found.chance < 0.05
left, right = st.columns([3, 2], gap="medium")
with left:
    figures.chart(
        two_spaces.pairs_chart(vae.run_id, other.run_id, (4, 9)),
        alt=f"The 45 pairs of classes by rank of distance in both spaces; Spearman's ρ is {found.agreement:.2f}. "
        f"4 and 9 are number {four_nine[0]} in the VAE and {four_nine[1]} in the classifier.",
        finding="Distances between class means of the test images. Dashed: the same rank in both.",
    )
with right:
    st.markdown(
        f"**The order of the pairs.** Spearman's ρ = **{found.agreement:.2f}**. Names handed out to the classifier's "
        f"classes at random do as well {found.chance:.0%} of the time, so this is {'more than' if rare else 'within'} "
        f"what chance gives. **{same_nearest} of 10** classes have the same nearest neighbour."
    )
    st.markdown("**The images themselves.** Linear CKA compares the two tables of inner products between images:")
    st.latex(
        r"\mathrm{CKA}=\frac{\lVert H^{\!\top} M\rVert_F^2}{\lVert M^{\!\top} M\rVert_F\,\lVert H^{\!\top} H\rVert_F}"
    )
    st.markdown(
        f"$M$ holds the $\\mu_x$ and $H$ the $h(x)$, one row an image, centred. It is 1 when one space is the other "
        f"turned, mirrored, moved or scaled. Here it is **{found.cka:.2f}**."
    )


@st.fragment
def line_between() -> None:
    with st.container(horizontal=True):
        a = controls.select("classifier_a", "One class", range(10), 4, style="buttons", format=str)
        b = controls.select("classifier_b", "Another", range(10), 9, style="buttons", format=str)
    if a == b:
        st.info("Choose two different classes.")
        return
    spaces = two_spaces.line(vae.run_id, other.run_id, a, b)
    for column, (name, (apart, chart)) in zip(st.columns(2), spaces.items(), strict=True):
        crossed = (int((apart.first > 0).sum()), int((apart.second < 0).sum()))
        with column:
            figures.chart(
                chart,
                alt=f"{name}: classes {a} and {b} along the line through their means, {apart.distance:.1f} standard "
                "deviations apart.",
                finding=f"**{name}**: means **{apart.distance:.1f}** standard deviations apart (d′). {crossed[0]} of "
                f"{len(apart.first):,} test images of {a} and {crossed[1]} of {len(apart.second):,} of {b} lie nearer "
                "to the other's mean.",
            )


st.markdown("**Two classes along the line through their means**")
line_between()

# --- what each space is good for --------------------------------------------------------------------------------------

st.subheader("What each space is good for", anchor="good")
st.markdown(
    f"Decode a point of the classifier's space? It cannot: there is no decoder, and nothing says what lies between two "
    f"digits. But any space can be asked this: **draw an unseen digit as the average of the {two_spaces.NEIGHBOURS} "
    "known digits that lie nearest to it.** If slant and stroke are in the space, neighbours share them."
)
drawn = two_spaces.drawn(vae.run_id, other.run_id)
error = drawn.half_sse
against_label = error["classifier"] / error["label"] - 1


@st.fragment
def guess_the_drawing() -> None:
    options = ["better, by more than a tenth", "about as well", "worse, by more than a tenth"]
    answer = 0 if against_label < -ALIKE else 1 if against_label <= ALIKE else 2
    lesson.prediction(
        "classifier_draws",
        "The label alone draws the average image of the class. By its ½ squared error, drawing from the neighbours in "
        "the classifier's space is …",
        options,
        options[answer],
        f"The label alone: {error['label']:.1f}. The classifier's neighbours: **{error['classifier']:.1f}** "
        f"({against_label:+.0%}). The VAE's neighbours: **{error['vae']:.1f}** "
        f"({error['vae'] / error['label'] - 1:+.0%}).",
    )


guess_the_drawing()


@st.fragment
def gallery() -> None:
    labels = digits.labels[drawn.position]
    number = controls.slider(
        "classifier_shown", "Which unseen digits", 1, 100, 1, 1, help="The first of each class, the second, …"
    )
    chosen = np.array([np.flatnonzero(labels == digit)[number - 1] for digit in range(10)])
    shown = digits.images[drawn.position[chosen]], drawn.vae[chosen], drawn.classifier[chosen], drawn.label
    figures.picture(
        partial(strips.traversal, np.stack(shown) / 255, ["x", "VAE", "clf", "C"], [str(digit) for digit in range(10)]),
        alt="Ten unseen digits, drawn from their neighbours in the VAE's space, in the classifier's, and as the "
        "average of their class.",
        width="stretch",
    )
    st.caption(
        "Rows: the unseen digit x; the average of its neighbours in the VAE's space; of those in the classifier's "
        "(clf); the average of its class C. ½ squared error over all "
        f"{UNSEEN:,} unseen digits: {error['vae']:.1f}, {error['classifier']:.1f} and {error['label']:.1f}."
    )


gallery()
details = (
    "Where in its class a digit lies says next to nothing of how it was written: the strokes are gone."
    if against_label > -ALIKE
    else "Within a class it has kept some of the picture: more than the label needs, less than the VAE."
)
st.markdown(
    "- **The VAE's space** is for drawing: between, near, like this one. Its classes touch, since a 4 that almost is "
    f"a 9 belongs there.\n- **The classifier's space** is for naming. {details}"
)

lesson.takeaway(
    f"The same encoder asked two things gives two spaces: linear CKA **{found.cka:.2f}**, the order of class distances "
    f"agrees with ρ = **{found.agreement:.2f}**. The nearest mean names **{found.vae.nearest_mean:.1%}** in the VAE's "
    f"and **{found.classifier.nearest_mean:.1%}** in the classifier's; drawn from neighbours, an unseen digit is "
    f"missed by **{error['vae']:.1f}** against **{error['classifier']:.1f}**. A space is good for what it was paid for."
)
lesson.source_view(
    representations.linear_cka,
    representations.separation,
    nearest_mean.read,
    linear_reader.fit_linear,
    neighbour_pictures.neighbours,
)
lesson.footer("classifier")
