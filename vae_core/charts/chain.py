"""Chains in latent space: their walk over the exact posterior, their traces, what b does, and the encoder beside it."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.palette import class_encodings
from vae_core.charts.plane import equal_scales
from vae_core.contours import contour, mass_level
from vae_core.ellipses import ellipse
from vae_core.grid_posterior import GridPosterior

EXACT, ENCODER, CHAIN = "#2b678d", "#e0457b", "#c8641b"  # as in the other charts: pink is the image's q(z|x)
MASSES = (0.5, 0.95)
_DRAWS = 700  # points sent to the browser
_PLACES = 160  # of one chain's walk


def walk_map(
    exact: GridPosterior | None,
    mean: np.ndarray,
    covariance: np.ndarray,
    draws: np.ndarray,
    path: np.ndarray,
    titles: tuple[str, str],
    near: bool = False,
    height: int = 480,
) -> alt.LayerChart:
    """One chain's walk and all chains' draws over the exact posterior's regions and q(z|x).

    Args:
        exact: p(z|x); None where there is no grid.
        mean: of q(z|x) in the plane, (2,); `covariance` (2, 2).
        draws: of all chains, (N, 2).
        path: one chain from its start, (T, 2).
        titles: of the two axes.
        near: show the surroundings of p(z|x) and q(z|x), not the whole walk.
        height: pixels.
    """
    regions = pd.DataFrame(columns=["x", "y", "x2", "y2"]) if exact is None else _regions(exact)
    outline = ellipse(mean, covariance, 2.0, 60)
    kept = draws[:: max(1, len(draws) // _DRAWS)]
    shown = [outline] if exact is None else [outline, regions[["x", "y"]].to_numpy()]
    shown += [kept] if near and exact is None else [] if near else [kept, path]
    x, y = equal_scales(np.concatenate(shown), titles)
    names = ["exact p(z|x)", "encoder's q(z|x)", "one chain", "draws of all chains"]
    if exact is None:
        names = names[1:]
    colours = {names[-1]: "#8a6d3b", "one chain": CHAIN, "encoder's q(z|x)": ENCODER, "exact p(z|x)": EXACT}
    colour = alt.Color("what:N", title=None, scale=alt.Scale(domain=names, range=[colours[name] for name in names]))
    layers = [
        alt.Chart(_frame(kept, names[-1])).mark_point(filled=True, opacity=0.45, size=14, clip=True),
        alt.Chart(_frame(path[:: -(-len(path) // _PLACES)], "one chain")).mark_line(
            strokeWidth=1.2, opacity=0.9, clip=True
        ),
        alt.Chart(_frame(path[:1], "one chain")).mark_point(shape="diamond", size=120, filled=True, clip=True),
        alt.Chart(_frame(outline, "encoder's q(z|x)")).mark_line(strokeWidth=2.5, strokeDash=[6, 3], clip=True),
    ]
    layers = [
        layer.encode(x=x, y=y, order=alt.Order("order:Q"), color=colour)
        if index in (1, 3)
        else layer.encode(x=x, y=y, color=colour)
        for index, layer in enumerate(layers)
    ]
    if exact is not None:
        rules = alt.Chart(regions).mark_rule(strokeWidth=2, clip=True)
        layers.insert(2, rules.encode(x=x, y=y, x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), color=colour))
    zoom = alt.selection_interval(bind="scales", name="zoom")
    layers[0] = layers[0].add_params(zoom)
    return alt.layer(*layers).properties(height=height).configure_legend(orient="bottom", columns=2)


def traces(values: np.ndarray, warm_up: int, title: str, mean: float, height: int = 200) -> alt.LayerChart:
    """One dimension of some chains, step by step; grey until the warm-up is over, μ_x as a dashed line.

    Args:
        values: (chains, steps), few chains.
        warm_up: steps left out of the figures.
        title: of the dimension.
        mean: of q(z|x) in it.
        height: pixels.
    """
    chains, steps = values.shape
    every = max(1, steps // _PLACES)
    at = np.arange(0, steps, every)
    frame = pd.DataFrame(
        {
            "step": np.tile(at + 1, chains),
            "z": values[:, ::every].round(3).ravel(),
            "chain": np.repeat([str(k + 1) for k in range(chains)], len(at)),
        }
    )
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=1.3)
        .encode(
            x=alt.X("step:Q", title="step", scale=alt.Scale(domain=[0, steps], nice=False)),
            y=alt.Y("z:Q", title=title, scale=alt.Scale(zero=False)),
            color=alt.Color("chain:N", scale=alt.Scale(range=["#c8641b", "#2b678d", "#59a312", "#9d3e9b"])),
        )
    )
    left_out = alt.Chart(pd.DataFrame({"from": [0], "to": [warm_up]})).mark_rect(color="#7a828c", opacity=0.18)
    level = alt.Chart(pd.DataFrame({"z": [mean]})).mark_rule(color=ENCODER, strokeDash=[6, 3], strokeWidth=2)
    return alt.layer(
        left_out.encode(x=alt.X("from:Q"), x2=alt.X2("to:Q")), lines, level.encode(y=alt.Y("z:Q"))
    ).properties(height=height)


def against_b(
    b: Sequence[float], values: np.ndarray, title: str, chosen: float, percent: bool = False
) -> alt.LayerChart:
    """A figure of the chains against the step size, logarithmic, the student's b marked."""
    frame = pd.DataFrame({"b": b, "value": values})
    axis = alt.Axis(format="%") if percent else alt.Axis()
    low = alt.Scale(domain=[0, 1]) if percent else alt.Scale(domainMin=0)
    ticks = [value for value in b if value in (0.005, 0.02, 0.1, 0.5, 1)]
    scale = alt.Scale(type="log", domain=[min(b), max(b)], nice=False, padding=8)
    x = alt.X("b:Q", title="step size b", scale=scale, axis=alt.Axis(format="~g", values=ticks))
    line = (
        alt.Chart(frame)
        .mark_line(color=EXACT, strokeWidth=2.5, point=alt.OverlayMarkDef(color=EXACT, size=60, filled=True))
        .encode(
            x=x,
            y=alt.Y("value:Q", title=title, axis=axis, scale=low),
            tooltip=[alt.Tooltip("b:Q"), alt.Tooltip("value:Q", title=title, format=".0%" if percent else ".0f")],
        )
    )
    here = alt.Chart(pd.DataFrame({"b": [chosen]})).mark_rule(color=CHAIN, strokeWidth=2, strokeDash=[5, 3])
    return alt.layer(line, here.encode(x=alt.X("b:Q"))).properties(height=230)


