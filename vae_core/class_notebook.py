"""The notebook students take away: mean and covariance of a class, with the data and the checker inside.

It needs numpy and the standard library alone. The checker is the source of the modules that check the exercise on the
page, so both name the same mistakes.
"""

import base64
import inspect
import io
import json

import numpy as np

from vae_core.exercises import class_moments, diagnosis

# Relative to the largest entry of the answer: a student computes in float64, and with 500 images n − 1 in place of n
# changes an entry by one part in 500.
TOLERANCE = 1e-9
_IMPORT = "from vae_core.exercises.diagnosis import"

_INTRODUCTION = """\
# Mean and covariance of a class in latent space

A variational autoencoder (`{run_id}` of the course's models, {latent_dim} latent dimensions) has encoded {count}
images of the digit **{label}**. For each image x it gave a Gaussian N(μ_x, Λ_x) with a diagonal covariance. The class
is their mixture,

$$p(z|C) \\approx \\frac{{1}}{{|C|}} \\sum_{{x \\in C}} \\mathcal{{N}}(z;\\ \\mu_x, \\Lambda_x).$$

Find its mean $\\mu_C$ and its covariance $\\Sigma_C$. Run the cells from top to bottom, fill in those that say
`...`, and run each check: it says what is right, and where it knows the mistake it names it. Only numpy is needed."""

_LOAD = """\
import base64
import io

import numpy as np

archive = np.load(io.BytesIO(base64.b64decode(DATA)))
mu = archive["mean"].astype(np.float64)  # μ_x, one row an image
variance = np.exp(archive["logvar"].astype(np.float64))  # the diagonal of Λ_x, one row an image
print(f"{mu.shape[0]} images, {mu.shape[1]} latent dimensions")"""

_CHECK = """\
def check(**given):
    \"\"\"Say whether `mean=...` and `covariance=...` are right; a Diagnosis, None while one is missing.\"\"\"
    missing = [part for part, value in given.items() if value is ...]
    if missing:
        print("Still to fill in:", ", ".join(missing))
        return None
    right = solve(Problem(mu, variance, 0.0))
    problem = Problem(mu, variance, TOLERANCE * max(np.abs(right.mean).max(), np.abs(right.covariance).max()))
    diagnosis = diagnose(problem, dataclasses.replace(right, **given))
    wrong = [finding.part for finding in diagnosis.findings]
    for part in given:
        if part not in wrong:
            print(f"Right: this is the {part} of the class.")
    for finding in diagnosis.findings:
        print(f"{finding.part}: {finding.message}")
    return diagnosis"""

_MEAN_TASK = """\
## 1. The mean

$\\mu_C = \\int z\\,p(z|C)\\,dz$. The integral goes into the sum, and each Gaussian has a mean you know. `mu` holds μ_x,
one row an image; the answer has one entry a latent dimension."""
_MEAN_CELL = """\
mean = ...  # fill in

checked_mean = check(mean=mean)"""

_COVARIANCE_TASK = """\
## 2. The covariance

$\\Sigma_C = \\mathbb{E}[zz^\\top] - \\mu_C\\mu_C^\\top$, and for one image
$\\mathbb{E}[zz^\\top] = \\Lambda_x + \\mu_x\\mu_x^\\top$.
`variance` holds the diagonals of Λ_x. The answer has one row and one column a latent dimension. (`np.outer(a, b)` is
$ab^\\top$; `np.diag(v)` puts v on a diagonal.)"""
_COVARIANCE_CELL = """\
covariance = ...  # fill in

checked_covariance = check(mean=mean, covariance=covariance)"""

_SHARES_TASK = """\
## 3. Two kinds of spread

Σ_C has two parts: the spread *within* an image's Gaussian (the mean of the Λ_x) and the spread *between* the images'
means. This cell splits the trace of your covariance; it needs task 2 done."""
_SHARES_CELL = """\
if checked_covariance is not None and checked_covariance.correct:
    within = variance.mean(axis=0).sum() / np.trace(covariance)
    print(f"within images {within:.1%}, between images {1 - within:.1%} of the trace")"""

_DRAW_TASK = """\
## 4. Try it

Draw from the mixture: an image at random, then a point of its Gaussian. The draws' mean and covariance come near yours,
and nearer the more you draw."""
_DRAW_CELL = """\
rng = np.random.default_rng(0)
image = rng.integers(len(mu), size=100_000)
z = mu[image] + np.sqrt(variance[image]) * rng.standard_normal((len(image), mu.shape[1]))
print("mean of the draws:", z.mean(axis=0).round(3))
print("covariance of the draws:", np.cov(z.T).round(3), sep="\\n")"""


def build(run_id: str, label: int, mean: np.ndarray, logvar: np.ndarray) -> bytes:
    """The notebook as a file, nbformat 4.5.

    Args:
        run_id: of the model, for the text.
        label: of the class, for the text.
        mean: μ_x of the class's images, (n, d).
        logvar: log-variances, (n, d).

    Raises:
        ValueError: arrays that do not match, or no image.
    """
    if mean.ndim != 2 or mean.shape != logvar.shape or not mean.size:
        raise ValueError(f"mean has shape {mean.shape} and logvar {logvar.shape}; both must be (images, latent_dim)")
    count, latent_dim = mean.shape
    introduction = _INTRODUCTION.format(run_id=run_id, latent_dim=latent_dim, count=count, label=label)
    cells = [
        _markdown(introduction),
        _code(f'DATA = "{_packed(mean, logvar)}"', hidden=True),
        _code(_LOAD),
        _markdown("The checker; there is no need to read it now (it contains the answer)."),
        _code(checker_source(), hidden=True),
        _markdown(_MEAN_TASK),
        _code(_MEAN_CELL),
        _markdown(_COVARIANCE_TASK),
        _code(_COVARIANCE_CELL),
        _markdown(_SHARES_TASK),
        _code(_SHARES_CELL),
        _markdown(_DRAW_TASK),
        _code(_DRAW_CELL),
    ]
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": [{"id": f"cell-{i}", **cell} for i, cell in enumerate(cells)],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def checker_source() -> str:
    """The modules that check the exercise on the page, as one cell that imports nothing of this project."""
    exercise = [line for line in inspect.getsource(class_moments).splitlines() if not line.startswith(_IMPORT)]
    parts = [
        "import dataclasses",
        inspect.getsource(diagnosis),
        "\n".join(exercise),
        f"TOLERANCE = {TOLERANCE}",
        _CHECK,
    ]
    return "\n\n".join(part.strip() for part in parts)


def _packed(mean: np.ndarray, logvar: np.ndarray) -> str:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, mean=mean.astype(np.float32), logvar=logvar.astype(np.float32))
    return base64.b64encode(buffer.getvalue()).decode()


def _markdown(text: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str, hidden: bool = False) -> dict:
    metadata = {"jupyter": {"source_hidden": True}} if hidden else {}
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": text}
