"""MNIST as tensors in memory, the validation split, and a digest that says which data a run saw."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch

HELD_OUT_PER_CLASS = 100


class DataError(RuntimeError):
    """MNIST could not be read; the message says what to do."""


@dataclass(frozen=True)
class Split:
    """Images (N, 1, 28, 28) float32 in [0, 1], labels (N,) int64, and index (N,) in MNIST's own file."""

    images: torch.Tensor
    labels: torch.Tensor
    index: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Mnist:
    """The three splits, and the SHA-256 of all pixels and labels they were cut from."""

    train: Split
    validation: Split
    test: Split
    digest: str


def load_mnist(data_dir: str | Path, download: bool = True) -> Mnist:
    """Read MNIST from `data_dir` (torchvision's layout, `MNIST/raw/…`), downloading it on first use.

    Raises:
        DataError: the files are not there and cannot be had, or are damaged.
    """
    dataset = mnist_class()
    try:
        train, test = (dataset(str(data_dir), train=flag, download=download) for flag in (True, False))
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(
            f"MNIST could not be read from {data_dir}: {error}. Put the four raw files into "
            f"{Path(data_dir) / 'MNIST' / 'raw'}, or name a folder that has them with --data."
        ) from error
    if train.data.shape != (60_000, 28, 28) or test.data.shape != (10_000, 28, 28):
        raise DataError(f"MNIST in {data_dir} is damaged: it has {len(train.data)} + {len(test.data)} images")
    sha = hashlib.sha256()
    for tensor in (train.data, train.targets, test.data, test.targets):
        sha.update(tensor.contiguous().numpy().tobytes())
    held_out = held_out_mask(train.targets)
    return Mnist(
        train=_split(train, ~held_out),
        validation=_split(train, held_out),
        test=_split(test, torch.ones(len(test.targets), dtype=torch.bool)),
        digest=sha.hexdigest(),
    )


def held_out_mask(labels: torch.Tensor) -> torch.Tensor:
    """True at the first 100 images of each class in file order: labels (N,) -> (N,) bool."""
    rank = torch.zeros_like(labels)
    for digit in labels.unique():
        members = labels == digit
        rank[members] = torch.arange(int(members.sum()))
    return rank < HELD_OUT_PER_CLASS


def _split(dataset, mask: torch.Tensor) -> Split:
    images = dataset.data[mask].unsqueeze(1).float() / 255  # (N, 1, 28, 28)
    return Split(images, dataset.targets[mask], torch.nonzero(mask).squeeze(1))


def mnist_class():
    """torchvision's MNIST, importable also beside a CPU build of torch.

    torchvision from the package registry is compiled against the CUDA build; beside the CPU build its compiled
    operators do not load, and `import torchvision` fails because it annotates two of them. Data sets use neither, so
    naming their schemas is enough; it is done only where they are missing.
    """
    try:
        from torchvision.datasets import MNIST
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        mnist_class.schemas = library  # the schemas live as long as this object
        from torchvision.datasets import MNIST
    return MNIST
