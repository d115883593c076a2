"""Asking the decoder alone: every kind of model, the exercise, the walk, what R̂ cannot see, the encoder's gap.

No JavaScript runs here: the server walks, as it does for decoders that browsers lack; `tests/browser/test_walk.py` has
the other half.
"""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tests.app import opening
from ui import chain_starts, models, posterior_survey
from ui import posterior_chains as chains
from ui.components.walk import figures as read
from vae_core import zoo
from vae_core.exercises import acceptance

QUICK = {"steps": "100", "count": "4", "agree_shown": "true"}


def open_chain(run_id: str = opening.RUN, **address: str) -> AppTest:
    return opening.open_page("chain", run_id, **{f"chain_{key}": value for key, value in {**QUICK, **address}.items()})


@pytest.fixture
def on_the_server(monkeypatch):
    """As where no static files are served; the button that asks for a walk has been pressed."""
    monkeypatch.setattr("ui.components.network.weights", lambda run, encoder=False: None)
    monkeypatch.setattr("ui.posterior_chains.is_to_walk", lambda *_: True)


def shown(at: AppTest, name: str) -> list[dict]:
    """What each component of this name was given."""
    found = [element.proto for element in at.get("bidi_component")]
    return [json.loads(each.json or each.mixed.json) for each in found if each.component_name.split(".")[-1] == name]


def figures(at: AppTest) -> dict:
    """What the server's chains came to."""
    return shown(at, "walk")[0]["given"]["figures"]


@pytest.mark.parametrize("run_id", [opening.RUN, "mlp-d8-b0.1", "mlp-d2-bernoulli", "mlp-d2-calibrated", "mlp-d16-b3"])
def test_every_kind_of_model_has_chains(run_id, on_the_server):
    at = open_chain(run_id)
    said = opening.text(at)
    assert not at.exception
    assert "**Takeaway.**" in said
    assert ("on island 1" in said) == ("-d2-" in run_id)
    assert ("there is no σ²" in said) == ("bernoulli" in run_id)
    if run_id == "mlp-d2-calibrated":
        assert f"σ² = {zoo.load(run_id).variance:.4f}" in said


def test_smaller_steps_are_accepted_more_often(on_the_server):
    at = open_chain(start="μ_x")
    shares = []
    for b in (0.01, 0.2, 1.0):
        at.select_slider(key="chain_b").set_value(b).run()
        shares.append(figures(at)["acceptance"])
    assert shares[0] > 0.9 > shares[1] > shares[2]


def test_what_a_browser_has_found_is_said_and_nothing_else_is():
    at = open_chain("mlp-d8-b0.3")
    assert not at.exception
    assert "The chains are still walking." in opening.text(at)
    assert "**Takeaway.**" not in opening.text(at)
    data = shown(at, "walk")[0]
    assert (data["given"], data["known"], data["job"]["chains"], data["job"]["steps"]) == (None, False, 4, 100)
    found = {"acceptance": 0.375, "rhat": None, "ess": 12.3, "mean": [0] * 8, "sd": [1] * 8}
    for sent in (
        {"key": "another", **found},
        {"key": data["key"]},
        {"key": data["key"], **found, "mean": [0]},
        "x",
        None,
    ):
        at.session_state["chain_walk_found"] = sent
        at.run()
        assert not at.exception
        assert "**Takeaway.**" not in opening.text(at)
    at.session_state["chain_walk_found"] = {"key": data["key"], **found}
    at.run()
    assert "it accepted **38%**; R̂ is **none** and the ESS **12**" in opening.text(at)
    assert shown(at, "walk")[0]["known"]
    at.select_slider(key="chain_b").set_value(0.5).run()  # another walk, of which nothing is known
    assert "**Takeaway.**" not in opening.text(at)


def test_several_walks_of_a_browser_are_said_when_all_are_there():
    at = open_chain("mlp-d2-b1", best_shown="true")
    sweep, starts = shown(at, "walks")
    assert [len(each["jobs"]) for each in (sweep, starts)] == [10, 3]
    assert "Highest here" not in opening.text(at)
    count = starts["islands"]["count"]
    one = {"acceptance": 0.5, "rhat": 1.0, "ess": 500, "mean": [0, 1], "sd": [1, 1], "shares": [1 / count] * count}
    at.session_state["chain_sweep_found"] = {
        "key": sweep["key"],
        "each": [one | {"ess": 10 * k} for k in range(10)],
        "together": None,
    }
    at.session_state["chain_starts_found"] = {"key": starts["key"], "each": [one] * 2, "together": 1.0}
    at.run()
    assert not at.exception
    assert "Highest here: b = **1**, with 50% accepted and an ESS of 90" in opening.text(at)
    assert "R̂ of all as one lot" not in opening.text(at)  # one of the three is missing
    at.session_state["chain_starts_found"] = {"key": starts["key"], "each": [one] * 3, "together": 1.0}
    at.run()
    assert "R̂ of all as one lot: 1.000" in opening.text(at)
    assert any(chain_starts.ALIKE in each.value for each in at.info)


def test_a_decoder_that_browsers_lack_walks_when_it_is_asked_to():
    at = open_chain("conv-d2-b1", agree_shown="false")
    assert not at.exception
    assert not shown(at, "walk")
    assert "the server walks: 400 decodings" in opening.text(at)
    at.button(key="chain__ask").click().run()
    assert not at.exception
    assert 0 < figures(at)["acceptance"] < 1
    at.number_input(key="chain_seed").set_value(1).run()  # another walk is asked for anew
    assert not shown(at, "walk")
    assert at.button(key="chain__ask")


