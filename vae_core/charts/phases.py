"""Charts of one training against its steps: curves with their landmarks and phases, the parts of the rate, collapse.

All have a logarithmic axis of steps and a parameter `FRAME`, the number of a recorded step, fractions included: a rule
stands there, and a film beside the chart can move it in the browser. A batch is measured before its own step changes
the weights, so what was recorded after n steps stands at step n + 1, where the same network meets its next batch.
"""

import altair as alt
import numpy as np
import pandas as pd

from vae_core.phases import Phase

FRAME = "frame"
FLOOR = 1e-4  # nats: what is lower is drawn there
CURVE, OFF, HERE, MARK = "#2e7fb8", "#838b95", "#e0457b", "#b8691b"  # 3:1 on paper and on night
PARTS = {  # of the rate, bottom to top
    "information": "#2e7fb8",
    "shape": "#7b6fc0",
    "width": "#a8a08c",
    "shift": "#d07f2c",
}
_RATES = alt.Axis(values=[0, 0.5, 1, 2, 5, 10, 20, 50, 100], format="~g")
_LOG = alt.Scale(type="log", nice=False, padding=18)  # room for the names of the phases
_BANDS = {"up": 0.16, "down": 0.05, "sharp rise": 0.16, "slow rise": 0.05}  # opacity


def frame_parameter(frames: int) -> alt.Parameter:
    """The number of the frame shown, with a slider of its own where no film moves it."""
    bind = alt.binding_range(min=0, max=frames - 1, step=0.01, name="Recorded step, by number ")
    return alt.param(name=FRAME, value=0, bind=bind)


def curve(
    step: np.ndarray,
    values: np.ndarray,
    title: str,
    bands: list[Phase],
    marks: list[tuple[int, float, str]],
    frames: np.ndarray,
    height: int = 300,
) -> alt.LayerChart:
    """One quantity against the step, log–log, every record of it.

    Args:
        step: (T,); values, (T,).
        title: of the vertical axis, with its unit.
        bands: phases, shaded and named.
        marks: step, value and name of each landmark.
        frames: steps taken before each frame of the film, (S,); empty for a chart without one.
        height: pixels.
    """
    table = pd.DataFrame({"step": step, "value": _lifted(values)})
    x = steps_axis(int(step[-1]))
    y = alt.Y("value:Q", title=title, scale=_LOG, axis=alt.Axis(tickCount=4, format="~g"))
    tooltip = [alt.Tooltip("step:Q"), alt.Tooltip("value:Q", title=title, format=".4~g")]
    layers = [alt.Chart(table).mark_line(strokeWidth=1.8, color=CURVE).encode(x=x, y=y, tooltip=tooltip)]
    if marks:
        named = pd.DataFrame([(s, max(v, FLOOR), name) for s, v, name in marks], columns=["step", "value", "landmark"])
        base = alt.Chart(named).encode(x=x, y=y, tooltip=[alt.Tooltip("landmark:N"), *tooltip])
        layers.append(base.mark_point(filled=True, size=90, opacity=1, color=MARK, shape="diamond"))
    return with_frame(layers, x, frames, bands, height)


