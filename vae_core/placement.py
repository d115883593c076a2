"""A student's guess of where a class lies and how its ellipse points, compared with the class's own Gaussian.

The guess is a one-sigma ellipse: centre, half-axes, angle of the long axis. An axis points both ways, so angles count
up to 180°, and a nearly round class has no direction to get wrong.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vae_core.exercises.diagnosis import Diagnosis, findings

MEAN_WITHIN = 0.5  # of the class's own standard deviation towards the guess
ANGLE_WITHIN = 20.0  # degrees
SIZE_WITHIN = 1.5  # factor on the geometric mean of the half-axes
ROUND = 0.85  # short over long half-axis above which a class has no clear direction

MISTAKES = {
    "mean_off": "The centre is off: the mean is the point all the class's images balance around, also those not shown.",
    "drawn_round": "You drew a round cloud, but this class is longer one way than the other.",
    "perpendicular": "The long axis lies across yours: the class is spread most where you made it narrow.",
    "mirrored": "Mirrored: the two latent dimensions vary together with the other sign.",
    "direction_off": "The long axis points elsewhere. It follows the direction in which the images differ most.",
    "two_sigma": "Twice too large: this looks like the two-sigma ellipse. One sigma holds only 39 % of a Gaussian in "
    "2-D, so most images lie outside.",
    "too_large": "Too large. One sigma holds only 39 % of a Gaussian in 2-D, so most images lie outside.",
    "too_small": "Too small. One sigma holds 39 % of a Gaussian in 2-D, and each image adds a spread of its own.",
}


class Ellipse(NamedTuple):
    """A one-sigma ellipse in a plane of latent space."""

    mean: np.ndarray  # centre, (2,)
    long: float  # half-axes, latent units
    short: float
    angle: float  # of the long axis from the first axis, anti-clockwise, degrees in (−90, 90]

    def covariance(self) -> np.ndarray:
        r"""$R\,\mathrm{diag}(\text{long}^2, \text{short}^2)\,R^\top$, (2, 2)."""
        cos, sin = np.cos(np.radians(self.angle)), np.sin(np.radians(self.angle))
        turn = np.array([[cos, -sin], [sin, cos]])
        return turn @ np.diag([self.long**2, self.short**2]) @ turn.T


@dataclass(frozen=True)
class Comparison:
    """Guess against class."""

    distance: float  # between the centres, latent units
    sigmas: float  # the same, in the class's standard deviations along that direction (Mahalanobis)
    angle: float  # between the long axes, degrees in [0, 90]
    size: float  # geometric mean of the guessed half-axes over that of the class's
    diagnosis: Diagnosis


def ellipse_of(mean: np.ndarray, covariance: np.ndarray) -> Ellipse:
    """The one-sigma ellipse of a Gaussian in 2-D."""
    variances, axes = np.linalg.eigh(covariance)
    short, long = np.sqrt(np.maximum(variances, 0))
    return Ellipse(
        np.asarray(mean), float(long), float(short), half_turn(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])))
    )


def half_turn(degrees: float) -> float:
    """The same axis with an angle in (−90, 90]."""
    return float(90 - (90 - degrees) % 180)


def compare(guess: Ellipse, truth: Ellipse) -> Comparison:
    """How far a guess is off, each part judged on its own: centre, direction, size.

    Args:
        guess: the student's; half-axes above 0.
        truth: the class's.

    Raises:
        ValueError: a guess with a half-axis of 0 or less.
    """
    if not min(guess.long, guess.short) > 0:
        raise ValueError(f"the half-axes are {guess.long:g} and {guess.short:g}; both must be above 0")
    offset = np.asarray(guess.mean) - truth.mean
    sigmas = float(np.sqrt(offset @ np.linalg.solve(truth.covariance(), offset)))
    guessed = (
        guess
        if guess.long >= guess.short
        else guess._replace(long=guess.short, short=guess.long, angle=half_turn(guess.angle + 90))
    )
    angle = _between(guessed.angle, truth.angle)
    size = float(np.sqrt(guess.long * guess.short / (truth.long * truth.short)))
    found = findings("mean", ("mean_off",) if sigmas > MEAN_WITHIN else (), MISTAKES)
    found += findings("direction", _direction(guessed, truth, angle), MISTAKES)
    found += findings("size", _size(size), MISTAKES)
    return Comparison(float(np.linalg.norm(offset)), sigmas, angle, size, Diagnosis(found))


def is_round(ellipse: Ellipse) -> bool:
    """Whether an ellipse has no clear direction."""
    return ellipse.short > ROUND * ellipse.long


def _between(one: float, other: float) -> float:
    return abs(half_turn(one - other))


def _direction(guess: Ellipse, truth: Ellipse, angle: float) -> tuple[str, ...]:
    if is_round(truth):
        return ()
    if is_round(guess):
        return ("drawn_round",)
    if angle <= ANGLE_WITHIN:
        return ()
    if _between(-guess.angle, truth.angle) <= ANGLE_WITHIN / 2:
        return ("mirrored",)
    return ("perpendicular",) if angle >= 90 - ANGLE_WITHIN else ("direction_off",)


def _size(ratio: float) -> tuple[str, ...]:
    if 1 / SIZE_WITHIN <= ratio <= SIZE_WITHIN:
        return ()
    if ratio < 1:
        return ("too_small",)
    return ("two_sigma",) if 1.7 <= ratio <= 2.4 else ("too_large",)


def draw_images(labels: np.ndarray, count: int, seed: int) -> tuple[int, np.ndarray]:
    """A class at random, and the places of `count` of its images; the same ones for the same seed.

    Raises:
        ValueError: a class with fewer images.
    """
    rng = np.random.default_rng(seed)
    label = int(rng.choice(np.unique(labels)))
    members = np.flatnonzero(labels == label)
    if len(members) < count:
        raise ValueError(f"class {label} has {len(members)} images; draw at most so many, not {count}")
    return label, rng.choice(members, count, replace=False)
