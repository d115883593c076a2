"""Addresses made by hand, by mistake or in bad faith: never a traceback, never a wrong value without a word."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tests.app import hostile
from tests.app.opening import ENTRY, RUN
from ui import controls, course
from ui.components import network
from vae_core import drawn, tour_text
from vae_core.ink import PictureError

ROUNDS = 6  # of the pages' 190 parameters or so, each round every one of them with another value


# --- every kind of control, each value judged by what it should be ---------------------------------------------------

OPTIONS = {"list": [3, 8, 9], "buttons": [3, 8, 9], "radio": ["a b", "3"], "order": [0.1, 1.0], "open": ["yes", "3"]}
RANGES = {"whole": (1, 9), "real": (-1.0, 2.0), "number": (0, 100), "share": (0.0, 1.0), "held": (-3.0, 3.0)}
DEFAULTS = {
    "list": 8,
    "buttons": 8,
    "radio": "3",
    "order": 1.0,
    "open": None,
    "whole": 4,
    "real": 0.5,
    "number": 7,
    "share": 0.25,
    "held": 0.0,
    "toggle": False,
    "several": [1, 2],
    "text": "0123",
    "point": None,
}


def _controls():
    import streamlit as st

    from ui import controls

    st.session_state["values"] = {
        "list": controls.select("welcome_list", "list", [3, 8, 9], 8),
        "buttons": controls.select("welcome_buttons", "buttons", [3, 8, 9], 8, style="buttons"),
        "radio": controls.select("welcome_radio", "radio", ["a b", "3"], "3", style="radio"),
        "order": controls.select("welcome_order", "order", [0.1, 1.0], 1.0, style="slider", format="{:g}".format),
        "open": controls.open_question("welcome_open", "open", ["yes", "3"]),
        "whole": controls.slider("welcome_whole", "whole", 1, 9, 4, 1),
        "real": controls.slider("welcome_real", "real", -1.0, 2.0, 0.5, 0.1),
        "number": controls.number("welcome_number", "number", 0, 100, 7, 1),
        "share": controls.number("welcome_share", "share", 0.0, 1.0, 0.25, 0.01),
        "held": controls.held("welcome_held", "held", -3.0, 3.0),
        "toggle": controls.toggle("welcome_toggle", "toggle"),
        "several": controls.several("welcome_several", "several", range(10), [1, 2]),
        "text": controls.text("welcome_text", "text", "0123", max_chars=10),
        "point": controls.point("welcome_point", "point"),
    }


def expected(kind: str, raw: list[str]) -> tuple[object, bool]:
    """The value that the address means, and whether a word must say that something was dropped."""
    refused = DEFAULTS[kind], True
    if kind == "several":
        texts = [text for text in raw if text]
        good = sorted({int(text) for text in texts if text in [str(digit) for digit in range(10)]})
        bad = [text for text in texts if text not in [str(digit) for digit in range(10)]]
        return (good, bool(bad)) if good or not texts else refused
    if len(raw) > 1:
        return refused
    (text,) = raw
    if kind in OPTIONS:
        found = [option for option in OPTIONS[kind] if f"{option:g}" == text] if kind == "order" else None
        found = [option for option in OPTIONS[kind] if str(option) == text] if found is None else found
        return (found[0], False) if found else refused
    if kind == "toggle":
        return (text.lower() == "true", False) if text.lower() in ("true", "false") else refused
    if kind == "text":
        return (text, False) if len(text) <= 10 else refused
    try:
        numbers = [float(part) for part in (text.split(",") if kind == "point" else [text])]
    except ValueError:
        return refused
    if kind == "point":
        return (tuple(numbers), False) if len(numbers) == 2 and all(abs(n) <= 1000 for n in numbers) else refused
    low, high = RANGES[kind]
    fits = low <= numbers[0] <= high and (isinstance(low, float) or numbers[0] == int(numbers[0]))
    return (numbers[0], False) if fits else refused


ODD = st.one_of(
    st.sampled_from(hostile.EVERY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.floats().map(str),
    st.integers(-20, 120).map(str),
    st.lists(st.sampled_from([*hostile.NEVER, *hostile.PERHAPS]), min_size=1, max_size=3),
)


@settings(max_examples=80)  # 14 values each: 1,120 cases
@given(st.fixed_dictionaries(dict.fromkeys(DEFAULTS, ODD)))
def test_a_value_is_taken_as_it_is_or_dropped_with_a_word(address):
    app = AppTest.from_function(_controls, default_timeout=60)
    for kind, raw in address.items():
        app.query_params[f"welcome_{kind}"] = raw
    app.run()
    assert not app.exception
    values, words = app.session_state["values"], [warning.value for warning in app.warning]
    for kind, raw in address.items():
        value, said = expected(kind, raw if isinstance(raw, list) else [raw])
        assert values[kind] == value, (kind, raw)
        assert any(f"“{kind}”" in word for word in words) == said, (kind, raw, words)


@pytest.mark.parametrize("raw", ["inf", "1e400", "9" * 400])
def test_an_infinite_whole_number_is_no_traceback(raw):
    app = AppTest.from_function(_controls, default_timeout=60)
    app.query_params["welcome_number"] = app.query_params["welcome_whole"] = raw
    assert not app.run().exception
    assert (app.session_state["values"]["number"], app.session_state["values"]["whole"]) == (7, 4)


# --- every parameter of every page -----------------------------------------------------------------------------------


def _open(chapter: course.Chapter, address: dict) -> AppTest:
    app = AppTest.from_file(ENTRY, default_timeout=120)
    for name, raw in {"model": RUN, **address}.items():
        app.query_params[name] = raw
    return app.switch_page(chapter.file).run()


def _parameters(app: AppTest, chapter: course.Chapter) -> list[str]:
    """What the page has in the address, its own components' places among it."""
    state = app.session_state._state._state
    mine = {*state.query_params._bindings_by_param, *map(str, state.filtered_state)}
    return sorted(key for key in mine if key.startswith(f"{chapter.key}_") and "__" not in key)


