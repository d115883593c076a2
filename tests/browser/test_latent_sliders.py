"""The sliders in a real Chromium: dragged, by keyboard alone, by their buttons, from a link, and without weights."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from tests.browser import running
from tests.browser.decoding import GREY, decoded, drawn, messages, wait_for_ink
from vae_core import export, zoo

pytestmark = pytest.mark.browser

RUN, DIM = "mlp-d8-b1", 8
OTHER = next((run.run_id for run in zoo.list_runs() if run.architecture not in export.ARCHITECTURES), None)


def open_sliders(page, app, run_id: str = RUN, **state: str):
    state = "&".join(f"sliders_{name}={value}" for name, value in state.items())
    page.goto(f"{app}/sliders?model={run_id}&{state}")
    running.settle(page)
    wait_for_ink(page, digit(page))
    return page


def digit(page):
    return page.locator("canvas.digit")


def slider(page, number: int):
    return page.get_by_role("slider", name=re.compile(f"^z{chr(0x2080 + number)}( |$)"))


def values(page, count: int = DIM) -> np.ndarray:
    return np.array([float(page.locator(f"#z{index}").input_value()) for index in range(count)])


def address(page) -> dict[str, float]:
    asked = parse_qs(urlsplit(page.url).query)
    return {name.removeprefix("sliders_"): float(value[0]) for name, value in asked.items() if "sliders_z" in name}


def wait_until_address(page, **expected: str) -> None:
    for name, value in expected.items():
        page.wait_for_function(
            "([name, value]) => new URLSearchParams(location.search).get(name) === value",
            arg=[f"sliders_{name}", value],
        )


def test_the_digit_morphs_while_dragged_and_the_server_hears_of_it_on_release(page, app):
    sent = messages(page)
    open_sliders(page, app)
    handle = slider(page, 7)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    before, pictures = len(sent), []
    for share in np.linspace(0.5, 0.9, 9):
        page.mouse.move(box["x"] + share * box["width"], middle)
        page.wait_for_timeout(50)
        pictures.append(drawn(digit(page)))
        z = values(page)
        assert np.abs(pictures[-1] - decoded(RUN, z)).max() <= GREY  # the prior's scale: values are latents
    assert z[6] > 1.5
    assert len({picture.tobytes() for picture in pictures}) >= 8
    assert len(sent) == before
    assert "sliders_z7" not in page.url
    page.mouse.up()
    wait_until_address(page, z7=f"{z[6]:g}")
    page.wait_for_timeout(1000)
    assert len(sent) > before
    running.settle(page)
    assert values(page)[6] == z[6]  # Python's answer leaves it where it is


def test_by_keyboard_alone(page, app):
    open_sliders(page, app)
    before = drawn(digit(page))
    slider(page, 7).focus()
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    assert values(page)[6] == pytest.approx(2.9)
    assert slider(page, 7).get_attribute("aria-valuetext") == "2.90"
    assert np.abs(drawn(digit(page)) - before).max() > 0.3
    wait_until_address(page, z7="2.9")
    page.keyboard.press("Tab")  # to its button
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    assert values(page)[6] != pytest.approx(2.9)


def test_a_link_opens_the_place_and_says_what_is_not_possible(page, app):
    open_sliders(page, app, z1="1.5", z2="-0.25", z3="9", z4="x")
    assert values(page)[:4].tolist() == [1.5, -0.25, 0, 0]
    said = page.locator("[data-testid=stMain]").inner_text()
    assert "“z₃” = 9" in said
    assert "“z₄” = x" in said
    assert address(page) == {"z1": 1.5, "z2": -0.25}
    page.get_by_role("link", name=re.compile("^Next: ")).click()
    page.wait_for_function("() => !location.pathname.endsWith('/sliders')")
    running.settle(page)
    assert address(page) == {}
    page.go_back()
    page.get_by_role("heading", level=1, name="Sliders").wait_for()
    wait_until_address(page, z1="1.5", z2="-0.25")
    assert values(page)[:4].tolist() == [1.5, -0.25, 0, 0]


def test_buttons_lead_to_the_class_mean_the_origin_and_draws_from_the_prior(page, app):
    open_sliders(page, app)
    means = zoo.moments(RUN).mean
    page.get_by_role("button", name="3", exact=True).click()
    expected = np.round(means[3] / 0.05) * 0.05
    wait_until_address(page, z8=f"{expected[7]:g}")
    np.testing.assert_allclose(values(page), expected, atol=1e-6)
    assert np.abs(drawn(digit(page)) - decoded(RUN, expected)).max() <= GREY
    page.get_by_role("button", name="Origin").click()
    page.wait_for_function("() => !location.search.includes('sliders_z')")
    assert (values(page) == 0).all()
    places = []
    for _ in range(2):
        page.get_by_role("button", name="Draw from the prior").click()
        page.wait_for_timeout(900)
        places.append(values(page))
    assert np.abs(places[0] - places[1]).max() > 0.1
    assert all(0.1 < np.std(place) < 3 for place in places)


def test_a_python_button_moves_the_sliders_too(page, app):
    open_sliders(page, app, z1="2")
    page.get_by_role("button", name="Go", exact=True).click()
    page.wait_for_function("() => !location.search.includes('sliders_z1=2&') && !location.search.endsWith('z1=2')")
    running.settle(page)
    assert np.abs(values(page)).sum() > 0.5
    assert np.abs(drawn(digit(page)) - decoded(RUN, values(page))).max() <= GREY


def watch(page, index: int, seconds: float) -> list[float]:
    """The values a slider takes, sampled in the page."""
    return page.evaluate(
        """([selector, ms]) => new Promise((done) => {
            const within = (element) => element.shadowRoot?.querySelector(selector);
            const input = [...document.querySelectorAll('*')].map(within).find(Boolean);
            const seen = [], start = performance.now();
            const tick = (now) => {
                seen.push(Number(input.value));
                if (now - start > ms) done(seen); else requestAnimationFrame(tick);
            };
            requestAnimationFrame(tick);
        })""",
        [f"#z{index}", 1000 * seconds],
    )


def test_one_dimension_goes_back_and_forth_without_the_server(page, app):
    sent = messages(page)
    open_sliders(page, app)
    button = page.get_by_role("button", name="Move z₇ back and forth")
    before = len(sent)
    button.click()
    seen = watch(page, 6, 4.2)
    assert max(seen) > 2.5
    assert min(seen) < -2.5
    assert len(sent) == before
    button.click()
    page.wait_for_timeout(1000)
    assert len(sent) > before
    stopped = values(page)[6]
    page.wait_for_timeout(300)
    assert values(page)[6] == stopped == pytest.approx(address(page).get("z7", 0))


def test_where_less_motion_is_asked_for_it_shows_stills(browser, app):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = open_sliders(context.new_page(), app)
    page.get_by_role("button", name="Move z₇ back and forth").click()
    seen = watch(page, 6, 3)
    page.get_by_role("button", name="5", exact=True).click()
    page.wait_for_timeout(50)
    arrived = values(page)
    context.close()
    assert set(seen) <= {0, 1.5, 3}
    assert len(set(seen)) >= 2
    np.testing.assert_allclose(arrived, zoo.moments(RUN).mean[5], atol=0.03)


@pytest.mark.parametrize("run_id", [RUN, OTHER])
def test_without_weights_python_draws_and_the_page_says_so(run_id, page, app):
    if run_id is None:
        pytest.skip("every model of this zoo runs in the browser")
    page.route("**/app/static/weights/**", lambda route: route.abort())
    open_sliders(page, app, run_id)
    said = "could not be fetched" if run_id == RUN else "runs on the server"
    page.get_by_text(said).wait_for()
    slider(page, 1).focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    count = len(zoo.moments(run_id).mean[0])
    expected = decoded(run_id, np.eye(count)[0] * 0.6)
    for _ in range(40):
        page.wait_for_timeout(250)
        if np.abs(drawn(digit(page)) - expected).max() <= GREY:
            break
    assert np.abs(drawn(digit(page)) - expected).max() <= GREY


def test_dimensions_that_are_off_stand_apart(page, app):
    open_sliders(page, app, "mlp-d8-b3")
    off = 8 - zoo.metrics("mlp-d8-b3")["test"]["active_units"]
    assert page.locator(".off input").count() == off > 0
    assert f"{off} of 8 dimensions are off" in page.locator(".switched-off").inner_text()
