r"""The exact posterior p(z|x) of a two-dimensional latent space, found quickly: cells are split only where mass is.

A posterior may be a hundredth of the prior's width, in one island or in several; a plain grid fine enough for it
everywhere would take millions of decodings. This one starts coarse over a square and halves the cells that may hold
mass, until halving once more changes log p(x) by less than a tolerance.
"""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from vae_core.grid_posterior import GridPosterior

COARSE = 48  # cells an axis at first
DEPTH = 12.0  # nats below the best place, beyond which a cell is left: e⁻¹² of its density
TOLERANCE = 1e-3  # nats of log p(x) between two levels
ENOUGH = 16  # cells at least along the longer side of what holds the mass: log p(x) to 2e-4 nats
SHOWN = 48  # likewise, for an outline that looks smooth
LEVELS = 12
LARGEST = 500_000  # cells of the answer; where it would take more, four at a time are summed up
_BATCH = 1024
_EDGE = 1e-6
_WIDER = 1.6


def refined_posterior(
    log_likelihood: Callable[[np.ndarray], np.ndarray], reach: float = 6.0, cells: int = ENOUGH
) -> GridPosterior:
    r"""p(z|x) = p(x|z) N(z; 0, I) / p(x) in 2-D on a grid that lies around the mass and is as fine as it needs.

    A cell is split while the log-density at its centre, plus how far it may rise within, is within `DEPTH` nats of the
    highest found; that rise is estimated from the cells beside it, the cell it was cut from and the estimate for that.
    A peak narrower than a coarse cell that no slope beside it betrays would be missed; decoders are smooth, and the
    tests compare with plain grids.

    Args:
        log_likelihood: z (n, 2) -> log p(x|z), (n,), nats.
        reach: half the side of the square looked at; widened up to four times where mass lies at its edge.
        cells: at least so many along the longer side of what holds the mass; more cost decodings, `smoothed` none.

    Returns:
        The grid around the mass; `edge_mass` is the probability in the outermost coarse cells of the whole square.

    Raises:
        ValueError: a reach that is not positive, a log-likelihood that is NaN, 0 likelihood everywhere.
    """
    if not (np.isfinite(reach) and reach > 0):
        raise ValueError(f"reach is {reach}; give a positive number, such as 6")
    for _ in range(4):
        found = _search(log_likelihood, reach, cells)
        if found.edge_mass < _EDGE:
            break
        reach *= _WIDER
    return found


def smoothed(exact: GridPosterior, shown: int = SHOWN) -> GridPosterior:
    """The same posterior on cells so fine that outlines look smooth, by cubic interpolation of its log-density.

    Decoding that many cells would take two to three times as long; for the zoo's decoders the two are the same to
    less than a hundredth of the mass.

    Args:
        exact: of `refined_posterior`.
        shown: cells at least along the longer side of what holds the mass.
    """
    held = np.argwhere(exact.density > exact.density.max() * np.exp(-6))
    times = min(-(-shown // int(np.ptp(held, axis=0).max() + 1)), int(np.sqrt(LARGEST / exact.density.size)))
    if times <= 1:
        return exact
    floor = exact.density.max() * np.exp(-DEPTH - 2)  # what was left out is no hole for the curve to swing in
    centres = (np.arange(times) + 0.5) / times - 0.5
    rows, columns = ((np.arange(n)[:, None] + centres).ravel() for n in exact.density.shape)
    heights = np.log(np.maximum(exact.density, floor))
    fine = np.exp(ndimage.map_coordinates(heights, np.meshgrid(rows, columns, indexing="ij"), order=3, mode="nearest"))
    density = np.where(fine < floor * np.e, 0, fine)
    z1, z2 = (axis[0] + at * (axis[1] - axis[0]) for axis, at in ((exact.z1, columns), (exact.z2, rows)))
    density *= times**2 / (density.sum() * exact.cell_area)
    return GridPosterior(z1, z2, density, exact.log_evidence, exact.edge_mass)


def _search(log_likelihood, reach, least):
    side = 2 * reach / COARSE
    cells = np.indices((COARSE, COARSE)).reshape(2, -1).T[:, ::-1]  # (column, row), row by row
    heights = _log_joint(log_likelihood, cells, side, reach)
    if not heights.max() > -np.inf:
        raise ValueError("the likelihood is 0 everywhere on the grid; is the log-likelihood finite, the reach right?")
    slack = _steepness(heights.reshape(COARSE, COARSE)).ravel()
    log_evidence = _log_sum_exp(heights) + 2 * np.log(side)
    for halved in range(1, LEVELS + 1):  # noqa: B007, read after the loop
        kept = heights + slack > heights.max() - DEPTH
        side /= 2
        cells = (2 * cells[kept][:, None] + [[0, 0], [1, 0], [0, 1], [1, 1]]).reshape(-1, 2)
        five = np.concatenate(
            [heights[kept][:, None], _log_joint(log_likelihood, cells, side, reach).reshape(-1, 4)], 1
        )
        # A ridge through the middle of four cells leaves them alike: the cell they were, on the ridge, betrays it.
        slack = np.repeat(np.maximum(np.ptp(five, axis=1), slack[kept] / 3), 4)
        heights = five[:, 1:].ravel()
        before, log_evidence = log_evidence, _log_sum_exp(heights) + 2 * np.log(side)
        held = cells[heights > heights.max() - 6]
        if abs(log_evidence - before) < TOLERANCE and np.ptp(held, axis=0).max() >= least:
            break
    mass = np.exp(heights + 2 * np.log(side) - log_evidence)
    coarse = cells >> halved
    edge_mass = mass[((coarse == 0) | (coarse == COARSE - 1)).any(axis=1)].sum()
    return _dense(cells, mass, side, reach, float(log_evidence), float(edge_mass))


def _log_joint(log_likelihood, cells, side, reach):
    z = (cells + 0.5) * side - reach
    parts = [log_likelihood(z[i : i + _BATCH]) for i in range(0, len(z), _BATCH)]
    values = np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])
    if np.isnan(values).any():
        raise ValueError("log_likelihood gave NaN; a likelihood is a number")
    return values - 0.5 * (z**2).sum(axis=1) - np.log(2 * np.pi)


def _steepness(heights):
    """Largest difference of each cell to the four beside it, same shape."""
    steps = np.zeros_like(heights)
    for axis in (0, 1):
        rise = np.abs(np.diff(heights, axis=axis))
        before, after = [(0, 0), (0, 0)], [(0, 0), (0, 0)]
        before[axis], after[axis] = (1, 0), (0, 1)
        steps = np.maximum(steps, np.maximum(np.pad(rise, before), np.pad(rise, after)))
    return steps


def _dense(cells, mass, side, reach, log_evidence, edge_mass):
    """The cells that matter as a full grid, zeros between, a cell of margin around."""
    matters = mass > mass.max() * np.exp(-DEPTH)
    cells, mass = cells[matters], mass[matters]
    while np.prod(np.ptp(cells, axis=0) + 3.0) > LARGEST:
        cells, side = cells // 2, 2 * side
    low = cells.min(axis=0) - 1
    columns, rows = cells.max(axis=0) - low + 2
    grid = np.bincount((cells - low) @ [1, columns], weights=mass, minlength=rows * columns).reshape(rows, columns)
    z1, z2 = ((low[k] + np.arange(n) + 0.5) * side - reach for k, n in ((0, columns), (1, rows)))
    return GridPosterior(z1, z2, grid / grid.sum() / side**2, log_evidence, edge_mass)


def _log_sum_exp(values):
    largest = values.max()
    return largest + np.log(np.exp(values - largest).sum())
