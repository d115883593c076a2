"""Charts of two representations side by side: over training, pairs of classes by rank, two classes along a line."""

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.palette import COLOURS
from vae_core.charts.phases import steps_axis, with_frame

VAE, CLASSIFIER = "VAE", "classifier"
COLOUR = {VAE: "#2e7fb8", CLASSIFIER: "#b8691b"}  # 3:1 on paper and on night
_CHOSEN = "#e0457b"
_BINS = 60


def over_training(step: np.ndarray, curves: dict[str, np.ndarray], title: str, height: int = 250) -> alt.LayerChart:
    """Shares from 0 to 1 against the step, with the rule of the film's frame.

    Args:
        step: recorded steps, (S,).
        curves: (S,) by name; names that are not `VAE` or `CLASSIFIER` are drawn in grey.
        title: of the vertical axis.
        height: pixels, axes included.
    """
    table = pd.concat(
        pd.DataFrame({"step": step + 1, "value": values.round(4), "space": name}) for name, values in curves.items()
    )
    x = steps_axis(int(step[-1]))
    legend = alt.Legend(orient="bottom") if len(curves) > 1 else None  # one for both channels
    names, colours = list(curves), [COLOUR.get(name, "#7a828c") for name in curves]
    dashes = [[1, 0], [6, 3]][: len(curves)]
    colour = alt.Color("space:N", title=None, legend=legend, scale=alt.Scale(domain=names, range=colours))
    dash = alt.StrokeDash("space:N", title=None, legend=legend, scale=alt.Scale(domain=names, range=dashes))
    y = alt.Y("value:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=5, format="~g"))
    tooltip = [
        alt.Tooltip("space:N"),
        alt.Tooltip("step:Q", format=".0f"),
        alt.Tooltip("value:Q", title=title, format=".3f"),
    ]
    lines = alt.Chart(table).mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tooltip)
    return with_frame([lines], x, step, [], height)


def pair_ranks(ranks: np.ndarray, chosen: tuple[int, int], height: int = 420) -> alt.LayerChart:
    """Every pair of classes at its rank of distance in both spaces, written as its two digits.

    Args:
        ranks: (P, 4): the two classes, rank in the VAE, rank in the classifier; 1 is the closest pair.
        chosen: the pair to mark.
        height: pixels.
    """
    table = pd.DataFrame(ranks, columns=["a", "b", "vae", "classifier"])
    table["pair"] = [f"{a}·{b}" for a, b in zip(table["a"], table["b"], strict=True)]
    table["chosen"] = (table["a"] == min(chosen)) & (table["b"] == max(chosen))
    last = len(table)
    scale = alt.Scale(domain=[0, last + 1], nice=False)
    axis = alt.Axis(values=[1, *range(10, last + 1, 10), last], grid=False)
    x = alt.X("vae:Q", title="rank in the VAE (1: the closest pair)", scale=scale, axis=axis)
    y = alt.Y("classifier:Q", title="rank in the classifier", scale=scale, axis=axis)
    ends = pd.DataFrame({"vae": [0, last + 1], "classifier": [0, last + 1]})
    same = alt.Chart(ends).mark_line(strokeDash=[4, 4], strokeWidth=1, color="#7a828c").encode(x=x, y=y)
    tooltip = [alt.Tooltip("pair:N", title="classes"), alt.Tooltip("vae:Q"), alt.Tooltip("classifier:Q")]
    base = alt.Chart(table).encode(x=x, y=y, text=alt.Text("pair:N"), tooltip=tooltip)
    others = base.transform_filter("!datum.chosen").mark_text(fontSize=12, color=COLOUR[VAE])
    marked = base.transform_filter("datum.chosen").mark_text(fontSize=17, fontWeight="bold", color=_CHOSEN)
    return alt.layer(same, others, marked).properties(height=height)


def along_line(
    first: np.ndarray, second: np.ndarray, digits: tuple[int, int], reach: float, height: int = 250
) -> alt.LayerChart:
    """How two classes lie along the line through their means, as shares of each class in bins.

    Args:
        first, second: places of the two classes' images, from `representations.separation`.
        digits: which classes.
        reach: half the width shown; what lies beyond is in the outermost bins.
        height: pixels.
    """
    edges = np.linspace(-reach, reach, _BINS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    table = pd.concat(
        pd.DataFrame(
            {
                "place": middles.round(4),
                "share": np.histogram(np.clip(places, -reach, reach), edges)[0] / len(places),
                "digit": str(digit),
            }
        )
        for places, digit in ((first, digits[0]), (second, digits[1]))
    )
    x = alt.X("place:Q", title="place on the line, standard deviations", scale=alt.Scale(domain=[-reach, reach]))
    y = alt.Y("share:Q", title="share of the class", stack=None, axis=alt.Axis(format="~%", tickCount=4))
    names = [str(digit) for digit in digits]
    colour = alt.Color(
        "digit:N", legend=None, scale=alt.Scale(domain=names, range=[COLOURS[digit] for digit in digits])
    )
    tooltip = [alt.Tooltip("digit:N"), alt.Tooltip("place:Q", format=".1f"), alt.Tooltip("share:Q", format=".1%")]
    areas = (
        alt.Chart(table)
        .mark_area(interpolate="step", opacity=0.45, line={"strokeWidth": 2})
        .encode(x=x, y=y, color=colour, tooltip=tooltip)
    )
    peaks = pd.DataFrame({"place": [first.mean(), second.mean()], "digit": names}).assign(share=0.0)
    base = alt.Chart(peaks).encode(x=x, y=y)
    discs = base.mark_circle(size=330, opacity=1, stroke="white", strokeWidth=1.5).encode(color=colour)
    numbers = base.mark_text(fontSize=13, fontWeight="bold", color="white").encode(text=alt.Text("digit:N"))
    return alt.layer(areas, discs, numbers).properties(height=height)
