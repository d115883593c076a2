"""Rate against β, predicted by the linear VAE and measured in the zoo: where every dimension goes off."""

import numpy as np
import pandas as pd
import streamlit as st

from ui import figures, models, recorded
from vae_core import collapse
from vae_core.charts import phases as charts
from vae_core.config import RunConfig

SIZES = (2, 8, 16)


def show(loaded: RunConfig) -> None:
    """Rate against β as the linear VAE has it and as measured, and what happened beside the threshold."""
    run_ids = tuple(run.run_id for run in models.runs())
    variances, table = recorded.variances(), _family(run_ids)
    if table.empty:
        return
    sizes = sorted(table["latent_dim"].unique(), key=int)
    figures.chart(
        _collapse_chart(run_ids),
        alt="Rate against β for the zoo's trainings and the linear VAE: both fall with β, the measured ones end at "
        f"{table[table.beta > variances[0]]['rate'].max():.4f} nats for β above {variances[0]:.2f}.",
    )
    near = table[(table.beta < variances[0]) & (table.beta > 0.9 * variances[0])]
    above = table[table.beta > variances[0]]
    words = [
        f"Marks: measured on MNIST's test images, {', '.join(sizes)} latent dimensions. Dashed: the best linear VAE. "
        "Thin vertical lines: eigenvalues."
    ]
    if len(above):
        words.append(
            f"Above {variances[0]:.2f} the largest rate of {len(above)} trainings is {above['rate'].max():.5f} nats."
        )
    for beta, rows in near.groupby("beta"):
        linear = collapse.linear_rates(variances, beta, 1).sum()
        words.append(
            f"At β = {beta:g}, just under it, one dimension would be worth {linear:.2f} nats; {len(rows)} trainings "
            f"ended with {rows['rate'].max():.5f} at most."
        )
    st.markdown(" ".join(words))
    own = table[table["run"] == loaded.run_id]
    if len(own):
        predicted = collapse.linear_rates(variances, loaded.beta, loaded.latent_dim)
        st.markdown(
            f"The model in the sidebar, β = {loaded.beta:g}: linear {predicted.sum():.2f} nats in "
            f"{(predicted > 0).sum()} dimensions, measured **{own['rate'].iloc[0]:.2f}** nats in "
            f"{own['active'].iloc[0]}. A curved decoder is worth more nats than a flat one; the threshold they share."
        )


@st.cache_resource(max_entries=4, show_spinner=False)
def _family(run_ids: tuple[str, ...]) -> pd.DataFrame:
    """Measured rate and active dimensions of the Gaussian one-cycle trainings that differ in β and size alone."""
    rows = []
    for run in map(models.config, run_ids):
        if (
            run == RunConfig(latent_dim=run.latent_dim, beta=run.beta, snapshots=run.snapshots)
            and run.latent_dim in SIZES
        ):
            test = models.metrics(run.run_id)["test"]
            rows.append((run.beta, test["rate"], str(run.latent_dim), run.run_id, test["active_units"]))
    return pd.DataFrame(rows, columns=["beta", "rate", "latent_dim", "run", "active"])


@st.cache_resource(max_entries=4, show_spinner=False)
def _collapse_chart(run_ids: tuple[str, ...]):
    table, variances = _family(run_ids), recorded.variances()
    betas = np.geomspace(table.beta.min(), table.beta.max(), 80)
    predicted = pd.DataFrame(
        [
            (beta, collapse.linear_rates(variances, beta, int(size)).sum(), size)
            for size in table["latent_dim"].unique()
            for beta in betas
        ],
        columns=["beta", "rate", "latent_dim"],
    )
    inside = variances[variances > table.beta.min()][: max(SIZES)]
    return charts.collapse(predicted, table, inside.tolist())
