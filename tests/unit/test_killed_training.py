"""SIGKILL at twenty random moments of a training: the same command goes on, ends in the same bits, leaves no debris."""

import hashlib
import multiprocessing
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_core import data, runs, zoo
from vae_core.config import RunConfig
from vae_core.data import Mnist, Split
from vae_core.sweep import checkpoint_file, discard_checkpoint

CONFIG = RunConfig(hidden=(16,), epochs=4, batch_size=50, seed=3, snapshots=True)
KILLS = 20


def shipped_as_mnist() -> Mnist:
    digits = zoo.digits()
    images = torch.from_numpy(digits.images[::4]).unsqueeze(1) / 255
    labels, index = (torch.from_numpy(part[::4].astype(np.int64)) for part in (digits.labels, digits.index))
    held_out = data.held_out_mask(labels)  # most of so few: trained on here
    splits = [Split(images[rows], labels[rows], index[rows]) for rows in (held_out, ~held_out)]
    return Mnist(splits[0], splits[1], splits[1], digest="of the shipped digits")


def train(folder: str) -> None:
    """What `python -m vae_core train` does, in a process of its own that can be killed."""
    torch.set_num_threads(1)
    place = Path(folder)
    if zoo.has_run(CONFIG, place / "zoo"):
        return
    (place / "started").touch()
    files = runs.run_files(CONFIG, shipped_as_mnist(), checkpoint=checkpoint_file(place / "checkpoints", CONFIG))
    zoo.write_run(CONFIG, files, place / "zoo")
    discard_checkpoint(place / "checkpoints", CONFIG)


@pytest.fixture(scope="module")
def processes():
    """Children are forked from a server that has imported torch and nothing else of this process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["vae_core.runs", "vae_core.sweep"])
    return context


def spend(processes, folder: Path, patience: float | None = None) -> tuple[int, float]:
    """Run the training, killed after `patience` seconds of work; its exit code, and how long it worked."""
    (folder / "started").unlink(missing_ok=True)
    process = processes.Process(target=train, args=(str(folder),))
    process.start()
    while not (folder / "started").exists() and process.is_alive():
        time.sleep(0.005)
    start = time.monotonic()
    process.join(patience)
    process.kill()
    process.join()
    return process.exitcode, time.monotonic() - start


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of the run, without those that hold times."""
    files = (folder / "zoo" / CONFIG.run_id).iterdir()
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.name != "metrics.json"}


def test_twenty_killed_trainings_end_in_the_weights_of_an_unbroken_one(processes, tmp_path):
    whole = fresh(tmp_path / "whole")
    code, duration = spend(processes, whole)
    assert code == 0
    moments = random.Random(0)
    for moment in range(KILLS):
        patience = moments.uniform(0, duration)
        while spend(processes, fresh(tmp_path / str(moment)), patience)[0] == 0:
            patience /= 2  # it was quicker than the unbroken one: that is no death
        folder = tmp_path / str(moment)
        if (folder / "zoo" / zoo.MANIFEST).exists():  # whole or not at all
            assert zoo.has_run(CONFIG, folder / "zoo")
        if moment % 2:
            spend(processes, folder, patience)  # and once more, on its way from the checkpoint
        assert spend(processes, folder)[0] == 0
        assert hashes(folder) == hashes(whole)
        assert not list((folder / "checkpoints").glob("*"))
        left = {path.name for path in (folder / "zoo").rglob("*") if path.is_file()}
        assert left == {path.name for path in (whole / "zoo").rglob("*") if path.is_file()}


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
