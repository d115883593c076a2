"""A guessed ellipse against the class's: what is right, and each thing that can be wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core import placement
from vae_core.gaussians import log_density
from vae_core.placement import Ellipse

TRUTH = Ellipse(np.array([1.0, -0.5]), 1.2, 0.4, 30.0)


@given(st.floats(0.2, 3), st.floats(0.1, 0.99), st.floats(-89.9, 90))
def test_ellipse_and_covariance_are_each_others_inverse(long, narrow, angle):
    ellipse = Ellipse(np.zeros(2), long, narrow * long, angle)
    again = placement.ellipse_of(ellipse.mean, ellipse.covariance())
    np.testing.assert_allclose(again.covariance(), ellipse.covariance(), atol=1e-9)
    assert -90 < again.angle <= 90
    assert again.long >= again.short


@pytest.mark.parametrize(
    ("guess", "mistakes"),
    [
        (TRUTH, ()),
        (TRUTH._replace(angle=TRUTH.angle - 180), ()),  # an axis points both ways
        (TRUTH._replace(long=0.4, short=1.2, angle=-60.0), ()),  # the same ellipse, axes named the other way round
        (TRUTH._replace(mean=np.array([1.1, -0.5]), angle=40.0, long=1.4), ()),
        (TRUTH._replace(mean=np.array([0.2, 0.4])), ("mean_off",)),
        (TRUTH._replace(angle=120.0), ("perpendicular",)),
        (TRUTH._replace(angle=-30.0), ("mirrored",)),
        (TRUTH._replace(angle=75.0), ("direction_off",)),
        (TRUTH._replace(long=0.7, short=0.68), ("drawn_round",)),
        (TRUTH._replace(long=2.4, short=0.8), ("two_sigma",)),
        (TRUTH._replace(long=4.8, short=1.6), ("too_large",)),
        (TRUTH._replace(long=0.5, short=0.2), ("too_small",)),
        (TRUTH._replace(mean=np.zeros(2), angle=120.0), ("mean_off", "perpendicular")),
    ],
)
def test_each_mistake_is_named(guess, mistakes):
    assert placement.compare(guess, TRUTH).diagnosis.mistakes == mistakes


def test_a_round_class_has_no_direction_to_miss():
    truth = Ellipse(np.zeros(2), 1.0, 0.9, 10.0)
    assert placement.compare(truth._replace(angle=100.0), truth).diagnosis.correct


def test_distance_in_sigmas_is_the_drop_of_the_log_density():
    guess = TRUTH._replace(mean=np.array([0.3, 0.7]))
    found = placement.compare(guess, TRUTH)
    covariance = TRUTH.covariance()
    drop = log_density(TRUTH.mean, TRUTH.mean, covariance) - log_density(guess.mean, TRUTH.mean, covariance)
    assert found.sigmas == pytest.approx(np.sqrt(2 * drop))
    assert found.distance == pytest.approx(np.hypot(0.7, 1.2))


def test_a_seed_is_a_class_and_its_images():
    labels = np.repeat(np.arange(10), 20)
    for seed in range(30):
        label, places = placement.draw_images(labels, 12, seed)
        assert (labels[places] == label).all()
        assert len(set(places.tolist())) == 12
        assert placement.draw_images(labels, 12, seed)[1].tolist() == places.tolist()
    assert len({placement.draw_images(labels, 12, seed)[0] for seed in range(60)}) == 10
    with pytest.raises(ValueError, match="draw at most"):
        placement.draw_images(labels, 21, 0)


def test_an_ellipse_without_size_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        placement.compare(TRUTH._replace(short=0.0), TRUTH)
