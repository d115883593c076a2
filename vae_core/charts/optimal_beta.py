"""Charts of the search for a best β: the likeliest variance, the rate–distortion plane, and criteria that disagree."""

from functools import lru_cache

import altair as alt
import pandas as pd

from vae_core.charts.drawing import Drawing, columns
from vae_core.charts.palette import SEQUENTIAL

RUNS, STAR, GREY, CURRENT = "#3f86b4", "#c0641f", "#7a828c", "#e0457b"
_KINDS = {  # what a run is -> colour and shape on the rate–distortion plane
    "2": ("#3f86b4", "circle"),
    "3": ("#14746a", "triangle-down"),
    "8": ("#c0641f", "square"),
    "16": ("#9d3e9b", "diamond"),
    "others": (GREY, "cross"),
}
OTHERS = "others"
# Ways of sampling -> colour, dash and shape.
_WAYS = {
    "prior": ("#3f86b4", [1, 0], "circle"),
    "a data point, then q(z|x)": ("#59a312", [6, 3], "triangle-up"),
    "one Gaussian": ("#c0641f", [2, 2], "square"),
    "class Gaussians": ("#9d3e9b", [8, 2, 2, 2], "diamond"),
}
WAYS = tuple(_WAYS)
# Where a secant's slope lies -> shape; one below 0 has no place on the axis and stands at its left end.
_SLOPE = "slope −ΔD/ΔR; grey: between the two β"
STATES = {"within": "circle", "outside": "diamond", "below 0": "triangle-left"}


def fixed_point(frame: pd.DataFrame, star: float) -> Drawing:
    """The optimal variance of every run against the β it was trained with; they meet on the diagonal, at β*.

    Args:
        frame: one row a run: beta, variance, run, kind ("trained with β" or "calibrated"), current (bool).
        star: β*.
    """
    low, high = float(frame[["beta", "variance"]].min().min()) / 1.3, float(frame.beta.max()) * 1.3
    top = 2 * float(frame.variance.max())  # where the diagonal leaves the plane
    tables = {
        "runs": columns(frame, "beta", "variance", "run", "kind", "current"),
        "star": {"beta": [star]},
        "diagonal": {"beta": [low, top], "variance": [low, top]},
    }
    return Drawing(_fixed_point_look(low, high, top), tables)


@lru_cache(maxsize=16)
def _fixed_point_look(low: float, high: float, top: float) -> alt.LayerChart:
    x, y = _log("beta", "β trained with", [low, high]), _log("variance", "optimal σ² = E[SSE]/784", [low, top])
    line = alt.Chart(alt.NamedData("diagonal")).mark_line(color=GREY, strokeDash=[4, 3]).encode(x=x, y=y)
    tooltip = alt.Tooltip("variance:Q", title="optimal σ²", format=".4f")
    return alt.layer(line, _star(alt.NamedData("star"), x), *_marks(x, y, tooltip)).properties(height=330)


def negative_elbo(frame: pd.DataFrame, star: float) -> Drawing:
    """−ELBO with the optimal variance against β; frame as in `fixed_point`, with negative_elbo and above (the lowest).

    Evenly drawn up to a nat or so and by ratios beyond, so that the minimum is seen beside a collapse.
    """
    tables = {
        "runs": columns(frame, "beta", "negative_elbo", "above", "run", "kind", "current"),
        "star": {"beta": [star]},
    }
    return Drawing(_negative_elbo_look(float(frame.beta.min()) / 1.3, float(frame.beta.max()) * 1.3), tables)


@lru_cache(maxsize=16)
def _negative_elbo_look(low: float, high: float) -> alt.LayerChart:
    x = _log("beta", "β trained with", [low, high])
    y = alt.Y(
        "above:Q",
        title="−ELBO above the lowest, nats",
        scale=alt.Scale(type="symlog", constant=2, domainMin=-0.3),
        axis=alt.Axis(values=[0, 1, 3, 10, 30, 100, 300, 1000]),
    )
    tooltip = alt.Tooltip("negative_elbo:Q", title="−ELBO, nats", format=".1f")
    return alt.layer(_star(alt.NamedData("star"), x), *_marks(x, y, tooltip)).properties(height=330)


def plane(frame: pd.DataFrame, lines: pd.DataFrame, ends: tuple[float, float]) -> Drawing:
    """Every run on the rate–distortion plane, with lines of equal loss.

    Args:
        frame: one row a run: rate, half_sse, run, size ("2", "8", …, `OTHERS`), current (bool).
        lines: ends of the lines, two rows each: line (number, 0 the lowest), rate, half_sse, loss.
        ends: of the two axes, nats.
    """
    tables = {
        "runs": columns(frame, "rate", "half_sse", "run", "size", "current"),
        "lines": columns(lines, "line", "rate", "half_sse", "loss"),
    }
    return Drawing(_plane_look(tuple(name for name in _KINDS if (frame["size"] == name).any()), ends), tables)


