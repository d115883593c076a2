"""The chapter on p(z|C): every kind of model, the mixture as it grows, two Gaussians, KL from the prior, draws."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import opening


def open_page(run_id: str = opening.RUN, **query: str) -> AppTest:
    return opening.open_page("class_mixture", run_id, **query)


def text(at: AppTest) -> str:
    return "\n".join(element.value for element in [*at.markdown, *at.caption, *at.latex, *at.info, *at.success])


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d8-b0.1", "mlp-d3-b1", "mlp-d20-bernoulli", "mlp-d2-calibrated"])
def test_every_kind_of_model_is_shown(run_id):
    at = open_page(run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)


def test_the_derivation_comes_line_by_line():
    at = open_page()
    before = len(at.latex)
    at.button(key="class_mixture_steps__next").click().run()
    assert len(at.latex) == before + 1
    at.button(key="class_mixture_steps__all").click().run()
    assert len(at.latex) == before + 2
    assert "the weight $1/|C|$" in text(at)


def test_the_mixture_grows_one_image_at_a_time():
    at = open_page()
    at.button(key="class_mixture_images__more").click().run()
    assert "means μ_x of 13 images" in text(at)
    at.slider(key="class_mixture_images").set_value(500).run()
    assert "latest 40 images' ellipses" in text(at)
    assert at.button(key="class_mixture_images__more").disabled


def test_equal_variances_are_noticed():
    at = open_page()
    assert "the **mixture** has the larger variance" in text(at)
    for name, value in {"mean1": -1.0, "mean2": 1.0, "stddev1": 1.0, "stddev2": 1.0}.items():
        at.slider(key=f"class_mixture_{name}").set_value(value)
    at.run()
    assert any("Equal variances" in success.value for success in at.success)
    at.slider(key="class_mixture_mean2").set_value(-1.0).run()
    assert "the **sum** has the larger variance" in text(at)


def test_the_divergences_of_all_classes_come_with_the_answer():
    at = open_page()
    assert "Monte Carlo over 800 draws" not in text(at)
    at.toggle(key="class_mixture_furthest_shown").set_value(True).run()
    assert "Monte Carlo over 800 draws" in text(at)


def test_average_is_information_plus_aggregate_as_shown():
    shown = "\n".join(formula.value for formula in open_page().latex)
    average, information, aggregate = map(float, re.findall(r"_\{(-?\d+\.\d\d)\}", shown))
    assert average == pytest.approx(information + aggregate, abs=0.011)


def test_beta_is_computed_when_opened():
    at = open_page()
    assert "the average class goes" not in text(at).lower()
    at.session_state["class_mixture_beta"] = True
    at.run()
    assert not at.exception
    assert "the average class goes" in text(at).lower()
    at.segmented_control(key="class_mixture_way").set_value("one Gaussian").run()
    assert not at.exception


def test_draws_are_the_seeds_and_can_be_downloaded():
    at = open_page()
    at.button(key="class_mixture_draw__next").click().run()
    assert at.number_input(key="class_mixture_draw").value == 1
    assert len(at.get("download_button")) == 4


def test_a_plane_is_chosen_above_two_dimensions():
    at = open_page("mlp-d8-b0.1")
    at.segmented_control(key="class_mixture_plane").set_value("principal axes").run()
    assert not at.exception
    assert "every curve is the marginal" in text(at)
    at.segmented_control(key="class_mixture_plane").set_value("latent dimensions").run()
    first, second = at.selectbox(key="class_mixture_first"), at.selectbox(key="class_mixture_second")
    first.set_value(second.value).run()  # the axis taken leaves the other one
    assert at.selectbox(key="class_mixture_first").value != at.selectbox(key="class_mixture_second").value
    assert not at.exception


def test_a_class_in_the_address_is_shown():
    at = open_page(class_mixture_class="7")
    assert "class 7" in text(at)
