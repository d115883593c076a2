"""Opening a page as a link does: through the front door, with its state in the address."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ENTRY = str(Path(__file__).parents[2] / "streamlit_app.py")
RUN = "mlp-d2-b1"


def open_page(key: str | None, run_id: str = RUN, session: dict | None = None, **address: str) -> AppTest:
    """The chapter `key` with this model loaded; None stays at the front door, with its sidebar.

    Args:
        session: entries put into session state beforehand.
        address: further parameters of the address, by their full names.
    """
    at = AppTest.from_file(ENTRY, default_timeout=60)
    for name, value in {"model": run_id, **address}.items():
        at.query_params[name] = value
    for name, value in (session or {}).items():
        at.session_state[name] = value
    at.run()
    return at if key is None else at.switch_page(f"pages/{key}.py").run()


def text(at: AppTest) -> str:
    """What can be read on the page and in the sidebar: prose, captions, formulae, words of information and warning."""
    sidebar = [*at.sidebar.markdown, *at.sidebar.warning]
    return "\n".join(
        element.value for element in [*sidebar, *at.markdown, *at.caption, *at.latex, *at.info, *at.warning]
    )
