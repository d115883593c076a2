"""What every page carries: the way to the glossary at its head, and the report of a problem in its sidebar."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import running
from ui.problem_report import VARIABLE

pytestmark = pytest.mark.browser


def _open(page, address: str) -> None:
    page.goto(address)
    running.settle(page)


def test_a_symbol_leads_to_its_place_in_the_glossary(page, app):
    _open(page, f"{app}/road?model=mlp-d8-b1")
    page.get_by_role("button", name="Symbols on this page").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="road short for the decoder").click()
    glossary = opened.value
    running.settle(glossary)
    assert urlsplit(glossary.url)._replace(netloc="", scheme="").geturl() == "/notation#geodesic"
    heading = glossary.locator("#geodesic")
    heading.wait_for()
    glossary.wait_for_timeout(500)
    assert 0 <= heading.bounding_box()["y"] < 900


def test_a_report_holds_the_state_and_stays_with_the_student(browser, app):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    _open(page, f"{app}/digit?model=mlp-d8-b1&digit_class=7")
    asked = []
    # The components' own modules are `blob:` addresses, which never leave the browser.
    page.on("request", lambda request: None if request.url.startswith("blob:") else asked.append(request.url))
    page.get_by_text("Report a problem").click()
    page.get_by_label("What did you do").fill("I moved β & nothing <b>happened</b>")
    page.get_by_role("button", name="Copy the text").click()
    page.get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("I moved β & nothing <b>happened</b>\n")
    for fact in ("Page: How a VAE sees a digit", f"Address: {page.url}", "Model: mlp-d8-b1", "Streamlit 1.", "Mozilla"):
        assert fact in copied
    assert "digit_class=7" in copied
    assert page.get_by_role("link", name="report form").count() == 0
    assert asked == []
    context.close()


@pytest.mark.parametrize(
    ("to", "link", "begins"),
    [
        ("teacher@example.org", "Write an e-mail", "mailto:teacher@example.org?subject="),
        (
            "https://example.org/new?labels=course",
            "Open the report form",
            "https://example.org/new?labels=course&title=",
        ),
    ],
)
def test_the_operator_says_where_reports_go(page, monkeypatch, to, link, begins):
    monkeypatch.setenv(VARIABLE, to)
    with running.running_app() as app:
        _open(page, f"{app}/digit?digit_class=7")
        page.get_by_text("Report a problem").click()
        page.get_by_label("What did you do").fill("a & b")
        address = page.get_by_role("link", name=link).get_attribute("href")
    assert address.startswith(begins)
    body = parse_qs(urlsplit(address).query)["body"][0]
    assert body.startswith("a & b\n\nPage: How a VAE sees a digit\n")
    assert "digit_class=7" in body
