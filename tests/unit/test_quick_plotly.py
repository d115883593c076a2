"""Figures sent without Plotly's checks say what Plotly itself would say of them."""

import json

import numpy as np
import pytest
from streamlit.elements.plotly_chart import _expand_typed_arrays
from streamlit.testing.v1 import AppTest

from ui import quick_plotly
from vae_core.charts import beta_curves
from vae_core.charts.plotly_figure import PlotlyFigure, to_json

RNG = np.random.default_rng(0)
DOTS = RNG.normal(size=(4, 2)).astype(np.float32)
ANIMATION = PlotlyFigure(
    [{"type": "scatter", "x": DOTS[:, 0], "y": DOTS[:, 1], "mode": "markers", "text": np.array(list("abcd"))}],
    {"height": 300, "xaxis": {"title": {"text": "z₁"}, "range": [np.float64(-1), 2]}},
    [{"name": "one", "data": [{"type": "scatter", "x": DOTS[::-1, 0], "y": np.arange(4)}], "traces": [0]}],
)
FIGURES = {
    "animation": ANIMATION,
    "curve": beta_curves.curve(np.array([0.1, 1]), np.array([0.2, 0.3]), "share", [(0, "left", "#000000")], None, True),
    "surface": PlotlyFigure(
        [
            {"type": "mesh3d", **dict(zip("xyz", RNG.normal(size=(3, 5)), strict=True)), "i": [0, 1], "j": [1, 2]}
            | {"k": np.array([2, 3])},
            {"type": "heatmap", "z": RNG.normal(size=(2, 3))},
        ],
        {},
    ),
}


def page(figure, plotly):
    import streamlit as st

    from ui import quick_plotly

    st.plotly_chart(plotly, alt="what it shows", theme=None, key="one")
    sent = quick_plotly.sent(figure)
    st.plotly_chart(sent, alt="what it shows", theme=None, key="other")
    st.plotly_chart(plotly, width="content", height="content", key="after")  # Plotly's own are sent as ever


def page_of_one(figure):
    import streamlit as st

    st.plotly_chart(figure)


@pytest.mark.parametrize("name", FIGURES)
def test_the_browser_gets_the_same_figure(name):
    figure = FIGURES[name]
    at = AppTest.from_function(page, args=(figure, figure.checked())).run()
    assert not at.exception
    theirs, ours, after = (json.loads(chart.proto.spec) for chart in at.get("plotly_chart"))
    theirs, ours, after = map(_expand_typed_arrays, (theirs, ours, after))
    assert theirs["layout"]["template"]["data"]
    assert ours | {"frames": ours.get("frames") or None} == theirs | {"frames": theirs.get("frames") or None}
    assert after == theirs


def test_a_figure_is_turned_into_json_once(monkeypatch):
    sent = quick_plotly.sent(ANIMATION)
    monkeypatch.setattr(quick_plotly, "to_json", lambda figure: pytest.fail("once more"))
    at = AppTest.from_function(page_of_one, args=(sent,)).run()
    assert not at.exception
    assert at.get("plotly_chart")[0].proto.spec == sent.to_dict().text


def test_what_plotly_does_not_know_is_found():
    with pytest.raises(ValueError, match="colour"):
        PlotlyFigure([{"type": "scatter", "colour": "red"}], {}).checked()


def test_json_has_no_word_for_what_is_not_finite():
    with pytest.raises(ValueError, match="Out of range"):
        to_json({"layout": {"height": float("nan")}})
    gap = json.loads(to_json({"x": np.array([1, np.nan], np.float32)}))  # in an array it is a gap
    assert _expand_typed_arrays(gap) == {"x": [1, None]}
    with pytest.raises(TypeError, match="set is nothing"):
        to_json({"x": {1}})
    assert _expand_typed_arrays(json.loads(to_json({"i": np.arange(3), "b": np.array([True])}))) == {
        "i": [0, 1, 2],
        "b": [True],
    }
