"""What the chapter on every dimension draws, of one run or of two: cached by run id, put in places on the axis.

What is cached is shared: it must not be changed.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from ui import latent, models
from vae_core.config import RunConfig
from vae_core.dimension_pairs import Pair, alone, by_match, by_order

MEANS, SAMPLES, BOTH = "means μ_x", "samples z", "both"
BY_RATE, MATCH = "by rate", "match"
SEED = 0  # of the noise in the samples
STEPS = np.linspace(-3, 3, 7)  # of a walk, in standard deviations of q(z)


class Walks(NamedTuple):
    """Every dimension's walk from −3 to 3 standard deviations of q(z), the others at the middle of q(z)."""

    centre: np.ndarray  # mean of q(z), (latent_dim,)
    stddev: np.ndarray  # of q(z), (latent_dim,)
    images: np.ndarray  # (latent_dim, STEPS, 28, 28) uint8


@st.cache_resource(max_entries=256, show_spinner=False)
def violins(run_id: str, kind: str, digit: int | None) -> list:
    """A `densities.Violin` a dimension, of the shipped digits of one class or, with None, of all."""
    from vae_core import densities

    mean, logvar = models.encodings(run_id)
    values = mean if kind == MEANS else densities.one_sample_each(mean, logvar, SEED)
    return densities.violins(values if digit is None else values[models.digits().labels == digit])


@st.cache_resource(max_entries=12, show_spinner="Walking along each dimension …")
def walks(run_id: str) -> Walks:
    """The walks of one run, decoded."""
    from vae_core import traversal
    from vae_core.charts import pictures

    scale = traversal.aggregate_scale(*models.encodings(run_id))
    latents = traversal.axis_walks(scale.centre, scale, STEPS)
    drawn = traversal.decode(models.vae(run_id), latents)
    return Walks(scale.centre, scale.unit, pictures.to_uint8(drawn))


@st.cache_resource(max_entries=64, show_spinner=False)
def walk_pictures(run_id: str) -> list[str]:
    """Each dimension's walk as one PNG data URI, low to high."""
    from vae_core.charts import pictures

    return [pictures.data_uri(pictures.grid(images, len(STEPS), gap=1)) for images in walks(run_id).images]


@st.cache_resource(max_entries=64, show_spinner=False)
def match(run_id: str, other_id: str):
    """`matching.Matching` of two runs over the shipped digits, and the share of the second a linear map explains."""
    from vae_core import alignment, matching

    a, b = models.encodings(run_id).mean, models.encodings(other_id).mean
    return matching.match_dimensions(a, b), alignment.explained_by(a, b)


def paired(run: RunConfig, other: RunConfig | None, how: str) -> list[Pair]:
    """Which dimensions stand together, those of the highest rate first."""
    if other is None:
        return alone(latent.by_rate(run))
    if how == BY_RATE:
        return by_order(latent.by_rate(run), latent.by_rate(other))
    return by_match(latent.by_rate(run), latent.by_rate(other), match(run.run_id, other.run_id)[0])


