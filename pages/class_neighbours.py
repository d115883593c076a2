"""Neighbours: the student's grouping of the ten digits against the one that the distances between classes give."""

from collections import defaultdict
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import class_cuts, class_looks, controls, figures, grouping_choice, lesson, models, picker
from ui.grouping_choice import members, told
from vae_core import grouping, hierarchy, loops
from vae_core.charts import class_pairs, pictures
from vae_core.charts import neighbours as charts

run = picker.current_run()
digits = models.digits()
INK = 128  # grey level from which a pixel is ink
HOLDS = 0.5  # adjusted Rand index under which the page calls a hypothesis failed: a convention, and the page says so
SAMPLES = 10


class Metric(NamedTuple):
    """A distance as `gaussians.METRICS` names it, what it measures, and its unit."""

    name: str
    says: str
    unit: str


METRICS = {
    "Bhattacharyya": Metric("bhattacharyya", "how little two classes overlap: −log ∫√(p q), not a metric", "nats"),
    "2-Wasserstein": Metric(
        "wasserstein2", "how far probability must be carried to turn one into the other", "latent units"
    ),
    "symmetric KL": Metric("symmetric_kl", "how well one class's code serves the other, both ways added", "nats"),
    "Euclidean": Metric("euclidean", "how far the means are apart; shapes play no part", "latent units"),
}


@st.cache_data(max_entries=16, show_spinner=False)
def loop_counts(threshold: int) -> np.ndarray:
    return loops.count(digits.images, threshold)


lesson.header("class_neighbours")
st.markdown(
    "Some digits look alike to us: a 1 and a 7 are strokes, a 6 and a 9 have a loop. Does the latent space see them "
    "so? **Write down your guess first**; then measure the distances between the ten classes and let them form groups."
)

# --- the student's grouping -------------------------------------------------------------------------------------------


def by_loops() -> list[tuple[int, ...]]:
    """Classes whose digits most often have no loop, one, or more."""
    return members(loops.shares(loop_counts(INK), digits.labels).argmax(axis=1))


def yours() -> np.ndarray:
    """Draw the choice; the group number of each digit, (10,)."""
    st.subheader("Your grouping", anchor="yours")
    presets = {
        "Strokes, curves, loops": ((1, 7), (2, 3, 5), (0, 4, 6, 8, 9)),
        "Closed loops, as counted below": by_loops,
        "Odd and even": ((1, 3, 5, 7, 9), (0, 2, 4, 6, 8)),
        "All in one group": (tuple(range(10)),),
    }
    decoded = pictures.to_uint8(class_looks.decoded_means(run.run_id))
    chosen = grouping_choice.choose("class_neighbours", presets, decoded)
    st.caption("Each picture is the decoded mean μ_C of a class, as this model draws it.")
    return chosen


# --- the model's ------------------------------------------------------------------------------------------------------


def measured() -> tuple[str, str, np.ndarray, np.ndarray]:
    """Draw the heat map and the tree; the labels of both distances, the table, and the cut."""
    st.subheader("The model's grouping", anchor="model")
    label = controls.select(
        "class_neighbours_metric", "Distance between classes", list(METRICS), style="buttons", format=str
    )
    metric = METRICS[label]
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        method = controls.select(
            "class_neighbours_linkage",
            "Distance between groups",
            hierarchy.METHODS,
            style="buttons",
            format=str,
            help="Average, largest (complete) or smallest (single) distance of their members.",
        )
    with right:
        k = controls.slider("class_neighbours_k", "Cut into groups", 2, 6, 3, 1)
    table = class_cuts.distances(run.run_id, metric.name)
    drawn = hierarchy.tree(table, method)
    groups = hierarchy.cut(drawn.linkage, k)
    i, j = np.unravel_index((table + np.diag([np.inf] * 10)).argmin(), table.shape)
    far = np.unravel_index(table.argmax(), table.shape)
    unit = f"{label} distance, {metric.unit}"
    left, right = st.columns(2)
    with left:
        figures.chart(
            partial(
                class_pairs.heat_map, table, ("digit", "digit"), unit, drawn.order.tolist(), exponent=0.5, groups=groups
            ),
            alt=f"Heat map of the {label} distances between the ten classes; {i} and {j} are nearest with "
            f"{table[i, j]:.2g}, {far[0]} and {far[1]} farthest with {table.max():.2g}.",
            finding=f"{label} distance in {metric.unit}: {metric.says}. Nearest: **{i} and {j}** ({table[i, j]:.2g}); "
            f"farthest: **{far[0]} and {far[1]}** ({table.max():.2g}). The digits stand in the order of the tree.",
        )
    with right:
        figures.chart(
            partial(charts.dendrogram, drawn, groups, hierarchy.cut_height(drawn.linkage, k), unit, height=420),
            alt=f"Dendrogram of the ten classes cut into {k} groups: {told(groups)}.",
            finding=f"Groups join from the bottom up, the nearest first. The dashed line cuts the tree into {k} "
            f"groups: **{told(groups)}**.",
        )
    if models.metrics(run.run_id)["test"]["active_units"] == 0:
        st.warning(
            "Every latent dimension of this model is off: the ten classes lie on top of one another, and any grouping "
            "of them is an accident. Choose a smaller β.",
            icon=":material/info:",
        )
    return label, method, table, groups


