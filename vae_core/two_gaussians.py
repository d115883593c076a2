r"""A sum of two distributions against the distribution of a sum, in one dimension.

With $z_1 \sim \mathcal N(m_1, s_1^2)$ and $z_2 \sim \mathcal N(m_2, s_2^2)$, independent:

- the **mixture** has the density $\tfrac12 p_1(z) + \tfrac12 p_2(z)$: a draw comes from one of the two;
- the **sum** $z_1 + z_2$ is one Gaussian: a draw adds one of each.
"""

from dataclasses import dataclass

import numpy as np

from vae_core import normal


@dataclass(frozen=True)
class TwoGaussians:
    """Means and standard deviations of the two."""

    mean1: float
    stddev1: float
    mean2: float
    stddev2: float

    def __post_init__(self):
        if not min(self.stddev1, self.stddev2) > 0:
            raise ValueError(f"standard deviations are {self.stddev1} and {self.stddev2}; they must be above 0")

    @property
    def mixture_mean(self) -> float:
        r"""$\tfrac12 (m_1 + m_2)$."""
        return (self.mean1 + self.mean2) / 2

    @property
    def mixture_variance(self) -> float:
        r"""$\tfrac12 (s_1^2 + s_2^2) + \tfrac14 (m_1 - m_2)^2$: within plus between."""
        return (self.stddev1**2 + self.stddev2**2) / 2 + (self.mean1 - self.mean2) ** 2 / 4

    @property
    def sum_mean(self) -> float:
        """$m_1 + m_2$."""
        return self.mean1 + self.mean2

    @property
    def sum_variance(self) -> float:
        """$s_1^2 + s_2^2$: the distance of the means plays no part."""
        return self.stddev1**2 + self.stddev2**2

    def densities(self, z: np.ndarray) -> np.ndarray:
        """Of the first Gaussian, the second, the mixture and the sum at z (N,): (4, N)."""
        first, second = normal.density(z, self.mean1, self.stddev1), normal.density(z, self.mean2, self.stddev2)
        of_sum = normal.density(z, self.sum_mean, np.sqrt(self.sum_variance))
        return np.stack([first, second, (first + second) / 2, of_sum])

    def grid(self, points: int = 161) -> np.ndarray:
        """Values of z that show all four densities to 3.2 standard deviations, (points,)."""
        spread = 3.2 * np.array([self.stddev1, self.stddev2, np.sqrt(self.sum_variance)])
        centre = np.array([self.mean1, self.mean2, self.sum_mean])
        return np.linspace((centre - spread).min(), (centre + spread).max(), points)
