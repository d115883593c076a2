"""What exercises with numbered problems share: which problem, the way to the next one, and the findings in words."""

from collections.abc import Mapping

import streamlit as st

from ui import controls, lesson
from vae_core.exercises.diagnosis import Diagnosis

PROBLEMS = 10_000


def number(key: str, label: str = "Problem number", another: str = "Another one") -> int:
    """The number of the problem, and a button for the next.

    Args:
        key: `<chapter>_<name>`; the number stands in the address under it.
        label: of the number.
        another: on the button.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = controls.number(key, label, 0, PROBLEMS - 1, 0, 1, help="The same number gives the same exercise.")
        st.button(another, on_click=_next, args=(key,), key=f"{key}__next", icon=":material/casino:")
    return chosen


def told(found: Diagnosis, names: Mapping[str, str], praise: str) -> lesson.Diagnosis:
    """A checker's findings in words.

    Args:
        found: what is wrong, by part of the answer.
        names: what the student calls the parts, all of them.
        praise: said when nothing is wrong.
    """
    if found.correct:
        return lesson.Diagnosis(True, praise)
    wrong = {finding.part for finding in found.findings}
    right = [f"- **{names[part]}** is right." for part in names if part not in wrong]
    said = [f"- **{names[finding.part]}**: {finding.message}" for finding in found.findings]
    return lesson.Diagnosis(False, "\n".join(right + said))


def _next(key: str) -> None:
    st.session_state[key] = (st.session_state[key] + 1) % PROBLEMS
