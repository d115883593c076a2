"""Trainings in processes of their own: what a finished one leaves, and that an ended one leaves nothing."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_core import evaluation, own_run, training_job, training_worker, zoo
from vae_core.config import ConfigError, RunConfig
from vae_core.training import StepTerms
from vae_core.training_job import TrainingJob

ROOT = Path(__file__).parents[2]
TINY = RunConfig(latent_dim=3, beta=0.5, hidden=(8,), epochs=2, batch_size=500, snapshots=True)
ENDLESS = RunConfig(latent_dim=2, epochs=1000, batch_size=100)


def eventually(condition, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Ended: not there any more, or there only to be counted."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return state in ("", "Z", "ZN", "Z+")


@pytest.fixture(scope="module")
def finished():
    job = TrainingJob(TINY, own_run.SHIPPED)
    job.run()
    assert job.progress().phase == training_job.DONE
    return job


@pytest.fixture(scope="module")
def run(finished):
    return own_run.own(finished.config, finished.files, finished.source)


@pytest.fixture
def running(tmp_path, monkeypatch):
    """A training without end, in the middle of it; temporary files of its process would lie in `tmp_path`."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    job = TrainingJob(ENDLESS, own_run.SHIPPED)
    thread = threading.Thread(target=job.run)
    thread.start()
    eventually(lambda: job.progress().step > 0)
    yield job, thread
    job.cancel()
    thread.join(30)


