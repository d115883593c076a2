"""Chains in latent space: what their step size does, the encoder beside them, and its gap to the exact posterior."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.palette import class_encodings

EXACT, ENCODER, CHAIN = "#2b678d", "#e0457b", "#c8641b"  # as in the other charts: pink is the image's q(z|x)


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
