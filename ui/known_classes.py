"""The ten classes as a mixture and as one Gaussian each, p(C|z) from both, and how well each names test images."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, figures, heavy_work, latent, models
from vae_core import class_scores, mixture, nearest_mean
from vae_core.charts import pictures
from vae_core.gaussians import Gaussian

# The two ways to know a class, and a third: one Gaussian with the moments of the whole training split.
GAUSSIAN, MIXTURE, WHOLE = "one Gaussian", "the mixture", "one Gaussian of all training images"
# Where an image stands in latent space: the middle of q(z|x), or one draw from it.
MEAN, SAMPLE = "its mean μ_x", "one sample z"


class Known(NamedTuple):
    """p(z|C) by way and class, each with `log_prob`, and p(C) (10,), the classes' shares of the training split."""

    densities: dict[str, dict[int, mixture.GaussianMixture | Gaussian]]
    class_prior: np.ndarray


def per_class() -> int:
    """Shipped digits of each class that the models were trained on."""
    digits = models.digits()
    return int(np.bincount(digits.labels[~digits.held_out]).min())


def counts() -> list[int]:
    """Digits of each class that p(z|C) is fitted to, to see what more of them help."""
    return [25, 50, 100, 200, per_class()]


@st.cache_resource(max_entries=12, show_spinner=False)  # a megabyte in sixteen dimensions
def known(run_id: str, count: int) -> Known:
    """The classes by their first `count` trained-on digits; mixture and Gaussian share mean and covariance."""
    digits, encodings, moments = models.digits(), models.encodings(run_id), models.moments(run_id)
    trained = np.flatnonzero(~digits.held_out)
    chosen = trained[latent.first_of_each_class(digits.labels[trained], count)]
    labels = digits.labels[chosen].astype(int)
    mixtures = mixture.class_mixtures(encodings.mean[chosen], encodings.logvar[chosen], labels, range(10))
    ways = {
        GAUSSIAN: {label: each.moment_matched() for label, each in mixtures.items()},
        MIXTURE: mixtures,
        WHOLE: {label: Gaussian(moments.mean[label], moments.covariance[label]) for label in range(10)},
    }
    return Known(ways, moments.count / moments.count.sum())


def log_posterior(classes: Known, way: str, z: np.ndarray) -> np.ndarray:
    """log p(C|z) in nats, (N, 10)."""
    return class_scores.log_posterior(class_scores.class_log_probs(classes.densities[way], z), classes.class_prior)


def place(mean: np.ndarray, logvar: np.ndarray, where: str) -> np.ndarray:
    """Where images stand, `MEAN` or `SAMPLE` (always the same draw), (N, latent_dim)."""
    return mean.astype(np.float64) if where == MEAN else class_scores.draw(mean, logvar, seed=0)


@st.cache_data(max_entries=64, show_spinner=False)
def nearest_mean_reading(run_id: str) -> nearest_mean.Reading:
    """How the nearest class mean names the shipped digits that no model was trained on."""
    digits = models.digits()
    return nearest_mean.read(models.encodings(run_id).mean, digits.labels, digits.held_out)


@st.cache_data(max_entries=512, show_spinner="Naming the test images …")
def scores(run_id: str, where: str, count: int) -> dict[str, class_scores.Scores]:
    """How well each way names MNIST's test images, from `count` digits a class (`WHOLE` from all there are)."""
    return {way: _score(run_id, where, count, way) for way in (GAUSSIAN, MIXTURE, WHOLE)}


@disk_cache.kept(class_scores.Scores)
def _score(run_id: str, where: str, count: int, way: str) -> class_scores.Scores:
    test, classes = models.test_encodings(run_id), known(run_id, count)
    z = place(test.mean, test.logvar, where)
    with heavy_work.turn:
        return class_scores.score(log_posterior(classes, way, z), test.label)


@st.cache_data(max_entries=256, show_spinner=False)
@disk_cache.kept(class_scores.Mistakes)
def mistakes(run_id: str, where: str, way: str) -> class_scores.Mistakes:
    """Which of the held-out digits are named wrongly, the surest first."""
    digits = models.digits()
    posterior = log_posterior(known(run_id, per_class()), way, _unseen(run_id, where))
    return class_scores.confidently_wrong(posterior, digits.labels[digits.held_out])


def _unseen(run_id: str, where: str) -> np.ndarray:
    """Where the held-out digits stand, (N, latent_dim)."""
    digits, encodings = models.digits(), models.encodings(run_id)
    return place(encodings.mean[digits.held_out], encodings.logvar[digits.held_out], where)


@st.cache_data(max_entries=256, show_spinner=False)  # at most 50 kB, of pictures a few kB each
def surest_mistakes(run_id: str, where: str, way: str, count: int) -> list[str]:
    """The first `count` of `mistakes`: the digit beside what the decoder draws where it was judged, as addresses."""
    digits = models.digits()
    first = mistakes(run_id, where, way).position[:count]
    drawn, real = latent.decoded(run_id, _unseen(run_id, where)[first]), digits.images[digits.held_out][first]
    return [figures.address(pictures.grid(np.stack(pair), 2, gap=1)) for pair in zip(real, drawn, strict=True)]


class Said(NamedTuple):
    """Of one latent: p(C|z) by both ways, (10,) each, and log p(z) with one Gaussian a class, nats."""

    posterior: dict[str, np.ndarray]
    log_density: float


@st.cache_data(max_entries=512, show_spinner=False)
def said(run_id: str, z: tuple[float, ...]) -> Said:
    """What the classes say about a latent."""
    classes, at = known(run_id, per_class()), np.array([z])
    log_probs = {way: class_scores.class_log_probs(classes.densities[way], at) for way in (GAUSSIAN, MIXTURE)}
    posterior = {
        way: np.exp(class_scores.log_posterior(found, classes.class_prior)[0]) for way, found in log_probs.items()
    }
    return Said(posterior, float(_mixed(log_probs[GAUSSIAN], classes.class_prior)[0]))


@st.cache_data(max_entries=64, show_spinner=False)
@disk_cache.kept(disk_cache.itself)
def log_density_of_unseen(run_id: str) -> np.ndarray:
    """log p(z) at the μ_x of the held-out digits, one Gaussian a class, nats."""
    return log_density(known(run_id, per_class()), models.encodings(run_id).mean[models.digits().held_out])


def log_density(classes: Known, z: np.ndarray) -> np.ndarray:
    """log p(z) = log Σ p(z|C) p(C) with one Gaussian a class, nats, (N,)."""
    return _mixed(class_scores.class_log_probs(classes.densities[GAUSSIAN], z), classes.class_prior)


def _mixed(log_probs: np.ndarray, class_prior: np.ndarray) -> np.ndarray:
    return np.logaddexp.reduce(log_probs + np.log(class_prior), axis=1)
