"""Pictures drawn with a known weight, width, height and slant are measured as such."""

import numpy as np
import pytest

from vae_core.strokes import MEASURES, change_along, measure, spread


def bar(slant: float, size: int = 28, ink: float = 1.0) -> np.ndarray:
    """A bar three pixels wide and twenty tall that leans `slant` pixels to the right per pixel up."""
    image = np.zeros((size, size))
    for row in range(4, 24):
        middle = size // 2 + slant * (13.5 - row)
        for column in range(size):
            image[row, column] = ink * np.clip(2 - abs(column - middle), 0, 1)
    return image


@pytest.mark.parametrize("slant", [-0.5, 0.0, 0.3])
def test_a_leaning_bar_has_its_slant(slant):
    found = measure(bar(slant))
    assert found["slant"] == pytest.approx(slant, abs=0.01)
    assert found["height"] == pytest.approx(2 * np.sqrt((20**2 - 1) / 12), abs=1e-9)
    assert found["weight"] == pytest.approx(bar(slant).sum())


def test_a_rectangle_has_the_spread_of_a_uniform_distribution():
    image = np.zeros((20, 30))
    image[5:10, 4:16] = 0.5
    found = measure(np.stack([image, np.roll(image, 3, axis=1)]))
    np.testing.assert_allclose(found["width"], 2 * np.sqrt((12**2 - 1) / 12))
    np.testing.assert_allclose(found["height"], 2 * np.sqrt((5**2 - 1) / 12))
    np.testing.assert_allclose(found["weight"], 30)
    np.testing.assert_allclose(found["slant"], 0, atol=1e-12)


def test_a_walk_is_measured_against_real_pictures():
    real = np.stack([bar(slant) for slant in np.linspace(-0.4, 0.4, 9)])
    changes = change_along(np.stack([bar(-0.2), bar(0), bar(0.2)]), spread(real))
    assert set(changes) == set(MEASURES)
    first, last, sds = changes["slant"]
    assert (first, last) == pytest.approx((-0.2, 0.2), abs=0.01)
    assert sds == pytest.approx(0.4 / np.std(np.linspace(-0.4, 0.4, 9)), rel=0.02)
    assert np.isnan(changes["height"][2])  # bars all of one height


def test_no_ink_has_a_weight_and_nothing_else():
    found = measure(np.zeros((2, 5, 5)))
    assert found["weight"].tolist() == [0, 0]
    assert np.isnan(found["slant"]).all()
    with pytest.raises(ValueError, match="shape"):
        measure(np.zeros(5))
