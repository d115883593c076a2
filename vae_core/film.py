"""A walk along a road in latent space at constant speed, decoded: the frames of a film.

`decode` takes latents (N, latent_dim) and gives images (N, ...), numpy in and out.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vae_core.path import Speed, at_even, check_count, check_path, cumulative_length, through

Decode = Callable[[np.ndarray], np.ndarray]
FINENESS = 2  # points of the road measured for each frame shown; with 4 the speed is hardly more even


class Walk(NamedTuple):
    """Latents at equal distances along a road and what the decoder draws there."""

    path: np.ndarray  # (n, latent_dim)
    frames: np.ndarray  # (n, ...)
    corners: np.ndarray  # number of the frame nearest each corner of the road, ascending, (corners,)


def walk(decode: Decode, corners: ArrayLike, n: int, speed: Speed = "latent", fineness: int = FINENESS) -> Walk:
    """Walk the straight legs between the corners at constant speed, in latent or in image space.

    Frames are even along the road; a corner falls between two of them, and the nearer one is named. Where the road has
    no length (all corners in one place, or nothing changes in the image) the corners are spread evenly.

    Args:
        decode: the decoder.
        corners: stations of a tour, or the points of a bent road, (S, latent_dim), S at least 2.
        n: number of frames, at least 2.
        speed: what is kept constant, "latent" or "image".
        fineness: points of the road measured for each frame; 1 is enough where the decoder is smooth.

    Raises:
        ValueError: bad corners, fewer than 2 frames, an unknown speed.
    """
    corners = check_path(corners)
    check_count(n)
    legs = len(corners) - 1
    steps = max(1, -(-fineness * n // legs))
    fine = through(corners, steps)
    if speed not in ("latent", "image"):
        raise ValueError(f'The speed is "latent" or "image", not {speed!r}.')
    travelled = cumulative_length(decode(fine) if speed == "image" else fine)
    path = at_even(fine, travelled, n)
    if travelled[-1] == 0:
        travelled = np.arange(len(fine), dtype=np.float64)
    at = np.rint(travelled[::steps] / travelled[-1] * (n - 1)).astype(int)
    return Walk(path, decode(path), at)
