"""Drawings as the pad hands them over, drawings that are no digits, and how unusual an image is."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core import drawn, unusual, zoo
from vae_core.ink import PictureError, even_paper
from vae_core.mnist_form import to_mnist

ALL = drawn.SIDE**2


def test_runs_are_read_row_by_row_onto_the_middle_of_the_sheet():
    sheet = np.asarray(drawn.read(f"a{drawn.SIDE}pb2a{ALL - drawn.SIDE - 3}"))
    assert sheet.shape == (280, 280)
    assert sheet[drawn.RING + 1, drawn.RING : drawn.RING + 4].tolist() == [0, 238, 238, 255]
    assert (sheet != 255).sum() == 3


@pytest.mark.parametrize(
    "text", ["", "a", "p99999", f"a{ALL}a", f"q{ALL}", f"a{ALL} ", "a" * 10**6, "a99999" * 9, "ａ9", "a-1"]
)
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(PictureError, match="did not arrive whole"):
        drawn.read(text)


@given(st.text(alphabet="apq0159 \n", max_size=60))
def test_any_text_is_a_whole_sheet_or_refused(text):
    with contextlib.suppress(PictureError):
        assert drawn.read(text).size == (280, 280)


@pytest.mark.parametrize("name", drawn.NO_DIGITS)
def test_drawings_that_are_no_digits_are_evenly_lit_and_brought_into_form(name):
    sheet = np.asarray(drawn.no_digit(name))
    np.testing.assert_array_equal(even_paper(sheet), sheet)
    assert (to_mnist(drawn.no_digit(name)).image > 0.5).sum() > 40


def test_shares_count_those_that_are_equal_half():
    others = np.array([1.0, 2.0, 2.0, 3.0])
    assert [unusual.share_below(others, value) for value in (0, 1, 2, 2.5, 3, 9)] == [0, 0.125, 0.5, 0.75, 0.875, 1]


def test_rate_and_error_at_the_mean_are_those_of_their_formulae():
    digits = zoo.digits()
    images = digits.images[::500] / np.float32(255)
    seen = unusual.at_mean(zoo.load("mlp-d8-b0.1"), images)
    variance = np.exp(seen.logvar)
    np.testing.assert_allclose(seen.rate, 0.5 * (seen.mean**2 + variance - 1 - seen.logvar).sum(1), rtol=1e-5)
    np.testing.assert_allclose(seen.half_sse, 0.5 * ((images - seen.x_mean) ** 2).sum((1, 2)), rtol=1e-5)
    assert seen.half_sse.mean() < zoo.metrics("mlp-d8-b0.1")["test"]["half_sse"] * 1.5
