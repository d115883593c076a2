"""What the chapter on the forming latent space draws: cached by run id, view and number of digits."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import controls, figures, latent, models, plane_choice, recorded
from vae_core import phases
from vae_core.charts import forming
from vae_core.config import RunConfig

Axes = tuple[tuple[float, ...], ...]  # directions of the view: hashable, for caches


class Gain(NamedTuple):
    """How the share of variance between classes changes over one phase."""

    first: int  # recorded step
    last: int
    before: float
    after: float

    @property
    def gain(self) -> float:
        return self.after - self.before


def axes(run: RunConfig, space: bool) -> tuple[Axes, tuple[str, ...]]:
    """Directions and names of the view: two, chosen as elsewhere, or three latent dimensions."""
    if not space:
        plane = plane_choice.choose("forming", run)
        return tuple(map(tuple, plane.axes.tolist())), plane.names
    order = latent.by_rate(run)
    chosen = sorted(order)
    if run.latent_dim > 3:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = []
            for place, label in enumerate(("x", "y", "z")):
                left = [latent.name(dimension) for dimension in order if dimension not in chosen]
                key = f"forming_{label}"
                if st.session_state.get(key, left[0]) not in left:
                    del st.session_state[key]
                name = controls.select(key, ("First", "Second", "Third")[place], left, left[0], width=110)
                chosen.append(next(dimension for dimension in order if latent.name(dimension) == name))
    return tuple(map(tuple, np.eye(run.latent_dim)[chosen].tolist())), tuple(map(latent.name, chosen))


def _film(run_id: str, directions: Axes, per_class: int):
    from vae_core.latent_film import latent_film

    shots = models.snapshots(run_id)
    film = latent_film(shots["step"], shots["mean"], shots["logvar"], shots["label"], np.array(directions))
    few = latent.first_of_each_class(shots["label"], per_class)  # classes keep the moments of all their digits
    return film._replace(points=film.points[:, few], labels=film.labels[few]), shots["index"][few]


@st.cache_resource(max_entries=24, show_spinner="Gathering the recorded steps …")  # 0.4 MB a plane, 1 MB a space
def _cloud(run_id: str, directions: Axes, names: tuple[str, ...], per_class: int):
    film, index = _film(run_id, directions, per_class)
    titles = tuple(f"{name} of μ_x" for name in names)
    if len(names) == 3:
        return figures.as_sent(forming.space_film(film, titles))
    picture_of = dict(zip(models.digits().index.tolist(), models.digit_pictures(), strict=True))
    return figures.as_sent(forming.plane_film(film, [picture_of[number] for number in index.tolist()], titles))


def cloud(run: RunConfig, directions: Axes, names: tuple[str, ...], per_class: int) -> None:
    """The digits and classes in the view, at the frame of the film."""
    share = shares(run.run_id)
    form, unthemed = ("plane", {}) if len(names) == 2 else ("space", {"theme": None})
    figures.chart(
        _cloud(run.run_id, directions, names, per_class),
        alt=f"{10 * per_class} digits and the ellipses of their classes in the {form} of {', '.join(names)}, moving "
        f"with the training of {run.run_id}: {share[0]:.0%} of the variance of z is between classes before it, "
        f"{share[-1]:.0%} at its end.",
        key=f"forming__cloud_{form}",
        **unthemed,
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _curves(run_id: str) -> tuple:
    frames = recorded.steps(run_id)
    bands = phases.phases(recorded.course(run_id).marks)
    rate = forming.followed(frames, recorded.rates(run_id), "rate, nats", bands)
    share = forming.followed(frames, shares(run_id), "share between classes", bands, top=1.0)
    return rate, share


def curves(run: RunConfig) -> None:
    """The rate and the share of variance between classes, with the film's place marked."""
    rate, share = _curves(run.run_id)
    values, of_rate = shares(run.run_id), recorded.rates(run.run_id)
    figures.chart(
        rate,
        alt=f"Rate of the recorded digits against the step: at most {of_rate.max():.2f}, at the end {of_rate[-1]:.2f} "
        "nats.",
        key="forming__rate",
    )
    figures.chart(
        share,
        alt=f"Share of the variance of z between the classes against the step: from {values[0]:.0%} to "
        f"{values[-1]:.0%}.",
        key="forming__share",
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def shares(run_id: str) -> np.ndarray:
    """Share of the variance of z between the classes at each recorded step, all dimensions, (S,)."""
    from vae_core.latent_film import between_share

    shots = models.snapshots(run_id)
    return between_share(shots["mean"], shots["logvar"], shots["label"])


def gains(run_id: str) -> dict[str, Gain]:
    """By phase, what it does to the share of variance between classes."""
    steps, share = recorded.steps(run_id), shares(run_id)
    found = {}
    for phase in phases.phases(recorded.course(run_id).marks):
        first, last = recorded.frame_of(run_id, phase.first), recorded.frame_of(run_id, phase.last)
        found[phase.name] = Gain(int(steps[first]), int(steps[last]), float(share[first]), float(share[last]))
    return found


def told_gains(run_id: str) -> str:
    """The gains in words."""
    words = [
        f"**{name}** (steps {gain.first:,} to {gain.last:,}): from {gain.before:.0%} to {gain.after:.0%}"
        for name, gain in gains(run_id).items()
    ]
    return (
        "Measured by the share of the variance of z that lies between the class means, over all dimensions: "
        + "; ".join(words)
        + "."
    )


def caption(run: RunConfig, space: bool, per_class: int) -> str:
    """What the marks are."""
    turn = " Drag to turn it, also while it plays." if space else " Point at a mark to see its image."
    glide = "" if space else " Between two recorded steps the marks glide on the straight way."
    return (
        f"Marks: the means μ_x of the first {per_class} recorded digits of each class. Coloured outlines, the class "
        f"written at its mean: p(z|C) at 1 σ, from all {recorded.count(run.run_id) // 10} of a class, Λ_x included. "
        "Dashed: the prior"
        f"{' at 1 σ' if space else ' at 1 and 2 σ'}. The axes stay as they are for the whole film; a few outlying "
        f"digits leave them.{glide}{turn} Right: "
        "rate of the same digits, and the share of the variance of z between the class means; shaded: the phases of "
        f"the KL. {run.run_id} has {run.latent_dim} dimensions."
    )


def takeaway(run: RunConfig) -> str:
    """What to remember, of this training."""
    found, share, marks = gains(run.run_id), shares(run.run_id), recorded.course(run.run_id).marks
    if marks.onset is None:
        return (
            f"In {run.run_id} the classes never come apart: {share.max():.1%} of the variance of z is between them at "
            "most. Where the rate goes to 0, so does everything there is to see."
        )
    spike = share[recorded.frame_of(run.run_id, marks.spike.step)]
    most = max(found, key=lambda name: found[name].gain)
    return (
        f"At the peak of the KL, {marks.spike.rate:.1f} nats, **{spike:.0%}** of the variance of z is between the "
        f"classes of {run.run_id}; at the end, with {marks.end.rate:.1f} nats, it is **{share[-1]:.0%}**. They come "
        f"apart most in the phase “{most}”. Nobody tells the model which digit is which: the classes part because the "
        "decoder draws better if they do."
    )
