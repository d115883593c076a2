"""Geodesics of the metric that a decoder g pulls back onto latent space, found downhill from the chord.

A path is measured by how far its decoded mean images move. That ignores how uncertain the decoder is: where no digit
was ever encoded g still draws something, often something that hardly changes, and a path is not charged for crossing
there. A geodesic is a short road for g, not a likely one (Arvanitidis, Hansen & Hauberg 2018, "Latent space oddity",
add the missing term).

`decode` is any differentiable torch function (N, latent_dim) -> (N, ...) that treats its rows one by one. One that
knows its gradient, like `dense_decoder.DenseDecoder`, has a method `with_pullback`, and autograd is not asked.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from vae_core.path import check_ends, check_path, image_length, resample, straight

Decode = Callable[[torch.Tensor], torch.Tensor]
Pullback = Callable[[torch.Tensor], torch.Tensor]


class Geodesic(NamedTuple):
    """A path of low energy, beside the chord it was bent from."""

    path: np.ndarray  # (steps + 1, latent_dim), float64, both ends included
    energy: float  # never above chord_energy
    chord_energy: float
    image_length: float
    chord_image_length: float
    evaluations: int  # times the energy and its gradient were computed


def geodesic(
    decode: Decode,
    start: ArrayLike,
    end: ArrayLike,
    steps: int = 24,
    initial: ArrayLike | None = None,
    max_evaluations: int = 100,
    dtype: torch.dtype = torch.float32,
    free: ArrayLike | None = None,
    gain: float = 1e-6,
) -> Geodesic:
    r"""The discrete geodesic: the path that minimises $E = n \sum_i \lVert g(z_{i+1}) - g(z_i) \rVert^2$.

    E is at least the squared image-space length, and equals it when the frames move at constant speed, so the
    minimum is both short and even. It is a local one, downhill from the chord, by L-BFGS in coordinates in which a
    flat decoder would need a single step. The best path met is returned, so its energy is never above the
    chord's; whether it is *the* shortest road is not promised, and the decoder's uncertainty is ignored (see the
    module).

    Args:
        decode: the decoder g, differentiable, (N, latent_dim) -> (N, ...).
        start: (latent_dim,).
        end: (latent_dim,).
        steps: number of steps n, at least 2.
        initial: where to begin instead of the chord, (T, latent_dim) from start to end, such as a grid path.
        max_evaluations: stop once E and its gradient were computed this often; a line search is finished first.
        dtype: what `decode` is given.
        free: dimensions that may leave the initial path, (latent_dim,) bool; all by default. One that g ignores costs
            nothing, and the path would drift along it.
        gain: share of E; the search ends with a step that lowers it by no more.

    Raises:
        ValueError: bad ends, steps, initial path or free dimensions, or a decode that is not differentiable, drops
            rows or returns what is not finite.

    Source: Shao, Kumar & Fletcher 2018, "The Riemannian geometry of deep generative models".
    """
    start, end = check_ends(start, end)
    if steps < 2 or max_evaluations < 1:
        raise ValueError(f"A geodesic needs 2 steps and 1 evaluation at least, not {steps}, {max_evaluations}.")
    bends = np.ones(len(start), dtype=bool) if free is None else np.asarray(free, dtype=bool)
    if bends.shape != start.shape:
        raise ValueError(f"free has shape {bends.shape}; give one bool for each of {len(start)} dimensions.")
    chord = straight(start, end, steps + 1)
    begin = chord if initial is None else resample(_check_initial(initial, start, end), steps + 1)
    # For a flat decoder E is quadratic in the inner points, with this matrix; in `relax` coordinates it is round, so
    # a bend travels along the whole path in one step instead of creeping from point to point.
    inner = steps - 1
    stiffness = steps * (2 * np.eye(inner) - np.eye(inner, k=1) - np.eye(inner, k=-1))
    relax = np.linalg.inv(np.linalg.cholesky(stiffness)).T

    def place(offsets: np.ndarray) -> np.ndarray:
        path = begin.copy()
        path[1:-1] += relax @ offsets.reshape(inner, -1)
        return path

    best_path, chord_energy = chord, _energy(decode, chord, dtype)[0]
    best_energy = chord_energy
    evaluations = 1

    def objective(offsets: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal best_path, best_energy, evaluations
        path = place(offsets)
        energy, gradient = _energy(decode, path, dtype)
        evaluations += 1
        if energy < best_energy:
            best_path, best_energy = path, energy
        return energy, (relax.T @ (gradient[1:-1] * bends)).ravel()

    minimize(
        objective,
        np.zeros(inner * len(start)),
        jac=True,
        method="L-BFGS-B",
        options={"maxfun": max_evaluations, "maxcor": 20, "ftol": gain},
    )
    return Geodesic(
        best_path,
        best_energy,
        chord_energy,
        image_length(decode_frames(decode, best_path, dtype)),
        image_length(decode_frames(decode, chord, dtype)),
        evaluations,
    )


def _energy(decode: Decode, path: np.ndarray, dtype: torch.dtype) -> tuple[float, np.ndarray]:
    """E of a path and its gradient, (T, latent_dim)."""
    frames, pullback = _with_pullback(decode, path, dtype)
    steps = torch.diff(frames, dim=0)
    uneven = torch.zeros_like(frames)  # half of dE/dg(z_i), over n
    uneven[1:] += steps
    uneven[:-1] -= steps
    n = len(steps)
    energy = n * steps.square().sum(dtype=torch.float64).item()
    return energy, 2 * n * pullback(uneven).double().numpy()


def _with_pullback(decode: Decode, path: np.ndarray, dtype: torch.dtype) -> tuple[torch.Tensor, Pullback]:
    """Decoded frames (T, pixels) and the function that takes a gradient by them to one by the path."""
    if hasattr(decode, "with_pullback"):
        frames, pullback = decode.with_pullback(torch.tensor(path, dtype=dtype))
        return _check_frames(frames, len(path)), pullback
    with torch.enable_grad():
        z = torch.tensor(path, dtype=dtype, requires_grad=True)
        frames = decode(z)
        if not frames.requires_grad:
            raise ValueError("decode must be differentiable: its output carries no gradient.")
        frames = _check_frames(frames, len(path))

    def pullback(gradient: torch.Tensor) -> torch.Tensor:
        # The gradient of a number: given one of an array, torch compares the shapes and loads sympy to do so, 36 MB.
        with torch.enable_grad():
            product = (frames * gradient).sum()
        return torch.autograd.grad(product, z)[0]

    return frames.detach(), pullback


def decode_frames(decode: Decode, points: np.ndarray, dtype: torch.dtype) -> np.ndarray:
    """Decoded points as float vectors, (N, pixels), in batches; ValueError where `decode` breaks its contract."""
    with torch.no_grad():
        batches = torch.tensor(points, dtype=dtype).split(1024)
        return torch.cat([_check_frames(decode(batch), len(batch)) for batch in batches]).numpy()


def _check_frames(frames: torch.Tensor, n: int) -> torch.Tensor:
    if len(frames) != n:
        raise ValueError(f"decode must return a frame for every latent: {n} latents gave {len(frames)}.")
    # One sum tells, at a third of the price of looking at every value, unless it overflows itself.
    if not torch.isfinite(frames.sum()) and not torch.isfinite(frames).all():
        raise ValueError("decode returned values that are not finite; the path may have left the latent space.")
    return frames.flatten(1)


def _check_initial(initial: ArrayLike, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    initial = check_path(initial)
    if initial.shape[1] != len(start) or not np.allclose(initial[[0, -1]], [start, end]):
        raise ValueError("The initial path must lead from start to end; its first or last point is another.")
    return initial
