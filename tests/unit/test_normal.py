"""The normal density beside scipy's."""

import numpy as np
from scipy.stats import norm

from vae_core.normal import density


def test_density_is_that_of_scipy():
    rng = np.random.default_rng(0)
    x, mean, stddev = rng.normal(0, 5, (40, 1)), rng.normal(0, 3, 30), rng.uniform(0.01, 4, 30)
    np.testing.assert_allclose(density(x, mean, stddev), norm.pdf(x, mean, stddev), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(density(x), norm.pdf(x), rtol=1e-12)