@lru_cache(maxsize=16)
def _plane_look(sizes: tuple[str, ...], ends: tuple[float, float]) -> alt.LayerChart:
    x = alt.X("rate:Q", title="rate R, nats", scale=alt.Scale(domain=[0, ends[0]], nice=False))
    y = alt.Y("half_sse:Q", title="distortion D = ½ SSE, nats", scale=alt.Scale(domain=[0, ends[1]], nice=False))
    drawn = alt.Chart(alt.NamedData("lines")).encode(
        x=x, y=y, detail=alt.Detail("line:N"), tooltip=[alt.Tooltip("loss:Q", format=".2f")]
    )
    faint = drawn.mark_line(color=GREY, strokeWidth=1, opacity=0.55, clip=True).transform_filter(alt.datum.line > 0)
    lowest = drawn.mark_line(color=CURRENT, strokeWidth=2.5, clip=True).transform_filter(alt.datum.line == 0)
    base = alt.Chart(alt.NamedData("runs")).encode(x=x, y=y)
    scale = {"domain": list(sizes)}
    dots = base.mark_point(filled=True, size=75, opacity=1).encode(
        color=alt.Color("size:N", title="latent dimensions", scale=alt.Scale(**scale, range=_of(sizes, 0))),
        shape=alt.Shape("size:N", title="latent dimensions", scale=alt.Scale(**scale, range=_of(sizes, 1))),
        tooltip=[
            alt.Tooltip("run:N"),
            alt.Tooltip("rate:Q", format=".2f"),
            alt.Tooltip("half_sse:Q", title="½ SSE", format=".2f"),
        ],
    )
    return (
        alt.layer(faint, lowest, dots, _ring(base))
        .properties(height=430)
        .configure_legend(orient="bottom", columns=5, symbolStrokeWidth=0)
    )


def secants(frame: pd.DataFrame) -> alt.LayerChart:
    """−ΔD/ΔR of neighbouring runs beside the two β it should lie between, a row each.

    Args:
        frame: one row a secant, by β: low, high (the two β), slope, state (of `STATES`).
    """
    rows = [f"{row.low:g} – {row.high:g}" for row in frame.itertuples()]
    above = frame.slope[frame.slope > 0]
    ends = [float(min(frame.low.min(), *above)) / 1.5, float(max(frame.high.max(), *above)) * 1.3]
    frame = frame.assign(
        row=rows, told=[f"{slope:.3g}" for slope in frame.slope], slope=frame.slope.where(frame.slope > 0, ends[0])
    )
    x = _log("slope", _SLOPE, ends)
    base = alt.Chart(frame).encode(
        y=alt.Y("row:N", sort=rows, title="β of the two models", axis=alt.Axis(labelOverlap=False)),
        tooltip=[
            alt.Tooltip("row:N", title="the two β"),
            alt.Tooltip("told:N", title="slope"),
            alt.Tooltip("state:N", title="it lies"),
        ],
    )
    spans = base.mark_rule(strokeWidth=11, color=GREY, opacity=0.4).encode(
        x=_log("low", _SLOPE, ends), x2=alt.X2("high:Q")
    )
    scale = {"domain": list(STATES)}
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=x,
        color=alt.Color("state:N", title="slope lies", scale=alt.Scale(**scale, range=[RUNS, CURRENT, CURRENT])),
        shape=alt.Shape("state:N", title="slope lies", scale=alt.Scale(**scale, range=list(STATES.values()))),
    )
    return (
        alt.layer(spans, dots)
        .properties(height=110 + 26 * len(frame))
        .configure_legend(orient="bottom", symbolStrokeWidth=0, columns=3)
    )


def distances(frame: pd.DataFrame, bounds: pd.DataFrame, floor: float, star: float) -> alt.LayerChart:
    """Fréchet distance of samples against β, a line a way of sampling, with what bounds them.

    Args:
        frame: one row a run and way: beta, way (of `WAYS`), frechet, run.
        bounds: one row a run: beta, frechet of the reconstructions.
        floor: distance of as many real training images.
        star: β*.
    """
    x = _log("beta", "β trained with", [float(frame.beta.min()) / 1.2, float(frame.beta.max()) * 1.2])
    y = alt.Y("frechet:Q", title="Fréchet distance (squared)", scale=alt.Scale(type="log"))
    tooltip = [alt.Tooltip("run:N"), alt.Tooltip("way:N"), alt.Tooltip("frechet:Q", title="distance", format=".3g")]
    base = alt.Chart(frame).encode(x=x, y=y)
    scale = {"domain": list(WAYS)}
    legend = alt.Legend(orient="bottom", columns=2, labelLimit=240, symbolStrokeWidth=0)
    colour = alt.Color("way:N", title=None, scale=alt.Scale(**scale, range=_way(0)), legend=legend)
    dash = alt.StrokeDash("way:N", title=None, scale=alt.Scale(**scale, range=_way(1)), legend=legend)
    shape = alt.Shape("way:N", title=None, scale=alt.Scale(**scale, range=_way(2)), legend=legend)
    lines = base.mark_line(strokeWidth=2).encode(color=colour, strokeDash=dash)
    marks = base.mark_point(filled=True, size=70, opacity=1).encode(color=colour, shape=shape, tooltip=tooltip)
    again = alt.Chart(bounds).mark_line(color=GREY, strokeWidth=2).encode(x=x, y=y)
    lowest = alt.Chart(pd.DataFrame({"frechet": [floor]})).mark_rule(color=GREY, strokeDash=[4, 3]).encode(y=y)
    return alt.layer(lowest, again, _star(pd.DataFrame({"beta": [star]}), x), lines, marks).properties(height=430)


