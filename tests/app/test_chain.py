"""Asking the decoder alone: every kind of model, the exercise, the walk, what R̂ cannot see, the encoder's gap."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app import opening
from ui import chain_starts, posterior_survey
from vae_core import zoo
from vae_core.exercises import acceptance

QUICK = {"steps": "100", "count": "4", "agree_shown": "true"}


def open_chain(run_id: str = opening.RUN, **address: str) -> AppTest:
    return opening.open_page("chain", run_id, **{f"chain_{key}": value for key, value in {**QUICK, **address}.items()})


def figure(at: AppTest, label: str) -> str:
    return next(metric.value for metric in at.metric if metric.label == label)


@pytest.mark.parametrize("run_id", [opening.RUN, "mlp-d8-b0.1", "mlp-d2-bernoulli", "mlp-d2-calibrated", "mlp-d16-b3"])
def test_every_kind_of_model_has_chains(run_id):
    at = open_chain(run_id)
    said = opening.text(at)
    assert not at.exception
    assert "**Takeaway.**" in said
    assert ("on island 1" in said) == ("-d2-" in run_id)
    assert ("there is no σ²" in said) == ("bernoulli" in run_id)
    if run_id == "mlp-d2-calibrated":
        assert f"σ² = {zoo.load(run_id).variance:.4f}" in said


def test_smaller_steps_are_accepted_more_often():
    at = open_chain(start="μ_x")
    shares = []
    for b in (0.01, 0.2, 1.0):
        at.select_slider(key="chain_b").set_value(b).run()
        shares.append(int(figure(at, "Acceptance").rstrip("%")))
    assert shares[0] > 90 > shares[1] > shares[2]


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


def test_the_best_step_is_found_by_trying_all():
    at = open_chain(best="one between")
    assert "Highest here: b = **" in opening.text(at)
    assert any("one between" in each.value for each in [*at.success, *at.info])


def test_chains_that_agree_can_be_all_in_the_wrong_place():
    at = open_chain()
    next(button for button in at.button if "agree and are wrong" in button.label).click().run()
    assert not at.exception
    assert at.session_state["model"] == "mlp-d2-b0.1"
    assert float(figure(at, "R̂")) < 1.01
    assert float(figure(at, "ESS")) > 400
    island = next(line for line in opening.text(at).splitlines() if line.startswith("| on island 1"))
    from_mean = island.split("|")[3]
    assert from_mean.strip() == "0%"


def test_whether_the_starts_agree_is_asked_before_it_is_shown():
    at = open_chain(agree_shown="false")
    assert "| from the prior |" not in opening.text(at)
    at.radio(key="chain_agree").set_value(chain_starts.ALIKE).run()
    assert not at.exception
    assert "| from the prior |" in opening.text(at)
    assert any(chain_starts.APART in each.value for each in at.info)  # a hundred steps forget no start
    assert float(opening.text(at).split("R̂ of all as one lot: ")[1].split(".\n")[0].rstrip(".")) > 1.01


def test_a_model_of_many_dimensions_offers_a_plane():
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