def shapes(run: RunConfig, other: RunConfig | None, pairs: list[Pair], kinds: Sequence[str], classes: Sequence) -> list:
    """The violins: of two runs each takes a half, of one run means and samples do; classes stand side by side."""
    from vae_core.charts.violin_layout import Shape
    from vae_core.densities import mirrored

    found = []
    parts = [(digit, kind) for digit in classes for kind in kinds]
    for slot, pair in enumerate(pairs):
        for place, (digit, kind) in enumerate(parts):
            own = None if pair.a is None else violins(run.run_id, kind, digit)[pair.a]
            if other is None:
                side = "both" if len(kinds) == 1 else ("left", "right")[place % 2]
                found.append(Shape(slot, place // len(kinds), len(classes), side, own, digit))
                continue
            if own is not None:
                found.append(Shape(slot, place, len(parts), "left", own, digit))
            if pair.b is not None:
                others = violins(other.run_id, kind, digit)[pair.b]
                others = mirrored(others) if pair.sign < 0 else others
                found.append(Shape(slot, place, len(parts), "right", others, digit))
    return found


def slots(run: RunConfig, other: RunConfig | None, pairs: list[Pair]) -> list:
    """What stands under each place of the axis, and what is told when it is pointed at."""
    from vae_core.charts.violins import Slot

    found = []
    for pair in pairs:
        lines = [named(pair.a)] if other is None else [named(pair.a), named(pair.b, pair.sign)]
        if other is None:
            lines.append("off" if latent.is_off(run, pair.a) else f"{latent.rates(run)[pair.a]:.2g}")
        if pair.correlation is not None:
            lines.append(f"{pair.correlation:.1f}")
        shown, dimension = (run, pair.a) if pair.a is not None else (other, pair.b)
        picture = walk_pictures(shown.run_id)[dimension]
        found.append(Slot(tuple(lines), {"dimension": "; ".join(told(run, other, pair))}, picture))
    return found


def told(run: RunConfig, other: RunConfig | None, pair: Pair) -> list[str]:
    """Each run's dimension in words: name, rate, active or off."""
    words = []
    for of, dimension, sign in ((run, pair.a, 1), (other, pair.b, pair.sign)):
        if of is not None and dimension is not None:
            state = "off (dead)" if latent.is_off(of, dimension) else "active"
            whose = "" if other is None else f" of {of.run_id}"
            words.append(f"{named(dimension, sign)}{whose}: rate {latent.rates(of)[dimension]:.3f} nats, {state}")
    return words


def named(dimension: int | None, sign: int = 1) -> str:
    """z₃, −z₃ where flipped, · where a run has none."""
    return "·" if dimension is None else ("−" if sign < 0 else "") + latent.name(dimension)


def plain_name(pair: Pair, other: RunConfig | None) -> str:
    """The place in the letters of an address: z3, or z3/-z1 for two runs."""
    texts = [
        "" if d is None else f"{'-' if sign < 0 else ''}z{d + 1}" for d, sign in ((pair.a, 1), (pair.b, pair.sign))
    ]
    return texts[0] if other is None else "/".join(texts)


def strip(run: RunConfig, other: RunConfig | None, pair: Pair) -> np.ndarray:
    """The walks of one place as columns, highest value on top as in the chart, one a run; uint8."""
    from vae_core.charts import strips

    columns, names = [], []
    for of, dimension, sign in ((run, pair.a, 1), (other, pair.b, pair.sign)):
        if of is not None and dimension is not None:
            columns.append(walks(of.run_id).images[dimension][::-sign] / 255)
            names.append(f"{'-' if sign < 0 else ''}z{dimension + 1}")  # the picture's font has no subscripts
    rows = [f"{step:+.0f}" if step else "0" for step in STEPS[::-1]]
    return strips.traversal(np.stack(columns, axis=1), rows, names)


def table(run: RunConfig, other: RunConfig | None, pairs: list[Pair], kinds: Sequence[str], classes: Sequence):
    """The numbers behind the chart as a data frame, one row a violin."""
    import pandas as pd

    rows = []
    for pair in pairs:
        for of, dimension in ((run, pair.a), (other, pair.b)):
            if of is None or dimension is None:
                continue
            for digit in classes:
                for kind in kinds:
                    one = violins(of.run_id, kind, digit)[dimension]
                    row = {
                        "run": of.run_id,
                        "dimension": f"z{dimension + 1}",
                        "rate, nats": latent.rates(of)[dimension],
                    }
                    row |= {"state": "off" if latent.is_off(of, dimension) else "active", "of": kind}
                    row |= {"digits": "all" if digit is None else str(digit), "mean": one.mean, "σ": one.stddev}
                    quantiles = zip(("5 %", "25 %", "median", "75 %", "95 %"), one.quantiles, strict=True)
                    rows.append(row | dict(quantiles))
    return pd.DataFrame(rows)


def caption(run: RunConfig, other: RunConfig | None, kind: str, polar: bool, classes: Sequence[int], how: str) -> str:
    """What the marks are, and whether means or samples are shown."""
    digits = "all 5,000 shipped digits" if not classes else "the shipped digits of " + ", ".join(map(str, classes))
    samples = f"one sample z (seed {SEED})"
    what = {MEANS: "the posterior mean μ_x", SAMPLES: samples, BOTH: f"the posterior mean μ_x and {samples}"}
    words = [
        f"Shown: {what[kind]} of each of {digits}, over the prior N(0, 1) in grey. Thick bar: the middle half; dot: "
        "median; thin line: 5 to 95 %. Each violin is as wide as its own peak allows: compare shapes, not widths."
    ]
    left, right = ("Left half, filled", "right half, hollow") if classes else ("Left half", "right half")
    if other is None:
        words += [f"{left}: means; {right}: samples."] if kind == BOTH else []
        words.append(f"Under each name: its rate in nats on {models.test_images(run.run_id)}.")
    else:
        words.append(f"{left}: {run.run_id}; {right}: {other.run_id}.")
        words += ["Of every two violins the first shows means, the second samples."] if kind == BOTH else []
        words.append(
            "Both runs ordered by rate; standing side by side does not mean being the same."
            if how == BY_RATE
            else "Paired by correlation, written below; −: flipped. Pairs without a number had no live partner."
        )
    if polar:
        words.append("Rings: the prior's 0 (solid), ±1 and ±2 standard deviations (dashed); low inside, high outside.")
    return " ".join(words) + " **Point at** a dimension to see what it draws; **click** to keep that beside the chart."
