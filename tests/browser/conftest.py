"""One app and one Chromium for all tests of this folder; without one they are skipped, and fail where `CI` is set."""

import os

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import running


@pytest.fixture(scope="package")  # not the session: Playwright's event loop runs in this thread until it is closed
def browser():
    if running.chromium() is None:
        reason = "no Chromium: install one, or name it in the environment variable CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = running.launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def app(browser):
    """Address of the running app."""
    with running.running_app() as address:
        yield address


@pytest.fixture
def page(browser):
    """A fresh, wide, light page of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    yield context.new_page()
    context.close()
