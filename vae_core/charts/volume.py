"""Charts of how large the classes are in latent space, over how many axes they spread, and how both move with β."""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from vae_core.charts.drawing import Drawing
from vae_core.charts.palette import COLOURS, LABELS, SHAPES, class_encodings
from vae_core.charts.plane import equal_scales, zoom
from vae_core.ellipses import ellipse

WITHIN, BETWEEN = "#7a828c", "#3f86b4"
_WHOLE = "all digits"
_BAR = "M-1,-0.3L1,-0.3L1,0.3L-1,0.3Z"  # the shape of all digits together
_PARTS = ("within images", "added by the spread between images")
_LOWEST, _HIGHEST = "lowest", "highest"  # parameters of a look: the ends of its value axis


def names(classes: int = 10) -> list[str]:
    """The rows of the charts here: each class, then the whole."""
    return [*map(str, range(classes)), _WHOLE]


def volumes(within: np.ndarray, whole: np.ndarray) -> Drawing:
    """Log volume a row: from the prior's 0 to that within images, and from there to the whole.

    Args:
        within: ½ log det W of each class and of all digits, nats, (11,).
        whole: ½ log det Σ likewise; a volume of 0, −inf, is left out.
    """
    there = np.flatnonzero(np.isfinite(within) & np.isfinite(whole))
    first, last = within[there], whole[there]
    ends = np.concatenate([first, last])
    bars = {
        "of": [names()[row] for row in there] * 2,
        "part": np.repeat(_PARTS, len(there)),
        "from": np.concatenate([np.zeros(len(there)), first]),
        "to": ends,
        "nats": np.concatenate([first, last - first]),
        "log volume": np.tile(last, 2),
    }
    # At least a nat wide: a collapsed run's thousandths are nothing to look at.
    numbers = {
        _LOWEST: float(np.min(1.04 * ends, initial=-1.0)),
        _HIGHEST: float(np.max(1.1 * ends, initial=0.25)),
    }
    return Drawing(_volumes_look(), {"bars": bars, "zero": {"x": [0.0]}}, numbers)


@lru_cache(maxsize=1)
def _volumes_look() -> alt.LayerChart:
    y = alt.Y("of:N", sort=names(), title=None)
    scale = alt.Scale(domainMin=alt.ExprRef(_LOWEST), domainMax=alt.ExprRef(_HIGHEST), nice=False, zero=False)
    base = alt.Chart(alt.NamedData("bars"))
    bars = base.mark_bar().encode(
        y=y,
        yOffset=alt.YOffset("part:N", sort=_PARTS),
        x=alt.X("from:Q", title="log volume relative to the prior's, nats", scale=scale),
        x2=alt.X2("to:Q"),
        color=alt.Color(
            "part:N",
            title=None,
            scale=alt.Scale(domain=_PARTS, range=[WITHIN, BETWEEN]),
            legend=alt.Legend(orient="bottom", columns=1, labelLimit=300),
        ),
        tooltip=[
            alt.Tooltip("of:N"),
            alt.Tooltip("part:N"),
            *(alt.Tooltip(f"{n}:Q", format="+.2f") for n in ("nats", "log volume")),
        ],
    )
    ticks = (
        base.transform_filter(alt.datum.part == _PARTS[1])
        .mark_point(filled=True, size=70, opacity=1, color="#e0457b", shape="diamond")
        .encode(y=y, x=alt.X("to:Q"), tooltip=[alt.Tooltip("of:N"), alt.Tooltip("log volume:Q", format="+.2f")])
    )
    zero = alt.Chart(alt.NamedData("zero")).mark_rule(color=WITHIN, strokeDash=[4, 3]).encode(x=alt.X("x:Q"))
    params = [alt.param(name=_LOWEST, value=-1.0), alt.param(name=_HIGHEST, value=1.0)]
    return alt.layer(zero, bars, ticks).add_params(*params).properties(height=90 + 32 * len(names()))


def effective(dimensions: np.ndarray, latent_dim: int) -> Drawing:
    """Effective number of dimensions of each class and of all digits, (11,), from 1 to latent_dim."""
    return Drawing(_effective_look(latent_dim), {"rows": {"of": names(), "dimensions": dimensions}})


@lru_cache(maxsize=16)
def _effective_look(latent_dim: int) -> alt.LayerChart:
    x = alt.X("dimensions:Q", title="effective dimensions", scale=alt.Scale(domain=[0, latent_dim]))
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("of:N", sort=names(), title=None),
        x=x,
        tooltip=[alt.Tooltip("of:N"), alt.Tooltip("dimensions:Q", format=".2f")],
    )
    marks = base.mark_point(filled=True, size=90, opacity=1).encode(**_of_class("of"))
    return alt.layer(base.mark_bar(size=3, color=WITHIN), marks).properties(height=60 + 32 * len(names()))


