"""A VAE beside a classifier with the same bottleneck: which pairs there are, and what is computed of them, cached.

Compared are posterior means μ_x of the VAE with the classifier's representation h(x). Readers are fitted on the shipped
digits that both networks were trained on and measured on MNIST's test images; neighbours are looked for among the same
digits, for those that neither network has seen.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from ui import disk_cache, latent, models, recorded
from vae_core import own_run
from vae_core.charts import pictures
from vae_core.config import RunConfig

if TYPE_CHECKING:
    from vae_core.representations import Separation
    from vae_core.space_film import Course

PER_CLASS = 50  # digits drawn in the film, of a hundred recorded
NEIGHBOURS = 10


class Space(NamedTuple):
    """One network's space as readers see it; shares of MNIST's test images."""

    nearest_mean: float
    linear: float
    between: float  # share of the variance between classes
    distances: np.ndarray  # between class means, (10, 10)


class Comparison(NamedTuple):
    """Two spaces on MNIST's test images."""

    vae: Space
    classifier: Space
    cka: float
    agreement: float  # Spearman's ρ of the 45 distances
    chance: float  # how often a random relabelling agrees as well
    ranks: np.ndarray  # (45, 4): two classes, rank of their distance in each space


class Drawn(NamedTuple):
    """Unseen digits drawn from their neighbours; ½SSE is the mean over all of them."""

    position: np.ndarray  # among the shipped digits, (M,)
    vae: np.ndarray  # uint8 (M, 28, 28)
    classifier: np.ndarray
    label: np.ndarray  # the average image of every class, uint8 (10, 28, 28)
    half_sse: dict[str, float]  # by "vae", "classifier", "label"


def partners() -> dict[int, RunConfig]:
    """Recorded classifiers by the size of their bottleneck."""
    return {run.latent_dim: run for run in models.classifiers() if run.snapshots and run.architecture == "mlp"}


def recorded_vaes(sizes) -> list[RunConfig]:
    """Recorded VAEs of the zoo, of these sizes, that use their latent space; first those trained as the classifiers."""
    found = [
        run
        for run in recorded.runs()
        if run.latent_dim in sizes
        and not own_run.is_own(run.run_id)
        and models.metrics(run.run_id)["test"]["active_units"] > 0
    ]
    return sorted(found, key=lambda run: run.schedule != "one-cycle")  # stable: the rest of the order stays


@st.cache_resource(max_entries=8, show_spinner=False)
def representation(run_id: str) -> np.ndarray:
    """A classifier's h(x) of the shipped digits, (5000, d) float64."""
    import torch

    images = torch.from_numpy(models.digits().images).float().div(255).unsqueeze(1)
    classifier = models.classifier(run_id)
    with torch.inference_mode():
        found = classifier.represent(images).numpy().astype(np.float64)
    found.setflags(write=False)
    return found


def _comparison(vae: dict, classifier: dict, **fields) -> Comparison:
    return Comparison(vae=Space(**vae), classifier=Space(**classifier), **fields)


@st.cache_resource(max_entries=32, show_spinner="Comparing the two spaces …")
@disk_cache.kept(_comparison)
def compare(vae_id: str, classifier_id: str) -> Comparison:
    """Readers, shares, ranks and CKA of a pair."""
    from vae_core import representations as rep

    test, (bottleneck, labels) = models.test_encodings(vae_id), models.test_representation(classifier_id)
    vae = _space(models.encodings(vae_id).mean, test.mean, labels)
    classifier = _space(representation(classifier_id), bottleneck, labels)
    pairs = np.column_stack(np.triu_indices(10, 1))
    ranks = [[rep.closeness_rank(space.distances, a, b) for space in (vae, classifier)] for a, b in pairs]
    return Comparison(
        vae,
        classifier,
        rep.linear_cka(test.mean, bottleneck),
        rep.rank_agreement(vae.distances, classifier.distances),
        rep.chance_of_agreement(vae.distances, classifier.distances, seed=0),
        np.column_stack([pairs, ranks]),
    )


class Line(NamedTuple):
    """Two classes along the line through their means in one space."""

    separation: "Separation"
    chart: object


@st.cache_resource(max_entries=128, show_spinner=False)
def line(vae_id: str, classifier_id: str, a: int, b: int) -> dict[str, Line]:
    """Classes a and b of the test images in both spaces, drawn at one scale; by the space's name."""
    from vae_core.charts import two_spaces as charts
    from vae_core.representations import separation

    bottleneck, labels = models.test_representation(classifier_id)
    found = {
        charts.VAE: separation(models.test_encodings(vae_id).mean, labels, a, b),
        charts.CLASSIFIER: separation(bottleneck, labels, a, b),
    }
    reach = min(8.0, max(float(np.abs(places).max()) for each in found.values() for places in each[:2]))
    return {name: Line(each, charts.along_line(each.first, each.second, (a, b), reach)) for name, each in found.items()}


@st.cache_resource(max_entries=32, show_spinner=False)
def pairs_chart(vae_id: str, classifier_id: str, marked: tuple[int, int]):
    """The 45 pairs by rank in both spaces."""
    from vae_core.charts import two_spaces as charts

    return charts.pair_ranks(compare(vae_id, classifier_id).ranks, marked)


