"""Many runs at once on Dask: processes of this machine by default, or any cluster whose scheduler can be reached.

A run travels to its worker as a configuration and comes back as the bytes of its files, so workers need MNIST and a
checkout of the same version, but no shared disk. A run whose worker is lost is given to another, which goes on from the
checkpoint if it sees the same disk. Finished runs are in the zoo, and the next sweep skips them.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import dask
from distributed import Client, KilledWorker, LocalCluster, as_completed, get_worker

from vae_core import zoo
from vae_core.config import RunConfig

TOPIC = "vae-training"
_LOST_WORKERS = 10  # a run is given up after this many workers died under it
_CONNECT_S = 60


class SweepError(RuntimeError):
    """The cluster cannot be reached or has no workers; the message says what to do."""


class Progress(NamedTuple):
    """A worker finished an epoch of a run."""

    run_id: str
    epoch: int
    epochs: int


class Outcome(NamedTuple):
    """A run is in the zoo, with its metrics, or failed, with its error."""

    config: RunConfig
    metrics: dict | None
    error: str | None


def pending_runs(configs: Iterable[RunConfig], folder: Path) -> list[RunConfig]:
    """The runs the zoo does not hold yet, unaltered and complete."""
    return [config for config in configs if not zoo.has_run(config, folder)]


def sweep(
    configs: list[RunConfig],
    data_dir: Path,
    folder: Path,
    checkpoints: Path,
    scheduler: str | None = None,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Iterator[Outcome]:
    """Train runs and write each to the zoo as it finishes.

    Args:
        configs: the runs; see `pending_runs`.
        data_dir: MNIST, as the workers see it.
        folder: the zoo to write to, on this machine.
        checkpoints: folder of checkpoints, as the workers see it.
        scheduler: address of a running scheduler; None starts a cluster of processes here.
        workers: processes of the local cluster; one a core by default.
        on_progress: called in another thread after each epoch of each run.

    Yields:
        One outcome a run, in the order they finish.

    Raises:
        SweepError: the scheduler does not answer or has no workers.
    """
    with _connect(scheduler, workers) as client:
        client.subscribe_topic(TOPIC, lambda event: on_progress(Progress(*event[1])))
        futures = {
            client.submit(
                _train,
                config.to_dict(),
                str(data_dir),
                str(checkpoints),
                key=f"train-{config.run_id}",
                pure=False,
            ): config
            for config in configs
        }
        for future in as_completed(futures, raise_errors=False):
            config = futures[future]
            error = future.exception()
            if error is not None:
                lost = isinstance(error, KilledWorker)
                yield Outcome(config, None, f"{_LOST_WORKERS} workers died under it" if lost else repr(error))
                continue
            files = future.result()
            zoo.write_run(config, files, folder)
            discard_checkpoint(checkpoints, config)
            future.release()
            yield Outcome(config, json.loads(files["metrics.json"]), None)


def checkpoint_file(checkpoints: Path, config: RunConfig) -> Path:
    """Where the checkpoint of a run lies."""
    return checkpoints / f"{config.run_id}.safetensors"


def discard_checkpoint(checkpoints: Path, config: RunConfig) -> None:
    """Delete the checkpoint of a finished run, and what processes killed in the middle of writing one left behind."""
    path = checkpoint_file(checkpoints, config)
    for file in (path, *checkpoints.glob(f".{path.name}.*")):
        file.unlink(missing_ok=True)


@contextmanager
def _connect(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    with dask.config.set(
        {
            "distributed.scheduler.allowed-failures": _LOST_WORKERS,
            # Dask has glibc give freed memory back at once; a training step frees and takes the same megabytes again,
            # and spends a third of its time in page faults.
            "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**30,
            "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**30,
            # Its profiler looks at the training thread a hundred times a second and takes the interpreter from it.
            "distributed.worker.profile.enabled": False,
        }
    ):
        if scheduler is None:
            with (
                LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=":0", memory_limit=0
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(scheduler, timeout=_CONNECT_S)
            client.wait_for_workers(1, timeout=_CONNECT_S)
        except (OSError, TimeoutError, ValueError) as error:
            raise SweepError(
                f"no scheduler with a worker answers at {scheduler}: {error}. Start one with `dask scheduler` and "
                "`dask worker ADDRESS --nthreads 1`, or leave --scheduler out to train on this machine."
            ) from error
        with client:
            yield client


def _train(fields: dict, data_dir: str, checkpoints: str) -> dict[str, bytes]:
    """Train one run in a worker and return its files."""
    import torch

    from vae_core import data, runs
    from vae_core.training import Callback

    config = RunConfig.from_dict(fields)
    worker = get_worker()

    class Report(Callback):
        def on_epoch_end(self, state):
            worker.log_event(TOPIC, (config.run_id, state.epoch, config.epochs))

    torch.set_num_threads(1)  # a core a run, and the same weights whatever the machine's number of cores
    if not hasattr(worker, "vae_mnist"):
        worker.vae_mnist = data.load_mnist(data_dir)  # once a process
    return runs.run_files(config, worker.vae_mnist, [Report()], checkpoint_file(Path(checkpoints), config))
