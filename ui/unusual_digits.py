"""How unusual an image is to a model beside the unseen digits that ship with the app; drawings that are no digits."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, known_classes, models
from vae_core import drawn, unusual
from vae_core.picture import to_mnist


class Standing(NamedTuple):
    """One image at z = μ_x; the shares are of the unseen digits."""

    image: np.ndarray  # (28, 28) in [0, 1]
    x_mean: np.ndarray  # x̂(μ_x), (28, 28)
    mean: np.ndarray  # μ_x, (d,)
    logvar: np.ndarray  # (d,)
    rate: float  # nats
    half_sse: float
    log_density: float  # log p(μ_x) with one Gaussian a class, nats
    posterior: np.ndarray  # p(C|μ_x), (10,)
    lower_rate: float  # share with a lower rate
    lower_error: float  # share with a lower error
    sparser: float  # share that lies where p(z) is lower
    less_sure: float  # share whose most probable class is less probable


class Unseen(NamedTuple):
    """The digits no model was trained on, at z = μ_x, (N,) each."""

    rate: np.ndarray
    half_sse: np.ndarray
    log_density: np.ndarray
    highest: np.ndarray  # the highest of p(C|μ_x)


@st.cache_data(max_entries=64, show_spinner="Measuring the unseen digits …")
@disk_cache.kept(Unseen)
def unseen(run_id: str) -> Unseen:
    """What `stand` compares with."""
    digits = models.digits()
    at = unusual.at_mean(models.vae(run_id), digits.images[digits.held_out] / np.float32(255))
    classes = known_classes.known(run_id, known_classes.per_class())
    highest = np.exp(known_classes.log_posterior(classes, known_classes.GAUSSIAN, at.mean).max(axis=1))
    return Unseen(at.rate, at.half_sse, known_classes.log_density_of_unseen(run_id), highest)


def stand(run_id: str, image: np.ndarray) -> Standing:
    """Where an image (28, 28) in [0, 1] stands among the unseen digits."""
    others, at = unseen(run_id), unusual.at_mean(models.vae(run_id), image[None])
    classes = known_classes.known(run_id, known_classes.per_class())
    log_density = known_classes.log_density(classes, at.mean)[0]
    posterior = np.exp(known_classes.log_posterior(classes, known_classes.GAUSSIAN, at.mean)[0])
    return Standing(
        image=image,
        x_mean=at.x_mean[0],
        mean=at.mean[0],
        logvar=at.logvar[0],
        rate=float(at.rate[0]),
        half_sse=float(at.half_sse[0]),
        log_density=float(log_density),
        posterior=posterior,
        lower_rate=unusual.share_below(others.rate, at.rate[0]),
        lower_error=unusual.share_below(others.half_sse, at.half_sse[0]),
        sparser=unusual.share_below(others.log_density, log_density),
        less_sure=unusual.share_below(others.highest, posterior.max()),
    )


def _by_name(**fields: dict) -> dict[str, Standing]:
    return {name: Standing(**standing) for name, standing in fields.items()}


@st.cache_data(max_entries=64, show_spinner="Drawing what is no digit …")
@disk_cache.kept(_by_name)
def no_digits(run_id: str) -> dict[str, Standing]:
    """A few drawings that are no digits, by name."""
    return {name: stand(run_id, to_mnist(drawn.no_digit(name)).image) for name in drawn.NO_DIGITS}
