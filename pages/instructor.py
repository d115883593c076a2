"""For instructors: plans, and for each lesson its aim, a question, usual mistakes and states worth showing."""

import streamlit as st

from ui import controls, course, lesson, teaching
from ui.teaching import Lesson

ALL = "all"

lesson.header("instructor")
st.markdown(
    "Each lesson below has an aim, a question to ask **before** anything is shown, what to listen for, what students "
    "get wrong, and links. A link opens a page in the state described, in a tab of its own; copy it into your slides. "
    "Students see just that state, from any computer that reaches this server."
)

# --- plans ------------------------------------------------------------------------------------------------------------

st.subheader("Plans", anchor="plans")


def told(plan: teaching.Plan) -> str:
    """What a plan consists of."""
    if plan.chapters == tuple(each.key for each in course.lessons()):
        return plan.why
    links = [f"[{course.chapter(key).title}](#{anchor(key)})" for key in plan.chapters]
    return f"{', '.join(links)}. {plan.why}"


def anchor(key: str) -> str:
    return key.replace("_", "-")


rows = [f"| **{plan.name}** | {plan.minutes} | {told(plan)} |" for plan in teaching.plans()]
st.markdown("\n".join(["| plan | minutes | chapters |", "|:--|--:|:--|", *rows]))
st.caption("Minutes are for talk, question and one prediction. Exercises come on top, or go home with the students.")

st.subheader("Before the lesson", anchor="before")
st.markdown(
    """
- **Open each link once.** What a page computes for the first time it keeps for everyone; the first opening is the slow
  one.
- **Lecture view**, in the sidebar or switched on for all links below, enlarges type and hides the sidebar.
- **Nobody signs in, nothing is stored.** A student's drawing, guess or own model lives in their browser tab.
- **Predictions have no gate.** Ask for hands first, then choose the room's answer: it stands in the address.
- **Trainings share the server.** It runs as many at a time as `VAE_TRAININGS` says; the others wait in line.
- **Handouts.** *Print this page*, at the foot of every chapter, prints it as it stands: formulae, charts and figures of
  the model that is loaded, with the address that brings it back.
- **When something is wrong**, *Report a problem* in the sidebar writes down the page's state. Set `VAE_COURSE_REPORT`
  to your e-mail address or your issue tracker's page for new issues, and the text goes there when a student sends it.
"""
)

# --- lesson by lesson -------------------------------------------------------------------------------------------------

st.subheader("Lesson by lesson", anchor="lessons")
parts = [part for part in course.parts() if part != course.TEACHING]
with st.container(horizontal=True, vertical_alignment="bottom"):
    shown = controls.select("instructor_part", "Part of the course", (ALL, *parts), width=240)
    projected = controls.toggle("instructor_lecture", "Links open in lecture view")


def tell(chapter: course.Chapter, taught: Lesson) -> None:
    """One lesson."""
    with st.container(border=True, key=f"whole_{chapter.key}"):
        st.subheader(chapter.title, anchor=anchor(chapter.key))
        states = "\n".join(
            f"- [{state.says}]({teaching.address(chapter.key, state, projected)})" for state in taught.show
        )
        mistakes = "\n".join(f"- {mistake}" for mistake in taught.mistakes)
        st.markdown(
            f"**Aim** ({taught.minutes} minutes). {taught.aim}\n\n**Ask the room.** {taught.ask}\n\n"
            f"**Listen for.** {taught.listen}\n\n**What students get wrong**\n{mistakes}\n\n**Worth showing**\n{states}"
        )


for part, chapters in course.parts().items():
    if shown not in (ALL, part) or part == course.TEACHING:
        continue
    st.markdown(f"**{part}**")
    for chapter in chapters:
        tell(chapter, teaching.lessons()[chapter.key])
lesson.footer("instructor")
