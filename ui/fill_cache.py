"""Fill the folder that replicas share (`ui.disk_cache`), so that no student waits for what another could have asked.

    python -m ui.fill_cache FOLDER            then start the app with VAE_CACHE=FOLDER; the container's image holds one

What is there already is not computed again; interrupt it and go on later.
"""

import argparse
import logging
import os
import sys
import time
from itertools import combinations, product
from pathlib import Path

from streamlit.logger import set_log_level

set_log_level("ERROR")  # before the app is imported: all its caches would tell that they miss a server

from ui import (  # noqa: E402
    architectures,
    beta_family,
    beta_views,
    class_cuts,
    class_looks,
    disk_cache,
    known_classes,
    models,
    posterior_chains,
    posterior_explorer,
    posterior_survey,
    prior_divergence,
    rate_parts,
    roads,
    sample_ways,
    stations,
    two_spaces,
    unusual_digits,
)
from vae_core import gaussians, zoo  # noqa: E402


class _Complaints(logging.Handler):
    """What the cache could not do."""

    def __init__(self):
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def fill(run_id: str) -> None:
    """Everything that is kept of one run."""
    models.encodings(run_id)
    models.digit_terms(run_id)
    for where in (known_classes.MEAN, known_classes.SAMPLE):
        for count in known_classes.counts():
            known_classes.scores(run_id, where, count)
        for way in (known_classes.GAUSSIAN, known_classes.MIXTURE):
            known_classes.mistakes(run_id, where, way)
    known_classes.log_density_of_unseen(run_id)
    for way in (known_classes.GAUSSIAN, known_classes.MIXTURE):
        posterior_explorer.answers_at_first(run_id, way)
    for way in sample_ways.WAYS:
        sample_ways.judged(run_id, way)
        sample_ways.some_to_judge(run_id, way)
    sample_ways.pcn_ends(run_id, sample_ways.LOOKED_AT, 0)
    for crowd in (*sample_ways.WAYS, sample_ways.AGAIN):
        sample_ways.neighbours(run_id, crowd)
    if models.vae(run_id).config.latent_dim == 2:
        for position in posterior_survey.weighed_digits():
            posterior_chains.weigh(run_id, int(position))
    for metric in gaussians.METRICS:
        class_cuts.distances(run_id, metric)
    if models.vae(run_id).config.snapshots:
        rate_parts.splits(run_id)
    unusual_digits.unseen(run_id)
    unusual_digits.no_digits(run_id)
    class_looks.rows(run_id)
    architectures.variety(run_id)
    prior_divergence.divergences(run_id)
    for label in range(10):
        prior_divergence.from_one_gaussian(run_id, label)
    beta_family.class_accuracy(run_id)
    _fill_family(run_id)
    _fill_pair(run_id)
    for metric, closed in product(stations.METRICS, (False, True)):
        stations.shortest(run_id, metric, closed)
    for density in roads.DENSITIES:
        roads.familiar(run_id, density)
    roads.fill(run_id)
    for one, other in combinations(range(10), 2):
        roads.between_means(run_id, one, other)  # in 2-D it asks for the grid


def _fill_family(run_id: str) -> None:
    """What *What β does* shows of a run."""
    for family in beta_views.families().values():
        ids, betas = tuple(run.run_id for run in family), tuple(run.beta for run in family)
        if run_id in ids:
            beta_views.reconstructions(run_id)
            beta_views.drawn_variety(run_id)
            for how in (beta_views.MATCHED, beta_views.OWN):
                beta_views.prior_draws(ids, betas, how, ids.index(run_id))


def _fill_pair(run_id: str) -> None:
    """What is said of a run beside its classifier."""
    partners = two_spaces.partners()
    for run in two_spaces.recorded_vaes(partners):
        if run.run_id == run_id:
            two_spaces.compare(run_id, partners[run.latent_dim].run_id)
            two_spaces.drawn(run_id, partners[run.latent_dim].run_id)
            two_spaces.forming(run_id, partners[run.latent_dim].run_id)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="made if it is not there")
    parser.add_argument("--runs", nargs="+", metavar="RUN", help="default: all of the zoo")
    options = parser.parse_args()
    folder = options.folder
    os.environ[disk_cache.VARIABLE] = str(folder)
    complaints = _Complaints()
    logging.getLogger(disk_cache.__name__).addHandler(complaints)
    start = time.monotonic()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if problems := zoo.verify():
            sys.exit("stopped: the zoo is damaged, mend it first. " + " ".join(problems.values()))
        runs = [run.run_id for run in zoo.list_runs()]
        if unknown := sorted(set(options.runs or []) - set(runs)):
            parser.error(f"no such run: {', '.join(unknown)}; `python -m vae_core zoo list` lists them")
        runs = options.runs or runs
        for number, run_id in enumerate(runs, 1):
            fill(run_id)
            if complaints.heard:
                sys.exit(f"stopped: {complaints.heard[0]}")
            print(f"{number:>3} of {len(runs)}  {run_id}", flush=True)
    except (OSError, zoo.ZooError) as error:
        sys.exit(f"stopped: {error}")
    files = [path.stat().st_size for path in folder.iterdir()]
    print(f"{len(files):,} values, {sum(files) / 1e6:.0f} MB in {folder}, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
