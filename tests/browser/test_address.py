"""What is in the address, in a real browser: AppTest sees neither addresses nor page changes as browsers make them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import running
from ui import course
from vae_core import zoo

pytestmark = pytest.mark.browser
SECOND, LAST = course.CHAPTERS[1], course.CHAPTERS[-1]


@pytest.fixture
def other_run() -> str:
    """A run that is not the default, differing from it in the latent dimension."""
    return next(run.run_id for run in zoo.list_runs() if run.latent_dim != 2)


def _asked(page) -> dict:
    return parse_qs(urlsplit(page.url).query)


def _loaded(page) -> str:
    return page.get_by_role("combobox", name="Model loaded").input_value()


def _go_on(page) -> None:
    page.get_by_role("link", name="Next: ").click()
    page.wait_for_url("**/" + SECOND.url_path + "*")
    running.settle(page)


def test_the_first_visitor_after_a_start_may_come_by_a_deep_link(page):
    with running.running_app() as fresh:
        page.goto(f"{fresh}/{LAST.url_path}")
        running.settle(page)
        assert page.locator("h1").inner_text() == LAST.title
        assert page.locator("[data-testid=stException]").count() == 0


def test_the_model_is_in_the_address_and_survives_page_changes(page, app, other_run):
    page.goto(f"{app}/?model={other_run}")
    running.settle(page)
    assert _loaded(page) == other_run
    _go_on(page)
    assert _asked(page)["model"] == [other_run]
    assert _loaded(page) == other_run
    page.go_back()
    running.settle(page)
    assert _loaded(page) == other_run


def test_choosing_a_dimension_changes_the_address(page, app, other_run):
    page.goto(app)
    running.settle(page)
    assert "model" not in _asked(page)  # defaults are left out
    wanted = next(run for run in zoo.list_runs() if run.run_id == other_run).latent_dim
    choices = page.get_by_role("radiogroup", name="Latent dimension")
    choices.get_by_text(str(wanted), exact=True).click()
    page.wait_for_url("**model=*")
    running.settle(page)
    assert f"-d{wanted}-" in _asked(page)["model"][0]
    assert _loaded(page) == _asked(page)["model"][0]


def test_a_model_the_zoo_lacks_is_said_to_be_lacking(page, app):
    page.goto(f"{app}/?model=mlp-d999-b1")
    running.settle(page)
    word = page.locator("[data-testid=stSidebar] [data-testid=stAlert]").inner_text()
    assert "mlp-d999-b1" in word
    assert _loaded(page) in word
    assert "model" not in _asked(page)


def test_lecture_view_enlarges_type_hides_the_sidebar_and_stays_on(page, app):
    size = "() => parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)"
    page.goto(app)
    running.settle(page)
    usual = page.evaluate(size)
    page.goto(f"{app}/?lecture=true")
    running.settle(page)
    assert page.evaluate(size) > 1.3 * usual
    sidebar = page.locator("[data-testid=stSidebar]").bounding_box()
    assert sidebar["x"] + sidebar["width"] <= 0  # pushed out of the screen
    _go_on(page)
    assert page.evaluate(size) > 1.3 * usual
    assert _asked(page)["lecture"] == ["true"]
