r"""Have the chains met, and how much do they know: split R̂ and effective sample size, both ArviZ's.

Chains that all start at one point can agree, and R̂ be near 1, without having seen the other modes.
Source: Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, "Rank-normalization, folding, and localization: an improved
R̂ for assessing convergence of MCMC".
"""

import numpy as np


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
    return _each_dimension("rhat", draws)


def effective_sample_size(draws: np.ndarray) -> np.ndarray | float:
    r"""Bulk effective sample size: independent draws that would know the centre of the distribution as well.

    $S / \hat\tau,\ \hat\tau = -1 + 2\sum_t \hat P_t$ with $\hat P_t = \hat\rho_{2t} + \hat\rho_{2t+1}$ of the split,
    rank-normalised chains, summed while positive and made decreasing (Geyer 1992); at most S log₁₀ S.

    Args, Returns and Raises as `split_rhat`; S counts all draws of all chains.
    """
    return _each_dimension("ess", draws)


def _each_dimension(name, draws):
    from arviz_stats.base import array_stats  # 25 MB of SciPy, for chains that walk on the server alone

    draws = np.asarray(draws, dtype=np.float64)
    if draws.ndim not in (2, 3) or 0 in draws.shape or draws.shape[1] < 4:
        raise ValueError(f"draws have shape {draws.shape}; give (chains, steps) or (chains, steps, d), 4 steps or more")
    if not np.isfinite(draws).all():
        raise ValueError("draws hold NaN or infinity; every draw must be a finite number")
    moved = np.ptp(draws, axis=(0, 1)) > 0
    with np.errstate(divide="ignore", invalid="ignore"):  # chains that each stand still have no variance within
        found = np.where(moved, getattr(array_stats, name)(draws, chain_axis=0, draw_axis=1), np.nan)
    return float(found) if draws.ndim == 2 else found
