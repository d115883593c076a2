"""A training that someone watches: a process of its own, what it says, and its end.

The process holds torch and the training data, so that the one that serves pages holds neither, stays quick, and can get
all of it back by killing the process. What passes between them are JSON and the bytes of a run's files
(`vae_core.frames`); nothing is pickled, and no file is written.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vae_core import frames, own_run, zoo
from vae_core.config import RunConfig

QUEUED, STARTING, TRAINING, MEASURING = "queued", "starting", "training", "measuring"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"
ENDED = (DONE, FAILED, CANCELLED)
_NICENESS = "10"  # whoever reads a page goes before
_FAREWELL_S = 5
_MARKS = 20  # reports that the speed is measured over
_ROOT = Path(__file__).parents[1]


class Progress(NamedTuple):
    """How a training stands; arrays are copies.

    Attributes:
        phase: one of `QUEUED`, `STARTING`, `TRAINING`, `MEASURING`, `DONE`, `FAILED`, `CANCELLED`.
        reason: of a failure: "diverged", "data", "memory", "killed" or "error"; else "".
        step, total_steps: 0 before the first report.
        seconds_left: of training, None before it can be estimated.
        steps, rate, distortion: (T,) each, single batches, nats per image.
        plane: the two dimensions of the highest rate, of which `cloud` (N, 2) shows μ_x of the digits `labels` (N,).
    """

    phase: str
    reason: str
    step: int
    total_steps: int
    seconds_left: float | None
    steps: np.ndarray
    rate: np.ndarray
    distortion: np.ndarray
    plane: tuple[int, int]
    cloud: np.ndarray
    labels: np.ndarray


class TrainingJob:
    """One training: `run` does it, in whatever thread calls it; the other methods may be called from any."""

    def __init__(self, config: RunConfig, source: str, data_dir: str | None = None):
        """Args: `source` and `data_dir` say what to train on; no folder means the shipped digits."""
        self.config, self.source = config, source
        self.files: dict[str, bytes] = {}  # of the finished run
        self._data_dir = data_dir
        self._lock = threading.Lock()
        self._phase, self._reason = QUEUED, ""
        self._process: subprocess.Popen | None = None
        self._step = self._total_steps = 0
        self._marks: deque[tuple[float, int]] = deque(maxlen=_MARKS)
        self._rows: tuple[list, list, list] = ([], [], [])
        self._plane, self._cloud, self._labels = (0, 1), [], []

    @property
    def ended(self) -> bool:
        return self._phase in ENDED

    def progress(self) -> Progress:
        """How it stands now."""
        with self._lock:
            return Progress(
                self._phase,
                self._reason,
                self._step,
                self._total_steps,
                seconds_left(self._marks, self._total_steps) if self._phase == TRAINING else None,
                *(np.array(column, dtype=np.float64) for column in self._rows),
                self._plane,
                np.array(self._cloud, dtype=np.float64).reshape(-1, 2),
                np.array(self._labels[: len(self._cloud)], dtype=np.int64),
            )

    def cancel(self) -> None:
        """End it at once, whatever it does; one that has ended stays as it ended."""
        with self._lock:
            if self._phase in ENDED:
                return
            self._phase = CANCELLED
            if self._process:
                self._process.kill()

    def run(self) -> None:
        """Train, and return when the process is gone."""
        with self._lock:
            if self._phase != QUEUED:
                return
            self._phase = STARTING
            try:
                self._process = _start()
            except OSError:
                self._phase, self._reason = FAILED, "error"
                return
        try:
            request = {"config": self.config.to_dict(), "data": self._data_dir}
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            for message in frames.messages(self._process.stdout):
                with self._lock:
                    self._take(message)
        except (OSError, frames.FrameError):  # it died in the middle of a word; `_end` asks how
            self._process.kill()
        finally:
            self._end()

    def _take(self, message: frames.Message) -> None:
        header = message.header
        if self._phase in ENDED:
            return
        if header["kind"] == "start":
            self._phase, self._total_steps, self._labels = TRAINING, header["total_steps"], header["labels"]
        elif header["kind"] == "progress":
            self._step = header["step"]
            self._marks.append((time.monotonic(), self._step))
            for column, name in zip(self._rows, ("steps", "rate", "distortion"), strict=True):
                column.extend(header[name])
            self._plane, self._cloud = tuple(header["plane"]), header["cloud"]
        elif header["kind"] == "measure":
            self._phase = MEASURING
        elif header["kind"] == "file" and header["name"] in own_run.FILES:
            self.files[header["name"]] = message.payload
        elif header["kind"] == "done" and set(self.files) == set(own_run.FILES):
            self._phase = DONE
        elif header["kind"] == "failed":
            self._phase, self._reason = FAILED, header["reason"]

    def _end(self) -> None:
        process = self._process
        try:
            code = process.wait(_FAREWELL_S)
        except subprocess.TimeoutExpired:  # it says no more, but lives
            process.kill()
            process.wait()
            code = 1
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # the rest of a request that nobody read
                pipe.close()
        with self._lock:
            if self._phase not in ENDED:
                self._phase, self._reason = FAILED, "killed" if code < 0 else "error"
            if self._phase != DONE:
                self.files = {}
            self._process = None


def seconds_left(marks: Sequence[tuple[float, int]], total_steps: int) -> float | None:
    """Time to the last step at the speed between the first and the last of `marks`, (seconds, step) each."""
    if len(marks) < 2 or marks[-1][1] <= marks[0][1]:
        return None
    (first_time, first_step), (last_time, last_step) = marks[0], marks[-1]
    return (total_steps - last_step) * (last_time - first_time) / (last_step - first_step)


def _start() -> subprocess.Popen:
    # One thread even where torch sees many cores; and the same zoo, though the folder it starts in may be another.
    own = {"OMP_NUM_THREADS": "1", "VAE_ZOO": str(zoo.root().resolve())}
    return subprocess.Popen(
        ["nice", "-n", _NICENESS, sys.executable, "-m", "vae_core.training_worker"],
        cwd=_ROOT,
        env=os.environ | own,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