def test_a_finished_training_told_every_step_and_moved_its_cloud(finished):
    told = finished.progress()
    assert told.total_steps == told.step == 2 * (4000 // 500)
    assert told.steps.tolist() == list(range(1, 17))
    assert told.cloud.shape == (500, 2)
    assert np.bincount(told.labels).tolist() == [50] * 10


def test_what_is_told_is_the_history_and_the_last_cloud_is_of_the_last_weights(finished, run):
    told = finished.progress()
    np.testing.assert_allclose(told.rate, run.history["rate"], rtol=1e-5)
    np.testing.assert_allclose(told.distortion, run.history["distortion"], rtol=1e-6)
    last = run.snapshots["mean"][-1][:, list(told.plane)].astype(float)  # of all held-out digits, rounded
    shown = np.concatenate([np.flatnonzero(run.snapshots["label"] == digit)[:50] for digit in range(10)])
    np.testing.assert_allclose(told.cloud, last[np.sort(shown)], rtol=0.01, atol=2e-3)


def test_figures_are_of_digits_the_run_never_saw(run):
    digits = zoo.digits()
    splits = training_worker.shipped_splits(digits)
    assert set(splits.train.index.tolist()).isdisjoint(splits.test.index.tolist())
    assert splits.test.index.tolist() == digits.index[digits.held_out].tolist()
    assert run.metrics["test"] == evaluation.evaluate(run.vae, splits.test).to_dict()
    np.testing.assert_allclose(
        run.test_encodings.mean, evaluation.encode_split(run.vae, splits.test).mean, rtol=2e-3, atol=1e-3
    )
    assert run.moments.count.sum() == own_run.IMAGES[own_run.SHIPPED] == len(splits.train)
    said = json.loads(run.files["config.json"])
    assert (said["trained_on"][:4], said["training_images"]) == ("4000", 4000)
    assert "command" not in said  # it would train on other digits


def test_the_download_is_a_zoo_that_the_zoo_reads(run, tmp_path, monkeypatch):
    with zipfile.ZipFile(io.BytesIO(run.zip_bytes())) as archive:
        archive.extractall(tmp_path)
    monkeypatch.setenv("VAE_ZOO", str(tmp_path))
    assert zoo.verify() == {}
    assert [each.run_id for each in zoo.list_runs()] == [run.zoo_id]
    assert sorted(path.name for path in (tmp_path / run.zoo_id).iterdir()) == sorted(own_run.FILES)
    z = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(zoo.load(run.zoo_id).decode(z), run.vae.decode(z))
    assert zoo.metrics(run.zoo_id) == run.metrics
    np.testing.assert_array_equal(zoo.snapshots(run.zoo_id)["mean"], run.snapshots["mean"])


def test_every_run_has_an_id_of_its_own_and_its_configuration_otherwise(finished):
    runs = [own_run.own(finished.config, finished.files, finished.source).config for _ in range(100)]
    assert len({each.run_id for each in runs}) == 100
    assert all(own_run.is_own(each.run_id) for each in runs)
    assert not own_run.is_own(TINY.run_id)
    assert runs[0] != TINY
    assert runs[0].to_dict() == TINY.to_dict()


def test_a_cancelled_training_ends_at_once_and_leaves_no_process_no_file_and_no_result(running, tmp_path):
    job, thread = running
    process = job._process.pid
    job.cancel()
    assert job.progress().phase == training_job.CANCELLED
    thread.join(30)
    assert not thread.is_alive()
    assert is_gone(process)
    assert list(tmp_path.iterdir()) == []
    assert job.files == {}
    job.cancel()
    assert job.progress().phase == training_job.CANCELLED


def test_a_training_killed_from_outside_is_told_apart(running):
    job, thread = running
    os.kill(job._process.pid, signal.SIGKILL)
    thread.join(30)
    assert (job.progress().phase, job.progress().reason) == (training_job.FAILED, "killed")


def test_one_cancelled_while_it_waits_never_starts():
    job = TrainingJob(TINY, own_run.SHIPPED)
    job.cancel()
    job.run()
    assert job.progress().phase == training_job.CANCELLED


def test_digits_that_cannot_be_read_are_said_to_be_the_reason(tmp_path):
    job = TrainingJob(TINY, own_run.MNIST, str(tmp_path))
    job.run()
    assert (job.progress().phase, job.progress().reason) == (training_job.FAILED, "data")
    assert list(tmp_path.iterdir()) == []


def test_no_training_outlives_its_server():
    server = """
import threading, time
from vae_core.config import RunConfig
from vae_core.training_job import TrainingJob
job = TrainingJob(RunConfig(epochs=1000), "shipped digits")
threading.Thread(target=job.run).start()
while job._process is None:
    time.sleep(0.01)
print(job._process.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", server], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        worker = int(process.stdout.readline())
        assert not is_gone(worker)
        process.kill()
    eventually(lambda: is_gone(worker))


def test_a_loss_that_is_no_number_ends_the_training():
    live = training_worker.Live(lambda header: None, training_worker.shipped_splits(zoo.digits()).test)

    class State:
        step, total_steps = 1, 1

    broken = StepTerms(torch.tensor([1.0, float("nan")]), torch.tensor(1.0), torch.tensor(1.0))
    with pytest.raises(FloatingPointError) as error:
        live.on_step(State, broken)
    assert training_worker._reason(error.value) == "diverged"
    assert training_worker._reason(RuntimeError("DefaultCPUAllocator: can't allocate memory")) == "memory"
    assert training_worker._reason(RuntimeError("mat1 and mat2")) == "error"


def test_time_left_is_exact_at_a_steady_speed_and_follows_a_change():
    steady = [(10 + 0.5 * k, 20 * k) for k in range(5)]  # 40 steps a second
    assert training_job.seconds_left(steady, 400) == pytest.approx((400 - 80) / 40)
    assert training_job.seconds_left(steady[-1:], 400) is None
    assert training_job.seconds_left([(0, 5), (9, 5)], 400) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"latent_dim": 21}, "latent_dim"),
        ({"latent_dim": 1}, "latent_dim"),
        ({"latent_dim": 2.5}, "latent_dim"),
        ({"beta": 11.0}, "beta"),
        ({"beta": float("nan")}, "beta"),
        ({"epochs": 101}, "epochs"),
        ({"epochs": 11, "source": own_run.MNIST}, "epochs"),
        ({"likelihood": "categorical"}, "likelihood"),
        ({"source": "my disk"}, "digits"),
    ],
)
def test_nothing_beyond_the_bounds_is_planned(change, told):
    asked = {"latent_dim": 4, "beta": 0.5, "likelihood": "gaussian", "epochs": 5, "source": own_run.SHIPPED}
    assert own_run.plan(**asked).snapshots
    with pytest.raises(ConfigError, match=told):
        own_run.plan(**asked | change)


def test_a_calibrated_run_is_planned_without_a_weight():
    assert own_run.plan(4, 0.5, "calibrated", 5, own_run.SHIPPED).beta == 1
