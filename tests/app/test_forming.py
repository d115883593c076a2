"""Watching the latent space form: in every dimension, in a plane and in space, with what is measured of it."""

import json

import numpy as np
import pytest

from tests.app.opening import open_page, text
from vae_core import zoo
from vae_core.latent_film import between_share


def shares(run_id: str) -> np.ndarray:
    shots = zoo.snapshots(run_id)
    return between_share(shots["mean"], shots["logvar"], shots["label"])


@pytest.mark.parametrize(
    ("loaded", "shown", "space"),
    [
        ("mlp-d2-b1", "mlp-d2-b1", False),
        ("mlp-d3-b0.1", "mlp-d3-b0.1", True),
        ("mlp-d8-b0.1", "mlp-d8-b0.1", False),
        ("mlp-d16-b3", "mlp-d2-b1-constant", False),  # not recorded: the first that is
        ("mlp-d20-bernoulli", "mlp-d2-b1-constant", False),
    ],
)
def test_the_loaded_model_s_training_is_shown_where_it_was_recorded(loaded, shown, space):
    at = open_page("forming", loaded)
    assert not at.exception
    assert "at the end, with" in text(at)
    assert f"**{shares(shown)[-1]:.0%}**" in text(at)
    assert f"{shown} has" in text(at)
    assert len(at.get("plotly_chart")) == space
    assert len(at.get("vega_lite_chart")) == 3 - space


def test_three_of_eight_dimensions_are_chosen():
    at = open_page("forming", "mlp-d8-b1", forming_view="3-D")
    assert not at.exception
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert len(figure["frames"]) == len(zoo.snapshots("mlp-d8-b1")["step"])
    third = at.selectbox(key="forming_z").value
    at.selectbox(key="forming_x").set_value(third).run()
    assert not at.exception
    chosen = [at.selectbox(key=f"forming_{axis}").value for axis in "xyz"]
    assert len(set(chosen)) == 3


def test_two_dimensions_or_principal_axes():
    at = open_page("forming", "mlp-d8-b1")
    at.segmented_control(key="forming_plane").set_value("principal axes").run()
    assert not at.exception
    assert "first principal axis" in at.get("vega_lite_chart")[0].proto.spec


def test_the_prediction_is_about_the_phase_with_the_largest_gain():
    at = open_page("forming", "mlp-d2-b1", forming_when="up")
    assert any("It is sharp rise" in info.value for info in at.info)
    assert "**slow rise** (steps" in text(at)


def test_a_collapsed_training_is_said_to_be_one():
    at = open_page("forming", forming_dim="8", forming_training="β = 392")
    assert not at.exception
    assert "never come apart" in text(at)


def test_the_link_carries_the_training_and_the_step():
    at = open_page("forming", forming_step="63")
    link = at.get("page_link")
    assert any("phases_step=63" in each.proto.query_string for each in link)
