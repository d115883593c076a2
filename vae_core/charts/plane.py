"""Charts in a plane of two latent dimensions: one posterior drawn on the map of the digits.

Both axes of a latent plane have the same scale whatever the chart's width, because distances and the shape of an
ellipse mean something there: Vega computes the domains from the width and height it was given.
"""

from functools import lru_cache

import altair as alt
import numpy as np

from vae_core.charts.channels import either
from vae_core.charts.drawing import Drawing, curves
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


def zoom() -> alt.Parameter:
    """Drag to move the plane, Ctrl and the wheel to come nearer, double click to see all again."""
    # The wheel alone scrolls the page, which would else stop wherever the mouse meets a chart; browsers report
    # a pinch on a touchpad as the wheel with Ctrl. A finger on a screen scrolls the page, too: Vega is not
    # told when it does so, takes the finger to be still down, and would move the plane with every later touch.
    return alt.selection_interval(
        bind="scales",
        name="zoom",
        zoom="wheel![event.ctrlKey || event.metaKey]",
        translate="[pointerdown[event.pointerType != 'touch'], window:pointerup] > window:pointermove!",
    )


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
) -> Drawing:
    """q(z|x) as one- and two-sigma ellipses with its mean and a sample, over the means of all digits and the prior.

    Args:
        points: μ_x of the digits shown behind, (N, 2), with their `labels` (N,).
        mean: μ of the image, (2,); `covariance` (2, 2); `sample` the z drawn, (2,).
        titles: of the two axes.
        height: pixels.
    """
    outlines = [(f"prior, {n} σ", ellipse(np.zeros(2), np.eye(2), float(n))) for n in (1, 2)]
    outlines += [(f"q(z|x), {n} σ", ellipse(mean, covariance, float(n))) for n in (1, 2)]
    tables = {
        "behind": {"x": points[:, 0].round(3), "y": points[:, 1].round(3), "digit": labels.astype(str)},
        "outlines": curves(outlines),
        "spots": {
            "x": [float(mean[0]), float(sample[0])],
            "y": [float(mean[1]), float(sample[1])],
            "what": ["mean μ of q(z|x)", "sample z"],
        },
    }
    look = _posterior_look(tuple(name for name, _ in outlines), titles, height)
    return Drawing(look, tables, extent(np.concatenate([points, [mean, sample], outlines[1][1]])))


@lru_cache(maxsize=64)
def _posterior_look(names: tuple[str, ...], titles: tuple[str, str], height: int) -> alt.LayerChart:
    x, y, params = named_scales(titles)
    dots = alt.Chart(alt.NamedData("behind")).mark_point(filled=True, opacity=0.35, size=14)
    lines = (
        alt.Chart(alt.NamedData("outlines"))
        .mark_line(strokeWidth=2)
        .encode(
            x=x,
            y=y,
            order=alt.Order("order:Q"),
            tooltip=alt.Tooltip("curve:N"),
            stroke=alt.Stroke(
                "curve:N", title=None, scale=alt.Scale(domain=list(names), range=[_PRIOR, _PRIOR, _MARK, _MARK])
            ),
            strokeDash=alt.StrokeDash(
                "curve:N", legend=None, scale=alt.Scale(domain=list(names), range=[[2, 3], [6, 4], [1, 0], [8, 3]])
            ),
        )
    )
    spots = (
        alt.Chart(alt.NamedData("spots"))
        .mark_text(fontSize=26, fontWeight="bold", color=_MARK)
        .encode(
            x=x,
            y=y,
            text=either(alt.TextValue, alt.datum.what == "sample z", "×", "+"),
            tooltip=[alt.Tooltip("what:N"), alt.Tooltip("x:Q", format=".3f"), alt.Tooltip("y:Q", format=".3f")],
        )
    )
    return (
        alt.layer(dots.encode(x=x, y=y, **class_encodings("digit")).add_params(zoom()), lines, spots)
        .add_params(*params)
        .properties(height=height)
        .configure_legend(orient="bottom", columns=5)
    )
