"""How long a student waits for a picture: components that decode in the browser, beside `st.slider`.

    python -m benchmarks.browser [--run mlp-d8-b1] [--moves 240]

The app runs on this machine and is driven by a real Chromium, 60 pointer moves a second at most. Times are from an
event's arrival in the page to the first task after the frame that shows its picture; for `st.slider`, from the key to
the frame with the new picture. Bytes are what a page with the component fetches and is sent beyond Streamlit's own:
weights, the component's message, the pictures in it. Close other programs: frames are dropped where cores are busy.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.browser import running
from tests.browser.decoding import wait_for_ink

FRAME, DRAWN, WIRE = 16, 25, 1.5e6  # limits: ms at the 95th percentile, bytes

# Times every event of a kind: from its arrival, before any listener has it, to the task after the next frame.
TIMER = """(kind) => {
    const times = (window.times = []);
    const channel = new MessageChannel();
    let started = null;
    channel.port1.onmessage = () => { if (started !== null) times.push(performance.now() - started); started = null; };
    window.addEventListener(kind, () => {
        if (started !== null) return;
        started = performance.now();
        requestAnimationFrame(() => channel.port2.postMessage(null));
    }, true);
}"""
# The same for a picture that comes from the server: from the key to the task after the frame with another picture.
PICTURE_TIMER = """() => new Promise((done) => {
    const start = performance.now();
    const picture = () => document.querySelector("[data-testid=stImage] img").src;
    const before = picture();
    const end = () => done(performance.now() - start);
    const look = () => (picture() === before ? requestAnimationFrame(look) : setTimeout(end));
    requestAnimationFrame(look);
})"""
PEER = """
import sys
sys.path.insert(0, {root!r})
import streamlit as st
from ui import figures, models
from vae_core import traversal
import numpy as np
value = st.slider("z", -3.0, 3.0, 0.0, 0.05)
z = np.zeros(models.vae({run!r}).config.latent_dim)
z[0] = value
st.title("peer")
figures.picture(traversal.decode(models.vae({run!r}), z), "digit", width=300)
"""


class Row(NamedTuple):
    """One line of the table."""

    name: str
    times: list[float]  # ms
    limit: float | None
    messages: int | None  # to the server while dragging
    wire: int | None  # bytes


class Wire:
    """What a page sends and is sent."""

    def __init__(self, page: Page, component: bytes):
        self.sent = self.fetched = self.told = 0
        page.on("websocket", lambda socket: self._listen(socket, component))
        client = page.context.new_cdp_session(page)
        client.send("Network.enable")
        urls = {}
        client.on("Network.responseReceived", lambda e: urls.update({e["requestId"]: e["response"]["url"]}))
        client.on("Network.loadingFinished", lambda e: self._fetched(urls.get(e["requestId"], ""), e))

    def _listen(self, socket, component: bytes) -> None:
        def received(frame) -> None:
            if isinstance(frame, bytes) and component in frame:
                self.told += len(frame)

        def sent(frame) -> None:
            self.sent += 1

        socket.on("framereceived", received)
        socket.on("framesent", sent)

    def _fetched(self, url: str, event: dict) -> None:
        if "/app/static/" in url:
            self.fetched += int(event["encodedDataLength"])

    @property
    def bytes(self) -> int:
        return self.fetched + self.told


def opened(page: Page, address: str) -> None:
    page.goto(address)
    running.settle(page)


def sliders(page: Page, app: str, run: str, moves: int) -> Row:
    """Drag one slider to and fro."""
    wire = Wire(page, b"latent_sliders")
    opened(page, f"{app}/sliders?model={run}")
    wait_for_ink(page, page.locator("canvas.digit"))
    handle = page.locator(".on input").first
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    loaded = wire.bytes
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.evaluate(TIMER, "input")
    before = wire.sent
    for turn in np.linspace(0, 12 * np.pi, moves):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.45 * np.sin(turn)), middle)
    page.wait_for_timeout(100)
    row = Row("latent_sliders, dragged", page.evaluate("() => window.times"), FRAME, wire.sent - before, loaded)
    page.mouse.up()
    return row


def latent_map(page: Page, app: str, run: str, moves: int) -> Row:
    """Move over Welcome's map."""
    wire = Wire(page, b"latent_map")
    opened(page, f"{app}/?model={run}")
    stage = page.locator(".stage").first
    stage.evaluate("e => e.scrollIntoView({ block: 'center' })")
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_for_ink(page, page.locator("canvas.digit").first)
    loaded, before = wire.bytes, wire.sent
    page.evaluate(TIMER, "pointermove")
    for turn in np.linspace(0, 6 * np.pi, moves):
        across, down = 0.5 + 0.4 * np.cos(turn), 0.5 + 0.4 * np.sin(1.3 * turn)
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
    page.wait_for_timeout(100)
    return Row("latent_map, hovered", page.evaluate("() => window.times"), FRAME, wire.sent - before, loaded)


