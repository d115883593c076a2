"""Several walks in the student's browser of which only figures are wanted; a progress bar until they are there."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ui.components import sources, walk
from vae_core.grid_posterior import GridPosterior
from vae_core.islands import Islands

_walks = sources.component(Path(__file__).parent)


class Found(NamedTuple):
    """What the walks came to."""

    each: list[walk.Figures]
    shares: list[np.ndarray] | None  # of the draws of each walk on each island; None without islands
    together: float  # R̂ of the chains of all walks as one lot, nan where none was asked for


def show(
    jobs: dict[str, walk.Job],
    *,
    key: str,
    exact: GridPosterior | None = None,
    islands: Islands | None = None,
    together: bool = False,
) -> Found | None:
    """Walk, with a progress bar.

    Args:
        jobs: by the name a student reads; of runs that browsers can decode.
        key: of the element; what is found stays in the session under it.
        exact, islands: of p(z|x), to count the draws on each; both or none.
        together: whether R̂ of all walks as one lot is wanted.

    Returns:
        What was found, in the order of the jobs; None until the browser has said so.
    """
    data = [walk.job_data(job) | {"name": name} for name, job in jobs.items()]
    grid = _grid(exact, islands) if islands is not None else None
    runs = [job.run.run_id for job in jobs.values()]
    dimensions = [job.run.latent_dim for job in jobs.values()]
    count = None if islands is None else len(islands)
    name = walk.key_of(runs, data, grid, together)
    found = walk.found_in(f"{key}_found", name, lambda sent: _read(sent, dimensions, count))
    _walks(
        data={"key": name, "jobs": data, "islands": grid, "together": together, "known": found is not None},
        key=key,
        on_found_change=lambda: walk.take_found(key),
        on_unable_change=walk.say_unable,
    )
    return found


def _read(sent: dict, dimensions: Sequence[int], count: int | None) -> Found | None:
    each = sent.get("each")
    if not isinstance(each, list) or len(each) != len(dimensions):
        return None
    figures = [walk.figures(one, latent_dim) for one, latent_dim in zip(each, dimensions, strict=True)]
    together = walk.number(sent.get("together"), missing=np.nan)
    if None in figures or together is None:
        return None
    if count is None:
        return Found(figures, None, together)
    shares = [one.get("shares") for one in each]
    if not all(isinstance(some, list) and len(some) == count for some in shares):
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
