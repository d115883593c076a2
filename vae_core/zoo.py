"""The model zoo: trained runs under `pretrained/`, read with their checksums, written whole or not at all.

    from vae_core import zoo
    zoo.list_runs()                       # -> list[RunConfig]
    vae = zoo.load("mlp-d2-b1")           # -> VAE in eval mode on CPU
    mean, logvar = vae.encode(images)

`manifest.json` names every file with its SHA-256. Nothing is read without comparing it, and no file is unpickled. The
zoo read is the folder `pretrained/` of this checkout, or the one named by the environment variable `VAE_ZOO`.
"""

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vae_core import contents
from vae_core.config import ConfigError, RunConfig
from vae_core.encodings import ClassMoments, Encodings
from vae_core.files import write_atomically

if TYPE_CHECKING:
    from vae_core.classifier import Classifier
    from vae_core.vae import VAE

FORMAT = 1
DIGITS = "digits.npz"
MANIFEST = "manifest.json"
SAMPLE_QUALITY = "samples.json"
JUDGE = "classifier-conv-d32"  # the classifier in whose features samples are compared


class ZooError(RuntimeError):
    """Something of the zoo is missing, damaged or foreign; the message names the file and how to get it back."""


class Digits(NamedTuple):
    """The digits shipped with the app: real MNIST training images, 500 a class.

    `images` (5000, 28, 28) uint8, `labels` (5000,), `index` (5000,) in MNIST's training file, and `held_out` (5000,)
    bool, true for the 100 a class that no model of the zoo was trained on.
    """

    images: np.ndarray
    labels: np.ndarray
    index: np.ndarray
    held_out: np.ndarray


def root() -> Path:
    """The folder of the zoo."""
    return Path(os.environ.get("VAE_ZOO") or Path(__file__).parents[1] / "pretrained")


def list_runs() -> list[RunConfig]:
    """The VAEs of the manifest, ordered by architecture, likelihood, latent_dim, beta, schedule and seed.

    Raises:
        ZooError: the manifest is missing or damaged.
    """
    return [run for run in _all_runs() if not run.is_classifier]


def list_classifiers() -> list[RunConfig]:
    """The classifiers of the manifest, in the same order; raises as `list_runs` does."""
    return [run for run in _all_runs() if run.is_classifier]


def load(run_id: str) -> "VAE":
    """A trained VAE: eval mode, CPU, float32; its weights are not to be changed.

    Raises:
        ZooError: unknown run, or a classifier; missing, altered or unreadable file.
    """
    return _load(run_id, classifier=False)


def load_classifier(run_id: str) -> "Classifier":
    """A trained classifier, as `load` loads a VAE; raises likewise."""
    return _load(run_id, classifier=True)


