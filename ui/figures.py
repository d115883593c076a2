"""Charts and pictures with alternative text and a caption that says what was found; downloads of both."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import streamlit as st
from altair.utils import schemapi
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from vae_core.charts import pictures

schemapi.disable_debug_mode()  # nor is every part of a chart compared as it is made


def chart(figure, alt: str, finding: str | None = None, *, key: str | None = None, **more):
    """Show an Altair chart or a Plotly figure.

    Args:
        figure: `alt.Chart` (layered, concatenated, …) or `plotly.graph_objects.Figure`.
        alt: what a student who cannot see the chart would be told, one sentence.
        finding: what was computed, drawn under the chart.
        key: needed with `on_select`, so that a selection outlives new data.
        more: goes to `st.altair_chart` or `st.plotly_chart`: `on_select`, `height`, …

    Returns:
        What Streamlit returns: the selection with `on_select="rerun"`.
    """
    if type(figure).__module__.startswith("plotly"):
        draw = st.plotly_chart
    else:
        draw = st.altair_chart
        # Comparing it with Vega-Lite's schema costs twice the drawing; the tests do so for every chart of every page.
        object.__setattr__(figure, "to_dict", partial(type(figure).to_dict, figure, validate=False))
    event = draw(figure, width="stretch", alt=alt, key=key, **more)
    if finding:
        st.caption(finding)
    return event


def picture(image: np.ndarray, alt: str, finding: str | None = None, *, width: int | str = "content") -> None:
    """Show a grey (H, W) or colour (H, W, 3) array, in [0, 1] or uint8, without smoothing its pixels away."""
    height, across = image.shape[:2]
    shown = pictures.enlarge(image, max(1, 512 // max(height, across)))
    st.image(pictures.data_uri(shown), alt=alt, width=width)
    if finding:
        st.caption(finding)


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
