"""Sweeps on real Dask processes, here and on a cluster: a killed worker's run is finished by another, equal."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from distributed import Client

from vae_core import sweep, zoo
from vae_core.config import RunConfig

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # distributed leaves sockets to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).parents[2]
RUNS = [RunConfig(hidden=(16,), epochs=epochs, batch_size=500, seed=1) for epochs in (1, 4)]


def weights(folder, config) -> str:
    return hashlib.sha256((folder / config.run_id / "model.safetensors").read_bytes()).hexdigest()


@contextmanager
def started(arguments: list[str], log: Path, says: str) -> Iterator[subprocess.Popen]:
    """A process from the command line, once its log matches `says`; ended with everything it started."""
    with log.open("w") as out:
        process = subprocess.Popen(arguments, stdout=out, stderr=out, cwd=ROOT, start_new_session=True)
    try:
        wait_for(lambda: re.search(says, log.read_text()), log)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(condition, log: Path, seconds: float = 120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing came of it in {seconds} s; the log says:\n{log.read_text()}")


def test_sweep_on_a_cluster_survives_a_killed_worker_with_the_weights_of_a_local_one(mnist_folder, tmp_path):
    local, remote = tmp_path / "local", tmp_path / "remote"
    outcomes = list(sweep.sweep(RUNS, mnist_folder, local, tmp_path / "a", workers=2))
    assert {outcome.config for outcome in outcomes} == set(RUNS)
    assert all(outcome.error is None and outcome.metrics["test"]["images"] == 10_000 for outcome in outcomes)
    assert sweep.pending_runs(RUNS, local) == []

    wanted, checkpoints = tmp_path / "runs.json", tmp_path / "b"
    wanted.write_text(json.dumps([config.to_dict() for config in RUNS]))
    command = [sys.executable, "-m", "vae_core", "sweep", "--runs", str(wanted), "--data", str(mnist_folder)]
    command += ["--zoo", str(remote), "--checkpoints", str(checkpoints)]
    dask = [sys.executable, "-m", "dask"]
    # As separate processes from the command line; without a nanny, so that a killed worker is not started again.
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", ":0"]
    with ExitStack() as stack:
        log = tmp_path / "scheduler.log"
        stack.enter_context(started(scheduler, log, r"Scheduler at:\s+tcp://\S+"))
        address = re.search(r"Scheduler at:\s+(tcp://\S+)", log.read_text())[1]
        worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        worker += ["--local-directory", str(tmp_path)]
        logs = [tmp_path / f"worker-{number}.log" for number in range(2)]
        workers = [stack.enter_context(started(worker, each, "Registered to")) for each in logs]
        log = tmp_path / "sweep.log"
        with log.open("w") as out:
            sweeping = subprocess.Popen([*command, "--scheduler", address], stdout=out, stderr=out, cwd=ROOT)
        # The longer run has begun and is not done: whoever trains it dies.
        checkpoint = sweep.checkpoint_file(checkpoints, RUNS[1])
        wait_for(lambda: checkpoint.exists() or sweeping.poll() is not None, log)
        with Client(address, timeout=30) as client:
            at_work = client.processing()
            pids = client.run(os.getpid)
        holder = next(each for each, keys in at_work.items() if f"train-{RUNS[1].run_id}" in map(str, keys))
        os.kill(pids[holder], signal.SIGKILL)
        killed = next(process for process in workers if process.pid == pids[holder])
        assert killed.wait(timeout=10) == -signal.SIGKILL
        assert sweeping.poll() is None
        assert sweeping.wait(timeout=240) == 0, log.read_text()
    assert log.read_text().count("test −ELBO") == len(RUNS)
    for config in RUNS:
        assert weights(local, config) == weights(remote, config)
    assert not list(checkpoints.iterdir())


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
