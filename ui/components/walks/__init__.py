"""Several walks in the student's browser of which only figures are wanted; a progress bar until they are there."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ui.components import network, sources, walk
from vae_core.grid_posterior import GridPosterior
from vae_core.islands import Islands

_walks = sources.component(Path(__file__).parent)


class Found(NamedTuple):
    """What the walks came to."""

    each: list[walk.Figures]
    shares: list[np.ndarray] | None  # of the draws of each walk on each island; None without islands
    together: float  # R̂ of the chains of all walks as one lot, nan where none was asked for


def show(
    name: str,
    jobs: Callable[[], dict[str, walk.Job]],
    count: int,
    latent_dim: int,
    *,
    key: str,
    exact: GridPosterior | None = None,
    islands: Islands | None = None,
    together: bool = False,
) -> Found | None:
    """Walk, with a progress bar.

    Args:
        name: of all that decides what is found.
        jobs: gives them by the name a student reads, all of one image and of a run that browsers can decode; called
            only until the browser has walked.
        count: of jobs.
        latent_dim: of the run.
        key: of the element; what is found stays in the session under it.
        exact, islands: of p(z|x), to count the draws on each; both or none.
        together: whether R̂ of all walks as one lot is wanted.

    Returns:
        What was found, in the order of the jobs; None until the browser has said so.
    """
    pieces = None if islands is None else len(islands)
    found = walk.found_in(f"{key}_found", name, lambda sent: _read(sent, count, latent_dim, pieces))
    data: dict = {"key": name, "known": found is not None, "together": together}
    if found is None:
        wanted = jobs()
        one = next(iter(wanted.values()))
        data |= {
            "common": {"weights": network.weights(one.run), "target": walk.target_data(one)},
            "jobs": [walk.job_data(job) | {"name": label} for label, job in wanted.items()],
            "islands": None if islands is None else _grid(exact, islands),
        }
    _walks(
        data=data,
        key=key,
        on_found_change=lambda: walk.take_found(key),
        on_unable_change=walk.say_unable,
    )
    return found


def _read(sent: dict, count: int, latent_dim: int, pieces: int | None) -> Found | None:
    each = sent.get("each")
    if not isinstance(each, list) or len(each) != count:
        return None
    figures = [walk.figures(one, latent_dim) for one in each]
    together = walk.number(sent.get("together"), missing=np.nan)
    if None in figures or together is None:
        return None
    if pieces is None:
        return Found(figures, None, together)
    shares = [one.get("shares") for one in each]
    if not all(isinstance(some, list) and len(some) == pieces for some in shares):
        return None
    numbers = [[walk.number(value) for value in some] for some in shares]
    if any(value is None or not 0 <= value <= 1 for some in numbers for value in some):
        return None
    return Found(figures, [np.array(some) for some in numbers], together)


def _grid(exact: GridPosterior, islands: Islands) -> dict:
    """The islands as runs of cells: row, first column, last column, number from 0."""
    padded = np.pad(islands.label, ((0, 0), (1, 1)))
    rows, ends = np.nonzero(np.diff(padded, axis=1))
    # Along a row every change ends one run and begins another; runs of nothing are left out.
    runs = [
        [int(row), int(first), int(last) - 1, int(islands.label[row, first]) - 1]
        for row, first, last in zip(rows[:-1], ends[:-1], ends[1:], strict=True)
        if last > first and islands.label[row, first]
    ]
    return {
        "row": float(exact.z2[0]),
        "column": float(exact.z1[0]),
        "cell": float(exact.z1[1] - exact.z1[0]),
        "runs": runs,
        "count": len(islands),
    }
