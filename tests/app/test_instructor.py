"""The instructor's page; and every state it links to opens as described, on controls the chapter has."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.app.opening import RUN, open_page, text
from ui import teaching

STATES = [
    pytest.param(lesson.key, state, id=f"{lesson.key}-{number}")
    for lesson in teaching.lessons().values()
    for number, state in enumerate(lesson.show, 1)
]


@pytest.mark.parametrize(("chapter", "state"), STATES)
def test_a_linked_state_opens_on_controls_that_the_chapter_has(chapter, state):
    address = parse_qs(urlsplit(teaching.address(chapter, state)).query)
    asked = {name: value for name, (value,) in address.items()}
    run = asked.pop("model", RUN)
    at = open_page(chapter, run, **asked)
    assert not at.exception
    assert not [error.value for error in at.error]
    assert "The link asked for" not in text(at)
    assert at.session_state["model"] == run
    for name, value in asked.items():
        assert name.startswith(f"{chapter}_")
        assert name in at.session_state, f"{chapter} has no control {name} in this state"
        held = at.session_state[name]
        if isinstance(held, bool):
            assert value == str(held).lower()
        elif isinstance(held, int | float):
            assert float(value.rstrip("σ")) == held
        else:
            assert held.lower() == value.lower()


def test_the_page_tells_of_every_lesson():
    at = open_page("instructor")
    assert not at.exception
    shown = text(at)
    for lesson in teaching.lessons().values():
        for words in (lesson.aim, lesson.ask, lesson.listen, *lesson.mistakes):
            assert words in shown
        for state in lesson.show:
            assert f"[{state.says}]({teaching.address(lesson.key, state)})" in shown
    assert "lecture=true" not in shown


def test_one_part_alone_with_links_for_the_projector():
    at = open_page("instructor", instructor_part="Paths", instructor_lecture="true")
    shown = text(at)
    tour, digit = teaching.lessons()["tour"], teaching.lessons()["digit"]
    assert teaching.address("tour", tour.show[0], projected=True) in shown
    assert digit.ask not in shown
