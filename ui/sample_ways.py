"""Four ways to draw a latent (one of them twice): draws, pictures, what the judge says, nearest training images."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, figures, heavy_work, latent, models
from vae_core import sample_quality, sampling, zoo
from vae_core.charts import pictures
from vae_core.gaussians import Gaussian
from vae_core.mixture import GaussianMixture
from vae_core.nearest_images import Nearest, nearest

# As a student reads it.
WAYS = {
    "prior": "the prior",
    "aggregate": "a digit, then q(z|x)",
    "classes": "the class Gaussian",
    "mixture": "the class mixture",
    "pcn": "a digit, then pCN",
}
BY_CLASS = ("classes", "mixture")
QUICK = tuple(way for way in WAYS if way != "pcn")  # those that a moment is enough for
REAL, AGAIN = "unseen digits", "their reconstructions"
JUDGED = 500  # drawn of a way, to be judged here
JUDGED_SEED = 0  # of those, whatever draw is looked at: the verdicts are the model's, computed once for all students
BESIDE = 10  # of them, beside their neighbours
LOOKED_AT = 30  # drawn of every way, to be looked at
PCN_STEPS = 40
_TRIED = 30  # chains that b is chosen by
_STEPS = (1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005)


class Drawn(NamedTuple):
    """Latents (N, d), their decodings uint8 (N, 28, 28), and for pCN its step size and acceptance."""

    z: np.ndarray
    images: np.ndarray
    b: float | None = None
    acceptance: float | None = None


class Shown(NamedTuple):
    """A picture of draws, as `figures.picture` takes it, and for pCN its step size and acceptance."""

    picture: str
    b: float | None
    acceptance: float | None


class Some(NamedTuple):
    """A few draws of many: `places` among them (count,), and their decodings, uint8 (count, 28, 28)."""

    places: np.ndarray
    images: np.ndarray


class _StepSize(NamedTuple):
    b: float


class _Ends(NamedTuple):
    """Where pCN's chains are at last, (N, d), and the share of their steps that was accepted."""

    z: np.ndarray
    acceptance: float


def _quality(class_shares: np.ndarray, **rest) -> sample_quality.Quality:
    return sample_quality.Quality(class_shares=tuple(class_shares.tolist()), **rest)


@st.cache_data(max_entries=1024, show_spinner="Drawing …")  # 7 kB; every student looks at five
def shown(run_id: str, way: str, label: int | None, n: int, columns: int, seed: int) -> Shown:
    """A picture of n draws by one of `WAYS`; `label` keeps those of `BY_CLASS` to one class.

    The digits behind `aggregate`, `mixture` and `pcn` are shipped ones that the models were trained on.
    """
    drawn = _drawn(run_id, way, label, n, seed)
    return Shown(figures.address(pictures.grid(drawn.images, columns, gap=1)), drawn.b, drawn.acceptance)


@st.cache_data(max_entries=8, show_spinner="Drawing …")  # 0.4 MB
def to_judge(run_id: str, way: str) -> Drawn:
    """`JUDGED` draws of a way, always the same of a model."""
    return _drawn(run_id, way, None, JUDGED, JUDGED_SEED)


def _drawn(run_id: str, way: str, label: int | None, n: int, seed: int) -> Drawn:
    if way == "pcn":
        return _by_pcn(run_id, n, seed)
    z = _latents(run_id, way, label, n, seed)
    return Drawn(z, latent.decoded(run_id, z))


@st.cache_data(max_entries=512, show_spinner="Drawing …")  # 8 kB, where all that are judged would be half a megabyte
@disk_cache.kept(Some)
def some_to_judge(run_id: str, way: str) -> Some:
    """`BESIDE` of them, evenly spread."""
    places = np.linspace(0, JUDGED - 1, BESIDE).astype(int)
    return Some(places, to_judge(run_id, way).images[places])


@st.cache_data(max_entries=512, show_spinner="Asking the judge …")
@disk_cache.kept(_quality)
def judged(run_id: str, way: str) -> sample_quality.Quality:
    """What the judge says of `JUDGED` draws of a way, beside the shipped digits."""
    judge, images = models.classifier(zoo.JUDGE), to_judge(run_id, way).images
    return sample_quality.quality(sample_quality.judge_images(judge, images / np.float32(255)), _judged_digits())


