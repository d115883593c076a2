"""From a configuration to the files of its folder in the zoo: train, evaluate, pack."""

import json
import platform
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from vae_core import evaluation, weights, zoo
from vae_core.config import RunConfig
from vae_core.data import Mnist
from vae_core.recorders import HistoryRecorder, SnapshotRecorder
from vae_core.training import Callback, TrainingState, fit
from vae_core.vae import VAE


class WallTime(Callback):
    """Seconds of training, summed over the processes of a resumed run."""

    def __init__(self):
        self._before = 0.0
        self._start = time.monotonic()

    def on_start(self, state: TrainingState) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        return self._before + time.monotonic() - self._start

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {"seconds": torch.tensor(self.seconds, dtype=torch.float64)}

    def load_state_dict(self, tensors: dict[str, torch.Tensor]) -> None:
        self._before = float(tensors["seconds"])


def run_files(
    config: RunConfig, mnist: Mnist, callbacks: Iterable[Callback] = (), checkpoint: Path | None = None
) -> dict[str, bytes]:
    """Train a run (or resume it) and return every file of its folder; writes nothing but the checkpoint."""
    clock, history = WallTime(), HistoryRecorder()
    recorders: list[Callback] = [clock, history]
    if config.snapshots:
        recorders.append(SnapshotRecorder(mnist.validation))
    vae = fit(config, mnist.train, (*recorders, *callbacks), checkpoint)
    seconds = clock.seconds
    packed = weights.pack(vae)
    vae = weights.unpack(config, packed)  # every figure below is of the weights that ship
    files = {
        "config.json": _json_bytes(_provenance(config, mnist)),
        "model.safetensors": packed,
        "metrics.json": _json_bytes(_metrics(vae, mnist, seconds)),
        "history.npz": zoo.npz_bytes(history.arrays()),
        "moments.npz": zoo.npz_bytes(evaluation.class_moments(evaluation.encode_split(vae, mnist.train))._asdict()),
        "encodings.npz": zoo.npz_bytes(_half_precision(evaluation.encode_split(vae, mnist.test))),
    }
    if config.snapshots:
        files["snapshots.npz"] = zoo.npz_bytes(recorders[-1].arrays())
    return files


def retrain_command(config: RunConfig) -> str:
    """The command that trains this run, with what differs from the defaults."""
    default = RunConfig()
    words = ["python -m vae_core train"]
    for name, value in config.to_dict().items():
        if value == default.to_dict()[name]:
            continue
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            words.append(flag)
        elif isinstance(value, list):
            words.append(f"{flag} {','.join(str(width) for width in value)}")
        else:
            words.append(f"{flag} {value:g}" if isinstance(value, float) else f"{flag} {value}")
    return " ".join([*words, "--data DIR"])


def _provenance(config: RunConfig, mnist: Mnist) -> dict:
    return {
        **config.to_dict(),
        "run_id": config.run_id,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        "threads": torch.get_num_threads(),
        "data_sha256": mnist.digest,
        "training_images": len(mnist.train),
        "command": retrain_command(config),
    }


def _metrics(vae: VAE, mnist: Mnist, seconds: float) -> dict:
    splits = {"train": mnist.train, "validation": mnist.validation, "test": mnist.test}
    # One draw of z is plenty for 59,000 images, and the training split is no one's benchmark.
    draws = {"train": 1, "validation": evaluation.SAMPLES, "test": evaluation.SAMPLES}
    figures = {name: evaluation.evaluate(vae, split, draws[name]).to_dict() for name, split in splits.items()}
    parameters = sum(parameter.numel() for parameter in vae.parameters())
    return {**figures, "variance": vae.variance, "parameters": parameters, "wall_time_s": round(seconds, 1)}


def _half_precision(encodings: evaluation.Encodings) -> dict[str, np.ndarray]:
    return {
        "mean": encodings.mean.astype(np.float16),
        "logvar": encodings.logvar.astype(np.float16),
        "label": encodings.label.astype(np.uint8),
    }


def _json_bytes(value: dict) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
