"""Drawing a digit in a real Chromium: by mouse, by finger, by keyboard alone; and what becomes of it elsewhere."""

import re

import numpy as np
import pytest

from tests.browser import running
from vae_core import unusual, zoo

pytestmark = pytest.mark.browser

SEVEN = [(0.2, 0.2), (0.8, 0.2), (0.45, 0.85)]
BAR = [(0.35, 0.5), (0.7, 0.5)]
FORM = "c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0)"


@pytest.fixture
def pad(page, app):
    return open_pad(page, f"{app}/draw")


def open_pad(page, url):
    page.goto(url)
    running.settle(page)
    group = page.get_by_role("group", name="Draw a digit")
    group.scroll_into_view_if_needed()
    return group


def stroke(page, pad, points, steps=6):
    box = pad.get_by_role("application").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=steps)
    page.mouse.up()


def form(pad) -> np.ndarray:
    return np.array(pad.locator("canvas.form").evaluate(FORM), dtype=np.uint8)


def probabilities(pad) -> list[str]:
    return pad.locator(".bars li span:last-child").all_inner_texts()


def said(pad) -> str:
    return pad.locator(".said").text_content()


def wait_for_python(page):
    page.get_by_text("at hand in every chapter").wait_for(timeout=30_000)
    running.settle(page)


def test_a_digit_is_read_while_it_is_drawn_and_nothing_is_sent_before_release(pad, page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    page.reload()
    running.settle(page)
    quiet = len(sent)
    box = pad.get_by_role("application").bounding_box()
    assert probabilities(pad) == ["–"] * 10
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60, steps=10)
    page.wait_for_timeout(200)
    first, shown = form(pad), probabilities(pad)
    page.mouse.move(box["x"] + 110, box["y"] + 230, steps=10)
    page.wait_for_timeout(200)
    assert len(sent) == quiet
    assert first.any()
    assert (form(pad) != first).any()
    assert probabilities(pad) != shown
    assert sum(float(text.split()[0]) for text in probabilities(pad)) == pytest.approx(100, abs=0.6)
    page.mouse.up()
    wait_for_python(page)
    assert len(sent) > quiet
    assert re.match(r"Named \d, p = \d\.\d\d\. Rate ", said(pad))


def test_what_is_shown_is_what_python_makes_of_the_same_drawing(pad, page):
    """Form to the byte; rate and error, from encoding and decoding in the browser, to the figures shown."""
    stroke(page, pad, SEVEN)
    wait_for_python(page)
    image = form(pad).reshape(28, 28)
    kept = page.get_by_alt_text("Your digit in MNIST's form.").evaluate(
        """async (img) => {
            const canvas = new OffscreenCanvas(28, 28);
            const pen = canvas.getContext('2d');
            pen.imageSmoothingEnabled = false;
            pen.drawImage(img, 0, 0, 28, 28);
            return Array.from(pen.getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0);
        }"""
    )
    np.testing.assert_array_equal(image.ravel(), kept)
    seen = unusual.at_mean(zoo.load("mlp-d2-b1"), image[None] / np.float32(255))
    rate, error = (float(number) for number in re.search(r"Rate ([\d.]+) nats, .* ([\d.]+)\.$", said(pad)).groups())
    assert rate == pytest.approx(seen.rate[0], abs=0.011)
    assert error == pytest.approx(seen.half_sse[0], abs=0.02)


def test_undo_redo_clear_and_eraser(pad, page):
    button = {name: pad.get_by_role("button", name=name) for name in ("Undo", "Redo", "Clear", "Eraser", "Brush")}
    assert button["Undo"].is_disabled()
    stroke(page, pad, SEVEN)
    seven = form(pad)
    stroke(page, pad, BAR)
    crossed = form(pad)
    button["Undo"].click()
    np.testing.assert_array_equal(form(pad), seven)
    button["Redo"].click()
    np.testing.assert_array_equal(form(pad), crossed)
    button["Eraser"].click()
    stroke(page, pad, [(0.1, 0.2), (0.9, 0.2)], steps=20)
    erased = form(pad)
    assert (erased != crossed).any()
    button["Clear"].click()
    assert not form(pad).any()
    assert "The pad is empty" in said(pad)
    button["Undo"].click()
    np.testing.assert_array_equal(form(pad), erased)
    button["Clear"].click()
    button["Brush"].click()
    stroke(page, pad, SEVEN)
    np.testing.assert_array_equal(form(pad), seven)


def test_the_keyboard_alone_draws(pad, page):
    pad.get_by_role("button", name="Brush").focus()
    for _ in range(3):  # past the eraser and the width; undo, redo and clear are disabled
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.shadowRoot?.activeElement?.className") == "pad":
            break
    for _ in range(8):
        page.keyboard.press("ArrowUp")
    assert not form(pad).any()  # the pen is up
    page.keyboard.press(" ")
    for _ in range(16):
        page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    wait_for_python(page)
    one = form(pad)
    assert one.any()
    assert "Named 1" in said(pad)
    page.keyboard.press("Control+z")
    assert not form(pad).any()
    page.keyboard.press("Control+y")
    np.testing.assert_array_equal(form(pad), one)


def test_a_finger_draws_and_does_not_scroll_the_page(browser, app):
    context = browser.new_context(viewport={"width": 390, "height": 900}, has_touch=True, is_mobile=True)
    page = context.new_page()
    group = open_pad(page, f"{app}/draw")
    box = group.get_by_role("application").bounding_box()
    before = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
    client = context.new_cdp_session(page)
    x = box["x"] + box["width"] / 2
    for kind, y in [("Start", 0.2), *(("Move", 0.2 + 0.06 * step) for step in range(1, 11))]:
        points = [{"x": x, "y": box["y"] + y * box["height"]}]
        client.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_python(page)
    drawn_, after = form(group), page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
    context.close()
    assert drawn_.any()
    assert after == before


def test_the_digit_is_at_hand_in_another_chapter_and_the_drawing_still_on_the_pad(pad, page, app):
    stroke(page, pad, SEVEN)
    wait_for_python(page)
    seven = form(pad)
    page.get_by_test_id("stMain").get_by_role("link", name="Sliders").first.click()
    page.get_by_role("heading", name="Sliders", level=1).wait_for()
    running.settle(page)
    assert page.get_by_role("button", name="My picture").is_visible()
    page.get_by_role("link", name="Back: Draw your own digit").click()
    page.get_by_role("heading", name="Draw your own digit", level=1).wait_for()
    running.settle(page)
    np.testing.assert_array_equal(form(page.get_by_role("group", name="Draw a digit")), seven)


@pytest.mark.parametrize("query", ["model=conv-d2-b1", "model=mlp-d2-b1"])
def test_where_the_browser_cannot_python_answers_on_release_and_the_pad_says_so(page, app, query):
    if "mlp" in query:
        page.route("**/app/static/weights/**", lambda route: route.abort())
    pad = open_pad(page, f"{app}/draw?{query}")
    assert "each time you lift the pen" in pad.locator(".slow").inner_text()
    stroke(page, pad, SEVEN)
    pad.locator(".bars .first").first.wait_for(timeout=30_000)
    assert sum(float(text.split()[0]) for text in probabilities(pad)) == pytest.approx(100, abs=0.6)
