"""Judging the samples of the zoo's runs, each once: `samples.json` in a run's folder, beside its other figures.

A file says which judge it is by, which weights were judged, how many samples and with which seed. One that was made
with other weights, of judge or run, counts as absent, for the reader (`zoo.sample_quality`) as for the next judging.
"""

import json
from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import torch

from vae_core import sample_quality, zoo
from vae_core.data import Mnist

SAMPLES = 10_000  # as many as MNIST has test images
SEED = 0
SHOWN = (*sample_quality.KINDS, "reconstructions")
PROTOCOL = 1  # to be raised when the same draws would give other figures


def pending(run_ids: Iterable[str], samples: int = SAMPLES, seed: int = SEED) -> list[str]:
    """The runs without a current `samples.json`, in the order given.

    Raises:
        ZooError: a run or the judge is missing.
    """
    return [run_id for run_id in run_ids if not _is_current(run_id, samples, seed)]


def judge_runs(mnist: Mnist, run_ids: Iterable[str], samples: int = SAMPLES, seed: int = SEED) -> Iterator[tuple]:
    """Judge these runs one after the other and write their files; yields each run id with what was written.

    Interrupted, it leaves whole files of the runs that were finished; `pending` names the rest.
    """
    judge = partial(sample_quality.judge_images, zoo.load_classifier(zoo.JUDGE))
    real = sample_quality.reference(mnist, judge, samples, seed)
    shipped = zoo.digits().images[:, None].astype(np.float32) / 255
    for run_id in run_ids:
        found = sample_quality.judge_run(
            zoo.load(run_id), zoo.moments(run_id), torch.from_numpy(shipped), real, judge, samples, seed
        )
        content = {
            **_provenance(run_id, samples, seed),
            "reference": f"{len(real.images)} test images of MNIST",
            "floor": real.floor.to_dict(),
            "floor_equal_shares": real.floor_equal_shares.to_dict(),
            **{name: each.to_dict() for name, each in found.items()},
        }
        zoo.add_file(run_id, zoo.SAMPLE_QUALITY, (json.dumps(content, indent=1) + "\n").encode())
        yield run_id, content


def _provenance(run_id: str, samples: int, seed: int) -> dict:
    return {
        "protocol": PROTOCOL,
        "judge": zoo.JUDGE,
        "judge_sha256": zoo.checksum(f"{zoo.JUDGE}/model.safetensors"),
        "judge_accuracy": zoo.metrics(zoo.JUDGE)["test"]["accuracy"],
        "model_sha256": zoo.checksum(f"{run_id}/model.safetensors"),
        "samples": samples,
        "seed": seed,
    }


def _is_current(run_id: str, samples: int, seed: int) -> bool:
    found = zoo.sample_quality(run_id)
    return found is not None and _provenance(run_id, samples, seed).items() <= found.items()
