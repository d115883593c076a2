"""What the chapter on roads draws of them: what each passes, its numbers in a table, its film."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, roads, stations
from ui.components import film
from vae_core import road
from vae_core.charts import film as films
from vae_core.charts import pictures
from vae_core.charts import roads as charts

MANY = 8  # changes of the digit, beyond which they are counted rather than listed
NAMES = {
    "straight": "Straight",
    "stations": "Through the tour's stations",
    "decoder": "Short for the decoder",
}


def passing(one: roads.Road, name: str, height: int = 190) -> None:
    """The strip and the class posterior of one road."""
    found = road.passages(one.reading.posterior)
    met = [str(passage.digit) for passage in found]
    figures.picture(
        partial(pictures.grid, one.walked.strip, roads.STRIP, gap=1, background=0.25),
        alt=f"{roads.STRIP} decoded pictures along the {name} road, from its start to its end.",
        width="stretch",
    )
    figures.chart(
        partial(charts.posterior_areas, one.reading.posterior, found, height),
        alt=f"Class posterior along the {name} road: the most probable digits are {', '.join(met)} in this order.",
        finding=f"Most probable: {_told_passages(found)}.",
    )


def _told_passages(found: list[road.Passage]) -> str:
    """Where the digit changes, as shares of the way; where it changes often, how often."""
    last = roads.POINTS - 1
    changes = [f"{p.digit} from {(p.first - 0.5) / last:.0%}" for p in found[1:]]
    if len(changes) > MANY:
        digits_met = road.told_digits(list(dict.fromkeys(p.digit for p in found)))
        return f"{digits_met}, with {len(changes)} changes"
    return ", then ".join([f"{found[0].digit} at the start", *changes])


def numbers(ways: Mapping[str, roads.Road], ends: tuple[int, int]) -> str:
    """A table of the roads between two digits, as Markdown."""
    readings = [way.reading for way in ways.values()]
    rows = {
        "latent length": [f"{reading.latent_length:.2f}" for reading in readings],
        "image-space length, grey levels": [f"{reading.image_length:.2f}" for reading in readings],
        "lowest log q(z), nats": [f"{reading.log_aggregate.min():.1f}" for reading in readings],
        "lowest log p(z), nats": [f"{reading.log_prior.min():.1f}" for reading in readings],
        "digits passed": [road.told_digits(road.passed(reading.posterior, ends)) for reading in readings],
    }
    head = f"| road | {' | '.join(ways)} |\n|:--|{'--:|' * len(ways)}\n"
    return head + "\n".join(f"| {name} | {' | '.join(values)} |" for name, values in rows.items())


@st.fragment
def show_film(asked: tuple, ways: Mapping[str, roads.Road], between: Sequence[int], ends: str, file: str) -> None:
    """The film of one road beside its map, with a control for which, and downloads.

    Args:
        asked: what `roads.walks` was asked for, the run's id first.
        ways: the roads it gave.
        between: digits on the road through the stations.
        ends: from where to where, in words.
        file: beginning of the name of what is downloaded.
    """
    name = controls.select("road_film", "Road", tuple(NAMES), style="buttons")
    way, plane = ways[name].walked, stations.plane(asked[0])
    middle = [str(digit) for digit in between] if name == "stations" else []
    corners = way.corners.tolist() if name == "stations" else [0, roads.POINTS - 1]
    film.show(
        roads.sprite(*asked, name),
        list(zip(corners, ["the start", *middle, "the end"], strict=True)),
        f"Film of the {name} road {ends}",
        film.Map(plane.place(way.path), plane.means, f"Map with the {name} road; a dot shows where the film is."),
        key="road_player",
    )

    def gif() -> bytes:
        return films.gif_bytes(roads.frames(*asked, name), roads.POINTS / 24)

    def strip() -> np.ndarray:
        chosen = roads.frames(*asked, name)[:: (roads.POINTS - 1) // 20]
        return pictures.grid(chosen, len(chosen), gap=1)

    with st.container(horizontal=True):
        figures.download_file("GIF", gif, f"{file}-{name}.gif", "image/gif", "road_gif")
        figures.download_picture("Strip", strip, f"{file}-{name}.png", "road_strip")
