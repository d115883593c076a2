"""The runs of the zoo that differ in β alone, as tables: likelihood, rate and distortion, samples, classes."""

import pandas as pd
import streamlit as st

from ui import disk_cache, models
from vae_core import beta, class_scores, families
from vae_core.config import RunConfig
from vae_core.gaussians import Gaussian

TRAINED, CALIBRATED = "trained with β", "calibrated"


def written(value: float, form: str = ".1f") -> str:
    """A number with a true minus sign."""
    return f"{value:{form}}".replace("-", "−")


def distance(value: float) -> str:
    """A Fréchet distance in three digits, or as many as it has."""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"


def run_ids() -> tuple[str, ...]:
    """The VAEs that can be shown now: part of the key of whatever is cached of them all."""
    return tuple(run.run_id for run in models.runs())


def sizes() -> list[int]:
    """Latent dimensions in which β* lies between the β of the zoo."""
    return _sizes(run_ids())


def star(latent_dim: int) -> float:
    """β*, interpolated between the runs, of MNIST's test images."""
    table = family(latent_dim)
    return beta.beta_star(table.beta, 2 * table.half_sse)


def family(latent_dim: int, split: str = "test") -> pd.DataFrame:
    """One row a Gaussian run, by β: run, beta, rate, half_sse, variance (the optimal one), negative_elbo with it."""
    return _family(run_ids(), latent_dim, split)


def with_calibrated(latent_dim: int) -> pd.DataFrame:
    """`family`, a column `kind`, and the calibrated run at the variance that it learnt."""
    table = family(latent_dim).assign(kind=TRAINED)
    run_id = RunConfig(latent_dim=latent_dim, likelihood="calibrated").run_id
    if run_id not in run_ids():
        return table
    stored = models.metrics(run_id)
    test = stored["test"]
    variance = beta.optimal_variance(2 * test["half_sse"])
    row = {"run": run_id, "beta": stored["variance"], "rate": test["rate"], "half_sse": test["half_sse"]}
    row |= {"variance": variance, "kind": CALIBRATED}
    row |= {"negative_elbo": float(beta.negative_elbo(2 * test["half_sse"], test["rate"], variance))}
    return pd.concat([table, pd.DataFrame([row])], ignore_index=True)


def plane(split: str) -> pd.DataFrame:
    """Every VAE of the zoo: run, size (as text; `charts.optimal_beta.OTHERS` for what is not plain), rate, half_sse."""
    return _plane(run_ids(), split)


def criteria(latent_dim: int) -> pd.DataFrame:
    """The judged rows of `family`, with a column a criterion and one for each figure of the judge."""
    return _criteria(run_ids(), latent_dim)


def second_seed(run_id: str) -> float | None:
    """Fréchet distance of prior samples of the same run with seed 1; None where it is not there or not judged."""
    other = f"{run_id}-s1"
    judged = models.sample_quality(other) if other in run_ids() else None
    return judged and judged["prior"]["frechet"]


def _runs(run_ids: tuple[str, ...]) -> list[RunConfig]:
    return [run for run in models.runs() if run.run_id in run_ids]


@st.cache_data(max_entries=4, show_spinner=False)
def _sizes(run_ids: tuple[str, ...]) -> list[int]:
    found = []
    for size in sorted({run.latent_dim for run in _runs(run_ids)}):
        try:
            star(size)
        except ValueError:  # too few runs, or β* is not between them
            continue
        found.append(size)
    return found


@st.cache_data(max_entries=32, show_spinner=False)
def _family(run_ids: tuple[str, ...], latent_dim: int, split: str) -> pd.DataFrame:
    runs = families.family(_runs(run_ids), latent_dim)
    figures = [models.metrics(run.run_id)[split] for run in runs]
    columns = {name: [each[name] for each in figures] for name in ("rate", "half_sse")}
    found = beta.rate_distortion([run.beta for run in runs], columns["rate"], columns["half_sse"])
    return pd.DataFrame(
        {
            "run": [run.run_id for run in runs],
            "beta": found.beta,
            **columns,
            "variance": found.optimal_variance,
            "negative_elbo": found.negative_elbo,
        }
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _plane(run_ids: tuple[str, ...], split: str) -> pd.DataFrame:
    from vae_core.charts.optimal_beta import OTHERS

    rows = []
    for run in _runs(run_ids):
        figures = models.metrics(run.run_id)[split]
        plain = families.family([run], run.latent_dim) or run.likelihood == "calibrated"
        size = str(run.latent_dim) if plain else OTHERS
        rows.append({"run": run.run_id, "size": size, "rate": figures["rate"], "half_sse": figures["half_sse"]})
    return pd.DataFrame(rows)


@st.cache_data(max_entries=16, ttl=600, show_spinner="Telling classes apart …")
def _criteria(run_ids: tuple[str, ...], latent_dim: int) -> pd.DataFrame:
    rows = []
    for row in family(latent_dim).to_dict("records"):
        judged = models.sample_quality(row["run"])
        if judged is None:
            continue
        for name in ("prior", "aggregate", "gaussian", "classes", "reconstructions", "floor", "floor_equal_shares"):
            row[name] = judged[name]["frechet"]
        row["active_units"] = models.metrics(row["run"])["test"]["active_units"]
        row["class_accuracy"] = class_accuracy(row["run"])
        row["samples"], row["judge_accuracy"] = judged["samples"], judged["judge_accuracy"]
        rows.append(row)
    return pd.DataFrame(rows)


@st.cache_data(max_entries=256, show_spinner=False)
@disk_cache.kept(disk_cache.itself)
def class_accuracy(run_id: str) -> float:
    """Share of MNIST's test images whose likeliest class is their own, from one sample z each and N(μ_C, Σ_C)."""
    moments, test = models.moments(run_id), models.test_encodings(run_id)
    densities = {label: Gaussian(moments.mean[label], moments.covariance[label]) for label in range(10)}
    z = class_scores.draw(test.mean, test.logvar, seed=0)
    log_probs = class_scores.class_log_probs(densities, z)
    posterior = class_scores.log_posterior(log_probs, moments.count / moments.count.sum())
    return class_scores.score(posterior, test.label).accuracy
