"""From a configuration to the files of its folder in the zoo: train, evaluate, pack."""

import json
import platform
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from vae_core import classifier, evaluation, weights, zoo
from vae_core.classifier import Classifier
from vae_core.config import RunConfig
from vae_core.data import Mnist
from vae_core.recorders import recorders
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
    clock, recording = WallTime(), recorders(config, mnist.validation)
    model = fit(config, mnist.train, (clock, *recording, *callbacks), checkpoint)
    seconds = clock.seconds
    packed = weights.pack(model)
    model = weights.unpack(config, packed)  # every figure below is of the weights that ship
    describe = _of_classifier if isinstance(model, Classifier) else _of_vae
    arrays = describe(model, mnist) | dict(zip(("history", "snapshots"), (r.arrays() for r in recording), strict=False))
    return {
        "config.json": _json_bytes(_provenance(config, mnist)),
        "model.safetensors": packed,
        "metrics.json": _json_bytes(_metrics(model, mnist, seconds)),
        **{f"{name}.npz": zoo.npz_bytes(content) for name, content in arrays.items()},
    }


def retrain_command(config: RunConfig) -> str:
    """The command that trains this run, with what differs from the defaults."""
    default = RunConfig(architecture=config.architecture, schedule=config.schedule)
    unsaid = default.to_dict() | {name: RunConfig().to_dict()[name] for name in ("architecture", "schedule")}
    words = ["python -m vae_core train"]
    for name, value in config.to_dict().items():
        if value == unsaid[name]:
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


def _metrics(model: VAE | Classifier, mnist: Mnist, seconds: float) -> dict:
    splits = {"train": mnist.train, "validation": mnist.validation, "test": mnist.test}
    if isinstance(model, Classifier):
        figures = {name: classifier.evaluate(model, split).to_dict() for name, split in splits.items()}
    else:
        # One draw of z is plenty for 59,000 images, and the training split is no one's benchmark.
        draws = {"train": 1, "validation": evaluation.SAMPLES, "test": evaluation.SAMPLES}
        figures = {name: evaluation.evaluate(model, split, draws[name]).to_dict() for name, split in splits.items()}
        figures["variance"] = model.variance
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return {**figures, "parameters": parameters, "wall_time_s": round(seconds, 1)}


def _of_vae(vae: VAE, mnist: Mnist) -> dict[str, dict[str, np.ndarray]]:
    """Class moments over the training split, and q(z|x) of the test images."""
    moments = evaluation.class_moments(evaluation.encode_split(vae, mnist.train))
    return {
        "moments": moments._asdict(),
        "encodings": _half_precision(evaluation.encode_split(vae, mnist.test)._asdict()),
    }


def _of_classifier(model: Classifier, mnist: Mnist) -> dict[str, dict[str, np.ndarray]]:
    """h(x) of the test images."""
    representation = classifier.represent_split(model, mnist.test)
    return {"encodings": _half_precision({"mean": representation, "label": mnist.test.labels.numpy()})}


def _half_precision(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array.astype(np.uint8 if name == "label" else np.float16) for name, array in arrays.items()}


def _json_bytes(value: dict) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
