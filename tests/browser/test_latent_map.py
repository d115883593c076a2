"""The live map in a real Chromium: hovered, pinned, by finger and by keyboard alone, zoomed, and without weights."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import running
from tests.browser.decoding import GREY, decoded, drawn, messages, wait_for_ink
from vae_core import zoo

pytestmark = pytest.mark.browser

RUN = "mlp-d2-b1"
SLOPE = 0.06  # grey levels a hundredth of a latent unit, the last digit that is told, may make


def open_map(page, app, path: str = "", pin: str | None = None, **state: str):
    asked = "&".join([f"{name}={value}" for name, value in state.items()] + ([f"welcome_pin={pin}"] if pin else []))
    page.goto(f"{app}/{path}?{asked}")
    running.settle(page)
    stage = page.locator(".stage").first
    stage.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    return stage


def hover(page, stage, across: float, down: float) -> None:
    """Move the pointer to a place of the map, as shares of its width and height."""
    stage.evaluate("e => e.scrollIntoView({ block: 'center' })")  # clear of the navigation
    box = stage.bounding_box()
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def told(text: str) -> np.ndarray:
    """The coordinates that are told, (2,)."""
    return np.array([float(number.replace("−", "-")) for number in re.findall(r"= (−?[\d.]*\d)", text)[:2]])


def where(stage) -> np.ndarray:
    return told(stage.locator(".where").inner_text())


def pin_in_address(page) -> list[float] | None:
    raw = parse_qs(urlsplit(page.url).query).get("welcome_pin")
    return [float(part) for part in raw[0].split(",")] if raw else None


def test_what_is_under_the_pointer_is_decoded_without_the_server(page, app):
    sent = messages(page)
    stage = open_map(page, app)
    lens = stage.locator(".lens")
    assert lens.is_hidden()
    hover(page, stage, 0.5, 0.5)
    wait_for_ink(page, stage.locator("canvas.digit"))
    before, places = len(sent), []
    for across in np.linspace(0.2, 0.8, 7):
        hover(page, stage, across, 0.3)
        places.append(where(stage))
        assert np.abs(drawn(stage.locator("canvas.digit")) - decoded(RUN, places[-1])).max() <= SLOPE
        box, around = lens.bounding_box(), stage.bounding_box()
        assert around["x"] <= box["x"]
        assert box["x"] + box["width"] <= around["x"] + around["width"] + 2
    steps = np.diff([place[0] for place in places])
    assert (steps > 0).all()
    np.testing.assert_allclose(steps, steps[0], atol=0.03)
    assert len(sent) == before
    page.mouse.move(2, 2)
    expect(lens).to_be_hidden()


def test_a_click_pins_reaches_python_and_the_link_opens_it_again(page, app):
    stage = open_map(page, app)
    hover(page, stage, 0.7, 0.4)
    page.mouse.down()
    page.mouse.up()
    page.get_by_text("Where you pinned").wait_for()
    place = pin_in_address(page)
    assert np.abs(place - where(stage)).max() <= 0.006
    far = np.linalg.norm(zoo.moments(RUN).mean - place, axis=1)
    said = page.get_by_text("Where you pinned").locator("xpath=..").inner_text()
    assert f"that of {far.argmin()}, {far.min():.2f} away" in said
    page.mouse.move(2, 2)
    assert np.abs(where(stage) - place).max() <= 0.006  # back at the pin

    stage = open_map(page, app, pin=",".join(map(str, place)))
    assert stage.locator(".pin").is_visible()
    wait_for_ink(page, stage.locator("canvas.digit"))
    assert np.abs(drawn(stage.locator("canvas.digit")) - decoded(RUN, place)).max() <= GREY
    page.get_by_role("button", name="Unpin").click()
    expect(page.get_by_text("Where you pinned")).to_have_count(0, timeout=20_000)
    assert pin_in_address(page) is None


@pytest.mark.parametrize("pin", ["1", "a,b", "nan,0", "1,2,3", "1e9,0"])
def test_a_pin_that_is_none_is_said_to_be_dropped(pin, page, app):
    stage = open_map(page, app, pin=pin)
    assert stage.locator(".pin").is_hidden()
    assert "which is not possible" in page.locator("[data-testid=stMain]").inner_text()
    assert pin_in_address(page) is None


def test_by_keyboard_alone(page, app):
    stage = open_map(page, app)
    page.get_by_text("Class ellipses").wait_for()
    page.get_by_role("switch", name="Class ellipses").focus()
    page.keyboard.press("Tab")
    assert stage.evaluate("e => e.getRootNode().activeElement === e")
    top = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
    walked = []
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
        walked.append(where(stage))
    steps = np.diff(walked, axis=0)
    step = steps[0, 0]
    np.testing.assert_allclose(steps, [[step, 0], [0, step], [-5 * step, 0]], atol=0.06)
    assert step > 0.02
    assert stage.locator(".spot").is_visible()
    status = page.locator(".status").first
    assert (told(status.inner_text()) == where(stage)).all()
    page.keyboard.press("Enter")
    page.get_by_text("Where you pinned").wait_for()
    assert np.abs(pin_in_address(page) - where(stage)).max() <= 0.006
    page.keyboard.press("Escape")
    expect(page.get_by_text("Where you pinned")).to_have_count(0, timeout=20_000)
    assert page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop") == top


def test_a_finger_explores_and_a_tap_pins(browser, app):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    stage = open_map(page, app)
    box = stage.bounding_box()
    page.touchscreen.tap(box["x"] + 0.4 * box["width"], box["y"] + 0.6 * box["height"])
    page.get_by_text("Where you pinned").wait_for()
    pinned = pin_in_address(page)
    seen = []
    for share in (0.5, 0.6, 0.7):
        point = {"clientX": box["x"] + share * box["width"], "clientY": box["y"] + 0.3 * box["height"]}
        stage.dispatch_event("pointermove", {"pointerType": "touch", "pointerId": 7, "isPrimary": True, **point})
        seen.append(where(stage)[0])
    context.close()
    assert pinned is not None
    assert np.diff(seen).min() > 0.1


def test_zoom_keeps_what_is_pinned_in_its_place(page, app):
    stage = open_map(page, app, pin="1,0.5")
    pin = stage.locator(".pin")
    before = pin.bounding_box()
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    after = pin.bounding_box()
    assert abs(after["x"] - before["x"]) < 1.5
    hover(page, stage, 0.1, 0.5)
    left = where(stage)[0]
    hover(page, stage, 0.9, 0.5)
    near = where(stage)[0] - left
    page.get_by_role("button", name="Whole map").click()
    hover(page, stage, 0.1, 0.5)
    left = where(stage)[0]
    hover(page, stage, 0.9, 0.5)
    assert near / (where(stage)[0] - left) == pytest.approx(0.49, abs=0.01)


def to_digit(stage, number: int) -> tuple[float, float]:
    """Where the mark of a shipped digit lies on the map, from two places whose coordinates are told."""
    encoded = zoo.load(RUN).encode(_image(number))[0][0].detach().numpy()
    page = stage.page
    corners = []
    for share in (0.25, 0.75):
        hover(page, stage, share, share)
        corners.append(where(stage))
    return tuple(0.25 + 0.5 * (encoded - corners[0]) / (corners[1] - corners[0]))


def _image(number: int):
    import torch

    return torch.from_numpy(zoo.digits().images[number]).float().div(255).reshape(1, 1, 28, 28)


def test_pointing_at_a_mark_shows_its_digit_and_the_legend_chooses_classes(page, app):
    stage = open_map(page, app)
    labels = zoo.digits().labels
    shown = np.sort(np.concatenate([np.flatnonzero(labels == digit)[:100] for digit in range(10)]))
    outermost = max(
        shown[labels[shown] == 0],
        key=lambda i: np.linalg.norm(zoo.load(RUN).encode(_image(int(i)))[0][0].detach().numpy()),
    )
    hover(page, stage, *to_digit(stage, int(outermost)))
    real = stage.locator("canvas.real")
    expect(real).to_be_visible()
    assert np.abs(drawn(real) - zoo.digits().images[outermost] / 255).max() < 0.01
    assert f"MNIST's no. {zoo.digits().index[outermost]}" in stage.locator(".where").inner_text()

    page.get_by_role("group", name="Classes shown").get_by_role("button", name="7").click()
    page.mouse.move(2, 2)
    hover(page, stage, *to_digit(stage, int(outermost)))
    expect(real).to_be_hidden()  # zeros are not shown now
    page.get_by_role("group", name="Classes shown").get_by_role("button", name="0").click()
    page.mouse.move(2, 2)
    hover(page, stage, *to_digit(stage, int(outermost)))
    expect(real).to_be_visible()


def test_above_two_dimensions_the_plane_is_chosen_and_the_rest_held(page, app):
    stage = open_map(page, app, model="mlp-d8-b1", welcome_first="z₁", welcome_second="z₆")
    hover(page, stage, 0.7, 0.3)
    wait_for_ink(page, stage.locator("canvas.digit"))
    text = stage.locator(".where").inner_text()
    assert re.match(r"z₁ = .*, z₆ = ", text)
    z = np.zeros(8)
    z[[0, 5]] = told(text)
    assert np.abs(drawn(stage.locator("canvas.digit")) - decoded("mlp-d8-b1", z)).max() <= SLOPE


def test_without_weights_python_draws_and_the_page_says_so(page, app):
    page.route("**/app/static/weights/**", lambda route: route.abort())
    stage = open_map(page, app)
    page.get_by_text("could not be fetched").first.wait_for()
    for share in (0.3, 0.5, 0.7):
        hover(page, stage, share, 0.5)
    wait_for_ink(page, stage.locator("canvas.digit"))
    for _ in range(40):
        page.wait_for_timeout(250)
        off = np.abs(drawn(stage.locator("canvas.digit")) - decoded(RUN, where(stage))).max()
        if off <= SLOPE:
            break
    assert off <= SLOPE


@pytest.mark.parametrize(
    ("path", "said"), [("tour", "From where you pinned, the nearest stations"), ("class_moments", "by the class's own")]
)
def test_the_other_chapters_answer_a_pin(path, said, page, app):
    stage = open_map(page, app, path, model="mlp-d8-b0.1")
    hover(page, stage, 0.5, 0.5)
    wait_for_ink(page, stage.locator("canvas.digit"))
    page.mouse.down()
    page.mouse.up()
    page.get_by_text(said).wait_for()
