"""A wheel or a finger over a map scrolls the page; with Ctrl the wheel comes nearer, and the mouse drags it."""

import pytest

from tests.browser import running

pytestmark = pytest.mark.browser

MAP = "[data-testid=stVegaLiteChart][aria-label*='-sigma ellipses']"


def test_the_wheel_scrolls_past_a_map_and_with_ctrl_comes_nearer(page, app):
    page.set_viewport_size({"width": 1200, "height": 1000})
    chart = shown(page, app)

    def ticks() -> list[str]:
        return running.at_rest(page, lambda: axes(chart))

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

    page.mouse.down()
    page.mouse.move(inside[0] + 80, inside[1] + 80, steps=5)
    page.mouse.up()
    assert ticks() != whole
    page.mouse.dblclick(*inside)
    assert ticks() == whole

    page.mouse.wheel(0, 120)
    assert running.at_rest(page, lambda: scrolled(page), seconds=1) == at + 120
    assert ticks() == whole


def test_a_finger_scrolls_past_a_map_and_leaves_it_as_it_is(browser, app):
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    chart = shown(page, app)
    finger, at, whole = context.new_cdp_session(page), scrolled(page), axes(chart)
    for _ in range(2):  # Vega moved the plane with a second touch, wherever that was
        for kind, y in [("touchStart", 400), *(("touchMove", 400 - 10 * step) for step in range(1, 12))]:
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 195, "y": y}]})
            page.wait_for_timeout(20)
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert running.at_rest(page, lambda: scrolled(page), seconds=1) > at + 100
    assert axes(chart) == whole
    context.close()


def shown(page, app):
    """The map, in the middle of the window."""
    page.goto(f"{app}/volume")
    running.settle(page)
    chart = page.locator(MAP)
    # What comes into view is drawn then, and moves what follows.
    running.at_rest(page, lambda: chart.evaluate("e => e.scrollIntoView({block: 'center'})") or scrolled(page))
    return chart


def axes(chart) -> list[str]:
    """What is written on its axes, in some order."""
    return sorted(chart.locator(".role-axis-label text").all_text_contents())


def scrolled(page) -> float:
    return page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
