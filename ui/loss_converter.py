"""A loss as a paper or a repository writes it, typed in; the β it amounts to here, the nearest model, the code."""

from collections.abc import Sequence

import streamlit as st

from ui import controls
from vae_core import loss_conventions
from vae_core.beta import LossConvention
from vae_core.config import RunConfig

RANGES = {"0 to 1": 1.0, "-1 to 1": 2.0, "0 to 255": 255.0}
SUM, MEAN = "sum", "mean"
_FACTOR = 1.02  # a trained β this near is the same


@st.fragment
def show(prefix: str, family: Sequence[RunConfig], collapse: float) -> None:
    """The controls, the result, and the loss in code.

    Args:
        prefix: the chapter's key; the controls stand in the address under `<prefix>_…`.
        family: runs to name the nearest of.
        collapse: the largest variance of the data, above which no dimension pays.
    """
    st.markdown("**Start from a loss you know**, or set the controls to what the paper says:")
    with st.container(horizontal=True):
        for place, known in enumerate(loss_conventions.KNOWN):
            st.button(known.name, key=f"{prefix}__known{place}", on_click=_take, args=(prefix, known.convention))
    convention = _typed(prefix)
    w = convention.beta * 2 * convention.sse_weight
    st.latex(
        rf"\begin{{aligned}} a &= {_number(convention.sse_weight)}, \quad w = {_number(w)} \\[4pt] "
        rf"\beta &= \frac{{w}}{{2a}} = {_number(convention.beta)} \end{{aligned}}"
    )
    with st.container(border=True):
        st.markdown(_told(convention, family, collapse))
        nearest = loss_conventions.nearest(family, convention.beta)
        if (
            nearest
            and st.session_state.get("model") != nearest.run_id
            and st.button(f"Load {nearest.run_id}", key=f"{prefix}__load", on_click=_load, args=(nearest.run_id,))
        ):
            st.rerun(scope="app")
    for known in loss_conventions.KNOWN:
        if known.convention == convention:
            source = f" [Source]({known.url})" if known.url else ""
            st.caption(f"**{known.name}.** {known.note}{source}")
    st.markdown("**The same in code**: the conversion, and this loss in PyTorch")
    st.code(loss_conventions.snippet(convention), language="python", wrap_lines=True)
    st.code(convention.code(), language="python", wrap_lines=True)


def _typed(prefix: str) -> LossConvention:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Squared error**")
        over = controls.select(f"{prefix}_pixels_by", "Over pixels", (SUM, MEAN), style="buttons")
        half = controls.toggle(f"{prefix}_half", "A ½ in front", True)
        span = controls.select(f"{prefix}_range", "Pixels run from", tuple(RANGES), style="buttons")
        pixels = controls.number(
            f"{prefix}_pixels",
            "Numbers in an image (pixels × channels)",
            1,
            10_000_000,
            784,
            1,
            help="Matters only with a mean over pixels.",
        )
        stddev = controls.number(
            f"{prefix}_sigma",
            "Decoder σ",
            0.0001,
            10_000.0,
            1.0,
            help="If the squared error is divided by σ², in the same units as the pixels; 1 if nothing is said of it.",
            format="%.6g",
        )
    with right:
        st.markdown("**KL**")
        weight = controls.number(f"{prefix}_weight", "Weight of the KL", 0.0, 1_000_000.0, 1.0, format="%.6g")
        latents = controls.select(f"{prefix}_latents_by", "Over latent dimensions", (SUM, MEAN), style="buttons")
        size = None
        if latents == MEAN:
            size = controls.number(f"{prefix}_latents", "Latent dimensions", 1, 100_000, 8, 1)
    return LossConvention(over, half, weight, stddev, RANGES[span], pixels, latents, size)


def _told(convention: LossConvention, family: Sequence[RunConfig], collapse: float) -> str:
    beta = convention.beta
    words = [
        f"**β = {beta:.4g}** in the form ½ SSE + β KL: a decoder of σ = √β = {convention.implied_stddev:.3g}, on "
        "pixels from 0 to 1."
    ]
    if beta == 0:
        words.append("The KL costs nothing: an autoencoder with noise it can shrink at will.")
    elif beta > collapse:
        words.append(
            f"That is above {collapse:.1f}, the largest variance that MNIST has along any direction: expect this loss "
            "to switch every dimension off."
        )
    nearest = loss_conventions.nearest(family, beta)
    if nearest and beta > 0:
        ratio = max(nearest.beta / beta, beta / nearest.beta)
        near = "the same β" if ratio < _FACTOR else f"β = {nearest.beta:g}, {ratio:.3g} times off"
        words.append(f"The nearest model trained here is `{nearest.run_id}`: {near}.")
    words.append(f"To have β = 1 in this convention, write the KL weight **{convention.with_beta(1).kl_weight:.4g}**.")
    return " ".join(words)


def _number(value: float) -> str:
    """Four digits, in LaTeX: 0.0003189, 4.17 · 10⁷."""
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _take(prefix: str, convention: LossConvention) -> None:
    values = {
        "pixels_by": convention.pixel_reduction,
        "half": convention.half,
        "range": next(text for text, span in RANGES.items() if span == convention.pixel_range),
        "pixels": convention.pixels,
        "sigma": convention.decoder_stddev,
        "weight": convention.kl_weight,
        "latents_by": convention.latent_reduction,
    }
    if convention.latent_dim is not None:
        values["latents"] = convention.latent_dim
    for name, value in values.items():
        st.session_state[f"{prefix}_{name}"] = value


def _load(run_id: str) -> None:
    st.session_state["model"] = run_id
