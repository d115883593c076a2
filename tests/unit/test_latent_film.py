"""The film of a latent space: moments against the mixtures', quantised coordinates, the share between classes."""

import numpy as np
import pytest

from vae_core import latent_film as film
from vae_core.mixture import class_mixtures

RNG = np.random.default_rng(0)
STEP = np.array([0, 1, 10, 100])
LABELS = np.repeat(np.arange(10), 6)
MEAN, LOGVAR = RNG.normal(0, 2, (4, 60, 5)), RNG.normal(-1, 1, (4, 60, 5))
AXES = np.linalg.qr(RNG.normal(size=(5, 5)))[0][:2]


def test_moments_are_those_of_each_class_s_mixture_seen_along_the_axes():
    found = film.latent_film(STEP, MEAN, LOGVAR, LABELS, AXES)
    for frame in range(len(STEP)):
        for digit, mixture in class_mixtures(MEAN[frame], LOGVAR[frame], LABELS).items():
            assert found.class_mean[frame, digit] == pytest.approx(AXES @ mixture.mean())
            assert found.class_covariance[frame, digit] == pytest.approx(AXES @ mixture.covariance() @ AXES.T)
    assert found.points == pytest.approx(MEAN @ AXES.T)


def test_the_limits_hold_the_middle_of_every_step_and_the_prior():
    found = film.latent_film(STEP, MEAN, LOGVAR, LABELS, AXES)
    inside = ((found.points >= found.limits[:, 0]) & (found.points <= found.limits[:, 1])).mean((1,))
    assert (inside >= 0.96).all()
    still = film.latent_film(STEP, 0 * MEAN, LOGVAR, LABELS, AXES)
    assert (still.limits[:, 0] < -2).all()
    assert (still.limits[:, 1] > 2).all()


def test_quantised_coordinates_are_good_to_a_fraction_of_a_pixel():
    found = film.latent_film(STEP, MEAN, LOGVAR, LABELS, AXES)
    whole = film.quantised(found.points, found.limits)
    assert whole.dtype == np.int16
    centre, half = found.limits.mean(1), np.ptp(found.limits, axis=1) / 2
    back = whole / film.STEPS_A_SIDE * half + centre
    assert np.abs(back - found.points).max() < half.max() / 20_000
    beyond = film.quantised(np.array([[100.0, -100.0]]), found.limits)
    assert beyond.tolist() == [[2 * film.STEPS_A_SIDE, -2 * film.STEPS_A_SIDE]]


def test_the_share_between_classes_is_the_law_of_total_variance():
    share = film.between_share(MEAN, LOGVAR, LABELS)
    for frame in range(len(STEP)):
        mixtures = class_mixtures(MEAN[frame], LOGVAR[frame], LABELS)
        between = np.var([mixture.mean() for mixture in mixtures.values()], axis=0).sum()
        whole = (np.exp(LOGVAR[frame]).mean(0) + MEAN[frame].var(0)).sum()  # all ten classes are of one size
        assert share[frame] == pytest.approx(between / whole)
    apart = np.broadcast_to(100.0 * LABELS[:, None], (1, 60, 5))
    assert film.between_share(apart, np.full((1, 60, 5), -9.0), LABELS) == pytest.approx(1, abs=1e-6)


def test_the_nearest_frame_is_nearest_on_a_logarithmic_axis():
    assert [film.nearest_frame(STEP, wanted) for wanted in (0, 1, 3, 4, 31, 33, 5000)] == [0, 1, 1, 2, 2, 3, 3]


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="shapes"):
        film.latent_film(STEP[:-1], MEAN, LOGVAR, LABELS, AXES)
    with pytest.raises(ValueError, match=r"\(k, 5\)"):
        film.latent_film(STEP, MEAN, LOGVAR, LABELS, np.eye(3))
    with pytest.raises(ValueError, match="no digit 9"):
        film.latent_film(STEP, MEAN, LOGVAR, LABELS % 9, AXES)
