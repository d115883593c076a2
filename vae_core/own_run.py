"""A run that one student trained: the bounds of what may be asked for, its id, and its files in memory.

A run of the zoo is named by its configuration. A student's is not: two students may train the same one and must not
see each other's, so each gets an id of its own that nobody else can guess (`new_id`). Its files never touch a disk;
they are those of a zoo folder, and `zip_bytes` makes one of them.
"""

import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from vae_core import zoo
from vae_core.config import ConfigError, RunConfig
from vae_core.encodings import ClassMoments, Encodings

if TYPE_CHECKING:
    from vae_core.vae import VAE

SHIPPED, MNIST = "shipped digits", "full MNIST"  # what a run can be trained on
LATENT_DIMS = (2, 20)  # every chapter works between these
BETAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
LIKELIHOODS = ("gaussian", "bernoulli", "calibrated")
IMAGES = {SHIPPED: 4_000, MNIST: 59_000}  # of each that are not held out
# A minute or so on one core; a step on 128 or 256 images takes some 8 ms.
EPOCHS = {SHIPPED: (1, 100), MNIST: (1, 10)}
_BATCH_SIZE = {SHIPPED: 128, MNIST: 256}
FILES = (
    "config.json",
    "model.safetensors",
    "metrics.json",
    "history.npz",
    "moments.npz",
    "encodings.npz",
    "snapshots.npz",
)
TEST_IMAGES = "MNIST's test images"
_PREFIX = "your-run-"


@dataclass(frozen=True)
class OwnRunConfig(RunConfig):
    """A `RunConfig` whose `run_id` is not derived from its fields but its own."""

    own_id: str = ""

    @property
    def run_id(self) -> str:
        return self.own_id

    def to_dict(self) -> dict:
        """The fields that decide the weights, without the id."""
        return {name: value for name, value in super().to_dict().items() if name != "own_id"}


def new_id() -> str:
    """An id no other run has and nobody can guess: 48 random bits."""
    return _PREFIX + secrets.token_hex(6)


def is_own(run_id: str) -> bool:
    """Whether an id is that of some student's run."""
    return run_id.startswith(_PREFIX)


def plan(latent_dim: int, beta: float, likelihood: str, epochs: int, source: str) -> RunConfig:
    """The run a student asks for, within the bounds.

    Args:
        source: `SHIPPED` or `MNIST`.

    Raises:
        ConfigError: out of the bounds.
    """
    if source not in EPOCHS:
        raise ConfigError(f"the digits to train on are {source!r}; allowed: {', '.join(EPOCHS)}")
    if likelihood not in LIKELIHOODS:
        raise ConfigError(f"likelihood is {likelihood!r}; allowed: {', '.join(LIKELIHOODS)}")
    _within("latent_dim", latent_dim, *LATENT_DIMS)
    _within("beta", beta, BETAS[0], BETAS[-1])
    _within("epochs", epochs, *EPOCHS[source])
    return RunConfig(
        latent_dim=latent_dim,
        beta=1.0 if likelihood == "calibrated" else beta,  # it finds its own weight
        likelihood=likelihood,
        epochs=epochs,
        batch_size=_BATCH_SIZE[source],
        snapshots=True,
    )


@dataclass(frozen=True, eq=False)
class OwnRun:
    """A finished run in memory; what it holds is read as `vae_core.zoo` reads a folder, and runs no code.

    Attributes:
        config: with the run's own id.
        files: name -> content, those of `FILES`.
        source: what it was trained on, `SHIPPED` or `MNIST`.
        computed: what others computed from the run and want to keep beside it.
    """

    config: OwnRunConfig
    files: Mapping[str, bytes]
    source: str
    computed: dict[str, Any] = field(default_factory=dict)

    @property
    def measured_on(self) -> str:
        """The images of `metrics["test"]` and of `test_encodings`: MNIST's own, where the server has them."""
        return TEST_IMAGES if self.source == MNIST else "the held-out digits"

    @cached_property
    def vae(self) -> "VAE":
        """The model, in eval mode; its weights are not to be changed."""
        import torch

        from vae_core import weights

        torch.set_num_threads(1)
        return weights.unpack(self.config, self.files["model.safetensors"]).requires_grad_(False)

    @cached_property
    def metrics(self) -> dict:
        return json.loads(self.files["metrics.json"])

    @cached_property
    def history(self) -> dict[str, np.ndarray]:
        return self._arrays("history.npz")

    @cached_property
    def snapshots(self) -> dict[str, np.ndarray]:
        return self._arrays("snapshots.npz")

    @cached_property
    def moments(self) -> ClassMoments:
        return ClassMoments(**self._arrays("moments.npz"))

    @cached_property
    def test_encodings(self) -> Encodings:
        arrays = self._arrays("encodings.npz")
        return Encodings(arrays["mean"].astype(np.float32), arrays["logvar"].astype(np.float32), arrays["label"])

    @property
    def zoo_id(self) -> str:
        """The id its configuration would have in a zoo: the name of its folder in `zip_bytes`."""
        return RunConfig.from_dict(self.config.to_dict()).run_id

    def zip_bytes(self) -> bytes:
        """A zoo of this one run: `manifest.json` and the run's folder. `VAE_ZOO=<where it is unpacked>` reads it."""
        sums = {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(self.files.items())
        }
        entry = {"config": self.config.to_dict(), "files": sums}
        manifest = {"format": zoo.FORMAT, "digits": {"files": {}}, "runs": {self.zoo_id: entry}}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zoo.MANIFEST, json.dumps(manifest, indent=1) + "\n")
            for name, data in sorted(self.files.items()):
                archive.writestr(f"{self.zoo_id}/{name}", data)
        return buffer.getvalue()

    def _arrays(self, name: str) -> dict[str, np.ndarray]:
        with np.load(io.BytesIO(self.files[name]), allow_pickle=False) as file:
            return dict(file)


def own(config: RunConfig, files: Mapping[str, bytes], source: str) -> OwnRun:
    """A finished run, under an id of its own."""
    return OwnRun(OwnRunConfig(**config.to_dict(), own_id=new_id()), dict(files), source)


def _within(name: str, value, low, high) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{name} is {value!r}; allowed: {low:g} to {high:g}")
