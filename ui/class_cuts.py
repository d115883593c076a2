"""Distances between the ten classes of a run and their groups, kept for all who ask about the whole zoo."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, models
from vae_core import gaussians, hierarchy


class _Distances(NamedTuple):
    between: np.ndarray


def distances(run_id: str, metric: str) -> np.ndarray:
    """Between the classes, each one Gaussian, by `gaussians.pairwise_distances`, (10, 10)."""
    return _distances(run_id, metric).between


@st.cache_data(max_entries=512, show_spinner=False)  # 1 kB each
@disk_cache.kept(_Distances)
def _distances(run_id: str, metric: str) -> _Distances:
    moments = models.moments(run_id)
    return _Distances(gaussians.pairwise_distances(moments.mean, moments.covariance, metric))


@st.cache_data(max_entries=8192, show_spinner=False)  # ten small numbers each: the zoo's runs by metric, method and k
def cut(run_id: str, metric: str, method: str, k: int) -> tuple[int, ...]:
    """The group of each class when the tree over these distances is cut into k, (10,)."""
    return tuple(hierarchy.cut(hierarchy.tree(distances(run_id, metric), method).linkage, k).tolist())
