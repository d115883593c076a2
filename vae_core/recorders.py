"""Callbacks that record a run: its history at step resolution, and snapshots of its latent space."""

import numpy as np
import torch

from vae_core.data import Split
from vae_core.training import Callback, StepTerms, TrainingState

EVERY_STEP_UNTIL = 200
SNAPSHOTS = 50
_RECONSTRUCTED = 8
_PRIOR_SAMPLES = 16
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


class HistoryRecorder(Callback):
    """Rate (per dimension), distortion and half_sse of single batches, nats per image, at `recorded_steps`."""

    def __init__(self):
        self._rows: list[torch.Tensor] = []
        self._wanted: set[int] = set()

    def on_start(self, state: TrainingState) -> None:
        self._wanted = set(recorded_steps(state.total_steps).tolist())

    def on_step(self, state: TrainingState, terms: StepTerms) -> None:
        if state.step in self._wanted:
            head = torch.stack([torch.tensor(float(state.step)), terms.distortion, terms.half_sse])
            self._rows.append(torch.cat([head, terms.rate_per_dimension]))  # (3 + d,)

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {"rows": torch.stack(self._rows)} if self._rows else {}

    def load_state_dict(self, tensors: dict[str, torch.Tensor]) -> None:
        self._rows = list(tensors["rows"]) if tensors else []

    def arrays(self) -> dict[str, np.ndarray]:
        """step (T,), rate (T,), distortion (T,), half_sse (T,), rate_per_dimension (T, latent_dim)."""
        rows = torch.stack(self._rows).numpy()
        return {
            "step": rows[:, 0].astype(np.int64),
            "rate": rows[:, 3:].sum(1, dtype=np.float64).astype(np.float32),
            "distortion": rows[:, 1],
            "half_sse": rows[:, 2],
            "rate_per_dimension": rows[:, 3:],
        }


class SnapshotRecorder(Callback):
    """The latent space of some digits as it forms, with what the decoder draws at the same moments.

    At each of `snapshot_steps`: posterior means and log-variances of `digits`, reconstructions (from the means)
    of the first digit of eight classes, and the decodings of the same 16 draws from the prior.
    """

    _FIELDS = ("mean", "logvar", "reconstruction", "prior_sample")

    def __init__(self, digits: Split):
        self._digits = digits
        self._steps: list[int] = []
        self._taken: dict[str, list[torch.Tensor]] = {name: [] for name in self._FIELDS}
        self._wanted: set[int] = set()
        first = [int(torch.nonzero(digits.labels == digit)[0]) for digit in range(_RECONSTRUCTED)]
        self._shown = torch.tensor(first)

    def on_start(self, state: TrainingState) -> None:
        self._wanted = set(snapshot_steps(state.total_steps).tolist())
        if state.step == 0:
            self._take(state)

    def on_step(self, state: TrainingState, terms: StepTerms) -> None:
        if state.step in self._wanted:
            self._take(state)

    @torch.no_grad()
    def _take(self, state: TrainingState) -> None:
        mean, logvar = state.vae.encode(self._digits.images)
        noise = torch.Generator().manual_seed(0)  # the same z at every step: what moves is the decoder
        prior = torch.randn((_PRIOR_SAMPLES, state.config.latent_dim), generator=noise)
        drawn = (state.vae.decode(z).squeeze(1) for z in (mean[self._shown], prior))
        pictures = [(picture * 255).round().to(torch.uint8) for picture in drawn]  # (8 or 16, 28, 28)
        self._steps.append(state.step)
        for name, tensor in zip(self._FIELDS, (mean.half(), logvar.half(), *pictures), strict=True):
            self._taken[name].append(tensor)

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {"step": torch.tensor(self._steps)} | {name: torch.stack(v) for name, v in self._taken.items()}

    def load_state_dict(self, tensors: dict[str, torch.Tensor]) -> None:
        self._steps = tensors["step"].tolist()
        self._taken = {name: list(tensors[name]) for name in self._FIELDS}

    def arrays(self) -> dict[str, np.ndarray]:
        """step (S,), index and label of the digits (N,), mean and logvar (S, N, d) float16, the pictures
        `reconstruction` (S, 8, 28, 28) and `prior_sample` (S, 16, 28, 28) uint8."""
        taken = {name: tensor.numpy() for name, tensor in self.state_dict().items()}
        return taken | {
            "index": self._digits.index.numpy(),
            "label": self._digits.labels.numpy(),
            "reconstructed": self._shown.numpy(),
        }
