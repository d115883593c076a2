"""“Report a problem” in the sidebar of every page, with the page's state.

Whom a report goes to is set by the operator in the environment variable `VAE_COURSE_REPORT`: an e-mail address, or the
address of a page for new issues, which is given the text as `title` and `body`. Without it there is the text to copy.
"""

import logging
import os
import platform
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import streamlit as st

from ui import course, picker, your_run
from ui.components import report

VARIABLE = "VAE_COURSE_REPORT"
_MAIL = re.compile(r"[^\s@?&:/]+@[^\s@?&:/]+\.[^\s@?&:/]+")


class Destination(NamedTuple):
    """Where reports go."""

    kind: str  # "mail", "page", or "" for nowhere
    to: str


def destination(environ: Mapping[str, str]) -> Destination:
    """The operator's choice, from `VAE_COURSE_REPORT`.

    Raises:
        ValueError: neither an e-mail address nor an http(s) address.
    """
    text = environ.get(VARIABLE, "").strip()
    if not text:
        return Destination("", "")
    if _MAIL.fullmatch(text):
        return Destination("mail", text)
    parts = urlsplit(text)
    if parts.scheme in ("http", "https") and parts.netloc:
        return Destination("page", text)
    raise ValueError(f"{VARIABLE} is {text!r}; allowed: an e-mail address, or an address that begins with https://")


def show(here: course.Chapter) -> None:
    """Draw it, closed, at the foot of the sidebar."""
    to = _destination()
    report.show(here.title, your_run.told(picker.current_run()), versions(), to.kind, to.to, key="_report")


@cache
def versions() -> str:
    """What runs here, in words."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    mine = tomllib.loads(project.read_text("utf-8"))["project"]["version"] if project.is_file() else "unknown"
    return f"course {mine}, Streamlit {st.__version__}, Python {platform.python_version()}"


@cache
def _destination() -> Destination:
    """The operator's choice; a wrong one is told to the operator, once, and students copy the text."""
    try:
        return destination(os.environ)
    except ValueError as error:
        logging.getLogger(__name__).warning("%s; problem reports can only be copied", error)
        return Destination("", "")
