"""Charts of a training while it goes on: its curves, and the latent cloud as it moves.

They are drawn anew every second. Their specification stays the same from one second to the next and only the data
change, so that a browser moves the marks instead of drawing another chart: scales are left to the data or go by steps.
"""

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.palette import class_encodings
from vae_core.ellipses import ellipse

RATE, DISTORTION = "#2e7fb8", "#b8691b"  # 3:1 on paper and on night
_PRIOR = "#7a828c"  # 3:1 on paper and on night
_REACHES = (3.5, 5.0, 8.0, 12.0, 20.0, 40.0, 100.0, 1000.0)
_INSIDE = 0.995  # of the coordinates; a stray digit may lie outside


def curve(
    steps: np.ndarray, values: np.ndarray, title: str, colour: str, total_steps: int, log: bool, height: int = 240
) -> alt.Chart:
    """One quantity of single batches over training, its steps on a logarithmic axis that ends where training will.

    Args:
        steps, values: (T,) each.
        title: of the vertical axis, with its unit.
        log: whether values are on a logarithmic axis too; those that are not positive are then left out.
    """
    kept = values > 0 if log else np.ones(len(values), dtype=bool)
    frame = pd.DataFrame({"step": steps[kept].astype(int), "value": values[kept]})
    scale = alt.Scale(type="log", nice=False) if log else alt.Scale(zero=False)
    return (
        alt.Chart(frame)
        .mark_line(color=colour, strokeWidth=1.8)
        .encode(
            x=alt.X(
                "step:Q",
                title="step (log)",
                scale=alt.Scale(type="log", domain=[1, max(total_steps, 2)], nice=False),
                axis=alt.Axis(tickCount=5, format="~s"),
            ),
            y=alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=5)),
            tooltip=[alt.Tooltip("step:Q"), alt.Tooltip("value:Q", title=title, format=".2f")],
        )
        .properties(height=height)
    )


def reach(points: np.ndarray) -> float:
    """Half the side of the square a cloud is drawn in: the first of a few sizes that holds nearly all points (N, 2)."""
    furthest = float(np.quantile(np.abs(points), _INSIDE)) if len(points) else 0.0
    return next((size for size in _REACHES if size >= furthest), _REACHES[-1])


def cloud(points: np.ndarray, labels: np.ndarray, titles: tuple[str, str], height: int = 530) -> alt.LayerChart:
    """μ_x of some digits in a plane around the prior's one- and two-sigma circles, both axes at one scale.

    Args:
        points: (N, 2); `labels` (N,) their digits.
        titles: of the two axes.
    """
    size = reach(points)
    scales = [
        alt.Scale(
            domainMin=alt.ExprRef(f"-{size} * max(1, {ratio})"),
            domainMax=alt.ExprRef(f"{size} * max(1, {ratio})"),
            nice=False,
            zero=False,
        )
        for ratio in ("width / height", "height / width")
    ]
    x, y = (
        alt.X("x:Q", title=titles[0], scale=scales[0]),
        alt.Y("y:Q", title=titles[1], scale=scales[1]),
    )
    frame = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "digit": labels.astype(str)})
    circles = pd.concat(
        pd.DataFrame({"x": line[:, 0], "y": line[:, 1], "sigma": f"{n} σ", "order": np.arange(len(line))})
        for n in (1, 2)
        for line in [ellipse(np.zeros(2), np.eye(2), float(n))]
    )
    prior = (
        alt.Chart(circles)
        .mark_line(color=_PRIOR, strokeDash=[4, 3], clip=True)
        .encode(x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("sigma:N"))
    )
    dots = (
        alt.Chart(frame)
        .mark_point(filled=True, opacity=1, size=26, clip=True)
        .encode(x=x, y=y, tooltip=[alt.Tooltip("digit:N")], **class_encodings("digit"))
    )
    return alt.layer(prior, dots).properties(height=height).configure_legend(orient="bottom", columns=5)