def _load(run_id: str, classifier: bool):
    import torch
    from safetensors import SafetensorError

    from vae_core import weights

    config = _config(run_id, _entry(run_id))
    if config.is_classifier != classifier:
        kind, other = ("VAE", "load") if classifier else ("classifier", "load_classifier")
        raise ZooError(f"{run_id} is a {kind}; load it with zoo.{other}")
    name = f"{run_id}/model.safetensors"
    data = read_file(name)
    try:
        model = weights.unpack(config, data)
    except (SafetensorError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ZooError(f"{name} does not hold the weights of {run_id}: {error}. {_restore(name)}") from error
    # A sum is quicker asked, and finite where every weight is: they are stored in float16, which cannot overflow it.
    if not all(torch.isfinite(tensor.sum()) for tensor in model.state_dict().values()):
        raise ZooError(f"{name} holds weights that are not finite. {_restore(name)}")
    return model.requires_grad_(False)


def metrics(run_id: str) -> dict:
    """`metrics.json` of a run: figures on `train`, `validation` and `test`, `parameters`, `wall_time_s`.

    The figures are those of `evaluation.Figures`, or `classifier.ClassifierFigures`.
    """
    found = _json(f"{run_id}/metrics.json")
    with _fitting(f"{run_id}/metrics.json"):
        contents.check_metrics(found, _config(run_id, _entry(run_id)))
    return found


def history(run_id: str) -> dict[str, np.ndarray]:
    """`history.npz` of a run: see `recorders.HistoryRecorder.arrays`, or `ClassifierHistoryRecorder`'s."""
    return _arrays(run_id, "history")


def moments(run_id: str) -> ClassMoments:
    """Mean, covariance and count of p(z|C) for the ten classes, over the whole training split."""
    return ClassMoments(**_arrays(run_id, "moments"))


def test_encodings(run_id: str) -> Encodings:
    """q(z|x) of MNIST's 10,000 test images, stored in float16 when the run was trained."""
    arrays = _arrays(run_id, "encodings")
    return Encodings(arrays["mean"].astype(np.float32), arrays["logvar"].astype(np.float32), arrays["label"])


def test_representation(run_id: str) -> "tuple[np.ndarray, np.ndarray]":
    """A classifier's bottleneck h(x) of MNIST's test images (10000, d) float32, and their labels (10000,)."""
    arrays = _arrays(run_id, "encodings")
    return arrays["mean"].astype(np.float32), arrays["label"]


# These names are about MNIST's test images; pytest need not collect them.
test_encodings.__test__ = test_representation.__test__ = False


def snapshots(run_id: str) -> dict[str, np.ndarray]:
    """The recorded latent space over training: see the `arrays` of `recorders.SnapshotRecorder`, or, of a classifier,
    `RepresentationRecorder`.

    Raises:
        ZooError: also when the run recorded none.
    """
    if not _config(run_id, _entry(run_id)).snapshots:
        raise ZooError(f"{run_id} recorded no snapshots; train it with --snapshots")
    return _arrays(run_id, "snapshots")


def sample_quality(run_id: str) -> dict | None:
    """`samples.json` of a run: how good its samples are to the judge (`vae_core.judging` writes it).

    By way of sampling (`sample_quality.KINDS`, and "reconstructions", "floor", "floor_equal_shares") the fields of
    `sample_quality.Quality`; and which judge, weights, number of samples and seed they are by.

    Returns:
        None for a run that is not judged, or was with other weights, its own or the judge's, than the zoo has now.
    """
    name = f"{run_id}/{SAMPLE_QUALITY}"
    if SAMPLE_QUALITY not in _entry(run_id)["files"] or JUDGE not in _manifest()["runs"]:
        return None
    found = _json(name)
    now = {
        "judge_sha256": checksum(f"{JUDGE}/model.safetensors"),
        "model_sha256": checksum(f"{run_id}/model.safetensors"),
    }
    if not isinstance(found, dict) or not now.items() <= found.items():
        return None
    with _fitting(name):
        contents.check_quality(found)
    return found


def digits() -> Digits:
    """The digits shipped with the app."""
    arrays = _npz(DIGITS)
    with _fitting(DIGITS):
        contents.check_digits(arrays)
    return Digits(**arrays)


def verify() -> dict[str, str]:
    """Read every file of the manifest as the app does; problems by run id (`digits.npz` for the digits), none if sound.

    Checksums are compared first, then what the files hold with the run's configuration.
    """
    manifest = _manifest()
    problems = {}
    for owner, entry in {DIGITS: manifest["digits"], **manifest["runs"]}.items():
        try:
            if owner != DIGITS:
                _verify_run(_config(owner, entry), entry["files"])
            elif entry["files"]:  # a zoo just trained has none
                digits()
        except ZooError as error:
            problems[owner] = str(error)
    return problems


def _verify_run(config: RunConfig, files: Iterable[str]) -> None:
    run_id = config.run_id
    for name in files:
        if name.endswith(".npz"):
            _arrays(run_id, name.removesuffix(".npz"))
        else:
            read_file(f"{run_id}/{name}")
    _load(run_id, config.is_classifier)
    metrics(run_id)
    sample_quality(run_id)


def read_file(name: str) -> bytes:
    """The bytes of a file of the zoo, compared with the manifest; `name` is `<run id>/<file>` or `digits.npz`."""
    expected = _expected(name)
    try:
        data = (root() / name).read_bytes()
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        raise ZooError(f"{name} is missing from {root()}. {_restore(name)}") from error
    if hashlib.sha256(data).hexdigest() != expected["sha256"]:
        state = "truncated" if len(data) < expected["bytes"] else "altered"
        raise ZooError(f"{name} is {state}: its SHA-256 is not the manifest's. {_restore(name)}")
    return data


def checksum(name: str) -> str:
    """The SHA-256 that the manifest has of a file, named as for `read_file`; the file itself is not read."""
    return _expected(name)["sha256"]


def fingerprint() -> str:
    """One hash for all that is in the zoo, by its manifest: it changes with any file that is added or trained anew."""
    return hashlib.sha256(_manifest_bytes(root())).hexdigest()


def write_run(config: RunConfig, files: dict[str, bytes], folder: Path | None = None) -> None:
    """Write a run's files and then its manifest entry; an interruption leaves the manifest as it was.

    Args:
        config: the run.
        files: file name -> content.
        folder: the zoo to write to; `root()` by default.
    """
    folder = folder or root()
    for name, data in files.items():
        write_atomically(folder / config.run_id / name, data)
    with _locked_manifest(folder) as manifest:
        manifest["runs"][config.run_id] = {"config": config.to_dict(), "files": _checksums(files)}
        # What writers that were killed left behind; no one else writes the manifest now, nor another copy of this run.
        for debris in (*(folder / config.run_id).glob(".*"), *folder.glob(f".{MANIFEST}.*")):
            debris.unlink()


def add_file(run_id: str, name: str, data: bytes, folder: Path | None = None) -> None:
    """Add a file to a run that is there, or replace it: first the file, then its checksum in the manifest.

    Raises:
        ZooError: the zoo has no such run.
    """
    folder = folder or root()
    if run_id not in _read_manifest(folder)["runs"]:
        raise ZooError(f"the zoo in {folder} has no run {run_id!r} to add {name} to")
    write_atomically(folder / run_id / name, data)
    with _locked_manifest(folder) as manifest:
        files = manifest["runs"][run_id]["files"]
        manifest["runs"][run_id]["files"] = dict(sorted({**files, **_checksums({name: data})}.items()))


def write_digits(data: bytes, folder: Path | None = None) -> None:
    """Write `digits.npz` and its manifest entry."""
    folder = folder or root()
    write_atomically(folder / DIGITS, data)
    with _locked_manifest(folder) as manifest:
        manifest["digits"] = {"files": _checksums({DIGITS: data})}


def has_run(config: RunConfig, folder: Path | None = None) -> bool:
    """Whether the zoo holds this run with all its files unaltered."""
    folder = folder or root()
    if not (folder / MANIFEST).exists():
        return False
    entry = _read_manifest(folder)["runs"].get(config.run_id)
    if entry is None or entry.get("config") != config.to_dict():
        return False
    try:
        files = [((folder / config.run_id / name).read_bytes(), each) for name, each in entry["files"].items()]
    except (OSError, ValueError):
        return False
    return all(hashlib.sha256(data).hexdigest() == expected["sha256"] for data, expected in files)


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """Arrays as a compressed npz file in memory; the same bytes whatever their order."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **dict(sorted(arrays.items())))
    return buffer.getvalue()


def _checksums(files: dict[str, bytes]) -> dict[str, dict]:
    return {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in sorted(files.items())
    }


@contextmanager
def _locked_manifest(folder: Path) -> Iterator[dict]:
    """The manifest to change, written back on leaving; one process at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".manifest.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new = {"format": FORMAT, "digits": {"files": {}}, "runs": {}}
        manifest = _read_manifest(folder) if (folder / MANIFEST).exists() else new
        yield manifest
        manifest["runs"] = dict(sorted(manifest["runs"].items()))
        write_atomically(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())


def _manifest_bytes(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise ZooError(f"{folder / MANIFEST} is missing. {_restore(MANIFEST)}") from error


def _manifest() -> dict:
    """The manifest as it is now, shared by all who ask: to be read only."""
    return _parsed_once(root() / MANIFEST, _manifest_bytes(root()))


def _read_manifest(folder: Path) -> dict:
    """A manifest of one's own, to be changed."""
    return _parsed(folder / MANIFEST, _manifest_bytes(folder))


def _parsed(path: Path, data: bytes) -> dict:
    try:
        manifest = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise ZooError(f"{path} is damaged: {error}. {_restore(MANIFEST)}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or not _well_formed(manifest):
        raise ZooError(f"{path} is not a manifest of format {FORMAT}. {_restore(MANIFEST)}")
    return manifest


# Every file is compared with the manifest, and to check all its names takes longer than to read most files.
_parsed_once = lru_cache(maxsize=4)(_parsed)


def _well_formed(manifest: dict) -> bool:
    """Whether every entry lists files with plain names, so that no entry can point outside its folder."""
    runs = manifest.get("runs")
    if not isinstance(runs, dict) or not isinstance(manifest.get("digits"), dict):
        return False
    for entry in (manifest["digits"], *runs.values()):
        files = entry.get("files") if isinstance(entry, dict) else None
        if not isinstance(files, dict):
            return False
        for name, expected in files.items():
            valid = isinstance(expected, dict) and isinstance(expected.get("sha256"), str)
            if not valid or type(expected.get("bytes")) is not int or not _is_plain(name):
                return False
    return True


def _is_plain(name: str) -> bool:
    return name not in ("", "..") and Path(name).name == name


def _all_runs() -> list[RunConfig]:
    runs = [_config(run_id, entry) for run_id, entry in _manifest()["runs"].items()]
    return sorted(
        runs,
        key=lambda run: (
            run.architecture,
            run.likelihood,
            run.latent_dim,
            run.beta,
            run.schedule,
            run.seed,
            run.run_id,
        ),
    )


def _expected(name: str) -> dict:
    """SHA-256 and length of a file as the manifest has them."""
    manifest = _manifest()
    owner, _, file = name.rpartition("/")
    entry = manifest["runs"].get(owner, {}) if owner else manifest["digits"]
    expected = entry.get("files", {}).get(file)
    if expected is None:
        raise ZooError(f"{name} is not in {root() / MANIFEST}; `python -m vae_core zoo list` names what is")
    return expected


def _entry(run_id: str) -> dict:
    runs = _manifest()["runs"]
    if run_id not in runs:
        raise ZooError(f"the zoo has no run {run_id!r}; it has {', '.join(runs) or 'none'}")
    return runs[run_id]


def _config(run_id: str, entry: dict) -> RunConfig:
    try:
        config = RunConfig.from_dict(entry.get("config"))
    except (ConfigError, TypeError) as error:
        raise ZooError(f"{MANIFEST} describes {run_id} wrongly: {error}. {_restore(MANIFEST)}") from error
    if config.run_id != run_id:
        raise ZooError(f"{MANIFEST} lists {config.run_id} as {run_id!r}. {_restore(MANIFEST)}")
    return config


def _arrays(run_id: str, file: str) -> dict[str, np.ndarray]:
    """An npz file of a run, compared with what a run of its configuration must hold."""
    name = f"{run_id}/{file}.npz"
    arrays = _npz(name)
    with _fitting(name):
        contents.check_arrays(file, arrays, _config(run_id, _entry(run_id)))
    return arrays


@contextmanager
def _fitting(name: str) -> Iterator[None]:
    try:
        yield
    except contents.ContentError as error:
        raise ZooError(f"{name} does not hold what it should: {error}. {_restore(name)}") from error


def _json(name: str) -> dict:
    data = read_file(name)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ZooError(f"{name} is not JSON: {error}. {_restore(name)}") from error


def _npz(name: str) -> dict[str, np.ndarray]:
    data = read_file(name)
    # A reader meeting a damaged archive raises almost anything: ValueError, BadZipFile, zlib.error, EOFError.
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return dict(file)
    except Exception as error:
        raise ZooError(f"{name} is not an npz file: {error}. {_restore(name)}") from error


def _restore(name: str) -> str:
    run_id = name.rpartition("/")[0]
    retrain = f", or train it again: `python -m vae_core sweep --only {run_id} --data DIR`" if run_id else ""
    return f"Get it back with `git checkout -- pretrained/{name}`{retrain}."
