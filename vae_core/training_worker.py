"""One training in a process of its own, for a server that must go on answering: `python -m vae_core.training_worker`.

A line of JSON comes in through stdin, {"config": …, "data": folder of MNIST or null for the shipped digits}; messages
(`vae_core.frames`) go out through stdout:

    start     total_steps, labels of the digits that the cloud shows
    progress  step; steps, rate, distortion (lists, nats per image) since the last one; rate_per_dimension;
              plane (two dimensions) and cloud (their μ_x of the digits)
    measure   training has ended, the figures are being computed
    file      name; a file of the run's folder is the payload
    done      all files have been sent
    failed    reason: "diverged", "data", "memory" or "error"; the traceback goes to stderr, which is the server's log

The process uses one thread, writes no file, and ends when stdin does: it cannot outlive the server.
"""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import BinaryIO

import torch

from vae_core import data, frames, own_run, runs, zoo
from vae_core.config import RunConfig
from vae_core.data import Mnist, Split
from vae_core.recorders import recorded_steps
from vae_core.training import Callback, StepTerms, TrainingState

_EVERY_S = 0.5
_CLOUD_PER_CLASS = 50
_SMOOTHED = 20  # batches whose mean rate decides which two dimensions are shown


def shipped_splits(digits: zoo.Digits) -> Mnist:
    """The shipped digits as a data set: 4,000 to train on; the 1,000 held out are both validation and test."""
    images = torch.from_numpy(digits.images).float().div(255).unsqueeze(1)  # (5000, 1, 28, 28)
    labels, index = (torch.from_numpy(array).long() for array in (digits.labels, digits.index))
    held_out = torch.from_numpy(digits.held_out)
    train, unseen = (Split(images[mask], labels[mask], index[mask]) for mask in (~held_out, held_out))
    return Mnist(train, unseen, unseen, zoo.checksum(zoo.DIGITS))


class Live(Callback):
    """Says how a run is going: every step's rate and distortion, thinned as its history is, and a cloud of digits."""

    def __init__(self, send: Callable[[dict], None], digits: Split, every_s: float = _EVERY_S):
        shown = _rank(digits.labels) < _CLOUD_PER_CLASS
        self._send, self._every_s = send, every_s
        self._images, self._labels = digits.images[shown], digits.labels[shown]
        self._rows: list[torch.Tensor] = []
        self._recent: list[torch.Tensor] = []
        self._wanted: set[int] = set()
        self._sent = time.monotonic()

    def on_start(self, state: TrainingState) -> None:
        self._wanted = set(recorded_steps(state.total_steps).tolist())
        self._send({"kind": "start", "total_steps": state.total_steps, "labels": self._labels.tolist()})

    def on_step(self, state: TrainingState, terms: StepTerms) -> None:
        self._recent = [*self._recent[1 - _SMOOTHED :], terms.rate_per_dimension]
        if state.step in self._wanted:
            step = torch.tensor([float(state.step)])
            self._rows.append(torch.cat([step, terms.rate_per_dimension.sum().view(1), terms.distortion.view(1)]))
        last = state.step == state.total_steps
        if last or time.monotonic() - self._sent >= self._every_s:
            self._report(state)
        if last:
            self._send({"kind": "measure"})

    @torch.no_grad()
    def _report(self, state: TrainingState) -> None:
        rates = torch.stack(self._recent).mean(0)  # (d,)
        rows = torch.stack(self._rows) if self._rows else torch.empty(0, 3)
        if not (torch.isfinite(rows).all() and torch.isfinite(rates).all()):
            raise FloatingPointError(f"the loss is no longer finite at step {state.step}")
        plane = sorted(rates.argsort(descending=True)[:2].tolist())
        mean, _ = state.model.encode(self._images)
        step, rate, distortion = rows.T.tolist()
        self._send(
            {
                "kind": "progress",
                "step": state.step,
                "steps": [int(number) for number in step],
                "rate": rate,
                "distortion": distortion,
                "rate_per_dimension": rates.tolist(),
                "plane": plane,
                "cloud": mean[:, plane].nan_to_num().double().round(decimals=3).tolist(),
            }
        )
        self._rows, self._sent = [], time.monotonic()


def work(config: RunConfig, folder: str | None, send: Callable[..., None]) -> None:
    """Train a run, telling of it, and send its files.

    Args:
        folder: MNIST, in torchvision's layout; None for the shipped digits.
        send: called with a header and perhaps a payload.
    """
    torch.set_num_threads(1)
    mnist = data.load_mnist(folder, download=False) if folder else shipped_splits(zoo.digits())
    files = runs.run_files(config, mnist, [Live(send, mnist.validation)])
    if folder is None:
        files["config.json"] = _of_shipped_digits(files["config.json"], len(mnist.train), len(mnist.test))
    for name in own_run.FILES:
        send({"kind": "file", "name": name}, files[name])
    send({"kind": "done"})


def _of_shipped_digits(text: bytes, trained_on: int, measured_on: int) -> bytes:
    """A provenance that says which digits; the command line trains on all of MNIST and is no way back to this run."""
    fields = json.loads(text)
    del fields["command"]
    fields["trained_on"] = f"{trained_on} of the digits shipped with the app"
    fields["measured_on"] = f"the {measured_on} shipped digits held out from training"
    return (json.dumps(fields, indent=1) + "\n").encode()


def _rank(labels: torch.Tensor) -> torch.Tensor:
    """How many images of the same class come before each: labels (N,) -> (N,) int64."""
    one_hot = torch.nn.functional.one_hot(labels)  # (N, K)
    return (one_hot.cumsum(0) * one_hot).sum(1) - 1


def _end_with(server: BinaryIO) -> None:
    server.read()  # until its end: no one wants the run any more
    os._exit(1)


def main() -> int:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between messages
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with, args=(sys.stdin.buffer,), daemon=True).start()

    def send(header: dict, payload: bytes = b"") -> None:
        frames.write(out, header, payload)

    try:
        work(RunConfig.from_dict(request["config"]), request["data"], send)
    except BrokenPipeError:
        return 1
    except Exception as error:
        traceback.print_exc()
        send({"kind": "failed", "reason": _reason(error)})
        return 1
    return 0


def _reason(error: Exception) -> str:
    if isinstance(error, FloatingPointError):
        return "diverged"
    if isinstance(error, data.DataError | zoo.ZooError):
        return "data"
    # torch has no error of its own for a machine without memory to give
    return "memory" if isinstance(error, MemoryError) or "allocate memory" in str(error) else "error"


if __name__ == "__main__":
    # Buffered stdin is locked while the other thread reads it; leave without the interpreter's own farewell.
    code = main()
    sys.stderr.flush()
    os._exit(code)
