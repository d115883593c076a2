"""What every page shares: page configuration, navigation, and the sidebar."""

from base64 import b64encode
from pathlib import Path

import streamlit as st

from ui import course, lecture, navigation, picker, problem_report, quick_streamlit, training_desk

ABOUT = "What the latent space of a VAE looks like once the digits' labels are known. Real models, real MNIST."
# Own picture: Streamlit fetches Material symbols and emoji for the browser's tab from hosts elsewhere. As an
# address: a file it would read and keep anew at every run of a page.
FAVICON = "data:image/png;base64," + b64encode((Path(__file__).parent / "favicon.png").read_bytes()).decode()
quick_streamlit.make_quick()


def show() -> None:
    """Draw what is shared, then run the page that was asked for."""
    page = st.navigation(navigation.pages(), position="top")
    here = course.at_path(page.url_path)
    st.set_page_config(
        page_title=f"{here.title} · Latent space",
        page_icon=FAVICON,
        layout="wide" if here.wide else "centered",
        initial_sidebar_state="collapsed" if lecture.is_on() else "auto",
        menu_items={"About": ABOUT},
    )
    training_desk.attend(here.key)
    with st.sidebar:
        picker.show()
        lecture.switch()
        problem_report.show(here)
    page.run()
