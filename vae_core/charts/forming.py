"""The latent space as it forms: a plane of it in Altair, a space of it in Plotly, both with the steps as frames.

Nothing here moves by itself. The plane has a parameter `FRAME`, the number of a recorded step, fractions included, and
shows what lies between two recorded steps on the straight way between them; the space has a Plotly frame a recorded
step, named by its number.
"""

import altair as alt
import numpy as np
import pandas as pd
import pyarrow as pa

from vae_core.charts.palette import COLOURS, LABELS, class_encodings
from vae_core.charts.phases import CURVE, FRAME, frame_parameter, steps_axis, with_frame
from vae_core.charts.plane import equal_scales
from vae_core.charts.plotly_figure import PlotlyFigure, coordinates
from vae_core.ellipses import ellipse
from vae_core.latent_film import LatentFilm
from vae_core.phases import Phase

_PRIOR = "#7a828c"
_EYE = {"x": 1.25, "y": 1.25, "z": 0.7}  # nearer than Plotly's own
_FINENESS = 500  # steps a unit of latent space: coordinates travel as whole numbers
_AROUND, _GLOBE = 33, 17  # points of an ellipse, of a circle of an ellipsoid


def plane_film(film: LatentFilm, pictures: list[str], titles: tuple[str, str], height: int = 620) -> alt.LayerChart:
    """The digits' μ_x with the ellipses of their classes and the prior's, at the frame the parameter names.

    Args:
        film: of two axes.
        pictures: PNG data URIs of the digits, N.
        titles: of the two axes.
        height: pixels.
    """
    x, y = equal_scales(film.limits.T, titles)
    classes = alt.selection_point(fields=["digit"], bind="legend", toggle="true", name="classes")
    digits = pa.table({"digit": film.labels.astype(str), "image": pictures} | _columns(film.points))
    outlines = ellipse(film.class_mean, film.class_covariance, 1.0, _AROUND)  # (S, 10, P, 2)
    around = {"digit": np.repeat(LABELS, _AROUND), "order": np.tile(np.arange(_AROUND), len(LABELS))}
    lines = pa.table(around | _columns(outlines.reshape(len(outlines), -1, 2)))
    names = pa.table({"digit": LABELS} | _columns(film.class_mean))
    legend = class_encodings("digit", "digit: click to choose")
    colour = legend["color"]
    prior = pd.concat(
        pd.DataFrame({"x": line[:, 0], "y": line[:, 1], "order": np.arange(len(line)), "sigma": f"prior, {n} σ"})
        for n, line in ((n, ellipse(np.zeros(2), np.eye(2), float(n))) for n in (1, 2))
    )
    rings = (
        alt.Chart(prior)
        .mark_line(color=_PRIOR, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=x, y=y, order=alt.Order("order:Q"), detail=alt.Detail("sigma:N"), tooltip=alt.Tooltip("sigma:N"))
    )
    dots = (
        _placed(digits)
        .mark_point(filled=True, opacity=1, size=24, clip=True)
        .encode(
            x=x,
            y=y,
            tooltip=[alt.Tooltip("image:N", title="image"), alt.Tooltip("digit:N")],
            **legend,
        )
        .transform_filter(classes)
        .properties(name="digits")  # or Altair would make a name of all the data
    )
    ellipses = (
        _placed(lines)
        .mark_line(strokeWidth=2.5, clip=True)
        .encode(x=x, y=y, order=alt.Order("order:Q"), color=colour, detail=alt.Detail("digit:N"))
        .transform_filter(classes)
    )
    base = _placed(names).encode(x=x, y=y).transform_filter(classes)
    discs = base.mark_circle(size=330, opacity=1, stroke="white", strokeWidth=1.5).encode(color=colour)
    numbers = base.mark_text(fontSize=13, fontWeight="bold", color="white").encode(text=alt.Text("digit:N"))
    return (
        alt.layer(rings, dots.add_params(classes), ellipses, discs, numbers)
        .properties(height=height, usermeta={"embedOptions": {"renderer": "canvas"}})  # SVG is slower in motion
        .add_params(frame_parameter(len(film.step)))
        .configure_legend(orient="bottom", columns=5)
    )


