"""Placing a class by clicks on the chart: the mean, then the end of the long axis."""

import pytest
from playwright.sync_api import expect

from tests.browser import running

pytestmark = pytest.mark.browser


def test_two_clicks_place_the_mean_and_the_long_axis(page, app):
    page.goto(f"{app}/class_moments")
    running.settle(page)
    chart = page.locator(".st-key-class_moments_click [data-testid=stVegaLiteChart]").locator("canvas, svg").first
    chart.scroll_into_view_if_needed()
    page.get_by_text("Place it by numbers instead").click()
    mean, angle = page.get_by_label("Mean, z₁"), page.get_by_label("Angle of it, degrees")
    expect(mean).to_be_visible()
    chart.scroll_into_view_if_needed()
    box = running.at_rest(page, chart.bounding_box)
    across, upwards = box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.3

    page.mouse.click(across, upwards)
    expect(mean).not_to_have_value("0.00", timeout=20_000)
    assert float(mean.input_value()) > 0
    expect(page.get_by_role("radio", name="the end of the long axis")).to_be_checked()

    page.mouse.click(across + 0.1 * box["width"], upwards - 0.1 * box["height"])
    expect(angle).not_to_have_value("0.00", timeout=20_000)
    assert 0 < float(angle.input_value()) < 90  # to the right and upwards
