"""The film in a real Chromium: play, pause, scrub by keyboard, stations, speed, less motion; and clicking a tour."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import running

pytestmark = pytest.mark.browser


@pytest.fixture
def film(page, app):
    return open_film(page, app)


def open_film(page, app):
    page.goto(f"{app}/tour")
    running.settle(page)
    film = page.get_by_role("group", name=re.compile("^Film of the tour"))
    film.scroll_into_view_if_needed()
    return film


def frame(film) -> int:
    return int(film.get_by_role("slider", name="Frame").input_value())


def test_the_film_plays_and_pauses(film, page):
    assert frame(film) == 0
    film.get_by_role("button", name="Play").click()
    page.wait_for_timeout(800)
    film.get_by_role("button", name="Pause").click()
    reached = frame(film)
    assert reached > 3
    page.wait_for_timeout(400)
    assert frame(film) == reached
    assert f"frame {reached + 1} of 145" in film.inner_text()


def test_it_ends_and_starts_again_and_speed_matters(film, page):
    slider = film.get_by_role("slider", name="Frame")
    film.get_by_label("Speed").select_option("4")
    slider.focus()
    page.keyboard.press("End")
    assert frame(film) == 144
    film.get_by_role("button", name="Play").click()  # from the end: from the beginning
    page.wait_for_timeout(500)
    assert 0 < frame(film) < 144
    film.get_by_role("button", name="Play").wait_for(timeout=10_000)  # 145 frames at 96 a second, then it stops
    assert frame(film) == 144


def test_the_keyboard_scrubs_plays_and_pauses(film, page):
    slider = film.get_by_role("slider", name="Frame")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert frame(film) == 2
    assert re.match(r"frame 3 of 145, from \d to \d", slider.get_attribute("aria-valuetext"))
    scrolled = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
    page.keyboard.press(" ")
    page.wait_for_timeout(500)
    page.keyboard.press(" ")
    reached = frame(film)
    assert reached > 2
    page.wait_for_timeout(300)
    assert frame(film) == reached
    assert page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop") == scrolled
    page.keyboard.press("Home")
    assert frame(film) == 0


def test_every_frame_has_its_picture_and_the_map_its_dot(film, page):
    slider = film.get_by_role("slider", name="Frame")
    slider.focus()
    seen = []
    for key in ("Home", "PageUp", "End"):
        page.keyboard.press(key)
        ink = film.locator("canvas").evaluate(
            "c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0)"
        )
        dot = film.locator("circle.here")
        seen.append((sum(ink), dot.get_attribute("cx"), dot.get_attribute("cy")))
    assert all(grey > 5000 for grey, _, _ in seen)
    assert len(set(seen)) == 3


def test_stations_are_reached_by_buttons(film):
    named = []
    for _ in range(9):
        film.get_by_role("button", name="Next station").click()
        named.append(re.search(r"at (\d)", film.inner_text()).group(1))
    assert len(set(named)) == 9
    assert frame(film) == 144
    film.get_by_role("button", name="Station before").click()
    assert re.search(r"at (\d)", film.inner_text()).group(1) == named[-2]


def test_where_less_motion_is_asked_for_it_shows_one_still_a_station(browser, app):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    film = open_film(page, app)
    assert "asks for less motion" in film.inner_text()
    film.get_by_label("Speed").select_option("4")
    film.get_by_role("button", name="Play").click()
    shown = set()
    for _ in range(12):
        page.wait_for_timeout(100)
        shown.add(re.search(r"(at|from) \d", film.inner_text()).group(1))
    moved = frame(film)
    context.close()
    assert moved > 0
    assert shown == {"at"}  # never between two stations


def test_a_tour_is_clicked_on_the_map(page, app):
    open_film(page, app)
    chart = page.locator(".st-key-tour_click0 [data-testid=stVegaLiteChart]")
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    typed = page.get_by_role("textbox", name="Your tour")
    for digit, so_far in (("7", "7"), ("0", "70"), ("2", "702")):
        disc = chart.locator(f'[aria-label*="digit: {digit}"]').last
        disc.click(force=True)
        page.wait_for_function(f"() => new URLSearchParams(location.search).get('tour_mine') === '{so_far}'")
        expect(typed).to_have_value(so_far)
        page.wait_for_timeout(300)  # the map is drawn anew
