"""A tour of the ten digits: greedy, shortest, filmed, built by hand, and compared between models."""

from functools import partial

import numpy as np
import streamlit as st

from ui import choice, controls, figures, lesson, models, picker, stations, tour_builder, tour_map
from ui.components import film
from vae_core import tour as tours
from vae_core import tour_comparison, tour_text
from vae_core.charts import film as films
from vae_core.charts import tours as charts

run = picker.current_run()
GREEDY, SHORTEST_HERE, SHORTEST = "nearest neighbour", "shortest from there", "shortest of all"
STRIP_COLUMNS, STRIP_ROWS = 11, 5


def told(order: list[int] | tuple[int, ...]) -> str:
    return " → ".join(str(digit) for digit in order)


lesson.header("tour")
st.markdown(
    "Each class has a mean μ_C, the place where its digits gather. A **tour** visits all ten, and the decoder draws "
    "whatever it passes. Which order makes it short? Two ways to say how far apart two classes are:"
)
st.latex(r"d(C, C') = \lVert \mu_C - \mu_{C'} \rVert")
st.latex(
    r"""\begin{aligned} W_2^2(C, C') &= \lVert \mu_C - \mu_{C'} \rVert^2 \\
    &\quad + \operatorname{tr}\bigl(\Sigma_C + \Sigma_{C'}\bigr) \\
    &\quad - 2 \operatorname{tr}\bigl(\Sigma_C^{1/2} \Sigma_{C'} \Sigma_C^{1/2}\bigr)^{1/2}
    \end{aligned}"""
)
st.markdown(
    "The first is Euclidean, between means. The second is the 2-Wasserstein distance between class Gaussians: it also "
    "charges for a change of shape. Both are metrics, so adding them up along a tour makes sense; the Bhattacharyya "
    "distance is not, and has no place here."
)

metric = controls.select("tour_metric", "Distance between", list(stations.METRICS), style="buttons")
with st.container(horizontal=True, vertical_alignment="bottom"):
    start = controls.select("tour_start", "First digit", range(10), 1, width=120)
    ring = controls.select("tour_kind", "The tour is", ("open", "closed"), style="buttons")
closed = ring == "closed"
distances = stations.distances(run.run_id, metric)
study = stations.study(run.run_id, metric, closed)
moments, plane = models.moments(run.run_id), stations.plane(run.run_id)
named = {GREEDY: study.greedy_tours[start], SHORTEST_HERE: study.optimal_tours[start], SHORTEST: study.best}
active = models.metrics(run.run_id)["test"]["active_units"]
if active == 0:
    st.warning(
        f"This model has collapsed: no dimension is on, and its class means are at most {distances.max():.3g} apart. "
        "There is a shortest tour all the same, but it says nothing about digits.",
        icon=":material/info:",
    )

# --- the tour as it grows ---------------------------------------------------------------------------------------------

st.subheader("The tour as it grows", anchor="grow")
st.markdown(
    "**Nearest neighbour** is greedy: from where it stands, on to the nearest digit not visited yet; of two equally "
    "near "
    "the lower. It never looks ahead. The shortest tour is found by trying everything, cleverly (Held and Karp, 1962)."
)


def grow_to(step: int) -> None:
    st.session_state["tour_step"] = step


@st.fragment
def grow() -> None:
    which = controls.select("tour_which", "Tour", list(named), style="buttons")
    order = named[which]
    steps = tour_comparison.tour_steps(distances, order, closed)
    last = len(steps)
    shown = min(controls.slider("tour_step", "Steps taken", 0, 10 if closed else 9, 3, 1), last)
    with st.container(horizontal=True):
        st.button("One step back", on_click=grow_to, args=(max(shown - 1, 0),), disabled=shown == 0)
        st.button("Next step", on_click=grow_to, args=(shown + 1,), disabled=shown == last)
        st.button("To the end", on_click=grow_to, args=(last,), disabled=shown == last)
    travelled = [order[0], *(step.chosen for step in steps[:shown])]
    ahead = [(travelled[-1], digit) for digit in steps[shown].remaining] if shown < last else []
    so_far = steps[shown - 1].length if shown else 0.0
    said = f"Map of the ten class means with the tour {told(travelled)}, length so far {so_far:.2f}."
    if run.latent_dim == 3:
        titles = tuple(f"z{dimension + 1}" for dimension in range(3))
        figures.chart(
            partial(charts.tour_map_3d, moments.mean, moments.covariance, travelled, ahead, titles),
            alt=said,
            key="tour_map_3d",
        )
        st.caption("Dots: class means μ_C. Clouds: one-sigma ellipsoids of the class covariances. Drag to turn.")
    else:
        tour_map.show(run, said, travelled, ahead)
    for number, step in enumerate(steps[:shown], start=1):
        arithmetic(number, step)
    if shown < last:
        left = ", ".join(str(digit) for digit in steps[shown].remaining)
        st.markdown(f"At **{travelled[-1]}**, length so far {so_far:.2f}. Left: {left}. Where does it go next?")


