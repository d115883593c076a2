"""The tour: it grows step by step, greedy is compared with the shortest, and a student's own tour is ranked."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app import opening
from vae_core import tour, zoo
from vae_core.gaussians import pairwise_distances

RUN = "mlp-d2-b1"


def open_tour(run_id: str = RUN, **address: str) -> AppTest:
    return opening.open_page("tour", run_id, **{f"tour_{key}": value for key, value in address.items()})


def text(at: AppTest) -> str:
    return "\n".join(each.value for each in [*at.markdown, *at.caption, *at.info, *at.success, *at.warning])


def press(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


def distances(metric: str = "euclidean") -> np.ndarray:
    moments = zoo.moments(RUN)
    return pairwise_distances(moments.mean, moments.covariance, metric)


@pytest.mark.parametrize("run_id", [RUN, "mlp-d3-b1", "mlp-d8-b0.1", "mlp-d20-bernoulli", "mlp-d2-calibrated"])
def test_every_kind_of_model_has_a_tour(run_id):
    at = open_tour(run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)
    assert ("keep" in text(at)) == (zoo.metrics(run_id) is not None and "d2-" not in run_id)


def test_the_greedy_tour_grows_step_by_step_with_its_arithmetic():
    at = open_tour(start="4", step="0")
    steps = tour.nearest_neighbour_steps(distances(), 4)
    assert "1. At **4**" not in text(at)
    for number, step in enumerate(steps, start=1):
        press(at, "Next step")
        nearest = min(step.distances)
        assert f"{number}. At **{step.at}**: **{step.chosen} {nearest:.2f}**" in text(at)
        assert f"so far {step.length:.2f}." in text(at)
    assert next(button for button in at.button if button.label == "Next step").disabled


@pytest.mark.parametrize(("metric", "kind"), [("class Gaussians", "open"), ("class means", "closed")])
def test_lengths_follow_the_distance_and_the_kind_of_tour(metric, kind):
    at = open_tour(metric=metric, kind=kind, start="7")
    matrix = distances("wasserstein2" if metric == "class Gaussians" else "euclidean")
    closed = kind == "closed"
    orders = [
        tour.nearest_neighbour_tour(matrix, 7, closed),
        tour.optimal_tour(matrix, 7, closed),
        tour.optimal_tour(matrix, closed=closed),
    ]
    assert [metric.value for metric in at.metric] == [
        f"{tour.tour_length(matrix, order, closed):.2f}" for order in orders
    ]


def test_the_prediction_is_answered_by_counting_starts():
    at = open_tour()
    matrix = distances()
    right = sum(
        np.isclose(
            tour.tour_length(matrix, tour.nearest_neighbour_tour(matrix, start)),
            tour.tour_length(matrix, tour.optimal_tour(matrix, start)),
        )
        for start in range(10)
    )
    question = next(radio for radio in at.radio if "greedy" in radio.label)
    answer = "none" if right == 0 else next(o for o in question.options[1:] if int(o[0]) <= right <= int(o.split()[-1]))
    question.set_value(answer).run()
    assert any(answer in said.value for said in at.success)
    assert f"at worst {max(excess(matrix)):.1f} %" in text(at)


def excess(matrix: np.ndarray) -> list[float]:
    lengths = [
        (
            tour.tour_length(matrix, tour.nearest_neighbour_tour(matrix, start)),
            tour.tour_length(matrix, tour.optimal_tour(matrix, start)),
        )
        for start in range(10)
    ]
    return [100 * (greedy / shortest - 1) for greedy, shortest in lengths]


def test_a_tour_is_built_by_buttons_taken_back_and_ranked():
    at = open_tour()
    for digit in "31":
        at.button(key=f"tour_add_{digit}").click().run()
    assert at.text_input(key="tour_mine").value == "31"
    assert "Left: 0, 2, 4, 5, 6, 7, 8, 9." in text(at)
    at.button(key="tour_undo").click().run()
    assert at.text_input(key="tour_mine").value == "3"
    at.button(key="tour_clear").click().run()
    assert at.text_input(key="tour_mine").value == ""
    best = tour.optimal_tour(distances())
    at.text_input(key="tour_mine").set_value("".join(map(str, best))).run()
    assert any("rank **1 of 1,814,400** open" in said.value for said in at.success)


def test_another_tour_is_told_its_rank():
    order = list(range(10))
    at = open_tour(mine="".join(map(str, order)))
    rank = tour.tour_rank(distances(), order)
    assert f"rank **{rank.rank:,} of 1,814,400**" in text(at)


def test_what_is_no_tour_is_said_in_words():
    at = open_tour(mine="1771")
    assert "7 stands there twice" in text(at)
    assert not at.exception


def test_two_models_are_compared_neighbour_by_neighbour():
    at = open_tour(other="mlp-d8-b1")
    moments = zoo.moments("mlp-d8-b1")
    theirs = tour.optimal_tour(pairwise_distances(moments.mean, moments.covariance, "euclidean"))
    assert " → ".join(map(str, theirs)) in text(at)
