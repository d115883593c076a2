"""How far classes are from the prior, shown a class and against β, and from one Gaussian; measured once a model."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ui import controls, disk_cache, figures, heavy_work, lesson, models
from vae_core import class_divergences, families, mixture
from vae_core.charts import class_mixture as charts
from vae_core.config import RunConfig

COMPARED = 2_000  # draws for the divergence between a mixture and its Gaussian
DRAWS = 800  # of z a class: a standard error of some hundredths of a nat
MIXTURE, GAUSSIAN = "mixture", "one Gaussian"
_CLASSES = [*map(str, range(10)), "all"]


def _divergences(aggregate: dict[str, float], classes: np.ndarray, **fields) -> class_divergences.ClassDivergences:
    estimate = mixture.MonteCarloEstimate(**aggregate)
    return class_divergences.ClassDivergences(classes=tuple(classes.tolist()), aggregate=estimate, **fields)


@st.cache_data(max_entries=64, show_spinner="Measuring how far each class is from the prior …")
@disk_cache.kept(_divergences)
def divergences(run_id: str) -> class_divergences.ClassDivergences:
    """KL from N(0, I) of the mixtures of the shipped digits, by Monte Carlo."""
    found, labels = models.encodings(run_id), models.digits().labels.astype(int)
    with heavy_work.turn:
        return class_divergences.from_prior(found.mean, found.logvar, labels, DRAWS, 0)


class Gap(NamedTuple):
    """Between p(z|C) and the one Gaussian of its mean and covariance, nats."""

    there: mixture.MonteCarloEstimate  # KL(mixture ‖ Gaussian)
    back: mixture.MonteCarloEstimate  # KL(Gaussian ‖ mixture)


def _gap(there: dict[str, float], back: dict[str, float]) -> Gap:
    return Gap(mixture.MonteCarloEstimate(**there), mixture.MonteCarloEstimate(**back))


@st.cache_data(max_entries=256, show_spinner=False)
@disk_cache.kept(_gap)
def from_one_gaussian(run_id: str, label: int) -> Gap:
    """Of the mixture of a class's shipped digits, by Monte Carlo."""
    found, members = models.encodings(run_id), models.digits().labels == label
    whole = mixture.GaussianMixture(found.mean[members], found.logvar[members])
    matched = whole.moment_matched()
    with heavy_work.turn:
        return Gap(mixture.kl_to(whole, matched, COMPARED, 0), mixture.kl_to(matched, whole, COMPARED, 0))


def of_gaussians(run_id: str) -> tuple[np.ndarray, float]:
    """KL from N(0, I) of one Gaussian a class, and of one for all, with the training split's moments; closed form."""
    moments = models.moments(run_id)
    return class_divergences.of_gaussians(moments.mean, moments.covariance, moments.count)


@st.fragment
def predict_furthest(run: RunConfig) -> None:
    """Ask which class is furthest; the answer comes with all of them."""
    ranked = np.argsort(-divergences(run.run_id).estimate)
    lesson.prediction(
        "class_mixture_furthest",
        "Which of these classes is furthest from N(0, I), in KL?",
        sorted(str(ranked[place]) for place in (0, 3, 6, 9)),
        str(ranked[0]),
        lambda: _per_class(run),
    )


@st.fragment
def against_beta(run: RunConfig) -> None:
    """The same for every β of the zoo, computed when opened."""
    box = st.expander("How it moves with β", key="class_mixture_beta", on_change="rerun", icon=":material/show_chart:")
    if not box.open:
        return
    with box:
        sizes = [size for size in sorted({r.latent_dim for r in models.runs()}) if len(_family(size)) > 1]
        if not sizes:
            st.info("The zoo holds no two models that differ in β alone.", icon=":material/info:")
            return
        with st.container(horizontal=True):
            default = run.latent_dim if run.latent_dim in sizes else sizes[0]
            size = controls.select("class_mixture_dim", "Latent dimensions", sizes, default, style="buttons")
            way = controls.select(
                "class_mixture_way",
                "p(z|C) taken as",
                (MIXTURE, GAUSSIAN),
                style="buttons",
                help="The mixture of 500 images, by Monte Carlo, or one Gaussian with the training split's moments.",
            )
        _beta_chart(run, size, way)


