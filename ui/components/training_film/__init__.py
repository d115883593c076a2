"""A recorded training in the page: play, pause, step and scrub in the browser, the server hears only where it rests.

Shows the latent cloud and what the decoder draws, either or both left out, and moves the charts in a container of the
page: Altair charts with the parameter `charts.phases.FRAME`, Plotly figures with a frame a recorded step. It starts
paused. Where the system asks for less motion it goes from step to step without gliding.
"""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ui.components import sources
from vae_core.charts import pictures
from vae_core.charts.film import sprite
from vae_core.charts.palette import COLOURS
from vae_core.latent_film import LatentFilm, quantised

COLUMNS = 8  # of frames in the sprite
_GREYS = 32  # levels of a picture: more cannot be told apart at this size, and cost half as much again
_recording = sources.component(Path(__file__).parent)


class Pictures(NamedTuple):
    """What the decoder draws at each of S steps, uint8."""

    originals: np.ndarray  # (8, 28, 28)
    reconstructions: np.ndarray  # (S, 8, 28, 28)
    samples: np.ndarray  # (S, 16, 28, 28)


def cloud_data(film: LatentFilm, caption: str, name: str = "", priors: np.ndarray | None = None) -> dict[str, Any]:
    """A film of two axes as the component takes it; worth caching.

    Args:
        film: what is shown.
        caption: under the cloud.
        name: of the cloud, where there are two.
        priors: centre and standard deviation of the prior at each step, (S, 3), for a film whose scale changes; with
            no rows, there is no prior.
    """
    points = quantised(film.points, film.limits)
    xx, xy, yy = film.class_covariance[..., 0, 0], film.class_covariance[..., 0, 1], film.class_covariance[..., 1, 1]
    classes = np.concatenate([film.class_mean, np.stack([xx, xy, yy], -1)], axis=-1)  # (S, 10, 5)
    return {
        "points": base64.b64encode(points.astype("<i2").tobytes()).decode(),
        "digits": "".join(film.labels.astype(str)),
        "classes": classes.round(4).tolist(),
        "limits": film.limits.round(4).tolist(),
        "colours": list(COLOURS),
        "caption": caption,
        "name": name,
        "priors": None if priors is None else np.asarray(priors).round(4).tolist(),
    }


def picture_data(drawn: Pictures) -> dict[str, Any]:
    """Pictures as the component takes them, one PNG for all steps; worth caching."""
    together = np.concatenate([drawn.reconstructions, drawn.samples], axis=1)  # (S, 24, 28, 28)
    step = 255 / (_GREYS - 1)
    coarse = (np.rint(together / step) * step).round().astype(np.uint8)
    frames = np.stack([sprite(frame, 8) for frame in coarse])  # (S, 84, 224)
    return {
        "sprite": pictures.data_uri(sprite(frames, COLUMNS)),
        "originals": pictures.data_uri(sprite(drawn.originals, 8)),
        "columns": COLUMNS,
    }


def show(
    recording: str,
    places: Sequence[str],
    landmarks: Sequence[tuple[int, str]],
    label: str,
    *,
    key: str,
    at: int = 0,
    turn: int = 0,
    cloud: dict[str, Any] | None = None,
    beside: dict[str, Any] | None = None,
    pictures: dict[str, Any] | None = None,
    followers: Sequence[str] = (),
    on_rest: Callable[[], None] | None = None,
) -> None:
    """Draw the film.

    Args:
        recording: names what is shown; another name starts the film at `at`.
        places: a line of text a frame.
        landmarks: frame and name, ascending.
        label: what the film shows, for those who cannot see it.
        key: of the element; the frame it rests on is `st.session_state[key]["frame"]`.
        at: frame to start at, and to go to when `turn` changes.
        cloud, beside, pictures: from `cloud_data` and `picture_data`.
        followers: keys of the containers whose charts follow.
        on_rest: called when the film has come to rest on another frame.
    """
    data = {
        "recording": recording,
        "places": list(places),
        "landmarks": [{"frame": int(frame), "label": name} for frame, name in landmarks],
        "label": label,
        "at": at,
        "turn": turn,
        "cloud": cloud,
        "beside": beside,
        "pictures": pictures,
        "followers": list(followers),
    }
    _recording(data=data, key=key, on_frame_change=on_rest or _nothing)


def _nothing() -> None:
    pass
