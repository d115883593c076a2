"""β at work, in Plotly: a latent cloud that changes with β, and one at rest.

A digit is the same dot in every frame: its place in the arrays is its identity.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vae_core.charts.palette import COLOURS, DIGITS, LABELS
from vae_core.charts.plotly_figure import PlotlyFigure
from vae_core.ellipses import ellipse

LEFT, RIGHT = "#2f86b5", "#c8641b"  # the two β compared; 3:1 on paper and on night, and shapes differ too
INK = "#757c86"  # of axes, slider and prior: read on paper and on night
_GRID = "rgba(122,130,140,0.25)"
_CLOUD, _AXIS, _TITLE, _STRIP, _TOP = 430, 58, 26, 68, 138  # heights in pixels
_GLIDE_MS, _STAY_MS = 450, 1100


class Cloud(NamedTuple):
    """A latent space as a plane shows it.

    Attributes:
        points: posterior means μ_x of the digits, (N, 2), the same digits in the same order for every run.
        class_mean: (10, 2); `class_covariance` (10, 2, 2), of p(z|C).
    """

    points: np.ndarray
    class_mean: np.ndarray
    class_covariance: np.ndarray


class Frame(NamedTuple):
    """One β of the animation.

    Attributes:
        beta: as the slider names it.
        cloud: the latent space.
        strips: pictures under the cloud as data URIs, each ten images wide and one high.
        readout: a line of figures above the cloud, some 45 characters.
    """

    beta: str
    cloud: Cloud
    strips: tuple[str, ...]
    readout: str


def all_betas(
    frames: Sequence[Frame],
    labels: np.ndarray,
    followed: Sequence[int],
    titles: tuple[str, str],
    strip_titles: Sequence[str],
    reach: float,
    start: int,
) -> PlotlyFigure:
    """Every β as a frame, with a slider and a play button that work in the browser alone.

    Args:
        frames: by β.
        labels: of the digits, (N,).
        followed: positions of digits drawn large.
        titles: of the axes.
        strip_titles: one a strip.
        reach: both axes show at least −reach to reach, at one scale, in every frame.
        start: the frame shown at first.
    """
    inner = _CLOUD + _AXIS + len(strip_titles) * (_TITLE + _STRIP)

    def below(pixels: float) -> float:
        return 1 - pixels / inner

    def layout(frame: Frame) -> dict:
        heads = [(0, frame.readout)]
        pictures = []
        for k, (title, source) in enumerate(zip(strip_titles, frame.strips, strict=True)):
            top = _CLOUD + _AXIS + k * (_TITLE + _STRIP)
            heads.append((top + _TITLE, title))
            place = {"x": 0.5, "y": below(top + _TITLE), "sizex": 1, "sizey": _STRIP / inner}
            place |= {"xref": "paper", "yref": "paper", "xanchor": "center", "yanchor": "top", "sizing": "contain"}
            pictures.append({"source": source, "layer": "above", **place})
        words = [
            {
                "text": text,
                "showarrow": False,
                "x": 0.5,
                "y": below(at),
                "xref": "paper",
                "yref": "paper",
                "xanchor": "center",
                "yanchor": "bottom",
                "font": {"size": 14},
            }
            for at, text in heads
        ]
        return {"images": pictures, "annotations": words}

    moving = [_moving(frame.cloud, labels, followed) for frame in frames]
    numbers = list(range(1, 1 + len(moving[0])))
    steps = [{"method": "animate", "label": frame.beta, "args": [[frame.beta], _move(_GLIDE_MS)]} for frame in frames]
    slider = {
        "active": start,
        "steps": steps,
        "currentvalue": {"prefix": "β = ", "xanchor": "left", "font": {"size": 20}},
        "x": 0,
        "len": 1,
        "y": below(-_TITLE),
        "yanchor": "bottom",
        "pad": {"t": 0, "b": 0},
        "bgcolor": INK,
        "activebgcolor": LEFT,
        "bordercolor": INK,
        "tickcolor": INK,
        "transition": {"duration": _GLIDE_MS},
    }
    buttons = {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 1,
        "xanchor": "right",
        "y": below(-_TOP),
        "yanchor": "top",
        "pad": {"t": 2, "r": 0},
        "bgcolor": "rgba(0,0,0,0)",
        "bordercolor": INK,
        "font": {"color": INK, "size": 14},
        "buttons": [
            {"label": "Play", "method": "animate", "args": [None, {**_move(_STAY_MS), "fromcurrent": True}]},
            {"label": "Pause", "method": "animate", "args": [[None], {**_move(0), "mode": "immediate"}]},
        ],
    }
    plane = _plane(titles, reach)
    plane["yaxis"]["domain"] = [below(_CLOUD), 1]
    look = {
        "height": inner + _TOP,
        "margin": {"l": 48, "r": 12, "t": _TOP, "b": 0, "autoexpand": False},
        "sliders": [slider],
        "updatemenus": [buttons],
    }
    return PlotlyFigure(
        [_prior(), *moving[start]],
        plane | layout(frames[start]) | look,
        [
            {"name": frame.beta, "data": traces, "traces": numbers, "layout": layout(frame)}
            for frame, traces in zip(frames, moving, strict=True)
        ],
    )


def cloud(
    of: Cloud, labels: np.ndarray, followed: Sequence[int], titles: tuple[str, str], reach: float
) -> PlotlyFigure:
    """One latent space; arguments as in `all_betas`."""
    look = {"height": 360, "margin": {"l": 48, "r": 8, "t": 8, "b": 44, "autoexpand": False}}
    return PlotlyFigure([_prior(), *_moving(of, labels, followed)], _plane(titles, reach) | look)


def _moving(of: Cloud, labels: np.ndarray, followed: Sequence[int]) -> list[dict]:
    """The traces that change with β, always the same ones in the same order."""
    points = _rounded(of.points)
    followed = list(followed)
    traces = [
        {
            "type": "scatter",
            "x": points[labels == digit, 0],
            "y": points[labels == digit, 1],
            "mode": "markers",
            "marker": {"size": 6, "opacity": 0.55, "color": style.colour, "symbol": style.plotly_symbol},
            "hovertemplate": f"a {style.label}<extra></extra>",
        }
        for digit, style in enumerate(DIGITS)
    ]
    for digit, style in enumerate(DIGITS):
        line = _rounded(ellipse(of.class_mean[digit], of.class_covariance[digit], 1.0, 41))
        traces.append(
            {
                "type": "scatter",
                "x": line[:, 0],
                "y": line[:, 1],
                "mode": "lines",
                "line": {"color": style.colour, "width": 2},
                "hoverinfo": "skip",
            }
        )
    styles = [DIGITS[label] for label in labels[followed]]
    traces.append(
        {
            "type": "scatter",
            "x": points[followed, 0],
            "y": points[followed, 1],
            "mode": "markers",
            "marker": {
                "size": 14,
                "color": [style.colour for style in styles],
                "symbol": [style.plotly_symbol for style in styles],
                "line": {"color": "white", "width": 1.5},
            },
            "text": [style.label for style in styles],
            "hovertemplate": "the %{text} pictured<extra></extra>",
        }
    )
    means = _rounded(of.class_mean)
    traces.append(
        {
            "type": "scatter",
            "x": means[:, 0],
            "y": means[:, 1],
            "mode": "markers+text",
            "text": [f"<b>{label}</b>" for label in LABELS],
            "textfont": {"color": "white", "size": 12},
            "marker": {"size": 20, "color": list(COLOURS), "line": {"color": "white", "width": 1}},
            "hovertemplate": "mean of class %{text}<extra></extra>",
        }
    )
    return traces


def _prior() -> dict:
    """Circles at one and two standard deviations of N(0, I), as one line with a gap."""
    lines = [ellipse(np.zeros(2), np.eye(2), n, 61) for n in (1.0, 2.0)]
    both = _rounded(np.concatenate([lines[0], [[np.nan, np.nan]], lines[1]]))
    line = {"color": INK, "dash": "dash", "width": 1.5}
    return {"type": "scatter", "x": both[:, 0], "y": both[:, 1], "mode": "lines", "line": line, "hoverinfo": "skip"}


def _plane(titles: tuple[str, str], reach: float) -> dict:
    """Both axes at one scale, the same whatever is drawn."""
    both = axes(*titles)
    both["xaxis"] |= {"range": [-reach, reach], "fixedrange": True}
    both["yaxis"] |= {"range": [-reach, reach], "fixedrange": True, "scaleanchor": "x"}
    return {**both, "showlegend": False, "dragmode": False, "hovermode": "closest"}


def axes(x: str, y: str) -> dict:
    """Titles of two axes, in colours for paper and night."""
    common = {"gridcolor": _GRID, "zerolinecolor": _GRID, "color": INK}
    return {"xaxis": {"title": {"text": x}, **common}, "yaxis": {"title": {"text": y}, **common}}


def _move(glide_ms: int) -> dict:
    # Redrawn after each move, for pictures and words do not move by themselves.
    glide = min(glide_ms, _GLIDE_MS)
    return {
        "mode": "immediate",
        "frame": {"duration": glide_ms, "redraw": True},
        "transition": {"duration": glide, "easing": "cubic-in-out"},
    }


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.asarray(values).round(3).astype(np.float32)
