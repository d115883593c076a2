"""A film in the page: frames that play, pause and scrub in the browser, with a map of where each was taken.

The frames travel as one PNG sprite in a `data:` URI, so nothing is fetched and the server hears nothing while it
plays. It starts paused. Where the system asks for less motion it shows one still a station.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui.components import sources
from vae_core.charts import pictures
from vae_core.charts.film import sprite
from vae_core.charts.palette import COLOURS, LABELS

COLUMNS = 16  # of the sprite
_film = sources.component(Path(__file__).parent)


class Map(NamedTuple):
    """Where the film was taken: the path and the ten class means in a plane."""

    path: np.ndarray  # (T, 2), one point a frame
    means: np.ndarray  # (10, 2)
    label: str  # alternative text


def show(
    frames: np.ndarray, stations: Sequence[tuple[int, str]], label: str, map: Map | None = None, *, key: str
) -> None:
    """Draw the film.

    Args:
        frames: square pictures, (T, S, S), uint8 or float in [0, 1].
        stations: frame and name of the places with a name, ascending.
        label: what the film shows, for those who cannot see it.
        map: drawn beside the film, if given.
        key: of the element.
    """
    data = {
        "sprite": _as_sprite(hashlib.blake2b(np.ascontiguousarray(frames)).digest(), frames),
        "columns": COLUMNS,
        "side": frames.shape[1],
        "frames": len(frames),
        "stations": [{"frame": int(frame), "label": name} for frame, name in stations],
        "label": label,
        "map": None,
    }
    if map is not None:
        places = zip(LABELS, COLOURS, map.means.round(4).tolist(), strict=True)
        data["map"] = {
            "path": map.path.round(4).tolist(),
            "places": [{"label": name, "colour": colour, "x": x, "y": y} for name, colour, (x, y) in places],
            "label": map.label,
        }
    _film(data=data, key=key)


@st.cache_resource(max_entries=64, show_spinner=False)  # some 50 kB each, and 3 ms
def _as_sprite(content: bytes, _frames: np.ndarray) -> str:
    return pictures.data_uri(sprite(_frames, COLUMNS))
