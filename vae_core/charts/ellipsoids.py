"""Classes in three latent dimensions as ellipsoids that can be turned, in Plotly."""

import numpy as np

from vae_core.charts.palette import DIGITS
from vae_core.charts.plotly_figure import PlotlyFigure, coordinates, mesh
from vae_core.ellipses import ellipsoid

_INK = "#757c86"  # of axes and text: read on paper and on night
_RINGS = 10


def ellipsoids(
    means: np.ndarray,
    covariances: np.ndarray,
    shown: list[int],
    n_sigma: float,
    titles: tuple[str, str, str],
    with_prior: bool,
) -> PlotlyFigure:
    """n-sigma ellipsoids with the class's digit at the mean; all axes at one scale.

    Args:
        means: (10, 3); `covariances` (10, 3, 3).
        shown: classes.
        n_sigma: of the ellipsoids and the prior's ball.
        titles: of the axes.
        with_prior: draw the ball of N(0, I).
    """
    colours = [DIGITS[digit].colour for digit in shown]
    traces = [_surface(np.zeros(3), np.eye(3), n_sigma, _INK, 0.08, "prior")] if with_prior else []
    traces += [
        _surface(means[digit], covariances[digit], n_sigma, colour, 0.28, f"digit {digit}")
        for digit, colour in zip(shown, colours, strict=True)
    ]
    traces.append(
        {
            "type": "scatter3d",
            **coordinates(means[shown]),
            "mode": "markers+text",
            "text": [f"<b>{digit}</b>" for digit in shown],
            "textposition": "top center",
            "textfont": {"size": 16, "color": colours},
            "marker": {"size": 4, "color": colours},
            "hovertemplate": "mean of %{text}<br>%{x:.2f}, %{y:.2f}, %{z:.2f}<extra></extra>",
            "showlegend": False,
        }
    )
    axis = {"color": _INK, "gridcolor": "rgba(122,130,140,0.35)", "showbackground": False, "zeroline": False}
    axes = zip(("xaxis", "yaxis", "zaxis"), titles, strict=True)
    scene = {name: {**axis, "title": {"text": title}} for name, title in axes}
    layout = {
        "scene": {**scene, "aspectmode": "data"},
        "height": 540,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
    }
    return PlotlyFigure(traces, layout)


def _surface(mean, covariance, n_sigma: float, colour: str, opacity: float, name: str) -> dict:
    return {
        **mesh(ellipsoid(mean, covariance, n_sigma, _RINGS)),
        "color": colour,
        "opacity": opacity,
        "name": name,
        "hovertemplate": f"{name}<extra></extra>",
    }
