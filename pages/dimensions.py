"""Every dimension at once: violins and boxes of a latent space that cannot be drawn, for one run or two compared."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, latent, lesson, models, picker
from ui import dimension_views as views
from vae_core import densities, dimension_pairs, matching
from vae_core.charts import matrix, violins
from vae_core.charts.violin_layout import Polar, value_range

run = picker.current_run()
order, rates = latent.by_rate(run), latent.rates(run)
active = [dimension for dimension in order if not latent.is_off(run, dimension)]
others = {other.run_id: other for other in models.runs() if other != run}
ALONE = "no other run"
SIDE, POLAR = "side by side", "polar"
MOST_VIOLINS = 16  # in one row: as many as can be told apart on a phone

lesson.header("dimensions")
st.markdown(
    r"""
Two latent dimensions are a map. Eight or sixteen are not, but each of them alone is a list of numbers, and lists can be
drawn side by side. In every dimension there are two to look at: the **means** $\mu_x$ of all digits, and **samples**
$z$ of the aggregate posterior $q(z) = \frac1N\sum_x q(z\mid x)$, which add the width of each $q(z\mid x)$:
"""
)
st.latex(
    r"\operatorname{Var} z_d = \underbrace{\tfrac1N\textstyle\sum_x \sigma_{x,d}^2}_{\text{within images}}"
    r" + \underbrace{\operatorname{Var}_x\, \mu_{x,d}}_{\text{between images}}"
)
st.markdown(
    "The **rate** of a dimension says how many nats it carries. One under a hundredth of a nat is **off**, or dead: "
    r"there $q(z_d\mid x)$ is the prior whatever the image, so all means sit at 0 while the samples follow N(0, 1)."
)

if st.session_state.get("dimensions_other", ALONE) not in (ALONE, *others):
    del st.session_state["dimensions_other"]  # the run compared with is now the one loaded


def pick(key: str, first: int) -> None:
    """A click on the chart moves the control beside it."""
    if chosen := st.session_state[key]["selection"].get("pick"):
        st.session_state["dimensions_at"] = first + int(chosen[0]["slot"])


def forget_click() -> None:
    """A second click on one place is no news to a chart; a new chart forgets that there was a first."""
    st.session_state["dimensions__turn"] = st.session_state.get("dimensions__turn", 0) + 1


@st.fragment
def look() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = controls.select(
            "dimensions_of", "Distribution of", (views.MEANS, views.SAMPLES, views.BOTH), views.SAMPLES, style="buttons"
        )
        form = controls.select("dimensions_form", "Drawn", (SIDE, POLAR), SIDE, style="buttons")
        chosen = controls.several("dimensions_digits", "Classes (none chosen: all digits together)", range(10))
        name = controls.select("dimensions_other", "Compared with", (ALONE, *others), ALONE, width=230)
        other = others.get(name)
        how = views.BY_RATE
        if other is not None:
            how = controls.select(
                "dimensions_pairs",
                "Its dimensions",
                (views.BY_RATE, views.MATCH),
                views.BY_RATE,
                style="buttons",
                help="Axes of two runs do not correspond. “Match” pairs them by correlation over the same digits.",
            )
    kinds = (views.MEANS, views.SAMPLES) if kind == views.BOTH else (kind,)
    classes = chosen or [None]
    pairs = views.paired(run, other, how)
    shapes = views.shapes(run, other, pairs, kinds, classes)
    slots = views.slots(run, other, pairs)
    low, high = value_range(shapes)
    if st.session_state.get("dimensions_at", 0) not in range(len(pairs)):
        del st.session_state["dimensions_at"]

    chart, beside = st.columns([4, 1], gap="medium")
    with beside:
        at = controls.select(
            "dimensions_at",
            "What one draws",
            range(len(pairs)),
            format=lambda place: views.plain_name(pairs[place], other),
            on_change=forget_click,
            help="Or click on it in the chart.",
        )
        pair = pairs[at]
        figures.picture(
            views.strip(run, other, pair),
            alt=f"Decoded digits; {' and '.join(views.told(run, other, pair))}, goes from −3 to 3 standard deviations.",
        )
        st.caption(
            "; ".join(views.told(run, other, pair))
            + ". From +3 to −3 standard deviations σ of q(z) in this dimension, the others at the middle of q(z)."
        )
    halves = None
    if not chosen and other is not None:
        halves = (run.run_id, other.run_id)
    elif not chosen and kind == views.BOTH:
        halves = kinds
    with chart:
        off = run.latent_dim - len(active)
        found = (
            f"{run.latent_dim} dimensions of {run.run_id}, ordered by rate from {rates.max():.2f} to "
            f"{rates.min():.2f} nats; {off or 'none'} of them off."
        )
        if form == POLAR:
            key = f"dimensions__polar_{st.session_state.get('dimensions__turn', 0)}"
            figures.chart(
                partial(violins.wrapped, shapes, slots, low, high, halves, at),
                alt=f"Violins around a polar plot: {found}",
                key=key,
                on_select=lambda: pick(key, 0),
            )
        else:
            places = max(len(classes) * (len(kinds) if other is not None else 1), 1)
            rows = -(-len(pairs) * places // MOST_VIOLINS)
            for part in np.array_split(np.arange(len(pairs)), min(rows, len(pairs))):
                first, last = int(part[0]), int(part[-1])
                key = f"dimensions__row_{first}_{last}_{st.session_state.get('dimensions__turn', 0)}"
                figures.chart(
                    partial(
                        violins.side_by_side,
                        [s._replace(slot=s.slot - first) for s in shapes if first <= s.slot <= last],
                        slots[first : last + 1],
                        low,
                        high,
                        "latent value",
                        halves,
                        at - first,
                        height=430 if rows == 1 else 320,
                    ),
                    alt=f"Violins side by side: {found}",
                    key=key,
                    on_select=lambda key=key, first=first: pick(key, first),
                )
    st.caption(views.caption(run, other, kind, form == POLAR, chosen, how))
    if form == POLAR:
        polar_word(Polar(len(slots), low, high))
    with st.expander("The numbers", on_change="rerun", icon=":material/table:") as numbers:
        pass
    if numbers.open:
        numbers.dataframe(views.table(run, other, pairs, kinds, classes), hide_index=True)
    figures.download_table(
        "Download the numbers",
        lambda: views.table(run, other, pairs, kinds, classes),
        f"dimensions-{run.run_id}.csv",
        "dimensions_csv",
    )
    if other is not None:
        compare(other, how)


def polar_word(wrap: Polar) -> None:
    """What the form is good and bad for, with the distortion measured on this very chart."""
    inner, outer = (wrap.radius([-2, -1]), wrap.radius([1, 2]))
    ratio = (outer[1] ** 2 - outer[0] ** 2) / (inner[1] ** 2 - inner[0] ** 2)
    st.markdown(
        "**Easier here:** a whole run is one figure, so two runs can be told apart at a glance; a violin that leaves "
        "the prior's rings stands out; twenty dimensions fit into a square, and none has to go to another row.  "
        f"\n**Harder here:** space grows outwards. The ring from 1 to 2 has {ratio:.1f} times the area of that from "
        "−2 to −1, so what is high looks heavier than what is low. There is no common baseline to compare two "
        "medians along, and neighbours on the circle mean nothing: the last dimension stands beside the first."
    )


def compare(other, how: str) -> None:
    """Two runs: the correlations before and after matching, and how good the match is."""
    found, explained_share = views.match(run.run_id, other.run_id)
    before = dimension_pairs.by_order(order, latent.by_rate(other))
    after = dimension_pairs.by_match(order, latent.by_rate(other), found)
    st.subheader("Do the axes correspond?", anchor="match")
    if not found.matched.any():
        st.info(
            "In one of the two runs no dimension varies from digit to digit, so there is nothing to correlate: the "
            "axes shown beside each other are not matched.",
            icon=":material/link_off:",
        )
        return
    live = found.matched | (np.abs(found.correlation_before).max(axis=1) > 0)
    by_rate = dimension_pairs.agreement(before, found.correlation_before, live)
    matched = dimension_pairs.agreement(after, found.correlation_before, live)
    for column, title, pairs in zip(st.columns(2), ("Before: by rate", "After: matched"), (before, after), strict=True):
        with column:
            st.markdown(f"**{title}**")
            figures.chart(
                partial(
                    matrix.matrix,
                    dimension_pairs.correlations(pairs, found.correlation_before),
                    [views.named(p.a) if p.a is not None else f"({i + 1})" for i, p in enumerate(pairs)],
                    [views.named(p.b, p.sign) if p.b is not None else f"({i + 1})" for i, p in enumerate(pairs)],
                    matrix.CORRELATION,
                    (run.run_id, other.run_id),
                ),
                alt=f"Correlations of the dimensions of {run.run_id} and {other.run_id}, {title.lower()}.",
            )
    word = "the same axes" if found.quality > 0.9 else "similar axes" if found.quality > 0.6 else "different axes"
    turned = " They span much the same space, turned." if found.quality <= 0.9 < explained_share else ""
    count = len(models.digits().labels)
    st.markdown(
        f"Correlation of the means $\\mu_x$ over the same {count:,} digits; dimensions that hardly vary count as 0. "
        f"Partners are on the diagonal. **{found.matched.sum()} pairs** are matched by the assignment that makes the "
        f"sum of |r| largest; their mean |r| is **{found.quality:.2f}**: {word}. Over the live dimensions of "
        f"{run.run_id}, one without a partner counting 0, the mean |r| is {by_rate:.2f} by rate and {matched:.2f} "
        f"matched. A linear map of all of {run.run_id}'s means explains **{explained_share:.0%}** of the variance of "
        f"{other.run_id}'s.{turned}"
    )


look()

first = order[0]
spread = float(np.std(models.encodings(run.run_id).mean[:, first]))
within = float(np.exp(models.encodings(run.run_id).logvar[:, first]).mean())


@st.fragment
def guess() -> None:
    options = ["below 0.9", "from 0.9 to 1.1, like the prior's", "above 1.1"]
    answer = options[0] if spread < 0.9 else options[1] if spread <= 1.1 else options[2]
    lesson.prediction(
        "dimensions_width",
        f"The standard deviation of the **means** μ_x in {latent.name(first)}, the dimension of the highest rate, is …",
        options,
        answer,
        f"It is {spread:.2f}. The means have the variance {spread**2:.2f}, and q(z|x) adds {within:.2f} on average, "
        f"so samples have {spread**2 + within:.2f}. The prior asks that of the samples to be 1; a small β asks softly.",
    )


guess()
if active:
    samples = [views.violins(run.run_id, views.SAMPLES, None)[dimension].stddev for dimension in active]
    means = [views.violins(run.run_id, views.MEANS, None)[dimension].stddev for dimension in active]
    lesson.takeaway(
        f"**{len(active)} of {run.latent_dim}** dimensions of {run.run_id} are active. In them the samples have "
        f"standard deviations from {min(samples):.2f} to {max(samples):.2f}, the means alone from "
        f"**{min(means):.2f}** to **{max(means):.2f}**; the difference is the width of each q(z|x). Look at both "
        "before you say a latent space is “like the prior”, and match axes before you compare two runs."
    )
else:
    lesson.takeaway(
        f"No dimension of {run.run_id} is active: q(z|x) is the prior for every image, the samples are N(0, 1) in "
        "each dimension, and nothing of the digit is left. A violin that fits the prior perfectly may carry nothing."
    )
lesson.source_view(densities.violin, matching.match_dimensions, dimension_pairs.by_match)
lesson.footer("dimensions")
