"""Which runs may stand on one curve: alike but for β."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from vae_core.config import RunConfig


@lru_cache(maxsize=1024)  # every page asks about every run of the zoo, and a run never changes
def is_plain(run: RunConfig) -> bool:
    """Whether a run departs from the zoo's usual training in latent_dim, β, likelihood and seed alone."""
    usual = RunConfig(latent_dim=run.latent_dim, beta=run.beta, likelihood=run.likelihood, seed=run.seed)
    return replace(run, snapshots=usual.snapshots) == usual


def family(runs: Iterable[RunConfig], latent_dim: int) -> list[RunConfig]:
    """The plain Gaussian runs of a size and of the first seed, in order of β."""
    alike = [run for run in runs if is_plain(run) and run.likelihood == "gaussian" and run.seed == 0]
    return sorted((run for run in alike if run.latent_dim == latent_dim), key=lambda run: run.beta)


def families(runs: Iterable[RunConfig], fewest: int = 2) -> dict[int, list[RunConfig]]:
    """Latent dimension -> its family, for those of at least `fewest` runs, in order of latent_dim."""
    runs = list(runs)
    found = {latent_dim: family(runs, latent_dim) for latent_dim in sorted({run.latent_dim for run in runs})}
    return {latent_dim: members for latent_dim, members in found.items() if len(members) >= fewest}
