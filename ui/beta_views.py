"""What the chapter on β draws of every run of a family: turned to match, projected, decoded, measured; all cached."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import beta_family, disk_cache, latent, models
from vae_core import traversal, turns
from vae_core.config import RunConfig
from vae_core.families import families as families_of

FEWEST = 4  # runs a family needs to be worth a slider
DOTS = 50  # digits a class in the cloud
DRAWS = 10  # latents drawn from the prior
SEED = 0  # of those draws
MATCHED, OWN = "turned to match", "as trained"
INSIDE = 0.995  # share of the dots of all β that the axes make room for


class Shown(NamedTuple):
    """The digits that no model was trained on, as positions among the shipped ones, and which of them are drawn."""

    index: np.ndarray  # (1000,)
    labels: np.ndarray  # (1000,)
    dots: np.ndarray  # positions in `index` of the digits in the cloud
    followed: np.ndarray  # positions in `dots` of the ten digits pictured, one a class


class Space(NamedTuple):
    """A family's latent spaces as they are drawn, runs in the order of β."""

    turn: np.ndarray  # (runs, d, d): into the coordinates drawn
    agreement: np.ndarray  # (runs,), as `turns.Turns` has it; nan where nothing was turned
    axes: np.ndarray  # (runs, 2, d) of the plane
    titles: tuple[str, str]
    kept: np.ndarray  # share of the squared distances between class means that the plane keeps, collapsed runs left out
    reach: float  # of both axes
    outside: np.ndarray  # (runs,): dots beyond it


def families() -> dict[int, tuple[RunConfig, ...]]:
    """Latent dimension -> its runs that differ in β alone, by β, where there are enough of them."""
    return {size: tuple(members) for size, members in families_of(models.runs(), FEWEST).items()}


def other_seeds(size: int) -> tuple[RunConfig, ...]:
    """Runs of a family's kind with another seed."""
    return tuple(
        run
        for run in models.runs()
        if run.seed and run == RunConfig(latent_dim=size, beta=run.beta, seed=run.seed, snapshots=run.snapshots)
    )


@st.cache_resource(show_spinner=False)
def shown() -> Shown:
    """The digits shown, the same on every visit."""
    digits = models.digits()
    index = np.flatnonzero(digits.held_out)
    labels = digits.labels[index].astype(int)
    dots = latent.first_of_each_class(labels, DOTS)
    return Shown(index, labels, dots, np.array([np.flatnonzero(labels[dots] == digit)[0] for digit in range(10)]))


@st.cache_resource(max_entries=64, show_spinner=False)
def means(run_id: str) -> np.ndarray:
    """μ_x of the digits that no model was trained on, (1000, d) float64."""
    found = models.encodings(run_id).mean[shown().index]
    found.setflags(write=False)
    return found


@st.cache_resource(max_entries=16, show_spinner="Turning the models onto each other …")
def space(run_ids: tuple[str, ...], betas: tuple[float, ...], how: str) -> Space:
    """The latent spaces of a family, `MATCHED` or with each run's `OWN` axes."""
    found = [means(run_id) for run_id in run_ids]
    size = found[0].shape[1]
    if how == MATCHED:
        turned = turns.turn_neighbours(found, int(np.abs(np.log(betas)).argmin()))
        class_means = [models.moments(i).mean @ turn for i, turn in zip(run_ids, turned.turn, strict=True)]
        plane = turns.common_axes(np.stack(class_means))
        axes = np.tile(plane, (len(run_ids), 1, 1))
        titles = ("z₁", "z₂") if size == 2 else ("common axis 1", "common axis 2")
    else:
        turned = turns.Turns(np.tile(np.eye(size), (len(run_ids), 1, 1)), np.full(len(run_ids), np.nan))
        rates = [models.metrics(run_id)["test"]["rate_per_dimension"] for run_id in run_ids]
        leading = [sorted(np.argsort(-np.array(rate), kind="stable")[:2]) for rate in rates]
        axes = np.eye(size)[np.array(leading)]
        titles = ("z₁", "z₂") if size == 2 else ("one of the two highest rates", "the other")
    offsets = [models.moments(run_id).mean - models.moments(run_id).mean.mean(axis=0) for run_id in run_ids]
    kept = [
        np.square(offset @ turn @ axis.T).sum() / np.square(offset).sum()
        for run_id, offset, turn, axis in zip(run_ids, offsets, turned.turn, axes, strict=True)
        if models.metrics(run_id)["test"]["active_units"]
    ]
    dots = np.stack(
        [mean[shown().dots] @ turn @ axis.T for mean, turn, axis in zip(found, turned.turn, axes, strict=True)]
    )
    reach = _reach(dots)
    outside = (np.abs(dots).max(axis=2) > reach).sum(axis=1)
    return Space(turned.turn, turned.agreement, axes, titles, np.array(kept), reach, outside)


