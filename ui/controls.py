"""Controls whose value is in the address, so that a link opens a page in the state it was sent from.

Every control takes a full key, `<chapter>_<name>`: the name of the parameter in the address and of the entry in
session state. Values survive page changes. A value in the address that is not allowed is dropped, and a word under the
control says so. Defaults are left out of the address.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from ui import course

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
        value = st.segmented_control(label, options, default=default, required=True, **common)
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
    asked = _asked(key, lambda raw: low <= float(raw) <= high)
    value = st.slider(label, low, high, default, step, key=key, help=help, **_KEPT, **more)
    _say_if_dropped(key, label, asked, value, f"{value:g}")
    return value


def number(key: str, label: str, low, high, default, step=None, *, help: str | None = None, **more):
    """A number typed in, between `low` and `high`; all four whole or all four float."""
    _check_key(key)
    asked = _asked(key, lambda raw: low <= float(raw) <= high)
    value = st.number_input(label, low, high, default, step, key=key, help=help, **_KEPT, **more)
    _say_if_dropped(key, label, asked, value, f"{value:g}")
    return value


def text(key: str, label: str, default: str = "", *, max_chars: int, help: str | None = None, **more) -> str:
    """A short text; what may stand in it, the page says itself."""
    _check_key(key)
    return st.text_input(label, default, max_chars=max_chars, key=key, help=help, **_KEPT, **more)


def toggle(key: str, label: str, default: bool = False, *, help: str | None = None, **more) -> bool:
    """On or off."""
    _check_key(key)
    asked = _asked(key, lambda raw: raw.lower() in ("true", "false"))
    value = st.toggle(label, default, key=key, help=help, **_KEPT, **more)
    _say_if_dropped(key, label, asked, value, "on" if value else "off")
    return value


def _check_key(key: str) -> None:
    chapters = [chapter.key for chapter in course.CHAPTERS]
    if not any(key.startswith(f"{chapter}_") for chapter in chapters):
        raise ValueError(f"the key {key!r} belongs to no chapter; start it with one of {', '.join(chapters)} and _")


def _asked(key: str, allowed: Callable[[str], bool]) -> str | None:
    """What the address asks for, if it is not allowed. Streamlit drops such values silently, so look before it does."""
    raw = st.query_params.get(key)
    if raw is None:
        return None
    try:
        return None if allowed(raw) else raw
    except ValueError:
        return raw


def _say_if_dropped(key: str, label: str, asked: str | None, value, text: str) -> None:
    """Keep the word under the control until the student moves it."""
    slot = f"_dropped_{key}"
    if asked is not None:
        st.session_state[slot] = (asked[:60], value)
    if slot not in st.session_state:
        return
    dropped, at = st.session_state[slot]
    if value == at:
        st.warning(
            f"The link asked for “{label}” = `{dropped}`, which is not possible; showing {text}.",
            icon=":material/info:",
        )
    else:
        del st.session_state[slot]
