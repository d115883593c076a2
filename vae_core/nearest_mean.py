"""Reading a class off a latent: the nearest class mean, and which classes it mistakes for each other."""

import itertools
from typing import NamedTuple

import numpy as np


class Reading(NamedTuple):
    """How well the nearest class mean names held-out digits.

    `accuracy` in [0, 1], `count` digits judged, `per_class` of each, `confusion` (10, 10): rows the true digit, columns
    the class of the nearest mean.
    """

    accuracy: float
    count: int
    per_class: int
    confusion: np.ndarray


def read(mean: np.ndarray, labels: np.ndarray, held_out: np.ndarray, classes: int = 10) -> Reading:
    """Class means from the digits that were trained on, accuracy on those that were not; Euclidean distance.

    Args:
        mean: posterior means, (N, latent_dim).
        labels: digits, (N,).
        held_out: which to judge, (N,) bool; the others give the means.
    """
    centres = np.array([mean[~held_out & (labels == digit)].mean(0) for digit in range(classes)])  # (K, d)
    distances = np.linalg.norm(mean[held_out][:, None] - centres, axis=2)  # (M, K)
    true, named = labels[held_out].astype(int), distances.argmin(1)
    confusion = np.zeros((classes, classes), int)
    np.add.at(confusion, (true, named), 1)
    return Reading(float((true == named).mean()), len(true), int(confusion.sum(1).min()), confusion)


def confused_pairs(reading: Reading) -> list[tuple[int, int, int]]:
    """(a, b, times a was taken for b or b for a) for every pair a < b, most confused first, ties by digit."""
    both = reading.confusion + reading.confusion.T
    pairs = [(a, b, int(both[a, b])) for a, b in itertools.combinations(range(len(both)), 2)]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[:2]))
