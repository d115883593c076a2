"""One progress line a run on a terminal; elsewhere only the line that ends it."""

import sys
import threading

from tqdm import tqdm

from vae_core.sweep import Progress


class ProgressLines:
    """Bars by run id; `update` may be called from any thread."""

    def __init__(self):
        self._bars: dict[str, tqdm] = {}
        self._finished: set[str] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> "ProgressLines":
        return self

    def __exit__(self, *exception) -> None:
        with self._lock:
            for bar in self._bars.values():
                bar.close()

    def update(self, progress: Progress) -> None:
        """Show that a run has finished an epoch."""
        with self._lock:
            if progress.run_id in self._finished:
                return
            if progress.run_id not in self._bars:
                shown = {"disable": not sys.stderr.isatty(), "leave": False, "unit": "epoch"}
                self._bars[progress.run_id] = tqdm(total=progress.epochs, desc=progress.run_id, **shown)
            bar = self._bars[progress.run_id]
            bar.n = progress.epoch
            bar.refresh()

    def finish(self, run_id: str, text: str) -> None:
        """Replace a run's bar by its last line."""
        with self._lock:
            self._finished.add(run_id)
            if bar := self._bars.pop(run_id, None):
                bar.close()
            tqdm.write(text, file=sys.stdout)
            sys.stdout.flush()