def units(
    step: np.ndarray,
    rate_per_dimension: np.ndarray,
    switched_on: list[int | None],
    threshold: float,
    names: list[str],
    frames: np.ndarray,
    height: int = 300,
) -> alt.LayerChart:
    """The rate of each latent dimension, log–log, with a named dot where it switches on; those that are off in grey.

    Args:
        rate_per_dimension: (T, latent_dim).
        switched_on: step from which the dimension stays above the threshold, or None; latent_dim of them.
        threshold: nats.
        names: of the dimensions.
    """
    number = len(names)
    table = pd.DataFrame(
        {
            "step": np.tile(step, number),
            "rate": _lifted(rate_per_dimension.T.ravel()),
            "dimension": np.repeat(names, len(step)),
            "state": np.repeat(["off" if at is None else "on" for at in switched_on], len(step)),
        }
    )
    x = steps_axis(int(step[-1]))
    y = alt.Y("rate:Q", title="rate a dimension, nats", scale=_LOG, axis=alt.Axis(tickCount=4, format="~g"))
    states, legend = ["on", "off"], alt.Legend(orient="bottom")
    lines = (
        alt.Chart(table)
        .mark_line(strokeWidth=1.4)
        .encode(
            x=x,
            y=y,
            detail=alt.Detail("dimension:N"),
            color=alt.Color(
                "state:N", title="at the end", scale=alt.Scale(domain=states, range=[CURVE, OFF]), legend=legend
            ),
            strokeDash=alt.StrokeDash(
                "state:N", title="at the end", scale=alt.Scale(domain=states, range=[[1, 0], [4, 3]]), legend=legend
            ),
            tooltip=[
                alt.Tooltip("dimension:N"),
                alt.Tooltip("state:N"),
                alt.Tooltip("step:Q"),
                alt.Tooltip("rate:Q", format=".3~g"),
            ],
        )
    )
    level = alt.Chart(pd.DataFrame({"rate": [threshold]})).mark_rule(strokeDash=[2, 3], color=MARK).encode(y=y)
    found = sorted((at, name) for at, name in zip(switched_on, names, strict=True) if at is not None)
    rows = [(at, threshold, name, -9 - 11 * (place % 3)) for place, (at, name) in enumerate(found)]
    dots = alt.Chart(pd.DataFrame(rows, columns=["step", "rate", "dimension", "above"])).encode(
        x=x, y=y, tooltip=[alt.Tooltip("dimension:N"), alt.Tooltip("step:Q", title="switches on at step")]
    )
    texts = [  # one above the other, because several dimensions may switch on together
        dots.transform_filter(alt.datum.above == above)
        .mark_text(dy=above, fontWeight="bold", color=MARK)
        .encode(text=alt.Text("dimension:N"))
        for above in sorted({row[3] for row in rows})
    ]
    marks = [dots.mark_point(filled=True, size=70, opacity=1, color=MARK), *texts] if rows else []
    return with_frame([lines, level, *marks], x, frames, [], height)


def parts(step: np.ndarray, of_rate: dict[str, np.ndarray], ceiling: float, height: int = 360) -> alt.LayerChart:
    """The rate as a stack of its parts over the recorded steps, and the ceiling of the information's estimate.

    Args:
        step: steps taken before each recording, (S,).
        of_rate: nats, (S,) for each name of `PARTS`; what noise has put below 0 is drawn as 0.
        ceiling: log N, nats.
    """
    names = list(PARTS)
    table = pd.DataFrame(
        {
            "step": np.tile(step + 1, len(names)),
            "nats": np.concatenate([np.maximum(of_rate[name], 0) for name in names]).round(4),
            "part": np.repeat(names, len(step)),
            "order": np.repeat(np.arange(len(names)), len(step)),
        }
    )
    x = steps_axis(int(step[-1]))
    colour = alt.Color(
        "part:N", title=None, scale=alt.Scale(domain=names, range=list(PARTS.values())), legend=alt.Legend(columns=2)
    )
    areas = (
        alt.Chart(table)
        .mark_area(opacity=0.9, line={"strokeWidth": 1})
        .encode(
            x=x,
            y=alt.Y("nats:Q", stack=True, title="rate, nats per image"),
            color=colour,
            order=alt.Order("order:O"),
            tooltip=[alt.Tooltip("part:N"), alt.Tooltip("step:Q", format=".0f"), alt.Tooltip("nats:Q", format=".2f")],
        )
    )
    limit = alt.Chart(pd.DataFrame({"nats": [ceiling], "limit": [f"log N = {ceiling:.2f}"]}))
    rule = limit.mark_rule(strokeDash=[4, 4], strokeWidth=1.5, color=OFF).encode(y=alt.Y("nats:Q"))
    text = limit.mark_text(align="left", dx=4, dy=-8, color=OFF, fontSize=12).encode(
        x=alt.XValue(0), y=alt.Y("nats:Q"), text=alt.Text("limit:N")
    )
    return alt.layer(areas, rule, text).properties(height=height).configure_legend(orient="bottom")


