"""What R̂ cannot see: the same chains started in three ways, with the grid as referee where there is one."""

import numpy as np
import streamlit as st

from ui import choice, lesson, models, picker
from ui import posterior_chains as chains
from vae_core import islands
from vae_core.config import RunConfig
from vae_core.grid_posterior import GridPosterior

ALIKE, APART = "alike, wherever they start", "apart: where they started can be told"
EXAMPLE = "mlp-d2-b0.1"  # of chains that agree with each other and are all in the wrong place


def show(
    run: RunConfig,
    key: chains.Key,
    b: float,
    count: int,
    steps: int,
    seed: int,
    exact: GridPosterior | None,
    parts: islands.Islands | None,
) -> None:
    """A prediction, then the table of the three starts; `exact` and its islands are None above two dimensions."""
    settings = (run.run_id, key, b, count, steps, seed)
    st.markdown(
        "R̂ compares the chains with each other, never with p(z|x). So start them in three ways, with the same b = "
        f"{b:g} and {steps} steps: from the prior, all at μ_x, and at the μ of {count} other digits, scattered over "
        "the map."
    )
    lesson.prediction(
        "chain_agree",
        f"Can the three be told apart by where they end? Alike is: R̂ of all {len(chains.STARTS) * count} chains as "
        f"one lot is below {chains.RHAT}.",
        (ALIKE, APART),
        lambda: ALIKE if chains.together(*settings) < chains.RHAT else APART,
        lambda: _table(run, settings, exact, parts),
    )
    _offers(run)
    st.markdown(
        "With a small σ² the likelihood's hills are steep and the valleys between them deep: a chain with steps small "
        "enough to be accepted does not cross. More steps help slowly, more starts help more, and nothing here "
        "certifies a chain."
    )


def _table(run: RunConfig, settings: tuple, exact: GridPosterior | None, parts: islands.Islands | None) -> None:
    run_id, key, *rest = settings
    found = {name: chains.figures(run_id, key, name, *rest) for name in chains.STARTS}
    rows = {
        "acceptance": [f"{each.acceptance:.0%}" for each in found.values()],
        "R̂": [told(each.rhat, 3) for each in found.values()],
        "ESS": [told(each.ess, 0) for each in found.values()],
    }
    shares = {}
    if exact is not None:
        draws = {name: chains.second_half(chains.walk(run_id, key, name, *rest)).reshape(-1, 2) for name in found}
        shares = {name: islands.shares(parts, exact, each) for name, each in draws.items()}
        for number, mass in enumerate(parts.mass):
            rows[f"on island {number + 1}, exactly {mass:.0%}"] = [f"{each[number]:.0%}" for each in shares.values()]
        rows[f"elsewhere, exactly {1 - parts.mass.sum():.0%}"] = [f"{1 - each.sum():.0%}" for each in shares.values()]
    table = ["| | " + " | ".join(f"from {name}" for name in found) + " |", "|:--|" + "--:|" * len(found)]
    table += [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()]
    st.markdown("\n".join(table))
    st.caption(f"R̂ of all as one lot: {told(chains.together(*settings), 3)}.")
    if shares:
        worst = max(shares, key=lambda name: np.abs(shares[name] - parts.mass).max())
        st.caption(
            "An island is a connected piece of the smallest region that holds 95 % of the exact p(z|x). Furthest from "
            f"the truth are the chains from {worst}: {np.abs(shares[worst] - parts.mass).max():.0%} of the draws too "
            f"many or too few on one island, at R̂ = {told(found[worst].rhat, 3)}."
        )
    else:
        st.caption(
            f"Agreement between starts is the best evidence there is in {run.latent_dim} dimensions, and it is no "
            "proof. In two, a grid can be the referee."
        )


def told(value: float, digits: int = 2) -> str:
    """A figure of chains; none where they all stand still."""
    return f"{value:.{digits}f}" if np.isfinite(value) else "none"


def _offers(run: RunConfig) -> None:
    with st.container(horizontal=True):
        if EXAMPLE in [each.run_id for each in models.runs()]:
            st.button("Show me chains that agree and are wrong", on_click=_load_example, icon=":material/warning:")
        if run.latent_dim != 2:
            flat, _ = choice.change(models.runs(), run, "latent_dim", 2)
            st.button(
                f"Load the 2-D model `{flat.run_id}`",
                on_click=picker.load,
                args=(flat.run_id,),
                icon=":material/grid_on:",
            )


def _load_example() -> None:
    picker.load(EXAMPLE)
    chains.take(2, 3)
    st.session_state.update(chain_b=0.1, chain_start="μ_x", chain_count=16, chain_steps=2000, chain_seed=0)
    if st.session_state.get("chain_agree") is None:  # a guess that was made stays
        st.session_state["chain_agree_shown"] = True
