"""Which plane of latent space a chapter draws: two latent dimensions, or the two leading principal axes."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import controls, latent, models
from vae_core.config import RunConfig

DIMENSIONS, PRINCIPAL = "latent dimensions", "principal axes"


class Plane(NamedTuple):
    """Two orthonormal directions; a point z is drawn at (first · z, second · z), so the prior stays N(0, I)."""

    axes: np.ndarray  # (2, latent_dim)
    names: tuple[str, str]


def choose(prefix: str, run: RunConfig) -> Plane:
    """The plane to draw; in 2-D there is only one, and nothing to choose.

    Args:
        prefix: `<chapter>`; the choice stands in the address under `<chapter>_plane`, `_first` and `_second`.
        run: of three dimensions or more for a choice.
    """
    if run.latent_dim == 2:
        return at_first(run)
    order = latent.by_rate(run)
    names = [latent.name(dimension) for dimension in order]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = controls.select(
            f"{prefix}_plane",
            "Plane drawn",
            (DIMENSIONS, PRINCIPAL),
            style="buttons",
            help="The latent space has more than two dimensions. Choose two of them, listed by their rate, or the two "
            "directions in which all digits together spread most.",
        )
        if kind == PRINCIPAL:
            return principal(run)
        chosen = []
        for place, label in enumerate(("first", "second")):
            left = [name for name in names if name not in chosen]
            _forget_unless(f"{prefix}_{label}", left)
            axis = ("Horizontal", "Vertical")[place]
            chosen.append(controls.select(f"{prefix}_{label}", axis, left, left[0], width=110))
    return along(run, *(order[names.index(name)] for name in chosen))


def at_first(run: RunConfig) -> Plane:
    """The plane of a run before one is chosen: in 2-D the only one, above it the two dimensions of the highest rate."""
    return along(run, *(latent.axes(run) if run.latent_dim == 2 else latent.by_rate(run)[:2]))


def along(run: RunConfig, first: int, second: int) -> Plane:
    """The plane of two latent dimensions."""
    return Plane(np.eye(run.latent_dim)[[first, second]], (latent.name(first), latent.name(second)))


def principal(run: RunConfig) -> Plane:
    """The plane of the two leading principal axes of the training split's latents, all classes together."""
    from vae_core import geometry

    moments = models.moments(run.run_id)
    whole = geometry.aggregate_moments(moments.mean, moments.covariance, moments.count)
    return Plane(geometry.principal_axes(whole.covariance).axes[:2], ("first principal axis", "second principal axis"))


def _forget_unless(key: str, options: list[str]) -> None:
    """Drop a choice that this model, or the other axis, leaves no room for."""
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]
