"""What is typical of a class, against brute force."""

import numpy as np
import pytest

from vae_core import typical_digits

RNG = np.random.default_rng(0)


def test_the_medoid_is_the_median_on_a_line_and_the_best_by_brute_force():
    assert typical_digits.medoid(np.array([[0.0], [100.0], [3.0], [4.0], [1.0]])) == 2
    points = RNG.normal(size=(30, 4))
    totals = [sum(np.linalg.norm(point - other) for other in points) for point in points]
    assert typical_digits.medoid(points) == int(np.argmin(totals))


def test_each_class_has_its_own_mean_median_and_real_digit():
    images = RNG.integers(0, 256, size=(20, 4, 4)).astype(np.uint8)
    labels, mean = np.arange(20) % 2, RNG.normal(size=(20, 3))
    mean_image, median_image = typical_digits.average_images(images, labels, classes=(1, 0))
    np.testing.assert_allclose(mean_image[0], images[1::2].mean(0) / 255)
    np.testing.assert_allclose(median_image[1], np.median(images[::2], axis=0) / 255)
    assert labels[typical_digits.median_digits(mean, labels, classes=(1, 0))].tolist() == [1, 0]
    with pytest.raises(ValueError, match="class 5"):
        typical_digits.average_images(images, labels, classes=(5,))
    with pytest.raises(ValueError, match="class 5"):
        typical_digits.median_digits(mean, labels, classes=(5,))


def test_pen_on_paper_is_not_grey_and_a_wash_is():
    assert typical_digits.grey_share(np.array([[0.0, 1.0, 0.95, 0.05]])) == 0
    assert typical_digits.grey_share(np.array([[0.0, 0.5, 0.4, 1.0]])) == pytest.approx(2 / 3)
    assert typical_digits.grey_share(np.zeros((2, 2))) == 0


def test_a_wide_class_may_lose_its_mean_to_a_narrow_one():
    means = np.array([[0.0, 0.0], [0.3, 0.0], [9.0, 0.0]])
    covariances = np.array([4 * np.eye(2), 0.2 * np.eye(2), np.eye(2)])
    assert typical_digits.claimed(means, covariances).tolist() == [1, 1, 2]
