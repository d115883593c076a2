"""The exercise on σ², β* and the ELBO of a batch, graded by `vae_core.exercises.likelihood`."""

import streamlit as st

from ui import beta_family, lesson, numbered_exercise
from vae_core.exercises import likelihood

_NAMES = {"variance": "σ²", "beta_star": "β*", "elbo": "ELBO"}


@st.fragment
def show(key: str) -> None:
    """Draw it; the number of the problem stands in the address under `key`."""
    number = numbered_exercise.number(key)
    problem = likelihood.make_problem(number)
    lesson.exercise(
        f"{key}_{number}",
        f"A batch of **n = {problem.images}** images of D = {problem.pixels} pixels went through a VAE with a "
        "Gaussian decoder, z drawn from q(z|x). Summed over the batch, the squared error is "
        f"**SSE = {problem.sse:,.0f}** and the rate **KL = {problem.kl:,.0f}** nats. Which variance is the likeliest, "
        "which β belongs to it in ½ SSE + β KL, and what is the ELBO of one image then, in nats? Three significant "
        "digits will do.",
        [
            lesson.Field("variance", "σ²", "Of one pixel, grey levels from 0 to 1."),
            lesson.Field("beta_star", "β*"),
            lesson.Field("elbo", "ELBO per image, nats", "With the σ² found. Not its negative."),
        ],
        lambda values: check(problem, values),
        _solution(problem),
    )


def check(problem: likelihood.Problem, values: dict[str, float]) -> lesson.Diagnosis:
    """What to say to the three numbers typed in."""
    found = likelihood.diagnose(problem, likelihood.Answer(**values))
    return numbered_exercise.told(found, _NAMES, "Right: σ², β* and the ELBO. Another problem makes another batch.")


def _solution(problem: likelihood.Problem) -> str:
    written = beta_family.written
    right, n, pixels = likelihood.solve(problem), problem.images, problem.pixels
    return (
        f"σ² = SSE/(nD) = {problem.sse:,.0f}/({n} × {pixels}) = **{right.variance:.5f}**, and β* is the same number, "
        f"**{right.beta_star:.5f}**. With it SSE/2σ² is {pixels}/2 = {pixels / 2:g} nats an image, whatever the "
        f"batch; (D/2) log 2πσ² is {written(-right.elbo - pixels / 2 - problem.kl / n)}, the KL {problem.kl / n:.2f}. "
        f"The ELBO is minus their sum, **{written(right.elbo)}** nats."
    )
