"""What an instructor wants to know of each lesson, as data; the texts are in `teaching.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from ui import course, lecture


class State(NamedTuple):
    """A state of a chapter that is worth showing."""

    says: str  # what there is to see
    parameters: dict[str, str]  # of the address


@dataclass(frozen=True)
class Lesson:
    """One chapter as it is taught.

    Attributes:
        key: of the chapter.
        minutes: with the question discussed and the exercises left for home; a plan, not a measurement.
        aim: what students can do afterwards.
        ask: a question for the room, before anything is shown.
        listen: what to listen for in the answers.
        mistakes: what students get wrong, and what to say.
        show: states to open.
    """

    key: str
    minutes: int
    aim: str
    ask: str
    listen: str
    mistakes: tuple[str, ...]
    show: tuple[State, ...]


class Plan(NamedTuple):
    """A choice of chapters for one meeting."""

    name: str
    chapters: tuple[str, ...]
    why: str

    @property
    def minutes(self) -> int:
        """The chapters' minutes together."""
        return sum(lessons()[key].minutes for key in self.chapters)


@cache
def lessons() -> dict[str, Lesson]:
    """The lessons by chapter key."""
    return {
        each["key"]: Lesson(
            **{name: each[name] for name in ("key", "minutes", "aim", "ask", "listen")},
            mistakes=tuple(each["mistakes"]),
            show=tuple(State(state["says"], state["open"]) for state in each["show"]),
        )
        for each in _read()["lesson"]
    }


@cache
def plans() -> tuple[Plan, ...]:
    """Ways to choose from the course, and the whole of it."""
    chosen = [Plan(each["name"], tuple(each["chapters"]), each["why"]) for each in _read()["plan"]]
    whole = Plan("The whole course", tuple(each.key for each in course.lessons()), "Every lesson in its order.")
    return (*chosen, whole)


def address(chapter: str, state: State, projected: bool = False) -> str:
    """Where a state opens, relative to any page of the app; `projected` opens it in lecture view."""
    parameters = state.parameters | ({lecture.KEY: "true"} if projected else {})
    return f"{course.path(course.chapter(chapter)) or '.'}?{urlencode(parameters)}"


def _read() -> dict:
    return tomllib.loads((Path(__file__).parent / "teaching.toml").read_text("utf-8"))
