"""The phases of the KL over training: landmarks of a history, found by rule and not by eye.

All rules read a running median over `WINDOW` records, so that single batches do not decide; the spike is read off the
records themselves, because it may last a few steps only. None of them looks at the number of a step, so they hold for
any schedule: with a constant rate of 1e-3 the spike comes within some ten steps, with a one-cycle schedule, which
starts 25 times slower, at some sixty.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import median_filter

WINDOW = 9  # records
NEAR_MEAN = 1.1  # the decoder draws the mean image when its error is within a tenth of that image's
OFF = 0.01  # nats: a rate below it is none, as in `evaluation.ACTIVE_RATE`
RISE = 0.1  # nats: what counts as a rise from the valley, and as a unit that is on
PIXEL_MEAN_BETA = 392.0  # SSE/784 + KL is ½ SSE + 392 · KL, divided by 392: the mean over pixels as a weight
SHARE = 0.75  # of the climb from the valley to the end, where "rise" is said to become "slow": a convention


class Moment(NamedTuple):
    """A step of a training and the rate there, nats per image."""

    step: int
    rate: float


class Landmarks(NamedTuple):
    """What happens to the rate, in the order of a training; None for what does not happen."""

    start: Moment
    spike: Moment  # the highest rate before the decoder has found the mean image
    valley: Moment  # the lowest smoothed rate after it
    onset: Moment | None  # where the smoothed rate is `RISE` above the valley for the first time
    border: Moment | None  # where the sharp rise is said to end: by convention
    end: Moment

    @property
    def starts_high(self) -> bool:
        """Whether the first step has at least half the rate of the end, and a rate worth the name."""
        return self.start.rate >= max(RISE, self.end.rate / 2)

    @property
    def ends_at_nothing(self) -> bool:
        """Whether z is not used at the end."""
        return self.end.rate < OFF


class Phase(NamedTuple):
    """A stretch of a training with a name."""

    name: str
    first: int  # step
    last: int


def smooth(values: ArrayLike, window: int = WINDOW) -> np.ndarray:
    """Running median along the first axis, the window cut off at both ends by repeating the outermost record."""
    values = np.asarray(values, dtype=np.float64)
    size = (window, *(1,) * (values.ndim - 1))
    return median_filter(values, size=size, mode="nearest")


def landmarks(
    step: ArrayLike, rate: ArrayLike, half_sse: ArrayLike, mean_image_half_sse: float, share: float = SHARE
) -> Landmarks:
    """Spike, valley, onset and the border between sharp and slow rise of one training.

    A training begins with the decoder learning to draw one picture for all, the mean image; its error then is half the
    pixels' total variance. The spike is the highest rate before the error has come within a tenth of that, the valley
    the lowest smoothed rate afterwards.

    Args:
        step: ascending, (T,), T at least `WINDOW`.
        rate: KL(q(z|x) ‖ p(z)) of each recorded batch, nats per image, (T,).
        half_sse: half the summed squared error of each recorded batch, (T,).
        mean_image_half_sse: that of the mean image: half the trace of the pixels' covariance.
        share: of the climb from the valley to the end at which the border is drawn, in (0, 1).

    Raises:
        ValueError: arrays of different lengths, too short, not finite, steps that do not ascend, a share out of range.
    """
    step, rate, half_sse = _checked(step, rate, half_sse)
    if not 0 < share < 1:
        raise ValueError(f"share is {share}; allowed: numbers between 0 and 1, both excluded")
    smoothed = smooth(rate)
    found = np.flatnonzero(smooth(half_sse) <= NEAR_MEAN * mean_image_half_sse)
    until = found[0] if len(found) else len(step) - 1
    spike = int(np.argmax(rate[: until + 1]))
    valley = spike + int(np.argmin(smoothed[spike:]))

    def moment(at: int | None, values: np.ndarray = smoothed) -> Moment | None:
        return None if at is None else Moment(int(step[at]), float(values[at]))

    onset = _first(smoothed > smoothed[valley] + RISE, valley)
    border = None
    if onset is not None:
        climbed = smoothed[valley] + share * (smoothed[-1] - smoothed[valley])
        border = _first(smoothed >= climbed, onset)
    return Landmarks(
        moment(0, rate), moment(spike, rate), moment(valley), moment(onset), moment(border), moment(len(step) - 1)
    )


def phases(marks: Landmarks) -> list[Phase]:
    """The stretches between the landmarks, those of no length left out."""
    end = marks.end.step
    onset = marks.onset.step if marks.onset else end
    border = marks.border.step if marks.border else onset
    found = [
        Phase("up", marks.start.step, marks.spike.step),
        Phase("down", marks.spike.step, onset),
        Phase("sharp rise", onset, border),
        Phase("slow rise", border, end),
    ]
    return [phase for phase in found if phase.last > phase.first]


def switch_on_steps(step: ArrayLike, rate_per_dimension: ArrayLike, threshold: float = RISE) -> list[int | None]:
    """For each latent dimension the step from which its smoothed rate stays above the threshold; None if it is off.

    The last crossing counts: what a unit does in the spike is not yet use.

    Args:
        step: (T,); `rate_per_dimension` (T, latent_dim), nats per image.

    Raises:
        ValueError: shapes that do not fit.
    """
    step, rates = np.asarray(step), np.asarray(rate_per_dimension, dtype=np.float64)
    if rates.ndim != 2 or len(rates) != len(step):
        raise ValueError(f"rate_per_dimension has shape {rates.shape}; allowed: ({len(step)}, latent_dim)")
    above = smooth(rates) > threshold
    found = []
    for unit in above.T:
        below = np.flatnonzero(~unit)
        at = 0 if len(below) == 0 else int(below[-1]) + 1
        found.append(int(step[at]) if at < len(step) else None)
    return found


def _first(holds: np.ndarray, start: int) -> int | None:
    found = np.flatnonzero(holds[start:])
    return start + int(found[0]) if len(found) else None


def _checked(*arrays: ArrayLike) -> list[np.ndarray]:
    found = [np.asarray(array, dtype=np.float64) for array in arrays]
    shapes = [array.shape for array in found]
    if len({*shapes}) != 1 or found[0].ndim != 1 or len(found[0]) < WINDOW:
        raise ValueError(f"step, rate and half_sse have shapes {shapes}; allowed: three times (T,), T of {WINDOW} up")
    if not all(np.isfinite(array).all() for array in found):
        raise ValueError("step, rate or half_sse holds a value that is not finite; such a training has diverged")
    if not (np.diff(found[0]) > 0).all():
        raise ValueError("steps must ascend, each recorded once")
    return found
