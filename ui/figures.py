"""Charts and pictures with alternative text and a caption that says what was found; downloads of both."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pickle import dumps
from typing import Any

import numpy as np
import pyarrow
import streamlit as st
from streamlit.dataframe_util import convert_anything_to_arrow_bytes
from streamlit.elements.vega_charts import _convert_altair_to_vega_lite_spec
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from ui import quick_altair, quick_plotly
from ui.kept_by_size import Kept, weight_of
from vae_core.charts import pictures
from vae_core.charts.drawing import Drawing, with_numbers
from vae_core.charts.plotly_figure import PlotlyFigure

# Charts as they are sent, some three hundred. Fifty students of a replica look at two hundred: those that a move of a
# control leaves as they were are not made anew.
KEPT_BYTES = 12_000_000
PICTURE_BYTES = 4_000_000  # of pictures' addresses
TO_ZOOM = "**Drag** to move, **Ctrl** and the wheel to zoom."  # what `charts.plane.zoom` lets a student do
quick_altair.make_quick()


def chart(figure, alt: str, finding: str | None = None, *, key: str | None = None, **more):
    """Show an Altair chart or a Plotly figure.

    Args:
        figure: `alt.Chart` (layered, concatenated, …), `Drawing` or `PlotlyFigure`, or what `as_sent` made of one; or a
            `functools.partial` that makes one from its arguments alone: it is called once, and whoever asks for the
            same is sent the same.
        alt: what a student who cannot see the chart would be told, one sentence.
        finding: what was computed, drawn under the chart.
        key: needed with `on_select`, so that a selection outlives new data.
        more: goes to `st.vega_lite_chart` or `st.plotly_chart`: `on_select`, `height`, …

    Returns:
        What Streamlit returns: the selection with `on_select="rerun"`.
    """
    made = _made.get(_content(figure), lambda: as_sent(figure())) if isinstance(figure, partial) else as_sent(figure)
    draw = st.vega_lite_chart if isinstance(made, dict) else st.plotly_chart
    event = draw(made, width="stretch", alt=alt, key=key, **more)
    if finding:
        st.caption(finding)
    return event


def _weigh(made) -> int:
    return weight_of(made if isinstance(made, dict) else made.specification.text)


_made = Kept(KEPT_BYTES, _weigh)


def _content(recipe: partial) -> bytes:
    """What a recipe consists of, functions by name; Streamlit's own hash refuses some of the types."""
    return hashlib.blake2b(dumps((recipe.func, recipe.args, recipe.keywords))).digest()


def as_sent(figure):
    """An Altair chart as the dict that Streamlit takes, its data as Arrow; kept with the chart, for many are cached.

    A Plotly figure becomes what `quick_plotly.sent` makes of it. Change no figure after this.
    """
    if isinstance(figure, dict | quick_plotly.Sent):
        return figure
    if isinstance(figure, Drawing):
        return _drawn(figure)
    if isinstance(figure, PlotlyFigure):
        return quick_plotly.sent(figure)
    known = vars(figure).get("_as_sent")
    if known is None:
        # Comparing it with Vega-Lite's schema costs twice the drawing; the tests do so for every chart of every page.
        object.__setattr__(figure, "to_dict", partial(type(figure).to_dict, figure, validate=False))
        known = _convert_altair_to_vega_lite_spec(figure)
        object.__setattr__(figure, "_as_sent", known)
    return known


def _drawn(drawing: Drawing) -> dict[str, Any]:
    """A drawing as the dict that Streamlit takes; its look is turned into JSON once."""
    known = vars(drawing.look).get("_as_json")
    if known is None:
        known = json.dumps({key: value for key, value in as_sent(drawing.look).items() if key != "datasets"})
        object.__setattr__(drawing.look, "_as_json", known)
    specification, datasets, named = with_numbers(json.loads(known), drawing.numbers), {}, {}
    for name, columns in drawing.tables.items():
        data = convert_anything_to_arrow_bytes(pyarrow.table(dict(columns)))
        # Named by what they hold, as Streamlit does: no other data are taken for an addition to these.
        named[name] = hashlib.blake2b(data, digest_size=16).hexdigest()
        datasets[named[name]] = data
    for part in (specification, *specification["layer"]):
        if "data" in part:
            part["data"] = {"name": named[part["data"]["name"]]}
    return specification | {"datasets": datasets}


def picture(
    image: np.ndarray | str | partial, alt: str, finding: str | None = None, *, width: int | str = "content"
) -> None:
    """Show a grey (H, W) or colour (H, W, 3) array, in [0, 1] or uint8, without smoothing its pixels away.

    Also what `address` made of an array, or a `functools.partial` that makes one from its arguments alone: it is called
    where nobody has asked for the same before.
    """
    if not isinstance(image, str):
        recipe = image if isinstance(image, partial) else partial(np.asarray, image)
        image = _addresses.get(_content(recipe), lambda: address(recipe()))
    st.image(image, alt=alt, width=width)
    if finding:
        st.caption(finding)


def address(image: np.ndarray) -> str:
    """The picture itself as an address, some 5 kB."""
    return pictures.data_uri(pictures.enlarge(image, max(1, 512 // max(image.shape[:2]))))


_addresses = Kept(PICTURE_BYTES, len)


def download_picture(label: str, image: np.ndarray | Callable[[], np.ndarray], file_name: str, key: str) -> None:
    """A button that hands out the array as PNG, enlarged to be useful on a slide; made when it is clicked."""

    def png() -> bytes:
        array = image() if callable(image) else image
        return pictures.png_bytes(pictures.enlarge(array, max(1, 1024 // max(array.shape[:2]))))

    _download(label, png, file_name, "image/png", key)


def download_file(label: str, data: Callable[[], bytes], file_name: str, mime: str, key: str) -> None:
    """A button that hands out what `data` makes when it is clicked."""
    _download(label, data, file_name, mime, key)


def download_table(label: str, table: Callable, file_name: str, key: str) -> None:
    """A button that hands out a data frame as CSV; `table` is called when it is clicked."""
    _download(label, lambda: table().to_csv(index=False).encode(), file_name, "text/csv", key)


def _download(label: str, data: Callable[[], bytes], file_name: str, mime: str, key: str) -> None:
    icon = ":material/download:"
    st.download_button(
        label, _in_this_session(data), file_name=file_name, mime=mime, key=key, icon=icon, on_click="ignore"
    )


def _in_this_session(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Streamlit calls `make` in a thread of no session, where a student's own run is not to be found; take it there."""
    context = get_script_run_ctx()

    def made() -> bytes:
        with ThreadPoolExecutor(1, initializer=lambda: add_script_run_ctx(ctx=context)) as thread:
            return thread.submit(make).result()

    return made
