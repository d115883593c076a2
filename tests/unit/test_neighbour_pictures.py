"""Drawing from neighbours: brute force, and what a space that knows all or nothing of its images draws."""

import numpy as np
import pytest

from vae_core import neighbour_pictures as drawing

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (200, 6, 6)).astype(np.uint8)
LABELS = np.arange(200) % 10


def test_neighbours_are_the_nearest():
    known, new = RNG.normal(size=(200, 3)), RNG.normal(size=(7, 3))
    distances = np.linalg.norm(new[:, None] - known, axis=2)
    assert drawing.neighbours(known, new, 5).tolist() == np.argsort(distances, axis=1)[:, :5].tolist()
    assert drawing.neighbours(known, new, 1).shape == (7, 1)
    with pytest.raises(ValueError, match="1 to 200"):
        drawing.neighbours(known, new, 201)


def test_a_space_that_keeps_the_image_draws_it_and_one_that_keeps_the_label_draws_the_class():
    pixels = IMAGES.reshape(200, -1).astype(float)
    drawn = drawing.averages(IMAGES, drawing.neighbours(pixels, pixels[:10], 1))
    np.testing.assert_allclose(drawing.half_sse(IMAGES[:10], drawn), 0, atol=1e-9)
    only_label = LABELS[:, None].astype(float)
    drawn = drawing.averages(IMAGES, drawing.neighbours(only_label, only_label[:10], 20))
    np.testing.assert_allclose(drawn, drawing.class_averages(IMAGES, LABELS), atol=1e-6)


def test_half_sse_of_bytes_and_of_floats():
    drawn = RNG.random((200, 6, 6))
    expected = 0.5 * ((IMAGES / 255 - drawn) ** 2).sum((1, 2))
    np.testing.assert_allclose(drawing.half_sse(IMAGES, drawn), expected)
    np.testing.assert_allclose(drawing.half_sse(IMAGES / 255, drawn), expected)
