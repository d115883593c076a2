r"""How far each class is from the prior, and what that says about z and the class.

With $p(C)$ the classes' shares of the images and $q(z) = \sum_C p(C)\, p(z|C)$ the aggregate posterior,

$\sum_C p(C)\, \mathrm{KL}(p(z|C)\,\|\,p(z)) = I(z; C) + \mathrm{KL}(q(z)\,\|\,p(z)).$

And with the images in place of the classes, the rate splits the same way: $R = I(z; x) + \mathrm{KL}(q(z)\,\|\,p(z))$.
So even an aggregate that matches the prior leaves the classes away from it, on average by the mutual information
$I(z; C)$: what z tells about the class, at most log 10 nats for ten classes of equal size.
"""

from typing import NamedTuple

import numpy as np

from vae_core.gaussians import kl
from vae_core.geometry import aggregate_moments
from vae_core.mixture import GaussianMixture, MonteCarloEstimate, class_mixtures, kl_to_standard_normal


class ClassDivergences(NamedTuple):
    """KL(· ‖ N(0, I)) by Monte Carlo, nats."""

    classes: tuple[int, ...]
    estimate: np.ndarray  # of each class, (K,)
    standard_error: np.ndarray  # (K,)
    share: np.ndarray  # of the images in each class, (K,)
    aggregate: MonteCarloEstimate  # of all images together
    rate: float  # mean over the images of KL(q(z|x) ‖ N(0, I)), in closed form

    @property
    def average(self) -> MonteCarloEstimate:
        """Mean over the classes, weighted by their shares."""
        return MonteCarloEstimate(
            float(self.share @ self.estimate), float(np.sqrt(np.square(self.share * self.standard_error).sum()))
        )

    @property
    def image_information(self) -> float:
        """I(z; x) among these images, the rate less the aggregate's divergence: at most the log of their number."""
        return self.rate - self.aggregate.estimate

    @property
    def information(self) -> MonteCarloEstimate:
        """I(z; C), the average less the aggregate's divergence; both are unbiased, so it may come out below zero."""
        average = self.average
        return MonteCarloEstimate(
            average.estimate - self.aggregate.estimate,
            float(np.hypot(average.standard_error, self.aggregate.standard_error)),
        )


def from_prior(mean: np.ndarray, logvar: np.ndarray, labels: np.ndarray, draws: int, seed: int) -> ClassDivergences:
    """Divergence of every class and of the aggregate from N(0, I).

    Args:
        mean: posterior means μ_x, (N, d).
        logvar: posterior log-variances, (N, d).
        labels: integers, (N,).
        draws: of z from each class; the aggregate gets twice as many.
        seed: of the draws; every class and the aggregate have draws of their own.

    Raises:
        ValueError: as `class_mixtures` and `kl_to`.
    """
    mixtures = class_mixtures(mean, logvar, labels)
    seeds = [int(s) for s in np.random.SeedSequence(seed).generate_state(len(mixtures) + 1)]
    found = [kl_to_standard_normal(m, draws, s) for m, s in zip(mixtures.values(), seeds, strict=False)]
    aggregate = kl_to_standard_normal(GaussianMixture(mean, logvar), 2 * draws, seeds[-1])
    return ClassDivergences(
        tuple(mixtures),
        np.array([each.estimate for each in found]),
        np.array([each.standard_error for each in found]),
        np.array([len(mixture) for mixture in mixtures.values()]) / len(labels),
        aggregate,
        float(0.5 * (np.square(mean) + np.exp(logvar) - 1 - logvar).sum(1).mean()),
    )


def of_gaussians(means: np.ndarray, covariances: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, float]:
    """KL(N(μ_C, Σ_C) ‖ N(0, I)) of each class, (K,), and of all classes' one Gaussian; closed form, nats.

    Args:
        means: (K, d); `covariances` (K, d, d); `counts` images in each class, (K,).

    Raises:
        SingularCovarianceError: a class that is flat in some direction.
    """
    whole = aggregate_moments(means, covariances, counts)
    prior = np.zeros(means.shape[1]), np.eye(means.shape[1])
    each = [kl(mean, covariance, *prior) for mean, covariance in zip(means, covariances, strict=True)]
    return np.array(each), kl(whole.mean, whole.covariance, *prior)
