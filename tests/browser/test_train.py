"""Training in a real browser: it moves and can be cancelled, queues, ends with its tab, and stays its student's own."""

import io
import re
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import running
from vae_core import own_run

pytestmark = pytest.mark.browser

SLOW = 120_000  # ms: torch starts in a process of its own, on a machine that may be busy
CHARTS = "[data-testid=stVegaLiteChart] svg.marks"
TICKS = ".role-axis-label text"
UNSEEN = """(selector) => {
    const unseen = [...document.querySelectorAll(selector)].filter((each) => !("seen" in each.dataset));
    unseen.forEach((each) => (each.dataset.seen = ""));
    return unseen.length;
}"""  # how many, and marks them


@contextmanager
def student(browser):
    """A browser context of its own: another student."""
    context = browser.new_context(viewport={"width": 1440, "height": 1200}, color_scheme="light")
    yield context.new_page()
    context.close()


def begin(page, app: str, epochs: int) -> None:
    page.goto(f"{app}/train?train_epochs={epochs}")
    running.settle(page)
    page.get_by_role("button", name="Train", exact=True).click()


def step(page) -> int:
    return int(
        re.search(r"Step ([\d,]+) of", page.locator("[data-testid=stProgress]").inner_text())[1].replace(",", "")
    )


def test_the_curves_move_in_place_and_cancelling_stops_them(page, app):
    begin(page, app, 100)
    expect(page.locator(CHARTS)).to_have_count(3, timeout=SLOW)
    running.at_rest(page, lambda: page.evaluate(UNSEEN, CHARTS), seconds=2)  # drawn for good: none is new any more
    line = page.locator(CHARTS).first.locator("path[aria-roledescription='line mark']").first
    cloud = page.locator(CHARTS).nth(2)
    before, drawn, room = step(page), line.get_attribute("d"), cloud.locator(TICKS).all_inner_texts()
    page.wait_for_function(
        "before => Number(document.querySelector('[data-testid=stProgress]').innerText.match(/Step ([0-9,]+)/)[1]"
        ".replace(',', '')) > before + 40",
        arg=before,
        timeout=SLOW,
    )
    page.wait_for_timeout(1500)
    assert line.get_attribute("d") != drawn
    # The same charts, not new ones: nothing flickers; but the cloud, where it takes the next larger scale.
    kept = 3 if cloud.locator(TICKS).all_inner_texts() == room else 2
    assert page.locator(f"{CHARTS}[data-seen]").count() == kept
    assert "left" in page.locator("[data-testid=stProgress]").inner_text()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The training was cancelled, as you wished")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    expect(page.get_by_text("Your run", exact=True)).to_have_count(0)


def test_a_second_student_waits_until_the_first_closes_the_tab(browser, page, app):
    with student(browser) as first:
        begin(first, app, 100)
        expect(first.locator("[data-testid=stProgress]")).to_be_visible(timeout=SLOW)
        begin(page, app, 100)
        expect(page.get_by_text("Your place in the queue: 1")).to_be_visible(timeout=SLOW)
        expect(page.locator(CHARTS)).to_have_count(0)
    expect(page.locator(CHARTS)).to_have_count(3, timeout=SLOW)
    # and leaving the page is the same as cancelling
    page.get_by_role("link", name=re.compile("^Back: ")).click()
    running.settle(page)
    page.go_back()
    expect(page.get_by_text("it ends when you go to another chapter")).to_be_visible(timeout=SLOW)


def test_a_finished_run_goes_along_and_no_other_student_gets_it(browser, page, app):
    begin(page, app, 1)
    expect(page.get_by_role("button", name="Download your run")).to_be_visible(timeout=SLOW)
    running.settle(page)
    assert "model=your-run" in page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="Download your run").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        names = {name.rpartition("/")[2] for name in archive.namelist()}
    assert names == {"manifest.json", *own_run.FILES}

    page.get_by_role("link", name="Sliders").first.click()
    expect(page.get_by_role("heading", name="Sliders")).to_be_visible(timeout=SLOW)
    running.settle(page)
    assert "model=your-run" in page.url
    expect(page.get_by_text("The held-out digits")).to_be_visible()
    with page.expect_download() as download:  # decoded in another thread of the server, by this session's own model
        page.get_by_role("button", name="Picture").first.click()
    name = download.value.suggested_filename
    own_id = re.search(r"your-run-[0-9a-f]{12}", name)[0]
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")

    for asked in ("your-run", own_id):
        with student(browser) as other:
            other.goto(f"{app}/sliders?model={asked}")
            running.settle(other)
            expect(other.get_by_text("lives only in the browser tab that trained it")).to_be_visible()
            expect(other.get_by_text("MNIST's test images").first).to_be_visible()
            assert asked == own_id or own_id not in other.content()