def criteria(frame: pd.DataFrame, names: list[str]) -> alt.LayerChart:
    """One row a criterion, one cell a β: darker is better, the best ones marked.

    Args:
        frame: beta (text), criterion, standing (0 worst, 1 best of its row), best (bool), told (the value as text).
        names: of the criteria, top first.
    """
    order = sorted(frame.beta.unique(), key=float)
    base = alt.Chart(frame).encode(
        x=alt.X("beta:N", sort=order, title="β trained with", axis=alt.Axis(labelAngle=-90, labelOverlap=False)),
        y=alt.Y("criterion:N", sort=names, title=None, axis=alt.Axis(labelLimit=130, labelOverlap=False)),
        tooltip=[alt.Tooltip("criterion:N"), alt.Tooltip("beta:N", title="β"), alt.Tooltip("told:N", title="value")],
    )
    scale = alt.Scale(domain=[0, 1], range=list(SEQUENTIAL), interpolate="rgb")
    legend = alt.Legend(
        orient="bottom", gradientLength=140, values=[0, 1], labelExpr="datum.value == 1 ? 'best' : 'worst'"
    )
    cells = base.mark_rect(stroke="white", strokeWidth=1).encode(
        color=alt.Color("standing:Q", title="rank in its row", scale=scale, legend=legend)
    )
    # White with a dark rim, so that it is seen on every cell.
    stars = base.mark_point(
        shape="diamond", filled=True, size=80, opacity=1, color="white", stroke="#10161f", strokeWidth=1.5
    ).transform_filter(alt.datum.best)
    return alt.layer(cells, stars).properties(height=140 + 34 * len(names))


def _log(field: str, title: str, ends: list[float]) -> alt.X | alt.Y:
    axis = alt.Y if field == "variance" else alt.X
    scale = alt.Scale(type="log", domain=ends, nice=False)
    return axis(f"{field}:Q", title=title, scale=scale, axis=alt.Axis(format="~g", labelOverlap=True))


def _star(at: pd.DataFrame | alt.NamedData, x: alt.X) -> alt.Chart:
    """β*, `beta` of one row."""
    tooltip = alt.Tooltip("beta:Q", title="β*", format=".4f")
    return alt.Chart(at).mark_rule(color=STAR, strokeWidth=2, strokeDash=[6, 3]).encode(x=x, tooltip=tooltip)


def _marks(x: alt.X, y: alt.Y, tooltip: alt.Tooltip) -> list[alt.Chart]:
    """Runs joined by a line, the calibrated one as a diamond off it, a ring around the current one."""
    base = alt.Chart(alt.NamedData("runs")).encode(x=x, y=y)
    kinds = {"domain": ["trained with β", "calibrated"]}
    legend = alt.Legend(orient="bottom", symbolStrokeWidth=0)
    line = base.mark_line(color=RUNS, strokeWidth=1.5).transform_filter(alt.datum.kind == kinds["domain"][0])
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        color=alt.Color("kind:N", title=None, scale=alt.Scale(**kinds, range=[RUNS, STAR]), legend=legend),
        shape=alt.Shape("kind:N", title=None, scale=alt.Scale(**kinds, range=["circle", "diamond"]), legend=legend),
        tooltip=[alt.Tooltip("run:N"), alt.Tooltip("beta:Q", title="β", format=".4g"), tooltip],
    )
    return [line, dots, _ring(base)]


def _ring(base: alt.Chart) -> alt.Chart:
    """Around the run that is loaded."""
    ring = base.mark_point(filled=False, size=260, color=CURRENT, strokeWidth=2.5, opacity=1, tooltip=None)
    return ring.transform_filter(alt.datum.current)


def _of(sizes: tuple[str, ...], part: int) -> list[str]:
    return [_KINDS[name][part] for name in sizes]


def _way(part: int) -> list:
    return [style[part] for style in _WAYS.values()]
