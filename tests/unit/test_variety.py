"""Variety of drawn images: known shares, and what is refused."""

import numpy as np
import pytest

from vae_core.variety import variety


def test_variety_is_the_share_of_the_real_variance():
    real = np.random.default_rng(0).uniform(size=(50, 4, 4))
    assert variety(real[::-1], real) == pytest.approx(1)
    assert variety(np.tile(real.mean(0), (9, 1, 1)), real) == pytest.approx(0, abs=1e-30)
    shrunk = real.mean(0) + 0.5 * (real - real.mean(0))
    assert variety(shrunk, real) == pytest.approx(0.25)
    two = np.stack([np.zeros((2, 2)), np.ones((2, 2))])
    assert variety(2 * two, two) == pytest.approx(4)


@pytest.mark.parametrize(
    ("drawn", "real", "message"),
    [
        (np.ones((1, 2, 2)), np.eye(2)[:, None], "two or more"),
        (np.ones((3, 2, 2)), np.ones((3, 4, 4)), "of one size"),
        (np.eye(2)[:, None], np.ones((3, 1, 2)), "all alike"),
    ],
)
def test_bad_input_is_refused(drawn, real, message):
    with pytest.raises(ValueError, match=message):
        variety(drawn, real)