def beside(names: Sequence[str], drawn: tuple, encoder: tuple) -> alt.LayerChart:
    """Mean ± one standard deviation of each dimension, from the chains and from q(z|x).

    Args:
        names: of the dimensions, in the order of the rows.
        drawn: mean and standard deviation of the chains' draws, (d,) each; `encoder` those of q(z|x).
    """
    kinds = {"chains": (drawn, CHAIN), "encoder's q(z|x)": (encoder, ENCODER)}
    frame = pd.concat(
        pd.DataFrame({"dimension": names, "what": what, "mean": mean, "σ": sd, "low": mean - sd, "high": mean + sd})
        for what, ((mean, sd), _) in kinds.items()
    )
    colour = alt.Color(
        "what:N", title=None, scale=alt.Scale(domain=list(kinds), range=[colour for _, colour in kinds.values()])
    )
    base = alt.Chart(frame).encode(
        y=alt.Y("dimension:N", sort=list(names), title=None),
        yOffset=alt.YOffset("what:N", sort=list(kinds)),
        color=colour,
        tooltip=[
            alt.Tooltip("dimension:N"),
            alt.Tooltip("what:N"),
            alt.Tooltip("mean:Q", format=".3f"),
            alt.Tooltip("σ:Q", format=".3f"),
        ],
    )
    bars = base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q", title="latent value, mean ± 1 σ"), x2=alt.X2("high:Q"))
    centres = base.mark_point(filled=True, size=50, opacity=1).encode(x=alt.X("mean:Q"))
    return alt.layer(bars, centres).properties(height=70 + 30 * len(names)).configure_legend(orient="bottom")


def gaps(values: np.ndarray, labels: np.ndarray, pictures: list[str], numbers: np.ndarray) -> alt.Chart:
    """KL(q(z|x) ‖ p(z|x)) of some images, one mark an image, its class as row, colour and shape; logarithmic.

    Args:
        values: nats, (N,); shown as 0.001 where smaller.
        labels: (N,); `pictures` their PNG data URIs; `numbers` each image's number within its class.
    """
    frame = pd.DataFrame(
        {
            "gap": np.maximum(values, 1e-3).round(4),
            "digit": labels.astype(str),
            "number": numbers,
            "image": pictures,
        }
    )
    return (
        alt.Chart(frame)
        .mark_point(filled=True, opacity=1, size=90)
        .encode(
            x=alt.X("gap:Q", title="KL(q(z|x) ‖ p(z|x)), nats", scale=alt.Scale(type="log")),
            y=alt.Y("digit:N", title="class"),
            tooltip=[
                alt.Tooltip("image:N", title="image"),
                alt.Tooltip("digit:N"),
                alt.Tooltip("number:Q"),
                alt.Tooltip("gap:Q", format=".3f"),
            ],
            **{name: channel.legend(None) for name, channel in class_encodings().items()},
        )
        .properties(height=300)
    )


def _regions(exact: GridPosterior) -> pd.DataFrame:
    found = [contour(exact.z1, exact.z2, exact.density, mass_level(exact.density, mass)) for mass in MASSES]
    start, end = (np.concatenate(part) for part in zip(*found, strict=True))
    return (
        pd.DataFrame({"x": start[:, 0], "y": start[:, 1], "x2": end[:, 0], "y2": end[:, 1]})
        .round(4)
        .assign(what="exact p(z|x)")
    )


def _frame(points: np.ndarray, what: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"x": points[:, 0].round(4), "y": points[:, 1].round(4), "what": what, "order": np.arange(len(points))}
    )
