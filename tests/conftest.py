"""What all tests share: the hypothesis profile, their own `__main__`, MNIST's files made of the shipped digits."""

import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from vae_core import zoo

# Two cores shared with a browser: slowness is the machine's, not the strategy's.
settings.register_profile("course", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("course")


@pytest.fixture(autouse=True)
def own_main(monkeypatch):
    """A script that AppTest ran stays `__main__`, and a process spawned by a later test would run it once more."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Tests change constants that values depend on: no folder of the developer's is to keep those."""
    monkeypatch.delenv("VAE_CACHE", raising=False)


@pytest.fixture(scope="session")
def mnist_folder(tmp_path_factory) -> Path:
    """A folder in MNIST's own file format, filled with the shipped digits over and over (no download in tests)."""
    digits = zoo.digits()
    folder = tmp_path_factory.mktemp("mnist")
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    # Interleaved, so that the first hundred of each class come from all over the file.
    order = np.random.default_rng(0).permutation(len(digits.labels))
    for name, count in (("train", 60_000), ("t10k", 10_000)):
        chosen = np.resize(order, count)
        head = struct.pack(">iiii", 2051, count, 28, 28)
        (raw / f"{name}-images-idx3-ubyte").write_bytes(head + digits.images[chosen].tobytes())
        head = struct.pack(">ii", 2049, count)
        (raw / f"{name}-labels-idx1-ubyte").write_bytes(head + digits.labels[chosen].astype(np.uint8).tobytes())
    return folder
