"""Landmarks of the KL: found where a synthetic training was made to have them, at any speed, and in the zoo."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core import collapse, phases, zoo
from vae_core.recorders import recorded_steps

TOTAL, MEAN_IMAGE = 6900, 26.4
STEPS = recorded_steps(TOTAL)


def training(slower: float = 1.0, start: float = 0.01, noise: float = 0.0):
    """A training with its spike at step 10, valley at 40, and a slow rise to 6 nats, all `slower` times later."""
    knots = slower * np.array([0.1, 10, 25, 40, 60, 1000, TOTAL])
    rate = np.exp(np.interp(np.log(STEPS), np.log(knots), np.log([start, 9.0, 0.5, 0.3, 0.5, 5.0, 6.0])))
    error = MEAN_IMAGE * (1 + 2.5 * np.exp(-STEPS / (8 * slower)))
    return STEPS, rate * np.exp(noise * np.random.default_rng(0).standard_normal(len(STEPS))), error


@given(st.floats(0.7, 3.0), st.floats(0, 0.04))
def test_landmarks_lie_where_they_were_put_however_slow_the_training(slower, noise):
    marks = phases.landmarks(*training(slower, noise=noise), MEAN_IMAGE)
    assert marks.spike.step == pytest.approx(10 * slower, rel=0.15, abs=1)
    assert marks.valley.step == pytest.approx(40 * slower, rel=0.3)
    assert marks.valley.step < marks.onset.step < 75 * slower
    assert marks.onset.rate > marks.valley.rate + phases.RISE
    climbed = (marks.border.rate - marks.valley.rate) / (marks.end.rate - marks.valley.rate)
    assert climbed == pytest.approx(phases.SHARE, abs=0.05)
    assert not marks.starts_high
    assert not marks.ends_at_nothing


def test_phases_follow_each_other_without_gap_from_the_first_step_to_the_last():
    found = phases.phases(phases.landmarks(*training(), MEAN_IMAGE))
    assert [phase.name for phase in found] == ["up", "down", "sharp rise", "slow rise"]
    assert [phase.last for phase in found[:-1]] == [phase.first for phase in found[1:]]
    assert (found[0].first, found[-1].last) == (1, TOTAL)


def test_the_border_is_a_convention_and_moves_with_its_share():
    borders = [phases.landmarks(*training(), MEAN_IMAGE, share=share).border.step for share in (0.5, 0.75, 0.9)]
    assert borders == sorted(borders)
    assert borders[0] < borders[-1]


def test_a_high_start_is_told_from_a_spike():
    step, rate, error = training(start=0.01)
    high = np.where(step < 10, 19 / step, rate)
    marks = phases.landmarks(step, high, error, MEAN_IMAGE)
    assert marks.starts_high
    assert marks.spike.step == 1
    assert [phase.name for phase in phases.phases(marks)] == ["down", "sharp rise", "slow rise"]


def test_a_collapse_has_neither_onset_nor_border():
    step, _, error = training()
    marks = phases.landmarks(step, 0.008 / step, error, MEAN_IMAGE)
    assert (marks.onset, marks.border) == (None, None)
    assert marks.ends_at_nothing
    assert not marks.starts_high
    assert [phase.name for phase in phases.phases(marks)] == ["down"]


def test_a_unit_switches_on_at_its_last_crossing():
    step = np.arange(1, 301)
    spike = np.where((step > 20) & (step < 60), 3.0, 0.01)
    later, never, always = np.where(step >= 200, 1.0, spike), spike, np.full(300, 0.5)
    found = phases.switch_on_steps(step, np.stack([later, never, always], axis=1))
    assert found == [200, None, 1]


def test_smoothing_is_the_running_median():
    values = np.random.default_rng(0).normal(size=(50, 3))
    smoothed = phases.smooth(values)
    assert np.array_equal(smoothed[4:-4], [np.median(values[i - 4 : i + 5], axis=0) for i in range(4, 46)])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s, r, e: (s, r[:-1], e), "three times"),
        (lambda s, r, e: (s[:5], r[:5], e[:5]), "9 up"),
        (lambda s, r, e: (s, r * np.nan, e), "diverged"),
        (lambda s, r, e: (s[::-1], r, e), "ascend"),
    ],
)
def test_what_is_no_training_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        phases.landmarks(*change(*training()), MEAN_IMAGE)


def test_shares_and_shapes_are_checked():
    with pytest.raises(ValueError, match="share is 1"):
        phases.landmarks(*training(), MEAN_IMAGE, share=1)
    with pytest.raises(ValueError, match="latent_dim"):
        phases.switch_on_steps(np.arange(5), np.zeros((4, 2)))


def test_the_loss_of_a_mean_over_pixels_is_that_of_beta_392():
    sse, rate = 37.0, 2.5
    assert sse / 784 + rate == pytest.approx((0.5 * sse + phases.PIXEL_MEAN_BETA * rate) / 392)


def of_run(run_id: str) -> phases.Landmarks:
    history = zoo.history(run_id)
    mean_image = collapse.mean_image_half_sse(zoo.digits().images)
    return phases.landmarks(history["step"], history["rate"], history["half_sse"], mean_image)


@pytest.mark.parametrize("latent_dim", [2, 8, 16])
def test_in_the_zoo_the_start_depends_on_the_initial_weights_and_the_rest_does_not(latent_dim):
    default, wide = (of_run(f"mlp-d{latent_dim}-b1{init}-constant") for init in ("", "-init-normal-0.1"))
    assert not default.starts_high
    assert wide.starts_high
    for marks in (default, wide):
        assert marks.spike.step < 30 < marks.valley.step < marks.onset.step < marks.border.step
        assert marks.spike.rate > marks.end.rate > 2.5
        assert marks.valley.rate < marks.end.rate / 2


def test_in_the_zoo_one_cycle_comes_later_and_a_mean_over_pixels_never_rises():
    constant, cycle = of_run("mlp-d8-b1-constant"), of_run("mlp-d8-b1")
    assert cycle.spike.step > 3 * constant.spike.step
    assert cycle.valley.step > 3 * constant.valley.step
    bug = of_run("mlp-d8-b392-constant")
    assert bug.onset is None
    assert bug.ends_at_nothing
