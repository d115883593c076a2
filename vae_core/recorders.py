"""Callbacks that record a run: its history at step resolution, and snapshots of its latent space."""

import numpy as np
import torch

from vae_core.classifier import ClassifierTerms
from vae_core.config import RunConfig
from vae_core.data import Split
from vae_core.training import Callback, StepTerms, TrainingState

EVERY_STEP_UNTIL = 200
SNAPSHOTS = 50
_CLASSES = 10
_RECONSTRUCTED = 8
_PRIOR_SAMPLES = 16
# Snapshots are for looking at, and half the bytes of a run: what no screen shows is not kept.
_DROPPED_BITS = 3  # of float16's mantissa of 10: coordinates keep 0.4 %
_GREYS = 32
_COORDINATES = 8_000  # of a snapshot at most: the first 100 digits of each class up to 8 dimensions, fewer above
_THINNING = 1.01  # after that, each recorded step is 1 % later than the one before


def recorded_steps(total_steps: int) -> np.ndarray:
    """1, 2, … 200, then every step that is at least 1 % later than the last, and the final one; ascending int64."""
    steps = list(range(1, min(EVERY_STEP_UNTIL, total_steps) + 1))
    while steps[-1] < total_steps:
        steps.append(min(total_steps, max(steps[-1] + 1, int(steps[-1] * _THINNING))))
    return np.array(steps)


def snapshot_steps(total_steps: int, count: int = SNAPSHOTS) -> np.ndarray:
    """0 (before training) and `count` log-spaced steps up to the last, duplicates dropped; ascending int64."""
    return np.unique(np.concatenate([[0], np.geomspace(1, total_steps, count).round().astype(int)]))


class _StepRecorder(Callback):
    """One row of numbers a step, at `recorded_steps`; kept through a resumption."""

    def __init__(self):
        self._rows: list[torch.Tensor] = []
        self._wanted: set[int] = set()

    def on_start(self, state: TrainingState) -> None:
        self._wanted = set(recorded_steps(state.total_steps).tolist())

    def on_step(self, state: TrainingState, terms: StepTerms | ClassifierTerms) -> None:
        if state.step in self._wanted:
            self._rows.append(torch.cat([torch.tensor([float(state.step)]), *(term.reshape(-1) for term in terms)]))

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {"rows": torch.stack(self._rows)} if self._rows else {}

    def load_state_dict(self, tensors: dict[str, torch.Tensor]) -> None:
        self._rows = list(tensors["rows"]) if tensors else []

    def _columns(self) -> np.ndarray:
        return torch.stack(self._rows).numpy()


class HistoryRecorder(_StepRecorder):
    """Rate (per dimension), distortion and half_sse of single batches, nats per image, at `recorded_steps`."""

    def arrays(self) -> dict[str, np.ndarray]:
        """step (T,), rate (T,), distortion (T,), half_sse (T,), rate_per_dimension (T, latent_dim)."""
        rows = self._columns()  # step, rate per dimension, distortion, half_sse
        return {
            "step": rows[:, 0].astype(np.int64),
            "rate": rows[:, 1:-2].sum(1, dtype=np.float64).astype(np.float32),
            "distortion": rows[:, -2],
            "half_sse": rows[:, -1],
            "rate_per_dimension": rows[:, 1:-2],
        }


class ClassifierHistoryRecorder(_StepRecorder):
    """Cross-entropy (nats per image) and accuracy of single batches, at `recorded_steps`."""

    def arrays(self) -> dict[str, np.ndarray]:
        """step (T,), cross_entropy (T,), accuracy (T,)."""
        step, cross_entropy, accuracy = self._columns().T
        return {"step": step.astype(np.int64), "cross_entropy": cross_entropy, "accuracy": accuracy}


