"""The picture a student brought: taken in once, kept for the session, at hand in every chapter."""

import numpy as np
import streamlit as st

from vae_core import picture

_FORM = "my_digit"


def form() -> picture.MnistForm | None:
    """The student's picture with the steps that brought it into MNIST's form, None before there is one."""
    return st.session_state.get(_FORM)


def image() -> np.ndarray | None:
    """The student's digit as a network takes it, (28, 28) float32 in [0, 1], None before there is one."""
    return form().image if form() else None


def ask(key: str) -> None:
    """Draw the uploader; a picture that cannot be used gets a friendly word and leaves the one before in place."""
    file = st.file_uploader(
        "Your picture of one digit",
        type=["png", "jpg", "jpeg"],
        key=key,
        help="PNG or JPEG, any size and colour, dark on light or light on dark. It is not stored.",
    )
    if file is None:
        return
    try:
        st.session_state[_FORM] = picture.to_mnist(picture.read_picture(file.getvalue()))
    except picture.PictureError as error:
        kept = " The picture before stays." if form() else ""
        st.warning(f"{error}{kept}", icon=":material/image_not_supported:")
