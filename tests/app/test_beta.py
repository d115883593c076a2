"""What β does: the family shown, the prediction's computed answer, two β compared, and the converter."""

import json

import numpy as np
import pytest

from tests.app.opening import open_page, text
from ui import beta_views
from vae_core import turns, zoo
from vae_core.beta import LossConvention
from vae_core.loss_conventions import KNOWN


def specification(at, place: int) -> dict:
    return json.loads(at.get("plotly_chart")[place].proto.spec)


@pytest.mark.parametrize(
    ("run_id", "size", "beta"),
    [("mlp-d2-b1", 2, 1), ("mlp-d8-b0.1", 8, 0.1), ("mlp-d16-b3", 16, 3), ("mlp-d20-bernoulli", 2, 1)],
)
def test_the_family_of_the_model_loaded_is_shown_from_its_beta_on(run_id, size, beta):
    at = open_page("beta", run_id)
    assert not at.exception
    assert at.segmented_control(key="beta_dim").value == size
    slider = specification(at, 0)["layout"]["sliders"][0]
    names = [step["label"] for step in slider["steps"]]
    assert names == [f"{each.beta:g}" for each in beta_views.families()[size]]
    assert names[slider["active"]] == f"{beta:g}"
    first, last = (zoo.metrics(f"mlp-d{size}-b{name}")["test"] for name in (names[0], names[-1]))
    assert f"the rate falls from **{first['rate']:.1f}** to **{last['rate']:.1f}** nats" in text(at)
    assert f"{first['active_units']} active dimensions become {last['active_units']}" in text(at)
    for chart in at.get("plotly_chart"):
        assert len(chart.proto.alt) > 30


def test_the_prediction_is_computed_from_the_model_of_the_largest_beta():
    at = open_page("beta", "mlp-d8-b1")
    assert zoo.metrics("mlp-d8-b10")["test"]["active_units"] == 0
    at.radio(key="beta_guess").set_value("noise").run()
    assert not at.exception
    assert any("It is one and the same grey blur" in info.value for info in at.info)
    assert "**0.0%** as much as digits do" in text(at)


def test_a_family_is_turned_without_changing_distances():
    family = beta_views.families()[8]
    ids, betas = tuple(run.run_id for run in family), tuple(run.beta for run in family)
    space = beta_views.space(ids, betas, beta_views.MATCHED)
    np.testing.assert_allclose(space.turn @ space.turn.swapaxes(1, 2), np.tile(np.eye(8), (len(ids), 1, 1)), atol=1e-9)
    live = np.isfinite(space.agreement)
    assert [bool(zoo.metrics(run_id)["test"]["active_units"]) for run_id in ids] == live.tolist()
    raw = [
        turns.agreement(beta_views.means(a), beta_views.means(b))
        for a, b, on in zip(ids, ids[1:], live[1:], strict=False)
        if on
    ]
    assert np.sort(space.agreement[live])[:-1].mean() > np.mean(raw)  # the reference's own 1 left out
    assert (space.axes == space.axes[0]).all()


def test_axes_as_trained_are_said_to_be_strangers():
    at = open_page("beta", "mlp-d8-b0.1", beta_axes="as trained")
    assert not at.exception
    assert "z₁ of one model is not z₁ of the next" in text(at)
    assert "each model's two dimensions of the highest rate" in text(at)
    turned = open_page("beta", "mlp-d8-b0.1")
    assert "turned about the origin" in text(turned)
    assert specification(turned, 0)["frames"] != specification(at, 0)["frames"]


def test_two_beta_are_compared_by_their_own_figures():
    at = open_page("beta", "mlp-d2-b1")
    at.selectbox(key="beta_left").set_value(0.03).run()
    at.selectbox(key="beta_right").set_value(10).run()
    assert not at.exception
    left, right = (zoo.metrics(run_id)["test"] for run_id in ("mlp-d2-b0.03", "mlp-d2-b10"))
    assert f"| rate | {left['rate']:.2f} nats | {right['rate']:.2f} nats |" in text(at)
    assert "| active units | 2 of 2 | 0 of 2 |" in text(at)
    assert "trained again with another seed" in text(at)
    bars = specification(at, 3)["data"]
    assert [bar["name"] for bar in bars] == ["β = 0.03, left", "β = 10, right"]
    at.selectbox(key="beta_right").set_value(0.03).run()  # the same on both sides
    assert not at.exception


def test_another_dimension_keeps_a_beta_it_has_and_replaces_one_it_has_not():
    at = open_page("beta", "mlp-d8-b1")
    at.selectbox(key="beta_left").set_value(0.5).run()
    at.selectbox(key="beta_right").set_value(10).run()
    at.segmented_control(key="beta_dim").set_value(16).run()
    assert not at.exception
    betas = [run.beta for run in beta_views.families()[16]]
    assert at.selectbox(key="beta_left").value in betas
    assert at.selectbox(key="beta_right").value == 10


def test_a_known_loss_fills_in_the_controls_and_gives_its_beta():
    at = open_page("beta")
    for place, known in enumerate(KNOWN):
        at.button(key=f"beta__known{place}").click().run()
        assert not at.exception
        assert f"**β = {known.convention.beta:.4g}** in the form" in text(at)
        assert f"**{known.name}.** {known.note}" in text(at)
        assert any(f"beta = loss.beta  # {known.convention.beta:.4g}" in code.value for code in at.code)
        assert any(code.value == known.convention.code() for code in at.code)


def test_what_a_paper_uses_is_typed_in():
    at = open_page("beta", beta_pixels_by="mean", beta_half="false", beta_range="-1 to 1", beta_weight="0.001")
    expected = LossConvention("mean", half=False, kl_weight=0.001, pixel_range=2.0).beta
    assert f"**β = {expected:.4g}** in the form" in text(at)
    at.number_input(key="beta_sigma").set_value(0.5).run()
    assert f"**β = {expected / 4:.4g}** in the form" in text(at)
    at.segmented_control(key="beta_latents_by").set_value("mean").run()
    at.number_input(key="beta_latents").set_value(4).run()
    assert f"**β = {expected / 16:.4g}** in the form" in text(at)
    at.number_input(key="beta_weight").set_value(0.0).run()
    assert not at.exception
    assert "The KL costs nothing" in text(at)
    at.radio(key="beta_read").set_value(f"β = {expected:.3g}").run()
    assert any("Yes" in success.value for success in at.success)


def test_the_nearest_model_can_be_loaded():
    at = open_page("beta", "mlp-d8-b1", beta_pixels_by="mean", beta_half="false")
    assert "to switch every dimension off" in text(at)
    at.button(key="beta__load").click().run()
    assert not at.exception
    assert at.selectbox(key="model").value == "mlp-d8-b10"
    assert not [button for button in at.button if button.key == "beta__load"]
