"""MLP, CNN, UNet: the same VAE with other networks, and the skips that take the work away from z."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from ui import architectures, controls, figures, lesson, models, picker
from ui.architectures import NAMES, SHORT
from vae_core import module_diagram as diagrams
from vae_core import skip_mixing
from vae_core.charts import module_diagram as charts
from vae_core.charts import strips

picker.current_run()
TRAP, INSIDE = "unet-skips", "unet"
CLASSES = [str(digit) for digit in range(10)]

lesson.header("architectures")
families = architectures.families()
if not families:
    st.error("The zoo has no two runs that differ in architecture alone.")
    st.stop()
st.markdown(
    "Encoder and decoder may be any networks at all; the loss does not ask. Here are models with the same latent "
    "dimension, the same β = 1 and the same training images:\n"
    "- **MLP**: dense layers. A pixel has no neighbours; every pixel speaks to every unit.\n"
    "- **CNN**: strided convolutions. The same small filter everywhere, halving the picture twice.\n"
    "- **UNet**: residual blocks at 28², 14² and 7² pixels, its skips inside encoder and inside decoder.\n"
    "- **UNet with skips past z**: as in image segmentation, the encoder's features are *also* handed straight to the "
    "decoder."
)
sizes = list(families)
size = controls.select(
    "architectures_dim", "Latent dimensions", sizes, 8 if 8 in sizes else sizes[-1], style="buttons", format=str
)
family = families[size]
test = {name: models.metrics(run.run_id)["test"] for name, run in family.items()}
parameters = {name: models.metrics(run.run_id)["parameters"] for name, run in family.items()}
quality = {name: models.sample_quality(run.run_id) for name, run in family.items()}
judged = all(quality.values())
st.caption(f"Compared: {', '.join(run.run_id for run in family.values())}. The sidebar plays no part here.")

# --- predictions ------------------------------------------------------------------------------------------------------

closest = min(family, key=lambda name: test[name]["half_sse"])
options = [NAMES[name] for name in family]


@st.fragment
def guess() -> None:
    lesson.prediction(
        "architectures_closest",
        "Which has the lowest reconstruction error on test images?",
        options,
        NAMES[closest],
        "½ squared error: "
        + ", ".join(f"{NAMES[name]} {each['half_sse']:.2f}" for name, each in test.items())
        + ". Before you choose that one for everything, answer the next question.",
    )
    if not judged:
        return
    frechet = {name: each["prior"]["frechet"] for name, each in quality.items()}
    lesson.prediction(
        "architectures_best",
        "Which draws the best samples from the prior?",
        options,
        NAMES[min(frechet, key=frechet.get)],
        "Fréchet distance to test images in a digit classifier's features, smaller is better: "
        + ", ".join(f"{NAMES[name]} {value:,.0f}" for name, value in frechet.items())
        + f". Real training images score {next(iter(quality.values()))['floor']['frechet']:.1f}.",
    )


guess()

# --- figures ----------------------------------------------------------------------------------------------------------

st.subheader("In figures", anchor="figures")
rows = [
    ("parameters", [f"{value / 1000:.0f}k" for value in parameters.values()]),
    ("rate", [f"{each['rate']:.2f}" for each in test.values()]),
    ("distortion", [f"{each['distortion']:.1f}" for each in test.values()]),
    ("−ELBO", [f"{each['negative_elbo']:.1f}" + "†" * (name == TRAP) for name, each in test.items()]),
    ("½ SSE", [f"{each['half_sse']:.2f}" for each in test.values()]),
    ("active units", [f"{each['active_units']}/{size}" for each in test.values()]),
    ("variety", [f"{architectures.variety(run.run_id):.2f}" for run in family.values()]),
]
if judged:
    rows.append(("Fréchet", [f"{each['prior']['frechet']:,.0f}" for each in quality.values()]))
st.markdown(
    "\n".join(
        [
            "| | " + " | ".join(SHORT[name] for name in family) + " |",
            "|:--|" + "--:|" * len(family),
            *(f"| {name} | {' | '.join(values)} |" for name, values in rows),
        ]
    )
)
dagger = "† Not a bound on −log p(x): see below. " if TRAP in family else ""
st.caption(
    f"MNIST's 10,000 test images, nats per image. {dagger}½ SSE: half the squared error of a reconstruction. Variety: "
    "the variance among decoded draws from the prior, that among real digits being 1. Fréchet: distance of such draws "
    "from test images in a digit classifier's features. One seed each, "
    f"{', '.join(str(run.epochs) for run in family.values())} epochs: small differences mean little."
)

# --- pictures ---------------------------------------------------------------------------------------------------------

st.subheader("In pictures", anchor="pictures")


@st.fragment
def reconstructed() -> None:
    number = controls.slider("architectures_shown", "Unseen digits: which of each class", 1, 100, 1)
    x = architectures.unseen(number)
    drawn = [architectures.reconstructions(run.run_id, number) for run in family.values()]
    figures.picture(
        partial(strips.traversal, np.stack([x, *drawn]), ["x", *(SHORT[name] for name in family)], CLASSES),
        alt=f"Ten unseen digits and their reconstructions by {', '.join(NAMES[name] for name in family)}.",
        finding="Top: digits that no model was trained on. Below: each model's reconstruction from μ_x.",
        width="stretch",
    )


@st.fragment
def sampled() -> None:
    seed = controls.slider("architectures_seed", "Draw of z", 0, 50, 0)
    drawn = [architectures.prior_samples(run.run_id, seed) for run in family.values()]
    figures.picture(
        partial(strips.traversal, np.stack(drawn), [SHORT[name] for name in family], [""] * architectures.ACROSS),
        alt=f"Ten draws from the prior, decoded by {', '.join(NAMES[name] for name in family)}.",
        finding="The same ten z ~ N(0, I) in every row. "
        + (
            "A decoder that wants skips has no image here; it is given those of the average training image."
            if TRAP in family
            else "Axes of two models do not correspond, so the digits need not either."
        ),
        width="stretch",
    )


reconstructed()
sampled()

# --- the trap ---------------------------------------------------------------------------------------------------------

traps = {d: runs[TRAP] for d, runs in families.items() if TRAP in runs}
trap = traps.get(size) or next(iter(traps.values()), None)
if trap is not None:
    trap_test = models.metrics(trap.run_id)["test"]
    st.subheader("Who draws?", anchor="trap")
    st.markdown(
        f"The UNet with skips past z reconstructs almost perfectly, and its rate is **{trap_test['rate']:.4f}** nats: "
        "$z$ says nothing at all. Its decoder is $g(z, s(x))$, and the loss is"
    )
    st.latex(r"\tfrac12\lVert x-g(z,s(x))\rVert^2+\beta\,\mathrm{KL}\bigl(q(z\mid x)\,\Vert\,p(z)\bigr)")
    st.markdown(
        "The skips $s(x)$ carry the picture at full size, for free; every nat of $z$ costs β. So training "
        "lets $q(z\\mid x)$ be the prior. **Test it:** take $z$ from one digit and the skips from another."
    )

    @st.fragment
    def mix() -> None:
        with st.container(horizontal=True):
            from_z = controls.select("architectures_z", "z comes from", range(10), 4, style="buttons", format=str)
            from_skips = controls.select(
                "architectures_skips", "The skips come from", range(10), 9, style="buttons", format=str
            )
        x = architectures.unseen(1)
        mixture = architectures.mixtures(trap.run_id, 1)
        shown = [(x[from_z], f"z from this {from_z}"), (x[from_skips], f"skips from this {from_skips}")]
        shown.append((mixture[from_skips, from_z], "drawn"))
        beside = families[trap.latent_dim].get(INSIDE)
        if beside is not None:
            inside = architectures.mixtures(beside.run_id, 1)[from_skips, from_z]
            shown.append((inside, "drawn by the UNet without them"))
        with st.container(horizontal=True):
            for image, caption in shown:
                with st.container(width=150):
                    figures.picture(image, alt=caption, finding=caption, width="stretch")
        share = skip_mixing.drawn_by_skips(mixture, x)
        st.markdown(
            f"In **{share:.0%}** of the {len(x) * (len(x) - 1)} mixed pairs the picture is nearer to the digit that "
            "gave the **skips**."
        )
        with st.expander("All hundred pairs", on_change="rerun", icon=":material/grid_on:") as every:
            pass
        if every.open:
            with every:
                figures.picture(
                    partial(strips.traversal, mixture, CLASSES, CLASSES),
                    alt="Every digit's z with every digit's skips: rows, the skips; columns, z. The rows decide.",
                    finding="Rows: the digit that gave the skips. Columns: the digit that gave z.",
                    width="stretch",
                )

    mix()
    alone = architectures.error_without_image(trap.run_id)
    st.markdown(
        f"- **Its −ELBO of {trap_test['negative_elbo']:.2f} is no bound** on −log p(x). The bound needs a decoder that "
        f"sees $z$ only; this one has seen $x$. Without the image's own skips its ½ squared error is **{alone:.1f}** "
        f"instead of {trap_test['half_sse']:.2f}.\n"
        "- **The skips are not to blame, but where they lead.** Inside the encoder or the decoder they only ease "
        "training: whatever reaches the decoder has gone through $z$."
    )

# --- diagrams ---------------------------------------------------------------------------------------------------------

st.subheader("Each network, drawn from itself", anchor="diagram")


@st.fragment
def drawn_network() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = TRAP if TRAP in family else next(iter(family))
        name = controls.select(
            "architectures_network", "Network", list(family), first, style="buttons", format=SHORT.get
        )
        unet = name.startswith(INSIDE)
        opened = controls.toggle("architectures_blocks", "Open the residual blocks") if unet else False
    nodes = architectures.nodes(family[name].run_id, opened)
    past, inside = len(diagrams.past_z(nodes)), len(diagrams.jumps(nodes))
    figures.chart(
        partial(charts.module_diagram, nodes),
        alt=f"{NAMES[name]}, layer by layer. {charts.in_words(nodes)}",
        finding=f"{parameters[name]:,} parameters. Above z the encoder, below it the decoder; a bar is as wide as the "
        "logarithm of how many numbers the layer gives out. Lines beside the bars pass over layers: "
        f"{inside - past} within a network, **{past} past z** (pink).",
    )
    table = st.expander("The same as a table", on_change="rerun", icon=":material/table:")
    if table.open:
        rows = [
            (row, node.label, charts.told_shape(node.shape), node.parameters, ", ".join(map(str, node.sources)))
            for row, node in enumerate(nodes)
        ]
        columns = ["row", "layer", "output", "parameters", "fed by rows"]
        table.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True)


drawn_network()

# --- takeaway ---------------------------------------------------------------------------------------------------------

honest = {name: each for name, each in test.items() if name != TRAP}
best = min(honest, key=lambda name: honest[name]["negative_elbo"])
spread = max(each["negative_elbo"] for each in honest.values()) - honest[best]["negative_elbo"]
told = (
    f"In {size} dimensions at β = 1 the architectures whose pictures go through z lie within **{spread:.2f}** nats of "
    f"−ELBO of each other (best: {NAMES[best]}), with {min(parameters[n] for n in honest):,} to "
    f"{max(parameters[n] for n in honest):,} parameters. "
)
if TRAP in family:
    told += (
        f"The one with skips past z has the lowest error, **{test[TRAP]['half_sse']:.2f}**, a rate of "
        f"**{test[TRAP]['rate']:.4f}** and nothing to draw from its prior: variety "
        f"**{architectures.variety(family[TRAP].run_id):.2f}**. Look at reconstructions alone and you would choose it."
    )
lesson.takeaway(told)
lesson.source_view(diagrams.diagram, skip_mixing.mixed, skip_mixing.drawn_by_skips)
lesson.footer("architectures")
