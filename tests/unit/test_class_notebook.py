"""The notebook is run cell by cell, with right and with wrong answers, and may import numpy alone."""

import builtins
import contextlib
import io
import json
import sys

import nbformat
import numpy as np
import pytest

from vae_core import class_notebook
from vae_core.exercises import class_moments

RNG = np.random.default_rng(0)
COUNT, LATENT_DIM = 50, 3
MEAN = (RNG.normal(size=(COUNT, LATENT_DIM)) @ RNG.normal(size=(LATENT_DIM, LATENT_DIM)) + 0.7).astype(np.float32)
LOGVAR = RNG.normal(-1.5, 0.6, size=(COUNT, LATENT_DIM)).astype(np.float32)
NOTEBOOK = class_notebook.build("mlp-d3-b1", 4, MEAN, LOGVAR)
# As the notebook's reader has them: float32, taken to float64.
PROBLEM = class_moments.Problem(MEAN.astype(np.float64), np.exp(LOGVAR.astype(np.float64)), 0.0)
RIGHT = {"mean": "mu.mean(axis=0)", "covariance": "np.diag(variance.mean(axis=0)) + np.cov(mu.T, ddof=0)"}


def run(mean: str = "...", covariance: str = "...") -> tuple[dict, str]:
    """Fill in the two cells and run all; gives the names the notebook ends with and what it printed."""

    def only_numpy(name, *args, **kwargs):
        top = name.partition(".")[0]
        if top != "numpy" and top not in sys.stdlib_module_names:
            raise ImportError(f"the notebook imports {name}")
        return builtins.__import__(name, *args, **kwargs)

    names = {"__name__": "__main__", "__builtins__": {**vars(builtins), "__import__": only_numpy}}
    printed = io.StringIO()
    cells = [cell["source"] for cell in json.loads(NOTEBOOK)["cells"] if cell["cell_type"] == "code"]
    with contextlib.redirect_stdout(printed):
        for source in cells:
            filled = source.replace("mean = ...  # fill in", f"mean = {mean}", 1)
            filled = filled.replace("covariance = ...  # fill in", f"covariance = {covariance}", 1)
            exec(compile(filled, "cell", "exec"), names)
    return names, printed.getvalue()


def test_jupyter_can_open_it():
    nbformat.validate(nbformat.reads(NOTEBOOK.decode(), as_version=4))


def test_untouched_it_runs_and_says_what_is_missing():
    names, printed = run()
    assert names["mu"].shape == (COUNT, LATENT_DIM)
    assert printed.count("Still to fill in") == 2


def test_right_answers_are_right():
    names, printed = run(**RIGHT)
    assert names["checked_covariance"].correct
    assert printed.count("Right: this is the") == 3
    within = PROBLEM.variance.mean(0).sum() / np.trace(class_moments.solve(PROBLEM).covariance)
    assert f"within images {within:.1%}" in printed


def test_the_definition_is_right_too():
    _, printed = run(RIGHT["mean"], "np.diag(variance.mean(0)) + mu.T @ mu / len(mu) - np.outer(mean, mean)")
    assert printed.count("Right: this is the") == 3


@pytest.mark.parametrize(
    ("part", "names", "value"),
    class_moments.mistaken_answers(PROBLEM),
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_every_mistake_of_the_page_is_named(part, names, value):
    answers = RIGHT | {part: f"np.array({value.tolist()})"}
    end, printed = run(**answers)
    said = end["checked_mean" if part == "mean" else "checked_covariance"]
    assert said.mistakes[: len(names)] == names
    for name in names:
        assert class_moments.MISTAKES[name] in printed


@pytest.mark.parametrize(
    ("covariance", "name"),
    [
        ("np.cov(mu)", "wrong_shape"),
        ("np.cov(mu.T)", "within_left_out"),  # numpy's default divides by n − 1, too
        ("np.triu(np.ones((3, 3)))", "not_symmetric"),
        ("-np.eye(3)", "not_positive_definite"),
        ("np.full((3, 3), np.nan)", "not_a_number"),
        ("7.0 * np.eye(3)", "unknown"),
    ],
)
def test_other_wrong_covariances_are_named(covariance, name):
    end, printed = run(RIGHT["mean"], covariance)
    assert name in end["checked_covariance"].mistakes
    assert class_moments.MISTAKES[name] in printed


def test_a_covariance_from_a_wrong_mean_is_carried_forward():
    end, _ = run("mu.sum(axis=0)", "np.diag(variance.mean(0)) + mu.T @ mu / len(mu) - np.outer(mean, mean)")
    assert end["checked_covariance"].mistakes == ("mean_is_sum", "carried_forward")


def test_arrays_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="shape"):
        class_notebook.build("mlp-d3-b1", 4, MEAN, LOGVAR[:, :2])