@st.cache_data(show_spinner=False)
def floor() -> sample_quality.Quality:
    """The same for as many held-out digits, beside the others: what real digits score."""
    every, held_out = _judged_digits(), models.digits().held_out
    unseen = np.flatnonzero(held_out)
    some = unseen[:: max(1, len(unseen) // JUDGED)][:JUDGED]
    return sample_quality.quality(_part(every, some), _part(every, np.flatnonzero(~held_out)))


def neighbours(run_id: str, crowd: str) -> Nearest:
    """The nearest shipped training digit, as its place among the shipped ones, of draws or of unseen digits.

    Args:
        crowd: one of `WAYS`, or `REAL`, or `AGAIN`: held-out digits decoded from one draw of their q(z|x).
    """
    return _neighbours_of_unseen() if crowd == REAL else _neighbours(run_id, crowd)


@st.cache_data(max_entries=512, show_spinner="Looking for the nearest training images …")
@disk_cache.kept(Nearest)
def _neighbours(run_id: str, crowd: str) -> Nearest:
    if crowd == AGAIN:
        mean, logvar = (part[models.digits().held_out] for part in models.encodings(run_id))
        noise = np.random.default_rng(JUDGED_SEED).standard_normal(mean.shape)
        return _nearest(latent.decoded(run_id, mean + np.exp(0.5 * logvar) * noise))
    return _nearest(to_judge(run_id, crowd).images)


@st.cache_data(show_spinner=False)
def _neighbours_of_unseen() -> Nearest:
    digits = models.digits()
    return _nearest(digits.images[digits.held_out])


def _nearest(queries: np.ndarray) -> Nearest:
    digits = models.digits()
    trained = np.flatnonzero(~digits.held_out)
    with heavy_work.turn:
        found = nearest(queries, digits.images[trained])
    return Nearest(trained[found.index], found.distance)


def _latents(run_id: str, way: str, label: int | None, n: int, seed: int) -> np.ndarray:
    digits, encodings, moments = models.digits(), models.encodings(run_id), models.moments(run_id)
    trained = ~digits.held_out
    if way in ("prior", "aggregate"):
        mean, logvar = encodings.mean[trained], encodings.logvar[trained]
        return sample_quality.draw_latents(way, mean, logvar, moments, n, seed)
    classes = range(10) if label is None else [label]
    draws = []
    for each in classes:
        if way == "classes":
            source = Gaussian(moments.mean[each], moments.covariance[each])
        else:
            members = trained & (digits.labels == each)
            source = GaussianMixture(encodings.mean[members], encodings.logvar[members])
        draws.append(source.sample(n // len(classes), [seed, each]))
    return np.concatenate(draws)


def _by_pcn(run_id: str, n: int, seed: int) -> Drawn:
    """One short chain a digit, from its μ_x; the end of each is a draw, as far as the chain has got."""
    ends = pcn_ends(run_id, n, seed)
    return Drawn(ends.z, latent.decoded(run_id, ends.z), _step_size(run_id).b, ends.acceptance)


def _at_first(_: str, n: int, seed: int) -> bool:
    """Whether these are the draws that a student is shown who has moved nothing."""
    return (n, seed) == (LOOKED_AT, 0)


@disk_cache.kept(_Ends, only=_at_first)
def pcn_ends(run_id: str, n: int, seed: int) -> _Ends:
    """Of n short chains."""
    digits, encodings, vae = models.digits(), models.encodings(run_id), models.vae(run_id)
    some = np.random.default_rng(seed).choice(np.flatnonzero(~digits.held_out), n)
    images, start = digits.images[some] / np.float32(255), encodings.mean[some]
    b, likelihood = _step_size(run_id).b, heavy_work.in_slices(sampling.decoder_log_likelihood(vae, images))
    with heavy_work.turn:
        run = sampling.pcn_chain(likelihood, start, b, PCN_STEPS, seed)
    return _Ends(run.samples[:, -1], float(run.accepted.mean()))


@st.cache_data(max_entries=64, show_spinner="Choosing pCN's step size …")
@disk_cache.kept(_StepSize)
def _step_size(run_id: str) -> _StepSize:
    """The model's b, the same for every draw; found from some digits that stand for all."""
    digits = models.digits()
    some = np.random.default_rng(0).choice(np.flatnonzero(~digits.held_out), _TRIED, replace=False)
    likelihood = sampling.decoder_log_likelihood(models.vae(run_id), digits.images[some] / np.float32(255))
    start = models.encodings(run_id).mean[some]
    with heavy_work.turn:
        return _StepSize(sampling.largest_step(heavy_work.in_slices(likelihood), start, _STEPS, 0))


@st.cache_resource(show_spinner="Showing the judge the real digits …")
def _judged_digits() -> sample_quality.Judged:
    images = models.digits().images / np.float32(255)
    return sample_quality.judge_images(models.classifier(zoo.JUDGE), images)


def _part(of: sample_quality.Judged, places: np.ndarray) -> sample_quality.Judged:
    return sample_quality.Judged(of.features[places], of.probabilities[places])
