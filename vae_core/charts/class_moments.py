"""Charts of a class's mean and covariance: placing an ellipse, within + between = total, estimates from few images."""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.drawing import Drawing, curves
from vae_core.charts.palette import DIGITS
from vae_core.charts.plane import extent, named_scales
from vae_core.ellipses import ellipse
from vae_core.placement import Ellipse

CLICK = "place"  # name of the selection: fields x and y
GUESS, TRUTH, PRIOR = "#e0457b", "#2b678d", "#7a828c"
WITHIN, BETWEEN, TOTAL = "#59a312", "#9d3e9b", "#2b678d"
_GUESS, _TRUTH, _PRIOR = "your guess, 1 σ", "the class, 1 σ", "the prior, 1 σ"
_PARTS = ("within images", "between images", "Σ_C, all of it")
_SHARES = ("share_within", "share_between")  # names of numbers of a look
_AROUND = 72  # points of an ellipse
_TARGETS = 41  # places to click along each side


def placing(
    points: np.ndarray,
    pictures: list[str],
    label: int,
    guess: Ellipse,
    truth: Ellipse | None,
    reach: float,
    titles: tuple[str, str],
    height: int = 520,
) -> Drawing:
    """A few images' μ_x, the guessed ellipse, and once asked for the class's own; a click anywhere gives a place.

    Args:
        points: μ_x of the images shown, (N, 2).
        pictures: their PNG data URIs.
        label: the class.
        guess: the student's ellipse; `truth` the class's, None while hidden.
        reach: the axes go from −reach to reach at least.
        titles: of the two axes.
        height: pixels.
    """
    side = np.linspace(-reach, reach, _TARGETS)
    drawn = [(_GUESS, guess)] + ([(_TRUTH, truth)] if truth is not None else [])
    unit = Ellipse(np.zeros(2), 1.0, 1.0, 0.0)
    ends = np.concatenate([_long_axis(each) for _, each in drawn])
    tables = {
        "dots": {"x": points[:, 0].round(3), "y": points[:, 1].round(3), "image": pictures},
        "outlines": curves([(name, _around(each.mean, each.covariance())) for name, each in (*drawn, (_PRIOR, unit))]),
        "spokes": {"x": ends[:, 0], "y": ends[:, 1], "curve": np.repeat([name for name, _ in drawn], 2)},
        "targets": {"x": np.tile(side, _TARGETS).round(3), "y": np.repeat(side, _TARGETS).round(3)},
    }
    look = _placing_look(label, truth is not None, titles, height)
    return Drawing(look, tables, extent(np.array([[-reach, -reach], [reach, reach]])))


@lru_cache(maxsize=64)
def _placing_look(label: int, told: bool, titles: tuple[str, str], height: int) -> alt.LayerChart:
    style = DIGITS[label]
    x, y, params = named_scales(titles)
    # Invisible marks everywhere: a click in Vega needs a mark, and this one takes the nearest.
    click = alt.selection_point(fields=["x", "y"], nearest=True, toggle=False, empty=False, name=CLICK)
    targets = alt.Chart(alt.NamedData("targets")).mark_point(opacity=0, size=60).encode(x=x, y=y).add_params(click)
    dots = (
        alt.Chart(alt.NamedData("dots"))
        .mark_point(filled=True, opacity=1, size=110, color=style.colour, shape=style.shape)
        .encode(x=x, y=y, tooltip=[alt.Tooltip("image:N", title="image")])
    )
    curves = {_GUESS: (GUESS, [7, 3]), _TRUTH: (TRUTH, [1, 0]), _PRIOR: (PRIOR, [2, 3])}
    names = [name for name in curves if told or name != _TRUTH]
    colours, dashes = ([curves[name][part] for name in names] for part in (0, 1))
    stroke = alt.Stroke("curve:N", title=None, scale=alt.Scale(domain=names, range=colours))
    dash = alt.StrokeDash("curve:N", title=None, scale=alt.Scale(domain=names, range=dashes))
    lines = (
        alt.Chart(alt.NamedData("outlines"))
        .mark_line(strokeWidth=2.5)
        .encode(x=x, y=y, order=alt.Order("order:Q"), stroke=stroke, strokeDash=dash)
    )
    spokes = alt.Chart(alt.NamedData("spokes")).mark_line(strokeWidth=1.5)
    return (
        alt.layer(dots, lines, spokes.encode(x=x, y=y, stroke=stroke, strokeDash=dash), targets)
        .add_params(*params)
        .properties(height=height)
        .configure_legend(orient="bottom", columns=2)
    )


