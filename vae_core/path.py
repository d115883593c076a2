"""Paths through latent space: arrays of latents (T, latent_dim), the polyline through them, and its length.

A path has a length in latent space and another in image space, that of the polyline through its decoded frames.
Walking it at an even pace in one is uneven in the other. Shortest paths are in
`geodesic.py` and, in 2-D, `image_grid.py`.
"""

from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

Speed = Literal["latent", "image"]


def straight(start: ArrayLike, end: ArrayLike, n: int) -> np.ndarray:
    """n points evenly from start to end, both included, (n, latent_dim).

    Raises:
        ValueError: fewer than 2 points, or ends that are not finite vectors of one length.
    """
    start, end = check_ends(start, end)
    check_count(n)
    path = start + (end - start) * np.linspace(0, 1, n)[:, None]
    path[-1] = end  # start + (end - start) may round away from it
    return path


def through(stations: ArrayLike, steps_per_leg: int) -> np.ndarray:
    """Straight legs from station to station; point `k · steps_per_leg` is station k.

    Each leg has the same number of steps whatever its length; `resample` evens out the pace.

    Args:
        stations: (S, latent_dim), S at least 2.
        steps_per_leg: steps from one station to the next, at least 1.

    Returns:
        ((S − 1) · steps_per_leg + 1, latent_dim).

    Raises:
        ValueError: fewer than 2 stations, stations that are not finite, or no step.
    """
    stations = check_path(stations)
    check_count(steps_per_leg + 1)
    legs = [straight(a, b, steps_per_leg + 1)[:-1] for a, b in pairwise(stations)]
    return np.concatenate([*legs, stations[-1:]])


def resample(path: ArrayLike, n: int, speed: Speed = "latent", frames: ArrayLike | None = None) -> np.ndarray:
    """n points on the path's polyline at constant speed, both ends kept, (n, latent_dim).

    `speed="latent"` spaces them evenly along the polyline itself. `speed="image"` spaces them evenly by the
    distance between the decoded `frames`: between two points of the path the image is taken to change evenly, so
    the pace is as constant as the path is fine. A path along which nothing changes is sampled evenly by index.

    Args:
        path: (T, latent_dim), T at least 2.
        n: number of points, at least 2.
        speed: "latent" or "image".
        frames: the decoded path, (T, ...); needed for "image" only.

    Raises:
        ValueError: a bad path, fewer than 2 points, an unknown speed, or frames missing or too many or too few.
    """
    path = check_path(path)
    check_count(n)
    if speed == "latent":
        travelled = cumulative_length(path)
    elif speed == "image":
        if frames is None:
            raise ValueError('speed="image" needs the decoded path: pass frames=decode(path).')
        travelled = cumulative_length(frames)
        if len(travelled) != len(path):
            raise ValueError(f"Every point needs its frame: {len(path)} points, {len(travelled)} frames.")
    else:
        raise ValueError(f'The speed is "latent" or "image", not {speed!r}.')
    return at_even(path, travelled, n)


def at_even(path: np.ndarray, travelled: np.ndarray, n: int) -> np.ndarray:
    """n points of the path's polyline between which one has travelled equally far, both ends kept, (n, latent_dim).

    Args:
        path: (T, latent_dim).
        travelled: on arriving at each of its points, ascending from 0, (T,); all 0 samples evenly by index.
        n: number of points, at least 2.
    """
    if travelled[-1] == 0:
        travelled = np.arange(len(path), dtype=np.float64)
    marks = np.linspace(0, travelled[-1], n)
    points = np.stack([np.interp(marks, travelled, coordinate) for coordinate in path.T], axis=1)
    points[0] = path[0]  # where the images stand still at first, interp takes the last of the equals
    return points


def step_lengths(points: ArrayLike) -> np.ndarray:
    """Euclidean distance from each point to the next, (T − 1,): latents (T, latent_dim) or frames (T, ...).

    Times the number of steps this is the speed for a walk that takes one unit of time.

    Raises:
        ValueError: fewer than 2 points, or points that are not finite.
    """
    points = np.asarray(points)
    if points.dtype != np.float32:  # whose differences float64 would not make any better
        points = points.astype(np.float64)
    points = points.reshape(len(points), -1)
    if len(points) < 2 or points.shape[1] < 1:
        check_path(points)
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1).astype(np.float64)
    if not np.isfinite(lengths).all():
        check_path(points)
    return lengths


def cumulative_length(points: ArrayLike) -> np.ndarray:
    """Length of the polyline up to each point, (T,), from 0: latents (T, latent_dim) or frames (T, ...).

    Raises:
        ValueError: fewer than 2 points, or points that are not finite.
    """
    return np.concatenate([[0.0], np.cumsum(step_lengths(points))])


def latent_length(path: ArrayLike) -> float:
    r"""Length of a path in latent space, $\sum_i \lVert z_{i+1} - z_i \rVert$; path (T, latent_dim).

    Raises:
        ValueError: fewer than 2 points, or points that are not finite.
    """
    return float(step_lengths(path).sum())


def image_length(frames: ArrayLike) -> float:
    r"""Length of a decoded path in image space, $\sum_i \lVert g(z_{i+1}) - g(z_i) \rVert$; frames (T, ...).

    In units of grey level: two images that differ by 1 in one pixel are at distance 1. Frames cut corners, so a
    finer path is measured as a little longer: compare paths of equally many frames.

    Raises:
        ValueError: fewer than 2 frames, or frames that are not finite.
    """
    return float(step_lengths(frames).sum())


def check_path(path: ArrayLike) -> np.ndarray:
    """A path as float64 (T, latent_dim), T at least 2, finite; ValueError otherwise."""
    path = np.asarray(path, dtype=np.float64)
    if path.ndim != 2 or len(path) < 2 or path.shape[1] < 1:
        raise ValueError(f"A path is an array (points, latent_dim) of at least 2 points, not {path.shape}.")
    if not np.isfinite(path).all():
        where = int(np.flatnonzero(~np.isfinite(path).all(axis=1))[0])
        raise ValueError(f"Every point of a path must be finite; point {where} is not.")
    return path


def check_ends(start: ArrayLike, end: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Two latents as float64 vectors of one length, finite; ValueError otherwise."""
    start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    if start.ndim != 1 or start.shape != end.shape or not start.size:
        raise ValueError(f"Start and end are vectors of one length, not shapes {start.shape} and {end.shape}.")
    if not (np.isfinite(start).all() and np.isfinite(end).all()):
        raise ValueError(f"Start and end must be finite, not {start.tolist()} and {end.tolist()}.")
    return start, end


def check_count(n: int) -> None:
    """ValueError unless n points make a path."""
    if n < 2:
        raise ValueError(f"A path has at least 2 points (1 step); {n} points were asked for.")
