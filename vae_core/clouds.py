"""Volume, spread and directions of every class and of all digits together, from a run's stored moments."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vae_core.directions import elongation, volume_from_within
from vae_core.encodings import ClassMoments
from vae_core.geometry import aggregate_moments, effective_dimensions, log_volume, principal_axes


class Clouds(NamedTuple):
    """K classes and, as the last of each array, all of them together.

    Attributes:
        mean: (K + 1, d).
        covariance: (K + 1, d, d).
        within: diagonal of the part within images, (K + 1, d).
        log_volume: ½ log det of the covariance, nats relative to the prior's, (K + 1,); −inf for a flat cloud.
        log_volume_within: of the part within images alone, (K + 1,).
        added: what the spread between images adds to it, never negative, (K + 1,).
        share_within: of the trace, 0 to 1, (K + 1,).
        effective: effective number of dimensions, (K + 1,).
        variances: eigenvalues, descending, (K + 1, d).
        axes: eigenvectors as rows, (K + 1, d, d).
        elongation: longest axis over the next, (K + 1,); nan in one dimension.
    """

    mean: np.ndarray
    covariance: np.ndarray
    within: np.ndarray
    log_volume: np.ndarray
    log_volume_within: np.ndarray
    added: np.ndarray
    share_within: np.ndarray
    effective: np.ndarray
    variances: np.ndarray
    axes: np.ndarray
    elongation: np.ndarray


def restricted(moments: ClassMoments, dimensions: Sequence[int]) -> ClassMoments:
    """The moments in some latent dimensions only, in this order: exactly those of the marginal.

    Raises:
        ValueError: no dimension, one that does not exist, or one twice.
    """
    kept, latent_dim = list(dimensions), moments.mean.shape[1]
    if not kept or len(set(kept)) < len(kept) or not set(kept) <= set(range(latent_dim)):
        raise ValueError(f"dimensions are {kept}; allowed: some of 0 to {latent_dim - 1}, each once")
    square = np.ix_(range(len(moments.mean)), kept, kept)
    return ClassMoments(moments.mean[:, kept], moments.covariance[square], moments.count, moments.within[:, kept])


def clouds(moments: ClassMoments) -> Clouds:
    """All of it from `zoo.moments(run_id)`; the whole by the law of total variance, classes weighted by their count."""
    whole = aggregate_moments(moments.mean, moments.covariance, moments.count)
    weights = moments.count / moments.count.sum()
    mean = np.concatenate([moments.mean, whole.mean[None]])
    covariance = np.concatenate([moments.covariance, whole.covariance[None]])
    within = np.concatenate([moments.within, (weights @ moments.within)[None]])
    found = principal_axes(covariance)
    long = elongation(covariance) if mean.shape[1] > 1 else np.full(len(mean), np.nan)
    return Clouds(
        mean=mean,
        covariance=covariance,
        within=within,
        log_volume=log_volume(covariance),
        log_volume_within=np.log(within).sum(axis=1) / 2,
        added=volume_from_within(within, covariance),
        share_within=within.sum(axis=1) / np.trace(covariance, axis1=1, axis2=2),
        effective=effective_dimensions(covariance),
        variances=found.variances,
        axes=found.axes,
        elongation=long,
    )