def parts(
    within: np.ndarray, between: np.ndarray, shares: tuple[float, float], titles: tuple[str, str], height: int = 250
) -> Drawing:
    """Within images + between images = Σ_C: three one-sigma ellipses at one scale, each over the prior's circle.

    Args:
        within: mean of Λ_x in the plane, (2, 2); `between` the covariance of μ_x, (2, 2).
        shares: of the trace, within and between.
        titles: of the two axes, for the tooltip.
        height: pixels.
    """
    total = within + between
    apart = 2.8 * max(1.0, float(np.sqrt(np.linalg.eigvalsh(total)[-1])))
    lines = []
    for place, (name, covariance) in enumerate(zip(_PARTS, (within, between, total), strict=True)):
        centre = np.array([place * apart, 0.0])
        lines += [(name, _around(centre, covariance)), (_PRIOR, _around(centre, np.eye(2)))]
    reach = 0.48 * apart
    tables = {
        "outlines": curves(lines),
        "signs": {"x": [0.5 * apart, 1.5 * apart], "y": [0.0, 0.0], "sign": ["+", "="]},
    }
    numbers = extent(np.array([[-reach, -reach], [2 * apart + reach, reach]]))
    numbers |= dict(zip(_SHARES, shares, strict=True))
    return Drawing(_parts_look(titles, height), tables, numbers)


@lru_cache(maxsize=32)
def _parts_look(titles: tuple[str, str], height: int) -> alt.LayerChart:
    x, y, params = named_scales(titles, zero_lines=False)
    x, y = x.axis(None), y.axis(None)
    names, colours, dashes = [*_PARTS, _PRIOR], [WITHIN, BETWEEN, TOTAL, PRIOR], [[1, 0], [7, 3], [1, 0], [2, 3]]
    told = "datum.label"
    for name, share in zip(_PARTS, _SHARES, strict=False):
        told += f" + (datum.label == '{name}' ? ', ' + format({share}, '.0%') : '')"
    legend = alt.Legend(columns=2, labelExpr=told)  # one for both channels
    lines = (
        alt.Chart(alt.NamedData("outlines"))
        .mark_line(strokeWidth=3)
        .encode(
            x=x,
            y=y,
            order=alt.Order("order:Q"),
            detail=alt.Detail("line:N"),
            stroke=alt.Stroke("curve:N", title=None, legend=legend, scale=alt.Scale(domain=names, range=colours)),
            strokeDash=alt.StrokeDash(
                "curve:N", title=None, legend=legend, scale=alt.Scale(domain=names, range=dashes)
            ),
        )
    )
    # The theme's colour of plain text is not known here; this grey is read on paper and on night.
    symbols = (
        alt.Chart(alt.NamedData("signs"))
        .mark_text(fontSize=30, color=PRIOR, fontWeight="bold")
        .encode(x=x, y=y, text=alt.Text("sign:N"))
    )
    return (
        alt.layer(lines, symbols)
        .add_params(*params, *(alt.param(name=name, value=0.0) for name in _SHARES))
        .properties(height=height)
        .configure_legend(orient="bottom", labelLimit=260)
        .configure_view(stroke=None)
    )


