"""Every chapter runs from the front door, in its default state."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui import course

ENTRY = str(Path(__file__).parents[2] / "streamlit_app.py")


@pytest.fixture(scope="module")
def app() -> AppTest:
    return AppTest.from_file(ENTRY, default_timeout=120).run()


@pytest.mark.parametrize("chapter", course.CHAPTERS, ids=lambda chapter: chapter.key)
def test_chapter_is_reached_and_runs(app, chapter):
    app.switch_page(chapter.file).run()
    assert [element.value for element in (*app.exception, *app.error)] == []
    assert app.title[0].value == chapter.title
    # The sidebar shows that the page was run by the front door.
    assert app.sidebar.selectbox(key="model").value == app.session_state["model"]
