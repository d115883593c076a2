"""Two models on the same digits: the loss of each, and whether their difference is more than chance."""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from vae_core.evaluation import ImageTerms

TWO_STANDARD_ERRORS = 2.0


class Difference(NamedTuple):
    """Mean loss of two models on the same images, nats per image, and the first less the second.

    `stderr` is the standard error of the paired difference over images.
    """

    first: float
    second: float
    difference: float
    stderr: float

    def less(self, other: "Difference") -> "Difference":
        """This difference less that of the same two models on other images: independent, so their variances add."""
        return Difference(
            self.first - other.first,
            self.second - other.second,
            self.difference - other.difference,
            math.hypot(self.stderr, other.stderr),
        )

    @property
    def is_chance(self) -> bool:
        """Whether the difference is within two standard errors of zero."""
        return abs(self.difference) <= TWO_STANDARD_ERRORS * self.stderr


def loss(terms: "ImageTerms", beta: float) -> np.ndarray:
    """What a β-VAE minimises, of each image: distortion + β · rate, nats, (N,)."""
    return terms.distortion + beta * terms.rate


def compare(first: "ImageTerms", second: "ImageTerms", beta: float, shown: np.ndarray) -> Difference:
    """Losses of two models on the images `shown` (N,) bool, both with the same β.

    Raises:
        ValueError: fewer than two images.
    """
    a, b = loss(first, beta)[shown], loss(second, beta)[shown]
    if len(a) < 2:
        raise ValueError(f"{len(a)} image has no spread; compare at least two")
    apart = a - b
    stderr = float(apart.std(ddof=1)) / len(apart) ** 0.5
    return Difference(float(a.mean()), float(b.mean()), float(apart.mean()), stderr)
