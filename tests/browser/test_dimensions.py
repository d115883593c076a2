"""Pointing at a dimension in a real browser: by click and by keyboard, what it draws appears beside the chart."""

import pytest

from tests.browser import running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("form", ["side by side", "polar"])
def test_a_click_on_a_dimension_shows_what_it_draws(form, page, app):
    page.goto(f"{app}/dimensions?model=mlp-d8-b0.1&dimensions_form={form.replace(' ', '+')}")
    running.settle(page)
    control = page.get_by_test_id("stSelectbox").filter(has_text="What one draws")
    strip = page.get_by_role("img", name="Decoded digits;").first
    before, drawn = control.locator("input").input_value(), strip.get_attribute("src")
    chart = page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first
    box = chart.bounding_box()
    # Right of the middle: a later dimension in the one form, the spoke at three o'clock in the other.
    chart.click(position={"x": box["width"] * 0.62, "y": box["height"] * (0.4 if form == "side by side" else 0.5)})
    page.wait_for_function("([old]) => !document.body.innerHTML.includes(old)", arg=[drawn], timeout=20_000)
    running.settle(page)
    assert control.locator("input").input_value() != before
    assert strip.get_attribute("src") != drawn
    assert "dimensions_at=" in page.url
    clicked, drawn = control.locator("input").input_value(), strip.get_attribute("src")
    control.locator("input").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):  # opens the list, goes to the next one, takes it
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    page.wait_for_function("([old]) => !document.body.innerHTML.includes(old)", arg=[drawn], timeout=20_000)
    assert control.locator("input").input_value() not in (before, clicked)