def cloud(run_id: str, of: Space, position: int):
    """A run's latent space as drawn (`charts.beta.Cloud`)."""
    from vae_core import geometry
    from vae_core.charts import beta as charts

    to_plane = of.axes[position] @ of.turn[position].T  # (2, d), rows orthonormal
    moments = models.moments(run_id)
    seen = geometry.project(moments.mean, moments.covariance, to_plane)
    return charts.Cloud(means(run_id)[shown().dots] @ to_plane.T, seen.mean, seen.covariance)


@st.cache_resource(max_entries=128, show_spinner=False)
@disk_cache.kept(disk_cache.itself)
def reconstructions(run_id: str) -> np.ndarray:
    """x̂(μ_x) of the ten digits pictured, (10, 28, 28)."""
    return traversal.decode(models.vae(run_id), means(run_id)[shown().dots][shown().followed])


def originals() -> np.ndarray:
    """The ten digits pictured, (10, 28, 28) uint8."""
    return models.digits().images[shown().index[shown().dots][shown().followed]]


def prior_draws(run_ids: tuple[str, ...], betas: tuple[float, ...], how: str, position: int) -> np.ndarray:
    """What a run decodes from the same draws of the prior in the coordinates drawn, (DRAWS, 28, 28)."""
    return _prior_draws(run_ids[position], run_ids, betas, how)


@st.cache_resource(max_entries=128, show_spinner=False)
@disk_cache.kept(disk_cache.itself)
def _prior_draws(run_id: str, run_ids: tuple[str, ...], betas: tuple[float, ...], how: str) -> np.ndarray:
    from vae_core.sampling import sample_prior

    of = space(run_ids, betas, how)
    z = sample_prior(DRAWS, of.turn.shape[1], SEED) @ of.turn[run_ids.index(run_id)].T
    return traversal.decode(models.vae(run_id), z)


@st.cache_data(max_entries=128, show_spinner=False)
@disk_cache.kept(disk_cache.itself)
def drawn_variety(run_id: str) -> float:
    """Variety of 200 draws from the prior (`variety.variety`); nearly 0 where all are one picture."""
    from vae_core.sampling import sample_prior
    from vae_core.variety import variety

    vae = models.vae(run_id)
    drawn = traversal.decode(vae, sample_prior(200, vae.config.latent_dim, SEED))
    return variety(drawn, models.digits().images[shown().index] / 255)


@st.cache_data(show_spinner=False)
def data_variances() -> np.ndarray:
    """Largest variances of the shipped digits along any direction, descending."""
    from vae_core import collapse

    return collapse.leading_variances(models.digits().images)


@st.cache_data(show_spinner=False)
def mean_image_cost() -> float:
    """½ SSE of drawing the average digit for every image, over the shipped digits."""
    from vae_core import collapse

    return collapse.mean_image_half_sse(models.digits().images)