def test_the_server_walks_no_longer_than_a_class_can_wait_for():
    at = open_chain("conv-d2-b1", agree_shown="false", count="64", steps="2000")
    assert not shown(at, "walk")
    assert "64 chains of 2,000 steps are 128,000" in opening.text(at)
    at.button(key="chain__ask").click().run()
    assert not at.exception
    assert at.session_state["chain_steps"] == 100
    assert 0 < figures(at)["acceptance"] < 1
    assert "8,000 decodings, for the class" not in opening.text(at)


def test_short_chains_are_shorter_where_the_server_convolves():
    tried = {run_id: chains.short_chains(models.config(run_id)) for run_id in ("mlp-d2-b1", "unet-d8-b1")}
    assert tried == {"mlp-d2-b1": (16, 200), "unet-d8-b1": (8, 100)}
    assert math.prod(tried["unet-d8-b1"]) * len(chains.B) <= chains.MOST_DECODINGS


numbers = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.lists(st.floats(), max_size=3)
)


@settings(max_examples=1_000, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("acceptance", "rhat", "ess", "mean", "sd", "key"), numbers)))
def test_whatever_a_browser_says_is_figures_or_nothing(sent):
    found = read(sent, 2)
    if found is not None:
        assert 0 <= found.acceptance <= 1
        assert found.mean.shape == found.sd.shape == (2,)
        assert np.isfinite([*found.mean, *found.sd]).all()


def test_acceptance_by_hand_is_graded_and_mistakes_are_named():
    at = open_chain(hand="4")
    problem = acceptance.make_problem(4)
    right = acceptance.solve(problem)
    for pcn, walk, expected in (
        (right.pcn, right.walk, "Right, both"),
        (right.walk, right.walk, acceptance.MISTAKES["prior_left_in"]),
        (right.pcn, right.pcn, acceptance.MISTAKES["prior_forgotten"]),
    ):
        at.number_input(key="chain_hand_4__pcn").set_value(round(pcn, 2))
        at.number_input(key="chain_hand_4__walk").set_value(round(walk, 2))
        at.button(key="chain_hand_4__check").click().run()
        assert any(expected in each.value for each in [*at.success, *at.info])


def test_the_proof_ends_with_the_rule():
    at = open_chain()
    rule = r"\alpha = \min\left(1,\ \frac{p(x\mid z')}{p(x\mid z)}\right)"
    assert sum(rule in line.value for line in at.latex) == 1
    at.button(key="chain_proof__all").click().run()
    assert sum(rule in line.value for line in at.latex) == 2


def test_the_best_step_is_found_by_trying_all(on_the_server):
    at = open_chain(best="one between")
    assert "Highest here: b = **" in opening.text(at)
    assert any("one between" in each.value for each in [*at.success, *at.info])


def test_chains_that_agree_can_be_all_in_the_wrong_place(on_the_server):
    at = open_chain()
    next(button for button in at.button if "agree and are wrong" in button.label).click().run()
    assert not at.exception
    assert at.session_state["model"] == "mlp-d2-b0.1"
    assert figures(at)["rhat"] < 1.01
    assert figures(at)["ess"] > 400
    island = next(line for line in opening.text(at).splitlines() if line.startswith("| on island 1"))
    from_mean = island.split("|")[3]
    assert from_mean.strip() == "0%"


def test_whether_the_starts_agree_is_asked_before_it_is_shown(on_the_server):
    at = open_chain(agree_shown="false")
    assert "| from the prior |" not in opening.text(at)
    at.radio(key="chain_agree").set_value(chain_starts.ALIKE).run()
    assert not at.exception
    assert "| from the prior |" in opening.text(at)
    assert any(chain_starts.APART in each.value for each in at.info)  # a hundred steps forget no start
    assert float(opening.text(at).split("R̂ of all as one lot: ")[1].split(".\n")[0].rstrip(".")) > 1.01


def test_a_model_of_many_dimensions_offers_a_plane(on_the_server):
    at = open_chain("mlp-d8-b0.1")
    next(button for button in at.button if "Load the 2-D model" in button.label).click().run()
    assert at.session_state["model"] == "mlp-d2-b0.1"
    assert "on island 1" in opening.text(at)


def test_my_own_digit_can_be_asked_about(monkeypatch):
    image = zoo.digits().images[42] / np.float32(255)
    monkeypatch.setattr("ui.my_digit.image", lambda: image)
    at = open_chain(own="true")
    assert not at.exception
    assert "x is your own digit." in opening.text(at)


def test_digits_are_weighed_and_the_worst_can_be_loaded(monkeypatch):
    monkeypatch.setattr(posterior_survey, "PER_CLASS", 1)
    at = open_chain(survey="true")
    assert not at.exception
    said = opening.text(at)
    assert "The first 1 held-out digits of every class" in said
    gaps = [float(line.split("**")[1].split()[0]) for line in said.splitlines() if ", number 0: **" in line]
    best, worst = gaps[:3], gaps[3:]
    assert best == sorted(best)
    assert worst == sorted(worst, reverse=True)
    assert max(best) <= min(worst)
    buttons = [button for button in at.button if button.label == "Load it"]
    buttons[3].click().run()
    assert at.number_input(key="chain_number").value == 0
    assert f"**{worst[0]:.2f} nats**: log p(x)" in opening.text(at)
