"""Which run stands for what a student asked for: a choice the zoo lacks cannot be made.

Pure functions on lists of runs; `ui/picker.py` draws the controls.
"""

import math
from collections.abc import Sequence

from vae_core.config import ARCHITECTURES, INITS, LIKELIHOODS, SCHEDULES, RunConfig

# In the order of the controls: the options of each depend on those before it.
FIELDS = ("latent_dim", "architecture", "likelihood", "beta", "schedule", "init", "seed")
NAMES = {
    "latent_dim": "Latent dimension",
    "architecture": "Architecture",
    "likelihood": "Likelihood",
    "beta": "β",
    "schedule": "Learning rate",
    "init": "Initial weights",
    "seed": "Seed",
}
# Where the order is not that of numbers.
ORDER = {"architecture": ARCHITECTURES, "likelihood": LIKELIHOODS, "schedule": SCHEDULES, "init": INITS}
PREFERRED = RunConfig()


def default_run(runs: Sequence[RunConfig]) -> RunConfig:
    """Where everyone starts: two dimensions, β = 1; failing that, the run most like it."""
    return nearest(runs, PREFERRED)


def options(runs: Sequence[RunConfig], chosen: RunConfig) -> dict[str, list]:
    """For each of `FIELDS` its values, in order, among the runs that agree with `chosen` in every field before it."""
    offered, agreeing = {}, runs
    for field in FIELDS:
        found = {getattr(run, field) for run in agreeing}
        offered[field] = [value for value in ORDER[field] if value in found] if field in ORDER else sorted(found)
        agreeing = [run for run in agreeing if getattr(run, field) == getattr(chosen, field)]
    return offered


def change(runs: Sequence[RunConfig], chosen: RunConfig, field: str, value) -> tuple[RunConfig, str]:
    """The run shown when `field` of the chosen one is set to `value`, and a word on what else had to change.

    Fields before `field` stay; those after it stay where the zoo allows and go to the nearest value where not.

    Returns:
        The run, and a sentence, empty when nothing else changed.
    """
    keep = (*FIELDS[: FIELDS.index(field)], field)
    wanted = {name: getattr(chosen, name) for name in FIELDS} | {field: value}
    agreeing = [run for run in runs if all(getattr(run, name) == wanted[name] for name in keep)]
    run = min(agreeing or runs, key=lambda candidate: _distance(candidate, wanted))
    return run, _word(wanted, run)


def nearest(runs: Sequence[RunConfig], wanted: RunConfig) -> RunConfig:
    """The run most like the wanted one.

    Raises:
        ValueError: when there are no runs.
    """
    if not runs:
        raise ValueError("there is no run to choose from")
    return min(runs, key=lambda run: _distance(run, {name: getattr(wanted, name) for name in FIELDS}))


def told(field: str, value) -> str:
    """A field's value as a student reads it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _distance(run: RunConfig, wanted: dict) -> tuple:
    """Earlier fields weigh more; dimensions, β and seeds are compared by ratio or size, the rest by equality."""
    return (
        abs(math.log(run.latent_dim / wanted["latent_dim"])),
        run.architecture != wanted["architecture"],
        run.likelihood != wanted["likelihood"],
        abs(math.log(run.beta / wanted["beta"])),
        run.schedule != wanted["schedule"],
        run.init != wanted["init"],
        abs(run.seed - wanted["seed"]),
        run.run_id,
    )


def _word(wanted: dict, run: RunConfig) -> str:
    changed = [name for name in FIELDS if getattr(run, name) != wanted[name]]
    if not changed:
        return ""
    asked = ", ".join(f"{NAMES[name]} {told(name, wanted[name])}" for name in changed)
    shown = ", ".join(f"{NAMES[name]} {told(name, getattr(run, name))}" for name in changed)
    return f"There is no such model with {asked}; the nearest, with {shown}, is loaded."
