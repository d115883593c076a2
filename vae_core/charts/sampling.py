"""Charts of drawn digits: how they are shared out among the classes, and how near they are to training images."""

from collections.abc import Mapping
from functools import lru_cache

import altair as alt
import numpy as np

from vae_core.charts.channels import either
from vae_core.charts.drawing import Drawing
from vae_core.charts.palette import DIVERGING, LABELS

_QUANTILES = {"p5": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
_DRAWN, _REAL = "#2b678d", "#7a828c"


def class_shares(shares: Mapping[str, np.ndarray], even: float = 0.1) -> Drawing:
    """Share of each class among the draws of each way, as a table of coloured cells with their percentages.

    Args:
        shares: way -> (10,), each adding up to 1.
        even: the share that is neither too much nor too little.
    """
    all_shares = np.concatenate([np.round(values, 4) for values in shares.values()])
    cells = {
        "drawn by": [way for way in shares for _ in LABELS],
        "digit": LABELS * len(shares),
        "share": all_shares,
        "factor": np.log2(np.clip(all_shares / even, 0.125, 8)).round(3),
    }
    return Drawing(_shares_look(tuple(shares)), {"cells": cells})


@lru_cache(maxsize=16)
def _shares_look(ways: tuple[str, ...]) -> alt.LayerChart:
    base = alt.Chart(alt.NamedData("cells")).encode(
        x=alt.X("digit:N", title="class, as the judge sees it", axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("drawn by:N", sort=list(ways), title=None, axis=alt.Axis(labelLimit=150)),
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "factor:Q",
            legend=None,
            scale=alt.Scale(domain=np.linspace(-3, 3, len(DIVERGING)).round(3).tolist(), range=list(DIVERGING)),
        ),
        tooltip=[alt.Tooltip("drawn by:N"), alt.Tooltip("digit:N"), alt.Tooltip("share:Q", format=".1%")],
    )
    numbers = base.mark_text(fontSize=11).encode(
        text=alt.Text("percent:Q", format=".0f"),
        color=either(alt.ColorValue, "abs(datum.factor) > 1.6", "white", "#10161f"),
    )
    return alt.layer(cells, numbers.transform_calculate(percent="100 * datum.share")).properties(
        height=60 + 30 * len(ways)
    )


def distances(found: Mapping[str, np.ndarray], real: tuple[str, ...]) -> Drawing:
    """Distance to the nearest training image: median, middle half and middle 90 % of each crowd.

    Args:
        found: crowd -> distances, any number.
        real: the crowds that are not drawn but made of real digits, coloured apart.
    """
    quantiles = [np.quantile(values, list(_QUANTILES.values())) for values in found.values()]
    crowds = {
        "crowd": list(found),
        **dict(zip(_QUANTILES, np.round(quantiles, 3).T, strict=True)),
        "smallest": [round(float(values.min()), 3) for values in found.values()],
        "what": ["real" if crowd in real else "drawn" for crowd in found],
    }
    return Drawing(_distances_look(tuple(found)), {"crowds": crowds})


@lru_cache(maxsize=64)
def _distances_look(crowds: tuple[str, ...]) -> alt.LayerChart:
    base = alt.Chart(alt.NamedData("crowds")).encode(
        y=alt.Y("crowd:N", sort=list(crowds), title=None, axis=alt.Axis(labelLimit=150)),
        color=alt.Color("what:N", legend=None, scale=alt.Scale(domain=["drawn", "real"], range=[_DRAWN, _REAL])),
        tooltip=[
            alt.Tooltip("crowd:N"),
            *(alt.Tooltip(f"{name}:Q", format=".2f") for name in ("smallest", "p5", "median", "p95")),
        ],
    )
    x = alt.X("p5:Q", title="distance to the nearest training image", scale=alt.Scale(domainMin=0))
    wide = base.mark_rule(strokeWidth=2).encode(x=x, x2=alt.X2("p95:Q"))
    narrow = base.mark_rule(strokeWidth=9).encode(x=alt.X("p25:Q"), x2=alt.X2("p75:Q"))
    middle = base.mark_point(shape="circle", filled=True, size=60, opacity=1, color="white", stroke="black").encode(
        x=alt.X("median:Q"), color=alt.ColorValue("white")
    )
    smallest = base.mark_point(shape="diamond", filled=True, size=45, opacity=1).encode(x=alt.X("smallest:Q"))
    return alt.layer(wide, narrow, middle, smallest).properties(height=70 + 34 * len(crowds))
