"""The furniture of the lessons, each piece on a small page of its own."""

import inspect

import pytest
from streamlit.testing.v1 import AppTest

from ui import choice, controls, lesson


def _open(script, **address) -> AppTest:
    app = AppTest.from_function(script, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _all_controls():
    import streamlit as st

    from ui import controls

    st.session_state["values"] = {
        "select": controls.select("welcome_select", "Select", ["a", "b"], "b"),
        "buttons": controls.select("welcome_buttons", "Buttons", [1, 2, 3], 2, style="buttons"),
        "radio": controls.select("welcome_radio", "Radio", ["a", "b"], style="radio"),
        "order": controls.select("welcome_order", "Order", [0.1, 1.0], 1.0, style="slider"),
        "slider": controls.slider("welcome_slider", "Slider", -3.0, 3.0, 0.5),
        "number": controls.number("welcome_number", "Number", 0, 10, 4),
        "toggle": controls.toggle("welcome_toggle", "Toggle"),
        "open": controls.open_question("welcome_open", "Open", ["a", "b"]),
    }


DEFAULTS = {
    "select": "b",
    "buttons": 2,
    "radio": "a",
    "order": 1.0,
    "slider": 0.5,
    "number": 4,
    "toggle": False,
    "open": None,
}
ALLOWED = {
    "select": ("a", "a"),
    "buttons": ("3", 3),
    "radio": ("b", "b"),
    "order": ("0.1", 0.1),
    "slider": ("-1.5", -1.5),
    "number": ("10", 10),
    "toggle": ("true", True),
    "open": ("a", "a"),
}
REFUSED = {
    "select": "c",
    "buttons": "9",
    "radio": "",
    "order": "0.5",
    "slider": "3.01",
    "number": "ten",
    "toggle": "maybe",
    "open": "z",
}


def test_controls_start_at_their_defaults_without_a_word():
    app = _open(_all_controls)
    assert app.session_state["values"] == DEFAULTS
    assert not app.warning


def test_the_address_sets_every_control():
    app = _open(_all_controls, **{f"welcome_{name}": raw for name, (raw, _) in ALLOWED.items()})
    assert app.session_state["values"] == {name: value for name, (_, value) in ALLOWED.items()}
    assert not app.warning


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_address_cannot_have_is_said_until_the_control_is_moved(name):
    app = _open(_all_controls, **{f"welcome_{name}": REFUSED[name]})
    assert app.session_state["values"] == DEFAULTS
    assert len(app.warning) == 1
    assert (f"`{REFUSED[name]}`" if REFUSED[name] else "= nothing") in app.warning[0].value
    assert len(app.run().warning) == 1
    if name == "toggle":
        app.toggle[0].set_value(True).run()
        assert not app.warning


def test_a_key_of_no_chapter_is_refused():
    with pytest.raises(ValueError, match="belongs to no chapter"):
        controls.toggle("nowhere_toggle", "Toggle")


def _prediction():
    import streamlit as st

    from ui import lesson

    def explain():
        st.markdown("Because.")

    lesson.prediction("welcome_guess", "Which?", ["one", "two"], "two", explain)


@pytest.mark.parametrize(("guess", "said"), [("two", "Yes: two."), ("one", "You said one. It is two.")])
def test_a_prediction_is_answered_after_it_is_made(guess, said):
    app = _open(_prediction)
    assert not app.success
    assert not app.info
    assert not app.markdown
    app.radio[0].set_value(guess).run()
    assert [element.value for element in (*app.success, *app.info)] == [said]
    assert app.markdown[0].value == "Because."


def test_a_prediction_can_be_skipped():
    app = _open(_prediction)
    app.toggle[0].set_value(True).run()
    assert app.info[0].value == "two."
    assert app.markdown[0].value == "Because."


def test_an_answer_that_is_no_option_is_the_authors_mistake():
    with pytest.raises(ValueError, match="not among the options"):
        lesson.prediction("welcome_guess", "Which?", ["one", "two"], "three", "…")


def _steps():
    from ui.lesson import Step, reveal_steps

    reveal_steps("welcome_steps", [Step("a", "first"), Step("b", "second", "think"), Step("c", "third", "again")])


def test_steps_are_revealed_one_by_one_or_all_at_once():
    app = _open(_steps)
    assert [element.value.strip("$\n") for element in app.latex] == ["a"]
    assert "think" in app.markdown[-1].value
    app.button[0].click().run()
    assert [element.value.strip("$\n") for element in app.latex] == ["a", "b"]
    assert "again" in app.markdown[-1].value
    app.button[1].click().run()
    assert [element.value.strip("$\n") for element in app.latex] == ["a", "b", "c"]
    assert app.button[0].disabled
    assert app.button[1].disabled
    app.slider[0].set_value(1).run()
    assert [element.value.strip("$\n") for element in app.latex] == ["a"]


def test_steps_open_where_the_address_says():
    assert len(_open(_steps, welcome_steps="3").latex) == 3


def _exercise():
    from ui.lesson import Diagnosis, Field, exercise

    def check(values):
        right = values["mean"] == 2
        return Diagnosis(right, "Right." if right else f"{values['mean']:g} is the sum; divide by the count.")

    exercise("welcome_own", "The mean of 1, 2, 3?", [Field("mean", "Mean"), Field("n", "Count")], check, "It is 2.")


def test_an_exercise_asks_for_what_is_missing_then_diagnoses():
    app = _open(_exercise)
    app.button[0].click().run()
    assert app.info[0].value == "Still to fill in: Mean, Count."
    app.number_input[0].set_value(6)
    app.number_input[1].set_value(3)
    app.button[0].click().run()
    assert app.info[0].value == "6 is the sum; divide by the count."
    app.number_input[0].set_value(2)
    app.button[0].click().run()
    assert app.success[0].value == "Right."
    assert not app.info


def test_source_is_read_only_when_opened_and_is_the_code_that_ran(monkeypatch):
    def script():
        from ui import choice, lesson

        lesson.source_view(choice.nearest)

    read = []
    real = inspect.getsource
    monkeypatch.setattr("ui.lesson.inspect.getsource", lambda each: read.append(each) or real(each))
    app = _open(script)
    assert read == []
    assert not app.code
    app.session_state["source_nearest"] = True
    app.run()
    assert app.code[0].value == real(choice.nearest).rstrip()