@st.cache_resource(max_entries=128, show_spinner="Measuring …")
def figures_of(run_id: str) -> dict[str, float]:
    """What the curves show of a run, on MNIST's test images; volumes on its training images."""
    from vae_core import clouds

    test = models.metrics(run_id)["test"]
    volume = clouds.clouds(models.moments(run_id)).log_volume
    return {
        "rate": test["rate"],
        "half_sse": test["half_sse"],
        "active_units": test["active_units"],
        "accuracy": beta_family.class_accuracy(run_id),
        "class_volume": float(volume[:-1].mean()),
        "volume": float(volume[-1]),
    }


@st.cache_resource(max_entries=8, show_spinner="Drawing every β …")
def _frames(run_ids: tuple[str, ...], betas: tuple[float, ...], how: str) -> list:
    from vae_core.charts import beta as charts
    from vae_core.charts import pictures

    of = space(run_ids, betas, how)

    def strip(images: np.ndarray) -> str:
        return pictures.data_uri(pictures.enlarge(pictures.grid(images, len(images), gap=1, background=0.25), 2))

    real, frames = strip(originals()), []
    for position, (run_id, beta) in enumerate(zip(run_ids, betas, strict=True)):
        test = models.metrics(run_id)["test"]
        drawn = prior_draws(run_ids, betas, how, position)
        frames.append(
            charts.Frame(
                f"{beta:g}",
                cloud(run_id, of, position),
                (real, strip(reconstructions(run_id)), strip(drawn)),
                f"rate {test['rate']:.1f} · ½ SSE {test['half_sse']:.1f} nats · "
                f"{test['active_units']} of {of.turn.shape[1]} active",
            )
        )
    return frames


def animation(run_ids: tuple[str, ...], betas: tuple[float, ...], how: str, start: int):
    """The figure with the slider over all β (`charts.beta.all_betas`)."""
    from vae_core.charts import beta as charts

    of, digits = space(run_ids, betas, how), shown()
    names = ("ten digits no model has seen", "their reconstructions, x̂ of μ_x", "ten draws of the prior, decoded")
    labels = digits.labels[digits.dots]
    frames = _frames(run_ids, betas, how)
    return charts.all_betas(frames, labels, digits.followed, of.titles, names, of.reach, start)


def pair_cloud(run_ids: tuple[str, ...], betas: tuple[float, ...], position: int, other: int):
    """One run's cloud, turned to match its family, on axes that make room for another's too, as a chart."""
    from vae_core.charts import beta as charts

    of, digits = space(run_ids, betas, MATCHED), shown()
    drawn, beside = (cloud(run_ids[k], of, k) for k in (position, other))
    reach = _reach(np.stack([drawn.points, beside.points]))
    return charts.cloud(drawn, digits.labels[digits.dots], digits.followed, of.titles, reach)


def curve(run_ids: tuple[str, ...], betas: tuple[float, ...], name: str, unit: str, left: int, right: int):
    """A figure of every run against β with two of them marked, as a chart."""
    from vae_core.charts import beta_curves as charts

    seeds = other_seeds(means(run_ids[0]).shape[1])
    other = None
    if seeds:
        other = (np.array([run.beta for run in seeds]), np.array([figures_of(run.run_id)[name] for run in seeds]))
    values = np.array([figures_of(run_id)[name] for run_id in run_ids])
    marked = [(left, f"left, β = {betas[left]:g}", charts.LEFT), (right, f"right, β = {betas[right]:g}", charts.RIGHT)]
    return charts.curve(np.array(betas), values, unit, marked, other, percent=name == "accuracy")


def rates(left_id: str, right_id: str, names: tuple[str, str]):
    """Rates of two runs by dimension, as a chart."""
    from vae_core.charts import beta_curves as charts

    per_dimension = [np.array(models.metrics(i)["test"]["rate_per_dimension"]) for i in (left_id, right_id)]
    return charts.rates(*per_dimension, names)


def _reach(dots: np.ndarray) -> float:
    """How far axes go on either side to make room for nearly all dots (…, 2), and for the prior."""
    return max(2.2, float(np.quantile(np.abs(dots).max(axis=-1), INSIDE)))