@st.cache_resource(max_entries=32, show_spinner="Drawing from neighbours …")
@disk_cache.kept(Drawn)
def drawn(vae_id: str, classifier_id: str) -> Drawn:
    """Every unseen digit as the average of the known ones nearest to it, in each space."""
    from vae_core import neighbour_pictures as by

    digits = models.digits()
    unseen, known = np.flatnonzero(digits.held_out), np.flatnonzero(~digits.held_out)
    averages = [
        by.averages(digits.images[known], by.neighbours(space[known], space[unseen], NEIGHBOURS))
        for space in (models.encodings(vae_id).mean, representation(classifier_id))
    ]
    of_class = by.class_averages(digits.images[known], digits.labels[known])
    errors = [
        float(by.half_sse(digits.images[unseen], each).mean()) for each in (*averages, of_class[digits.labels[unseen]])
    ]
    # As pictures: thirty-two pairs of spaces, a thousand digits each, would be 400 MB of floats.
    shown = [pictures.to_uint8(each) for each in (*averages, of_class)]
    return Drawn(unseen, *shown, dict(zip(("vae", "classifier", "label"), errors, strict=True)))


class Forming(NamedTuple):
    """Two recordings of the same steps, ready to be shown."""

    step: np.ndarray
    vae: "Course"
    classifier: "Course"
    cka: np.ndarray  # (S,)
    clouds: tuple[dict, dict]  # of the film, VAE and classifier
    places: list[str]  # a line of text a step


class _Courses(NamedTuple):
    """The numbers of `Forming`."""

    vae: "Course"
    classifier: "Course"
    cka: np.ndarray


def _courses(vae: dict, classifier: dict, cka: np.ndarray) -> _Courses:
    from vae_core.space_film import Course

    return _Courses(Course(**vae), Course(**classifier), cka)


@disk_cache.kept(_courses)
def _followed(vae_id: str, classifier_id: str) -> _Courses:
    from vae_core import space_film

    shots = [models.snapshots(run_id) for run_id in (vae_id, classifier_id)]
    means = [shot["mean"].astype(np.float64) for shot in shots]
    labels = shots[0]["label"].astype(int)
    return _Courses(*(space_film.course(mean, labels) for mean in means), space_film.alignment(*means))


@st.cache_resource(max_entries=16, show_spinner="Preparing the film …")
def forming(vae_id: str, classifier_id: str) -> Forming:
    """The film of a pair and its curves."""
    shots = [models.snapshots(run_id) for run_id in (vae_id, classifier_id)]
    if not all(np.array_equal(shots[0][name], shots[1][name]) for name in ("step", "index")):
        raise ValueError(f"{vae_id} and {classifier_id} were not recorded at the same steps of the same digits")
    labels = shots[0]["label"].astype(int)
    step, means = shots[0]["step"], [shot["mean"].astype(np.float64) for shot in shots]
    vae, classifier, cka = _followed(vae_id, classifier_id)
    places = [
        f"{'before training' if at == 0 else f'step {at:,}'} · nearest mean names {vae.accuracy[i]:.0%} in the VAE, "
        f"{classifier.accuracy[i]:.0%} in the classifier · spread {vae.spread[i]:.3g} and {classifier.spread[i]:.3g} · "
        f"CKA {cka[i]:.2f}"
        for i, at in enumerate(step)
    ]
    clouds = tuple(
        _cloud(name, step, mean, labels) for name, mean in zip(("VAE, μ_x", "Classifier, h(x)"), means, strict=True)
    )
    return Forming(step, vae, classifier, cka, clouds, places)


@st.cache_resource(max_entries=16, show_spinner=False)
def curves(vae_id: str, classifier_id: str) -> list[tuple[object, str]]:
    """Charts of both spaces over training that follow the film, each with its text."""
    from vae_core.charts import two_spaces as charts

    found = forming(vae_id, classifier_id)
    panels = {
        "right, by nearest mean": {charts.VAE: found.vae.accuracy, charts.CLASSIFIER: found.classifier.accuracy},
        "share between classes": {charts.VAE: found.vae.between, charts.CLASSIFIER: found.classifier.between},
        "linear CKA": {"linear CKA": found.cka},
    }
    return [
        (
            charts.over_training(found.step, values, title),
            f"{title} over training; at the end "
            + ", ".join(f"{name} {each[-1]:.2f}" for name, each in values.items())
            + ".",
        )
        for title, values in panels.items()
    ]


def _space(shipped: np.ndarray, test: np.ndarray, test_labels: np.ndarray) -> Space:
    from vae_core import nearest_mean
    from vae_core import representations as rep
    from vae_core.linear_reader import fit_linear

    digits = models.digits()
    known = ~digits.held_out
    both = np.concatenate([shipped[known], test])
    labels = np.concatenate([digits.labels[known], test_labels]).astype(int)
    judged = np.arange(len(both)) >= known.sum()
    return Space(
        nearest_mean.read(both, labels, judged).accuracy,
        fit_linear(shipped[known], digits.labels[known]).accuracy(test, test_labels),
        rep.between_share(test, test_labels),
        rep.mean_distances(rep.class_means(test, test_labels)),
    )


def _cloud(name: str, step: np.ndarray, mean: np.ndarray, labels: np.ndarray) -> dict:
    from ui.components import training_film
    from vae_core.space_film import space_film

    chosen = latent.first_of_each_class(labels, PER_CLASS)
    found = space_film(step, mean[:, chosen], labels[chosen])
    caption = f"{name}, each step in its own scale"
    if mean.shape[2] > 2:
        caption += f"; the plane holds {found.kept:.0%} of how the final class means differ"
    priors = found.prior() if name.startswith("VAE") else np.empty((0, 3))
    return training_film.cloud_data(found.film, caption, name, priors)
