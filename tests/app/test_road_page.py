"""The road: three roads measured between any two ends, and the question asked before."""

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.app import opening
from ui import roads
from vae_core import path, picture, traversal, zoo

RUN = "mlp-d2-b1"


def open_road(run_id: str = RUN, mine: picture.MnistForm | None = None, **address: str) -> AppTest:
    session = {} if mine is None else {"my_digit": mine}
    return opening.open_page("road", run_id, session, **{f"road_{key}": value for key, value in address.items()})


def text(at: AppTest) -> str:
    return "\n".join(each.value for each in [*at.markdown, *at.caption, *at.info, *at.success, *at.warning])


def row(at: AppTest, name: str) -> list[str]:
    """The three numbers of a row of the table."""
    table = next(each.value for each in at.markdown if each.value.startswith("| road |"))
    line = next(line for line in table.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.split("|")[2:5]]


@pytest.mark.parametrize(
    "run_id", [RUN, "mlp-d3-b0.1", "mlp-d8-b0.1", "mlp-d20-bernoulli", "mlp-d2-calibrated", "unet-skips-d8-b1"]
)
def test_every_kind_of_model_has_roads(run_id):
    at = open_road(run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)
    collapsed = zoo.metrics(run_id)["test"]["active_units"] == 0
    assert ("This model has collapsed" in text(at)) == collapsed


def test_the_numbers_of_the_straight_road_are_those_of_the_chord():
    at = open_road(**{"from": "1", "to": "6"})
    means = zoo.moments(RUN).mean
    chord = path.straight(means[1], means[6], roads.POINTS)
    frames = traversal.decode(zoo.load(RUN), chord)
    assert row(at, "latent length")[0] == f"{np.linalg.norm(means[1] - means[6]):.2f}"
    assert row(at, "image-space length, grey levels")[0] == f"{path.image_length(frames):.2f}"


@pytest.mark.parametrize("pace", ["latent space", "image space"])
@pytest.mark.parametrize("density", ["every image", "one Gaussian a class"])
def test_pace_and_density_change_what_is_measured_and_not_the_way(pace, density):
    at = open_road(pace=pace, density=density)
    means = zoo.moments(RUN).mean
    assert not at.exception
    assert float(row(at, "latent length")[0]) == pytest.approx(np.linalg.norm(means[7] - means[0]), abs=0.006)


def test_images_no_model_has_seen_can_be_joined():
    at = open_road(from_is="unseen image", from_number="12", to_is="unseen image", to="7", to_number="3")
    assert not at.exception
    assert "an unseen 7 (μ_x)" in text(at)
    at.number_input(key="road_from_number").set_value(13).run()
    assert not at.exception


def test_a_picture_of_ones_own_is_an_end_and_is_named():
    digits = zoo.digits()
    image = digits.images[np.flatnonzero(digits.labels == 0)[0]]
    form = picture.to_mnist(Image.fromarray(np.kron(255 - image, np.ones((4, 4), np.uint8))))
    at = open_road(from_is="my picture", to="1", mine=form)
    assert not at.exception
    assert "From your picture (μ_x) to the mean of the 1" in text(at)


def test_without_a_picture_the_class_mean_stands_in():
    at = open_road(from_is="my picture")
    assert not at.exception
    assert "Until there is a picture" in text(at)


def test_a_road_from_a_digit_to_itself_is_no_accident():
    at = open_road(**{"from": "5", "to": "5"})
    assert not at.exception
    assert row(at, "latent length") == ["0.00", "0.00", "0.00"]


def test_the_question_comes_before_and_its_answer_shows_the_road():
    at = open_road()
    before = len(at.get("vega_lite_chart"))
    question = next(radio for radio in at.radio if "straight" in radio.label)
    question.set_value(question.options[0]).run()
    assert not at.exception
    assert len(at.get("vega_lite_chart")) == before + 1


def ends(run_id: str, start: int, end: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    means = zoo.moments(run_id).mean
    return tuple(means[start].tolist()), tuple(means[end].tolist())


@pytest.mark.parametrize("run_id", [RUN, "mlp-d8-b0.1", "conv-d8-b1"])
def test_the_way_back_is_the_same_road(run_id):
    there, back = ends(run_id, 7, 0), ends(run_id, 0, 7)
    np.testing.assert_array_equal(roads.decoder_road(run_id, *there), roads.decoder_road(run_id, *back)[::-1])
    np.testing.assert_array_equal(roads.decoder_road(run_id, *there)[[0, -1]], there)
    aside = tuple(value + 0.01 for value in there[0])  # no class mean
    one, other = (roads.decoder_road(run_id, *pair) for pair in ((aside, there[1]), (there[1], aside)))
    np.testing.assert_array_equal(one, other[::-1])
    np.testing.assert_array_equal(one[[0, -1]], [aside, there[1]])


@pytest.mark.parametrize("pace", ["latent", "image"])
def test_what_is_kept_of_a_walk_is_what_its_frames_say(pace):
    asked = (RUN, *ends(RUN, 7, 0), (9,), pace)
    for name, way in roads.walks(*asked).items():
        frames = roads.frames(*asked, name)
        np.testing.assert_array_equal(frames[:: (roads.POINTS - 1) // (roads.STRIP - 1)], way.strip)
        drawn = traversal.decode(zoo.load(RUN), way.path)
        assert way.steps.sum() == pytest.approx(path.image_length(drawn), rel=1e-5)
        assert np.abs(frames / 255 - drawn).max() < 0.003


def test_without_stations_between_the_second_road_is_the_first():
    found = roads.roads(RUN, *ends(RUN, 7, 0), (), "latent", roads.MIXTURE)
    assert found["stations"] == found["straight"]
    other = roads.roads(RUN, *ends(RUN, 7, 0), (9,), "latent", roads.MIXTURE)
    assert other["stations"].reading.latent_length > other["straight"].reading.latent_length
