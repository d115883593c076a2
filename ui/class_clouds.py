"""What the chapter on volume and direction shows of a run and of the whole zoo: cached, and drawn where it is long."""

from functools import partial

import numpy as np
import streamlit as st

from ui import controls, figures, latent, models
from vae_core import families
from vae_core.config import RunConfig

STEPS = np.linspace(-3, 3, 7)  # of a walk, in standard deviations along its axis
MOST_AXES = 3
QUANTITIES = {
    "class volume": "mean log volume of the classes, nats",
    "volume of all": "log volume of all digits, nats",
    "effective": "mean effective dimensions of the classes, active ones only",
    "effective of all": "effective dimensions of all digits, active ones only",
}
ALL = "all at once"


@st.cache_resource(max_entries=64, show_spinner=False)
def clouds(run_id: str, kept: tuple[int, ...]):
    """`vae_core.clouds.Clouds` in some of the dimensions, in this order; shared, not to be changed."""
    from vae_core import clouds

    return clouds.clouds(clouds.restricted(models.moments(run_id), kept))


@st.cache_data(max_entries=128, show_spinner="Walking along the axes …")
def walk(run_id: str, digit: int, kept: tuple[int, ...]) -> np.ndarray:
    """Decoded walks from a class mean along its longest axes, (axes, steps, 28, 28)."""
    from vae_core import directions, traversal

    found = clouds(run_id, kept)
    count = min(MOST_AXES, len(kept))
    path = directions.axis_walk(found.mean[digit], found.covariance[digit], count, STEPS)
    latents = np.tile(models.moments(run_id).mean[digit], (count, len(STEPS), 1))
    latents[:, :, list(kept)] = path  # the dimensions left out stay at the class mean
    return traversal.decode(models.vae(run_id), latents)


@st.cache_data(max_entries=128, show_spinner=False)
def walk_changes(run_id: str, digit: int, kept: tuple[int, ...]) -> list[dict]:
    """For each axis of a walk, how weight, width, height and slant change (`strokes.change_along`)."""
    from vae_core import strokes

    return [strokes.change_along(images, _real_spread(digit)) for images in walk(run_id, digit, kept)]


@st.cache_data(show_spinner=False)
def _real_spread(digit: int) -> dict[str, float]:
    from vae_core import strokes

    digits = models.digits()
    return strokes.spread(digits.images[digits.labels == digit] / 255)


@st.cache_data(max_entries=4, show_spinner=False)
def zoo_table(run_ids: tuple[str, ...]):
    """One row a plain run, as a data frame: β (or a calibrated run's learnt variance), volume, effective dimensions."""
    import pandas as pd

    rows = []
    for run in models.runs():
        if run.run_id not in run_ids or not families.is_plain(run):
            continue
        found = clouds(run.run_id, tuple(range(run.latent_dim)))
        active = tuple(d for d in range(run.latent_dim) if not latent.is_off(run, d))
        effective = clouds(run.run_id, active).effective if active else np.zeros(11)
        beta = models.metrics(run.run_id).get("variance", run.beta) if run.likelihood == "calibrated" else run.beta
        rows.append(
            {
                "run": run.run_id,
                "likelihood": run.likelihood,
                "latent_dim": run.latent_dim,
                "beta": beta,
                "seed": run.seed,
                "class volume": found.log_volume[:-1].mean(),
                "volume of all": found.log_volume[-1],
                "effective": effective[:-1].mean(),
                "effective of all": effective[-1],
            }
        )
    return pd.DataFrame(rows)


@st.fragment
def walks_side_by_side(run_id: str, kept: tuple[int, ...]) -> None:
    """Two classes' walks along their longest axes, decoded and measured."""
    from vae_core.charts import strips

    for column, side, default in zip(st.columns(2, gap="large"), ("left", "right"), (4, 7), strict=True):
        with column:
            digit = controls.select(f"volume_{side}", f"Class, {side}", range(10), default, style="buttons", format=str)
            images = walk(run_id, digit, kept)
            sheet = partial(
                strips.traversal,
                images,
                [f"{k + 1}" for k in range(len(images))],
                [f"{s:+.0f}" if s else "0" for s in STEPS],
            )
            changes = walk_changes(run_id, digit, kept)
            told = [f"| axis | {' | '.join(changes[0])} |", "|:--|" + "--:|" * len(changes[0])]
            told += [
                f"| {k + 1} | {' | '.join(_signed(c[2]) for c in row.values())} |" for k, row in enumerate(changes)
            ]
            most = max(changes[0], key=lambda name: abs(np.nan_to_num(changes[0][name][2])))
            first, last, size = changes[0][most]
            figures.picture(
                sheet,
                alt=f"Decoded digits from the mean of class {digit} along its {len(images)} longest axes; along the "
                f"first the {most} goes from {first:.2f} to {last:.2f}.",
                width="stretch",
            )
            st.caption("Rows: axes, longest first. Columns: standard deviations along the axis.")
            st.markdown("\n".join(told))
            if not abs(np.nan_to_num(size)) >= 0.05:
                st.markdown(f"Along its longest axis nothing of a {digit} changes: the decoder ignores this direction.")
                continue
            st.markdown(
                f"From −3 to +3 along its longest axis, the **{most}** of a {digit} changes most: from {first:.2f} to "
                f"{last:.2f}, which is **{abs(size):.1f}** standard deviations of real {digit}s. The table gives all "
                "four, in the same unit."
            )


@st.fragment
def over_zoo(run: RunConfig) -> None:
    """A figure of every model against its β, of one latent dimension or of several."""
    from vae_core.charts import volume as charts

    table = zoo_table(tuple(other.run_id for other in models.runs()))
    table = table[table.likelihood != "bernoulli"]
    several = [n for n in sorted(table.latent_dim.unique().tolist()) if (table.latent_dim == n).sum() > 1]
    if not several:
        st.info("The zoo holds too few models to compare.")
        return
    default = run.latent_dim if run.latent_dim in several else several[0]
    quantity = controls.select("volume_quantity", "Quantity", tuple(QUANTITIES), "class volume", style="buttons")
    which = controls.select("volume_dims", "Latent dimensions", (*several, ALL), default, style="buttons")
    title = QUANTITIES[quantity]
    if which == ALL and "volume" in quantity:
        table = table.assign(**{quantity: table[quantity] / table.latent_dim})
        title += " per dimension"
        st.warning(
            "Volumes are not compared across latent dimensions: the unit, the prior's ellipsoid, changes with them. "
            f"A cloud 0.8 as wide as the prior in every direction has {0.8**2:.2f} of its volume in 2-D and "
            f"{0.8**16:.3f} in 16-D, and is the same cloud. Shown instead: the log volume **per dimension**, the mean "
            "log half-axis.",
            icon=":material/straighten:",
        )
    elif which != ALL:
        table = table[table.latent_dim == which]
    ends = table.sort_values("beta")
    figures.chart(
        partial(charts.over_zoo, table, quantity, title, which == ALL),
        alt=f"{title} against β: from {ends[quantity].iloc[0]:.2f} at β = {ends.beta.iloc[0]:g} to "
        f"{ends[quantity].iloc[-1]:.2f} at β = {ends.beta.iloc[-1]:g}.",
    )
    st.caption(
        "One mark a model; a calibrated one stands at the variance it learnt, which is its β. Bernoulli models have "
        "another likelihood and no place on this axis. Points of one β differ by their seed."
    )


def _signed(value: float) -> str:
    return "–" if np.isnan(value) else f"{round(value, 1) + 0:+.1f}"  # + 0: no −0.0