def drawing(page: Page, app: str, run: str, moves: int) -> Row:
    """Draw on the pad: brought into MNIST's form, encoded, decoded, placed and named with every move."""
    wire = Wire(page, b"drawing")
    opened(page, f"{app}/draw?model={run}")
    pad = page.get_by_role("application", name="Drawing pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    wait_for_ink(page, page.locator("canvas.redrawn"))
    loaded, before = wire.bytes, wire.sent
    page.evaluate(TIMER, "pointermove")
    for turn in np.linspace(0, 4 * np.pi, moves):
        across, down = 0.35 * np.sin(turn) * np.cos(turn / 5), 0.4 * np.cos(1.5 * turn)
        page.mouse.move(middle[0] + across * box["width"], middle[1] + down * box["height"])
    page.wait_for_timeout(100)
    row = Row("drawing, drawn on", page.evaluate("() => window.times"), DRAWN, wire.sent - before, loaded)
    page.mouse.up()
    return row


def peer(page: Page, app: str, run: str, moves: int) -> Row:
    """Streamlit's own slider, which sends on release and for every key."""
    with peer_app(run) as address:
        opened(page, address)
        page.get_by_role("slider").focus()
        times = []
        for _ in range(min(moves // 4, 50)):
            watched = page.evaluate_handle(f"() => ({{ time: ({PICTURE_TIMER})() }})")
            page.keyboard.press("ArrowRight")
            times.append(watched.evaluate("(watched) => watched.time"))
        wire = Wire(page, b"")
        opened(page, address)
        handle = page.get_by_role("slider")
        box = handle.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        before = wire.sent
        for far in range(0, 120, 3):
            page.mouse.move(box["x"] + far, box["y"] + box["height"] / 2)
        dragging = wire.sent - before
        page.mouse.up()
    return Row("st.slider, by key (a drag shows nothing)", times, None, dragging, None)


ROWS = (sliders, latent_map, drawing, peer)


@contextmanager
def peer_app(run: str) -> Iterator[str]:
    """A page of one `st.slider` and the picture it decodes, served by Streamlit as the course is."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "peer.py"
        script.write_text(PEER.format(run=run, root=str(running.ROOT)))
        with running.running_app(script) as address:
            yield address


def told(row: Row) -> str:
    p50, p95 = np.percentile(row.times, [50, 95])
    verdict = "" if row.limit is None else f"{'ok' if p95 <= row.limit else 'OVER'} (limit {row.limit:g})"
    wire = "" if row.wire is None else f"{row.wire / 1e6:.2f} MB {'ok' if row.wire <= WIRE else 'OVER'}"
    messages = "" if row.messages is None else str(row.messages)
    return f"{row.name:<42}{len(row.times):>7}{p50:>8.1f}{p95:>8.1f}  {verdict:<16}{messages:>9}  {wire}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default="mlp-d8-b1", help="model of the zoo (default: mlp-d8-b1)")
    parser.add_argument("--moves", type=int, default=240, help="pointer moves of a row (default: 240)")
    options = parser.parse_args()
    if running.chromium() is None:
        sys.exit("no Chromium: install one, or name it in the environment variable CHROMIUM")
    print(f"{options.run}; ms from event to painted frame")
    print(f"{'':<42}{'frames':>7}{'p50':>8}{'p95':>8}  {'':<16}{'messages':>9}  beyond Streamlit's own")
    with running.running_app() as app, sync_playwright() as playwright:
        browser = running.launch(playwright)
        for measure in ROWS:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            print(told(measure(context.new_page(), app, options.run, options.moves)))
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
