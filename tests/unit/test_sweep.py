"""A sweep on real Dask processes: finished runs are skipped, a killed worker's run is finished by another, equal."""

import hashlib
import os
import signal
import threading
import time
from contextlib import contextmanager

import pytest
from distributed import Client, LocalCluster

from vae_core import sweep, zoo
from vae_core.config import RunConfig

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # distributed leaves sockets to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

RUNS = [RunConfig(hidden=(16,), epochs=epochs, batch_size=500, seed=1) for epochs in (2, 6)]


def weights(folder, config) -> str:
    return hashlib.sha256((folder / config.run_id / "model.safetensors").read_bytes()).hexdigest()


@contextmanager
def cluster():
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=0) as processes,
        Client(processes) as client,
    ):
        yield processes, client


def test_sweep_by_a_scheduler_survives_a_killed_worker_with_equal_weights(mnist_folder, tmp_path):
    local, remote = tmp_path / "local", tmp_path / "remote"
    outcomes = list(sweep.sweep(RUNS, mnist_folder, local, tmp_path / "a", workers=2))
    assert {outcome.config for outcome in outcomes} == set(RUNS)
    assert all(outcome.error is None and outcome.metrics["test"]["images"] == 10_000 for outcome in outcomes)
    assert sweep.pending_runs(RUNS, local) == []

    with cluster() as (processes, client):
        reached = threading.Event()
        seen = []

        def on_progress(progress):
            seen.append(progress)
            if progress.run_id == RUNS[1].run_id and progress.epoch == 2:
                reached.set()

        def kill_the_worker():
            assert reached.wait(60)
            key = f"train-{RUNS[1].run_id}"
            holder = next(address for address, keys in client.processing().items() if key in map(str, keys))
            pid = client.run(os.getpid, workers=[holder])[holder]
            os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=kill_the_worker)
        killer.start()
        address = processes.scheduler_address
        outcomes = list(
            sweep.sweep(RUNS, mnist_folder, remote, tmp_path / "b", scheduler=address, on_progress=on_progress)
        )
        killer.join()
    assert [outcome.error for outcome in outcomes] == [None, None]
    epochs = [progress.epoch for progress in seen if progress.run_id == RUNS[1].run_id]
    assert max(epochs) == 6
    for config in RUNS:
        assert weights(local, config) == weights(remote, config)
    assert not list((tmp_path / "b").iterdir())


def test_an_altered_run_is_pending_again(tmp_path):
    zoo.write_run(RUNS[0], {"config.json": b"{}"}, tmp_path)
    assert sweep.pending_runs(RUNS, tmp_path) == [RUNS[1]]
    (tmp_path / RUNS[0].run_id / "config.json").write_bytes(b"[]")
    assert sweep.pending_runs(RUNS, tmp_path) == RUNS


def test_no_scheduler_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep, "_CONNECT_S", 1)
    start = time.monotonic()
    with pytest.raises(
        sweep.SweepError, match=r"no scheduler with a worker answers at tcp://127.0.0.1:9.*dask scheduler"
    ):
        list(sweep.sweep(RUNS, tmp_path, tmp_path, tmp_path, scheduler="tcp://127.0.0.1:9"))
    assert time.monotonic() - start < 30