class _Snapshots(Callback):
    """What a model makes of the same digits at each of `snapshot_steps`, and before training."""

    def __init__(self, digits: Split):
        self._digits = digits
        self._taken: dict[str, list[torch.Tensor]] = {}
        self._wanted: set[int] = set()

    def on_start(self, state: TrainingState) -> None:
        self._wanted = set(snapshot_steps(state.total_steps).tolist())
        if state.step == 0:
            self._take(state)

    def on_step(self, state: TrainingState, terms: StepTerms | ClassifierTerms) -> None:
        if state.step in self._wanted:
            self._take(state)

    @torch.no_grad()
    def _take(self, state: TrainingState) -> None:
        for name, tensor in {"step": torch.tensor(state.step), **self._look(state.model)}.items():
            self._taken.setdefault(name, []).append(tensor)

    def _look(self, model) -> dict[str, torch.Tensor]:
        """What is kept of one moment."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {name: torch.stack(tensors) for name, tensors in self._taken.items()}

    def load_state_dict(self, tensors: dict[str, torch.Tensor]) -> None:
        self._taken = {name: list(stack) for name, stack in tensors.items()}

    def arrays(self) -> dict[str, np.ndarray]:
        taken = {name: tensor.numpy() for name, tensor in self.state_dict().items()}
        return taken | {"index": self._digits.index.numpy(), "label": self._digits.labels.numpy()}


class SnapshotRecorder(_Snapshots):
    """The latent space of some digits as it forms, with what the decoder draws at the same moments.

    At each of `snapshot_steps`: posterior means and log-variances of `digits`, reconstructions (from the means)
    of the first digit of eight classes, and the decodings of the same 16 draws from the prior.
    """

    def __init__(self, digits: Split):
        super().__init__(digits)
        first = [int(torch.nonzero(digits.labels == digit)[0]) for digit in range(_RECONSTRUCTED)]
        self._shown = torch.tensor(first)

    def _look(self, model) -> dict[str, torch.Tensor]:
        mean, logvar = model.encode(self._digits.images)
        noise = torch.Generator().manual_seed(0)  # the same z at every step: what moves is the decoder
        prior = torch.randn((_PRIOR_SAMPLES, mean.shape[1]), generator=noise)
        pictures = {
            "reconstruction": model.reconstruct(self._digits.images[self._shown], mean[self._shown]),
            "prior_sample": model.decode(prior),
        }
        drawn = {name: _greys(image.squeeze(1)) for name, image in pictures.items()}
        return {"mean": rounded(mean), "logvar": rounded(logvar), **drawn}

    def arrays(self) -> dict[str, np.ndarray]:
        """step (S,), index and label of the digits (N,), mean and logvar (S, N, d) float16, the pictures
        `reconstruction` (S, 8, 28, 28) and `prior_sample` (S, 16, 28, 28) uint8, `reconstructed` (8,): whose."""
        return super().arrays() | {"reconstructed": self._shown.numpy()}


class RepresentationRecorder(_Snapshots):
    """A classifier's bottleneck as it forms: arrays step (S,), mean (S, N, d) float16, index and label (N,)."""

    def _look(self, model) -> dict[str, torch.Tensor]:
        return {"mean": rounded(model.represent(self._digits.images))}


def first_of_each_class(split: Split, count: int) -> Split:
    """The first `count` images of each class, or all where there are fewer, in the order of the split."""
    one_hot = split.labels[:, None] == split.labels.unique()  # (N, K)
    keep = (one_hot.cumsum(0)[one_hot] <= count).nonzero().squeeze(1)  # row by row: each image's rank in its class
    return Split(split.images[keep], split.labels[keep], split.index[keep])


def rounded(values: torch.Tensor) -> torch.Tensor:
    """float16 with the last three bits of the mantissa rounded away; finite up to 65,000."""
    step = 1 << _DROPPED_BITS
    bits = values.half().view(torch.int16).int()  # below the sign bit, floats are ordered as their bits are
    sign, magnitude = bits & -0x8000, bits & 0x7FFF
    return (sign | (magnitude + step // 2) // step * step).to(torch.int16).view(torch.float16)


def _greys(images: torch.Tensor) -> torch.Tensor:
    """Images in [0, 1] as uint8 of 32 grey levels, 0 and 255 among them."""
    return ((images * (_GREYS - 1)).round() * (255 / (_GREYS - 1))).round().to(torch.uint8)


def recorders(config: RunConfig, digits: Split) -> list[HistoryRecorder | ClassifierHistoryRecorder | _Snapshots]:
    """What a run of the zoo records: its history, and snapshots of `digits` if it asks for them."""
    history = ClassifierHistoryRecorder() if config.is_classifier else HistoryRecorder()
    if not config.snapshots:
        return [history]
    digits = first_of_each_class(digits, _COORDINATES // config.latent_dim // _CLASSES)
    return [history, RepresentationRecorder(digits) if config.is_classifier else SnapshotRecorder(digits)]
