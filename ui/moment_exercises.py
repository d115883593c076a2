"""Mean and covariance of a class as exercises: by hand with three images, and in a notebook with the real ones."""

import numpy as np
import streamlit as st

from ui import lesson, models, numbered_exercise
from vae_core import class_notebook
from vae_core.config import RunConfig
from vae_core.exercises import class_moments

IN_NOTEBOOK = 200  # images of the class, drawn afresh for every seed
_NAMES = {"mean": "μ_C", "covariance": "Σ_C"}


@st.fragment
def by_hand() -> None:
    """Three images in 2-D; the checker names the mistake."""
    seed = numbered_exercise.number("class_moments_hand", "Numbers drawn with seed", "New numbers")
    problem = _problem(seed)
    given = zip(problem.mean, problem.variance, strict=True)
    rows = "\n".join(f"| $x_{i}$ | {_vector(m)} | {_vector(v)} |" for i, (m, v) in enumerate(given, 1))
    lesson.exercise(
        f"class_moments_hand_{seed}",
        "A class of three images in two dimensions. Work out $\\mu_C$ and $\\Sigma_C$ by hand; two decimals are "
        f"enough.\n\n| image | $\\mu_x$ | diagonal of $\\Lambda_x$ |\n|:--|:--|:--|\n{rows}",
        [lesson.Field(f"mean{i}", f"μ_C, entry {i + 1}") for i in (0, 1)]
        + [lesson.Field(f"cov{i}{j}", f"Σ_C, row {i + 1}, column {j + 1}") for i in (0, 1) for j in (0, 1)],
        lambda values: check(problem, values),
        _solution(problem),
        columns=2,
    )


@st.fragment
def in_notebook(run: RunConfig, label: int) -> None:
    """The class's real images to take away."""
    st.markdown(
        f"The same for real: a notebook with the μ_x and Λ_x of {IN_NOTEBOOK} images of the class **{label}** "
        "inside, cells to fill in, and the checker of exercise (b), which names the same mistakes. It runs with "
        "numpy alone, on any computer with Jupyter."
    )
    seed = numbered_exercise.number("class_moments_notebook", "Images drawn with seed", "New images")

    def notebook() -> bytes:
        encodings = models.encodings(run.run_id)
        members = np.flatnonzero(models.digits().labels == label)
        some = np.sort(np.random.default_rng(seed).choice(members, IN_NOTEBOOK, replace=False))
        return class_notebook.build(run.run_id, label, encodings.mean[some], encodings.logvar[some])

    st.download_button(
        "Notebook",
        notebook,
        file_name=f"class-{label}-{run.run_id}-{seed}.ipynb",
        mime="application/x-ipynb+json",
        key="class_moments_ipynb",
        icon=":material/download:",
        on_click="ignore",
    )


def check(problem: class_moments.Problem, values: dict[str, float]) -> lesson.Diagnosis:
    """What to say to the six numbers typed in."""
    covariance = np.array([[values[f"cov{i}{j}"] for j in (0, 1)] for i in (0, 1)])
    answer = class_moments.Answer(np.array([values["mean0"], values["mean1"]]), covariance)
    found = class_moments.diagnose(problem, answer)
    return numbered_exercise.told(found, _NAMES, "Right, mean and covariance. New numbers make a new exercise.")


@st.cache_data(max_entries=256, show_spinner=False)
def _problem(seed: int) -> class_moments.Problem:
    return class_moments.make_problem(seed)


def _solution(problem: class_moments.Problem) -> str:
    answer = class_moments.solve(problem)
    within = np.diag(problem.variance.mean(0))
    return (
        f"$\\mu_C$ is the average of the means, {_vector(answer.mean)}.\n\nWithin images, the average of the "
        f"$\\Lambda_x$: {_matrix(within)}\n\nBetween images, the covariance of the $\\mu_x$, divided by 3: "
        f"{_matrix(answer.covariance - within)}\n\nTogether $\\Sigma_C =$ {_matrix(answer.covariance)}"
    )


def _vector(values: np.ndarray) -> str:
    return "$(" + ",\\ ".join(f"{value:.4g}" for value in values) + ")$"


def _matrix(values: np.ndarray) -> str:
    rows = r" \\ ".join(" & ".join(f"{value:.3f}" for value in row) for row in values)
    return rf"$\begin{{pmatrix}} {rows} \end{{pmatrix}}$"
