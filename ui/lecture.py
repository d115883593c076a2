"""The lecture switch: larger type and less chrome, for a projector. It is in the address, so a link can open it."""

import streamlit as st

from ui import controls

KEY = "lecture"

# Type size belongs to the server's theme, not to a session, so no native option can enlarge it for one browser. All
# of Streamlit's own sizes are in rem: this one rule scales text, formulae, controls and spacing together.
_LARGER_TYPE = "<style>html:root { font-size: 22px; }</style>"


def is_on() -> bool:
    """Whether the page is shown to a room; known before the switch is drawn, on the first run from the address."""
    return bool(st.session_state.get(KEY, st.query_params.get(KEY, "").lower() == "true"))


def switch() -> None:
    """Draw the switch in the sidebar and enlarge the type while it is on."""
    controls.toggle(
        KEY,
        "Lecture view",
        help="Larger type and no sidebar, for a projector. Open the sidebar at the top left to leave it.",
    )
    if is_on():
        st.html(_LARGER_TYPE)
