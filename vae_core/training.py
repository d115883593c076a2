"""Training one model: a loop that knows the objective, and callbacks that watch it.

Everything random is drawn from generators seeded by (seed, epoch), so a run that is killed and resumed from its last
checkpoint goes through the same batches with the same noise and ends in the same weights, bit for bit, on the same
machine with the same number of threads.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch

from vae_core import checkpoints, classifier, objective
from vae_core.classifier import Classifier, ClassifierTerms
from vae_core.config import RunConfig
from vae_core.data import Split
from vae_core.vae import VAE, sample_posterior

_EPOCH_STRIDE = 1_000_003  # a prime above any number of epochs: no two (seed, epoch) share a generator
_EVALUATION_BATCH = 2_000


class StepTerms(NamedTuple):
    """What one step of a VAE measured on its batch, before the update; nats per image, batch means."""

    rate_per_dimension: torch.Tensor  # (latent_dim,)
    distortion: torch.Tensor  # scalar; the calibrated run's under the batch's own optimal variance
    half_sse: torch.Tensor  # scalar


@dataclass
class TrainingState:
    """Where a run stands; callbacks read it and leave it alone."""

    config: RunConfig
    model: VAE | Classifier
    optimizer: torch.optim.Optimizer
    scheduler: torch.optim.lr_scheduler.LRScheduler
    steps_per_epoch: int
    epoch: int = 0  # epochs finished
    step: int = 0  # steps finished

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * self.config.epochs


class Callback:
    """Watches a run. What it gathers travels in the checkpoint through `state_dict`, tensors only."""

    def on_start(self, state: TrainingState) -> None:
        """Called once, before the first step of this process (also on resuming, after `load_state_dict`)."""

    def on_step(self, state: TrainingState, terms: StepTerms | ClassifierTerms) -> None:
        """Called after each step; `state.step` counts it already, `terms` are from before its update."""

    def on_epoch_end(self, state: TrainingState) -> None:
        """Called after each epoch, before its checkpoint is written."""

    def state_dict(self) -> dict[str, torch.Tensor]:
        """What a resumed run must know again."""
        return {}

    def load_state_dict(self, tensors: dict[str, torch.Tensor]) -> None:
        """The inverse of `state_dict`."""


def fit(
    config: RunConfig, train: Split, callbacks: Iterable[Callback] = (), checkpoint: Path | None = None
) -> VAE | Classifier:
    """Train a VAE, or the classifier that the run asks for, and return it in eval mode.

    Args:
        config: the run.
        train: the training split; held in memory, one tensor.
        callbacks: observers, called in order.
        checkpoint: a file written after every epoch and picked up when it exists; None keeps nothing.

    Raises:
        checkpoints.CheckpointError: the checkpoint belongs to another run or is damaged.
        FloatingPointError: the loss is no longer finite.
        ValueError: the split is smaller than one batch.
    """
    callbacks = tuple(callbacks)
    state = _initial_state(config, train)
    if checkpoint is not None and checkpoint.exists():
        checkpoints.restore(checkpoint, state, callbacks)
    for callback in callbacks:
        callback.on_start(state)
    state.model.train()
    while state.epoch < config.epochs:
        with _flushed_denormals():
            _run_epoch(state, train, callbacks)
        state.epoch += 1
        for callback in callbacks:
            callback.on_epoch_end(state)
        if checkpoint is not None:
            checkpoints.save_checkpoint(checkpoint, state, callbacks)
    state.model.eval()
    if config.likelihood == "calibrated":
        variance = mean_squared_error(state.model, train.images, config.seed)
        state.model.log_variance.copy_(torch.tensor(variance).log())
    return state.model


def batch_loss(
    vae: VAE, images: torch.Tensor, noise: torch.Generator, measure: bool = True
) -> tuple[torch.Tensor, StepTerms | None]:
    """distortion + β · rate of a batch, mean over its images, and its terms unless no one asks for them.

    images (B, 1, 28, 28) -> (scalar loss in nats per image, terms).
    """
    mean, logvar, skips = vae.encode_with_skips(images)
    z = sample_posterior(mean, logvar, noise)  # one draw an image, (B, d)
    logits = vae.logits(z, skips)
    if vae.config.likelihood == "bernoulli":
        distortion = objective.bernoulli_distortion(images, logits).mean()
    elif vae.config.likelihood == "gaussian":
        distortion = objective.gaussian_distortion(images, torch.sigmoid(logits)).mean()
    else:
        distortion = objective.calibrated_batch_distortion(images, torch.sigmoid(logits))
    rates = objective.rate_per_dimension(mean, logvar).mean(0)  # (d,)
    loss = distortion + vae.config.beta * rates.sum()
    if not measure:
        return loss, None
    with torch.no_grad():
        half_sse = objective.half_sse(images, torch.sigmoid(logits)).mean()
    return loss, StepTerms(rates.detach(), distortion.detach(), half_sse)


@torch.no_grad()
def mean_squared_error(vae: VAE, images: torch.Tensor, seed: int) -> float:
    """E[(x − x̂)²] over pixels and images with z sampled from q(z|x): σ² of the calibrated likelihood."""
    noise = torch.Generator().manual_seed(seed)
    total = 0.0
    for batch in images.split(_EVALUATION_BATCH):
        x_mean = vae.reconstruct(batch, sample_posterior(*vae.encode(batch), noise))
        total += float((batch - x_mean).square().sum(dtype=torch.float64))
    return total / images.numel()


def _initial_state(config: RunConfig, train: Split) -> TrainingState:
    if len(train) < config.batch_size:
        raise ValueError(f"{len(train)} images are fewer than one batch of {config.batch_size}; use a smaller batch")
    model = Classifier(config) if config.is_classifier else VAE(config)
    if isinstance(model, VAE) and model.has_skips:
        model.average_image.copy_(train.images.mean(0, keepdim=True))
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)
    steps_per_epoch = len(train) // config.batch_size
    if config.schedule == "one-cycle":
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=config.learning_rate, total_steps=steps_per_epoch * config.epochs + 1
        )
    else:
        scheduler = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)
    return TrainingState(config, model, optimizer, scheduler, steps_per_epoch)


@contextmanager
def _flushed_denormals() -> Iterator[None]:
    """Adam's moments of pixels that are always black sink below the smallest normal number: slow arithmetic."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)  # of the whole thread: what else runs there keeps the standard's arithmetic


def _run_epoch(state: TrainingState, train: Split, callbacks: tuple[Callback, ...]) -> None:
    generator = torch.Generator().manual_seed(state.config.seed * _EPOCH_STRIDE + state.epoch)
    order = torch.randperm(len(train), generator=generator)
    batch_size = state.config.batch_size
    for start in range(0, state.steps_per_epoch * batch_size, batch_size):
        rows = order[start : start + batch_size]
        images = train.images.index_select(0, rows)
        if state.config.is_classifier:
            loss, terms = classifier.batch_loss(state.model, images, train.labels[rows])
        else:
            loss, terms = batch_loss(state.model, images, generator, measure=bool(callbacks))
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        state.optimizer.step()
        state.scheduler.step()
        state.step += 1
        for callback in callbacks:
            callback.on_step(state, terms)
    if not torch.isfinite(loss):
        raise FloatingPointError(
            f"{state.config.run_id} diverged in epoch {state.epoch + 1}: the loss is {loss.item()}. "
            f"Lower learning_rate ({state.config.learning_rate:g})."
        )
