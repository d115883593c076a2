"""The tour on a map that decodes what lies between the stations."""

import numpy as np
import streamlit as st

from ui import stations
from ui.components import latent_map
from vae_core.charts.tours import AHEAD, TRAVEL
from vae_core.config import RunConfig


def show(run: RunConfig, label: str, travelled: list[int], ahead: list[tuple[int, int]]) -> None:
    """Draw it, and say which stations are near a pinned place.

    Args:
        run: of two dimensions, or more than three, which are drawn in two of their principal axes.
        label: what the map shows, for those who cannot see it.
        travelled: the stations so far, in order.
        ahead: pairs of stations the next leg might join, drawn dashed.
    """
    plane = stations.plane(run.run_id)
    both = zip(plane.means, plane.covariances, strict=True)
    pin = latent_map.show(
        run,
        latent_map.View(plane.axes, plane.origin, plane.titles),
        label,
        key="tour_pin",
        outlines=[latent_map.Outline(mean, covariance, digit) for digit, (mean, covariance) in enumerate(both)],
        discs=plane.means,
        lines=[
            *(latent_map.Line(plane.means[list(pair)], AHEAD, dash=(4, 4)) for pair in ahead),
            latent_map.Line(plane.means[travelled], TRAVEL, numbered=True),
        ],
        legend=False,
    )
    if pin is not None:
        far = np.linalg.norm(plane.means - pin, axis=1)
        nearest = ", ".join(f"**{digit}** {far[digit]:.2f}" for digit in np.argsort(far)[:3])
        st.markdown(f"From where you pinned, the nearest stations on this map are {nearest} away.")
    st.caption(
        "Discs: class means μ_C. Rings: one-sigma ellipses of the class covariances. Brown: the tour, its legs "
        "numbered. Dashed: the digits it may go to next. Dotted: the prior. **Move over the map** to see what the "
        "decoder draws on the way; click to pin it. "
        + stations.say_what_is_lost(run)
        + ("" if plane.worst is None else " The decoder draws the plane itself, where a mean's shadow falls.")
    )
