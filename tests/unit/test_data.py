"""MNIST through torchvision, the validation split, and errors that say what to do."""

import numpy as np
import pytest
import torch

from vae_core import zoo
from vae_core.data import DataError, held_out_mask, load_mnist


@pytest.fixture(scope="module")
def mnist(mnist_folder):
    return load_mnist(mnist_folder, download=False)


def test_splits_are_images_in_memory(mnist):
    assert (len(mnist.train), len(mnist.validation), len(mnist.test)) == (59_000, 1_000, 10_000)
    assert mnist.train.images.shape == (59_000, 1, 28, 28)
    assert mnist.train.images.dtype == torch.float32
    assert (float(mnist.train.images.min()), float(mnist.train.images.max())) == (0.0, 1.0)


def test_the_validation_split_is_the_first_hundred_of_each_class(mnist):
    assert mnist.validation.labels.bincount().tolist() == [100] * 10
    assert not set(mnist.validation.index.tolist()) & set(mnist.train.index.tolist())
    for digit in range(10):
        last_held_out = int(mnist.validation.index[mnist.validation.labels == digit].max())
        first_trained = int(mnist.train.index[mnist.train.labels == digit].min())
        assert last_held_out < first_trained


def test_held_out_mask_by_hand():
    labels = torch.tensor([0] * 150 + [1] * 3 + [0])
    assert held_out_mask(labels).tolist() == [True] * 100 + [False] * 50 + [True] * 3 + [False]


def test_the_shipped_digits_are_500_a_class_and_the_first_100_are_held_out():
    digits = zoo.digits()
    assert digits.images.shape == (5000, 28, 28)
    assert digits.images.dtype == np.uint8
    assert np.bincount(digits.labels).tolist() == [500] * 10
    for digit in range(10):
        members = digits.labels == digit
        assert digits.held_out[members].tolist() == [True] * 100 + [False] * 400
        assert (np.diff(digits.index[members]) > 0).all()


def test_a_folder_without_mnist_says_where_to_put_it(tmp_path):
    with pytest.raises(DataError, match=r"could not be read.*four raw files into .*raw.*--data"):
        load_mnist(tmp_path, download=False)


def test_a_truncated_file_is_an_error_with_advice(mnist_folder, tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file in (mnist_folder / "MNIST" / "raw").iterdir():
        (raw / file.name).write_bytes(file.read_bytes()[: 5000 if "train-images" in file.name else None])
    with pytest.raises(DataError, match="could not be read"):
        load_mnist(tmp_path, download=False)
