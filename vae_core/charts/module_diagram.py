"""A network drawn from its nodes: one row a layer, as wide as it gives out numbers, with lines for who feeds whom."""

import json
import math

import altair as alt
import pandas as pd

from vae_core.module_diagram import DECODER, ENCODER, LATENT, Node, jumps, past_z

_COLOURS = {ENCODER: "#2e7fb8", LATENT: "#e0457b", DECODER: "#b8691b"}  # 3:1 on paper and on night
_FLOW, _SKIP = "#7a828c", "#e0457b"
_ROW = 36  # pixels
_HALF = 0.3  # of a row
_LANE = 0.09  # between two lines beside the bars, in half-widths of the widest bar


def module_diagram(nodes: list[Node]) -> alt.LayerChart:
    """The nodes from top to bottom.

    A bar's width is the logarithm of how many numbers the layer gives out. Lines beside the bars pass over layers:
    grey within encoder or decoder, pink from one into the other, past z.
    """
    count = len(nodes)
    widths = [math.log(1 + math.prod(node.shape)) for node in nodes]
    half = [width / (2 * max(widths)) for width in widths]
    bars = pd.DataFrame(
        {
            "row": range(count),
            "top": [i - _HALF for i in range(count)],
            "bottom": [i + _HALF for i in range(count)],
            "left": [-width for width in half],
            "right": half,
            "part": [node.part for node in nodes],
            "layer": [node.label for node in nodes],
            "output": [told_shape(node.shape) for node in nodes],
            "parameters": [node.parameters for node in nodes],
        }
    )
    lines, reach = _lines(nodes, half)
    labels = json.dumps([_told(node) for node in nodes], ensure_ascii=False)
    axis = alt.Axis(
        values=list(range(count)),
        labelExpr=f"{labels}[datum.value]",
        labelLimit=230,
        labelLineHeight=15,
        labelOverlap=False,
        labelBaseline="middle",
        labelOffset=-7,
        ticks=False,
        domain=False,
        grid=False,
        title=None,
    )
    y_scale = alt.Scale(domain=[count - 0.5, -0.5], nice=False, zero=False)
    x_scale = alt.Scale(domain=[-0.52, reach], nice=False, zero=False)
    x = alt.X("left:Q", scale=x_scale, axis=None)
    colour = alt.Color("part:N", scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())), legend=None)
    rows = (
        alt.Chart(bars)
        .mark_rect(cornerRadius=3, opacity=1)
        .encode(
            x=x,
            x2=alt.X2("right:Q"),
            y=alt.Y("top:Q", scale=y_scale, axis=axis),
            y2=alt.Y2("bottom:Q"),
            color=colour,
            tooltip=[
                alt.Tooltip("part:N"),
                alt.Tooltip("layer:N"),
                alt.Tooltip("output:N"),
                alt.Tooltip("parameters:Q", format=","),
            ],
        )
    )
    flow = (
        alt.Chart(lines)
        .mark_line(interpolate="linear")
        .encode(
            x=alt.X("x:Q", scale=x_scale, axis=None),
            y=alt.Y("y:Q", scale=y_scale, axis=axis),
            detail=alt.Detail("line:N"),
            order=alt.Order("order:Q"),
            stroke=alt.Stroke("colour:N", scale=None),
            strokeWidth=alt.StrokeWidth("thick:Q", scale=None),
        )
    )
    return alt.layer(flow, rows).properties(height=_ROW * count)


def in_words(nodes: list[Node]) -> str:
    """The same as one text: layers in order, then what passes over layers."""
    layers = "; ".join(f"{i}. {node.label} giving {told_shape(node.shape)}" for i, node in enumerate(nodes))
    over = "; ".join(f"from {a} to {b}" for a, b in jumps(nodes))
    return f"{layers}. Passing over layers: {over or 'nothing'}. Past z: {len(past_z(nodes))} connections."


def told_shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _told(node: Node) -> list[str]:
    """Two lines of label."""
    weights = f" · {node.parameters:,} parameters" if node.parameters else ""
    return [node.label, told_shape(node.shape) + weights]


def _lines(nodes: list[Node], half: list[float]) -> tuple[pd.DataFrame, float]:
    """Corners of every connection, and how far to the right they reach."""
    skips = set(past_z(nodes))
    points, lanes = [], []
    edges = sorted(
        ((a, b) for b, node in enumerate(nodes) for a in node.sources), key=lambda edge: (edge[1] - edge[0], edge)
    )
    for number, (a, b) in enumerate(edges):
        if b == a + 1:
            corners = [(0, a), (0, b)]
        else:
            lane = _free_lane(lanes, a, b)
            x = 0.5 + _LANE * (lane + 1)
            corners = [(half[a], a), (x, a), (x, b), (half[b], b)]
        colour, thick = (_SKIP, 3) if (a, b) in skips else (_FLOW, 1.5)
        points += [(number, i, x, y, colour, thick) for i, (x, y) in enumerate(corners)]
    table = pd.DataFrame(points, columns=["line", "order", "x", "y", "colour", "thick"])
    return table, 0.5 + _LANE * (len(lanes) + 0.5) if lanes else 0.52


def _free_lane(lanes: list[list[tuple[int, int]]], a: int, b: int) -> int:
    """The innermost lane without a line that overlaps, a new one if there is none."""
    for number, taken in enumerate(lanes):
        if all(b < first or last < a for first, last in taken):
            taken.append((a, b))
            return number
    lanes.append([(a, b)])
    return len(lanes) - 1
