"""Which class is a point: maps and points, scores, confusions, mistakes, for every kind of model."""

import json
import re

import numpy as np
import pytest
from scipy.special import logsumexp

from tests.app.opening import open_page, text
from ui import known_classes, models, plane_choice, posterior_explorer
from vae_core import zoo
from vae_core.gaussians import Gaussian

KEY = "class_posterior"


def charts(at) -> list[dict]:
    """Specifications of the page's Altair charts."""
    return [json.loads(element.proto.spec) for element in at.get("vega_lite_chart")]


def table_row(at, name: str) -> list[float]:
    """Accuracy, its standard error, log-loss and its standard error in one row of the scores."""
    (line,) = re.findall(rf"^\| {re.escape(name)}.*$", text(at), flags=re.MULTILINE)
    return [float(number) for number in re.findall(r"\d+\.\d+", line.split("|", 2)[2])]


@pytest.mark.parametrize(
    "run_id", ["mlp-d2-b1", "mlp-d8-b0.1", "mlp-d20-bernoulli", "mlp-d16-calibrated", "mlp-d8-b10"]
)
def test_every_kind_of_model_is_shown(run_id):
    at = open_page(KEY, run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)
    assert len(charts(at)) == 4  # two maps, the bars, the confusion matrix


def test_the_scores_are_those_of_bayes_rule_on_the_test_images():
    at = open_page(KEY, "mlp-d8-b0.1")
    moments, test = zoo.moments("mlp-d8-b0.1"), zoo.test_encodings("mlp-d8-b0.1")
    joint = np.stack(
        [
            Gaussian(moments.mean[c], moments.covariance[c]).log_prob(test.mean) + np.log(moments.count[c] / 59_000)
            for c in range(10)
        ],
        axis=1,
    )
    accuracy = 100 * (joint.argmax(1) == test.label).mean()
    log_loss = (logsumexp(joint, axis=1) - joint[np.arange(10_000), test.label]).mean()
    found = table_row(at, "one Gaussian a class, all 59,000 training images")
    assert found[0] == pytest.approx(accuracy, abs=0.051)
    assert found[2] == pytest.approx(log_loss, abs=0.00051)


def test_the_exact_mixture_loses_in_eight_dimensions_at_a_small_beta():
    at = open_page(KEY, "mlp-d8-b0.1")
    gaussian, mixture = table_row(at, "one Gaussian a class, 400 digits"), table_row(at, "the mixture of the same 400")
    assert gaussian[0] > mixture[0] + 2
    assert gaussian[2] < mixture[2] / 4
    assert "the simpler choice is better than it" in text(at)
    at.toggle(key=f"{KEY}_family").set_value(True).run()
    assert not at.exception
    assert re.search(r"In 8 dimensions at β = 0\.\d+ one Gaussian names", text(at))
    assert len(charts(at)) == 6


def test_a_point_is_typed_and_both_ways_answer():
    at = open_page(KEY, "mlp-d2-b1")
    mean = zoo.moments("mlp-d2-b1").mean[1]
    at.number_input(key=f"{KEY}_x").set_value(float(mean[0])).run()
    at.number_input(key=f"{KEY}_y").set_value(float(mean[1])).run()
    assert "With one Gaussian a class: **1**" in text(at)
    assert "With the mixture a class: **1**" in text(at)
    assert not any("Hardly any digit" in info.value for info in at.info)
    at.number_input(key=f"{KEY}_x").set_value(60.0).run()
    assert any("Hardly any digit lives here" in info.value for info in at.info)
    assert not at.exception


def test_the_map_is_coloured_by_class_or_by_entropy():
    at = open_page(KEY, "mlp-d2-b1")
    assert charts(at)[0]["layer"][0]["encoding"]["color"]["field"] == "digit"
    at.segmented_control(key=f"{KEY}_colour").set_value("entropy").run()
    assert charts(at)[0]["layer"][0]["encoding"]["color"]["field"] == "entropy"


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d8-b1"])
def test_the_map_a_page_opens_with_is_the_map_of_its_plane(run_id):
    plane = plane_choice.at_first(models.config(run_id))
    way = (run_id, known_classes.GAUSSIAN, plane.names, plane.axes, posterior_explorer.ALL)
    kept, computed = posterior_explorer._map(*way), posterior_explorer._computed(*way)
    np.testing.assert_array_equal(kept.xy, computed.xy)
    np.testing.assert_array_equal(kept.named, computed.named)
    np.testing.assert_allclose(kept.probability, computed.probability, rtol=1e-6)
    np.testing.assert_allclose(kept.entropy, computed.entropy, rtol=1e-6, atol=1e-30)


def test_above_two_dimensions_the_student_picks_the_plane_and_what_it_passes_through():
    at = open_page(KEY, "mlp-d8-b0.1")
    before = [caption.value for caption in at.caption]
    assert any("slice of 8 dimensions" in caption for caption in before)
    at.segmented_control(key=f"{KEY}_plane").set_value("principal axes").run()
    assert "first principal axis" in at.number_input(key=f"{KEY}_x").label
    at.selectbox(key=f"{KEY}_through").set_value("4").run()
    assert any("the mean of class 4" in caption.value for caption in at.caption)
    assert not at.exception
    at.sidebar.selectbox(key="model").set_value("mlp-d2-b1").run()  # in 2-D there is nothing to choose
    assert not at.exception
    assert not any("slice of" in caption.value for caption in at.caption)


def test_images_are_judged_at_a_sample_too():
    at = open_page(KEY, "mlp-d8-b0.1")
    at_mean = table_row(at, "one Gaussian a class, 400 digits")
    at.segmented_control(key=f"{KEY}_at").set_value("one sample z").run()
    assert table_row(at, "one Gaussian a class, 400 digits")[2] > at_mean[2]  # the noise of q(z|x) costs nats


def test_mistakes_are_shown_for_both_ways():
    at = open_page(KEY, "mlp-d8-b0.1")

    def surest() -> list[str]:
        return [element.value for element in at.markdown if re.match(r"\*\*\d\*\* named \*\*\d\*\*, p", element.value)]

    first = surest()
    assert len(first) == 12
    assert all(line[2] != line[14] for line in first)  # a digit is not named itself
    at.segmented_control(key=f"{KEY}_from").set_value("the mixture").run()
    assert surest() != first
    assert "p > 0.999" in surest()[0]  # the spiky mixture is sure of its mistakes


def test_the_prediction_is_answered_with_the_models_figures():
    at = open_page(KEY, "mlp-d8-b0.1")
    (question,) = (radio for radio in at.radio if "Which names more" in radio.label)
    question.set_value("one Gaussian").run()
    assert any(success.value == "Yes: one Gaussian." for success in at.success)


def test_fewer_digits_a_class_are_tried_on_request():
    at = open_page(KEY, "mlp-d2-b1")
    at.toggle(key=f"{KEY}_growth").set_value(True).run()
    assert not at.exception
    assert "The last step, from 200 to 400 digits a class" in text(at)
