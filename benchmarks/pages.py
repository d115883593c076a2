"""What a page costs the server: CPU time of its script, the seconds to a start, and memory with every model touched.

    python -m benchmarks.pages script [--repeats 15] [--pages KEY ...] [--query model=mlp-d8-b0.3]
    python -m benchmarks.pages start
    python -m benchmarks.pages memory

`script` runs every page as Streamlit does, without a server or a browser: as it stands, and after every control of the
page was moved once; times are CPU time of the script's own thread, with one thread for arithmetic as in the container,
so that a busy machine changes them little. A control inside a fragment runs the whole page here and only its fragment
in the app: what stands here is the most it can cost. `start` takes the seconds from `streamlit run` to the first page,
by its protobuf and, where there is a Chromium, as drawn. `memory` opens every page and then every model on four pages,
and prints what the server holds.
"""

import argparse
import asyncio
import logging
import re
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import psutil
import torch
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from benchmarks.student import Student
from tests.browser import running
from ui import course
from vae_core import zoo

SCRIPT_MS, START_S, MEMORY_MB = 150, 3.0, 600  # limits
PATIENCE = 120
KINDS = (
    "slider",
    "select_slider",
    "selectbox",
    "radio",
    "button_group",
    "number_input",
    "checkbox",
    "toggle",
    "button",
)
LEFT_ALONE = ("Train",)  # starts a training
TOUCHED = ("", "digit", "dimensions", "class_mixture")  # pages that load, encode and decode with the model


class Times(NamedTuple):
    """CPU milliseconds of a page's script."""

    page: str
    cold: float
    warm: list[float]
    moved: dict[str, list[float]]  # by control


def script_times(page: str, repeats: int, query: dict[str, str]) -> Times:
    """Run one page again and again, then move each of its controls."""
    app = AppTest.from_file(str(running.ROOT / "streamlit_app.py"), default_timeout=PATIENCE)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    chapter = course.chapter(page)
    cold = _cpu(lambda: app.switch_page(chapter.file).run())
    _check(app, page)
    app.run()
    warm = [_cpu(app.run) for _ in range(repeats)]
    moved: dict[str, list[float]] = {}
    for kind, index in list(_controls(app)):
        widgets = list(getattr(app.main, kind))
        if index >= len(widgets):  # an earlier move took it away
            continue
        for other in _others(kind, widgets[index]):
            label = f"{kind} {widgets[index].label or widgets[index].key}"
            move = _mover(app, kind, index, other)
            if move is not None:
                moved.setdefault(label, []).append(_cpu(move))
                _check(app, f"{page}, {label} = {other}")
    return Times(page, cold, warm, moved)


def _controls(app: AppTest) -> Iterator[tuple[str, int]]:
    for kind in KINDS:
        for index, widget in enumerate(getattr(app.main, kind)):
            if not widget.disabled and widget.label not in LEFT_ALONE:
                yield kind, index


