"""Roads between two latents, found, walked and measured; what a page draws of them is cached by its small arguments."""

from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, heavy_work, models, stations
from ui.components import film as film_component
from ui.kept_by_size import Kept
from vae_core import decoder_roads, film, image_grid, mixture, path, road, traversal
from vae_core.charts import pictures
from vae_core.gaussians import Gaussian
from vae_core.path import Speed

POINTS = 81  # of every road: lengths are compared between equally many frames
STRIP = 11  # of them are shown side by side
FRAMES_BYTES = 2_000_000  # of films' frames, 64 kB each: a road was walked a moment before its film is shown
MIXTURE, ONE_GAUSSIAN = "every image", "one Gaussian a class"
DENSITIES = (MIXTURE, ONE_GAUSSIAN)
QUANTILE = 0.01
ASKED_ABOUT, AT_FIRST = (1, 0), (7, 0)  # the digits whose means are joined by the page's question, and by its road

Latent = tuple[float, ...]
_STRIP = np.linspace(0, POINTS - 1, STRIP).round().astype(int)
_frames = Kept(FRAMES_BYTES, lambda frames: frames.nbytes)


class Way(NamedTuple):
    """One road, walked. Its frames are not kept: `frames` draws them again."""

    path: np.ndarray  # latents at equal distances, (POINTS, latent_dim)
    corners: np.ndarray  # number of the point nearest each corner of the road, ascending
    strip: np.ndarray  # what the decoder draws at every eighth, uint8, (STRIP, 28, 28)
    steps: np.ndarray  # how far the image moves from point to point, grey levels, (POINTS - 1,)


class Road(NamedTuple):
    """One road, walked and measured."""

    walked: Way
    reading: road.Reading


class _Line(NamedTuple):
    points: np.ndarray  # (T, latent_dim)


class _Familiar(NamedTuple):
    level: float


class _Plane(NamedTuple):
    """What an `ImageGrid` is made of."""

    x: np.ndarray
    y: np.ndarray
    lengths: np.ndarray


def _ways(**fields) -> dict[str, Way]:
    return {name: Way(**each) for name, each in fields.items()}


def _readings(**fields) -> dict[str, road.Reading]:
    return {name: road.Reading(**each) for name, each in fields.items()}


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


def familiar(run_id: str, density: str) -> float:
    """log q(z), nats, above which 99 % of the unseen digits lie, one sample z of q(z|x) each."""
    return _familiar(run_id, density).level


@st.cache_resource(max_entries=256, show_spinner="Measuring where digits live …")
@disk_cache.kept(_Familiar)
def _familiar(run_id: str, density: str) -> _Familiar:
    digits, encodings = models.digits(), models.encodings(run_id)
    mean, logvar = encodings.mean[digits.held_out], encodings.logvar[digits.held_out]
    z = mean + np.exp(0.5 * logvar) * np.random.default_rng(0).standard_normal(mean.shape)
    log_probs = road.class_log_densities(classes(run_id, density), z)
    return _Familiar(float(np.quantile(road.log_aggregate(log_probs, class_prior(run_id)), QUANTILE)))


def name_of(run_id: str, z: np.ndarray, density: str) -> int:
    """The most probable class of a latent (latent_dim,)."""
    log_probs = road.class_log_densities(classes(run_id, density), z[None])
    return int(mixture.class_posterior(log_probs, class_prior(run_id))[0].argmax())


@st.cache_resource(max_entries=16, show_spinner="Decoding the plane …")  # a megabyte each
def grid(run_id: str) -> image_grid.ImageGrid:
    """The latent plane of a 2-D model, as wide as its digits lie, with the distances between its pictures."""
    return image_grid.joined(*_plane(run_id))


@disk_cache.kept(_Plane)
def _plane(run_id: str) -> _Plane:
    encodings, moments = models.encodings(run_id), models.moments(run_id)
    found = decoder_roads.covering_grid(models.vae(run_id).decode, np.concatenate([encodings.mean, moments.mean]))
    return _Plane(found.x, found.y, found.lengths.astype(np.float32))


def decoder_road(run_id: str, start: Latent, end: Latent) -> np.ndarray:
    """The road short for the decoder, (T, latent_dim), read-only; the way back is the same road."""
    means = [tuple(mean) for mean in models.moments(run_id).mean.tolist()]
    if start in means and end in means:
        return between_means(run_id, means.index(start), means.index(end))
    return _decoder_road(run_id, start, end) if start <= end else _decoder_road(run_id, end, start)[::-1]


def between_means(run_id: str, start: int, end: int) -> np.ndarray:
    """The road short for the decoder between the means of two digits, (T, latent_dim), read-only."""
    found = _between_means(run_id, min(start, end), max(start, end)).points
    return found if start <= end else found[::-1]


@st.cache_resource(max_entries=1024, show_spinner="Looking for a short road …")  # at most 5 kB each
@disk_cache.kept(_Line)
def _between_means(run_id: str, low: int, high: int) -> _Line:
    return _Line(_search(run_id, models.moments(run_id).mean[[low, high]]))


@st.cache_resource(max_entries=1024, show_spinner="Looking for a short road …")
def _decoder_road(run_id: str, start: Latent, end: Latent) -> np.ndarray:
    return _search(run_id, np.array([start, end]))


