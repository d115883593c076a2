"""One image's q(z|x), dimension by dimension, and where the image stands among all others."""

from collections.abc import Sequence
from functools import lru_cache

import altair as alt
import numpy as np

from vae_core.charts.drawing import Drawing

_MARK = "#e0457b"  # the image in question, on every chart of its chapter
_PRIOR = "#7a828c"


def dimensions(
    mean: np.ndarray, logvar: np.ndarray, sample: np.ndarray, names: Sequence[str], rate: np.ndarray
) -> Drawing:
    """Mean ± 1 and 2 standard deviations of q(z|x) a dimension, its sample, and the prior's ±1 and ±2 behind.

    Args:
        mean: (d,); `logvar` and `sample` likewise.
        names: of the dimensions, in the order of the rows.
        rate: nats of this image in each dimension, (d,), for the tooltip.
    """
    sd = np.exp(0.5 * logvar)
    rows = {"dimension": list(names), "mean": mean, "σ": sd, "sample": sample, "rate": rate}
    for n in (1, 2):
        rows |= {f"low{n}": mean - n * sd, f"high{n}": mean + n * sd}
    bands = {"low": [-2.0, -1.0], "high": [2.0, 1.0]}
    return Drawing(_dimensions_look(tuple(names)), {"bands": bands, "dimensions": rows})


@lru_cache(maxsize=64)
def _dimensions_look(names: tuple[str, ...]) -> alt.LayerChart:
    rows = alt.Y("dimension:N", sort=list(names), title=None)
    tooltip = [
        alt.Tooltip("dimension:N"),
        *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("mean", "σ", "sample", "rate")),
    ]
    bands = (
        alt.Chart(alt.NamedData("bands"))
        .mark_rect(color=_PRIOR, opacity=0.16)
        .encode(x=alt.X("low:Q", title="latent value"), x2=alt.X2("high:Q"))
    )
    base = alt.Chart(alt.NamedData("dimensions")).encode(y=rows, tooltip=tooltip)
    wide = base.mark_rule(color=_MARK, strokeWidth=2).encode(x=alt.X("low2:Q"), x2=alt.X2("high2:Q"))
    narrow = base.mark_rule(color=_MARK, strokeWidth=7).encode(x=alt.X("low1:Q"), x2=alt.X2("high1:Q"))
    centre = base.mark_text(text="+", fontSize=22, fontWeight="bold", color=_MARK, dy=-1).encode(x=alt.X("mean:Q"))
    drawn = base.mark_text(text="×", fontSize=22, fontWeight="bold", color=_MARK, dy=-13).encode(x=alt.X("sample:Q"))
    return alt.layer(bands, wide, narrow, centre, drawn).properties(height=90 + 38 * len(names))


def among_all(rates: np.ndarray, distortions: np.ndarray, rate: float, distortion: float) -> Drawing:
    """Rate against distortion of many images, as a binned density, with one image marked; nats.

    Args:
        rates: (N,); `distortions` (N,).
        rate: of the image marked, and its `distortion`.
    """
    # Binned here: five thousand dots would hide how many there are, and travel to every browser.
    counts, x_edges, y_edges = np.histogram2d(rates, distortions, bins=36)
    i, j = np.nonzero(counts)
    bins = {
        "rate": x_edges[i],
        "rate_to": x_edges[i + 1],
        "distortion": y_edges[j],
        "distortion_to": y_edges[j + 1],
        "images": counts[i, j].astype(int),
    }
    marked = {"rate": [rate], "distortion": [distortion], "image": ["this image"]}
    return Drawing(_among_all_look(), {"bins": bins, "marked": marked})


@lru_cache(maxsize=1)
def _among_all_look() -> alt.LayerChart:
    density = (
        alt.Chart(alt.NamedData("bins"))
        .mark_rect()
        .encode(
            x=alt.X("rate:Q", title="rate, nats", scale=alt.Scale(zero=False)),
            x2=alt.X2("rate_to:Q"),
            y=alt.Y("distortion:Q", title="distortion, nats", scale=alt.Scale(zero=False)),
            y2=alt.Y2("distortion_to:Q"),
            opacity=alt.Opacity("images:Q", scale=alt.Scale(type="log", range=[0.15, 1]), legend=None),
            color=alt.ColorValue("#5791b3"),
            tooltip=[alt.Tooltip("images:Q")],
        )
    )
    mark = (
        alt.Chart(alt.NamedData("marked"))
        .mark_point(shape="cross", size=260, filled=True, color=_MARK, opacity=1)
        .encode(
            x=alt.X("rate:Q"),
            y=alt.Y("distortion:Q"),
            tooltip=[alt.Tooltip("image:N"), *(alt.Tooltip(f"{n}:Q", format=".2f") for n in ("rate", "distortion"))],
        )
    )
    return alt.layer(density, mark).properties(height=400)
