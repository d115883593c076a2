"""What instructors are told: one entry a lesson, whole, and true of the models that the links open."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from ui import course, teaching
from vae_core import zoo


def test_every_lesson_has_an_entry_in_the_order_of_the_course():
    assert list(teaching.lessons()) == [chapter.key for chapter in course.lessons()]


@pytest.mark.parametrize("lesson", teaching.lessons().values(), ids=lambda lesson: lesson.key)
def test_an_entry_is_whole(lesson):
    assert 5 <= lesson.minutes <= 30
    assert lesson.ask.count("?") >= 1 or lesson.ask.endswith(".")
    assert all(text.endswith((".", "?", "”")) for text in (lesson.aim, lesson.ask, lesson.listen, *lesson.mistakes))
    assert len(lesson.mistakes) >= 2
    assert len(lesson.show) >= 2
    assert len({state.says for state in lesson.show}) == len(lesson.show)


def test_plans_are_made_of_lessons_and_their_minutes():
    lessons = teaching.lessons()
    for plan in teaching.plans():
        assert set(plan.chapters) <= lessons.keys()
        assert plan.minutes == sum(lessons[key].minutes for key in plan.chapters)
    assert teaching.plans()[-1].chapters == tuple(lessons)
    assert min(plan.minutes for plan in teaching.plans()) <= 90  # something fits into one lecture


def test_an_address_holds_the_state_and_lecture_view_if_asked():
    state = teaching.State("chains", {"model": "mlp-d2-b0.1", "chain_start": "μ_x"})
    plain, projected = (urlsplit(teaching.address("chain", state, on)) for on in (False, True))
    assert plain.path == "chain"
    assert parse_qs(plain.query) == {"model": ["mlp-d2-b0.1"], "chain_start": ["μ_x"]}
    assert parse_qs(projected.query)["lecture"] == ["true"]
    assert teaching.address(course.CHAPTERS[0].key, state).startswith(".?")


def _share_within(run_id: str) -> float:
    """Of the classes' variance, what lies within images."""
    moments = zoo.moments(run_id)
    return float(moments.within.sum() / np.trace(moments.covariance, axis1=1, axis2=2).sum())


def test_what_the_entries_say_of_models_is_so():
    test = {run.run_id: zoo.metrics(run.run_id)["test"] for run in zoo.list_runs()}
    assert test["mlp-d2-b5"]["active_units"] == 0  # “a collapsed model”
    assert test["mlp-d8-calibrated"]["distortion"] < 0  # “whose distortion is negative”
    for run_id in ("mlp-d8-b1", "mlp-d16-b1"):  # “of which some are off”
        assert 0 < test[run_id]["active_units"] < len(test[run_id]["rate_per_dimension"])
    assert _share_within("mlp-d16-b1") > 0.5  # “most of the spread lies within images”
    assert _share_within("mlp-d2-b0.01") < 0.05  # “next to nothing lies within”
    judged = zoo.sample_quality("mlp-d8-b0.02")  # “poor from the prior, good from the aggregate posterior”
    assert judged["prior"]["frechet"] > 2 * judged["aggregate"]["frechet"]
