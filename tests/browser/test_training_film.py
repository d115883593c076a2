"""A recorded training in a real Chromium: it plays, steps and scrubs without the server, and the charts follow."""

import re

import pytest

from tests.browser import running

pytestmark = pytest.mark.browser


def opened(page, app, key: str, **address):
    page.goto(f"{app}/{key}?" + "&".join(f"{name}={value}" for name, value in address.items()))
    running.settle(page)
    film = page.get_by_role("group", name=re.compile(r"^(Training|Latent space) of "))
    film.scroll_into_view_if_needed()
    return film


def frame(film) -> int:
    return int(film.get_by_role("slider", name="Recorded step").input_value())


def followed(page, key: str) -> list[float]:
    """Where the charts in a container stand."""
    return page.locator(f".st-key-{key} .vega-bindings input").evaluate_all("all => all.map(e => Number(e.value))")


def canvas(film, name: str) -> str:
    return film.locator(f"canvas.{name}:visible").evaluate("c => c.toDataURL()")


def wait_for_step(page, parameter: str) -> int:
    page.wait_for_url(re.compile(rf"{parameter}=\d+"), timeout=20_000)
    return int(re.search(rf"{parameter}=(\d+)", page.url)[1])


def test_it_plays_all_together_and_tells_the_server_only_where_it_rests(page, app):
    heard = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda sent: heard.append(sent)))
    film = opened(page, app, "phases")
    first = {name: canvas(film, name) for name in ("cloud", "pairs", "samples")}
    page.wait_for_timeout(1500)
    before = len(heard)
    film.get_by_role("button", name="Play").click()
    page.wait_for_timeout(3000)
    assert len(heard) == before
    film.get_by_role("button", name="Pause").click()
    reached = frame(film)
    assert reached > 2
    assert followed(page, "phases__curves") == [reached] * 3
    assert all(canvas(film, name) != was for name, was in first.items())
    step = wait_for_step(page, "phases_step")
    assert f"after step {step:,} · rate" in film.inner_text()
    assert not page.locator(".st-key-phases__curves .vega-bindings").first.is_visible()


def test_keyboard_steps_and_landmarks(page, app):
    film = opened(page, app, "phases", phases_dim=8)
    film.get_by_role("slider", name="Recorded step").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    assert frame(film) == 2
    film.get_by_role("button", name="Step on").click()
    film.get_by_role("button", name="Step back").click()
    assert frame(film) == 2
    film.get_by_role("button", name="Next landmark").click()
    assert "spike (step" in film.inner_text()
    assert "spike (step" in film.get_by_role("slider").get_attribute("aria-valuetext")
    film.get_by_role("slider", name="Recorded step").focus()
    page.keyboard.press(" ")
    film.get_by_role("button", name="Pause").wait_for()


def test_a_step_chosen_in_the_list_moves_the_film(page, app):
    film = opened(page, app, "phases", phases_step=63)
    assert "after step 63 · rate" in film.inner_text()
    steps = page.get_by_role("combobox", name=re.compile("Steps taken"))
    steps.scroll_into_view_if_needed()  # a list closes when the page scrolls
    page.wait_for_timeout(500)
    steps.fill("6900")  # a long list is drawn in part only
    page.locator("[role=option][data-focused=true]").wait_for()
    page.keyboard.press("Enter")
    film.get_by_text("after step 6,900 · rate").wait_for(timeout=20_000)
    assert followed(page, "phases__curves") == [frame(film)] * 3


def test_less_motion_goes_from_step_to_step(browser, app):
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    film = opened(page, app, "forming")
    assert film.get_by_text("asks for less motion").is_visible()
    film.get_by_role("button", name="Play").click()
    seen = set()
    for _ in range(12):
        page.wait_for_timeout(200)
        seen |= set(followed(page, "forming__space"))
    context.close()
    assert len(seen) > 1
    assert all(value == int(value) for value in seen)


def test_the_plane_glides_and_a_link_opens_the_phases_at_the_same_step(page, app):
    film = opened(page, app, "forming", forming_dim=2, forming_training="default")
    film.get_by_role("button", name="Play").click()
    seen = set()
    for _ in range(20):
        page.wait_for_timeout(100)
        seen |= set(followed(page, "forming__space"))
    film.get_by_role("button", name="Pause").click()
    assert any(value != int(value) for value in seen)
    assert followed(page, "forming__space") * 2 == followed(page, "forming__curves")
    step = wait_for_step(page, "forming_step")
    page.get_by_role("link", name=re.compile("This step in")).click()
    page.get_by_role("heading", name="The phases of the KL").wait_for()
    running.settle(page)
    assert f"phases_step={step}" in page.url
    assert (
        f"after step {step:,} · rate" in page.get_by_role("group", name="Training of mlp-d2-b1-constant").inner_text()
    )


def test_the_space_can_be_turned_while_it_plays(page, app):
    page.set_viewport_size({"width": 1440, "height": 1400})
    film = opened(page, app, "forming", model="mlp-d3-b1")
    film.get_by_label("Speed").select_option("0.25")
    film.get_by_role("button", name="Play").click()
    figure = page.locator(".st-key-forming__space .js-plotly-plot")
    box = figure.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    eye = "e => e._fullLayout.scene._scene.getCamera().eye"
    at_first = figure.evaluate(eye)
    page.mouse.move(x, y)
    page.mouse.down()
    for distance in range(0, 200, 25):
        page.mouse.move(x + distance, y)
        page.wait_for_timeout(300)
    page.mouse.up()
    page.wait_for_timeout(300)
    turned, shown = figure.evaluate(eye), figure.get_attribute("data-frame")
    page.wait_for_timeout(2500)
    assert figure.get_attribute("data-frame") != shown  # it went on
    kept = figure.evaluate(eye)
    assert abs(turned["x"] - at_first["x"]) > 0.03
    assert kept["x"] == pytest.approx(turned["x"], abs=0.01)
    assert kept["y"] == pytest.approx(turned["y"], abs=0.01)