def _problems(app: AppTest, chapter: course.Chapter) -> list[str]:
    found = [element.message for element in app.exception] + [element.value for element in app.error]
    return found + [app.title[0].value] * (app.title[0].value != chapter.title)


@pytest.mark.parametrize("chapter", course.CHAPTERS, ids=lambda chapter: chapter.key)
def test_no_value_of_any_parameter_breaks_a_page(chapter):
    keys = _parameters(_open(chapter, {}), chapter)
    # Behind the questions lies more to draw, and more parameters.
    shown = {key: "true" for key in keys if key.endswith("_shown")}
    keys = [key for key in _parameters(_open(chapter, shown), chapter) if key not in shown]
    assert keys
    drawing = random.Random(chapter.key)
    turns = {key: drawing.sample(hostile.EVERY, ROUNDS) for key in (*keys, *shown, "lecture")}
    for turn in range(ROUNDS):
        address = {key: values[turn] for key, values in turns.items()}
        app = _open(chapter, address | (shown if turn % 2 else {}))
        assert _problems(app, chapter) == [], address
        words = "\n".join(warning.value for warning in app.warning)
        # A text may be anything, and its page says itself what it makes of it.
        bound = {*app.session_state._state._state.query_params._bindings_by_param} - {
            text.key for text in app.text_input
        }
        silent = [
            key
            for key, raw in address.items()
            if key in bound and key in {*keys, "lecture"} and raw in hostile.NEVER and raw.strip()
            if controls.quoted(raw) not in words
        ]
        assert silent == [], address


def test_no_name_of_a_model_breaks_the_picker():
    train = course.chapter("train")
    for raw in (*hostile.NEVER, ["mlp-d8-b1", "nope"], "mlp-d2-b1 ", "MLP-D2-B1", "classifier-d2"):
        app = _open(train, {"model": raw})
        assert _problems(app, train) == [], raw
        assert app.session_state["model"] == RUN
        assert "is loaded" in app.sidebar.warning[0].value


# --- the parsers, by themselves --------------------------------------------------------------------------------------

SENT = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@settings(max_examples=1000)
@given(SENT | st.lists(st.floats() | st.integers(), min_size=2, max_size=2))
def test_what_a_component_sends_is_a_latent_or_nothing(sent):
    found = network.numbers(sent, 2)
    assert found is None or (len(found) == 2 and all(type(value) is float and abs(value) <= 1000 for value in found))


TEXTS = st.one_of(st.sampled_from(hostile.NEVER), st.text(max_size=80))


@settings(max_examples=1000)
@given(TEXTS)
def test_what_an_address_holds_is_shown_as_code_and_nothing_else(raw):
    shown = controls.quoted(raw)
    assert shown == "nothing" or (shown[0] == shown[-1] == "`" and shown.count("`") == 2)
    assert shown.isprintable()
    assert len(shown) <= 62


@settings(max_examples=1000)
@given(st.one_of(TEXTS, st.floats().map(str), st.tuples(st.floats(), st.floats()).map(lambda p: f"{p[0]},{p[1]}")))
def test_a_point_is_two_numbers_within_reach_or_none(raw):
    point = controls._point(raw)
    assert point is None or (len(point) == 2 and all(abs(value) <= 1000 for value in point))


@settings(max_examples=1000)
@given(st.one_of(TEXTS, st.text("0123456789 →-,", max_size=40)))
def test_a_tour_is_different_digits_or_a_word_why_not(raw):
    try:
        order = tour_text.read_order(raw)
    except tour_text.OrderError:
        return
    assert len(set(order)) == len(order)
    assert set(order) <= set(range(10))
    assert tour_text.read_order(tour_text.write_order(order)) == order


@settings(max_examples=1000)
@given(st.one_of(TEXTS, st.from_regex(r"([a-p][0-9]{0,5}){0,20}", fullmatch=True), st.just("a63504p" + "0" * 20)))
def test_what_the_pad_sends_is_a_sheet_or_refused(text):
    try:
        assert drawn.read(text).size == (280, 280)
    except PictureError:
        return


# --- numbers typed into exercises ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", course.CHAPTERS, ids=lambda chapter: chapter.key)
def test_no_number_breaks_the_check_of_an_exercise(chapter):
    shown = {key: "true" for key in _parameters(_open(chapter, {}), chapter) if key.endswith("_shown")}
    app = _open(chapter, shown)
    checks = [button.key for button in app.button if str(button.key).endswith("__check")]
    for number in (1e308, -1e308, 0.0, 1e-320, -1.0, 123456789.123) if checks else ():
        for field in app.number_input:
            if any(field.key.startswith(check.removesuffix("check")) for check in checks):
                field.set_value(number)
        for check in checks:
            app.button(key=check).click()
        app.run()
        assert _problems(app, chapter) == [], number
        assert not [message.value for message in (*app.info, *app.success) if "nan" in message.value.lower().split()]