def arithmetic(number: int, step: tours.TourStep) -> None:
    """One step in words: what is left, how far, why this one."""
    ranked = sorted(zip(step.distances, step.remaining, strict=True))
    left = ", ".join(f"**{d} {far:.2f}**" if d == step.chosen else f"{d} {far:.2f}" for far, d in ranked)
    taken = dict(zip(step.remaining, step.distances, strict=True))[step.chosen]
    if step.chosen == start and number == 10:
        why = "home"
    elif len(ranked) == 1:
        why = "the last one left"
    elif taken == ranked[0][0]:
        why = f"the nearest, by {ranked[1][0] - taken:.2g}"
    else:
        why = f"{taken - ranked[0][0]:.2g} further than {ranked[0][1]}, which pays later"
    st.markdown(f"{number}. At **{step.at}**: {left} → **{step.chosen}** ({why}); so far {step.length:.2f}.")


grow()

# --- greedy and shortest ----------------------------------------------------------------------------------------------

st.subheader("Greedy and shortest", anchor="shortest")
for column, (name, order) in zip(st.columns(3), named.items(), strict=True):
    length = tours.tour_length(distances, order, closed)
    column.metric(f"{name}" + (f" ({start})" if name != SHORTEST else ""), f"{length:.2f}")
    column.caption(told(order))
st.markdown(
    f"From {start}, greedy is **{study.excess[start]:.1f} %** longer than the shortest tour from there"
    + (
        "."
        if closed
        else f", and {100 * (study.greedy[start] / study.best_length - 1) if study.best_length else 0:.1f} % longer "
        "than "
        f"the shortest of all, which starts from {study.best[0]} (or, walked backwards, from {study.best[-1]})."
    )
)

BINS = {"none": (0, 0), "1 to 3": (1, 3), "4 to 6": (4, 6), "7 to 10": (7, 10)}


def from_every_start() -> None:
    right = ", ".join(str(digit) for digit in study.right) or "none"
    figures.chart(
        partial(charts.excess_by_start, study.excess),
        alt=f"Excess of the greedy tour over the shortest from the same start, for each of ten starts: from "
        f"{study.excess.min():.1f} to {study.excess.max():.1f} percent.",
    )
    st.markdown(
        f"Greedy is right from: {right}. On average it is {study.excess.mean():.1f} % longer, at worst "
        f"{study.excess.max():.1f} % (from {int(study.excess.argmax())}). It picks the cheap legs first and pays for "
        "the "
        "digits it left behind."
    )


@st.fragment
def guess() -> None:
    answer = next(name for name, (low, high) in BINS.items() if low <= len(study.right) <= high)
    lesson.prediction(
        "tour_greedy",
        "From how many of the ten first digits is the greedy tour a shortest one from that digit?",
        list(BINS),
        answer,
        from_every_start,
    )


guess()

# --- the film ---------------------------------------------------------------------------------------------------------

st.subheader("The film", anchor="film")