def _search(run_id: str, ends: np.ndarray) -> np.ndarray:
    from vae_core.dense_decoder import dense_decoder  # torch
    from vae_core.evaluation import ACTIVE_RATE

    vae = models.vae(run_id)
    over = None
    if ends.shape[1] == 2:
        over = grid(run_id)
        if (ends < [over.x[0], over.y[0]]).any() or (ends > [over.x[-1], over.y[-1]]).any():
            # A picture unlike any digit may lie outside: a grid of its own.
            over = decoder_roads.covering_grid(vae.decode, np.concatenate([over.points, ends]))
    # The decoder ignores dimensions that are off: bending there would cost nothing and lead anywhere.
    on = np.array(models.metrics(run_id)["test"]["rate_per_dimension"]) >= ACTIVE_RATE
    dense = dense_decoder(vae)
    decode = dense or heavy_work.in_slices(vae.decode)  # a dense one is done within a slice
    steps = decoder_roads.STEPS if dense else decoder_roads.SMOOTH_STEPS
    with heavy_work.turn:
        found = decoder_roads.decoder_road(decode, ends[0], ends[1], over, on, steps)
    found.setflags(write=False)
    return found


def _from_mean_to_mean(run_id: str, start: int, end: int) -> tuple[Latent, Latent, tuple[int, ...]]:
    """Both digits' means, and the digits between them on the shortest tour."""
    means = models.moments(run_id).mean
    between = road.between(stations.shortest(run_id), start, end)
    return tuple(means[start].tolist()), tuple(means[end].tolist()), tuple(between)


def _at_first(run_id: str, start: Latent, end: Latent, on_the_way: tuple[int, ...], pace: Speed, *_: str) -> bool:
    """Whether these are roads of a page on which nothing was moved."""
    opened = [_from_mean_to_mean(run_id, *ends) for ends in (ASKED_ABOUT, AT_FIRST)]
    return pace == "latent" and (start, end, on_the_way) in opened


@st.cache_resource(max_entries=192, show_spinner="Walking the roads …")  # some 60 kB each
@disk_cache.kept(_ways, only=_at_first)
def walks(run_id: str, start: Latent, end: Latent, on_the_way: tuple[int, ...], pace: Speed) -> dict[str, Way]:
    """The three roads between two latents: `straight`, by the `stations` (digits) given, short for the `decoder`."""
    ends, means = np.array([start, end]), models.moments(run_id).mean[list(on_the_way)]
    corners = {"straight": ends}
    if on_the_way:
        corners["stations"] = np.concatenate([ends[:1], means, ends[1:]])
    corners["decoder"] = decoder_road(run_id, start, end)
    vae = models.vae(run_id)
    decode = partial(traversal.decode, vae, through=heavy_work.in_slices(vae.decode))
    fineness = film.FINENESS if vae.config.architecture == "mlp" else 1
    found = {}
    for name, line in corners.items():
        with heavy_work.turn:
            walked = film.walk(decode, line, POINTS, pace, fineness)
            # Measured before the frames become bytes: rounding to 255 levels would lengthen every small step.
            steps = path.step_lengths(walked.frames)
        if name == "straight":
            _frames.keep((run_id, start, end, on_the_way, pace, name), pictures.to_uint8(walked.frames))
        found[name] = Way(walked.path, walked.corners, pictures.to_uint8(walked.frames[_STRIP]), steps)
    return found | {"stations": found.get("stations", found["straight"])}


@st.cache_resource(max_entries=384, show_spinner="Measuring the roads …")  # some 25 kB each
def roads(
    run_id: str, start: Latent, end: Latent, on_the_way: tuple[int, ...], pace: Speed, density: str
) -> dict[str, Road]:
    """The roads as `walks` gives them, measured against one of `DENSITIES`.

    Returns:
        dict from name to `Road`.
    """
    walked = walks(run_id, start, end, on_the_way, pace)
    measured = _read(run_id, start, end, on_the_way, pace, density)
    return {name: Road(way, measured.get(name) or measured["straight"]) for name, way in walked.items()}


@disk_cache.kept(_readings, only=_at_first)
def _read(
    run_id: str, start: Latent, end: Latent, on_the_way: tuple[int, ...], pace: Speed, density: str
) -> dict[str, road.Reading]:
    """Each of the `walks` measured; without stations on the way that road is the straight one."""
    walked = walks(run_id, start, end, on_the_way, pace)
    different = {name: way for name, way in walked.items() if name != "stations" or on_the_way}
    densities, prior = classes(run_id, density), class_prior(run_id)
    with heavy_work.turn:
        readings = road.read_together(
            [way.path for way in different.values()], [way.steps for way in different.values()], densities, prior
        )
    return dict(zip(different, readings, strict=True))


def fill(run_id: str) -> None:
    """Walk and measure the roads of a page on which nothing was moved, for `ui.fill_cache`."""
    for ends in (ASKED_ABOUT, AT_FIRST):
        roads(run_id, *_from_mean_to_mean(run_id, *ends), "latent", MIXTURE)


def frames(run_id: str, start: Latent, end: Latent, on_the_way: tuple[int, ...], pace: Speed, name: str) -> np.ndarray:
    """What the decoder draws along one of the `walks`, uint8, (POINTS, 28, 28)."""
    way = walks(run_id, start, end, on_the_way, pace)[name]
    name = name if on_the_way or name != "stations" else "straight"
    asked = run_id, start, end, on_the_way, pace, name
    return _frames.get(asked, lambda: pictures.to_uint8(stations.draw(run_id, way.path)))


@st.cache_resource(max_entries=64, show_spinner=False)  # some 40 kB each
def sprite(
    run_id: str, start: Latent, end: Latent, on_the_way: tuple[int, ...], pace: Speed, name: str
) -> film_component.Sprite:
    """The `frames` as the film in the page takes them."""
    return film_component.as_sprite(frames(run_id, start, end, on_the_way, pace, name))
