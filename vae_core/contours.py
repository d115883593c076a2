"""Contour lines of a density on a grid, as line segments a chart can draw."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Segments(NamedTuple):
    """Line segments from start to end, (S, 2) each."""

    start: np.ndarray
    end: np.ndarray


def mass_level(density: ArrayLike, mass: float) -> float:
    """The density whose contour encloses this share of the mass: the smallest region that holds it.

    Args:
        density: on a grid of equal cells, none negative, any shape.
        mass: between 0 and 1.

    Raises:
        ValueError: a mass outside (0, 1), or a density that is negative somewhere or 0 everywhere.

    Source: Hyndman 1996, "Computing and graphing highest density regions".
    """
    values = np.sort(np.asarray(density, dtype=np.float64).ravel())[::-1]
    if not 0 < mass < 1:
        raise ValueError(f"mass is {mass}; it must lie between 0 and 1")
    if not values.size or values[-1] < 0 or values[0] <= 0:
        raise ValueError("a density has no negative value and some above 0")
    held = np.cumsum(values)
    return float(values[np.searchsorted(held, mass * held[-1])])


def contour(x: ArrayLike, y: ArrayLike, values: ArrayLike, level: float) -> Segments:
    """Marching squares: where linear interpolation along the grid's lines meets the level.

    In a cell whose corners lie above and below in turn, the middle's value decides which corners are joined.

    Args:
        x: columns, (X,), ascending; `y` rows, (Y,).
        values: (Y, X).
        level: of the contour.

    Raises:
        ValueError: shapes that do not fit.

    Source: Lorensen & Cline 1987, in its two-dimensional form.
    """
    x, y, values = (np.asarray(array, dtype=np.float64) for array in (x, y, values))
    if values.shape != (len(y), len(x)) or min(values.shape) < 2:
        raise ValueError(f"values have shape {values.shape}; for this grid, of 2 × 2 at least, {(len(y), len(x))}")
    corners = np.stack(np.meshgrid(x, y), axis=-1)  # (Y, X, 2)
    around = [np.s_[:-1, :-1], np.s_[:-1, 1:], np.s_[1:, 1:], np.s_[1:, :-1]]  # anti-clockwise from the lower left
    at = np.stack([corners[part] for part in around])  # (4, Y-1, X-1, 2)
    height = np.stack([values[part] for part in around]) - level  # (4, Y-1, X-1)
    above = height > 0
    crossed = above != np.roll(above, -1, axis=0)  # the edge from corner k to corner k + 1

    cells = np.nonzero(crossed.any(axis=0))
    at, height, above, crossed = at[:, *cells], height[:, *cells], above[:, *cells], crossed[:, *cells]
    to, to_height = np.roll(at, -1, axis=0), np.roll(height, -1, axis=0)
    share = np.divide(height, height - to_height, out=np.zeros_like(height), where=crossed)
    meets = at + share[..., None] * (to - at)  # (4, C, 2)

    plain = crossed.sum(axis=0) == 2
    first_two = np.argsort(~crossed[:, plain], axis=0, kind="stable")[:2]
    pairs = [np.take_along_axis(meets[:, plain], edge[None, :, None], axis=0)[0] for edge in first_two]
    # Four crossings: cut off corners 1 and 3 where the middle is on the side of corner 0, else corners 0 and 2.
    saddle = ~plain
    like_corner_0 = (height[:, saddle].mean(axis=0) > 0) == above[0, saddle]
    of = meets[:, saddle]
    one, other = of[:, like_corner_0], of[:, ~like_corner_0]
    return Segments(
        np.concatenate([pairs[0], one[0], one[2], other[3], other[1]]),
        np.concatenate([pairs[1], one[1], one[3], other[0], other[2]]),
    )
