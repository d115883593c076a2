"""The wheel over a map: it scrolls the page, and comes nearer with Ctrl."""

import pytest

from tests.browser import running

pytestmark = pytest.mark.browser

MAP = "[data-testid=stVegaLiteChart][aria-label*='-sigma ellipses']"


def test_the_wheel_scrolls_past_a_map_and_with_ctrl_comes_nearer(page, app):
    page.set_viewport_size({"width": 1200, "height": 1000})
    page.goto(f"{app}/volume")
    running.settle(page)
    chart = page.locator(MAP)
    # What comes into view is drawn then, and moves what follows.
    running.at_rest(page, lambda: chart.evaluate("e => e.scrollIntoView({block: 'center'})") or scrolled(page))

    def ticks() -> list[str]:
        return running.at_rest(page, lambda: chart.locator(".role-axis-label text").all_inner_texts())

    whole, at, box = ticks(), scrolled(page), chart.bounding_box()
    inside = box["x"] + box["width"] / 2, box["y"] + 100
    page.mouse.move(*inside)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    assert ticks() != whole
    assert scrolled(page) == at
    page.mouse.dblclick(*inside)
    assert ticks() == whole

    page.mouse.wheel(0, 120)
    assert running.at_rest(page, lambda: scrolled(page), seconds=1) == at + 120
    assert ticks() == whole


def scrolled(page) -> float:
    return page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
