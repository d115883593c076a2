r"""Have the chains met, and how much do they know: split R̂ and effective sample size.

Chains that all start at one point can agree, and R̂ be near 1, without having seen the other modes.
Source: Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, "Rank-normalization, folding, and localization: an improved
R̂ for assessing convergence of MCMC". ArviZ computes the same, and the tests compare; it is not used here because it
loads 25 MB of SciPy that nothing else of the app needs.
"""

import numpy as np
from scipy.special import ndtri


def split_rhat(draws: np.ndarray) -> np.ndarray | float:
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


def effective_sample_size(draws: np.ndarray) -> np.ndarray | float:
    r"""Bulk effective sample size: independent draws that would know the centre of the distribution as well.

    $S / \hat\tau,\ \hat\tau = -1 + 2\sum_t \hat P_t$ with $\hat P_t = \hat\rho_{2t} + \hat\rho_{2t+1}$ of the split,
    rank-normalised chains, summed while positive and made decreasing (Geyer 1992); at most S log₁₀ S.

    Args, Returns and Raises as `split_rhat`; S counts all draws of all chains.
    """
    return _each_dimension(_ess, draws)


def _each_dimension(statistic, draws):
    draws = np.asarray(draws, dtype=np.float64)
    if draws.ndim not in (2, 3) or 0 in draws.shape or draws.shape[1] < 4:
        raise ValueError(f"draws have shape {draws.shape}; give (chains, steps) or (chains, steps, d), 4 steps or more")
    if not np.isfinite(draws).all():
        raise ValueError("draws hold NaN or infinity; every draw must be a finite number")
    moved = np.ptp(draws, axis=(0, 1)) > 0
    with np.errstate(divide="ignore", invalid="ignore"):  # chains that each stand still have no variance within
        if draws.ndim == 2:
            return float(statistic(draws)) if moved else np.nan
        return np.array([statistic(draws[..., d]) if moved[d] else np.nan for d in range(len(moved))])


def _rhat(draws: np.ndarray) -> float:
    """Of one dimension, (chains, steps); nan for a single chain."""
    if len(draws) < 2:
        return np.nan
    halves = _halves(draws)
    return max(_unranked_rhat(_normal_scores(each)) for each in (halves, abs(halves - np.median(halves))))


def _unranked_rhat(chains: np.ndarray) -> float:
    n = chains.shape[1]
    between, within = n * chains.mean(axis=1).var(ddof=1), chains.var(axis=1, ddof=1).mean()
    return np.sqrt((between / within + n - 1) / n)


def _ess(draws: np.ndarray) -> float:
    """Of one dimension, (chains, steps)."""
    chains = _normal_scores(_halves(draws))
    n, size = chains.shape[1], chains.size
    covariance = _autocovariance(chains).mean(axis=0)  # (n,), of all chains
    within = covariance[0] * n / (n - 1)
    total = covariance[0] + chains.mean(axis=1).var(ddof=1)
    rho = 1 - (within - covariance) / total
    rho[0] = 1
    if np.isnan(rho).any():
        return np.nan
    even, pairs = rho[0 : n - n % 2 : 2], rho[: n - n % 2].reshape(-1, 2).sum(axis=1)  # P̂_t
    # The sum ends with the first pair that is not positive, or where too few steps are left; of that pair its first
    # half counts, and only once.
    last = next((t for t in range(len(pairs)) if pairs[t] <= 0 or 2 * t + 1 >= n - 3), len(pairs) - 1)
    end = even[last] if even[last] > 0 or pairs[last] >= 0 else 0
    tau = -1 + 2 * np.minimum.accumulate(pairs[:last]).sum() + end
    return size / max(tau, 1 / np.log10(size))


def _halves(draws: np.ndarray) -> np.ndarray:
    """First and second half of every chain, (2 chains, steps // 2); a step in the middle is left out."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _normal_scores(draws: np.ndarray) -> np.ndarray:
    """Normal quantiles of the draws' ranks among all of them (Blom 1958); equal draws share their mean rank."""
    _, place, count = np.unique(draws, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    return ndtri((rank - 3 / 8) / (draws.size + 1 / 4))[place].reshape(draws.shape)


def _autocovariance(chains: np.ndarray) -> np.ndarray:
    """Of each chain at every lag, (chains, steps), divided by the number of steps."""
    n = chains.shape[1]
    spectrum = np.fft.rfft(chains - chains.mean(axis=1, keepdims=True), n=2 * n)
    return np.fft.irfft(abs(spectrum) ** 2, n=2 * n)[:, :n] / n
