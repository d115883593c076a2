"""The digit a student brought, drawn or as a picture: taken in once, kept for the session, at hand in every chapter."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from PIL import Image

from ui import figures, picker
from ui.components import drawing
from vae_core import drawn, picture

_FORM = "my_digit"
_BEFORE = "my_digit__before"  # the digit that the present one replaced
_DRAWING = "my_digit__drawing"  # what the pad handed over last, if that is the present digit
_WORD = "my_digit__word"  # why the last input could not be used, and where it was made


def form() -> picture.MnistForm | None:
    """The student's digit with the steps that brought it into MNIST's form, None before there is one."""
    return st.session_state.get(_FORM)


def image() -> np.ndarray | None:
    """The student's digit as a network takes it, (28, 28) float32 in [0, 1], None before there is one."""
    return form().image if form() else None


def ask(key: str) -> None:
    """Let the student draw a digit or upload a picture of one.

    A picture that cannot be used gets a friendly word and leaves the digit before in place.
    """
    by_hand, from_file = st.tabs(["Draw", "Upload a picture"])
    with by_hand:
        pad(f"{key}_pad")
    with from_file:
        st.file_uploader(
            "Your picture of one digit",
            type=["png", "jpg", "jpeg"],
            key=key,
            on_change=_uploaded,
            args=(key,),
            help="PNG or JPEG, any size and colour, dark on light or light on dark. It is not stored.",
        )
        _say(key)
    keep(key)


def pad(key: str, place: drawing.Place | None = None, classes: drawing.Classes | None = None) -> None:
    """Draw the pad; `place` and `classes` as `ui.components.drawing.show` takes them."""
    run = picker.current_run()
    drawing.show(run, lambda text: _drew(key, text), key=key, mine=form(), place=place, classes=classes)
    _say(key)


def keep(key: str) -> None:
    """Show the digit that all chapters use, with ways to be rid of it; nothing before there is one."""
    if form() is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width=64):
            figures.picture(image(), alt="Your digit in MNIST's form.", width=56)
        st.markdown("**Your digit**, at hand in every chapter until you leave.", width="content")
        if st.session_state.get(_BEFORE):
            st.button("Bring back the one before", key=f"{key}__back", on_click=_bring_back, icon=":material/undo:")
        st.button("Forget it", key=f"{key}__forget", on_click=_forget, icon=":material/delete:")


def _drew(key: str, text: object) -> None:
    """Take in what the pad handed over; a first stroke on an empty pad begins another digit."""
    another = not st.session_state.get(_DRAWING)
    st.session_state[_DRAWING] = text
    if text:
        _take(key, lambda: drawn.read(str(text)), another)
    else:
        st.session_state.pop(_WORD, None)


def _uploaded(key: str) -> None:
    st.session_state.pop(_WORD, None)
    if (file := st.session_state[key]) is not None:
        st.session_state[_DRAWING] = ""
        _take(key, lambda: picture.read_picture(file.getvalue()), True)


def _take(key: str, read: Callable[[], Image.Image], another: bool) -> None:
    st.session_state.pop(_WORD, None)
    try:
        new = picture.to_mnist(read())
    except picture.PictureError as error:
        kept = " The digit before stays." if form() else ""
        st.session_state[_WORD] = (key, f"{error}{kept}")
        return
    if another:
        st.session_state[_BEFORE] = form()
    st.session_state[_FORM] = new


def _say(key: str) -> None:
    where, word = st.session_state.get(_WORD, ("", ""))
    if where == key:
        st.warning(word, icon=":material/image_not_supported:")


def _bring_back() -> None:
    st.session_state[_FORM], st.session_state[_BEFORE] = st.session_state[_BEFORE], form()
    st.session_state[_DRAWING] = ""


def _forget() -> None:
    for name in (_FORM, _BEFORE, _DRAWING, _WORD):
        st.session_state.pop(name, None)
