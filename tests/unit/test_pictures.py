"""Pictures are what the arrays say, pixel by pixel."""

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vae_core.charts import palette, pictures


def _read(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


@given(seed=st.integers(0, 2**32 - 1), colour=st.booleans(), height=st.integers(1, 40), width=st.integers(1, 40))
def test_png_gives_the_pixels_back(seed, colour, height, width):
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3) if colour else (height, width), np.uint8)
    assert np.array_equal(_read(pictures.png_bytes(image)), image)
    head, _, body = pictures.data_uri(image).partition(",")
    assert head == "data:image/png;base64"
    assert np.array_equal(_read(base64.b64decode(body)), image)


def test_data_uris_keep_the_order():
    images = np.stack([np.full((28, 28), value, np.uint8) for value in (0, 7, 255)])
    assert pictures.data_uris(images) == [pictures.data_uri(image) for image in images]


@given(value=st.integers(0, 255))
def test_floats_and_bytes_are_the_same_picture(value):
    as_bytes = np.full((2, 2), value, np.uint8)
    assert np.array_equal(pictures.to_uint8(as_bytes / 255), as_bytes)
    assert np.array_equal(pictures.to_uint8((as_bytes / 255).astype(np.float32)), as_bytes)


@pytest.mark.parametrize("bad", [np.array([[3]]), np.array([[np.nan]]), np.array([["a"]]), np.array([[True]])])
def test_what_is_no_picture_is_refused(bad):
    with pytest.raises(ValueError, match="allowed"):
        pictures.to_uint8(bad)


@given(
    count=st.integers(1, 12),
    columns=st.integers(1, 5),
    gap=st.integers(0, 3),
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    channels=st.sampled_from([(), (3,)]),
)
def test_grid_places_every_tile(count, columns, gap, size, channels):
    height, width = size
    images = np.random.default_rng(count).integers(0, 255, (count, height, width, *channels), np.uint8)
    picture = pictures.grid(images, columns, gap, background=1.0)
    rows = -(-count // columns)
    assert picture.shape == (rows * (height + gap) + gap, columns * (width + gap) + gap, *channels)
    seen = np.zeros(picture.shape, bool)
    for index, image in enumerate(images):
        top = gap + index // columns * (height + gap)
        left = gap + index % columns * (width + gap)
        assert np.array_equal(picture[top : top + height, left : left + width], image)
        seen[top : top + height, left : left + width] = True
    assert (picture[~seen] == 255).all()


@pytest.mark.parametrize(
    ("images", "columns", "gap"),
    [(np.zeros((0, 2, 2)), 1, 0), (np.zeros((2, 2)), 1, 0), (np.zeros((1, 2, 2)), 0, 0), (np.zeros((1, 2, 2)), 1, -1)],
)
def test_grids_of_nothing_are_refused(images, columns, gap):
    with pytest.raises(ValueError, match="allowed"):
        pictures.grid(images, columns, gap)


def test_signed_map_is_antisymmetric_in_meaning_and_saturates():
    drawn = pictures.signed_map(np.array([[-9.0, -1.0, 0.0, 1.0, 9.0]]))[0]
    low, high = np.rint(palette.rgb((palette.DIVERGING[0], palette.DIVERGING[-1])) * 255)
    assert np.array_equal(drawn[0], drawn[1])
    assert np.array_equal(drawn[0], low)
    assert np.array_equal(drawn[4], drawn[3])
    assert np.array_equal(drawn[4], high)
    assert drawn[2].min() > 220  # nothing to show is nearly white
    assert np.array_equal(pictures.signed_map(np.array([[0.5]]), limit=0.5)[0, 0], high)
    with pytest.raises(ValueError, match="allowed"):
        pictures.signed_map(np.zeros((2, 2)), limit=0)


@given(scale=st.integers(1, 6))
def test_enlarged_pixels_are_squares(scale):
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    large = pictures.enlarge(image, scale)
    assert np.array_equal(large[::scale, ::scale], image)
    assert np.array_equal(large, np.kron(image, np.ones((scale, scale), np.uint8)))
