"""A pad to draw a digit on; while it is drawn the browser encodes it, and Python gets the drawing on release.

Where the browser cannot run the network, it shows what Python says of the digit handed over last.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st
from scipy.linalg import solve_triangular

from ui import models
from ui.components import latent_map, network, sources
from vae_core.charts.palette import COLOURS, LABELS
from vae_core.charts.pictures import to_uint8
from vae_core.config import RunConfig
from vae_core.gaussians import Gaussian
from vae_core.mnist_form import MnistForm

_pad = sources.component(Path(__file__).parent)


class Place(NamedTuple):
    """The map on which q(z|x) is shown: a plane of two latent dimensions and what is drawn behind."""

    axes: tuple[int, int]
    titles: tuple[str, str]
    marks: latent_map.Marks  # μ_x of other digits, in the plane
    label: str  # alternative text
    rest: str = ""  # a word under the map


class Classes(NamedTuple):
    """p(z|C), one Gaussian a class, and p(C) (10,)."""

    densities: dict[int, Gaussian]
    prior: np.ndarray


def show(
    run: RunConfig,
    on_drawing: Callable[[str], None],
    *,
    key: str,
    mine: MnistForm | None = None,
    place: Place | None = None,
    classes: Classes | None = None,
) -> None:
    """Draw the pad, with the drawing in MNIST's form beside it.

    Args:
        run: the model; it is asked only where `place` or `classes` are given.
        on_drawing: called with the drawing, which `vae_core.drawn.read` reads, before the page runs again; "" when the
            pad has been emptied.
        key: of the element.
        mine: the digit handed over last, for Python's answer.
        place: shows q(z|x) on a map, and the reconstruction.
        classes: shows p(C|z) at z = μ_x, rate and error, and the reconstruction.
    """
    reads = place is not None or classes is not None
    weights = network.weights(run, encoder=True) if reads else None
    offline = st.session_state.get(key, {}).get("offline") == run.run_id
    data = {
        "run": run.run_id,
        "weights": weights,
        "reads": reads,
        "answer": _answer(run, mine) if reads and mine is not None and (weights is None or offline) else None,
        "plane": None,
        "classes": None if classes is None else {"labels": LABELS, "colours": COLOURS} | scores(classes),
    }
    if place is not None:
        axes = np.eye(run.latent_dim)[list(place.axes)]
        view = latent_map.View(axes, np.zeros(run.latent_dim), place.titles)
        means = models.moments(run.run_id).mean @ axes.T
        drawn = latent_map.drawing(view, place.marks, discs=means)
        data |= {"plane": drawn, "axes": place.axes, "label": place.label, "rest": place.rest}
    # Streamlit keeps a value of a component only if it has a callback.
    _pad(
        data=data,
        key=key,
        on_drawing_change=lambda: on_drawing(st.session_state[key].get("drawing")),
        on_offline_change=lambda: None,
    )


def scores(classes: Classes) -> dict:
    """What `reading.js` needs for p(C|z): mean, the lower triangle of W with WᵀW = Σ⁻¹, log p(C) − ½ log |Σ_C|."""
    found = {"mean": [], "whitening": [], "offset": []}
    for label, density in sorted(classes.densities.items()):
        root = np.linalg.cholesky(density.covariance)
        whitening = solve_triangular(root, np.eye(len(root)), lower=True)
        found["mean"].append(density.mean.round(5).tolist())
        found["whitening"].append([float(f"{value:.6g}") for value in whitening[np.tril_indices(len(root))]])
        found["offset"].append(float(np.log(classes.prior[label]) - np.log(np.diag(root)).sum()))
    return found


def _answer(run: RunConfig, mine: MnistForm) -> dict:
    from vae_core import unusual

    seen = unusual.at_mean(models.vae(run.run_id), mine.image[None])
    return {
        "form": mine.steps[-1].image.ravel().tolist(),
        "mean": seen.mean[0].tolist(),
        "logvar": seen.logvar[0].tolist(),
        "pixels": to_uint8(seen.x_mean[0]).ravel().tolist(),
    }
