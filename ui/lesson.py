"""Furniture of a lesson: header, prediction, derivation line by line, exercise, takeaway, source, way onwards."""

import inspect
from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from ui import controls, course, navigation, notation, on_paper

_LARGEST = 1e9  # that can be typed into an exercise; its squares and quotients are still numbers


class Step(NamedTuple):
    """One line of a derivation."""

    latex: str  # the line, without dollar signs
    reason: str  # why it follows from the line before; may hold $maths$
    hint: str = ""  # shown while the line is still hidden


class Field(NamedTuple):
    """One number an exercise asks for."""

    name: str  # key under which the checker finds it
    label: str
    help: str | None = None


class Diagnosis(NamedTuple):
    """What a checker says: right or not, and why."""

    correct: bool
    message: str


def header(key: str) -> None:
    """Title of the chapter and what the student will see, from `ui.course`."""
    chapter, lessons = course.chapter(key), course.lessons()
    on_paper.style()
    st.title(chapter.title)
    number = f" · chapter {lessons.index(chapter) + 1} of {len(lessons)}" if chapter in lessons else ""
    st.caption(f"{chapter.part}{number}")
    st.markdown(f"**What you will see.** {chapter.see}")
    notation.show_used(key)


def footer(key: str) -> None:
    """Links to the lessons before and after, and the way onto paper."""
    before, after = course.neighbours(key)
    st.divider()
    with st.container(key=on_paper.SCREEN_ONLY):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            if before:
                navigation.link(before, f"Back: {before.title}", icon=":material/arrow_back:")
            if after:
                navigation.link(after, f"Next: {after.title}", icon=":material/arrow_forward:")
        st.caption("The address of this page holds what you chose. Copy it, and someone else sees what you see.")
    on_paper.button(course.chapter(key))


def takeaway(text: str) -> None:
    """The one thing to remember, its numbers computed by the page."""
    with st.container(border=True):
        st.markdown(f":material/bookmark: **Takeaway.** {text}")


def prediction(
    key: str,
    question: str,
    options: Sequence[str],
    answer: str | Callable[[], str | None],
    explanation: str | Callable[[], object],
) -> str | None:
    """Ask before showing; the answer comes after a choice, or at once for those who would rather not guess.

    Args:
        key: `<chapter>_<name>`; the student's choice stands in the address under it.
        question: what to predict.
        options: short answers, one of them `answer`.
        answer: the right one, computed by the page; a function is called only when it is to be shown, and gives None as
            long as it is being computed in the student's browser, of which it then shows the progress itself.
        explanation: shown with the answer; a function draws it itself and is called only then.

    Returns:
        The student's choice, None before it.
    """
    if not callable(answer):
        _check_answer(answer, options)
    with st.container(border=True):
        guess = controls.open_question(key, f":material/psychology: **Predict.** {question}", options)
        given_up = controls.toggle(f"{key}_shown", "Show the answer without a guess") if guess is None else False
        if guess is None and not given_up:
            return None
        if callable(answer):
            answer = answer()
            if answer is None:
                return guess
            _check_answer(answer, options)
        if guess is None:
            st.info(f"{answer}.", icon=":material/visibility:")
        elif guess == answer:
            st.success(f"Yes: {answer}.", icon=":material/check:")
        else:
            st.info(f"You said {guess}. It is {answer}.", icon=":material/close:")
        if callable(explanation):
            explanation()
        else:
            st.markdown(explanation)
    return guess


@st.fragment
def reveal_steps(key: str, steps: Sequence[Step], start: int = 1, stacked: bool = False) -> None:
    """A derivation, one line at a time: each line with its reason, the next with its hint.

    Buttons and slider are ordinary controls, reached with Tab and moved with the arrow keys.

    Args:
        key: `<chapter>_<name>`; the number of lines shown stands in the address under it.
        steps: the lines, two or more.
        start: lines shown at first.
        stacked: reasons under their lines rather than beside them, where the place is narrow.
    """
    total = len(steps)
    with st.container(border=True):
        place = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            shown = controls.slider(key, "Lines shown", 1, total, start, 1)
            go = {"key": f"{key}__next", "on_click": _set, "args": (key, min(shown + 1, total))}
            st.button("Next line", disabled=shown == total, **go)
            go = {"key": f"{key}__all", "on_click": _set, "args": (key, total)}
            st.button("Show all", disabled=shown == total, **go)
        with place:
            for step in steps[:shown]:
                line, reason = (st, st) if stacked else st.columns([3, 2], vertical_alignment="center")
                line.latex(step.latex)
                reason.markdown(step.reason)
            if shown < total and steps[shown].hint:
                st.markdown(f":material/lightbulb: **Hint for the next line.** {steps[shown].hint}")


def exercise(
    key: str,
    task: str,
    fields: Sequence[Field],
    check: Callable[[dict[str, float]], Diagnosis],
    solution: str | None = None,
    columns: int = 1,
) -> Diagnosis | None:
    """Ask for numbers, hand them to a pure checker, show what it says.

    Args:
        key: `<chapter>_<name>`.
        task: what to work out.
        fields: the numbers asked for.
        check: from field name and number to a diagnosis; a plain function, tested without Streamlit.
        solution: shown to those who open it.
        columns: fields side by side, row by row; a matrix is typed in as it is written.

    Returns:
        The last diagnosis, None before the first check.
    """
    with st.container(border=True):
        st.markdown(f":material/edit: **Exercise.** {task}")
        with st.form(key, border=False):
            rows = -(-len(fields) // columns)
            places = [st] * len(fields) if columns == 1 else [c for _ in range(rows) for c in st.columns(columns)]
            values = {
                field.name: place.number_input(
                    field.label,
                    min_value=-_LARGEST,
                    max_value=_LARGEST,
                    value=None,
                    step=None,
                    format="%.6g",
                    help=field.help,
                    key=f"{key}__{field.name}",
                    persist_state="session",
                    placeholder="a number",
                )
                for field, place in zip(fields, places, strict=False)
            }
            if st.form_submit_button("Check", key=f"{key}__check"):
                st.session_state[f"{key}__said"] = _diagnose(values, fields, check)
        diagnosis = st.session_state.get(f"{key}__said")
        if diagnosis is not None:
            draw, icon = (st.success, "check") if diagnosis.correct else (st.info, "close")
            draw(diagnosis.message, icon=f":material/{icon}:")
        if solution:
            st.expander("Solution").markdown(solution)
    return diagnosis


def source_view(*objects: object, label: str = "The code that ran") -> None:
    """The source of these functions or classes, read only when opened."""
    names = [each.__name__ for each in objects]
    shown = ", ".join(f"`{name}`" for name in names)
    box = st.expander(f"{label}: {shown}", key=f"source_{'_'.join(names)}", on_change="rerun", icon=":material/code:")
    if box.open:
        for each in objects:
            box.code(inspect.getsource(inspect.unwrap(each)), language="python")


def _check_answer(answer: str, options: Sequence[str]) -> None:
    if answer not in options:
        raise ValueError(f"the answer {answer!r} is not among the options {list(options)}")


def _set(key: str, value) -> None:
    st.session_state[key] = value


def _diagnose(values: dict, fields: Sequence[Field], check: Callable) -> Diagnosis:
    missing = [field.label for field in fields if values[field.name] is None]
    if missing:
        return Diagnosis(False, f"Still to fill in: {', '.join(missing)}.")
    return check(values)
