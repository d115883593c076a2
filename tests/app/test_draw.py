"""The drawing chapter: what it says of a digit handed over, and of drawings that are none."""

import numpy as np
import pytest

from tests.app.opening import open_page, text
from vae_core import drawn, picture, unusual, zoo

MODELS = [
    "mlp-d2-b1",
    "mlp-d8-b0.1",
    "mlp-d16-b3",
    "mlp-d8-b10",
    "mlp-d20-bernoulli",
    "mlp-d2-calibrated",
    "conv-d2-b1",
]
HOUSE = picture.to_mnist(drawn.no_digit("house"))


@pytest.mark.parametrize("run_id", MODELS)
def test_every_kind_of_model_has_the_chapter(run_id):
    at = open_page("draw", run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)
    assert "stands in for your digit" in text(at)


def test_a_digit_that_was_drawn_is_weighed_and_can_be_forgotten():
    at = open_page("draw", session={"my_digit": HOUSE})
    assert not at.exception
    seen = unusual.at_mean(zoo.load("mlp-d2-b1"), HOUSE.image[None])
    row = next(line for line in text(at).splitlines() if line.startswith("| ½‖"))
    assert [cell.strip() for cell in row.split("|")][2] == f"{seen.half_sse[0]:.2f}"
    assert "stands in" not in text(at)
    next(button for button in at.button if button.label == "Forget it").click().run()
    assert "stands in for your digit" in text(at)


def test_the_question_is_answered_with_what_was_counted():
    at = open_page("draw", "mlp-d8-b0.1")
    question = next(radio for radio in at.radio if "no digits" in radio.label)
    question.set_value(next(option for option in question.options if "error" in option)).run()
    assert not at.exception
    assert at.success
    assert "has no “none of them”" in text(at)


def test_where_everything_is_off_nothing_tells_a_house_from_a_digit():
    at = open_page("draw", "mlp-d8-b10")
    question = next(radio for radio in at.radio if "no digits" in radio.label)
    question.set_value(next(option for option in question.options if "nothing" in option)).run()
    assert at.success


def test_a_plane_of_two_chosen_dimensions_is_in_the_address():
    at = open_page("draw", "mlp-d8-b0.1", draw_x="z₃", draw_y="z₅")
    assert not at.exception
    assert (at.selectbox(key="draw_x").value, at.selectbox(key="draw_y").value) == (2, 4)


def test_the_pad_stands_beside_the_upload():
    at = open_page("digit", digit_source="my picture")
    assert not at.exception
    assert [tab.label for tab in at.tabs] == ["Draw", "Upload a picture"]


def test_the_digit_before_comes_back():
    digit = picture.to_mnist(drawn.no_digit("letter A"))
    at = open_page("digit", session={"my_digit": HOUSE, "my_digit__before": digit}, digit_source="my picture")
    next(button for button in at.button if button.label == "Bring back the one before").click().run()
    np.testing.assert_array_equal(at.session_state["my_digit"].image, digit.image)
    np.testing.assert_array_equal(at.session_state["my_digit__before"].image, HOUSE.image)
