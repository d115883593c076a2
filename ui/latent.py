"""Latent dimensions as pages show them: their order by rate, their names, what is off; cached decodings."""

import numpy as np
import streamlit as st

from ui import models
from vae_core.config import RunConfig


def rates(run: RunConfig) -> np.ndarray:
    """Rate of each dimension on MNIST's test images, nats per image, (latent_dim,)."""
    return np.array(models.metrics(run.run_id)["test"]["rate_per_dimension"])


def by_rate(run: RunConfig) -> list[int]:
    """The dimensions, highest rate first."""
    return np.argsort(-rates(run), kind="stable").tolist()


def is_off(run: RunConfig, dimension: int) -> bool:
    """Whether a dimension carries less than a hundredth of a nat (`evaluation.ACTIVE_RATE`)."""
    from vae_core.evaluation import ACTIVE_RATE

    return bool(rates(run)[dimension] < ACTIVE_RATE)


def axes(run: RunConfig) -> tuple[int, int]:
    """The two dimensions a plane shows: in 2-D in their own order, above it the two of the highest rate.

    Raises:
        ValueError: for a model of one dimension, which has no plane.
    """
    if run.latent_dim < 2:
        raise ValueError(f"{run.run_id} has one latent dimension and no plane to show")
    first, second = sorted(by_rate(run)[:2])
    return first, second


def name(dimension: int) -> str:
    """z₁, z₂, … for dimensions counted from 0."""
    return "z" + str(dimension + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Positions of the first `count` digits of every class, ascending."""
    return np.sort(np.concatenate([np.flatnonzero(labels == digit)[:count] for digit in range(10)]))


def decoded(run_id: str, z: np.ndarray) -> np.ndarray:
    """E[x|z] of latents (N, d) as pictures, uint8 (N, 28, 28)."""
    from vae_core import traversal
    from vae_core.charts import pictures

    return pictures.to_uint8(traversal.decode(models.vae(run_id), z))


def walks(run_id: str, z: np.ndarray, scale, values: np.ndarray, order: list[int], off: list[bool]) -> np.ndarray:
    """Each dimension's walk from z as a row of pictures, uint8 (height, width).

    Args:
        z: (d,).
        scale: of the walk, a `traversal.Scale`, and its `values` in that unit.
        order: of the rows; those that are `off` are drawn at half brightness.
    """
    from vae_core import traversal
    from vae_core.charts import strips

    return strips.traversal(
        traversal.decode(models.vae(run_id), traversal.axis_walks(z, scale, values)[order]),
        [f"z{dimension + 1}" for dimension in order],  # the picture's font has no subscripts
        [f"{value:+.1f}" if value else "0" for value in values],
        dim=off,
    )


@st.cache_data(max_entries=16, show_spinner="Decoding the plane …")
def manifold(run_id: str, side: int, plane: tuple[int, int]) -> np.ndarray:
    """Decodings at the prior's quantiles in a plane, as one picture, uint8."""
    from vae_core import traversal
    from vae_core.charts import pictures

    vae = models.vae(run_id)
    latents = traversal.quantile_plane(vae.config.latent_dim, plane, side)
    images = traversal.decode(vae, latents).reshape(-1, 28, 28)
    return pictures.grid(images, side, gap=0)
