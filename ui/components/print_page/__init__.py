"""A button that prints the page; on paper it is replaced by the address that brings the page back."""

from pathlib import Path

from ui.components import sources

_button = sources.component(Path(__file__).parent)


def show(what: str, *, key: str) -> None:
    """Draw the button.

    Args:
        what: printed above the address: which model the figures on the page are of.
        key: of the element.
    """
    _button(data={"what": what}, key=key)
