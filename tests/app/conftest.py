"""AppTest as on a server that has seen `st.navigation` once, leaving nothing behind for other tests."""

import sys

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


@pytest.fixture(autouse=True)
def own_main(monkeypatch):
    """A script that ran stays `__main__`, and a process spawned by a later test would run it once more."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
