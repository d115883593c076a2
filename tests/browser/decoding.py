"""What a component drew beside what torch draws, and what it told the server meanwhile."""

import numpy as np
from playwright.sync_api import Locator, Page

from vae_core import traversal, zoo

GREY = 2.5 / 255  # a grey level, and the sliders' two decimals


def drawn(canvas: Locator) -> np.ndarray:
    """The picture on a canvas of 28 × 28, (28, 28) in [0, 1]."""
    levels = canvas.evaluate(
        "c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0)"
    )
    return np.array(levels).reshape(28, 28) / 255


def decoded(run_id: str, z) -> np.ndarray:
    """The same by torch."""
    return traversal.decode(zoo.load(run_id), np.asarray(z, dtype=float))


def messages(page: Page) -> list:
    """A list that grows by one with every message to the server; to be called before the page is opened."""
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    return sent


def wait_for_ink(page: Page, canvas: Locator) -> None:
    """Wait until something was drawn: the weights have come, or the server has answered."""
    canvas.wait_for()
    handle = canvas.element_handle()
    page.wait_for_function(
        "c => c.getContext('2d').getImageData(0, 0, 28, 28).data.some((v, i) => i % 4 === 0 && v > 40)",
        arg=handle,
        timeout=60_000,
    )
