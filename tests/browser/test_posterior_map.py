"""The map of p(C|z) clicked in a real browser: AppTest draws no charts and cannot point at a place."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("which", [0, 1], ids=["gaussian", "mixture"])
def test_a_click_on_a_map_moves_the_point(which, page, app):
    page.goto(f"{app}/class_posterior?model=mlp-d2-b1")
    running.settle(page)
    before = page.get_by_text("the decoder's picture at").inner_text()
    chart = page.locator("[data-testid=stVegaLiteChart]").nth(which)
    chart.scroll_into_view_if_needed()
    canvas = chart.locator("canvas, svg").first.bounding_box()
    page.mouse.click(canvas["x"] + 0.35 * canvas["width"], canvas["y"] + 0.25 * canvas["height"])
    page.wait_for_url("**class_posterior_x=*")
    running.settle(page)
    asked = {name: float(value[0]) for name, value in parse_qs(urlsplit(page.url).query).items() if name != "model"}
    assert asked["class_posterior_x"] < 0 < asked["class_posterior_y"]  # left of the middle, and above it
    assert page.get_by_text("the decoder's picture at").inner_text() != before
    typed = page.get_by_label("Point: z₁").input_value()
    assert float(typed) == asked["class_posterior_x"]
