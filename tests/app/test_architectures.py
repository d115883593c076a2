"""The chapter on architectures: predictions from stored figures, mixing z and skips, diagrams of each network."""

import json
import re

import pytest

from tests.app.opening import open_page, text
from vae_core import zoo

KEY = "architectures"


def diagram(at) -> dict:
    """Specification of the network's drawing."""
    return json.loads(at.get("vega_lite_chart")[-1].proto.spec)


def test_the_page_stands_for_every_size_and_model():
    at = open_page(KEY, "mlp-d2-b10")
    assert not at.exception
    assert "Who draws?" in [element.value for element in at.subheader]
    at.segmented_control(key=f"{KEY}_dim").set_value("2").run()
    assert not at.exception
    assert "mlp-d2-b1, conv-d2-b1" in text(at)


def test_both_predictions_are_answered_with_the_zoos_figures():
    at = open_page(KEY)
    runs = {"MLP": "mlp-d8-b1", "CNN": "conv-d8-b1", "UNet": "unet-d8-b1", "UNet, skips past z": "unet-skips-d8-b1"}
    error = {name: zoo.metrics(run_id)["test"]["half_sse"] for name, run_id in runs.items()}
    frechet = {name: zoo.sample_quality(run_id)["prior"]["frechet"] for name, run_id in runs.items()}
    for question, values in (("lowest reconstruction error", error), ("best samples", frechet)):
        (asked,) = (radio for radio in at.radio if question in radio.label)
        asked.set_value(min(values, key=values.get)).run()
    assert len([word for word in at.success if word.value.startswith("Yes:")]) == 2
    assert min(error, key=error.get) != min(frechet, key=frechet.get)  # or the chapter has no point


def test_the_skips_draw_and_the_rate_is_nothing():
    at = open_page(KEY)
    assert "In **100%** of the 90 mixed pairs" in text(at)
    ((*others, skips),) = re.findall(r"^\| rate \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", text(at), re.M)
    assert float(skips) == 0
    assert all(float(rate) > 5 for rate in others)
    at.segmented_control(key=f"{KEY}_z").set_value("1").run()
    at.segmented_control(key=f"{KEY}_skips").set_value("8").run()
    assert not at.exception
    assert "z from this 1" in text(at)
    assert "skips from this 8" in text(at)


@pytest.mark.parametrize(("network", "past"), [("MLP", 0), ("CNN", 0), ("UNet", 0), ("skips", 2)])
def test_each_network_is_drawn(network, past):
    at = open_page(KEY, **{f"{KEY}_network": network})
    assert not at.exception
    assert f"**{past} past z**" in text(at)
    assert "z ~ q(z|x)" in json.dumps(diagram(at), ensure_ascii=False)


def test_residual_blocks_open():
    at = open_page(KEY)
    closed = json.dumps(diagram(at))
    at.toggle(key=f"{KEY}_blocks").set_value(True).run()
    assert not at.exception
    assert "residual block" in closed
    assert "residual block" not in json.dumps(diagram(at))


def test_other_digits_and_other_draws():
    at = open_page(KEY)
    at.slider(key=f"{KEY}_shown").set_value(100).run()
    at.slider(key=f"{KEY}_seed").set_value(50).run()
    assert not at.exception
