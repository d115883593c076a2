"""A chart is built once for all who ask for the same, and everyone is sent it whole."""

import json

import altair as alt
import numpy as np
import pandas as pd
import pyarrow
import pytest
from streamlit.testing.v1 import AppTest

from ui import figures
from vae_core.charts import roads

built: list[str] = []


def bars(heights: np.ndarray, colour: str) -> alt.Chart:
    built.append(colour)
    table = pd.DataFrame({"x": range(len(heights)), "y": heights})
    return alt.Chart(table).mark_bar(color=colour).encode(x="x:Q", y="y:Q")


def _page() -> None:
    from functools import partial

    import numpy as np
    import streamlit as st

    from tests.app.test_figures import bars
    from ui import figures

    heights = np.arange(float(st.session_state.get("bars", 3)))
    figures.chart(partial(bars, heights, "teal"), alt="Bars.")
    figures.chart(partial(bars, heights.copy(), "teal"), alt="The same bars.")
    figures.chart(partial(bars, heights, colour="pink"), alt="Other bars.")


def test_the_same_is_built_once_and_sent_whole():
    built.clear()
    at = AppTest.from_function(_page, default_timeout=60).run()
    assert not at.exception
    assert built == ["teal", "pink"]
    first, again, other = (each.proto for each in at.get("vega_lite_chart"))
    assert first.spec == again.spec
    assert first.datasets[0].data.data == again.datasets[0].data.data != b""
    assert (first.alt, again.alt) == ("Bars.", "The same bars.")
    assert json.loads(other.spec)["mark"]["color"] == "pink"
    before = first.datasets[0].data.data

    at.run()  # another visit, or another student
    assert built == ["teal", "pink"]
    assert at.get("vega_lite_chart")[0].proto.datasets[0].data.data == before

    at.session_state["bars"] = 4
    at.run()
    assert built == ["teal", "pink", "teal", "pink"]
    assert at.get("vega_lite_chart")[0].proto.datasets[0].data.data != before


def shade(level: float) -> np.ndarray:
    built.append(f"{level:g}")
    return np.full((4, 4), level)


def _pictures() -> None:
    from functools import partial

    from tests.app.test_figures import shade
    from ui import figures

    figures.picture(partial(shade, 0.5), alt="Grey.")
    figures.picture(partial(shade, 0.5), alt="The same grey.")
    figures.picture(partial(shade, 0.25), alt="Darker.")
    figures.picture(shade(0.5), alt="Grey, as an array.")


def test_a_picture_is_made_once_and_is_the_same_as_its_array():
    built.clear()
    at = AppTest.from_function(_pictures, default_timeout=60).run()
    assert not at.exception
    grey, again, darker, whole = (each.proto.imgs[0].url for each in at.get("image"))
    assert grey == again == whole != darker
    assert grey.startswith("data:image/png;base64,")
    assert built == ["0.5", "0.25", "0.5"]


@pytest.mark.parametrize("level", [None, -3.0])
def test_a_drawing_is_sent_with_its_own_rows_and_leaves_its_look_alone(level):
    lines = {name: np.arange(4.0) * factor for factor, name in enumerate(roads.ROADS, 1)}
    drawing = roads.along(lines, "nats", level)
    whole = drawing.to_dict()
    sent, again = figures._drawn(drawing), figures._drawn(roads.along(lines, "nats", level))
    assert sent == again
    assert figures._drawn(roads.along({**lines, "decoder": lines["straight"]}, "nats", level)) != sent
    for part, named in zip(_with_data(sent), _with_data(whole), strict=True):
        table = pyarrow.ipc.open_stream(sent["datasets"][part["data"]["name"]]).read_all()
        assert table.to_pylist() == whole["datasets"][named["data"]["name"]]
        assert part["encoding"] == named["encoding"]
    assert drawing.to_dict() == whole


def _with_data(specification: dict) -> list[dict]:
    """The layers, each with the data it is drawn from."""
    shared = {"data": specification.get("data")}
    return [shared | layer for layer in specification["layer"]]
