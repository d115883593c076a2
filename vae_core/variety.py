"""How much the images a decoder draws differ from each other: whether it still draws many things, or one."""

import numpy as np
from numpy.typing import ArrayLike


def variety(drawn: ArrayLike, real: ArrayLike) -> float:
    r"""Variance among images relative to that among real ones.

    $\sum_i \operatorname{Var} d_i \big/ \sum_i \operatorname{Var} x_i$, variances over images, sums over pixels. 0
    where every draw is one and the same image; about 1 where draws differ as real images do.

    Args:
        drawn: (N, H, W), N of 2 or more, on the same scale as `real`.
        real: (M, H, W).

    Raises:
        ValueError: fewer than two images on either side, other sizes, or real images that are all alike.
    """
    drawn, real = np.asarray(drawn, dtype=np.float64), np.asarray(real, dtype=np.float64)
    if drawn.ndim < 2 or real.ndim < 2 or drawn.shape[1:] != real.shape[1:] or min(len(drawn), len(real)) < 2:
        raise ValueError(f"images are {drawn.shape} and {real.shape}; give two or more of each, of one size")
    among_real = real.var(axis=0).sum()
    if not among_real > 0:
        raise ValueError("the real images are all alike; variety is measured by how much they differ")
    return float(drawn.var(axis=0).sum() / among_real)
