"""Roads between two latents, found, walked and measured; what a page draws of them is cached by its small arguments."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import heavy_work, models, stations
from vae_core import decoder_roads, mixture, road
from vae_core.charts import pictures
from vae_core.film import Walk
from vae_core.gaussians import Gaussian
from vae_core.path import Speed

POINTS = 121  # of every road: lengths are compared between equally many frames
MIXTURE, ONE_GAUSSIAN = "every image", "one Gaussian a class"
DENSITIES = (MIXTURE, ONE_GAUSSIAN)
QUANTILE = 0.01

Latent = tuple[float, ...]


class Road(NamedTuple):
    """One road, walked and measured."""

    walked: Walk
    reading: road.Reading


@st.cache_resource(max_entries=16, show_spinner="Gathering the classes …")
def classes(run_id: str, density: str) -> list[road.Density]:
    """p(z|C) of the ten classes: mixtures over the shipped digits that models were trained on, or one Gaussian each."""
    if density == ONE_GAUSSIAN:
        moments = models.moments(run_id)
        return [Gaussian(mean, covariance) for mean, covariance in zip(moments.mean, moments.covariance, strict=True)]
    digits, encodings = models.digits(), models.encodings(run_id)
    seen = ~digits.held_out
    found = mixture.class_mixtures(encodings.mean[seen], encodings.logvar[seen], digits.labels[seen])
    return list(found.values())


def class_prior(run_id: str) -> np.ndarray:
    """p(C), the share of each digit in the training split, (10,)."""
    count = models.moments(run_id).count
    return count / count.sum()


@st.cache_data(max_entries=64, show_spinner="Measuring where digits live …")
def familiar(run_id: str, density: str) -> float:
    """log q(z), nats, above which 99 % of the unseen digits lie, one sample z of q(z|x) each."""
    digits, encodings = models.digits(), models.encodings(run_id)
    mean, logvar = encodings.mean[digits.held_out], encodings.logvar[digits.held_out]
    z = mean + np.exp(0.5 * logvar) * np.random.default_rng(0).standard_normal(mean.shape)
    log_probs = road.class_log_densities(classes(run_id, density), z)
    return float(np.quantile(road.log_aggregate(log_probs, class_prior(run_id)), QUANTILE))


def name_of(run_id: str, z: np.ndarray, density: str) -> int:
    """The most probable class of a latent (latent_dim,)."""
    log_probs = road.class_log_densities(classes(run_id, density), z[None])
    return int(mixture.class_posterior(log_probs, class_prior(run_id))[0].argmax())


@st.cache_resource(max_entries=16, show_spinner="Decoding the plane …")
def _grid(run_id: str):
    encodings, moments = models.encodings(run_id), models.moments(run_id)
    return decoder_roads.covering_grid(models.vae(run_id).decode, np.concatenate([encodings.mean, moments.mean]))


@st.cache_data(max_entries=256, show_spinner="Looking for a short road …")
def _decoder_road(run_id: str, start: Latent, end: Latent) -> np.ndarray:
    from vae_core.evaluation import ACTIVE_RATE

    vae, ends = models.vae(run_id), np.array([start, end])
    grid = None
    if ends.shape[1] == 2:
        grid = _grid(run_id)
        if (ends < [grid.x[0], grid.y[0]]).any() or (ends > [grid.x[-1], grid.y[-1]]).any():
            # A picture unlike any digit may lie outside: a grid of its own.
            grid = decoder_roads.covering_grid(vae.decode, np.concatenate([grid.points, ends]))
    # The decoder ignores dimensions that are off: bending there would cost nothing and lead anywhere.
    on = np.array(models.metrics(run_id)["test"]["rate_per_dimension"]) >= ACTIVE_RATE
    with heavy_work.turn:
        return decoder_roads.decoder_road(heavy_work.in_slices(vae.decode), ends[0], ends[1], grid, on)


@st.cache_data(max_entries=64, show_spinner="Walking the roads …")
def roads(
    run_id: str, start: Latent, end: Latent, on_the_way: tuple[int, ...], pace: Speed, density: str
) -> dict[str, Road]:
    """The three roads between two latents: `straight`, through the `stations` (digits) given, short for the `decoder`.

    Returns:
        dict from name to `Road`.
    """
    ends = np.array([start, end])
    means = models.moments(run_id).mean[list(on_the_way)]
    corners = {
        "straight": ends,
        "stations": np.concatenate([ends[:1], means, ends[1:]]),
        "decoder": _decoder_road(run_id, start, end),
    }
    measured = {}
    for name, bent in corners.items():
        walked = stations.walk(run_id, bent, pace, POINTS)
        reading = road.read(walked.path, walked.frames, classes(run_id, density), class_prior(run_id))
        # Kept as bytes once measured: rounding to 255 levels would lengthen every small step.
        measured[name] = Road(walked._replace(frames=pictures.to_uint8(walked.frames)), reading)
    return measured
