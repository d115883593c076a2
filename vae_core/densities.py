r"""Where the numbers of one latent dimension lie: a smoothed density with its quartiles, small enough to send and draw.

Thousands of values become some fifty points. The density is a kernel estimate on bins (Silverman 1982), so its cost
does not grow with the number of points times the number of values.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.special import ndtri

from vae_core import normal

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)  # whisker, box, median, box, whisker
POINTS = 48
_BINS_A_BANDWIDTH = 8
_MOST_BINS = 8192
_TAIL = 0.004  # of the peak: what is lower is not drawn


class Violin(NamedTuple):
    """One distribution as it is drawn.

    Attributes:
        at: values, ascending, (points,).
        density: per latent unit, (points,); 0 throughout where all values are one.
        quantiles: at `QUANTILES`, (5,).
        mean: of the values.
        stddev: of the values.
    """

    at: np.ndarray
    density: np.ndarray
    quantiles: np.ndarray
    mean: float
    stddev: float


def bandwidth(values: np.ndarray) -> float:
    r"""Silverman's rule, $0.9 \min(s, \mathrm{IQR}/1.34)\, n^{-1/5}$; the spread alone where the quartiles coincide.

    Source: Silverman 1986, "Density Estimation for Statistics and Data Analysis", equation 3.31.
    """
    low, high = np.quantile(values, (0.25, 0.75))
    spread, robust = values.std(), (high - low) / 1.34
    return float(0.9 * (min(spread, robust) if robust > 0 else spread) * len(values) ** -0.2)


def violin(values: np.ndarray, points: int = POINTS) -> Violin:
    """Density and quartiles of one set of numbers.

    The estimate at each point is (1/n) Σ N(point; value, bandwidth²), up to the width of the bins, an eighth of the
    bandwidth.

    Args:
        values: finite numbers, (N,).
        points: at which the density is given, evenly over the range where it is worth drawing.

    Raises:
        ValueError: no values, values that are not finite, or fewer than 2 points.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError(f"values must be a list of one finite number or more, not an array of shape {values.shape}")
    if points < 2:
        raise ValueError(f"points is {points}; allowed: 2 or more")
    quantiles, mean, spread = np.quantile(values, QUANTILES), float(values.mean()), float(values.std())
    width = bandwidth(values)
    if width <= 1e-12 * max(1.0, abs(mean)):
        return Violin(np.full(points, mean), np.zeros(points), quantiles, mean, spread)
    low, high = values.min() - 4 * width, values.max() + 4 * width
    bins = int(np.clip(_BINS_A_BANDWIDTH * (high - low) / width, 64, _MOST_BINS))
    counts, edges = np.histogram(values, bins, (low, high))
    step = edges[1] - edges[0]
    centres = (edges[:-1] + edges[1:]) / 2
    smooth = gaussian_filter1d(counts / (len(values) * step), width / step, mode="constant", truncate=5)
    drawn = centres[smooth >= _TAIL * smooth.max()]
    at = np.linspace(drawn[0], drawn[-1], points)
    return Violin(at, np.interp(at, centres, smooth), quantiles, mean, spread)


def violins(values: np.ndarray, points: int = POINTS) -> list[Violin]:
    """One violin a latent dimension; values (N, latent_dim)."""
    return [violin(column, points) for column in np.asarray(values).T]


def mirrored(of: Violin) -> Violin:
    """The violin of the same values with their sign changed."""
    return Violin(-of.at[::-1], of.density[::-1], -of.quantiles[::-1], -of.mean, of.stddev)


def standard_normal(points: int = POINTS) -> Violin:
    """The prior N(0, 1) in one dimension."""
    reach = np.sqrt(-2 * np.log(_TAIL))
    at = np.linspace(-reach, reach, points)
    return Violin(at, normal.density(at), ndtri(QUANTILES), 0.0, 1.0)


def one_sample_each(mean: np.ndarray, logvar: np.ndarray, seed: int) -> np.ndarray:
    r"""One z = μ_x + σ_x ε of every image: as many draws from the aggregate posterior q(z) = (1/N) Σ q(z|x).

    Args:
        mean: μ_x, (N, latent_dim).
        logvar: log σ_x², (N, latent_dim).
        seed: of ε.

    Returns:
        z, (N, latent_dim).
    """
    noise = np.random.default_rng(seed).standard_normal(mean.shape)
    return mean + np.exp(0.5 * np.asarray(logvar, dtype=np.float64)) * noise
