"""Four ways to draw a digit: every kind of model, drawing again, one class, the judge, the nearest training images."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import opening
from ui import sample_verdicts, sample_ways
from vae_core import zoo

RUNS = [opening.RUN, "mlp-d8-b0.1", "mlp-d20-bernoulli", "mlp-d2-b10"]


@pytest.fixture(autouse=True)
def fewer_draws(monkeypatch):
    """The tests are about the page, not about the numbers: a fifth of the draws do."""
    monkeypatch.setattr(sample_ways, "JUDGED", 100)


def open_sampling(run_id: str = opening.RUN, **address: str) -> AppTest:
    return opening.open_page("sampling", run_id, **{f"sampling_{key}": value for key, value in address.items()})


@pytest.mark.parametrize("run_id", RUNS)
def test_every_kind_of_model_draws(run_id):
    at = open_sampling(run_id)
    said = opening.text(at)
    assert not at.exception
    for way in sample_ways.WAYS.values():
        assert f"**{way[0].upper()}{way[1:]}**" in said
    assert "**Takeaway.** To draw a digit" in said


def test_draw_again_draws_others():
    at = open_sampling()
    before = [each.proto.imgs[0].url for each in at.get("imgs")] or [str(each.proto) for each in at.get("image")]
    next(button for button in at.button if button.label == "Draw again").click().run()
    after = [each.proto.imgs[0].url for each in at.get("imgs")] or [str(each.proto) for each in at.get("image")]
    assert at.number_input(key="sampling_draw").value == 1
    assert len(before) == len(sample_ways.WAYS) + 1
    assert all(one != other for one, other in zip(before[:-1], after[:-1], strict=True))
    assert before[-1] == after[-1]  # the judged draws and their neighbours are the model's, not this draw's


def test_a_class_can_be_ordered():
    at = open_sampling()
    at.segmented_control(key="sampling_class").set_value("7").run()
    assert not at.exception
    run = opening.RUN
    drawn = sample_ways._latents(run, "classes", 7, 400, 0)
    moments = zoo.moments(run)
    assert abs(drawn.mean(axis=0) - moments.mean[7]).max() < 0.15


def test_the_judge_answers_after_the_guess():
    at = open_sampling()
    assert "| drawn by |" not in opening.text(at)
    at.radio(key="sampling_best").set_value(sample_ways.WAYS["prior"]).run()
    said = opening.text(at)
    assert "| drawn by |" in said
    stored = zoo.sample_quality(opening.RUN)
    assert f"{stored['prior']['frechet']:.1f}" in said


def test_pcn_is_judged_when_asked_for():
    at = open_sampling(best_shown="true")
    pcn = sample_ways.WAYS["pcn"]
    assert f"| {pcn} |" not in opening.text(at)
    at.toggle(key="sampling_pcn").set_value(True).run()
    assert not at.exception
    assert f"| {pcn} |" in opening.text(at)


def test_the_neighbours_of_pcns_draws_are_shown_without_a_verdict_on_them():
    pcn = sample_ways.WAYS["pcn"]
    at = open_sampling(best_shown="true", near=pcn)
    assert not at.exception
    said = opening.text(at)
    assert f"draws of {pcn}" in said
    assert f"| {pcn} |" not in said


def test_what_draws_cannot_tell_apart_is_said_to_be_equal():
    assert sample_verdicts.nearer(100, 96) == sample_verdicts.nearer(96, 100)
    assert sample_verdicts.nearer(100, 80) == sample_ways.WAYS["aggregate"]
    assert sample_verdicts.nearer(80, 100) == sample_ways.WAYS["prior"]


def test_without_the_judge_the_rest_still_works(monkeypatch):
    monkeypatch.setattr("ui.models.classifiers", lambda: ())
    at = open_sampling()
    assert not at.exception
    assert any("cannot be read: no verdict" in each.value for each in at.info)
    assert "nearest training image" in opening.text(at)