def shares(within: np.ndarray, total: np.ndarray, height: int = 330) -> alt.Chart:
    """Trace of Σ_C a class, as its part within images and its part between them.

    Args:
        within: trace of the mean of Λ_x a class, (K,); `total` trace of Σ_C, (K,).
        height: pixels.
    """
    names = ["between images", "within images"]
    frame = pd.concat(
        pd.DataFrame(
            {
                "class": [str(k) for k in range(len(total))],
                "part": name,
                "variance": values,
                "share": np.divide(values, total),
            }
        )
        for name, values in zip(names, (total - within, within), strict=True)
    )
    return (
        alt.Chart(frame)
        .mark_bar(height={"band": 0.7})
        .encode(
            y=alt.Y("class:N", title="class", axis=alt.Axis(labelOverlap=False)),
            x=alt.X("variance:Q", title="trace of Σ_C, squared latent units"),
            color=alt.Color("part:N", title=None, scale=alt.Scale(domain=names, range=[BETWEEN, WITHIN])),
            order=alt.Order("part:N", sort="descending"),
            tooltip=[
                alt.Tooltip("class:N"),
                alt.Tooltip("part:N"),
                alt.Tooltip("variance:Q", format=".3f"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
        .properties(height=height)
        .configure_legend(orient="bottom")
    )


def estimates(count: np.ndarray, values: np.ndarray, target: float, title: str, height: int = 300) -> alt.LayerChart:
    """One entry estimated from the first n images, a line an order of the images, and the training split's value.

    Args:
        count: n, (S,).
        values: (orders, S).
        target: from the whole training split.
        title: of the entry.
        height: pixels.
    """
    orders = len(values)
    frame = pd.DataFrame(
        {
            "images": np.tile(count, orders),
            "estimate": values.ravel().round(4),
            "order": np.repeat(np.arange(orders), len(count)),
        }
    )
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=1.6, color=GUESS, opacity=0.75)
        .encode(
            x=_images(),
            y=alt.Y("estimate:Q", title=title, scale=alt.Scale(zero=False)),
            detail=alt.Detail("order:N"),
            tooltip=[alt.Tooltip("images:Q"), alt.Tooltip("estimate:Q", format=".3f")],
        )
    )
    rule = (
        alt.Chart(pd.DataFrame({"estimate": [target], "what": ["the whole training split"]}))
        .mark_rule(strokeWidth=3, strokeDash=[7, 3], color=TRUTH)
        .encode(y=alt.Y("estimate:Q"), tooltip=[alt.Tooltip("what:N"), alt.Tooltip("estimate:Q", format=".4f")])
    )
    return alt.layer(lines, rule).properties(height=height)


def errors(
    count: np.ndarray, mean: np.ndarray, covariance: np.ndarray, expected: np.ndarray, height: int = 300
) -> alt.Chart:
    """Error of the mean and of the covariance against the number of images, both logarithmic; (S,) each."""
    named = {"mean": mean, "covariance": covariance, "mean, in theory": expected}
    frame = pd.concat(
        pd.DataFrame({"images": count, "error": values, "of the": name}) for name, values in named.items()
    )
    return (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=_images(),
            y=alt.Y(
                "error:Q", title="error (root mean square)", scale=alt.Scale(type="log"), axis=alt.Axis(tickCount=5)
            ),
            stroke=alt.Stroke(
                "of the:N", scale=alt.Scale(domain=list(named), range=[GUESS, BETWEEN, PRIOR]), title=None
            ),
            strokeDash=alt.StrokeDash(
                "of the:N", scale=alt.Scale(domain=list(named), range=[[1, 0], [8, 3], [2, 3]]), title=None
            ),
            tooltip=[alt.Tooltip("of the:N"), alt.Tooltip("images:Q"), alt.Tooltip("error:Q", format=".3f")],
        )
        .properties(height=height)
        .configure_legend(orient="bottom", columns=2)
    )


def _images() -> alt.X:
    axis = alt.Axis(values=[1, 2, 5, 10, 20, 50, 100, 200, 500], format="~g")
    return alt.X("images:Q", title="images, n", scale=alt.Scale(type="log", nice=False), axis=axis)


def _around(mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    return ellipse(mean, covariance, points=_AROUND)


def _long_axis(of: Ellipse) -> np.ndarray:
    """Both ends, (2, 2)."""
    reach = of.long * np.array([np.cos(np.radians(of.angle)), np.sin(np.radians(of.angle))])
    return np.stack([of.mean - reach, of.mean + reach])
