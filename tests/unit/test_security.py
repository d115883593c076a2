"""What the sources must not do, and what the server must be told: the promises of SECURITY.md that can be read off."""

import ast
import re
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from ui import headers

ROOT = Path(__file__).parents[2]
FOLDERS = ("vae_core", "ui", "pages", "benchmarks", "deploy")
SOURCES = [ROOT / "streamlit_app.py", *(path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))]
# Modules that unpickle or run what they read.
UNSAFE = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml", "code", "pty"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
# Of other modules: they unpickle, run a shell's text, or put text into a page as HTML.
CALLS = {
    ("torch", "load"),
    ("torch", "save"),
    ("os", "system"),
    ("os", "popen"),
    ("pandas", "read_pickle"),
    ("pandas", "eval"),
    ("subprocess", "getoutput"),
    ("importlib", "import_module"),
}


def faults(source: str) -> list[str]:
    """What a source does that no source may."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            only_writes = node.module == "pickle" and {alias.name for alias in node.names} == {"dumps"}
            names = [] if only_writes else [node.module or ""]
        found += [f"line {node.lineno}: imports {name}" for name in names if name.split(".")[0] in UNSAFE]
        if not isinstance(node, ast.Call):
            continue
        called, said = node.func, {keyword.arg: keyword.value for keyword in node.keywords}
        if isinstance(called, ast.Name) and called.id in RUNS_TEXT:
            found.append(f"line {node.lineno}: calls {called.id}")
        if isinstance(called, ast.Attribute):
            owner = called.value.id if isinstance(called.value, ast.Name) else ""
            owner = {"np": "numpy", "pd": "pandas"}.get(owner, owner)
            if (owner, called.attr) in CALLS:
                found.append(f"line {node.lineno}: calls {owner}.{called.attr}")
            pickles = said.get("allow_pickle")
            if (owner, called.attr) == ("numpy", "load") and not (
                isinstance(pickles, ast.Constant) and pickles.value is False
            ):
                found.append(f"line {node.lineno}: numpy.load without allow_pickle=False")
        for name in ("shell", "unsafe_allow_html", "unsafe_allow_javascript"):
            if name in said and not (isinstance(said[name], ast.Constant) and said[name].value is False):
                found.append(f"line {node.lineno}: {name}")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled_or_run_that_was_read(path):
    assert faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "def f():\n import torch\n return torch.load('a')",
        "import numpy as np\nnp.load('a')",
        "import numpy as np\nnp.load('a', allow_pickle=True)",
        "eval('1')",
        "exec('1')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "import streamlit as st\nst.markdown('x', unsafe_allow_html=True)",
        "import yaml",
    ],
)
def test_the_search_finds_what_it_looks_for(source):
    assert len(faults(source)) == 1


def test_html_holds_no_value():
    """What goes into a page as HTML is a constant of the module, or a file beside it."""
    written = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "st.html",
                "st.iframe",
                "st.components.v1.html",
            ):
                written.append(" ".join(map(ast.unparse, node.args)))
    assert written
    assert all(re.fullmatch(r"_[A-Z_]+( / '[a-z_]+\.css')?", argument) for argument in written), written


def test_scripts_of_the_browser_run_no_text_and_ask_no_other_host():
    for path in sorted((ROOT / "ui").rglob("*.js")):
        text = path.read_text("utf-8")
        for sign in (
            "eval(",
            "new Function",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "https://",
            "http://",
        ):
            assert sign not in text.replace("http://www.w3.org/2000/svg", ""), (path.name, sign)
        for line in text.splitlines():
            if "innerHTML" in line:  # a legend's glyph and colour, of vae_core/charts/palette.py
                assert set(re.findall(r"\$\{(.*?)\}", line)) == {"glyph", "colour"}, (path.name, line)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("client.showErrorDetails", "none"),
        ("server.enableXsrfProtection", True),
        ("server.enableCORS", True),
        ("server.maxUploadSize", 10),
        ("server.maxMessageSize", 20),
        ("browser.gatherUsageStats", False),
        ("server.enableAgentApi", False),
    ],
)
def test_the_server_is_told(option, value):
    assert config.get_option(option) == value


def test_an_error_is_kept_from_students_and_logged_for_the_operator(caplog):
    def fails():
        secret = "the operator's own"
        raise RuntimeError(secret)

    app = AppTest.from_function(fails, default_timeout=60).run()
    (shown,) = app.exception
    assert "operator's own" not in shown.message
    assert not list(shown.stack_trace)
    assert "operator's own" in caplog.text
    assert "Traceback" in caplog.text


def test_the_documented_headers_are_those_that_are_sent():
    block = (ROOT / "SECURITY.md").read_text("utf-8")
    for name, value in headers.headers().items():
        assert f"{name}: {value}\n" in block, f"write it into SECURITY.md:\n{name}: {value}"
