"""Shortest roads across a 2-D latent space: a grid whose edges are as long as the decoded images are apart."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from vae_core.geodesic import Decode, decode_frames
from vae_core.path import check_ends

MAX_RESOLUTION = 200
# One of each pair of opposite moves to the 16 nearest directions. A road across the grid is then at most so much longer
# than the shortest, where the picture changes evenly: 1 / cos of half the widest angle between two moves, atan(1/2).
EXCESS = 1.0275
MOVES = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2))


class ImageGrid(NamedTuple):
    """A grid over a 2-D latent space whose edges are as long as the images at their ends are apart."""

    x: np.ndarray  # (resolution,)
    y: np.ndarray  # (resolution,)
    points: np.ndarray  # (resolution², 2), y varies fastest
    edges: csr_array  # (resolution², resolution²), symmetric
    lengths: np.ndarray  # of the edges, each once, grey levels, (edges,)

    @property
    def diagonal(self) -> float:
        """Of one cell, latent units."""
        return float(np.hypot(self.x[1] - self.x[0], self.y[1] - self.y[0]))


def image_grid(
    decode: Decode,
    extent: float | tuple[float, float, float, float] = 4.0,
    resolution: int = 64,
    dtype: torch.dtype = torch.float32,
) -> ImageGrid:
    """Decode a square grid once, for any number of `grid_path` calls.

    Args:
        decode: the decoder, (N, 2) -> (N, ...).
        extent: half the side of a square around the origin, or (x_low, x_high, y_low, y_high).
        resolution: grid lines each way, 2 to `MAX_RESOLUTION`.
        dtype: what `decode` is given.

    Raises:
        ValueError: an empty extent, a resolution out of range, or a decode that fails its contract.
    """
    sides = np.asarray((-extent, extent, -extent, extent) if np.isscalar(extent) else extent, dtype=np.float64)
    if sides.shape != (4,) or not np.isfinite(sides).all() or sides[0] >= sides[1] or sides[2] >= sides[3]:
        raise ValueError(f"The extent is one positive number or x_low < x_high, y_low < y_high, not {extent}.")
    if not 2 <= resolution <= MAX_RESOLUTION:
        raise ValueError(f"The resolution is 2 to {MAX_RESOLUTION} lines each way, not {resolution}.")
    x, y = np.linspace(sides[0], sides[1], resolution), np.linspace(sides[2], sides[3], resolution)
    points = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    frames = decode_frames(decode, points, dtype)
    tail, head = _lattice(resolution)
    by_move = np.flatnonzero(np.diff(head - tail, prepend=0))[1:]  # all at once would take 200 MB
    pairs = zip(np.split(tail, by_move), np.split(head, by_move), strict=True)
    return joined(x, y, np.concatenate([_apart(frames[t], frames[h]) for t, h in pairs]))


def joined(x: np.ndarray, y: np.ndarray, lengths: np.ndarray) -> ImageGrid:
    """The grid of these lines (resolution,) whose edges have been measured, `ImageGrid.lengths`."""
    points = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    tail, head = _lattice(len(x))
    both = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    weights = np.concatenate([lengths, lengths]).astype(np.float64)
    return ImageGrid(x, y, points, coo_array((weights, both), shape=(len(points),) * 2).tocsr(), lengths)


@lru_cache(maxsize=4)
def _lattice(resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the points that each edge joins, two arrays (edges,), in the order of `MOVES`."""
    number = np.arange(resolution**2).reshape(resolution, resolution)
    tails, heads = [], []
    for right, up in MOVES:
        low, high = max(0, -up), resolution - max(0, up)
        tails.append(number[: resolution - right, low:high].ravel())
        heads.append(number[right:, low + up : high + up].ravel())
    return np.concatenate(tails), np.concatenate(heads)


def grid_path(
    grid: ImageGrid, decode: Decode, start: ArrayLike, end: ArrayLike, dtype: torch.dtype = torch.float32
) -> np.ndarray:
    """The shortest road in image space along the edges of a grid (Dijkstra), from start to end, (T, 2).

    Global where `geodesic` is local, but made of straight edges in 16 directions, each as long as the images at
    its two ends are apart. Start and end are joined to the grid points nearest them. Polish it with
    `geodesic(..., initial=path)`. The decoder's uncertainty is ignored (see
    `geodesic.py`).

    Raises:
        ValueError: ends that are not 2-D or lie outside the grid, or a decode that fails its contract.
    """
    start, end = check_ends(start, end)
    if len(start) != 2:
        raise ValueError(f"A grid path needs a 2-D latent space; the ends have {len(start)} dimensions.")
    cell_here, cell_there = _cell(grid, start), _cell(grid, end)
    near_here, near_there = _around(grid, cell_here), _around(grid, cell_there)
    around = grid.points[np.concatenate([near_here, near_there])]
    frames = decode_frames(decode, np.concatenate([[start, end], around]), dtype)
    from_start = _apart(frames[2 : 2 + len(near_here)], frames[0])
    to_end = _apart(frames[2 + len(near_here) :], frames[1])
    # The start is one more row of the matrix. The end needs none: it is one step beyond the best of those near it.
    here = len(grid.points)
    edges = csr_array(
        (
            np.concatenate([grid.edges.data, from_start]),
            np.concatenate([grid.edges.indices, near_here]),
            np.append(grid.edges.indptr, grid.edges.nnz + len(near_here)),
        ),
        shape=(here + 1, here + 1),
    )
    apart, before = dijkstra(edges, indices=here, return_predecessors=True)
    whole = apart[near_there] + to_end
    neighbours = np.abs(cell_here - cell_there).max() <= 1  # they need no detour over a corner
    if neighbours and np.linalg.norm(frames[0] - frames[1]) <= whole.min():
        return np.stack([start, end])
    route = [int(near_there[whole.argmin()])]
    while before[route[-1]] != here:
        route.append(int(before[route[-1]]))
    return np.concatenate([[start], grid.points[route[::-1]], [end]])


def grid_geodesic(
    decode: Decode,
    start: ArrayLike,
    end: ArrayLike,
    extent: float | tuple[float, float, float, float] = 4.0,
    resolution: int = 64,
    dtype: torch.dtype = torch.float32,
) -> np.ndarray:
    """`grid_path` on a grid made for this one road; keep the `image_grid` when there are several to find.

    Raises:
        ValueError: as `image_grid` and `grid_path`.
    """
    return grid_path(image_grid(decode, extent, resolution, dtype), decode, start, end, dtype)


def _apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.linalg.norm(a - b, axis=1).astype(np.float64)


def _cell(grid: ImageGrid, point: np.ndarray) -> np.ndarray:
    """Numbers of the grid lines at the low corner of the cell a point lies in, (2,)."""
    cell = []
    for lines, value in ((grid.x, point[0]), (grid.y, point[1])):
        if not lines[0] <= value <= lines[-1]:
            raise ValueError(
                f"{point.tolist()} lies outside the grid, which spans {grid.x[0]:g} to {grid.x[-1]:g} by "
                f"{grid.y[0]:g} to {grid.y[-1]:g}; ask for a larger extent."
            )
        cell.append(min(int(np.searchsorted(lines, value, side="right")) - 1, len(lines) - 2))
    return np.array(cell)


def _around(grid: ImageGrid, cell: np.ndarray) -> np.ndarray:
    """Numbers of the corners of a cell and of the ring of cells about it, 16 inside the grid, fewer at its rim."""
    resolution = len(grid.x)
    column, row = (np.arange(max(0, low - 1), min(resolution, low + 3)) for low in cell)
    return (column[:, None] * resolution + row).ravel()
