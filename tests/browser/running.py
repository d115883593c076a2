"""The app started for real and pages opened in a real Chromium; shared by the browser tests and `screenshots.py`."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from playwright.sync_api import Browser, Page, Playwright

Seen = TypeVar("Seen")
ROOT = Path(__file__).parents[2]
SCHEMES = ("light", "dark")
WIDTHS = (1440, 390)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str | None:
    """Path of the Chromium to drive: `$CHROMIUM`, or the first one that is installed; None without one."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)


class Server(NamedTuple):
    """A running server."""

    address: str
    process: subprocess.Popen


@contextmanager
def running_app(script: Path = ROOT / "streamlit_app.py") -> Iterator[str]:
    """Start `streamlit run` on a free port; gives its address, and ends it."""
    with running_server(script) as server:
        yield server.address


@contextmanager
def running_server(
    script: Path = ROOT / "streamlit_app.py", environ: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """As `running_app`, with the process to look at, and `environ` on top of this one's environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    environment = {**os.environ, **(environ or {})}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(address, server)
        yield Server(address, server)
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:  # a busy machine; nothing of the server is kept anyway
            server.kill()
            server.wait()


def launch(playwright: Playwright) -> Browser:
    """The installed Chromium; nothing is downloaded."""
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


def settle(page: Page, timeout_s: float = 60) -> None:
    """Wait until the script has ended and what it sent is drawn."""
    page.wait_for_selector("h1", timeout=timeout_s * 1000)
    page.wait_for_selector(
        "[data-testid=stApp][data-test-script-state=notRunning]", state="attached", timeout=timeout_s * 1000
    )
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(600)  # charts draw after their data has come, and say so to nobody


def at_rest(page: Page, look: Callable[[], Seen], timeout_s: float = 20, seconds: float = 0.5) -> Seen:
    """What `look` gives once it gives the same `seconds` apart: what is drawn late or moves changes till then."""
    end = time.monotonic() + timeout_s
    before, seen = None, look()
    while seen is None or seen != before:
        if time.monotonic() > end:
            raise TimeoutError(f"still changing after {timeout_s:g} s, now {seen}")
        page.wait_for_timeout(1000 * seconds)
        before, seen = seen, look()
    return seen


def height(page: Page) -> int:
    """Of the whole page: Streamlit scrolls an inner element, not the document."""
    return page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")


def _wait_until_healthy(address: str, server: subprocess.Popen, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"`streamlit run streamlit_app.py` ended at once with code {server.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the app was not healthy at {address} within {seconds:.0f} s")