def _per_class(run: RunConfig) -> None:
    found, (closed, together) = divergences(run.run_id), of_gaussians(run.run_id)
    table = pd.DataFrame(
        {
            "class": _CLASSES,
            "mixture": [*found.estimate, found.aggregate.estimate],
            "error": [*found.standard_error, found.aggregate.standard_error],
            "gaussian": [*closed, together],
        }
    )
    first, last = int(found.estimate.argmax()), int(found.estimate.argmin())
    figures.chart(
        partial(charts.divergences, table),
        alt=f"KL from the prior a class: largest for {first} with {found.estimate[first]:.2f} nats, smallest for "
        f"{last} with {found.estimate[last]:.2f}; all classes together {found.aggregate.estimate:.2f}.",
    )
    st.caption(
        f"Bars: KL(p(z|C) ‖ N(0, I)) of the mixture of 500 images, by Monte Carlo over {DRAWS} draws of z, with ± 2 "
        "standard errors; “all” is the mixture of all 5,000. Diamonds: the same for one Gaussian with the training "
        "split's mean and covariance, in closed form."
    )
    figures.download_table("Table", lambda: table, f"kl-from-prior-{run.run_id}.csv", key="class_mixture_kl_table")


def _beta_chart(run: RunConfig, size: int, way: str) -> None:
    rows = []
    for beta, of in _family(size):
        if way == MIXTURE:
            each = divergences(of.run_id)
            values, errors = [*each.estimate, each.aggregate.estimate], [*each.standard_error, each.aggregate[1]]
        else:
            closed, together = of_gaussians(of.run_id)
            values, errors = [*closed, together], [0.0] * len(_CLASSES)
        rows += [
            {"beta": round(beta, 4), "class": name, "kl": value, "error": error, "run": of.run_id}
            for name, value, error in zip(_CLASSES, values, errors, strict=True)
        ]
    table = pd.DataFrame(rows)
    whole = table["class"] == "all"
    means, alls = table[~whole].groupby("beta")["kl"].mean(), table[whole].set_index("beta")["kl"]
    low, high = means.index[0], means.index[-1]
    fall = f"from {means.iloc[0]:.2f} nats at β = {low:g} to {means.iloc[-1]:.2f} at β = {high:g}"
    figures.chart(
        partial(charts.over_beta, table),
        alt=f"KL from the prior against β, {len(means)} models: the average class goes {fall}.",
    )
    st.caption(
        f"Models with {size} latent dimensions. The average class goes {fall}, all digits together from "
        f"{alls.iloc[0]:.2f} to {alls.iloc[-1]:.2f}. Rules are ± 2 standard errors. A calibrated model stands at its "
        "own β, the variance it found."
    )
    st.markdown(
        "A large β makes every nat dear: the classes move together and towards the prior, until nothing is left of "
        "them. A small β makes nats cheap: the classes go where the decoder wants them, and all digits together "
        "leave the prior too."
    )


def _family(latent_dim: int) -> list[tuple[float, RunConfig]]:
    """Runs of a size that differ in β alone, with the calibrated one at the variance it found; by β."""
    alike = [
        (_beta(r), r)
        for r in models.runs()
        if r.latent_dim == latent_dim and families.is_plain(r) and r.likelihood != "bernoulli" and r.seed == 0
    ]
    return sorted(alike, key=lambda pair: pair[0])


def _beta(run: RunConfig) -> float:
    return float(models.metrics(run.run_id)["variance"]) if run.likelihood == "calibrated" else run.beta
