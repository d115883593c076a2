"""Checkpoints of a training run: one safetensors file, written whole or not at all; reading one runs no code."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from vae_core.files import write_atomically

if TYPE_CHECKING:
    from vae_core.training import Callback, TrainingState


class CheckpointError(RuntimeError):
    """A checkpoint is damaged or belongs to another run; the message names the file to delete."""


def save_checkpoint_bytes(state: "TrainingState", callbacks: tuple["Callback", ...]) -> bytes:
    """The whole state of a run: weights, optimiser, schedule, and what the callbacks gathered."""
    optimizer = state.optimizer.state_dict()
    tensors = {f"model/{name}": tensor for name, tensor in state.model.state_dict().items()}
    for index, moments in optimizer["state"].items():
        tensors |= {f"optimizer/{index}/{name}": tensor for name, tensor in moments.items()}
    for position, callback in enumerate(callbacks):
        tensors |= {f"callback/{position}/{name}": tensor for name, tensor in callback.state_dict().items()}
    metadata = {
        "config": json.dumps(state.config.to_dict()),
        "epoch": str(state.epoch),
        "step": str(state.step),
        "steps_per_epoch": str(state.steps_per_epoch),
        # JSON keeps every bit of a float: a resumed schedule goes on exactly.
        "param_groups": json.dumps(optimizer["param_groups"]),
        "scheduler": json.dumps(state.scheduler.state_dict()),
    }
    return save({name: tensor.contiguous().clone() for name, tensor in tensors.items()}, metadata)


def save_checkpoint(path: Path, state: "TrainingState", callbacks: tuple["Callback", ...]) -> None:
    """Write the checkpoint, replacing the one before only once it is complete."""
    write_atomically(path, save_checkpoint_bytes(state, callbacks))


def restore(path: Path, state: "TrainingState", callbacks: tuple["Callback", ...]) -> None:
    """Put a checkpoint back into a freshly made state and its callbacks.

    Raises:
        CheckpointError: damaged file, or one of another configuration or another number of images.
    """
    advice = f"delete {path} to start this run afresh"
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        config = json.loads(metadata["config"])
        groups, schedule = json.loads(metadata["param_groups"]), json.loads(metadata["scheduler"])
        epoch, step, steps_per_epoch = (int(metadata[key]) for key in ("epoch", "step", "steps_per_epoch"))
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise CheckpointError(f"checkpoint {path} is damaged ({error}); {advice}") from error
    if config != state.config.to_dict() or steps_per_epoch != state.steps_per_epoch:
        raise CheckpointError(f"checkpoint {path} belongs to another run or other data; {advice}")
    state.model.load_state_dict(_under(tensors, "model/"))
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in _under(tensors, "optimizer/").items():
        index, field = name.split("/")
        moments.setdefault(int(index), {})[field] = tensor
    state.optimizer.load_state_dict({"state": moments, "param_groups": groups})
    state.scheduler.load_state_dict(schedule)
    for position, callback in enumerate(callbacks):
        callback.load_state_dict(_under(tensors, f"callback/{position}/"))
    state.epoch, state.step = epoch, step


def _under(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
