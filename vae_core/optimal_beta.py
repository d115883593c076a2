"""Which β is best: runs alike but for β, where each of several criteria is best, and what fails on the frontier."""

from typing import NamedTuple

import numpy as np

from vae_core.beta import Secant


class Criterion(NamedTuple):
    """Something by which a β may be called best.

    Attributes:
        key: column of the table of runs.
        name: for students.
        unit: of its values, or "".
        high: whether more is better.
        format: of its values, as Python writes it.
    """

    key: str
    name: str
    unit: str
    high: bool
    format: str


# From the data's own measure to those that ask for something else.
CRITERIA = (
    Criterion("negative_elbo", "−ELBO, best σ²", "nats", False, ".1f"),
    Criterion("prior", "samples: prior", "Fréchet", False, ".3g"),
    Criterion("gaussian", "samples: one Gaussian", "Fréchet", False, ".3g"),
    Criterion("classes", "samples: class Gaussians", "Fréchet", False, ".3g"),
    Criterion("class_accuracy", "classes told apart", "", True, ".1%"),
    Criterion("active_units", "active units", "", True, ".0f"),
)


def best_rows(values: np.ndarray, high: bool) -> np.ndarray:
    """Positions of the best values, ascending; several where they tie; nan is never best.

    Raises:
        ValueError: no value.
    """
    values = np.asarray(values, dtype=np.float64)
    if not np.isfinite(values).any():
        raise ValueError("no run has a value; a best one needs at least one")
    return np.flatnonzero(values == (np.nanmax(values) if high else np.nanmin(values)))


def standing(values: np.ndarray, high: bool) -> np.ndarray:
    """Rank of each value from the worst, 0, to the best, 1, equal values alike; all 1 where all are equal.

    Args:
        values: (runs,), no nan.
        high: whether more is better.
    """
    distinct, rank = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)
    if len(distinct) == 1:
        return np.ones(len(rank))
    share = rank / (len(distinct) - 1)
    return share if high else 1 - share


class Verdict(NamedTuple):
    """What a secant of the rate–distortion plane says of its two runs.

    Attributes:
        state: "within" the two β as it should be, "outside", or "off": both runs carry nothing, and there is no slope.
        fell_short: β of the run (or runs) whose own loss its neighbour beats; empty unless outside.
    """

    state: str
    fell_short: tuple[float, ...]


def verdict(secant: Secant, rate_low: float, rate_high: float, off: float = 0.01) -> Verdict:
    """Judge a secant; `rate_low` and `rate_high` are its runs' rates in nats, `off` what counts as none."""
    if max(rate_low, rate_high) < off:
        return Verdict("off", ())
    short = []
    if not secant.low_is_best:
        short.append(secant.beta_low)
    if not secant.high_is_best:
        short.append(secant.beta_high)
    return Verdict("outside" if short else "within", tuple(short))


def iso_line(loss: float, beta: float, width: float, height: float) -> np.ndarray:
    """Ends of the line D + β R = loss inside the plane [0, width] × [0, height] of R and D: (2, 2), or empty (0, 2)."""
    rates = np.clip([(loss - height) / beta, loss / beta], 0, width)
    ends = np.column_stack([rates, loss - beta * rates])
    return ends if rates[1] > rates[0] else np.empty((0, 2))
