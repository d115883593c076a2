"""AppTest as on a server that has seen `st.navigation` once: every run goes through the front door."""

import pytest
from streamlit.runtime.pages_manager import PagesManager


@pytest.fixture(autouse=True)
def through_the_front_door(monkeypatch):
    """AppTest forgets before each run that the app navigates by itself, and runs files of `pages/` alone."""
    initialise = PagesManager.__init__

    def initialise_without_pages_directory(self, *args, **kwargs):
        initialise(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", initialise_without_pages_directory)
