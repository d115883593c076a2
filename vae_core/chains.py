r"""Have the chains met, and how much do they know: split R̂ and effective sample size.

Written from the published formulas, a hundred lines for one dependency less; made to agree with ArviZ's `rhat` and bulk
`ess`. Chains that all start at one point can agree, and R̂ be near 1, without having seen the other modes.
Source: Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, "Rank-normalization, folding, and localization: an improved
R̂ for assessing convergence of MCMC".
"""

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata


def split_rhat(draws: np.ndarray) -> np.ndarray:
    r"""Rank-normalised split R̂: near 1 where the halves of all chains look alike.

    $\hat R = \sqrt{\left(\frac{n-1}{n} W + \frac1n B\right) / W}$ from the variances between (B) and within (W) the
    2·chains halves of length n, of the draws' normal scores and of their folded ones |z − median|; the larger counts.
    The authors advise to use draws only where R̂ < 1.01; a value near 1 does not prove convergence.

    Args:
        draws: (chains, steps) or (chains, steps, d); at least 4 steps.

    Returns:
        A number, or one a dimension, (d,); nan where every draw is the same.

    Raises:
        ValueError: another shape, fewer than 4 steps, values that are not finite.
    """
    return _each_dimension(_rhat, draws)


def effective_sample_size(draws: np.ndarray) -> np.ndarray:
    r"""Bulk effective sample size: independent draws that would know the centre of the distribution as well.

    $S / \hat\tau,\ \hat\tau = -1 + 2\sum_t \hat P_t$ with $\hat P_t = \hat\rho_{2t} + \hat\rho_{2t+1}$ of the split,
    rank-normalised chains, summed while positive and made decreasing (Geyer 1992); at most S log₁₀ S.

    Args and Raises as `split_rhat`; S counts all draws of all chains.
    """
    return _each_dimension(_ess, draws)


def _each_dimension(statistic, draws):
    draws = np.asarray(draws, dtype=np.float64)
    if draws.ndim not in (2, 3) or 0 in draws.shape or draws.shape[1] < 4:
        raise ValueError(f"draws have shape {draws.shape}; give (chains, steps) or (chains, steps, d), 4 steps or more")
    if not np.isfinite(draws).all():
        raise ValueError("draws hold NaN or infinity; every draw must be a finite number")
    if draws.ndim == 2:
        return float(statistic(draws))
    return np.array([statistic(draws[..., i]) for i in range(draws.shape[2])])


def _halves(draws):
    """Each chain in two; of an odd number of steps the middle one is left out."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _normal_scores(draws):
    """Φ⁻¹((rank − 3/8) / (S + 1/4)), ranks over all chains, ties averaged."""
    ranks = rankdata(draws, axis=None).reshape(draws.shape)
    return ndtri((ranks - 0.375) / (draws.size + 0.25))


def _rhat(draws):
    halves = _halves(draws)
    folded = np.abs(halves - np.median(halves))
    return max(_plain_rhat(_normal_scores(halves)), _plain_rhat(_normal_scores(folded)))


def _plain_rhat(chains):
    within, total = _variances(chains)
    return np.sqrt(total / within) if within > 0 else (np.inf if total > 0 else np.nan)


def _variances(chains):
    """W, and the estimate (n − 1)/n · W + B/n of the whole distribution's variance."""
    n = chains.shape[1]
    within = chains.var(axis=1, ddof=1).mean()
    return within, (n - 1) / n * within + chains.mean(axis=1).var(ddof=1)


def _ess(draws):
    chains = _normal_scores(_halves(draws))
    n = chains.shape[1]
    within, total = _variances(chains)
    if total == 0:
        return np.nan
    # Equation 10; with autocovariances over n, not n − 1, as Stan and ArviZ have it, to give their numbers.
    rho = 1 - (within - _autocovariance(chains).mean(axis=0)) / total
    rho[0] = 1
    rho = rho[: max(2 * ((n - 1) // 2), 2)].reshape(-1, 2)
    pairs = rho.sum(axis=1)
    stop = np.flatnonzero(pairs < 0)
    stop = stop[0] if len(stop) else len(pairs) - 1
    tail = max(rho[stop, 0], 0)  # the first lag after the last pair that counts
    tau = 2 * np.minimum.accumulate(pairs[:stop]).sum() - 1 + tail
    return chains.size / max(tau, 1 / np.log10(chains.size))


def _autocovariance(chains):
    """(1/n) Σ_i (x_i − x̄)(x_{i+t} − x̄) for every lag t, (chains, n), by FFT."""
    n = chains.shape[1]
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * n, axis=1)  # zero padding keeps the end from meeting the beginning
    return np.fft.irfft(np.abs(spectrum) ** 2, 2 * n, axis=1)[:, :n] / n
