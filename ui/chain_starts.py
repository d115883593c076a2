"""What R̂ cannot see: the same chains started in three ways, with the grid as referee where there is one."""

from functools import cache, partial

import numpy as np
import streamlit as st

from ui import choice, lesson, models, picker
from ui import posterior_chains as chains
from ui.components import walks
from vae_core import islands
from vae_core.config import RunConfig
from vae_core.grid_posterior import GridPosterior

ALIKE, APART = "alike, wherever they start", "apart: where they started can be told"
EXAMPLE = "mlp-d2-b0.1"  # of chains that agree with each other and are all in the wrong place
SEED = 8  # with which they agree well within the limit, in the browser as on the server


def show(
    run: RunConfig,
    key: chains.Key,
    settings: chains.Settings,
    exact: GridPosterior | None,
    parts: islands.Islands | None,
) -> None:
    """A prediction, then the table of the three starts; `exact` and its islands are None above two dimensions."""
    st.markdown(
        "R̂ compares the chains with each other, never with p(z|x). So start them in three ways, with the same b = "
        f"{settings.b:g} and {settings.steps} steps: from the prior, all at μ_x, and at the μ of {settings.chains} "
        "other digits, scattered over the map."
    )
    found = cache(partial(chains.from_all_starts, run, key, settings, exact, parts))  # drawn once

    def answer() -> str | None:
        return found() and (ALIKE if found().together < chains.RHAT else APART)

    lesson.prediction(
        "chain_agree",
        f"Can the three be told apart by where they end? Alike is: R̂ of all {len(chains.STARTS) * settings.chains} "
        f"chains as one lot is below {chains.RHAT}.",
        (ALIKE, APART),
        answer,
        lambda: _table(run, found(), parts),
    )
    _offers(run)
    st.markdown(
        "With a small σ² the likelihood's hills are steep and the valleys between them deep: a chain with steps small "
        "enough to be accepted does not cross. More steps help slowly, more starts help more, and nothing here "
        "certifies a chain."
    )


def _table(run: RunConfig, found: walks.Found, parts: islands.Islands | None) -> None:
    rows = {
        "acceptance": [f"{each.acceptance:.0%}" for each in found.each],
        "R̂": [told(each.rhat, 3) for each in found.each],
        "ESS": [told(each.ess, 0) for each in found.each],
    }
    if found.shares is not None:
        for number, mass in enumerate(parts.mass):
            rows[f"on island {number + 1}, exactly {mass:.0%}"] = [f"{each[number]:.0%}" for each in found.shares]
        rows[f"elsewhere, exactly {1 - parts.mass.sum():.0%}"] = [f"{1 - each.sum():.0%}" for each in found.shares]
    names = list(chains.STARTS)
    table = ["| | " + " | ".join(f"from {name}" for name in names) + " |", "|:--|" + "--:|" * len(names)]
    table += [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()]
    st.markdown("\n".join(table))
    st.caption(f"R̂ of all as one lot: {told(found.together, 3)}.")
    if found.shares is not None:
        far = [np.abs(each - parts.mass).max() for each in found.shares]
        worst = int(np.argmax(far))
        st.caption(
            "An island is a connected piece of the smallest region that holds 95 % of the exact p(z|x). Furthest from "
            f"the truth are the chains from {names[worst]}: {far[worst]:.0%} of the draws too many or too few on one "
            f"island, at R̂ = {told(found.each[worst].rhat, 3)}."
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
        load = {}
        if EXAMPLE in [each.run_id for each in models.runs()]:
            load["Show me chains that agree and are wrong"] = _load_example, ":material/warning:"
        if run.latent_dim != 2:
            flat, _ = choice.change(models.runs(), run, "latent_dim", 2)
            load[f"Load the 2-D model `{flat.run_id}`"] = partial(picker.load, flat.run_id), ":material/grid_on:"
        clicked = [st.button(label, on_click=take, icon=icon) for label, (take, icon) in load.items()]
    if any(clicked):
        st.rerun()  # the whole page: the picker and the image stand outside this fragment


def _load_example() -> None:
    picker.load(EXAMPLE)
    chains.take(2, 3)
    st.session_state.update(chain_b=0.1, chain_start="μ_x", chain_count=16, chain_steps=2000, chain_seed=SEED)
    if st.session_state.get("chain_agree") is None:  # a guess that was made stays
        st.session_state["chain_agree_shown"] = True
