"""Volume and direction: the run's own figures, the walks, the zoo's warning, and the exercise's diagnosis."""

import json

import numpy as np
import pytest

from tests.app.opening import open_page, text
from vae_core import clouds, zoo
from vae_core.exercises import ellipse

MODELS = ["mlp-d2-b1", "mlp-d3-b1", "mlp-d8-b0.1", "mlp-d16-b1", "mlp-d20-bernoulli"]


@pytest.mark.parametrize("run_id", MODELS)
def test_the_volumes_named_are_those_of_the_run(run_id):
    at = open_page("volume", run_id)
    assert not at.exception
    rates = np.array(zoo.metrics(run_id)["test"]["rate_per_dimension"])
    active = np.flatnonzero(rates >= 0.01)  # the others are left out, and add nothing
    volumes = clouds.clouds(clouds.restricted(zoo.moments(run_id), active.tolist())).log_volume[:-1]
    assert f"the **{volumes.argmin()}** takes the least room, {volumes.min():.2f} nats" in text(at)
    assert f"{volumes.max():.2f}: a factor of {np.exp(np.ptp(volumes)):.1f}" in text(at)
    assert "**Takeaway.**" in text(at)
    assert len(at.get("plotly_chart")) == (len(active) >= 3)


def test_dimensions_that_are_off_are_left_out_until_counted_in():
    at = open_page("volume", "mlp-d16-b1")
    active = zoo.metrics("mlp-d16-b1")["test"]["active_units"]
    assert f"of its {active} dimensions" in text(at)
    at.toggle(key="volume_all").set_value(True).run()
    assert not at.exception
    assert "of its 16 dimensions" in text(at)


def test_classes_size_and_space_of_the_clouds():
    at = open_page("volume", "mlp-d8-b0.1")
    assert "holds 20% of a Gaussian" in text(at)
    at.segmented_control(key="volume_sigma").set_value(2).run()
    assert "holds 74% of a Gaussian" in text(at)
    at.segmented_control(key="volume_space").set_value(2).run()
    assert "holds 86% of a Gaussian" in text(at)
    assert not at.get("plotly_chart")
    at.button_group(key="volume_classes").set_value([]).run()
    assert not at.exception
    assert any("Choose a class" in info.value for info in at.info)


def test_another_axis_has_other_angles_and_loadings():
    at = open_page("volume", "mlp-d8-b0.1")
    assert "classes' axes 1" in text(at)
    at.segmented_control(key="volume_axis").set_value(2).run()
    assert not at.exception
    assert "classes' axes 2" in text(at)


def test_two_classes_walk_side_by_side():
    at = open_page("volume", "mlp-d8-b0.1")
    assert "of a 4 changes most" in text(at)
    assert "of a 7 changes most" in text(at)
    at.segmented_control(key="volume_right").set_value(0).run()
    assert not at.exception
    assert "of a 0 changes most" in text(at)


def test_comparing_volumes_across_latent_dimensions_is_answered_with_why_not():
    at = open_page("volume", "mlp-d8-b0.1")
    assert not at.warning
    at.segmented_control(key="volume_dims").set_value("all at once").run()
    assert not at.exception
    assert any("not compared across latent dimensions" in warning.value for warning in at.warning)
    at.segmented_control(key="volume_quantity").set_value("effective").run()
    assert not at.warning  # a count of axes is a count in any number of dimensions
    assert not at.exception


def answer(at, volume, long, short, angle):
    for name, value in {"volume": volume, "long": long, "short": short, "angle": angle}.items():
        at.number_input(key=f"volume_problem_0__{name}").set_value(float(value))
    next(button for button in at.button if button.label == "Check").click().run()
    assert not at.exception


def test_the_exercise_names_mistakes_and_accepts_either_sign():
    at = open_page("volume")
    right = ellipse.solve(ellipse.make_problem(0))
    long, short = right.axes
    answer(at, right.volume**2, short**2, long**2, np.degrees(right.angle))
    said = at.info[-1].value
    for mistake in ("variance_for_stddev", "eigenvector_order", "degrees_for_radians"):
        assert ellipse.MISTAKES[mistake] in said
    answer(at, right.volume, long, short, right.angle + np.pi)
    assert any("are right" in success.value for success in at.success)
    next(button for button in at.button if button.label == "Another one").click().run()
    assert at.number_input(key="volume_problem").value == 1
    assert not any("are right" in success.value for success in at.success)


def test_the_prediction_is_about_chance_in_these_dimensions():
    at = open_page("volume", "mlp-d8-b0.1")
    at.radio(key="volume_agree").set_value("further apart").run()
    assert "Over the 45 pairs" in text(at)


def test_every_chart_has_a_specification_and_alternative_text():
    at = open_page("volume", "mlp-d2-b1")
    charts = at.get("vega_lite_chart")
    assert len(charts) >= 7
    for chart in charts:
        assert json.loads(chart.proto.spec)["layer"]
        assert len(chart.proto.alt) > 30
