"""Neighbours: the student's grouping, the model's, how they agree, and closed loops."""

import re

import pytest

from tests.app.opening import open_page, text
from vae_core import grouping, hierarchy, loops, zoo
from vae_core.gaussians import pairwise_distances

KEY = "class_neighbours"
HYPOTHESIS = [2, 0, 1, 1, 2, 1, 2, 0, 2, 2]  # {1 7} {2 3 5} {0 4 6 8 9}


def cut(run_id: str, metric: str, k: int, method: str = "average"):
    moments = zoo.moments(run_id)
    return hierarchy.cut(
        hierarchy.tree(pairwise_distances(moments.mean, moments.covariance, metric), method).linkage, k
    )


def index(at) -> float:
    (shown,) = (metric.value for metric in at.metric if metric.label == "Adjusted Rand index")
    return float(shown)


def choose(at, groups: str):
    """A letter a digit, in the order of the digits."""
    for digit, letter in enumerate(groups):
        at.segmented_control(key=f"{KEY}_d{digit}").set_value(letter)
    return at.run()


@pytest.mark.parametrize(
    "run_id", ["mlp-d2-b1", "mlp-d8-b0.1", "mlp-d20-bernoulli", "mlp-d16-calibrated", "mlp-d8-b10"]
)
def test_every_kind_of_model_is_shown(run_id):
    at = open_page(KEY, run_id)
    assert not at.exception
    assert "**Takeaway.**" in text(at)
    collapsed = zoo.metrics(run_id)["test"]["active_units"] == 0
    assert any("any grouping of them is an accident" in warning.value for warning in at.warning) == collapsed


def test_the_hypothesis_is_there_at_first_and_fails_plainly():
    at = open_page(KEY, "mlp-d8-b0.1")
    expected = grouping.adjusted_rand(HYPOTHESIS, cut("mlp-d8-b0.1", "bhattacharyya", 3))
    assert index(at) == pytest.approx(expected, abs=0.0051)
    assert any("The hypothesis fails" in warning.value for warning in at.warning)
    assert "There are **2,520** ways to put ten digits into groups of 5 + 3 + 2" in text(at)


@pytest.mark.parametrize(
    ("label", "metric"),
    [("2-Wasserstein", "wasserstein2"), ("symmetric KL", "symmetric_kl"), ("Euclidean", "euclidean")],
)
def test_the_student_chooses_distance_linkage_and_cut(label, metric):
    at = open_page(KEY, "mlp-d8-b0.1")
    at.segmented_control(key=f"{KEY}_metric").set_value(label)
    at.segmented_control(key=f"{KEY}_linkage").set_value("complete")
    at.slider(key=f"{KEY}_k").set_value(4).run()
    groups = cut("mlp-d8-b0.1", metric, 4, "complete")
    assert index(at) == pytest.approx(grouping.adjusted_rand(HYPOTHESIS, groups), abs=0.0051)
    assert "You made 3 groups and the tree is cut into 4" in text(at)


def test_a_grouping_picked_digit_by_digit_can_be_the_models_own():
    at = open_page(KEY, "mlp-d8-b0.1")
    choose(at, "".join("ABC"[group] for group in cut("mlp-d8-b0.1", "bhattacharyya", 3)))
    assert index(at) == 1
    assert any("It holds: this model groups the digits exactly as you did" in success.value for success in at.success)
    assert not at.exception


def test_presets_place_the_digits():
    at = open_page(KEY, "mlp-d2-b1")

    def press(label: str) -> str:
        next(button for button in at.button if button.label == label).click().run()
        return "".join(at.segmented_control(key=f"{KEY}_d{digit}").value for digit in range(10))

    assert press("Odd and even") == "BABABABABA"
    digits = zoo.digits()
    most_common = loops.shares(loops.count(digits.images), digits.labels).argmax(axis=1)
    assert grouping.adjusted_rand(list(press("Closed loops, as counted below")), most_common) == 1
    assert press("Strokes, curves, loops") == "CABBCBCACC"
    assert press("All in one group") == "A" * 10
    assert any("nothing to compare" in info.value for info in at.info)
    assert not at.exception


def test_the_zoo_is_asked_which_cuts_come_back():
    at = open_page(KEY, "mlp-d2-b1")
    at.toggle(key=f"{KEY}_zoo").set_value(True).run()
    assert not at.exception
    awake = [run.run_id for run in zoo.list_runs() if zoo.metrics(run.run_id)["test"]["active_units"] > 0]
    table = next(element.value for element in at.markdown if element.value.startswith("| cut into 3"))
    counts = [int(number) for number in re.findall(r"\} \| (\d+) \|", table)]
    assert sum(counts) == len(awake)
    assert counts == sorted(counts, reverse=True)


def test_closed_loops_are_counted_at_the_threshold_chosen():
    at = open_page(KEY, "mlp-d2-b1")
    digits = zoo.digits()
    fours = digits.images[digits.labels == 4]
    for threshold in (128, 32):
        at.slider(key=f"{KEY}_ink").set_value(threshold).run()
        share = (loops.count(fours, threshold) > 0).mean()
        assert share < 0.5  # most fours are open
        assert f"**{share:.0%} of the fours**" in text(at)
    at.segmented_control(key=f"{KEY}_look").set_value(8).run()
    assert "**8, with a closed loop**" in text(at)
    assert not at.exception
