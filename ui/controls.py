"""Controls whose value is in the address, so that a link opens a page in the state it was sent from.

Every control takes a full key, `<chapter>_<name>`: the name of the parameter in the address and of the entry in
session state. Values survive page changes. A value in the address that is not allowed is dropped before Streamlit sees
it, and a word under the control says so. Defaults are left out of the address.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st
from streamlit.runtime.state import get_session_state

from ui import course

SHARED = ("lecture",)  # keys of controls that all chapters have
_PREFIXES = tuple(f"{chapter.key}_" for chapter in course.CHAPTERS)
_KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def select(
    key: str,
    label: str,
    options: Sequence,
    default: Any = None,
    *,
    style: Literal["list", "buttons", "radio", "slider"] = "list",
    format: Callable[[Any], str] = str,
    help: str | None = None,
    **more,
) -> Any:
    """One of `options`; `default` is the first unless given.

    Args:
        style: `list` for many options, `buttons` for a few short ones, `radio` for sentences, `slider` for an order.
        format: an option as text; this text is also what stands in the address, so keep it short.
    """
    _check_key(key)
    default = options[0] if default is None else default
    texts = [format(option) for option in options]
    asked = _asked(key, lambda raw: raw in texts)
    common = {"key": key, "format_func": format, "help": help, **_KEPT, **more}
    if style == "buttons":
        # On a phone ten classes take two rows; in one, scrolled, nobody finds the 9.
        value = st.segmented_control(label, options, default=default, required=True, wrap=True, **common)
    elif style == "slider":
        value = st.select_slider(label, options, value=default, **common)
    else:
        draw = st.radio if style == "radio" else st.selectbox
        value = draw(label, options, index=list(options).index(default), **common)
    _say_if_dropped(key, label, asked, value, format(value))
    return value


def several(
    key: str,
    label: str,
    options: Sequence,
    default: Sequence = (),
    *,
    format: Callable[[Any], str] = str,
    help: str | None = None,
    **more,
) -> list:
    """Any number of `options`, in their order; `default` is none of them unless given."""
    _check_key(key)
    texts = [format(option) for option in options]
    raw = st.query_params.get_all(key)
    asked = ", ".join(text for text in raw if text not in texts) or None
    chosen = st.pills(
        label,
        options,
        selection_mode="multi",
        default=list(default),
        key=key,
        format_func=format,
        help=help,
        wrap=True,
        **_KEPT,
        **more,
    )
    value = [option for option in options if option in chosen]
    _say_if_dropped(key, label, asked, value, ", ".join(map(format, value)) or "none")
    return value


def open_question(key: str, label: str, options: Sequence[str], *, help: str | None = None) -> str | None:
    """One of `options`, or None until the student chooses."""
    _check_key(key)
    asked = _asked(key, lambda raw: raw in options)
    value = st.radio(label, options, index=None, key=key, help=help, **_KEPT)
    _say_if_dropped(key, label, asked, value, "no answer yet" if value is None else value)
    return value


def slider(key: str, label: str, low, high, default, step=None, *, help: str | None = None, **more):
    """A number between `low` and `high`; all four whole or all four float."""
    _check_key(key)
    asked = _asked(key, lambda raw: _within(raw, low, high))
    value = st.slider(label, low, high, default, step, key=key, help=help, **_KEPT, **more)
    _say_if_dropped(key, label, asked, value, f"{value:g}")
    return value


def number(key: str, label: str, low, high, default, step=None, *, help: str | None = None, **more):
    """A number typed in, between `low` and `high`; all four whole or all four float."""
    _check_key(key)
    asked = _asked(key, lambda raw: _within(raw, low, high))
    value = st.number_input(label, low, high, default, step, key=key, help=help, **_KEPT, **more)
    _say_if_dropped(key, label, asked, value, f"{value:g}")
    return value


def text(key: str, label: str, default: str = "", *, max_chars: int, help: str | None = None, **more) -> str:
    """A short text; what may stand in it, the page says itself."""
    _check_key(key)
    asked = _asked(key, lambda raw: len(raw) <= max_chars)
    value = st.text_input(label, default, max_chars=max_chars, key=key, help=help, **_KEPT, **more)
    _say_if_dropped(key, label, asked, value, quoted(value))
    return value


def toggle(key: str, label: str, default: bool = False, *, help: str | None = None, **more) -> bool:
    """On or off."""
    _check_key(key)
    asked = _asked(key, lambda raw: raw.lower() in ("true", "false"))
    value = st.toggle(label, default, key=key, help=help, **_KEPT, **more)
    _say_if_dropped(key, label, asked, value, "on" if value else "off")
    return value


def held(key: str, label: str, low: float, high: float, default: float = 0.0) -> float:
    """A number that a component of our own shows and writes into the address itself; here it is read and kept.

    As with any control, `st.session_state[key]` holds it, and setting that moves it.
    """
    _check_key(key)
    asked = None
    if key not in st.session_state:
        asked = _asked(key, lambda raw: low <= float(raw) <= high)
        raw = None if asked is not None else st.query_params.get(key)
        st.session_state[key] = default if raw is None else float(raw)
    value = min(max(st.session_state[key], low), high)
    _say_if_dropped(key, label, asked, value, f"{value:g}")
    return value


def point(key: str, label: str) -> tuple[float, float] | None:
    """A point of a plane, `1.5,-0.2` in the address, that a component of our own shows; None without one."""
    _check_key(key)
    asked = None
    if key not in st.session_state:
        asked = _asked(key, lambda raw: _point(raw) is not None)
        st.session_state[key] = _point(st.query_params.get(key, ""))
    value = st.session_state[key]
    _say_if_dropped(key, label, asked, value, "none")
    return value


def _point(raw: str) -> tuple[float, float] | None:
    try:
        x, y = map(float, raw.split(","))
    except ValueError:
        return None
    return (x, y) if abs(x) <= 1000 and abs(y) <= 1000 else None


def _check_key(key: str) -> None:
    if key not in SHARED and not key.startswith(_PREFIXES):
        raise ValueError(f"the key {key!r} belongs to no chapter; start it with one of {', '.join(_PREFIXES)}")


def quoted(raw: str) -> str:
    """What an address holds, as inline code; nothing in it can end the code and act as Markdown."""
    shown = "".join(mark if mark.isprintable() and mark != "`" else " " for mark in raw[:60]).strip()
    return f"`{shown}`" if shown else "nothing"


def _asked(key: str, allowed: Callable[[str], bool]) -> str | None:
    """What the address asks for, if it is not one allowed value.

    Streamlit drops most such values silently, rounds or cuts some, and fails on others (an infinite whole number), so
    it is not shown them.
    """
    raw = st.query_params.get_all(key)
    if not raw:
        return None
    try:
        fits = len(raw) == 1 and allowed(raw[0])
    except (ValueError, OverflowError):
        fits = False
    if fits:
        return None
    with get_session_state().query_params() as params:
        # A control takes its first value from here, not from what `st.query_params` shows.
        params._initial_query_params.pop(key, None)
        if key not in st.session_state:
            params.remove_param(key)
    return ", ".join(raw)


def _within(raw: str, low, high) -> bool:
    value = float(raw)
    return low <= value <= high and (isinstance(low, float) or value.is_integer())


def _say_if_dropped(key: str, label: str, asked: str | None, value, text: str) -> None:
    """Keep the word under the control until the student moves it."""
    slot = f"_dropped_{key}"
    if asked is not None:
        st.session_state[slot] = (quoted(asked), value)
    if slot not in st.session_state:
        return
    dropped, at = st.session_state[slot]
    if value == at:
        st.warning(
            f"The link asked for “{label}” = {dropped}, which is not possible; showing {text}.",
            icon=":material/info:",
        )
    else:
        del st.session_state[slot]
