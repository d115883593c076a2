r"""p(z|C): a class in latent space, the equal-weight mixture of its images' Gaussians.

$p(z|C) \approx \frac{1}{|C|}\sum_{x \in C} \mathcal{N}(z;\ \mu_x, \Lambda_x)$, with the encoder's mean μ_x and diagonal
covariance Λ_x = diag exp(logvar_x) of each image x of the class.

This is a sum of *distributions*: a draw picks one image, then one point of its Gaussian. It is not the distribution of
a sum of variables, which would be one Gaussian.
"""

from typing import NamedTuple

import numpy as np

from vae_core.gaussians import Gaussian, checked_points

# Points are taken so many at a time that their (points, components) table fits this: small enough for a processor's
# cache, and for memory that the app's server keeps (`ui.server_memory`): fetching a larger table anew for every
# mixture took as long as filling it.
CHUNK_BYTES = 120_000
MIN_CHUNK_POINTS = 32
# exp below this is a subnormal number or zero, which the processor is up to 30 times slower to compute, and e⁻⁷⁰⁰
# beside a largest term of 1 changes no digit of a float64 sum.
NEGLIGIBLE = -700.0
# The expanded square may lose digits to cancellation; where its error could pass this many nats the squares are
# taken directly instead.
EXPANSION_ERROR = 1e-6
# The size of numbers whose squares over variances stay finite; a variance below is a point mass.
LARGEST, SMALLEST_VARIANCE = 1e100, 1e-100


