r"""Drawing latents: from the prior, from the aggregate posterior, and from p(z|x) by Metropolis–Hastings.

The preconditioned Crank–Nicolson (pCN) proposal keeps N(0, I) as it is, so the prior cancels from the acceptance rule
and a chain needs the decoder only; no encoder, no gradient. Its step size is called b here, never β.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vae_core.gaussians import Gaussian, checked_points
from vae_core.mixture import GaussianMixture

if TYPE_CHECKING:
    from vae_core.vae import VAE

LogLikelihood = Callable[[np.ndarray], np.ndarray]  # z (n, d) -> log p(x|z) in nats, (n,)


def sample_prior(n: int, latent_dim: int, seed: int) -> np.ndarray:
    """n draws from N(0, I), (n, latent_dim); the first rows do not depend on n."""
    if n < 1 or latent_dim < 1:
        raise ValueError(f"n is {n} and latent_dim {latent_dim}; both must be at least 1")
    return np.random.default_rng(seed).standard_normal((n, latent_dim))


class AggregateDraws(NamedTuple):
    """Draws from the aggregate posterior: z (n, d), and index (n,) of the image whose q(z|x) each came from."""

    z: np.ndarray
    index: np.ndarray


def sample_aggregate(mean: np.ndarray, logvar: np.ndarray, n: int, seed: int) -> AggregateDraws:
    r"""Draws from $q(z) = \frac1N \sum_x q(z|x)$: an image at random, then a point of its Gaussian.

    Args:
        mean, logvar: q(z|x) of N images, (N, d).
        n: how many draws.

    Raises:
        ValueError: shapes that differ, no image, values that are not finite.
    """
    images = GaussianMixture(mean, logvar)
    rng = np.random.default_rng(seed)
    index = rng.integers(len(images), size=n)
    noise = rng.standard_normal((n, images.latent_dim))
    z = images.component_mean[index] + np.exp(0.5 * images.component_logvar[index]) * noise
    return AggregateDraws(z, index)


def aggregate_gaussian(mean: np.ndarray, logvar: np.ndarray) -> Gaussian:
    """The Gaussian fitted to q(z): its mean and covariance, the latter within plus between images; args as above."""
    return GaussianMixture(mean, logvar).moment_matched()


class PcnRun(NamedTuple):
    """Chains of pCN, the start left out.

    Attributes:
        samples: (chains, steps, d); a rejected proposal repeats the state before it.
        accepted: (chains, steps) bool.
        log_likelihood: log p(x|z) at the samples, (chains, steps), nats.
    """

    samples: np.ndarray
    accepted: np.ndarray
    log_likelihood: np.ndarray

    @property
    def acceptance(self) -> np.ndarray:
        """Share of accepted proposals of each chain, (chains,)."""
        return self.accepted.mean(axis=1)


def pcn_chain(log_likelihood: LogLikelihood, start: np.ndarray, b: float, steps: int, seed: int) -> PcnRun:
    r"""Metropolis–Hastings of p(z|x) ∝ p(x|z) N(z; 0, I) with preconditioned Crank–Nicolson proposals.

    $z' = \sqrt{1 - b^2}\, z + b\,\xi,\ \xi \sim N(0, I)$, accepted with probability min(1, p(x|z') / p(x|z)). The
    proposal is reversible with respect to the prior, $N(z) K(z \to z') = N(z') K(z' \to z)$, so only likelihoods are
    left in the Metropolis–Hastings ratio. b = 1 draws afresh from the prior at every step.

    Args:
        log_likelihood: z (chains, d) float64 -> log p(x|z), (chains,), nats; constants may be left out.
        start: one starting point a chain, (chains, d). Samples depend on where it is until the chain has forgotten it.
        b: step size, 0 < b ≤ 1; smaller steps are accepted more often and go less far.
        steps: of each chain, at least 1.

    Raises:
        ValueError: b or steps out of range, a start that is not (chains, d) or has a likelihood of 0, a log-likelihood
            that is NaN or +infinity.

    Source: Cotter, Roberts, Stuart & White 2013, "MCMC methods for functions".
    """
    if not 0 < b <= 1:
        raise ValueError(f"b is {b}; the step size is above 0 and at most 1")
    if steps < 1:
        raise ValueError(f"steps is {steps}; a chain takes at least 1")
    z = checked_points(start, "start", ndim=2)
    current = _evaluate(log_likelihood, z)
    if np.isneginf(current).any():
        raise ValueError("a chain starts where the likelihood is 0; start where the picture is possible")
    # A stream of its own: a start drawn from the prior with the same seed must not foretell the proposals.
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
    run = PcnRun(
        samples=np.empty((len(z), steps, z.shape[1])),
        accepted=np.empty((len(z), steps), bool),
        log_likelihood=np.empty((len(z), steps)),
    )
    keep = np.sqrt(1 - b * b)
    for step in range(steps):
        proposal = keep * z + b * rng.standard_normal(z.shape)
        proposed = _evaluate(log_likelihood, proposal)
        accepted = -rng.standard_exponential(len(z)) < proposed - current  # log of a uniform draw
        z = np.where(accepted[:, None], proposal, z)
        current = np.where(accepted, proposed, current)
        run.samples[:, step] = z
        run.accepted[:, step] = accepted
        run.log_likelihood[:, step] = current
    return run


def largest_step(
    log_likelihood: LogLikelihood, start: np.ndarray, steps: Iterable[float], seed: int, acceptance: float = 0.25
) -> float:
    """The largest of these step sizes b that is accepted often enough in ten steps from `start`; else the smallest.

    Args:
        log_likelihood, start: as of `pcn_chain`.
        steps: step sizes to try.
        acceptance: share of proposals, over all chains.
    """
    tried = sorted(steps, reverse=True)
    for b in tried:
        if pcn_chain(log_likelihood, start, b, 10, seed).accepted.mean() >= acceptance:
            return b
    return tried[-1]


def _evaluate(log_likelihood: LogLikelihood, z: np.ndarray) -> np.ndarray:
    values = np.asarray(log_likelihood(z), dtype=np.float64)
    if values.shape != z.shape[:1]:
        raise ValueError(f"log_likelihood gave shape {values.shape} for {len(z)} points; it must give one number each")
    if np.isnan(values).any() or np.isposinf(values).any():
        raise ValueError("log_likelihood gave NaN or +infinity; a likelihood is a finite number")
    return values


def decoder_log_likelihood(vae: "VAE", image: np.ndarray, variance: float | None = None) -> LogLikelihood:
    r"""log p(x|z) of an image under a model's decoder, as a function of z.

    A Gaussian decoder trained with β is, by its loss ½ SSE + β · KL, one with σ² = β (β times its calibrated variance
    where it is calibrated). A Bernoulli decoder's log-likelihood is divided by β, for the same reason: q(z|x) aims at
    p(z) p(x|z)^(1/β).

    Args:
        vae: a trained model.
        image: (28, 28) in [0, 1]; or (chains, 28, 28), another one for each row of z.
        variance: another σ² for a Gaussian decoder.

    Raises:
        ValueError: a variance that is not positive, or given for a Bernoulli decoder.
    """
    import torch  # pages that only draw from the prior need not load it

    from vae_core import objective

    gaussian = vae.config.likelihood != "bernoulli"
    if variance is not None and not (gaussian and variance > 0):
        raise ValueError(f"variance is {variance}; give a positive σ², and only to a Gaussian decoder")
    x = torch.as_tensor(np.asarray(image), dtype=torch.float32).reshape(-1, 1, 28, 28)
    if variance is None:
        variance = vae.variance * vae.config.beta

    with torch.no_grad():
        skips = vae.skips(x)  # of this image, whatever z

    @torch.no_grad()
    def log_likelihood(z: np.ndarray) -> np.ndarray:
        latents = torch.as_tensor(z, dtype=torch.float32)
        images, logits = x.expand(len(latents), -1, -1, -1), vae.logits(latents, skips)
        if gaussian:
            distortion = objective.gaussian_distortion(images, torch.sigmoid(logits), variance)
        else:
            distortion = objective.bernoulli_distortion(images, logits) / vae.config.beta
        return -distortion.double().numpy()

    return log_likelihood
