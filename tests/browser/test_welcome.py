"""What a student touches first: the latent map shows the digit under the pointer, its legend chooses classes."""

import pytest

from tests.browser import running

pytestmark = pytest.mark.browser

CHART = "[data-testid=stVegaLiteChart]"
DISCS = 10  # one a class, drawn beside the marks


@pytest.fixture
def chart(page, app):
    page.goto(app)
    running.settle(page)
    chart = page.locator(CHART).first
    chart.scroll_into_view_if_needed()
    return chart


def marks(chart) -> int:
    return chart.locator(".role-mark path").count()


def test_pointing_at_a_mark_shows_its_digit(page, chart):
    # The outermost mark to the left has none over it.
    paths = chart.locator(".role-mark.view_1_marks path, .role-mark path")
    boxes = [paths.nth(number).bounding_box() for number in range(60)]
    leftmost = min(boxes, key=lambda box: box["x"])
    page.mouse.move(leftmost["x"] + leftmost["width"] / 2, leftmost["y"] + leftmost["height"] / 2)
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert tooltip.locator("img").get_attribute("src").startswith("data:image/png")
    assert "seen in training" in tooltip.inner_text()


def test_the_legend_chooses_classes_and_lets_them_go(page, chart):
    assert marks(chart) == 10 * 100 + DISCS
    symbols = chart.locator(".role-legend-symbol path")
    for digit, expected in ((3, 101), (7, 202)):
        symbols.nth(digit).click()
        page.wait_for_timeout(400)
        assert marks(chart) == expected
    for digit in (3, 7):
        symbols.nth(digit).click()
        page.wait_for_timeout(400)
    assert marks(chart) == 10 * 100 + DISCS
