"""From one digit to another: three roads, what they pass, how likely their places are, how fast the image moves."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, lesson, models, my_digit, picker, road_views, roads, stations
from vae_core import geodesic, one_image, road
from vae_core.charts import roads as charts

run = picker.current_run()
digits, moments, plane = models.digits(), models.moments(run.run_id), stations.plane(run.run_id)
tour = stations.shortest(run.run_id)
MEAN, IMAGE, MINE = "class mean", "unseen image", "my picture"
NAMES = road_views.NAMES

lesson.header("road")
st.markdown(
    "Two digits, two places z in latent space. What lies between them depends on the road. The **straight** one is the "
    "chord; another goes **through the stations** of the shortest tour; a third is **short for the decoder**: along "
    "it the "
    "picture changes as little as possible."
)
if models.metrics(run.run_id)["test"]["active_units"] == 0:
    widest = np.ptp(moments.mean, axis=0).max()
    st.warning(
        f"This model has collapsed: no dimension is on, and along no axis are its class means more than {widest:.2g} "
        "apart. Between class means there is nowhere to go, and the decoder draws nearly the same picture everywhere.",
        icon=":material/info:",
    )

# --- a question before ------------------------------------------------------------------------------------------------


def asked_for(start: np.ndarray, end: np.ndarray, between: list[int], pace: str) -> tuple:
    """What `roads.walks` takes."""
    return run.run_id, tuple(start.tolist()), tuple(end.tolist()), tuple(between), pace


@st.fragment
def question() -> None:
    start, end = ends = roads.ASKED_ABOUT
    asked = asked_for(moments.mean[start], moments.mean[end], road.between(tour, start, end), "latent")
    ways = roads.roads(*asked, roads.MIXTURE)
    passed = {name: road.passed(way.reading.posterior, ends) for name, way in ways.items()}
    answer = road.told_digits(passed["straight"])
    options = road.passing_options(passed["straight"], ends, [passed["stations"], passed["decoder"], [8], [2, 6]])
    lesson.prediction(
        "road_straight",
        f"Walk straight from the mean of the **{start}** to the mean of the **{end}**. Which other digits are on the "
        "way, each the most probable one for a while?",
        options,
        answer,
        lambda: road_views.passing(ways["straight"], "straight"),
    )


question()

# --- from where to where ----------------------------------------------------------------------------------------------


def one_end(key: str, label: str, digit: int, density: str) -> tuple[np.ndarray, int, str]:
    """Controls for one end; its latent, its digit, and what it is."""
    kind = controls.select(f"road_{key}_is", label, (MEAN, IMAGE, MINE), style="buttons")
    if kind == MINE:
        my_digit.ask(f"road_{key}_upload")
        if my_digit.image() is not None:
            z = one_image.look(models.vae(run.run_id), my_digit.image(), 0).mean
            return z, roads.name_of(run.run_id, z, density), "your picture (μ_x)"
        st.info("Until there is a picture the class mean stands in.", icon=":material/add_photo_alternate:")
    klass = controls.select(f"road_{key}", "Digit", range(10), digit, width=120)
    if kind == IMAGE:
        unseen = np.flatnonzero((digits.labels == klass) & digits.held_out)
        number = controls.number(f"road_{key}_number", "Which of its unseen images", 0, len(unseen) - 1, 0, 1)
        place = int(unseen[number])
        figures.picture(digits.images[place], alt=f"The image chosen, a {klass} no model has seen.", width=84)
        return models.encodings(run.run_id).mean[place], klass, f"an unseen {klass} (μ_x)"
    return moments.mean[klass], klass, f"the mean of the {klass} (μ_C)"


@st.fragment
def your_road() -> None:
    """All that depends on the two ends: moving them leaves the question, the sidebar and the furniture alone."""
    st.subheader("Your road", anchor="ends")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pace = controls.select("road_pace", "Constant speed in", ("latent space", "image space"), style="buttons")
        density = controls.select(
            "road_density",
            "p(z|C) from",
            roads.DENSITIES,
            style="buttons",
            help="Every image: the mixture of q(z|x), spiky where these Gaussians are narrow (small β). "
            "One Gaussian a class: its mean and covariance, smooth, and blind to any other shape.",
        )
    left, right = st.columns(2)
    with left:
        start, start_digit, start_is = one_end("from", "From", roads.AT_FIRST[0], density)
    with right:
        end, end_digit, end_is = one_end("to", "To", roads.AT_FIRST[1], density)
    between = road.between(tour, start_digit, end_digit) if start_digit != end_digit else []
    speed = "image" if pace == "image space" else "latent"
    asked = asked_for(start, end, between, speed)
    ways = roads.roads(*asked, density)
    order = " → ".join(str(digit) for digit in tour)
    via = f"through the mean{'s' if len(between) > 1 else ''} of {road.told_digits(between)}" if between else "straight"
    st.markdown(
        f"From {start_is} to {end_is}. This model's shortest tour is {order}, so the road through its stations goes "
        + via
        + ("." if between else ": the two are neighbours on it.")
    )

    # --- each road: frames and classes --------------------------------------------------------------------------------

    st.subheader("What each road passes", anchor="pass")
    st.latex(r"p(C\mid z) = \frac{p(C)\,p(z\mid C)}{q(z)}")
    st.latex(r"q(z) = \sum_{C} p(C)\,p(z\mid C)")
    for name, title in NAMES.items():
        st.markdown(f"**{title}**")
        road_views.passing(ways[name], name)
    st.caption(
        "Above: x̂(z) at equal distances. Below: how probable each class is at that z, stacked; a white line where the "
        "most "
        "probable digit changes. "
        + (
            f"p(z|C) is the mixture of q(z|x) over {len(roads.classes(run.run_id, density)[0])} images a class, all of "
            "which "
            "the models were trained on."
            if density == roads.MIXTURE
            else "p(z|C) is one Gaussian with the class's mean and covariance."
        )
    )

    # --- density and speed --------------------------------------------------------------------------------------------

    st.subheader("Through what nonsense", anchor="density")
    st.markdown(
        "The decoder draws something everywhere, also where no digit ever was. The density says how familiar a place "
        "is: under the **prior** N(0, I), and under the **aggregate posterior** q(z), where the digits really are."
    )
    level = roads.familiar(run.run_id, density)
    strange = {name: float((way.reading.log_aggregate < level).mean()) for name, way in ways.items()}
    lowest = {name: float(way.reading.log_aggregate.min()) for name, way in ways.items()}
    figures.chart(
        partial(charts.along, {name: way.reading.log_aggregate for name, way in ways.items()}, "log q(z), nats", level),
        alt="Log density of the aggregate posterior along the three roads; the lowest is "
        + ", ".join(f"{name} {value:.1f}" for name, value in lowest.items())
        + " nats.",
        finding=f"Dotted: {level:.1f} nats; {1 - roads.QUANTILE:.0%} of the unseen digits lie above (a sample z of "
        "q(z|x) each). Below: " + ", ".join(f"{strange[name]:.0%} of the {name} road" for name in NAMES) + ".",
    )
    figures.chart(
        partial(charts.along, {name: way.reading.log_prior for name, way in ways.items()}, "log p(z), nats"),
        alt="Log density of the prior along the three roads; the lowest is "
        + ", ".join(f"{name} {way.reading.log_prior.min():.1f}" for name, way in ways.items())
        + " nats.",
        finding="The prior knows nothing of digits: it is highest at the origin, whatever the decoder draws there.",
    )
    figures.chart(
        partial(charts.along, {name: way.reading.speed for name, way in ways.items()}, "image speed, grey levels"),
        alt="Speed of the decoded picture along the three roads, slowest and fastest: "
        + ", ".join(
            f"{name} {way.reading.speed.min():.0f} to {way.reading.speed.max():.0f}" for name, way in ways.items()
        )
        + " grey levels.",
        finding="The picture's speed, ‖dx̂/dt‖ for a walk that takes one unit of time; its area is the road's length in "
        "image "
        "space. Choose constant speed in image space above to make it level.",
    )
    st.markdown(road_views.numbers(ways, (start_digit, end_digit)))

    # --- film and map -------------------------------------------------------------------------------------------------

    st.subheader("The film", anchor="film")
    road_views.show_film(
        asked, ways, between, f"from {start_is} to {end_is}", f"road-{run.run_id}-{start_digit}-{end_digit}"
    )
    figures.chart(
        partial(
            charts.road_map,
            plane.means,
            plane.covariances,
            {name: plane.place(way.walked.path) for name, way in ways.items()},
            plane.titles,
        ),
        alt=f"Map of the class means with the three roads from {start_is} to {end_is}; their lengths in latent space "
        "are " + ", ".join(f"{name} {way.reading.latent_length:.2f}" for name, way in ways.items()) + ".",
        finding="Discs: class means μ_C with one-sigma ellipses. " + stations.say_what_is_lost(run),
    )

    st.subheader("What the short road ignores", anchor="geodesic")
    st.markdown("The road short for the decoder g minimises the energy of its n steps,")
    st.latex(r"E = n \sum_{i} \lVert g(z_{i+1}) - g(z_i) \rVert^2,")
    st.markdown(
        (
            "looked for twice: downhill from the chord, and from the shortest way on a grid over the plane; the "
            "shorter one in image space is shown. "
            if run.latent_dim == 2
            else "downhill from the chord; a better road elsewhere would not be found. "
        )
        + "It is charged only for change of the picture. How *unsure* the decoder is costs nothing: where it was never "
        "trained it "
        "may change little, and crossing there is cheap. So this road need not stay where digits are. Compare its "
        "density above."
    )
    chord, bent = ways["straight"].reading, ways["decoder"].reading
    lesson.takeaway(
        f"From {start_is} to {end_is} the straight road passes "
        f"{road.told_digits(road.passed(chord.posterior, (start_digit, end_digit)))}, and its picture travels "
        f"**{chord.image_length:.1f}** grey levels; on the road short for the decoder it travels "
        f"**{bent.image_length:.1f}**. The "
        f"least familiar place on the straight road has log q(z) = **{lowest['straight']:.1f} nats**, while "
        f"{1 - roads.QUANTILE:.0%} of unseen digits lie above {level:.1f}. A road belongs to this model: another seed "
        "has others."
    )


your_road()
lesson.source_view(road.read, road.passages, geodesic.geodesic)
lesson.footer("road")