# --- compared ---------------------------------------------------------------------------------------------------------


def compared(chosen: np.ndarray, table: np.ndarray, groups: np.ndarray) -> None:
    """Agreement of the two, where the student's stands among all of its shape, and the verdict in plain words."""
    st.subheader("Does the hypothesis hold?", anchor="verdict")
    sizes = grouping.shape(chosen)
    if len(sizes) == 1:
        st.info("All digits are in one group: there is nothing to compare. Give some of them another letter.")
        return
    same_shape = grouping.of_shape(sizes)
    agreements = grouping.all_adjusted_rand(same_shape, groups)
    agreement = grouping.adjusted_rand(chosen, groups)
    by_agreement = grouping.rank(agreement, agreements, largest_first=True)
    shape_told = " + ".join(map(str, sorted(sizes, reverse=True)))
    tightness = grouping.mean_within(same_shape, table)
    within = float(grouping.mean_within(chosen[None], table)[0])
    by_tightness = grouping.rank(within, tightness, largest_first=False)
    best = same_shape[tightness.argmin()]

    left, right = st.columns(2)
    left.metric(
        "Adjusted Rand index", f"{agreement:+.2f}", help="1: the same grouping. 0: what chance gives. Below: worse."
    )
    right.metric(
        "Rank by tightness",
        f"{by_tightness.better + 1:,} of {by_tightness.total:,}",
        help="1 is the tightest of its shape.",
    )
    if agreement == 1:
        st.success(
            f"It holds: this model groups the digits exactly as you did, {told(groups)}.", icon=":material/check:"
        )
    elif agreement >= HOLDS:
        st.info(f"It holds in part. You: {told(chosen)}. The model: {told(groups)}.", icon=":material/balance:")
    else:
        st.warning(
            f"**The hypothesis fails for this model and this distance.** You: {told(chosen)}. The model: "
            f"{told(groups)}.",
            icon=":material/close:",
        )
    if len(sizes) != groups.max() + 1:
        st.caption(
            f"You made {len(sizes)} groups and the tree is cut into {groups.max() + 1}; move the cut to compare alike."
        )
    nearest = (table + np.diag([np.inf] * 10)).argmin(axis=1)
    astray = [f"{digit} (nearest: {nearest[digit]})" for digit in range(10) if chosen[digit] != chosen[nearest[digit]]]
    st.markdown(
        f"- There are **{by_agreement.total:,}** ways to put ten digits into groups of {shape_told}. "
        f"**{by_agreement.better + by_agreement.ties:,}** of them, {by_agreement.share_as_good:.0%}, agree with the "
        "model's cut at least as well as yours.\n"
        f"- Two digits of the same group of yours are {within:.3g} apart on average. **{by_tightness.better:,}** of "
        f"the {by_tightness.total:,} hold theirs closer together; the tightest of this shape is {told(best)} with "
        f"{tightness.min():.3g}.\n"
        + (
            f"- Digits whose nearest class you put into another group: {', '.join(astray)}."
            if astray
            else "- Every digit's nearest class is in the same group of yours."
        )
    )
    figures.chart(
        partial(charts.agreements, agreements, agreement),
        alt=f"Histogram of the adjusted Rand index of all {by_agreement.total:,} groupings of the shape "
        f"{shape_told}; yours is at {agreement:.2f}.",
    )
    st.caption(
        f"How well every grouping of the shape {shape_told} agrees with the model's. The index counts pairs of digits "
        f"that both keep together, less what chance would give. Calling it failed under {HOLDS:g} is our convention."
    )


