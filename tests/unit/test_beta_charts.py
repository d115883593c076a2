"""Charts of β: a digit is one dot in every frame, axes do not move, marks stand where the runs are."""

import numpy as np
import pytest

from vae_core.charts import beta, beta_curves, palette
from vae_core.ellipses import ellipse

LABELS = np.repeat(np.arange(10), 6)
FOLLOWED = np.arange(0, 60, 6)


def cloud(seed):
    rng = np.random.default_rng(seed)
    return beta.Cloud(rng.normal(size=(60, 2)), rng.normal(size=(10, 2)), np.tile(np.diag([1.0, 0.25]), (10, 1, 1)))


@pytest.fixture(scope="module")
def frames():
    return [beta.Frame(f"{b:g}", cloud(k), (f"data:,{b}",) * 2, f"rate {k}") for k, b in enumerate((0.1, 1, 10))]


@pytest.fixture(scope="module")
def figure(frames):
    return beta.all_betas(frames, LABELS, FOLLOWED, ("z₁", "z₂"), ("one", "two"), 4.0, 1).checked()


def test_every_frame_moves_the_same_traces_and_every_digit_stays_the_same_point(figure, frames):
    assert [frame.name for frame in figure.frames] == ["0.1", "1", "10"]
    for drawn, frame in zip(figure.frames, frames, strict=True):
        assert list(drawn.traces) == list(range(1, len(figure.data)))  # all but the prior
        for digit in range(10):
            dots = np.column_stack([drawn.data[digit].x, drawn.data[digit].y])
            np.testing.assert_allclose(dots, frame.cloud.points[digit == LABELS], atol=6e-4)
            assert drawn.data[digit].marker.color == palette.COLOURS[digit]
        pictured = np.column_stack([drawn.data[20].x, drawn.data[20].y])
        np.testing.assert_allclose(pictured, frame.cloud.points[FOLLOWED], atol=6e-4)
        assert [image.source for image in drawn.layout.images] == list(frame.strips)
        assert drawn.layout.annotations[0].text == frame.readout
    for shown, first in zip(figure.data[1:], figure.frames[1].data, strict=True):
        np.testing.assert_array_equal(shown.x, first.x)


def test_axes_are_the_same_in_every_frame_and_at_one_scale(figure):
    assert figure.layout.xaxis.range == figure.layout.yaxis.range == (-4, 4)
    assert figure.layout.yaxis.scaleanchor == "x"
    assert all(frame.layout.xaxis.range is None for frame in figure.frames)
    assert np.nanmax(np.hypot(figure.data[0].x, figure.data[0].y)) == pytest.approx(2, abs=2e-3)  # the prior, 2 σ


def test_the_slider_names_every_beta_and_plays_its_frame(figure):
    (slider,) = figure.layout.sliders
    assert slider.active == 1
    for step, frame in zip(slider.steps, figure.frames, strict=True):
        assert step.label == frame.name
        assert list(step.args[0]) == [frame.name]
        assert step.args[1]["frame"]["redraw"]  # pictures and words change too
    play, pause = figure.layout.updatemenus[0].buttons
    assert play.args[0] is None
    assert list(pause.args[0]) == [None]


def test_pictures_words_and_plane_do_not_overlap(figure):
    bottom = figure.layout.yaxis.domain[0]
    heads = [words.y for words in figure.layout.annotations[1:]]
    tops = [image.y for image in figure.layout.images]
    feet = [image.y - image.sizey for image in figure.layout.images]
    assert heads == tops
    assert bottom > tops[0] > feet[0] > tops[1] > feet[1] >= -1e-9


def test_ellipses_are_one_sigma_of_the_class(figure, frames):
    line = figure.frames[0].data[13]
    expected = ellipse(frames[0].cloud.class_mean[3], frames[0].cloud.class_covariance[3], 1.0, 41)
    np.testing.assert_allclose(np.column_stack([line.x, line.y]), expected, atol=6e-4)


def test_one_cloud_has_the_same_traces_as_a_frame():
    alone = beta.cloud(cloud(0), LABELS, FOLLOWED, ("a", "b"), 3.0).checked()
    assert len(alone.data) == 23
    assert alone.layout.xaxis.range == (-3, 3)
    assert alone.layout.xaxis.title.text == "a"


def test_rates_are_ordered_each_run_for_itself():
    figure = beta_curves.rates(np.array([0.5, 2.0, 0.0]), np.array([1.0, 0.1, 3.0]), ("left", "right")).checked()
    np.testing.assert_allclose(figure.data[0].y, [2, 0.5, 0])
    np.testing.assert_allclose(figure.data[1].y, [3, 1, 0.1])
    assert figure.data[0].marker.pattern.shape != figure.data[1].marker.pattern.shape


def test_curves_mark_the_two_runs_and_the_other_seed():
    betas, values = np.array([0.1, 1, 10]), np.array([5.0, 3.0, 0.0])
    marked = [(0, "left", beta.LEFT), (2, "right", beta.RIGHT)]
    figure = beta_curves.curve(betas, values, "nats", marked, (np.array([1.0]), np.array([3.2]))).checked()
    line, seed, left, right = figure.data
    np.testing.assert_array_equal(line.x, betas)
    assert (seed.x[0], seed.y[0]) == (1, 3.2)
    assert (left.x[0], left.y[0], right.x[0], right.y[0]) == (0.1, 5, 10, 0)
    assert left.marker.symbol != right.marker.symbol
    assert figure.layout.xaxis.type == "log"
    shares = beta_curves.curve(betas, values, "share", marked[:1], percent=True).checked()
    assert shares.layout.yaxis.tickformat == ".0%"
