"""A map of latent space that decodes what is under the pointer, the finger or the arrow keys; a click pins it.

The browser decodes; only a pin reaches Python, and the address. Where the browser cannot run the network, Python
decodes and the picture follows a moment behind the hand.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import controls
from ui.components import network, sources
from vae_core.charts import film, pictures
from vae_core.charts.palette import DIGITS
from vae_core.config import RunConfig

_map = sources.component(Path(__file__).parent)
_COLUMNS = 40  # of the sprite
_GLYPHS = {
    "circle": "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z",
    "square": "M-0.9,-0.9H0.9V0.9H-0.9Z",
    "diamond": "M0,-1.2L0.9,0L0,1.2L-0.9,0Z",
    "cross": "M-0.4,-1.1H0.4V-0.4H1.1V0.4H0.4V1.1H-0.4V0.4H-1.1V-0.4H-0.4Z",
    "triangle-up": "M0,-1.1L1,0.8H-1Z",
    "triangle-down": "M0,1.1L1,-0.8H-1Z",
    "triangle-left": "M-1.1,0L0.8,-1V1Z",
    "triangle-right": "M1.1,0L-0.8,-1V1Z",
}


class View(NamedTuple):
    """A plane in latent space: the point (x, y) of the map is the latent origin + x · axes[0] + y · axes[1]."""

    axes: np.ndarray  # (2, latent_dim), orthonormal
    origin: np.ndarray  # (latent_dim,)
    titles: tuple[str, str]

    @classmethod
    def through(cls, held: np.ndarray, axes: np.ndarray, titles: tuple[str, str]) -> "View":
        """The plane along `axes` through a latent, in which x and y are the latent's own coordinates along them."""
        return cls(axes, held - axes.T @ (axes @ held), titles)

    def place(self, z: np.ndarray) -> np.ndarray:
        """Latents (..., latent_dim) as drawn, (..., 2)."""
        return (z - self.origin) @ self.axes.T

    def latent(self, point: Sequence[float]) -> np.ndarray:
        """The latent at a point of the map, (latent_dim,)."""
        return self.origin + np.asarray(point) @ self.axes


class Marks(NamedTuple):
    """Digits drawn as small marks in the shape and colour of their class."""

    points: np.ndarray  # (N, 2)
    labels: np.ndarray  # (N,)


class Shown(NamedTuple):
    """The real image of every mark, shown when the mark is pointed at."""

    images: np.ndarray  # (N, 28, 28) uint8
    words: list[str]  # N


class Outline(NamedTuple):
    """Ellipses of a Gaussian."""

    mean: np.ndarray  # (2,)
    covariance: np.ndarray  # (2, 2)
    digit: int  # whose colour it has
    sigmas: tuple[float, ...] = (1.0,)
    dash: tuple[int, ...] = ()


class Line(NamedTuple):
    """A line from point to point, its legs numbered or not."""

    points: np.ndarray  # (N, 2)
    colour: str
    dash: tuple[int, ...] = ()
    numbered: bool = False


def show(
    run: RunConfig,
    view: View,
    label: str,
    *,
    key: str,
    marks: Marks | None = None,
    shown: Shown | None = None,
    outlines: Sequence[Outline] = (),
    discs: np.ndarray | None = None,
    lines: Sequence[Line] = (),
    legend: bool = True,
) -> tuple[float, float] | None:
    """Draw the map.

    Args:
        run: the model that decodes.
        view: the plane; off the plane, latents are held where it runs.
        label: what the map shows, one sentence, for those who cannot see it.
        key: `<chapter>_<name>`, where the pin stands in session state and in the address.
        marks, shown, outlines, lines: what is drawn over the prior's circles.
        discs: where the ten digits are written, (10, 2), such as class means.
        legend: whether the student can choose classes.

    Returns:
        The pinned point (x, y) of the map, None without one.
    """
    controls.point(key, "The place pinned")
    state = f"{key}_map"
    weights = network.weights(run)
    pin = st.session_state[key]
    asked = st.session_state.get(f"{key}_asked")  # kept: a run that is cut short answers nothing
    if asked is None and weights is None and pin is not None:
        asked = view.latent(pin).tolist()

    def take_pin() -> None:
        place = network.numbers(st.session_state[state].pin, 2)
        st.session_state[key] = None if place is None else tuple(place)

    def take_question() -> None:
        st.session_state[f"{key}_asked"] = st.session_state[state].asked

    data = {
        "run": run.run_id,
        "weights": weights,
        "answer": network.answer(run, asked),
        "label": label,
        "plane": drawing(view, marks, outlines, discs, lines),
        "origin": view.origin.tolist(),
        "axes": view.axes.tolist(),
        "pin": pin,
        "placed": f"{run.run_id} {view.titles} {st.session_state.get(f'{key}__placed', 0)}",
        "parameter": key,
        "legend": legend,
        "pictures": shown and {"sprite": _sprite(shown.images), "columns": _COLUMNS, "said": shown.words},
    }
    _map(data=data, key=state, on_pin_change=take_pin, on_asked_change=take_question)
    return pin


def drawing(
    view: View,
    marks: Marks | None = None,
    outlines: Sequence[Outline] = (),
    discs: np.ndarray | None = None,
    lines: Sequence[Line] = (),
) -> dict:
    """What `plane.js` draws; the arguments are those of `show`."""
    points = np.empty((0, 2)) if marks is None else marks.points
    places = np.empty((0, 2)) if discs is None else discs
    prior = view.place(np.zeros_like(view.origin))
    reaches = [(outline.mean, np.sqrt(np.diag(outline.covariance)) * max(outline.sigmas)) for outline in outlines]
    boxes = [[mean - far, mean + far] for mean, far in [(prior, 1), *reaches]]
    everything = np.concatenate([points, places, *(line.points for line in lines), *boxes])
    low, high = everything.min(0), everything.max(0)
    return {
        "titles": view.titles,
        "centre": ((low + high) / 2).round(4).tolist(),
        "reach": round(1.06 * float((high - low).max()) / 2, 4),
        "prior": prior.round(4).tolist(),
        "classes": [
            {"label": style.label, "colour": style.colour, "glyph": _GLYPHS.get(style.shape, style.shape)}
            for style in DIGITS
        ],
        "points": {
            "x": points[:, 0].round(3).tolist(),
            "y": points[:, 1].round(3).tolist(),
            "digit": [] if marks is None else marks.labels.tolist(),
        },
        "ellipses": [
            outline._asdict()
            | {"mean": outline.mean.tolist(), "root": _root(outline.covariance).tolist(), "covariance": None}
            for outline in outlines
        ],
        "discs": places.round(4).tolist(),
        "lines": [line._asdict() | {"points": line.points.round(4).tolist()} for line in lines],
    }


def _root(covariance: np.ndarray) -> np.ndarray:
    """R with R Rᵀ = covariance; singular ones have one too."""
    variances, directions = np.linalg.eigh(covariance)
    return directions * np.sqrt(np.maximum(variances, 0))


@st.cache_resource(max_entries=32, show_spinner=False)
def _sprite(images: np.ndarray) -> str:
    return pictures.data_uri(film.sprite(images, _COLUMNS))