def across_the_zoo(chosen: np.ndarray, metric: str, method: str, k: int) -> None:
    """Which cuts come back from model to model."""
    if not controls.toggle("class_neighbours_zoo", "Ask every model of the zoo"):
        return
    cuts = defaultdict(list)
    for each in models.runs():
        if models.metrics(each.run_id)["test"]["active_units"] > 0:
            cuts[class_cuts.cut(each.run_id, metric, method, k)].append(each.run_id)
    if not cuts:
        st.info("Every model of the zoo has collapsed: none groups the digits.")
        return
    often = sorted(cuts.items(), key=lambda item: -len(item[1]))
    rows = [
        f"| {told(np.array(groups), gap='')} | {len(run_ids)} | {grouping.adjusted_rand(chosen, groups):+.2f} | "
        f"{', '.join(f'`{name}`' for name in run_ids[:4])}{' …' if len(run_ids) > 4 else ''} |"
        for groups, run_ids in often
    ]
    total = sum(map(len, cuts.values()))
    st.markdown("\n".join([f"| cut into {k} | models | agreement with yours | which |", "|:--|--:|--:|:--|", *rows]))
    st.caption(
        f"{total} models whose latents have not all collapsed, with the distances chosen above; agreement is the "
        f"adjusted Rand index. The most frequent cut, {told(np.array(often[0][0]))}, is that of {len(often[0][1])} of "
        f"{total}."
    )


# --- closed loops -----------------------------------------------------------------------------------------------------


@st.fragment
def count_loops() -> None:
    """Draw the section on loops: shares by class, and digits with and without one."""
    st.subheader("Do fours have a loop?", anchor="loops")
    st.markdown(
        "“Strokes, curves, loops” says that 0, 4, 6, 8 and 9 have closed loops. That can be counted: a loop is a "
        "region of background that ink shuts in."
    )
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        threshold = controls.slider(
            "class_neighbours_ink", "A pixel is ink from grey level", 16, 240, INK, 16, help="0 is empty, 255 full ink."
        )
    with right:
        digit = controls.select("class_neighbours_look", "Look at digit", range(10), 4, style="buttons", format=str)
    counts = loop_counts(threshold)
    shares = loops.shares(counts, digits.labels)
    some = 1 - shares[:, 0]
    with_loops = ", ".join(str(label) for label in range(10) if some[label] > 0.5) or "no class"
    figures.chart(
        partial(charts.loops, shares),
        alt=f"Share of each class with none, one, two or more closed loops; classes mostly with a loop: {with_loops}.",
        finding=f"{len(digits.labels):,} shipped digits, ink from grey level {threshold}. **{some[4]:.0%} of the "
        f"fours** have a closed loop. More than half have one in: {with_loops}. Ink joins along edges and corners, "
        "background along edges only; a loop of a single pixel counts.",
    )
    for column, closed in zip(st.columns(2), (False, True), strict=True):
        found = np.flatnonzero((digits.labels == digit) & ((counts > 0) == closed))
        kind = "with a closed loop" if closed else "without one"
        with column:
            st.markdown(f"**{digit}, {kind}**: {len(found)} of {(digits.labels == digit).sum()}")
            if len(found):
                shown = found[:SAMPLES]
                strip = pictures.grid(digits.images[shown], SAMPLES // 2, gap=1)
                figures.picture(strip, alt=f"The first {len(shown)} shipped {digit}s {kind}.", width="stretch")


# --- the lesson -------------------------------------------------------------------------------------------------------


@st.fragment
def compare() -> None:
    """All that follows from the grouping and the distance, and is drawn again when one of them changes."""
    chosen = yours()
    label, method, table, groups = measured()
    compared(chosen, table, groups)
    across_the_zoo(chosen, METRICS[label].name, method, int(groups.max()) + 1)
    count_loops()
    fours = (loop_counts(INK)[digits.labels == 4] > 0).mean()
    lesson.takeaway(
        f"By {label} distance this model sees **{told(groups)}**. Your grouping, {told(chosen)}, agrees with an "
        f"adjusted Rand index of **{grouping.adjusted_rand(chosen, groups):+.2f}**, where chance gives 0 and the same "
        "grouping 1. What looks alike to us and what a VAE puts side by side need not be the same: it compares ink, "
        f"pixel by pixel, and knows nothing of strokes or loops. And of the shipped fours only **{fours:.0%}** have a "
        "closed loop."
    )


compare()
lesson.source_view(grouping.adjusted_rand, hierarchy.tree, loops.count)
lesson.footer("class_neighbours")
