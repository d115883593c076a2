"""Charts of how classes group: the dendrogram, agreement among all groupings of a shape, closed loops a class."""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.drawing import Drawing
from vae_core.charts.palette import SEQUENTIAL
from vae_core.hierarchy import Tree, brackets

# Groups are told by their frame and by the digits under them; the colour only helps.
_GROUPS = ("#2b678d", "#bd5f1b", "#14746a", "#9d3e9b", "#756b4a", "#1b50fe")
_ABOVE = "#7a828c"
_MARK = "#e0457b"


def dendrogram(drawn: Tree, groups: np.ndarray, cut_at: float, unit: str, height: int = 380) -> Drawing:
    """The tree with its leaves at the bottom, the joins within a group coloured, and the line that cuts it.

    Args:
        drawn: from `hierarchy.tree`.
        groups: the cut, a group number for each class, (K,).
        cut_at: where the line runs.
        unit: title of the height axis.
        height: pixels.
    """
    corners = []
    for number, line in enumerate(brackets(drawn)):
        inside = {int(groups[member]) for member in line.members}
        colour = _GROUPS[inside.pop() % len(_GROUPS)] if len(inside) == 1 else _ABOVE
        told = " ".join(map(str, line.members))
        path = [(line.left, line.low_left), (line.left, line.height), (line.right, line.height)]
        path.append((line.right, line.low_right))
        corners += [(number, step, x, y, colour, told, line.height) for step, (x, y) in enumerate(path)]
    names = ("join", "step", "x", "y", "colour", "digits", "at")
    leaves = {
        "x": np.arange(float(len(drawn.order))),
        "y": np.zeros(len(drawn.order)),
        "digit": [str(label) for label in drawn.order],
        "colour": [_GROUPS[int(groups[label]) % len(_GROUPS)] for label in drawn.order],
    }
    tables = {
        "joins": dict(zip(names, zip(*corners, strict=True), strict=True)),
        "leaves": leaves,
        "cut": {"y": [float(cut_at)]},
    }
    return Drawing(_tree_look(len(drawn.order), unit, height), tables)


@lru_cache(maxsize=16)
def _tree_look(count: int, unit: str, height: int) -> alt.LayerChart:
    x = alt.X("x:Q", title=None, scale=alt.Scale(domain=[-0.5, count - 0.5], nice=False), axis=None)
    y = alt.Y("y:Q", title=unit, axis=alt.Axis(grid=False))
    lines = (
        alt.Chart(alt.NamedData("joins"))
        .mark_line(strokeWidth=2.5, strokeCap="square")
        .encode(
            x=x,
            y=y,
            detail=alt.Detail("join:N"),
            order=alt.Order("step:Q"),
            color=alt.Color("colour:N", scale=None),
            tooltip=[alt.Tooltip("digits:N"), alt.Tooltip("at:Q", title=unit, format=".3~g")],
        )
    )
    cut = (
        alt.Chart(alt.NamedData("cut"))
        .mark_rule(color=_MARK, strokeDash=[6, 4], strokeWidth=2)
        .encode(y=alt.Y("y:Q"), tooltip=[alt.Tooltip("y:Q", title="cut at", format=".3~g")])
    )
    base = alt.Chart(alt.NamedData("leaves")).encode(x=x, y=y)
    discs = base.mark_circle(size=380, opacity=1).encode(color=alt.Color("colour:N", scale=None))
    numbers = base.mark_text(fontSize=13, fontWeight="bold", color="white").encode(text=alt.Text("digit:N"))
    return alt.layer(lines, cut, discs, numbers).properties(height=height)


def agreements(values: np.ndarray, yours: float, height: int = 220) -> alt.LayerChart:
    """How many groupings of the shape agree how well with the model's; yours is the line.

    Args:
        values: adjusted Rand index of every grouping, (G,).
        yours: that of the student's.
        height: pixels.
    """
    levels, counts = np.unique(values.round(6), return_counts=True)
    frame = pd.DataFrame({"adjusted Rand index": levels, "groupings": counts})
    x = alt.X(
        "adjusted Rand index:Q",
        axis=alt.Axis(format=".1f", tickCount=8),
        scale=alt.Scale(domain=[min(-0.4, float(levels[0])), 1], nice=False),
    )
    bars = (
        alt.Chart(frame)
        .mark_bar(width=7, color=SEQUENTIAL[5])
        .encode(
            x=x,
            y=alt.Y("groupings:Q"),
            tooltip=[alt.Tooltip("adjusted Rand index:Q", format=".3f"), alt.Tooltip("groupings:Q")],
        )
    )
    mark = pd.DataFrame({"adjusted Rand index": [yours], "name": ["yours"]})
    line = alt.Chart(mark).mark_rule(color=_MARK, strokeWidth=3).encode(x=x)
    word = alt.Chart(mark).mark_text(color=_MARK, dy=-8, fontWeight="bold", fontSize=13).encode(
        x=x, y=alt.YValue(0), text=alt.Text("name:N")
    )  # fmt: skip
    return alt.layer(bars, line, word).properties(height=height)


def loops(shares: np.ndarray, height: int = 420) -> alt.Chart:
    """Share of each class's digits with 0, 1 and 2 or more closed loops; shares (K, 3)."""
    names = ["none", "one", "two or more"]
    label, number = np.meshgrid(np.arange(len(shares)), np.arange(len(names)), indexing="ij")
    frame = pd.DataFrame(
        {
            "digit": label.ravel().astype(str),
            "closed loops": np.array(names)[number.ravel()],
            "place": number.ravel(),
            "share": shares.ravel(),
        }
    )
    return (
        alt.Chart(frame)
        .mark_bar(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("share:Q", title="share of the class's digits", axis=alt.Axis(format="%")),
            y=alt.Y("digit:N", title="digit", axis=alt.Axis(labelFontSize=13, labelOverlap=False)),
            order=alt.Order("place:Q"),
            color=alt.Color(
                "closed loops:N",
                sort=names,
                scale=alt.Scale(domain=names, range=[SEQUENTIAL[1], SEQUENTIAL[5], SEQUENTIAL[9]]),
            ),
            tooltip=[alt.Tooltip("digit:N"), alt.Tooltip("closed loops:N"), alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(height=height)
        .configure_legend(orient="bottom")
    )
