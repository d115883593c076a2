"""Two β of one family side by side: clouds, pictures, rates, figures, and where both stand on the curves over β."""

from functools import partial

import numpy as np
import streamlit as st

from ui import beta_views as views
from ui import controls, figures, models
from vae_core.charts import pictures

# Figure -> its name and its unit.
CURVES = {
    "rate": ("rate", "nats"),
    "half_sse": ("½ squared error", "nats"),
    "active_units": ("active units", "dimensions"),
    "accuracy": ("right class named by p(C|z)", "of test images"),
    "class_volume": ("log volume, mean class", "nats"),
    "volume": ("log volume, all digits", "nats"),
}


@st.fragment
def compare(prefix: str, ids: tuple[str, ...], betas: tuple[float, ...]) -> None:
    """Everything of two runs side by side, and where both stand among all.

    Args:
        prefix: the chapter's key; the controls stand in the address under `<prefix>_left` and `<prefix>_right`.
        ids: of the family's runs, by β, with their `betas`.
    """
    size = views.means(ids[0]).shape[1]
    columns = st.columns(2, gap="large")
    chosen = []
    for column, side, wanted in zip(columns, ("left", "right"), (0.1, 3), strict=True):
        with column:
            value = controls.select(
                f"{prefix}_{side}", f"β, {side}", betas, betas[_nearest(betas, wanted)], format=lambda b: f"{b:g}"
            )
            chosen.append(betas.index(value))
    left, right = chosen
    for column, side, position, other in zip(columns, ("left", "right"), chosen, chosen[::-1], strict=True):
        with column:
            _one_side(f"{prefix}__cloud_{side}", ids, betas, position, other)
    st.markdown(_table(ids, betas, left, right))
    names = (f"β = {betas[left]:g}, left", f"β = {betas[right]:g}, right")
    st.markdown("**Which dimensions carry the rate**")
    counts = [models.metrics(ids[k])["test"]["active_units"] for k in chosen]
    figures.chart(
        partial(views.rates, ids[left], ids[right], names),
        alt=f"Rate of each of the {size} dimensions; {counts[0]} are on at β = {betas[left]:g}, {counts[1]} at "
        f"β = {betas[right]:g}.",
        finding="Highest first, each model for itself: place 1 on the left is not the same axis as place 1 on the "
        "right. Under a hundredth of a nat a dimension is off.",
        config={"displayModeBar": False},
    )
    st.markdown("**Over all β**, with the two marked: circle left, square right")
    for first in range(0, len(CURVES), 2):
        for column, name in zip(st.columns(2), list(CURVES)[first : first + 2], strict=True):
            with column:
                title, unit = CURVES[name]
                st.markdown(f"{title[0].upper()}{title[1:]}")
                ends = [views.figures_of(ids[k])[name] for k in (0, left, right, -1)]
                figures.chart(
                    partial(views.curve, ids, betas, name, unit, left, right),
                    alt=f"{title} against β: {ends[0]:.2f} at β = {betas[0]:g}, {ends[-1]:.2f} at β = "
                    f"{betas[-1]:g}; left {ends[1]:.2f}, right {ends[2]:.2f}.",
                    key=f"{prefix}__curve_{name}",
                    config={"displayModeBar": False},
                )
    st.caption(
        f"{_told_noise(ids, betas)} Accuracy: one sample z of q(z|x) for each test image, named by one Gaussian "
        "N(μ_C, Σ_C) a class; chance is about 10 %. Volumes: ½ log det of Σ_C over the training images, samples z; 0 "
        "is the prior's."
    )


def _nearest(betas: tuple, wanted: float) -> int:
    return int(np.abs(np.log(np.array(betas) / wanted)).argmin())


def _one_side(key: str, ids: tuple, betas: tuple, position: int, other: int) -> None:
    chosen = ids[position]
    test = models.metrics(chosen)["test"]
    figures.chart(
        partial(views.pair_cloud, ids, betas, position, other),
        alt=f"Latent cloud at β = {betas[position]:g}, with class ellipses; rate {test['rate']:.1f} nats.",
        key=key,
        config={"displayModeBar": False},
    )
    drawn = views.prior_draws(ids, betas, views.MATCHED, position)
    for title, images in (
        ("Ten unseen digits", views.originals() / 255),
        ("Reconstructed, x̂(μ_x)", views.reconstructions(chosen)),
        ("Ten draws of the prior", drawn),
    ):
        st.markdown(f"**{title}**")
        figures.picture(
            partial(pictures.grid, images, 10, gap=1, background=0.25),
            alt=f"{title} at β = {betas[position]:g}.",
            width="stretch",
        )


def _table(ids: tuple, betas: tuple, left: int, right: int) -> str:
    a, b = views.figures_of(ids[left]), views.figures_of(ids[right])
    size = views.means(ids[left]).shape[1]
    rows = [f"| figure | β = {betas[left]:g} | β = {betas[right]:g} |", "|:--|--:|--:|"]
    for name, (title, unit) in CURVES.items():
        form = {"accuracy": "{:.1%}", "active_units": "{:.0f} of " + str(size)}.get(name, "{:.2f} " + unit)
        title = title.replace("|", "\\|")
        rows.append(f"| {title} | {form.format(a[name])} | {form.format(b[name])} |")
    return "\n".join(rows)


def _told_noise(ids: tuple, betas: tuple) -> str:
    seeds = [each for each in views.other_seeds(views.means(ids[0]).shape[1]) if each.beta in betas]
    if not seeds:
        return "Every point is one training."
    one, two = views.figures_of(ids[betas.index(seeds[0].beta)]), views.figures_of(seeds[0].run_id)
    return (
        f"Every point is one training. Diamond: β = {seeds[0].beta:g} trained again with another seed. The rate "
        f"differs by {abs(one['rate'] - two['rate']):.2f} nats, ½ SSE by {abs(one['half_sse'] - two['half_sse']):.2f}, "
        f"accuracy by {100 * abs(one['accuracy'] - two['accuracy']):.1f} points: one repetition, so an idea of the "
        "noise, no more."
    )