@st.fragment
def show_film() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = controls.select("tour_film", "Film of", list(named), SHORTEST, style="buttons")
        pace = controls.select("tour_pace", "Constant speed in", ("latent space", "image space"), style="buttons")
    stops = (*named[which], named[which][0]) if closed else tuple(named[which])
    speed = "image" if pace == "image space" else "latent"
    asked = run.run_id, stops, speed, stations.FILM_FRAMES
    walked = stations.tour_film(*asked)
    film.show(
        stations.tour_sprite(*asked),
        list(zip(walked.corners.tolist(), map(str, stops), strict=True)),
        f"Film of the tour {told(stops)}",
        film.Map(
            plane.place(walked.path), plane.means, f"Map of the tour {told(stops)}; a dot shows where the film is."
        ),
        key="tour_player",
    )
    st.caption(
        f"x̂(z) at {len(walked.frames)} places at equal distances in {pace}. At a station z is a class mean μ_C, which "
        "need not look like any digit that was ever written. The space bar on the slider plays and pauses; arrow keys "
        "go one frame. " + stations.say_what_is_lost(run)
    )
    chosen = stations.tour_film(run.run_id, stops, speed, STRIP_COLUMNS * STRIP_ROWS)
    labels = [""] * len(chosen.frames)
    for frame, digit in zip(chosen.corners, stops, strict=True):
        labels[frame] += str(digit)
    strip = partial(films.strip, chosen.frames, labels, STRIP_COLUMNS)
    figures.picture(
        strip,
        alt=f"{len(chosen.frames)} frames of the film in reading order, those nearest a class mean named by its digit.",
        width="stretch",
    )
    st.caption(
        "The same walk as a strip, row by row; a frame with a white rim is the nearest to the mean of that digit."
    )
    with st.container(horizontal=True):
        name = f"tour-{run.run_id}-{tour_text.write_order(stops)}"
        seconds = len(walked.frames) / 24
        figures.download_file(
            "GIF", lambda: films.gif_bytes(walked.frames, seconds), f"{name}.gif", "image/gif", key="tour_gif"
        )
        figures.download_picture("Strip", strip, f"{name}.png", key="tour_strip")


show_film()

# --- the student's own tour ------------------------------------------------------------------------------------------

st.subheader("Build your own", anchor="own")
tour_builder.show(run, distances, closed, study.best_length)

# --- other models -----------------------------------------------------------------------------------------------------

st.subheader("The order belongs to the model", anchor="models")
runs = models.runs()


@st.fragment
def compare() -> None:
    ids = [each.run_id for each in runs]
    others = [each for each in runs if each != run]
    default = choice.nearest(others, run).run_id if others else run.run_id
    other = controls.select("tour_other", "Compare with", ids, default)
    theirs = stations.study(other, metric, closed)
    shared = tour_comparison.shared_neighbours(study.best, theirs.best, closed)
    legs = 10 if closed else 9
    st.markdown(f"`{run.run_id}`: **{told(study.best)}**, {study.best_length:.2f} long")
    st.markdown(f"`{other}`: **{told(theirs.best)}**, {theirs.best_length:.2f} long")
    pairs = ", ".join(f"{a}–{b}" for a, b in shared) or "none"
    st.markdown(
        f"These shortest tours share **{len(shared)} of {legs}** neighbours: {pairs}. Two tours of which one is "
        "drawn at "
        f"random share {tour_comparison.expected_shared(10, closed):.1f} on average. Lengths of two models are in "
        "units "
        "of their own latent spaces and not to be compared."
    )


compare()
orders = stations.zoo_tours(tuple(each.run_id for each in runs), metric, closed)
if orders:
    counts = tours.pair_adjacency(orders.values(), 10, closed)
    firm = np.argwhere(np.triu(counts) == counts.max()).tolist()
    never = int((counts[np.triu_indices(10, 1)] == 0).sum())
    often = ", ".join(f"{a} and {b}" for a, b in firm)
    figures.chart(
        partial(charts.neighbour_heat, counts, len(orders)),
        alt=f"Heat map of how often two digits are neighbours on the shortest tour of {len(orders)} models; most often "
        f"{often}, {counts.max()} times.",
    )
    collapsed = len(runs) - len(orders)
    st.caption(
        f"In how many of {len(orders)} models two digits are neighbours on the shortest {ring} tour. "
        + (f"{collapsed} collapsed models are left out. " if collapsed else "")
        + "The zoo is no random sample of models: some dimensions and some β stand in it more often than others."
    )
    lesson.takeaway(
        f"Greedy from {start} gives {told(study.greedy_tours[start])}, **{study.excess[start]:.1f} %** longer than "
        "it need "
        f"be; over the ten starts it is {study.excess.mean():.1f} % longer on average. Over {len(orders)} models "
        f"{often} "
        f"are neighbours **{counts.max()}** times, while {never} of the 45 pairs never are: a tour is a fact about "
        "*this* "
        "model, and only some of its neighbours are facts about digits."
    )
lesson.source_view(tours.nearest_neighbour_steps, tours.optimal_tour, tours.tour_rank)
lesson.footer("tour")
