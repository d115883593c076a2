"""The chapter on a class's moments: derivations, the three exercises with their mistakes, spread, estimates."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app import opening
from vae_core.exercises import class_moments


def open_page(run_id: str = opening.RUN, **query: str) -> AppTest:
    return opening.open_page("class_moments", run_id, **query)


def text(at: AppTest) -> str:
    return "\n".join(element.value for element in [*at.markdown, *at.caption, *at.latex, *at.info, *at.success])


def answer(at: AppTest, seed: int, mean: np.ndarray, covariance: np.ndarray) -> AppTest:
    """Type the six numbers in, as a student would round them, and check."""
    for i in (0, 1):
        at.number_input(key=f"class_moments_hand_{seed}__mean{i}").set_value(round(float(mean[i]), 2))
        for j in (0, 1):
            at.number_input(key=f"class_moments_hand_{seed}__cov{i}{j}").set_value(round(float(covariance[i, j]), 2))
    return at.button(key=f"class_moments_hand_{seed}__check").click().run()


@pytest.mark.parametrize("run_id", ["mlp-d2-b1", "mlp-d8-b0.1", "mlp-d20-bernoulli", "mlp-d2-calibrated"])
def test_every_kind_of_model_is_shown(run_id):
    at = open_page(run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)


def test_each_line_is_hidden_until_asked_for():
    at = open_page()
    assert r"\Lambda_x + \mu_x\mu_x^\top" not in text(at)
    for key, lines in (("mean", 4), ("second", 3), ("covariance", 3)):
        before = len(at.latex)
        for _ in range(lines - 1):
            at.button(key=f"class_moments_steps_{key}__next").click().run()
        assert len(at.latex) == before + lines - 1
    assert r"\Lambda_x + \mu_x\mu_x^\top" in text(at)


def test_by_hand_the_right_answer_is_right_and_each_mistake_is_named():
    at = open_page(class_moments_hand="5")
    problem = class_moments.make_problem(5)
    right = class_moments.solve(problem)
    assert any("Right, mean and covariance" in s.value for s in answer(at, 5, right.mean, right.covariance).success)
    single = {names: (part, value) for part, names, value in class_moments.mistaken_answers(problem) if len(names) == 1}
    for names, (part, value) in single.items():
        wrong = {"mean": right.mean, "covariance": right.covariance} | {part: value}
        answer(at, 5, wrong["mean"], wrong["covariance"])
        assert any(class_moments.MISTAKES[names[0]] in info.value for info in at.info), names
    answer(at, 5, right.mean, np.array([[1.0, 2.0], [0.0, 1.0]]))
    assert any("A covariance is symmetric" in info.value for info in at.info)
    answer(at, 5, right.mean, -np.eye(2))
    assert any("not positive definite" in info.value for info in at.info)


def test_new_numbers_are_a_new_exercise():
    at = open_page()
    answer(at, 0, np.zeros(2), np.eye(2))
    at.button(key="class_moments_hand__next").click().run()
    assert at.number_input(key="class_moments_hand").value == 1
    assert at.number_input(key="class_moments_hand_1__mean0").value is None


def test_an_ellipse_placed_by_numbers_is_graded():
    at = open_page(class_moments_place="3")
    at.toggle(key="class_moments_shown").set_value(True).run()
    assert "units from the mean over the whole training split" in text(at)
    at.number_input(key="class_moments_x").set_value(40.0).run()
    assert any("The centre is off" in info.value for info in at.info)
    at.button(key="class_moments_place__next").click().run()
    assert at.number_input(key="class_moments_x").value == 0
    assert not at.toggle(key="class_moments_shown").value


def test_estimates_follow_the_entry_and_the_class():
    at = open_page()
    at.selectbox(key="class_moments_entry").set_value("covariance").run()
    assert "Left: the covariance of class 3" in text(at)
    at.segmented_control(key="class_moments_class").set_value(6).run()
    assert "of class 6 from its first n images" in text(at)
    assert not at.exception


def test_a_mean_in_another_class_is_said():
    """In two dimensions some classes lie around others."""
    assert any("Look whether it is a digit of the right class" in info.value for info in open_page().info)
