"""Rates of two runs by dimension, and figures of many runs against their β, in Plotly."""

from collections.abc import Sequence

import numpy as np

from vae_core.charts.beta import INK, LEFT, RIGHT, axes
from vae_core.charts.plotly_figure import PlotlyFigure


def rates(left: np.ndarray, right: np.ndarray, names: tuple[str, str]) -> PlotlyFigure:
    """Rate of every dimension of two runs, nats, highest first, (d,) each."""
    rank = np.arange(1, len(left) + 1)
    bars = [
        {
            "type": "bar",
            "x": rank,
            "y": np.sort(values)[::-1].round(4),
            "name": name,
            "marker": {"color": colour, "pattern": {"shape": pattern, "fgcolor": "white", "fillmode": "overlay"}},
            "hovertemplate": f"{name}, dimension %{{x}}: %{{y:.3f}} nats<extra></extra>",
        }
        for values, name, colour, pattern in ((left, names[0], LEFT, ""), (right, names[1], RIGHT, "/"))
    ]
    layout = axes("dimension, highest rate first", "rate, nats")
    layout["xaxis"]["dtick"] = 1
    look = {
        "height": 260,
        "margin": {"l": 48, "r": 8, "t": 8, "b": 44},
        "barmode": "group",
        "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
    }
    return PlotlyFigure(bars, layout | look)


def curve(
    beta: np.ndarray,
    values: np.ndarray,
    unit: str,
    marked: Sequence[tuple[int, str, str]],
    other_seed: tuple[np.ndarray, np.ndarray] | None = None,
    percent: bool = False,
) -> PlotlyFigure:
    """A figure of every run against its β.

    Args:
        beta: (runs,), on a logarithmic axis.
        values: (runs,).
        unit: of the values, beside the vertical axis.
        marked: position of a run, how it is called, and its colour.
        other_seed: β and values of runs of another seed, drawn hollow.
        percent: whether values are shares.
    """
    told = "%{y:.1%}" if percent else "%{y:.2f}"
    traces = [
        {
            "x": beta,
            "y": values,
            "mode": "lines+markers",
            "line": {"color": INK, "width": 2},
            "marker": {"size": 6, "color": INK},
            "hovertemplate": f"β = %{{x:g}}: {told}<extra></extra>",
        }
    ]
    if other_seed is not None:
        traces.append(
            {
                "x": other_seed[0],
                "y": other_seed[1],
                "mode": "markers",
                "marker": {"size": 12, "symbol": "diamond-open", "color": INK, "line": {"width": 2}},
                "hovertemplate": f"another seed, β = %{{x:g}}: {told}<extra></extra>",
            }
        )
    for (position, name, colour), symbol in zip(marked, ("circle", "square"), strict=False):
        traces.append(
            {
                "x": beta[[position]],
                "y": values[[position]],
                "mode": "markers",
                "marker": {"size": 15, "symbol": symbol, "color": colour},
                "hovertemplate": f"{name}: {told}<extra></extra>",
            }
        )
    layout = axes("β", unit)
    layout["xaxis"] |= {"type": "log", "tickvals": [0.01, 0.1, 1, 10], "ticktext": ["0.01", "0.1", "1", "10"]}
    if percent:
        layout["yaxis"]["tickformat"] = ".0%"
    look = {"height": 240, "margin": {"l": 56, "r": 8, "t": 8, "b": 44}, "showlegend": False}
    return PlotlyFigure([{"type": "scatter", **trace} for trace in traces], layout | look)
