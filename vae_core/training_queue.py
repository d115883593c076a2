"""Whose turn it is to train: at most so many at a time, the rest in the order they came.

A training ends early when it is cancelled, or when the one who wanted it has been away for a while.
"""

import threading
import time
from collections.abc import Callable, Mapping

from vae_core.training_job import TrainingJob

CAPACITY = "VAE_TRAININGS"  # environment variable: how many at a time
_DEFAULT_CAPACITY = 1
_WATCH_S = 0.5


def capacity(environ: Mapping[str, str]) -> int:
    """How many trainings a server runs at a time, from `VAE_TRAININGS`; 0 allows none, 1 is the default.

    Raises:
        ValueError: not a whole number from 0 to 64.
    """
    text = environ.get(CAPACITY, "").strip()
    if not text:
        return _DEFAULT_CAPACITY
    if not (text.isascii() and text.isdigit() and int(text) <= 64):
        raise ValueError(f"{CAPACITY} is {text!r}; allowed: a whole number from 0 (nobody may train) to 64")
    return int(text)


class TrainingQueue:
    """A waiting room for `TrainingJob`s; every method may be called from any thread."""

    def __init__(self, capacity: int, grace_s: float = 10):
        """Args: `capacity` trainings run at a time; who is away for `grace_s` seconds loses their turn."""
        self._capacity, self._grace_s = capacity, grace_s
        self._changed = threading.Condition()
        self._waiting: list[TrainingJob] = []
        self._running: list[TrainingJob] = []
        self._present: dict[TrainingJob, Callable[[], bool]] = {}
        self._seen: dict[TrainingJob, float] = {}
        self._watcher: threading.Thread | None = None

    def submit(self, job: TrainingJob, present: Callable[[], bool] = lambda: True) -> None:
        """Put a job at the end of the queue.

        Args:
            present: asked now and then whether the one who wants it is still there.
        """
        with self._changed:
            self._waiting.append(job)
            self._present[job], self._seen[job] = present, time.monotonic()
            self._fill()
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="training-watch", daemon=True)
                self._watcher.start()

    def place(self, job: TrainingJob) -> int:
        """1 for the one whose turn is next, 0 for one that does not wait."""
        with self._changed:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def cancel(self, job: TrainingJob) -> None:
        """End a job, or take it out of the queue."""
        job.cancel()
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
                self._forget(job)

    def close(self, timeout_s: float = 10) -> None:
        """Cancel all there is and wait until their processes are gone."""
        with self._changed:
            jobs = [*self._waiting, *self._running]
        for job in jobs:
            self.cancel(job)
        with self._changed:
            self._changed.wait_for(lambda: not self._running, timeout_s)

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._capacity:
            job = self._waiting.pop(0)
            self._running.append(job)
            threading.Thread(target=self._run, args=(job,), name="training", daemon=True).start()

    def _run(self, job: TrainingJob) -> None:
        try:
            job.run()
        finally:
            with self._changed:
                self._running.remove(job)
                self._forget(job)
                self._fill()
                self._changed.notify_all()

    def _forget(self, job: TrainingJob) -> None:
        del self._present[job], self._seen[job]

    def _watch(self) -> None:
        while True:
            time.sleep(_WATCH_S)
            with self._changed:
                if not self._present:
                    self._watcher = None
                    return
                present = dict(self._present)
            now = time.monotonic()
            there = [job for job, is_present in present.items() if is_present()]
            with self._changed:
                for job in there:
                    if job in self._seen:
                        self._seen[job] = now
                gone = [job for job, seen in self._seen.items() if now - seen > self._grace_s]
            for job in gone:
                self.cancel(job)
