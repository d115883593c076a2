"""A problem report: the student's words and the page's state as a text to copy or send; nothing leaves by itself."""

from pathlib import Path

from ui.components import sources

_report = sources.component(Path(__file__).parent)


def show(page: str, model: str, versions: str, kind: str, to: str, *, key: str) -> None:
    """Draw it, closed.

    Args:
        page: title of the page.
        model: what is loaded.
        versions: of what runs here.
        kind: "mail" or "page", what `to` is; "" where reports can only be copied.
        to: an e-mail address, or the address of a page that takes `title` and `body`.
        key: of the element.
    """
    _report(data={"page": page, "model": model, "versions": versions, "kind": kind, "to": to}, key=key)
