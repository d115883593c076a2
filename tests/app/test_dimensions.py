"""Every dimension at once: what is drawn of which run, the control that a click moves, and two runs compared."""

import json

import numpy as np
import pytest

from tests.app.opening import open_page, text
from ui import dimension_views
from vae_core import zoo

MODELS = ["mlp-d2-b1", "mlp-d8-b0.1", "mlp-d16-b1", "mlp-d20-bernoulli"]


def charts(at) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in at.get("vega_lite_chart")]


@pytest.mark.parametrize("run_id", MODELS)
def test_every_dimension_is_drawn_with_its_rate_or_as_off(run_id):
    at = open_page("dimensions", run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)
    labels = "".join(json.dumps(chart, ensure_ascii=False) for chart in charts(at))
    rates = np.array(zoo.metrics(run_id)["test"]["rate_per_dimension"])
    for dimension, rate in enumerate(rates):
        shown = "off" if rate < 0.01 else f"{rate:.2g}"
        name = dimension_views.named(dimension)
        assert f'["{name}", "{shown}"]' in labels
    # Ordered by rate: the control lists them as the chart does.
    assert at.selectbox(key="dimensions_at").options == [f"z{d + 1}" for d in np.argsort(-rates, kind="stable")]


@pytest.mark.parametrize("kind", [dimension_views.MEANS, dimension_views.SAMPLES, dimension_views.BOTH])
@pytest.mark.parametrize("form", ["side by side", "polar"])
def test_means_samples_and_both_in_either_form(kind, form):
    at = open_page("dimensions", "mlp-d8-b0.1")
    at.segmented_control(key="dimensions_of").set_value(kind).run()
    at.segmented_control(key="dimensions_form").set_value(form).run()
    assert not at.exception
    assert ("posterior mean" in text(at)) == (kind != dimension_views.SAMPLES)
    assert ("one sample z" in text(at)) == (kind != dimension_views.MEANS)
    assert ("Harder here" in text(at)) == (form == "polar")


def test_classes_stand_side_by_side_in_rows_that_can_be_read():
    at = open_page("dimensions", "mlp-d8-b0.1")
    assert len(charts(at)) == 1
    at.button_group(key="dimensions_digits").set_value([1, 4, 7]).run()
    assert not at.exception
    assert "digits of 1, 4, 7" in text(at)
    assert len(charts(at)) == 2
    at.selectbox(key="dimensions_other").set_value("mlp-d8-b1").run()
    at.segmented_control(key="dimensions_of").set_value(dimension_views.BOTH).run()
    assert not at.exception
    assert "right half, hollow: mlp-d8-b1" in text(at)


def test_what_a_dimension_draws_stands_beside_it():
    at = open_page("dimensions", "mlp-d8-b0.1")
    rates = zoo.metrics("mlp-d8-b0.1")["test"]["rate_per_dimension"]
    at.selectbox(key="dimensions_at").set_value(3).run()
    dimension = int(np.argsort(-np.array(rates), kind="stable")[3])
    assert f"{dimension_views.named(dimension)}: rate {rates[dimension]:.3f} nats" in text(at)
    # A run with fewer dimensions has no such place: the first is shown.
    at.selectbox(key="dimensions_at").set_value(7).run()
    at.selectbox(key="model").set_value("mlp-d2-b1").run()
    assert not at.exception
    assert at.selectbox(key="dimensions_at").value == 0


@pytest.mark.parametrize("other", ["mlp-d8-b1", "mlp-d2-b1", "mlp-d16-b1"])
def test_two_runs_are_compared_by_rate_and_matched(other):
    at = open_page("dimensions", "mlp-d8-b0.1")
    at.selectbox(key="dimensions_other").set_value(other).run()
    assert not at.exception
    found, share = dimension_views.match("mlp-d8-b0.1", other)
    assert f"mean |r| is **{found.quality:.2f}**" in text(at)
    assert f"**{share:.0%}** of the variance" in text(at)
    assert "does not mean being the same" in text(at)
    matrices = charts(at)[-2:]
    assert "does not mean being the same" in text(at)
    at.segmented_control(key="dimensions_pairs").set_value("match").run()
    assert not at.exception
    assert "Paired by correlation" in text(at)
    assert charts(at)[-2:] == matrices  # before and after are both shown, whichever is drawn above
    flipped = [pair for pair in dimension_views.paired(*runs("mlp-d8-b0.1", other), "match") if pair.sign < 0]
    options = at.selectbox(key="dimensions_at").options
    assert sum("/-z" in option for option in options) == len(flipped)


def test_the_run_compared_with_becoming_the_one_loaded_ends_the_comparison():
    at = open_page("dimensions", "mlp-d8-b0.1")
    at.selectbox(key="dimensions_other").set_value("mlp-d8-b1").run()
    at.selectbox(key="model").set_value("mlp-d8-b1").run()
    assert not at.exception
    assert at.selectbox(key="dimensions_other").value == "no other run"


def test_the_prediction_is_answered_with_the_runs_own_numbers():
    at = open_page("dimensions", "mlp-d8-b0.1")
    at.radio(key="dimensions_width").set_value("below 0.9").run()
    assert at.success or any("You said" in info.value for info in at.info)


def runs(*ids):
    found = {run.run_id: run for run in zoo.list_runs()}
    return [found[run_id] for run_id in ids]
