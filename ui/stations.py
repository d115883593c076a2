"""The ten class means as stations: how far apart they are, where they are drawn, walks between them decoded."""

from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, latent, models
from ui.components import film as film_component
from vae_core import film, gaussians, geometry, traversal
from vae_core.charts import pictures
from vae_core.config import RunConfig
from vae_core.path import Speed
from vae_core.tour import optimal_tour
from vae_core.tour_comparison import GreedyStudy, Shrinkage, study_greedy, worst_shrinkage

# As a student reads it -> `gaussians.METRICS`.
METRICS = {"class means": "euclidean", "class Gaussians": "wasserstein2"}
FILM_FRAMES = 145


class Plane(NamedTuple):
    """Where a page draws a latent space of any dimension: its own plane in 2-D, above it two principal axes."""

    means: np.ndarray  # class means, (10, 2)
    covariances: np.ndarray  # class covariances, (10, 2, 2)
    axes: np.ndarray  # (2, latent_dim)
    origin: np.ndarray  # (latent_dim,)
    titles: tuple[str, str]
    kept: float  # share of the squared distances between the class means that survives
    worst: Shrinkage | None  # None in 2-D, where nothing is lost, and where all means are in one place

    def place(self, z: np.ndarray) -> np.ndarray:
        """Latents (..., latent_dim) as drawn, (..., 2)."""
        return (z - self.origin) @ self.axes.T


class _Tour(NamedTuple):
    digits: np.ndarray  # (10,)


@st.cache_data(max_entries=256, show_spinner=False)
def distances(run_id: str, metric: str) -> np.ndarray:
    """Between the ten classes, (10, 10), latent units; metric as in `METRICS`."""
    moments = models.moments(run_id)
    return gaussians.pairwise_distances(moments.mean, moments.covariance, METRICS[metric])


@st.cache_data(max_entries=512, show_spinner=False)
def study(run_id: str, metric: str, closed: bool) -> GreedyStudy:
    """Greedy and shortest tours of a model from every start."""
    return study_greedy(distances(run_id, metric), closed)


def shortest(run_id: str, metric: str = "class means", closed: bool = False) -> list[int]:
    """The shortest tour over the ten classes; metric as in `METRICS`."""
    return _shortest(run_id, metric, closed).digits.tolist()


@st.cache_resource(max_entries=512, show_spinner=False)
@disk_cache.kept(_Tour)
def _shortest(run_id: str, metric: str, closed: bool) -> _Tour:
    return _Tour(np.array(optimal_tour(distances(run_id, metric), closed=closed)))


@st.cache_resource(max_entries=64, show_spinner=False)
def plane(run_id: str) -> Plane:
    """The plane in which the tours and roads of a model are drawn."""
    moments = models.moments(run_id)
    latent_dim = moments.mean.shape[1]
    if latent_dim == 2:
        axes, origin = np.eye(2), np.zeros(2)
        titles = (latent.name(0), latent.name(1))
    else:
        origin = moments.mean.mean(axis=0)
        axes = geometry.principal_axes(np.cov(moments.mean.T)).axes[:2]
        titles = ("principal axis 1 of the class means", "principal axis 2")
    seen = geometry.project(moments.mean, moments.covariance, axes, origin)
    worst = worst_shrinkage(moments.mean, seen.mean) if latent_dim > 2 else None
    return Plane(seen.mean, seen.covariance, axes, origin, titles, seen.kept, worst)


def say_what_is_lost(run: RunConfig) -> str:
    """A sentence on what the plane hides; empty in 2-D."""
    drawn = plane(run.run_id)
    if drawn.worst is None:
        return ""
    a, b = drawn.worst.pair
    return (
        f"{run.latent_dim} dimensions on 2: the two principal axes of the class means keep {drawn.kept:.0%} of the "
        f"squared distances between them. {a} and {b} suffer most, drawn at {drawn.worst.ratio:.0%} of their distance. "
        "Lengths are always measured in the full latent space."
    )


@st.cache_data(max_entries=128, show_spinner="Decoding along the tour …")
def tour_film(run_id: str, stations: tuple[int, ...], speed: Speed, frames: int) -> film.Walk:
    """The walk from class mean to class mean, its frames as uint8."""
    walked = walk(run_id, models.moments(run_id).mean[list(stations)], speed, frames)
    return walked._replace(frames=pictures.to_uint8(walked.frames))


@st.cache_resource(max_entries=32, show_spinner=False)  # some 65 kB each
def tour_sprite(run_id: str, stations: tuple[int, ...], speed: Speed, frames: int) -> film_component.Sprite:
    """The `tour_film` as the film in the page takes it."""
    return film_component.as_sprite(tour_film(run_id, stations, speed, frames).frames)


def walk(run_id: str, corners: np.ndarray, speed: Speed, frames: int) -> film.Walk:
    """Any road walked at constant speed, its frames float in [0, 1]."""
    return film.walk(partial(draw, run_id), corners, frames, speed)


def draw(run_id: str, z: np.ndarray) -> np.ndarray:
    """What the decoder draws at latents (N, latent_dim), float in [0, 1], (N, 28, 28)."""
    return traversal.decode(models.vae(run_id), z)


@st.cache_data(max_entries=16, show_spinner="Finding the tour of every model …")
def zoo_tours(run_ids: tuple[str, ...], metric: str, closed: bool) -> dict[str, list[int]]:
    """Run id -> its shortest tour, for models that have not collapsed: some dimension of theirs is on."""
    alive = [run_id for run_id in run_ids if models.metrics(run_id)["test"]["active_units"] > 0]
    return {run_id: shortest(run_id, metric, closed) for run_id in alive}
