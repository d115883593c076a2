"""A film in the page: frames that play, pause and scrub in the browser, with a map of where each was taken.

The frames travel as one PNG sprite in a `data:` URI, so nothing is fetched and the server hears nothing while it
plays. It starts paused. Where the system asks for less motion it shows one still a station.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ui.components import sources
from vae_core.charts import film, pictures
from vae_core.charts.palette import COLOURS, LABELS

COLUMNS = 16  # of the sprite
_film = sources.component(Path(__file__).parent)


class Sprite(NamedTuple):
    """The frames of a film in one picture."""

    address: str  # a `data:` URI, 40 to 70 kB
    frames: int
    side: int  # of each, pixels


class Map(NamedTuple):
    """Where the film was taken: the path and the ten class means in a plane."""

    path: np.ndarray  # (T, 2), one point a frame
    means: np.ndarray  # (10, 2)
    label: str  # alternative text


def show(sprite: Sprite, stations: Sequence[tuple[int, str]], label: str, map: Map | None = None, *, key: str) -> None:
    """Draw the film.

    Args:
        sprite: what `as_sprite` made of the frames; whoever calls keeps it.
        stations: frame and name of the places with a name, ascending.
        label: what the film shows, for those who cannot see it.
        map: drawn beside the film, if given.
        key: of the element.
    """
    data = {
        "sprite": sprite.address,
        "columns": COLUMNS,
        "side": sprite.side,
        "frames": sprite.frames,
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


def as_sprite(frames: np.ndarray) -> Sprite:
    """Of square pictures (T, S, S), uint8 or float in [0, 1]; it takes some 2 ms."""
    return Sprite(pictures.data_uri(film.sprite(frames, COLUMNS)), len(frames), frames.shape[1])