def collapse(predicted: pd.DataFrame, measured: pd.DataFrame, variances: list[float], height: int = 400):
    """Rate against β: of the best linear VAE as lines, measured as points; thresholds as ticks.

    Args:
        predicted: beta, rate, latent_dim (text).
        measured: beta, rate, latent_dim (text), run.
        variances: of the data's principal axes, those within the axis.
    """
    low, high = float(measured["beta"].min()), float(measured["beta"].max())
    x = alt.X(
        "beta:Q",
        title="β (logarithmic)",
        scale=alt.Scale(type="log", domain=[low / 1.15, high * 1.15], nice=False),
        axis=alt.Axis(values=sorted(measured["beta"].unique().tolist()), format="~g", labelOverlap="greedy"),
    )
    y = alt.Y("rate:Q", title="rate, nats per image", scale=alt.Scale(type="symlog", constant=0.5), axis=_RATES)
    sizes = sorted(measured["latent_dim"].unique(), key=int)
    shades = alt.Scale(domain=sizes, range=["#2e7fb8", "#b8691b", "#7b6fc0"][: len(sizes)])
    colour = alt.Color("latent_dim:N", title="latent dimensions", scale=shades)
    shape = alt.Shape("latent_dim:N", title="latent dimensions", scale=alt.Scale(domain=sizes))
    lines = alt.Chart(predicted).mark_line(strokeDash=[6, 3], strokeWidth=2).encode(x=x, y=y, color=colour)
    points = (
        alt.Chart(measured)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=x,
            y=y,
            color=colour,
            shape=shape,
            tooltip=[
                alt.Tooltip("run:N"),
                alt.Tooltip("beta:Q", title="β"),
                alt.Tooltip("rate:Q", format=".3f"),
                alt.Tooltip("active:Q"),
            ],
        )
    )
    ticks = alt.Chart(pd.DataFrame({"beta": variances})).mark_rule(strokeWidth=1, color=OFF, opacity=0.7)
    return (
        alt.layer(ticks.encode(x=x), lines, points)
        .properties(height=height)
        .configure_legend(orient="bottom", columns=4)
    )


def steps_axis(last: int, field: str = "step") -> alt.X:
    """The logarithmic axis of steps, from the first to the one after the last."""
    scale = alt.Scale(type="log", domain=[1, last + 1], nice=False)
    values = [value for value in (1, 10, 100, 1000, 10_000, 100_000) if value <= last]
    return alt.X(f"{field}:Q", title="step (logarithmic)", scale=scale, axis=alt.Axis(values=values, format="~s"))


def with_frame(
    layers: list[alt.Chart], x: alt.X, frames: np.ndarray, bands: list[Phase], height: int
) -> alt.LayerChart:
    """Layers over shaded phases and under the rule of the frame; no rule and no parameter where there are no frames."""
    whole = [*_bands(bands, x), *layers]
    if len(frames) == 0:
        return alt.layer(*whole).properties(height=height)
    places = (np.asarray(frames) + 1).tolist()
    between = f"datum.s[floor({FRAME})] * pow(datum.s[ceil({FRAME})] / datum.s[floor({FRAME})], {FRAME} % 1)"
    here = (
        alt.Chart(alt.Data(values=[{"s": places}]))
        .transform_calculate(step=between)
        .mark_rule(strokeWidth=2, color=HERE)
        .encode(x=x)
    )
    return alt.layer(*whole, here).properties(height=height).add_params(frame_parameter(len(frames)))


def _lifted(values: np.ndarray) -> np.ndarray:
    """Fit for a logarithmic axis, and rounded to what can be seen."""
    lifted = np.maximum(np.asarray(values, dtype=np.float64), FLOOR)
    return np.array([float(f"{value:.4g}") for value in lifted])


def _bands(bands: list[Phase], x: alt.X) -> list[alt.Chart]:
    if not bands:
        return []
    rows = [
        (band.first, band.last, np.sqrt(band.first * band.last), band.name, _BANDS.get(band.name, 0.1))
        for band in bands
    ]
    table = pd.DataFrame(rows, columns=["step", "last", "middle", "phase", "shade"])
    base = alt.Chart(table)
    shades = base.mark_rect(color=OFF).encode(
        x=x,
        x2=alt.X2("last:Q"),
        opacity=alt.Opacity("shade:Q", scale=None, legend=None),
        tooltip=[
            alt.Tooltip("phase:N"),
            alt.Tooltip("step:Q", title="from step"),
            alt.Tooltip("last:Q", title="to step"),
        ],
    )
    names = base.mark_text(dy=9, fontSize=11, color=OFF, baseline="middle").encode(
        x=steps_axis(bands[-1].last, "middle"), y=alt.YValue(0), text=alt.Text("phase:N")
    )
    return [shades, names]
