"""The slider over all β in a real Chromium: dots glide, pictures and figures follow, and the server hears nothing."""

import pytest

from tests.browser import running
from vae_core import zoo

pytestmark = pytest.mark.browser

FIGURE = ".js-plotly-plot:has(.slider-container)"
# Where the first dot of class 0 stands, the three pictures, and the line of figures above the cloud.
STATE = """figure => ({
    dot: figure.querySelector('.scatterlayer .trace:nth-child(2) path.point').getAttribute('transform'),
    pictures: [...figure.querySelectorAll('.imagelayer image, .layer-above image')].map(each => each.href.baseVal),
    words: figure.querySelector('.annotation text').textContent,
    beta: figure.querySelector('.slider-label').textContent,
    range: [figure.layout.xaxis.range, figure.layout.yaxis.range],
})"""


@pytest.fixture
def figure(browser, app):
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    page = context.new_page()
    page.goto(f"{app}/beta?model=mlp-d2-b1")
    running.settle(page)
    found = page.locator(FIGURE)
    found.wait_for()
    found.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    yield found
    context.close()


def test_the_slider_moves_dots_pictures_and_figures_together(figure):
    page, sent = figure.page, []
    before = figure.evaluate(STATE)
    assert before["beta"].endswith("1")
    assert len(before["pictures"]) == 3
    page.on("request", lambda request: sent.append(request.url))
    rail = figure.locator(".slider-rail-touch-rect").bounding_box()
    page.mouse.click(rail["x"] + 2, rail["y"] + rail["height"] / 2)
    page.wait_for_function(
        "words => document.querySelector('.annotation text').textContent !== words", arg=before["words"]
    )
    page.wait_for_timeout(1500)
    after = figure.evaluate(STATE)
    test = zoo.metrics("mlp-d2-b0.01")["test"]
    assert after["beta"].endswith("0.01")
    assert f"rate {test['rate']:.1f}" in after["words"]
    assert after["dot"] != before["dot"]
    assert after["pictures"][0] == before["pictures"][0]  # the digits themselves
    assert after["pictures"][1] != before["pictures"][1]
    assert after["pictures"][2] != before["pictures"][2]
    assert after["range"] == before["range"]
    assert sent == []
