"""The phases of the KL: the page tells the landmarks of the training that is shown, whatever model is loaded."""

import re

import pytest

from tests.app.opening import open_page, text
from ui import recorded
from vae_core import collapse, information, phases, zoo


def landmarks(run_id: str) -> phases.Landmarks:
    history = zoo.history(run_id)
    mean_image = collapse.mean_image_half_sse(zoo.digits().images)
    return phases.landmarks(history["step"], history["rate"], history["half_sse"], mean_image)


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d16-b3", "mlp-d20-bernoulli"])
def test_the_lesson_is_the_same_whatever_is_loaded(run_id):
    at = open_page("phases", run_id)
    assert not at.exception
    marks = landmarks("mlp-d2-b1-constant")
    assert f"to {marks.spike.rate:.2f} nats at step {marks.spike.step}" in text(at)
    assert f"ends at **{marks.end.rate:.2f}**" in text(at)
    assert len(at.get("vega_lite_chart")) == 4
    assert "**Takeaway.**" in text(at)


def test_another_training_has_its_own_landmarks():
    at = open_page("phases")
    at.segmented_control(key="phases_dim").set_value(16).run()
    at.segmented_control(key="phases_training").set_value("N(0, 0.1²) weights").run()
    assert not at.exception
    marks = landmarks("mlp-d16-b1-init-normal-0.1-constant")
    assert f"high: {marks.start.rate / marks.end.rate:.1f} times what it ends with" in text(at)
    at.segmented_control(key="phases_dim").set_value(3).run()  # recorded with the one-cycle schedule only
    assert not at.exception
    assert at.segmented_control(key="phases_training").value == "one-cycle"


def test_the_first_prediction_is_answered_with_every_training():
    at = open_page("phases")
    at.radio(key="phases_start").set_value("far above where it will end").run()
    assert any("It is near 0" in info.value for info in at.info)
    table = next(block.value for block in at.markdown if "weights | step 1" in block.value)
    assert len(re.findall(r"^\| \d+, (default|wide) \|", table, re.MULTILINE)) == 6
    assert "none of 3 trainings start high" in text(at)


def test_the_second_shows_what_the_spike_is_made_of():
    at = open_page("phases", phases_dim="8", phases_spike="less than a quarter")
    assert not at.exception
    assert at.success[0].value.startswith("Yes")
    shots = zoo.snapshots("mlp-d8-b1-constant")
    end = information.split_rate(shots["mean"][-1], shots["logvar"][-1], 0)
    assert f"At the end **{end.information:.2f}** of {end.rate:.2f} nats are information" in text(at)
    assert f"{information.ceiling(1000):.2f} nats" in text(at)


def test_the_bug_can_be_watched_and_collapses():
    at = open_page("phases")
    next(button for button in at.button if button.label == "Watch it collapse").click().run()
    assert not at.exception
    assert at.segmented_control(key="phases_training").value == "β = 392"
    assert "and no rise" in text(at)
    assert "z is not used" in text(at)


def test_collapse_is_predicted_and_measured_for_the_loaded_model():
    at = open_page("phases", "mlp-d8-b3")
    rate = zoo.metrics("mlp-d8-b3")["test"]["rate"]
    linear = collapse.linear_rates(collapse.leading_variances(zoo.digits().images), 3.0, 8)
    assert f"linear {linear.sum():.2f} nats in {(linear > 0).sum()} dimensions, measured **{rate:.2f}**" in text(at)


def test_a_link_opens_a_training_at_a_step_and_an_impossible_step_is_named():
    at = open_page("phases", phases_dim="8", phases_training="one-cycle", phases_step="268")
    assert at.selectbox(key="phases_step").value == 268
    at = open_page("phases", phases_step="1234567")
    assert any("1234567" in warning.value for warning in at.warning)
    assert at.selectbox(key="phases_step").value == 0


def test_every_recorded_training_has_a_name_of_its_own_in_its_dimension():
    runs = [run for run in zoo.list_runs() if run.snapshots]
    names = [(run.latent_dim, recorded.name(run)) for run in runs]
    assert len(names) == len(set(names))
