"""The first three chapters: what they show first, and what happens when a student moves something."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.app.opening import open_page, text
from vae_core import zoo

MODELS = ["mlp-d2-b1", "mlp-d8-b3", "mlp-d2-b0.01", "mlp-d20-bernoulli", "mlp-d16-calibrated"]


@pytest.mark.parametrize("run_id", MODELS)
@pytest.mark.parametrize("key", ["welcome", "digit", "sliders"])
def test_every_kind_of_model_is_shown(key, run_id):
    at = open_page(key, run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)


@pytest.mark.parametrize("run_id", MODELS)
def test_the_sidebar_says_what_is_loaded_and_how_good_it_is(run_id):
    at = open_page(None, run_id)
    assert at.sidebar.selectbox(key="model").value == run_id
    test = zoo.metrics(run_id)["test"]
    for figure in ("rate", "half_sse", "distortion", "negative_elbo"):
        assert f"{test[figure]:.2f}" in text(at)


def test_welcome_predicts_and_answers_with_the_models_own_numbers():
    at = open_page("welcome")
    question = next(radio for radio in at.radio if "mistaken" in radio.label)
    assert not at.success
    question.set_value(question.options[0]).run()
    assert not at.exception
    assert at.success or any("You said" in info.value for info in at.info)


def test_a_digit_is_chosen_redrawn_and_weighed():
    at = open_page("digit")
    assert "Unseen" in text(at)
    before = text(at)
    at.button[0].click().run()
    assert at.number_input(key="digit_draw").value == 1
    assert text(at) != before  # another ε, another distortion
    at.number_input(key="digit_number").set_value(300).run()
    assert "Every model of the zoo was trained on it" in text(at)
    assert not at.exception


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def upload(at: AppTest, name: str, data: bytes, mime: str = "image/png") -> AppTest:
    at.file_uploader(key="digit_upload").set_value((name, data, mime))
    return at.run()


def test_a_students_picture_goes_through_every_step_to_an_elbo():
    at = open_page("digit")
    at.segmented_control(key="digit_source").set_value("my picture").run()
    assert any("Choose a photograph" in info.value for info in at.info)
    digit = zoo.digits().images[4200].repeat(6, axis=0).repeat(6, axis=1)
    upload(at, "digit.png", png(255 - digit))
    assert not at.exception
    assert "Brought into MNIST's form" in text(at)
    assert "**Takeaway.**" in text(at)
    at.switch_page("pages/sliders.py").run()
    (button,) = (button for button in at.button if button.label == "My picture")
    button.click().run()
    assert any(slider.value != 0 for slider in at.slider if slider.key.startswith("sliders_z"))


BAD = {
    "not an image": b"hello",
    "empty": b"",
    "blank": png(np.full((40, 40), 255, np.uint8)),
    "truncated": png(np.random.default_rng(0).integers(0, 255, (200, 200), dtype=np.uint8))[:900],
    "bomb": png(np.zeros((9000, 9000), np.uint8)),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_picture_gets_a_friendly_word(kind):
    at = open_page("digit")
    at.segmented_control(key="digit_source").set_value("my picture").run()
    upload(at, "bad.png", BAD[kind])
    assert not at.exception
    assert len(at.warning) == 1


def test_sliders_start_from_a_class_mean_and_return():
    at = open_page("sliders", "mlp-d8-b1")
    at.selectbox(key="sliders_class").set_value(3).run()
    moments = zoo.moments("mlp-d8-b1")
    values = [at.slider(key=f"sliders_z{i + 1}").value for i in range(8)]
    np.testing.assert_allclose(values, np.clip(moments.mean[3], -3, 3), atol=0.026)
    next(button for button in at.button if button.label == "The origin").click().run()
    assert all(at.slider(key=f"sliders_z{i + 1}").value == 0 for i in range(8))
    assert not at.exception


def test_changing_the_scale_keeps_the_place():
    at = open_page("sliders", "mlp-d2-b1")
    at.slider(key="sliders_z1").set_value(1.5).run()
    place = next(caption.value for caption in at.caption if "x̂(z) at" in caption.value)
    at.segmented_control(key="sliders_scale").set_value("q(z)").run()
    moved = next(caption.value for caption in at.caption if "x̂(z) at" in caption.value)
    numbers = [
        [float(part.split("= ")[1].split()[0].rstrip(".,")) for part in text.split("z₁"[0])[1:] if "= " in part]
        for text in (place, moved)
    ]
    np.testing.assert_allclose(*numbers, atol=0.06)


def test_dimensions_that_are_off_are_said_to_be():
    at = open_page("sliders", "mlp-d8-b3")
    off = 8 - zoo.metrics("mlp-d8-b3")["test"]["active_units"]
    assert off > 0
    assert f"{off} of 8 dimensions are off" in text(at)
    assert sum("· off" in slider.label for slider in at.slider) == off