def _others(kind: str, widget) -> list:
    """Three values to move the control to, the last two usually with warm caches."""
    if kind == "slider":
        low, high = widget.min, widget.max
        if isinstance(widget.value, list | tuple):
            return []
        middle = type(low)((low + high) / 2) if not isinstance(low, int) else (low + high) // 2
        return [middle, high, low]
    if kind == "number_input":
        step, value = widget.step or 1, widget.value or 0
        return [other for other in (value + step, value + 2 * step) if _fits(widget, other)]
    if kind in ("checkbox", "toggle"):
        return [not widget.value, widget.value]
    if kind == "button":
        return [True, True]
    options = list(widget.options)
    if kind == "select_slider" and isinstance(widget.value, int | float):  # AppTest knows them as text
        options = [type(widget.value)(option) for option in options]
    return [options[-1], options[len(options) // 2], options[0]] if kind != "button_group" else options[:3]


def _fits(widget, value) -> bool:
    return (widget.min is None or value >= widget.min) and (widget.max is None or value <= widget.max)


def _mover(app: AppTest, kind: str, index: int, value) -> Callable[[], object] | None:
    widgets = list(getattr(app.main, kind))
    if index >= len(widgets) or widgets[index].disabled:
        return None
    widget = widgets[index]
    if kind == "button":
        return lambda: widget.click().run()
    if kind == "button_group":
        if not isinstance(widget.format_func(value), str):  # AppTest knows only the text of what it stands for
            return None
        return lambda: widget.set_value(value if widget._is_single_select else [value]).run()
    return lambda: widget.set_value(value).run()


def _cpu(run: Callable[[], object]) -> float:
    """Milliseconds that the script's thread worked, without what AppTest does before and after it."""
    spent = []
    run_script = ScriptRunner._run_script

    def timed(*args, **kwargs):
        start = time.thread_time()
        try:
            return run_script(*args, **kwargs)
        finally:
            spent.append(time.thread_time() - start)

    ScriptRunner._run_script = timed
    try:
        run()
    finally:
        ScriptRunner._run_script = run_script
    return 1000 * sum(spent)


def _check(app: AppTest, what: str) -> None:
    if app.exception:
        sys.exit(f"{what}: {app.exception[0].message}")


def told(times: Times) -> tuple[str, bool]:
    """A line of the table, and whether the page keeps its limit."""
    p50, p95 = np.percentile(times.warm, [50, 95])
    worst = max(times.moved.items(), key=lambda item: np.median(item[1]), default=("", [np.nan]))
    all_moves = [each for several in times.moved.values() for each in several] or [np.nan]
    move50, move95 = np.percentile(all_moves, [50, 95])
    kept = p95 <= SCRIPT_MS
    verdict = "ok" if kept else f"OVER {SCRIPT_MS}"
    slowest = f"{np.median(worst[1]):.0f} ms {worst[0][:50]}"
    numbers = f"{times.cold:>8.0f}{p50:>8.0f}{p95:>6.0f}  {verdict:<9}{move50:>9.0f}{move95:>5.0f}"
    return f"{times.page:<18}{numbers}  {slowest}", kept


def script(options: argparse.Namespace) -> bool:
    """The table of all pages."""
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)  # outside a server Streamlit warns of much that is as it should be
    initialise = PagesManager.__init__

    def initialise_without_pages_directory(self, *args, **kwargs):
        initialise(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False  # as on a server that has seen `st.navigation`

    PagesManager.__init__ = initialise_without_pages_directory
    # A server compiles a page once, AppTest at every run, for as much time as a small page takes.
    compiled = ScriptCache()
    app_test.ScriptCache = local_script_runner.ScriptCache = lambda: compiled
    query = dict(pair.split("=", 1) for pair in options.query)
    heads = f"{'first':>8}{'p50':>8}{'p95':>6}  {'':<9}{'moves p50':>9}{'p95':>5}"
    print(f"{'CPU ms':<18}{heads}  slowest control (median)")
    kept = True
    for page in options.pages or [chapter.key for chapter in course.CHAPTERS]:
        line, fits = told(script_times(page, options.repeats, query))
        print(line, flush=True)
        kept &= fits
    return kept


def start(options: argparse.Namespace) -> bool:
    """Seconds from `streamlit run` to the first page."""
    begun = time.monotonic()
    with running.running_server() as server:
        healthy = time.monotonic() - begun

        async def visit() -> None:
            student = Student(server.address, seed=0)
            await student.open()
            await student.close()

        asyncio.run(visit())
        told_all = time.monotonic() - begun
    print(f"server answers after {healthy:.1f} s; the first page's script has ended after {told_all:.1f} s")
    if running.chromium() is None:
        return told_all <= START_S
    drawn = _drawn()
    kept = drawn <= START_S
    print(f"in Chromium the first page's text stands after {drawn:.1f} s {'ok' if kept else f'OVER {START_S:g}'}")
    return kept


def _drawn() -> float:
    """Seconds from `streamlit run` to the heading of the first page in a browser that was open before."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = running.launch(playwright)
        page = browser.new_page()
        begun = time.monotonic()
        with running.running_server() as server:
            page.goto(server.address)
            page.wait_for_selector("h1")
            drawn = time.monotonic() - begun
        browser.close()
    return drawn


def largest_caches(address: str, count: int = 12) -> str:
    """What Streamlit holds, as it counts itself: shared arrays and modules of torch not at all."""
    with urllib.request.urlopen(f"{address}/_stcore/metrics", timeout=PATIENCE) as answer:
        found = re.findall(r'cache_memory_bytes\{cache_type="([^"]*)",cache="([^"]*)"\} (\d+)', answer.read().decode())
    sizes: dict[str, float] = {}
    for kind, cache, size in found:
        sizes[f"{kind} {cache}"] = sizes.get(f"{kind} {cache}", 0) + int(size) / 1e6
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:count]
    return "\n".join(f"  {megabytes:8.1f} MB {name}" for name, megabytes in largest)


def memory(options: argparse.Namespace) -> bool:
    """Megabytes of a server on which every page and every model was opened."""
    with running.running_server() as server:
        process = psutil.Process(server.process.pid)

        def held() -> float:
            return process.memory_info().rss / 1e6

        async def visit() -> float:
            print(f"started: {held():.0f} MB")
            student = Student(server.address, seed=0, patience=PATIENCE)
            await student.open()
            print(f"first page: {held():.0f} MB")
            for chapter in course.CHAPTERS[1:]:
                await student.go(chapter.key)
            print(f"every page: {held():.0f} MB")
            for count, run in enumerate(zoo.list_runs(), start=1):
                await student.set("Model loaded", run.run_id)
                for page in TOUCHED:
                    await student.go(page)
                if count % 8 == 0:
                    print(f"{count} models: {held():.0f} MB", flush=True)
            await student.close()
            print(largest_caches(server.address))
            return held()

        last = asyncio.run(visit())
        private = process.memory_full_info().uss / 1e6
    kept = last <= MEMORY_MB
    verdict = "ok" if kept else "OVER"
    print(f"every model touched: {last:.0f} MB, {private:.0f} of it private; {verdict} (limit {MEMORY_MB})")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = {"script": script, "start": start, "memory": memory}
    parser.add_argument("what", choices=commands)
    parser.add_argument("--repeats", type=int, default=15, help="warm runs of a page (default: 15)")
    parser.add_argument("--pages", nargs="+", choices=[chapter.key for chapter in course.CHAPTERS], metavar="KEY")
    parser.add_argument("--query", nargs="+", default=[], metavar="NAME=VALUE", help="of the address")
    options = parser.parse_args()
    sys.exit(0 if commands[options.what](options) else 1)


if __name__ == "__main__":
    main()
