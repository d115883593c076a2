"""The separate regions a posterior keeps its mass in, and which of them a set of draws has seen."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from vae_core.contours import contour, mass_level
from vae_core.grid_posterior import GridPosterior

MASS = 0.95
_SPECK = 0.005  # of the probability: less is the raggedness of the outline, no island


class Islands(NamedTuple):
    """Connected pieces of the smallest region that holds most of p(z|x), largest first.

    Attributes:
        label: of each cell, (rows, columns): 0 outside, else 1, 2, … by mass.
        mass: probability of each island, (islands,), descending; adds up to `MASS` at most about.
        peak: its place of highest density, (islands, 2).
    """

    label: np.ndarray
    mass: np.ndarray
    peak: np.ndarray

    def __len__(self):
        return len(self.mass)


def islands(exact: GridPosterior, mass: float = MASS) -> Islands:
    """Islands of the region of highest density that holds this much; cells touch by sides and corners.

    What holds less than half a per cent is left out.

    Raises:
        ValueError: a mass outside (0, 1).
    """
    inside = exact.density >= mass_level(exact.density, mass)
    found, count = ndimage.label(inside, np.ones((3, 3)))
    numbers = np.arange(1, count + 1)
    held = ndimage.sum_labels(exact.mass, found, numbers)
    order = [k for k in np.argsort(-held, kind="stable") if held[k] >= _SPECK]
    renamed = np.zeros(count + 1, dtype=int)
    renamed[numbers[order]] = np.arange(1, len(order) + 1)
    peaks = ndimage.maximum_position(exact.density, found, numbers[order])
    at = np.array([[exact.z1[int(column)], exact.z2[int(row)]] for row, column in peaks]).reshape(-1, 2)
    return Islands(renamed[found], held[order], at)


def outlines(exact: GridPosterior, masses: Sequence[float]) -> np.ndarray:
    """Outlines of the smallest regions that hold these shares of p(z|x), as segments: (S, 2, 2), their ends, (x, y)."""
    found = [contour(exact.z1, exact.z2, exact.density, mass_level(exact.density, mass)) for mass in masses]
    return np.concatenate([np.stack([one.start, one.end], axis=1) for one in found])


def shares(found: Islands, exact: GridPosterior, draws: np.ndarray) -> np.ndarray:
    """Share of the draws (n, 2) that lie on each island, (islands,); the rest lies on none."""
    cell = exact.z1[1] - exact.z1[0]
    column, row = (np.rint((draws[:, k] - axis[0]) / cell).astype(int) for k, axis in enumerate((exact.z1, exact.z2)))
    on_grid = (column >= 0) & (column < len(exact.z1)) & (row >= 0) & (row < len(exact.z2))
    label = np.zeros(len(draws), dtype=int)
    label[on_grid] = found.label[row[on_grid], column[on_grid]]
    return np.bincount(label, minlength=len(found) + 1)[1:] / len(draws)
