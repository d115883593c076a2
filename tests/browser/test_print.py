"""Chapters on paper, as Chromium prints them."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.browser import running
from ui import course

pytestmark = pytest.mark.browser

BLANK = 60  # letters; a sheet with fewer says nothing
A4 = {"format": "A4", "print_background": True}


def _sheets(page) -> list[str]:
    """The text of every sheet of the page as it would be printed now."""
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(**A4))).pages]


def _open(page, app: str, address: str) -> None:
    page.goto(f"{app}/{address}")
    running.settle(page)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.stVegaLiteChart')].every((chart) => chart.querySelector('svg.marks'))"
    )
    # Components come last: the button, and with it the address, is there when its module has run.
    page.locator(".print-page .address").filter(has_text=app).wait_for(state="attached")


def _joined(text: str) -> str:
    """Without any space: a printed line breaks where it must."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("key", "state", "said"),
    [
        ("digit", "model=mlp-d8-b1&digit_class=7", ["Its ELBO, with the numbers put in", "Takeaway."]),
        ("class_mixture", "class_mixture_steps=3", ["Marginalisation.", "A sum of distributions is not", "Takeaway."]),
        ("road", "model=mlp-d2-b0.1&road_from=1&road_to=5", ["What the short road ignores", "lowest log q(z), nats"]),
        ("notation", "notation_search=variance", ["vae_core.geometry.principal_axes", "doi:10.1214/20-BA1221"]),
    ],
)
def test_a_chapter_prints_whole_with_the_address_of_its_state(page, app, key, state, said):
    _open(page, app, f"{key}?{state}")
    sheets = _sheets(page)
    whole = "\n".join(sheets)
    assert 2 <= len(sheets) <= 9
    # The last sheet may hold the address alone.
    assert [number for number, text in enumerate(sheets, 1) if len(_joined(text)) < BLANK] == []
    assert sheets[0].lstrip().startswith(course.chapter(key).title)
    assert [words for words in said if _joined(words) not in _joined(whole)] == []
    assert _joined(f"{app}/{key}?{state}") in _joined(sheets[-1]).replace("%20", "+")
    for chrome in ("Model loaded", "Report a problem", "Print this page", "Download", "Next:", "Symbols on this page"):
        assert chrome not in whole


def test_what_belongs_together_stays_on_one_sheet(page, app):
    _open(page, app, "class_mixture?class_mixture_steps=3")
    page.emulate_media(media="print")
    cut = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] :is(svg.marks, img, .katex-display, table)')]
            .filter((whole) => {
                const kept = whole.closest('[data-testid=stElementContainer]');
                return kept && getComputedStyle(kept).breakInside !== 'avoid';
            }).map((whole) => whole.outerHTML.slice(0, 80))"""
    )
    assert cut == []


def test_a_dark_theme_is_printed_in_ink_on_white(browser, app):
    context = browser.new_context(viewport={"width": 1000, "height": 900}, color_scheme="dark")
    page = context.new_page()
    _open(page, app, "class_mixture?class_mixture_steps=3")
    page.emulate_media(media="print", color_scheme="dark")
    found = page.evaluate(
        """() => {
            const style = (selector) => getComputedStyle(document.querySelector(`[data-testid=stMain] ${selector}`));
            const light = (colour) => Math.max(...colour.match(/[\\d.]+/g).slice(0, 3).map(Number));
            return {
                text: light(style('[data-testid=stMarkdown] p').color),
                formula: light(style('.katex').color),
                axis: light(style('svg.marks .role-axis text').fill),
                chart: style('svg.marks').backgroundColor,
            };
        }"""
    )
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"))
    context.close()
    assert max(found["text"], found["formula"], found["axis"]) < 60
    assert found["chart"] == "rgba(0, 0, 0, 0)"
    assert (shot > 250).mean() > 0.8


def test_a_chart_in_space_is_printed_as_a_still_picture_of_itself(page, app):
    _open(page, app, "volume?model=mlp-d3-b1")
    page.wait_for_selector(".js-plotly-plot canvas")
    page.wait_for_timeout(1000)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    still = page.locator(".js-plotly-plot [id^=scene] img")
    assert still.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 300
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert still.count() == 0


def test_the_button_prints(page, app):
    _open(page, app, "digit")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print this page").click()
    assert page.evaluate("window.printed") is True
