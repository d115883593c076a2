"""A model's weights as bytes: safetensors, float16 on disk, float32 in memory. Reading them runs no code."""

import torch
from safetensors.torch import load, save

from vae_core.classifier import Classifier
from vae_core.config import RunConfig
from vae_core.vae import VAE


def pack(model: VAE | Classifier) -> bytes:
    """Weights in float16; the scalar log σ² keeps float32."""
    tensors = {
        name: tensor.half().contiguous() if tensor.ndim else tensor for name, tensor in model.state_dict().items()
    }
    return save(tensors)


def unpack(config: RunConfig, data: bytes) -> VAE | Classifier:
    """The inverse of `pack`, to float16's precision: a model in eval mode.

    Raises:
        safetensors.SafetensorError: not a safetensors file.
        RuntimeError: the weights of another network.
    """
    with torch.device("meta"):  # weights that are replaced need not be drawn first
        model = Classifier(config) if config.is_classifier else VAE(config)
    model.load_state_dict({name: tensor.float() for name, tensor in load(data).items()}, assign=True)
    return model.to(memory_format=torch.channels_last).eval()  # convolutions on a CPU: a UNet in half the time
