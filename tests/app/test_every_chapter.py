"""All chapters: with a model whose z says nothing, and every chart as Vega-Lite or Plotly wants it."""

import json
import re

import plotly.graph_objects as go
import pytest
from altair.utils import schemapi
from altair.vegalite.v6.schema.core import Root

from tests.app.opening import open_page, text
from ui import course

COLLAPSED = "unet-skips-d8-b1"  # a UNet with rate 0; its decoder wants features of an image


def test_a_model_that_does_not_use_z_breaks_no_chapter():
    at = open_page(None, COLLAPSED)
    problems = {}
    for chapter in course.CHAPTERS:
        at.switch_page(chapter.file).run()
        found = [element.value for element in [*at.exception, *at.error]]
        found += re.findall(r".{0,40}\b(?:nan|NaN)\b.{0,40}", text(at))
        if found or at.title[0].value != chapter.title:
            problems[chapter.key] = found or at.title[0].value
    assert problems == {}


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d3-b1", "mlp-d8-b1"])
def test_every_chart_fits_the_schema_and_is_made_of_altairs_own_objects(run_id, monkeypatch):
    hashed = []  # a channel given as a string or a dict costs a hash of Altair's whole schema
    make = schemapi._FromDict.__init__
    monkeypatch.setattr(schemapi._FromDict, "__init__", lambda *given: hashed.append(given) or make(*given))
    at = open_page(None, run_id)
    drawn, in_plotly = 0, set()
    for chapter in course.CHAPTERS:
        at.switch_page(chapter.file).run()
        for toggle in at.main.toggle:
            if (toggle.key or "").endswith("_shown"):
                toggle.set_value(True)
        at.run()
        for chart in at.get("vega_lite_chart"):
            Root.validate(json.loads(chart.proto.spec))  # the app itself does not, to save the time
            drawn += 1
        for chart in at.get("plotly_chart"):
            go.Figure(json.loads(chart.proto.spec))
            in_plotly.add(chapter.key)
        assert not hashed, chapter.key
    assert drawn > 40
    assert in_plotly >= {"beta"} | ({"forming", "volume"} if run_id == "mlp-d3-b1" else set())
