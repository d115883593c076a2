"""The three roads between two latents: the chord, through given stations, and short for the decoder."""

import numpy as np
import torch

from vae_core.geodesic import Decode, decode_frames, geodesic
from vae_core.image_grid import EXCESS, ImageGrid, grid_path, image_grid
from vae_core.path import image_length, resample

STEPS = 32
SMOOTH_STEPS = 16  # enough for convolutions: their roads were at most 0.3 % longer than with 32
GAIN = 3e-4  # with 1e-6 roads took twice as long to find and were at most 0.2 % shorter
RESOLUTION = 64


def covering_grid(decode: Decode, points: np.ndarray) -> ImageGrid:
    """A grid over all the given points of a 2-D latent space with a tenth of its width to spare, (N, 2)."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * max(float((high - low).max()), 1.0)
    extent = (low[0] - margin, high[0] + margin, low[1] - margin, high[1] + margin)
    return image_grid(decode, tuple(float(side) for side in extent), RESOLUTION)


def decoder_road(
    decode: Decode,
    start: np.ndarray,
    end: np.ndarray,
    grid: ImageGrid | None = None,
    free: np.ndarray | None = None,
    steps: int = STEPS,
) -> np.ndarray:
    """A road along which the decoded image moves little, (steps + 1, latent_dim), bent in the `free` dimensions (all).

    The energy is minimised from the chord. With a grid, in 2-D, the shortest way along its edges is looked for as well:
    it sees roads elsewhere, but is jagged as found. The energy is minimised from there too, and the one shorter in
    image space is returned, unless the grid has nothing better to say: its way runs within a cell of the bent chord,
    or is so much longer that the few directions of a grid do not explain it. Neither road is charged for crossing
    places where no digit was ever encoded.

    Raises:
        ValueError: ends that do not fit, or lie outside the grid.
    """
    found = geodesic(decode, start, end, steps=steps, free=free, gain=GAIN)
    if grid is None or np.array_equal(start, end):
        return found.path
    across = resample(grid_path(grid, decode, start, end), steps + 1)
    length = image_length(decode_frames(decode, across, torch.float32))
    if length > EXCESS * found.image_length or _apart(across, found.path) < grid.diagonal:
        return found.path
    elsewhere = geodesic(decode, start, end, steps=steps, initial=across, gain=GAIN)
    return min(found, elsewhere, key=lambda road: road.image_length).path


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """How far one must leave a road at most to be on the other (Hausdorff), latent units; (T, latent_dim) each."""
    one, other = resample(one, 2 * STEPS + 1), resample(other, 2 * STEPS + 1)
    distance = np.linalg.norm(one[:, None] - other, axis=2)
    return float(max(distance.min(axis=0).max(), distance.min(axis=1).max()))
