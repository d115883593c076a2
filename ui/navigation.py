"""The course's pages as Streamlit takes them, made once: making one asks the file system for every part of its path."""

from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st

from ui import course

_HOME = Path(__file__).parents[1]


def pages() -> dict[str, list[st.Page]]:
    """Parts of the course and their pages, for `st.navigation`; for scripts only."""
    # Copies, for Streamlit writes into a page whether it may be run, and other students' scripts run at the same time.
    return {part: [copy(_made()[chapter.key]) for chapter in chapters] for part, chapters in course.parts().items()}


def link(chapter: course.Chapter, label: str, **more) -> None:
    """A link to a chapter.

    Args:
        chapter: where it leads.
        label: what it says.
        more: goes to `st.page_link`.
    """
    st.page_link(_made()[chapter.key], label=label, **more)


@cache
def _made() -> dict[str, st.Page]:
    first = course.CHAPTERS[0]
    return {
        c.key: st.Page(_HOME / c.file, title=c.title, url_path=c.url_path, help=c.see, default=c == first)
        for c in course.CHAPTERS
    }
