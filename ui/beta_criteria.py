"""The best β by several criteria: a prediction, a table, a chart, and what the winners draw."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from ui import beta_family, controls, figures, lesson, models
from vae_core import optimal_beta, sampling
from vae_core.charts import optimal_beta as charts
from vae_core.charts import pictures

_WAYS = dict(zip(charts.WAYS, ("prior", "aggregate", "gaussian", "classes"), strict=True))
distance = beta_family.distance
_SHOWN = 10  # samples of each model


def show(latent_dim: int, star: float) -> str:
    """Draw it all; returns what was found, a sentence for the takeaway."""
    table = beta_family.criteria(latent_dim)
    if len(table) < 2:
        st.info(
            "The samples of these models have not been judged yet: `python -m vae_core zoo judge --data DIR`.",
            icon=":material/info:",
        )
        return ""
    _predict(table, latent_dim, star)
    _judge(table)
    _distances(table, latent_dim)
    best = _best(table)
    _criteria(table, best, latent_dim)
    _samples(table, best, latent_dim)
    likely, drawn = best["negative_elbo"], best["prior"]
    if set(likely) == set(drawn):
        return f"Here the same β, {_listed(table, likely)}, also draws the best samples from the prior."
    return (
        f"The best samples from the prior come from another, **β = {_listed(table, drawn)}**, and other wishes have "
        "other answers."
    )


@st.fragment
def _predict(table: pd.DataFrame, latent_dim: int, star: float) -> None:
    options = ["a smaller β than β*", "about β* (within a factor of two)", "a larger β than β*"]
    row = table.loc[table.prior.idxmin()]
    ratio = row.beta / star
    answer = options[1] if 0.5 <= ratio <= 2 else options[2] if ratio > 2 else options[0]
    lesson.prediction(
        "optimal_beta_draws",
        f"Decode z ~ N(0, I) with each of the {len(table)} models in {latent_dim} dimensions. Which draws what looks "
        "most like MNIST?",
        options,
        answer,
        f"β = {row.beta:g} does, {ratio:.2g} times β*. At small β the encoder need not keep near N(0, I): the prior "
        "then draws from places where no digit was ever put. At large β there is nothing left to draw with.",
    )


def _judge(table: pd.DataFrame) -> None:
    row = table.iloc[0]
    st.markdown(
        f"**The judge.** Our own digit classifier names {row.judge_accuracy:.1%} of MNIST's test images rightly. "
        f"{row.samples:,} samples of each model and 10,000 test images pass through it; the **Fréchet distance** "
        "compares mean and covariance of the features it computes on the way (the idea of the FID of Heusel et al. "
        f"2017). Its unit is the judge's own, so only comparisons mean anything. As many real training images, "
        f"which the judge has learnt from, score {row.floor:.3g}: the floor."
    )


def _distances(table: pd.DataFrame, latent_dim: int) -> None:
    prior, gaussian = (table.loc[table[key].idxmin()] for key in ("prior", "gaussian"))
    figures.chart(
        _distance_chart(beta_family.run_ids(), latent_dim),
        alt=f"Fréchet distance against β: samples of the prior are best at β = {prior.beta:g} with "
        f"{distance(prior.prior)}, those of one Gaussian fitted to q(z) at β = {gaussian.beta:g} with "
        f"{distance(gaussian.gaussian)}.",
    )
    st.caption(
        "Small is good; samples are decoded means. Grey line: reconstructions of the test images; grey dashes: the "
        "floor; orange dashes: β*."
    )
    first = table.iloc[0]
    drawn = first["aggregate"]
    st.markdown(
        f"**Whose fault is it?** At β = {first.beta:g} the prior scores {distance(first.prior)}, but z drawn from q(z) "
        f"itself {distance(drawn)}: {1 - drawn / first.prior:.0%} of the distance is not the "
        "decoder's. q(z) has left N(0, I), and the prior asks the decoder about places it was never trained on. One "
        f"Gaussian fitted to q(z) scores {distance(first.gaussian)}, one a class {distance(first.classes)}."
    )


@st.cache_resource(max_entries=16, ttl=600, show_spinner=False)
def _distance_chart(run_ids: tuple[str, ...], latent_dim: int):
    table = beta_family.criteria(latent_dim)
    ways = [
        pd.DataFrame({"run": table.run, "beta": table.beta, "way": way, "frechet": table[key]})
        for way, key in _WAYS.items()
    ]
    bounds = pd.DataFrame({"beta": table.beta, "frechet": table.reconstructions})
    return charts.distances(pd.concat(ways), bounds, float(table.floor.iloc[0]), beta_family.star(latent_dim))


def _best(table: pd.DataFrame) -> dict[str, np.ndarray]:
    return {each.key: optimal_beta.best_rows(table[each.key], each.high) for each in optimal_beta.CRITERIA}


def _luck(table: pd.DataFrame) -> str:
    """What another seed of one of the runs scores, where the zoo has one."""
    for row in table.itertuples():
        other = beta_family.second_seed(row.run)
        if other is not None:
            here, there = distance(row.prior), distance(other)
            return f" At β = {row.beta:g} samples from the prior score {here}, with another seed {there}."
    return ""


def _listed(table: pd.DataFrame, rows: np.ndarray) -> str:
    """The β of some rows: one, or the ends of a stretch of neighbours, or all of them."""
    values = table.beta.to_numpy()[rows]
    if len(rows) > 2 and np.ptp(rows) == len(rows) - 1:
        return f"{values[0]:g} to {values[-1]:g}"
    return ", ".join(f"{value:g}" for value in values)


def _criteria(table: pd.DataFrame, best: dict[str, np.ndarray], latent_dim: int) -> None:
    lines, chart = _comparison(beta_family.run_ids(), latent_dim)
    answers = {_listed(table, rows) for rows in best.values()}
    st.markdown(lines)
    figures.chart(
        chart,
        alt=f"Six criteria against β, the best β of each marked; {len(answers)} different answers: "
        f"{'; '.join(sorted(answers))}.",
    )
    verdict = (
        f"**Six criteria, {len(answers)} different answers.** There is no best β before you say at what."
        if len(answers) > 1
        else "Here all six agree, which is luck: try another latent dimension."
    )
    st.markdown(verdict)
    st.caption(
        f"Models with {latent_dim} dimensions, test images. Diamonds: the best of each row, ties included. Classes "
        "told apart: the share of test images whose likeliest class by p(C|z) is their own, one sample z each, one "
        "Gaussian a class. Active units: dimensions with a rate of at least 0.01 nats; whether many are good depends "
        f"on what they are for. One training a β: small differences may be luck.{_luck(table)}"
    )


@st.cache_resource(max_entries=16, ttl=600, show_spinner=False)
def _comparison(run_ids: tuple[str, ...], latent_dim: int) -> tuple:
    """The table as Markdown, and the chart: every criterion at every β."""
    table = beta_family.criteria(latent_dim)
    best = _best(table)
    lines = ["| criterion | best β | there | at the worst β |", "|:--|--:|--:|--:|"]
    cells = []
    for each in optimal_beta.CRITERIA:
        values, rows = table[each.key].to_numpy(float), best[each.key]
        told = [distance(v) if each.unit == "Fréchet" else beta_family.written(v, each.format) for v in values]
        worst = told[int(np.argmin(values) if each.high else np.argmax(values))]
        name = f"{each.name}, {each.unit}" if each.unit else each.name
        lines.append(f"| {name} | {_listed(table, rows)} | {told[rows[0]]} | {worst} |")
        columns = {
            "beta": [f"{value:g}" for value in table.beta],
            "criterion": each.name,
            "standing": optimal_beta.standing(values, each.high),
            "best": np.isin(np.arange(len(table)), rows),
            "told": told,
        }
        cells.append(pd.DataFrame(columns))
    chart = charts.criteria(pd.concat(cells), [each.name for each in optimal_beta.CRITERIA])
    return "\n".join(lines), chart


@st.fragment
def _samples(table: pd.DataFrame, best: dict[str, np.ndarray], latent_dim: int) -> None:
    st.markdown("**What the winners draw**, from the same ten z ~ N(0, I)")
    seed = controls.number("optimal_beta_seed", "z drawn with seed", 0, 9_999, 0, 1)
    for name, key in (("The likeliest", "negative_elbo"), ("The best by samples from the prior", "prior")):
        row = table.iloc[best[key][0]]
        figures.picture(
            partial(pictures.grid, _decoded(row.run, latent_dim, seed), _SHOWN),
            alt=f"Ten samples of {row.run} from the prior; over {row.samples:,} its Fréchet distance is "
            f"{distance(row.prior)}.",
            width="stretch",
        )
        st.caption(
            f"{name}: β = {row.beta:g}, Fréchet distance {distance(row.prior)}, −ELBO "
            f"{beta_family.written(row.negative_elbo)} nats."
        )


@st.cache_data(max_entries=256, show_spinner=False)
def _decoded(run_id: str, latent_dim: int, seed: int) -> np.ndarray:
    from vae_core import traversal

    return traversal.decode(models.vae(run_id), sampling.sample_prior(_SHOWN, latent_dim, seed))
