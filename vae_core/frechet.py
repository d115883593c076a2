r"""Fréchet distance between images by their features: how far generated digits are from real ones as a crowd.

    d² = ‖μ₀ − μ₁‖² + tr(Σ₀ + Σ₁ − 2 (Σ₀^½ Σ₁ Σ₀^½)^½)

the squared 2-Wasserstein distance between the Gaussians fitted to the two sets of features. It compares means and
covariances only, depends on the features, and is too large for few samples: compare equal numbers of them, and with the
distance between two halves of the real ones.

Source: Dowson & Landau 1982 (the formula); Heusel et al. 2017, "GANs trained by a two time-scale update rule" (FID).
"""

import numpy as np

from vae_core.gaussians import checked_points, wasserstein2


def frechet_distance(mean0, covariance0, mean1, covariance1) -> float:
    """Squared Fréchet distance d² between two Gaussians: means (d,), covariances (d, d), singular ones allowed.

    Raises ValueError for shapes that do not fit and for what is no covariance.
    """
    return wasserstein2(mean0, covariance0, mean1, covariance1) ** 2


def frechet_from_samples(features0, features1) -> float:
    """Squared Fréchet distance between two sets of features, (n0, d) and (n1, d), at least two rows each."""
    features0 = checked_points(features0, "features0", ndim=2)
    features1 = checked_points(features1, "features1", ndim=2, latent_dim=features0.shape[1])
    for name, features in (("features0", features0), ("features1", features1)):
        if len(features) < 2:
            raise ValueError(f"{name} has {len(features)} row; a covariance needs at least two")
    return frechet_distance(*_moments(features0), *_moments(features1))


def frechet_floor(features, seed: int) -> float:
    """Squared Fréchet distance between two random halves of one set, (n, d): what sampling alone makes of 0."""
    features = checked_points(features, "features", ndim=2)
    order = np.random.default_rng(seed).permutation(len(features))
    half = len(features) // 2
    return frechet_from_samples(features[order[:half]], features[order[half : 2 * half]])


def _moments(features):
    return features.mean(axis=0), np.atleast_2d(np.cov(features, rowvar=False))
