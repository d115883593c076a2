"""The first three chapters: what they show first, and what happens when a student moves something."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.app.opening import open_page, text
from ui import models
from vae_core import traversal, zoo

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
    assert any("Draw one digit" in info.value for info in at.info)
    digit = zoo.digits().images[4200].repeat(6, axis=0).repeat(6, axis=1)
    upload(at, "digit.png", png(255 - digit))
    assert not at.exception
    assert "Brought into MNIST's form" in text(at)
    assert "**Takeaway.**" in text(at)
    at.switch_page("pages/sliders.py").run()
    (button,) = (button for button in at.button if button.label == "My picture")
    button.click().run()
    assert any(sliders(at, 2))


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


def sliders(at: AppTest, count: int) -> list[float]:
    """Where the sliders stand; they are drawn by the browser (`tests/browser/test_latent_sliders.py`)."""
    return [at.session_state[f"sliders_z{number + 1}"] for number in range(count)]


def test_sliders_start_from_a_digit():
    at = open_page("sliders", "mlp-d8-b1")
    assert sliders(at, 8) == [0] * 8
    at.selectbox(key="sliders_of").set_value(3)
    at.number_input(key="sliders_number").set_value(7).run()
    next(button for button in at.button if button.label == "Go").click().run()
    position = np.flatnonzero(zoo.digits().labels == 3)[7]
    mean = models.encodings("mlp-d8-b1").mean[position]
    np.testing.assert_allclose(sliders(at, 8), np.clip(mean, -3, 3), atol=0.026)
    assert not at.exception


def test_changing_the_scale_keeps_the_place():
    at = open_page("sliders", "mlp-d2-b1", sliders_z1="1.5")
    assert sliders(at, 2) == [1.5, 0]
    at.segmented_control(key="sliders_scale").set_value("q(z)").run()
    scale = traversal.aggregate_scale(*models.encodings("mlp-d2-b1"))
    np.testing.assert_allclose(scale.to_latent(sliders(at, 2)), [1.5, 0], atol=0.03)


@pytest.mark.parametrize("key", ["welcome", "class_moments", "tour"])
def test_a_pinned_place_is_answered_for_every_kind_of_model(key):
    for run_id in ("mlp-d2-b1", "mlp-d16-b3"):
        at = open_page(key, run_id, **{f"{key}_pin": "0.5,-0.25"})
        assert not at.exception
        assert "you pinned" in text(at)
    at = open_page(key, "mlp-d2-b1", **{f"{key}_pin": "0.5"})
    assert "you pinned" not in text(at)
    assert "“The place pinned” = `0.5`, which is not possible" in text(at)
