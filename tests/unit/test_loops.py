"""Closed loops on drawn shapes, and against a flood fill written out."""

import numpy as np
import pytest

from vae_core import loops

RING = ["11111", "10001", "10001", "11111"]
SHAPES = {
    "nothing": (["000", "000"], 0),
    "all ink": (["111", "111"], 0),
    "a stroke": (["00100", "00100", "00100"], 0),
    "a ring": (RING, 1),
    "a ring that is open": (["11111", "10001", "10000", "11111"], 0),
    "a ring closed at corners only": (["0110", "1001", "1001", "0110"], 1),
    "two loops": (["11111", "10101", "11111"], 2),
    "a loop that touches the edge of the picture": (["111", "101", "111"], 1),
    "a gap that is only diagonal": (["11110", "10010", "11101"], 1),
}


def image(rows: list[str]) -> np.ndarray:
    picture = np.zeros((8, 8), np.uint8)
    picture[: len(rows), : len(rows[0])] = [[255 * int(pixel) for pixel in row] for row in rows]
    return picture


def test_shapes_have_the_loops_one_sees():
    found = loops.count(np.stack([image(rows) for rows, _ in SHAPES.values()]))
    assert dict(zip(SHAPES, found.tolist(), strict=True)) == {name: number for name, (_, number) in SHAPES.items()}


def flooded(background: np.ndarray) -> int:
    """Regions of background that a flood from outside does not reach, by filling one after the other."""
    left = {tuple(place) for place in np.argwhere(np.pad(background, 1, constant_values=True))}
    regions = 0
    while left:
        regions += 1
        edge = [left.pop()]
        while edge:
            i, j = edge.pop()
            near = {(i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)} & left
            left -= near
            edge += near
    return regions - 1


def test_random_pictures_against_a_flood_fill():
    images = np.random.default_rng(0).integers(0, 256, (40, 9, 7), dtype=np.uint8)
    for threshold in (60, 128, 200):
        assert loops.count(images, threshold).tolist() == [flooded(picture < threshold) for picture in images]


def test_the_threshold_decides_what_is_ink():
    faint = image(RING) // 255 * 100
    assert loops.count(faint[None], 100).tolist() == [1]
    assert loops.count(faint[None], 101).tolist() == [0]


def test_shares_are_of_each_class():
    shares = loops.shares(np.array([0, 1, 1, 5, 0]), np.array([0, 0, 1, 1, 1]), most=2, classes=2)
    np.testing.assert_allclose(shares, [[1 / 2, 1 / 2, 0], [1 / 3, 1 / 3, 1 / 3]])


@pytest.mark.parametrize(
    ("images", "threshold"),
    [(np.zeros((2, 3, 3)), 128), (np.zeros((3, 3), np.uint8), 128), (np.zeros((1, 3, 3), np.uint8), 0)],
)
def test_bad_input_is_refused(images, threshold):
    with pytest.raises(ValueError, match="give"):
        loops.count(images, threshold)