class GaussianMixture:
    r"""Equal-weight mixture of n diagonal Gaussians in d dimensions.

    Args:
        mean: one mean a component, (n, d); for a class, the encoder's μ_x.
        logvar: one log-variance a component and dimension, (n, d); −inf is a variance of zero, a point mass, which has
            moments and samples but no density.

    Raises:
        ValueError: no component, shapes that differ, NaN, a mean or variance that is infinite.
    """

    def __init__(self, mean, logvar):
        mean = np.array(mean, dtype=np.float64)
        logvar = np.array(logvar, dtype=np.float64)
        if mean.ndim != 2 or mean.shape != logvar.shape:
            raise ValueError(
                f"mean has shape {mean.shape} and logvar {logvar.shape}; both must be (images, latent_dim)"
            )
        if 0 in mean.shape:
            raise ValueError(f"mean has shape {mean.shape}; a mixture needs at least one image and one dimension")
        if not (np.abs(mean) < LARGEST).all():
            raise ValueError(f"mean holds NaN, infinity or a number beyond {LARGEST:g}; encode the images again")
        if not (logvar < np.log(LARGEST)).all():
            raise ValueError(f"logvar holds NaN or the log of a variance beyond {LARGEST:g}; encode the images again")
        mean.setflags(write=False)
        logvar.setflags(write=False)
        self.component_mean = mean
        self.component_logvar = logvar

    def __len__(self):
        return len(self.component_mean)

    @property
    def latent_dim(self):
        return self.component_mean.shape[1]

    def mean(self):
        r"""$\mu_C = \frac{1}{|C|} \sum_x \mu_x$, (d,)."""
        return self.component_mean.mean(axis=0)

    def within(self):
        r"""Spread within images, the mean of Λ_x: (d, d), diagonal."""
        return np.diag(np.exp(self.component_logvar).mean(axis=0))

    def between(self):
        r"""Spread between images, the covariance of μ_x (divided by n, not n − 1): (d, d)."""
        offsets = self.component_mean - self.mean()
        return offsets.T @ offsets / len(self)

    def covariance(self):
        r"""$\Sigma_C$, within + between images: the law of total covariance, (d, d).

        The same as $\frac{1}{|C|} \sum_x (\Lambda_x + \mu_x \mu_x^\top) - \mu_C \mu_C^\top$.
        """
        return self.within() + self.between()

    def moment_matched(self):
        """The one Gaussian with this mixture's mean and covariance."""
        return Gaussian(self.mean(), self.covariance())

    def sample(self, n, seed):
        """n draws, (n, d): an image at random, then a point of its Gaussian; the same ones for the same seed."""
        rng = np.random.default_rng(seed)
        image = rng.integers(len(self), size=n)
        noise = rng.standard_normal((n, self.latent_dim))
        return self.component_mean[image] + np.exp(0.5 * self.component_logvar[image]) * noise

    def log_prob(self, z):
        r"""Exact log-density, $\log \frac1n \sum_i \mathcal{N}(z;\ \mu_i, \Lambda_i)$.

        The squares are expanded, $(z-\mu)^2/\sigma^2 = z^2/\sigma^2 - 2z\mu/\sigma^2 + \mu^2/\sigma^2$, so that one
        matrix product gives every point under every component. The expansion subtracts large numbers (z²/σ² is 1e5
        nats for a sharp posterior), so it is done in float64, about the mixture's mean; float32 would be wrong in the
        third decimal or before. A bound on the rounding error is checked, and the squares are taken directly where it
        is large. Memory beyond the answer is bounded: the points are taken some at a time.

        Args:
            z: points, (..., d).

        Returns:
            Nats, (...).

        Raises:
            ValueError: z that does not fit, or a component of zero variance.
        """
        z = checked_points(z, "z", latent_dim=self.latent_dim)
        if (np.abs(z) >= LARGEST).any():
            raise ValueError(f"z holds a number beyond {LARGEST:g}; give points of the latent space")
        flat = np.argwhere(self.component_logvar < np.log(SMALLEST_VARIANCE))
        if len(flat):
            component, dimension = flat[0]
            raise ValueError(
                f"component {component} has zero variance in dimension {dimension}: a point mass has no density; "
                "give it some variance, or use the moments and samples, which need none"
            )
        centre = self.mean()
        means = self.component_mean - centre
        precisions = np.exp(-self.component_logvar)
        log_scale = -0.5 * (self.component_logvar + np.log(2 * np.pi)).sum(axis=1) - np.log(len(self))
        constant = log_scale - 0.5 * (means**2 * precisions).sum(axis=1)
        # log density of point i under component k = features[i] @ weights[:, k]
        weights = np.vstack([-0.5 * precisions.T, (means * precisions).T, constant])  # (2d + 1, n)
        largest_weights = np.abs(weights).max(axis=1)

        points = (z - centre).reshape(-1, self.latent_dim)
        chunk = max(MIN_CHUNK_POINTS, CHUNK_BYTES // (8 * len(self)))
        log_prob = np.empty(len(points))
        table = np.empty((min(chunk, len(points)), len(self)))  # one for all chunks: new memory costs more than exp
        for start in range(0, len(points), chunk):
            some = points[start : start + chunk]
            features = np.hstack([some**2, some, np.ones((len(some), 1))])  # (points, 2d + 1)
            error = np.finfo(np.float64).eps * (np.abs(features).max(axis=0) @ largest_weights)
            if error < EXPANSION_ERROR:
                joint = np.matmul(features, weights, out=table[: len(some)])  # (points, n)
            else:
                joint = log_scale - 0.5 * _squared_distances(some, means, precisions)
            log_prob[start : start + chunk] = _logsumexp_in_place(joint)
        return log_prob.reshape(z.shape[:-1])


def class_mixtures(mean, logvar, labels, classes=None):
    """One mixture a class, from encoded images.

    Args:
        mean: posterior means, (N, d).
        logvar: posterior log-variances, (N, d).
        labels: the class of each image, integers, (N,).
        classes: the classes wanted; those present in `labels` unless given.

    Returns:
        dict from class to `GaussianMixture`, in the order of `classes`, or ascending.

    Raises:
        ValueError: labels that do not match the images, or a wanted class without an image.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or len(labels) != len(mean) or len(mean) != len(logvar):
        raise ValueError(
            f"labels of shape {labels.shape} do not match {len(mean)} means and {len(logvar)} log-variances; "
            "give one label an image"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels are {labels.dtype}; give integers, one class number an image")
    present = [int(label) for label in np.unique(labels)]
    if classes is None:
        classes = present
    absent = [label for label in classes if label not in present]
    if absent:
        raise ValueError(f"no image of class {absent} among the labels; the classes present are {present}")
    mean, logvar = np.asarray(mean), np.asarray(logvar)
    return {label: GaussianMixture(mean[labels == label], logvar[labels == label]) for label in classes}


def class_posterior(log_probs, class_prior):
    r"""p(C|z) by Bayes' rule, $p(z|C)\,p(C) / \sum_{C'} p(z|C')\,p(C')$, computed on the log scale.

    Args:
        log_probs: log p(z|C), one column a class, (N, K); −inf where a class cannot draw the point.
        class_prior: p(C), (K,); sums to 1.

    Returns:
        Responsibilities, (N, K); each row sums to 1.

    Raises:
        ValueError: shapes that do not fit, NaN or +inf, a prior that is no distribution, or a point of zero density
            under every class of the prior.
    """
    log_probs = np.asarray(log_probs, dtype=np.float64)
    class_prior = np.asarray(class_prior, dtype=np.float64)
    if log_probs.ndim != 2 or class_prior.shape != log_probs.shape[1:]:
        raise ValueError(
            f"log_probs has shape {log_probs.shape} and class_prior {class_prior.shape}; give (N, K) and (K,)"
        )
    if not (log_probs < np.inf).all():
        raise ValueError("log_probs holds NaN or +inf; give log-densities")
    if not (class_prior >= 0).all() or abs(class_prior.sum() - 1) > 1e-6:
        raise ValueError(f"class_prior is {class_prior}; give probabilities that sum to 1")
    with np.errstate(divide="ignore"):  # a class may have prior probability zero
        joint = log_probs + np.log(class_prior)
    largest = joint.max(axis=1, keepdims=True)
    if np.isneginf(largest).any():
        row = int(np.argmin(largest))
        raise ValueError(f"point {row} has zero density under every class, so p(C|z) is not defined there")
    responsibilities = np.exp(joint - largest)
    return responsibilities / responsibilities.sum(axis=1, keepdims=True)


class MonteCarloEstimate(NamedTuple):
    """An average over random draws and the standard error of it."""

    estimate: float
    standard_error: float


def kl_to(mixture, density, n, seed):
    r"""KL(mixture ‖ density) by Monte Carlo, in nats: the mean of log mixture(z) − log density(z) over z ~ mixture.

    Args:
        mixture: a `GaussianMixture`.
        density: anything with `log_prob(z)`, such as `mixture.moment_matched()`.
        n: number of draws, at least 2.
        seed: of the draws.

    Returns:
        A `MonteCarloEstimate`. It is unbiased, so it may come out below zero when the divergence is near zero.
    """
    if n < 2:
        raise ValueError(f"n is {n}; a standard error needs at least 2 draws")
    z = mixture.sample(n, seed)
    log_ratio = mixture.log_prob(z) - density.log_prob(z)
    return MonteCarloEstimate(float(log_ratio.mean()), float(log_ratio.std(ddof=1) / np.sqrt(n)))


def kl_to_standard_normal(mixture, n, seed):
    """KL(p(z|C) ‖ N(0, I)), how far a class is from the prior, by Monte Carlo; see `kl_to`."""
    prior = Gaussian(np.zeros(mixture.latent_dim), np.eye(mixture.latent_dim))
    return kl_to(mixture, prior, n, seed)


def _squared_distances(points, means, precisions):
    """Σ_d (z_d − μ_d)²/σ_d², (points, n): slower than the expansion and never subject to cancellation."""
    total = np.zeros((len(points), len(means)))
    for d in range(points.shape[1]):
        squares = np.subtract.outer(points[:, d], means[:, d])
        squares *= squares
        squares *= precisions[:, d]
        total += squares
    return total


def _logsumexp_in_place(terms):
    """log Σ exp over the rows of a finite table, which is overwritten."""
    largest = terms.max(axis=1)
    terms -= largest[:, None]
    np.maximum(terms, NEGLIGIBLE, out=terms)
    np.exp(terms, out=terms)
    return largest + np.log(terms.sum(axis=1))
