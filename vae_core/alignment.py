"""How much of one run's latent space is a linear map of another's: what matching axes one by one cannot see."""

import numpy as np
from numpy.typing import ArrayLike


def explained_by(mean_a: ArrayLike, mean_b: ArrayLike) -> float:
    r"""Share of the variance of run b's means that the best affine map of run a's predicts, 0 to 1.

    $R^2 = 1 - \lVert B - A W \rVert^2 / \lVert B \rVert^2$ with both centred and W the least-squares solution. 1 if b
    is a turned, stretched or mirrored; nan if the means of b do not vary.

    Args:
        mean_a: posterior means of run a, (N, dim_a).
        mean_b: of run b over the same images in the same order, (N, dim_b).

    Raises:
        ValueError: not matrices of the same number of images.
    """
    a, b = np.asarray(mean_a, dtype=np.float64), np.asarray(mean_b, dtype=np.float64)
    if a.ndim != 2 or b.ndim != 2 or len(a) != len(b):
        raise ValueError(f"Both runs must encode the same images as (N, latent_dim); got {a.shape} and {b.shape}.")
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    total = np.square(b).sum()
    if not total > 0:
        return float("nan")
    residual = b - a @ np.linalg.lstsq(a, b, rcond=None)[0]
    return float(1 - np.square(residual).sum() / total)
