"""The nearest image by one matrix product, against brute force."""

import numpy as np
import pytest

from vae_core import nearest_images
from vae_core.nearest_images import nearest


def test_it_is_what_comparing_with_every_image_finds():
    rng = np.random.default_rng(0)
    images, queries = rng.uniform(size=(70, 28, 28)), rng.uniform(size=(20, 28, 28))
    found = nearest(queries, images)
    every = np.linalg.norm((queries[:, None] - images[None]).reshape(20, 70, -1), axis=2)
    np.testing.assert_array_equal(found.index, every.argmin(axis=1))
    np.testing.assert_allclose(found.distance, every.min(axis=1), rtol=1e-5)


def test_bytes_are_grey_levels_and_every_block_is_looked_at(monkeypatch):
    monkeypatch.setattr(nearest_images, "_SOME", 8)
    rng = np.random.default_rng(2)
    images, queries = (rng.integers(0, 256, (count, 28, 28), np.uint8) for count in (30, 9))
    found, whole = nearest(queries, images), nearest(queries / 255, images / 255)
    np.testing.assert_array_equal(found.index, whole.index)
    np.testing.assert_allclose(found.distance, whole.distance, rtol=1e-6)
    assert nearest(images, images).index.tolist() == list(range(30))


def test_a_copy_is_caught_at_no_distance():
    images = np.random.default_rng(1).uniform(size=(30, 28, 28)).astype(np.float32)
    found = nearest(images[[4, 17]], images)
    assert found.index.tolist() == [4, 17]
    assert found.distance.tolist() == [0, 0]


def test_nothing_to_compare_with_is_refused():
    with pytest.raises(ValueError, match="images of one size"):
        nearest(np.zeros((2, 28, 28)), np.zeros((0, 28, 28)))
    with pytest.raises(ValueError, match="images of one size"):
        nearest(np.zeros((2, 28, 28)), np.zeros((3, 14, 14)))
