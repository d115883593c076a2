"""Charts in a plane of two latent dimensions: one posterior drawn on the map of the digits.

Both axes of a latent plane have the same scale whatever the chart's width, because distances and the shape of an
ellipse mean something there: Vega computes the domains from the width and height it was given.
"""

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.channels import either
from vae_core.charts.palette import class_encodings
from vae_core.ellipses import ellipse

_PRIOR = "#7a828c"  # 3:1 on paper and on night
_EXTENT = ("centre_x", "centre_y", "half_x", "half_y")
_MARK = "#e0457b"  # the image in question, as in charts.posterior


def equal_scales(points: np.ndarray, titles: tuple[str, str], zero_lines: bool = True) -> tuple[alt.X, alt.Y]:
    """x and y encodings of columns `x` and `y` that show all points (N, 2) at one scale for both axes."""
    numbers = {name: str(value) for name, value in extent(points).items()}
    return _scales(numbers, titles, zero_lines)


def named_scales(titles: tuple[str, str], zero_lines: bool = True) -> tuple[alt.X, alt.Y, list[alt.Parameter]]:
    """As `equal_scales` for points that are not known yet: give the chart these parameters, and `extent` as values."""
    params = [alt.param(name=name, value=1.0) for name in _EXTENT]
    return *_scales({name: name for name in _EXTENT}, titles, zero_lines), params


def extent(points: np.ndarray) -> dict[str, float]:
    """Centre and half the extent of points (N, 2), with a rim, by the names of `named_scales`."""
    low, high = points.min(0), points.max(0)
    halves = 1.06 * (high - low) / 2 if (high > low).any() else np.ones(2)
    return dict(zip(_EXTENT, [*((low + high) / 2).tolist(), *halves.tolist()], strict=True))


def _scales(numbers: dict[str, str], titles: tuple[str, str], zero_lines: bool) -> tuple[alt.X, alt.Y]:
    at_x, at_y, half_x, half_y = (numbers[name] for name in _EXTENT)
    reaches = f"max({half_x}, {half_y} * width / height)", f"max({half_y}, {half_x} * height / width)"
    encodings = []
    for name, at, title, reach in zip("xy", (at_x, at_y), titles, reaches, strict=True):
        scale = alt.Scale(
            domainMin=alt.ExprRef(f"{at} - {reach}"), domainMax=alt.ExprRef(f"{at} + {reach}"), nice=False, zero=False
        )
        channel = alt.X if name == "x" else alt.Y
        encodings.append(channel(f"{name}:Q", title=title, scale=scale, axis=alt.Axis(grid=zero_lines)))
    return encodings[0], encodings[1]


def posterior_on_map(
    points: np.ndarray,
    labels: np.ndarray,
    mean: np.ndarray,
    covariance: np.ndarray,
    sample: np.ndarray,
    titles: tuple[str, str],
    height: int = 520,
) -> alt.LayerChart:
    """q(z|x) as one- and two-sigma ellipses with its mean and a sample, over the means of all digits and the prior.

    Args:
        points: μ_x of the digits shown behind, (N, 2), with their `labels` (N,).
        mean: μ of the image, (2,); `covariance` (2, 2); `sample` the z drawn, (2,).
        titles: of the two axes.
        height: pixels.
    """
    behind = pd.DataFrame({"x": points[:, 0].round(3), "y": points[:, 1].round(3), "digit": labels.astype(str)})
    curves = [("prior, 1 σ", ellipse(np.zeros(2), np.eye(2))), ("prior, 2 σ", ellipse(np.zeros(2), np.eye(2), 2.0))]
    curves += [(f"q(z|x), {n} σ", ellipse(mean, covariance, float(n))) for n in (1, 2)]
    outlines = pd.concat(
        pd.DataFrame({"x": line[:, 0], "y": line[:, 1], "curve": name, "order": np.arange(len(line))})
        for name, line in curves
    )
    x, y = equal_scales(np.concatenate([points, [mean, sample], curves[1][1]]), titles)
    dots = alt.Chart(behind).mark_point(filled=True, opacity=0.35, size=14).encode(x=x, y=y, **class_encodings("digit"))
    names = [name for name, _ in curves]
    lines = (
        alt.Chart(outlines)
        .mark_line(strokeWidth=2)
        .encode(
            x=x,
            y=y,
            order=alt.Order("order:Q"),
            tooltip=alt.Tooltip("curve:N"),
            stroke=alt.Stroke(
                "curve:N", title=None, scale=alt.Scale(domain=names, range=[_PRIOR, _PRIOR, _MARK, _MARK])
            ),
            strokeDash=alt.StrokeDash(
                "curve:N", legend=None, scale=alt.Scale(domain=names, range=[[2, 3], [6, 4], [1, 0], [8, 3]])
            ),
        )
    )
    marks = pd.DataFrame(
        {"x": [mean[0], sample[0]], "y": [mean[1], sample[1]], "what": ["mean μ of q(z|x)", "sample z"]}
    )
    spots = (
        alt.Chart(marks)
        .mark_text(fontSize=26, fontWeight="bold", color=_MARK)
        .encode(
            x=x,
            y=y,
            text=either(alt.TextValue, alt.datum.what == "sample z", "×", "+"),
            tooltip=[alt.Tooltip("what:N"), alt.Tooltip("x:Q", format=".3f"), alt.Tooltip("y:Q", format=".3f")],
        )
    )
    zoom = alt.selection_interval(bind="scales", name="zoom")
    return (
        alt.layer(dots.add_params(zoom), lines, spots)
        .properties(height=height)
        .configure_legend(orient="bottom", columns=5)
    )
