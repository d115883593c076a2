"""Any page as a handout: how it is printed, and the button for it. The browser's own Print does the same."""

from pathlib import Path

import streamlit as st

from ui import course, picker, your_run
from ui.components import print_page

# Read once: Streamlit would open the files at every run of a page.
_PRINT, _PRINT_DARK = (
    f"<style>{(Path(__file__).parent / name).read_text()}</style>" for name in ("print.css", "print_dark.css")
)
SCREEN_ONLY = "_screen_only"  # key of a container that is not printed


def style() -> None:
    """Make the page fit for paper. Streamlit has no other hook for print rules than a style of one's own."""
    st.html(_PRINT)
    if st.context.theme.type == "dark":
        st.html(_PRINT_DARK)


def button(chapter: course.Chapter) -> None:
    """A button that prints; on paper, in its place, what is needed to come back to this page in this state."""
    model = your_run.told(picker.current_run())
    print_page.show(f"“{chapter.title}”, with the model {model}. Open it again at", key="_print_page")
