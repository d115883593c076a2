"""Inside a class: its Gaussian on a map that decodes every place, and how far out a pinned place is."""

import numpy as np
import streamlit as st

from ui import models
from ui.components import latent_map
from ui.plane_choice import Plane
from vae_core import gaussians
from vae_core.config import RunConfig
from vae_core.ellipses import mass_within, section

_DIGITS = 200  # of the class, shown as marks


@st.fragment
def explore(run: RunConfig, label: int, plane: Plane) -> None:
    """The live map around a class's mean; what is across the plane is held at the mean."""
    digits, moments = models.digits(), models.moments(run.run_id)
    members = np.flatnonzero(digits.labels == label)[:_DIGITS]
    mean, covariance = moments.mean[label], moments.covariance[label]
    view = latent_map.View.through(mean, plane.axes, plane.names)
    at = view.place(mean)
    outlines = [latent_map.Outline(at, plane.axes @ covariance @ plane.axes.T, label, (1.0, 2.0))]
    if run.latent_dim > 2:
        outlines.append(latent_map.Outline(at, section(covariance, plane.axes), label, (1.0, 2.0), dash=(5, 4)))
    pin = latent_map.show(
        run,
        view,
        f"Map of {len(members)} digits of class {label} with the one- and two-sigma ellipses of the class.",
        key="class_moments_pin",
        marks=latent_map.Marks(view.place(models.encodings(run.run_id).mean[members]), digits.labels[members]),
        shown=latent_map.Shown(
            digits.images[members], [f"a real {label}, MNIST's no. {digits.index[i]}" for i in members]
        ),
        outlines=outlines,
        legend=False,
    )
    held = (
        f" What is across this plane is held at μ_{label}. The dashed ellipses are the "
        "ellipsoid's cut by the plane, the solid ones its shadow, the marginal: a mark in the shadow may lie far in "
        "front of the plane."
        if run.latent_dim > 2
        else ""
    )
    st.caption(
        f"**Move over the map**: the decoder draws what is there. Marks are μ_x of {len(members)} digits of class "
        f"{label}; ellipses at 1 and 2 σ of N(μ_C, Σ_C); dotted, the prior's.{held}"
    )
    if pin is not None:
        st.markdown(_said(view.latent(pin), moments, label, run))


def _said(z: np.ndarray, moments, label: int, run: RunConfig) -> str:
    """How far out a place is, and whose it is."""
    densities = [gaussians.log_density(z, *both) for both in zip(moments.mean, moments.covariance, strict=True)]
    peak = gaussians.log_density(moments.mean[label], moments.mean[label], moments.covariance[label])
    sigmas = float(np.sqrt(2 * max(peak - densities[label], 0)))
    beyond = 1 - mass_within(sigmas, run.latent_dim)
    densest = int(np.argmax(densities))
    whose = "it is the densest" if densest == label else f"that of **{densest}** is denser"
    return (
        f"**Where you pinned** is {sigmas:.2f} σ from μ_{label}, by the class's own yardstick "
        f"$\\sqrt{{(z-\\mu_C)^\\top \\Sigma_C^{{-1}} (z-\\mu_C)}}$. Of this Gaussian {beyond:.0%} lies further out. "
        f"Among the ten class Gaussians {whose} there."
    )