def space_film(film: LatentFilm, titles: tuple[str, str, str], height: int = 560) -> PlotlyFigure:
    """The same in three axes, to be turned while it plays: the view is kept from frame to frame.

    Show it without Streamlit's theme, which would paint over the grid.

    Args:
        film: of three axes.
        titles: of the axes.
        height: pixels.
    """
    ring = _circles(np.zeros(3), np.eye(3))
    ellipsoids = _circles(film.class_mean, film.class_covariance)  # (S, 10, P, 3)
    vertices = ellipsoids.shape[2]
    moving = list(zip(film.points, ellipsoids.reshape(len(ellipsoids), -1, 3), film.class_mean, strict=True))
    looks = [
        {
            "mode": "markers",
            "marker": {"size": 3, "color": [COLOURS[digit] for digit in film.labels]},
            "text": film.labels.astype(str),
            "hovertemplate": "a %{text}<extra></extra>",
        },
        {  # one trace: a trace for each class would be four times as many arrays in every frame
            "mode": "lines",
            "line": {"color": np.repeat(COLOURS, vertices), "width": 3},
            "text": np.repeat(LABELS, vertices),
            "hovertemplate": "digit %{text}, 1 σ<extra></extra>",
        },
        {
            "mode": "markers+text",
            "marker": {"size": 17, "color": COLOURS, "line": {"color": "white", "width": 2}},
            "text": [f"<b>{label}</b>" for label in LABELS],
            "textposition": "middle center",
            "textfont": {"size": 15, "color": "white"},
            "hoverinfo": "skip",
        },
    ]
    prior = {
        "mode": "lines",
        "line": {"color": _PRIOR, "width": 2, "dash": "dash"},
        "hovertemplate": "prior, 1 σ<extra></extra>",
    }
    traces = [
        {"type": "scatter3d", **coordinates(points.astype(np.float32)), **look}
        for points, look in zip((ring, *moving[0]), (prior, *looks), strict=True)
    ]
    frames = [
        {
            "name": str(number),
            "data": [{"type": "scatter3d", **coordinates(points.astype(np.float32))} for points in parts],
            "traces": list(range(1, 1 + len(parts))),
        }
        for number, parts in enumerate(moving)
    ]
    half = float(np.ptp(film.limits, axis=1).max()) / 2
    axis = {"color": _PRIOR, "gridcolor": "#9aa1aa", "showbackground": False, "zeroline": False}
    places = zip(("xaxis", "yaxis", "zaxis"), titles, film.limits.mean(1), strict=True)
    scene = {
        name: {**axis, "title": {"text": title}, "range": [centre - half, centre + half]}
        for name, title, centre in places
    }
    layout = {
        "scene": {**scene, "aspectmode": "cube", "uirevision": "kept", "camera": {"eye": _EYE}},
        "uirevision": "kept",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
    }
    return PlotlyFigure(traces, layout, frames)


def followed(
    frames: np.ndarray, values: np.ndarray, title: str, bands: list[Phase], top: float | None = None, height: int = 215
) -> alt.LayerChart:
    """A quantity known at the recorded steps only, with the frame's rule; linear above a logarithmic axis of steps.

    Args:
        frames: steps taken before each recording, (S,); values (S,).
        title: of the vertical axis, with its unit.
        top: end of the vertical axis, if it is to be fixed.
    """
    x = steps_axis(int(frames[-1]))
    table = pd.DataFrame({"step": frames + 1, "value": np.round(values, 4)})
    scale = alt.Scale(domain=[0, top]) if top else alt.Scale(zero=True)
    line = (
        alt.Chart(table)
        .mark_line(strokeWidth=2, color=CURVE, point={"size": 22, "color": CURVE})
        .encode(
            x=x,
            y=alt.Y("value:Q", title=title, scale=scale),
            tooltip=[alt.Tooltip("step:Q", format=".0f"), alt.Tooltip("value:Q", title=title, format=".3~g")],
        )
    )
    return with_frame([line], x, frames, bands, height)


def _columns(points: np.ndarray) -> dict[str, np.ndarray]:
    """Coordinates (S, P, 2) as a column an axis and frame, whole numbers: x0, y0, x1, …"""
    whole = np.rint(points * _FINENESS).astype(np.int32).swapaxes(1, 2).copy()  # (S, 2, P)
    return {f"{axis}{frame}": whole[frame, place] for frame in range(len(whole)) for place, axis in enumerate("xy")}


def _placed(table: pa.Table) -> alt.Chart:
    """A chart whose fields x and y follow the parameter between the columns of its frames.

    The table is Arrow's, as it is sent: of a hundred columns pandas makes it in ten times the time.
    """
    between = (
        f"(datum['{{axis}}' + floor({FRAME})] * (1 - {FRAME} % 1) + datum['{{axis}}' + ceil({FRAME})] * ({FRAME} % 1))"
        f" / {_FINENESS}"
    )
    return alt.Chart(table).transform_calculate(x=between.format(axis="x"), y=between.format(axis="y"))


def _circles(mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """The three principal circles of one-sigma ellipsoids as a line with gaps, (..., 3), (..., 3, 3) -> (..., P, 3)."""
    variances, axes = np.linalg.eigh(covariance)
    stretched = np.swapaxes(axes * np.sqrt(variances.clip(min=0))[..., None, :], -1, -2)  # rows: the half axes
    turn = 2 * np.pi * np.arange(_GLOBE) / (_GLOBE - 1)
    around = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    gap = np.full((*mean.shape[:-1], 1, 3), np.nan)
    parts = []
    for pair in ([0, 1], [1, 2], [0, 2]):
        parts += [mean[..., None, :] + around @ stretched[..., pair, :], gap]
    return np.concatenate(parts, axis=-2)
