"""Components out of their files: a components-v2 component is made of single strings and can import nothing itself."""

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

_CONTROLS = Path(__file__).parent / "controls.css"  # what the components have in common
_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
# A worker is started from its text: as the proposal of text imports writes it, with all that it imports in turn.
_TEXT = re.compile(r'^import (\w+) from "(\.[^"]+)" with \{ type: "text" \};\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) )", re.MULTILINE)
_COMMENT = re.compile(r"^ *//.*\n|^ */\*\*(?:.|\n)*?\*/\n", re.MULTILINE)  # on lines of its own; a fifth of the bytes
_DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)


def module(path: Path) -> str:
    """The module and all it imports by relative paths, in one string, without comments.

    Raises:
        ValueError: two of the modules declare the same name at top level.
    """
    sources = _with_imports(path.resolve(), {})
    owners: dict[str, Path] = {}
    for source, text in sources.items():
        for name in _DECLARED.findall(text):
            if owners.setdefault(name, source) != source:
                raise ValueError(f"{source.name} and {owners[name].name} both declare {name}; rename one of them")
    return "\n".join(
        _TEXT.sub(partial(_constant, source), _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", text))))
        for source, text in sources.items()
    )


def component(folder: Path) -> Any:
    """Register the component whose `.html`, `.css` and `.js` bear the name of their folder."""
    html, css = ((folder / f"{folder.name}.{kind}").read_text("utf-8") for kind in ("html", "css"))
    css = _CONTROLS.read_text("utf-8") + css
    return st.components.v2.component(folder.name, html=html, css=css, js=module(folder / f"{folder.name}.js"))


def _constant(importer: Path, found: re.Match) -> str:
    name, relative = found.groups()
    return f"const {name} = {json.dumps(module(importer.parent / relative))};\n"


def _with_imports(path: Path, found: dict[Path, str]) -> dict[Path, str]:
    """Text by path, what is imported before what imports it."""
    text = path.read_text("utf-8")
    for relative in _IMPORT.findall(text):
        wanted = (path.parent / relative).resolve()
        if wanted not in found:
            _with_imports(wanted, found)
    found[path] = text
    return found