def spectrum(variances: np.ndarray, shown: list[int]) -> alt.LayerChart:
    """Eigenvalues by rank, longest axis first, of chosen classes and of all digits, beside the prior's 1.

    Args:
        variances: (11, latent_dim), descending; the last row is of all digits.
        shown: classes.
    """
    ranks = np.arange(1, variances.shape[1] + 1)
    frame = pd.concat(
        pd.DataFrame({"of": names()[row], "axis": ranks, "variance": np.maximum(variances[row], 1e-9)})
        for row in [*shown, len(variances) - 1]
    )
    prior = alt.Chart(pd.DataFrame({"y": [1.0]})).mark_rule(color=WITHIN, strokeDash=[4, 3]).encode(y=alt.Y("y:Q"))
    base = alt.Chart(frame).encode(
        x=alt.X("axis:O", title="axis, longest first", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("variance:Q", title="variance along it (latent units²)", scale=alt.Scale(type="log")),
        tooltip=[alt.Tooltip("of:N"), alt.Tooltip("axis:O"), alt.Tooltip("variance:Q", format=".3g")],
    )
    encodings = _of_class("of", legend=True)
    lines = base.mark_line(strokeWidth=1.5).encode(color=encodings["color"])
    return alt.layer(prior, lines, base.mark_point(filled=True, size=60, opacity=1).encode(**encodings)).properties(
        height=380
    )


def ellipses(
    means: np.ndarray,
    covariances: np.ndarray,
    shown: list[int],
    n_sigma: float,
    titles: tuple[str, str],
    with_prior: bool,
) -> alt.LayerChart:
    """Classes in a plane as n-sigma ellipses with their digit at the mean, over the prior's circle.

    Args:
        means: (10, 2); `covariances` (10, 2, 2).
        shown: classes.
        n_sigma: of ellipses and circle.
        titles: of the two axes.
        with_prior: draw the circle of N(0, I).
    """
    outlines = [("prior", ellipse(np.zeros(2), np.eye(2), n_sigma))] if with_prior else []
    outlines += [(str(digit), ellipse(means[digit], covariances[digit], n_sigma, 60)) for digit in shown]
    lines = pd.concat(
        pd.DataFrame({"x": line[:, 0], "y": line[:, 1], "digit": name, "order": np.arange(len(line))})
        for name, line in outlines
    )
    x, y = equal_scales(np.concatenate([line for _, line in outlines]), titles)
    base = alt.Chart(lines).encode(
        x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("digit:N"), tooltip=alt.Tooltip("digit:N")
    )
    prior = base.mark_line(color=WITHIN, strokeDash=[4, 3]).transform_filter(alt.datum.digit == "prior")
    colour = class_encodings("digit", None)["color"]
    classes = base.mark_line(strokeWidth=2).transform_filter(alt.datum.digit != "prior").encode(color=colour)
    at = pd.DataFrame({"x": means[shown, 0], "y": means[shown, 1], "digit": [str(digit) for digit in shown]})
    centres = alt.Chart(at).encode(x=x, y=y, tooltip=alt.Tooltip("digit:N"))
    discs = centres.mark_circle(size=380, opacity=1, stroke="white", strokeWidth=1.5).encode(color=colour)
    texts = centres.mark_text(fontSize=13, fontWeight="bold", color="white").encode(text=alt.Text("digit:N"))
    return (
        alt.layer(prior, classes, discs, texts.add_params(zoom()))
        .properties(height=520)
        .configure_legend(orient="bottom", columns=5)
    )


def over_zoo(frame: pd.DataFrame, value: str, title: str, by_latent_dim: bool) -> alt.LayerChart:
    """A figure of every run against its β.

    Args:
        frame: one row a run, with the columns run, beta, likelihood, latent_dim and `value`.
        value: column drawn upwards.
        title: of that axis.
        by_latent_dim: several latent dimensions in one chart, told apart by colour and line.
    """
    base = alt.Chart(frame).encode(
        x=alt.X("beta:Q", title="β, or the variance a calibrated run learnt", scale=alt.Scale(type="log")),
        y=alt.Y(f"{value}:Q", title=title, scale=alt.Scale(zero=False)),
        tooltip=[alt.Tooltip("run:N"), alt.Tooltip("beta:Q", format=".3g"), alt.Tooltip(f"{value}:Q", format=".2f")],
    )
    dims = sorted(frame.latent_dim.unique())
    styles = dict(zip(dims, ("#3f86b4", "#c0641f", "#59a312", "#9d3e9b", "#7a828c"), strict=False))
    colour = alt.Color(
        "latent_dim:N",
        title="latent dimension",
        scale=alt.Scale(domain=dims, range=list(styles.values())),
        legend=alt.Legend(orient="bottom") if by_latent_dim else None,
    )
    shape = alt.Shape(
        "likelihood:N",
        title="likelihood",
        scale=alt.Scale(domain=["gaussian", "calibrated"], range=["circle", "diamond"]),
        legend=alt.Legend(orient="bottom", symbolFillColor=WITHIN, symbolStrokeWidth=0),
    )
    lines = base.transform_filter(alt.datum.likelihood == "gaussian").transform_filter(alt.datum.seed == 0)
    lines = lines.mark_line(strokeWidth=1.5, tooltip=None).encode(color=colour)
    if by_latent_dim:
        lines = lines.encode(
            strokeDash=alt.StrokeDash("latent_dim:N", title="latent dimension", scale=alt.Scale(domain=dims))
        )
    marks = base.mark_point(filled=True, size=80, opacity=1).encode(color=colour, shape=shape)
    return alt.layer(lines, marks).properties(height=360)


def _of_class(field: str, legend: bool = False) -> dict:
    """Colour and shape of a class, and of all digits in grey."""
    show = alt.Legend(orient="bottom", columns=4, title=None) if legend else None
    domain = [*LABELS, _WHOLE]
    return {
        "color": alt.Color(f"{field}:N", scale=alt.Scale(domain=domain, range=[*COLOURS, WITHIN]), legend=show),
        "shape": alt.Shape(f"{field}:N", scale=alt.Scale(domain=domain, range=[*SHAPES, _BAR]), legend=show),
    }
