"""Pages made once for all students: each script's are its own to run, and links are those Streamlit makes of paths."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui import course

ENTRY = str(Path(__file__).parents[2] / "streamlit_app.py")


def _two_scripts_at_once():
    """Two students' pages, one of whom has just been told that the second page is theirs to run."""
    from ui import navigation

    mine, other = navigation.pages(), navigation.pages()
    mine["Start"][0]._can_be_called = True
    assert other["Start"][0]._can_be_called is False
    assert navigation.pages()["Start"][0]._can_be_called is False
    assert {part: [page.title for page in pages] for part, pages in mine.items()} == {
        part: [chapter.title for chapter in chapters] for part, chapters in course.parts().items()
    }
    assert [page.url_path for pages in mine.values() for page in pages] == [
        course.path(chapter) for chapter in course.CHAPTERS
    ]


def _both_kinds_of_links():
    import streamlit as st

    from ui import course, navigation

    for chapter in course.CHAPTERS:
        navigation.link(chapter, chapter.title, icon=":material/timeline:", query_params={"model": "mlp-d2-b1"})
        st.page_link(chapter.file, label=chapter.title, icon=":material/timeline:", query_params={"model": "mlp-d2-b1"})


@pytest.fixture
def within(monkeypatch):
    """Runs a function as the first page of the app, within its front door."""

    def run(page):
        from streamlit.navigation.page import Page

        monkeypatch.setattr(Page, "run", lambda self: page())
        app = AppTest.from_file(ENTRY, default_timeout=120).run()
        assert [element.message for element in app.exception] == []
        return app

    return run


def test_a_page_that_one_student_runs_is_not_taken_from_another(within):
    within(_two_scripts_at_once)


def test_a_link_to_a_chapter_is_what_streamlit_makes_of_its_path(within):
    links = [element.proto for element in within(_both_kinds_of_links).get("page_link")]
    assert len(links) == 2 * len(course.CHAPTERS)
    assert links[::2] == links[1::2]
    assert links[0].help == course.CHAPTERS[0].see
