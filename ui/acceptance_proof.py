"""Why pCN may leave the prior out: the proof line by line, and an exercise with numbers whose mistakes are named."""

import numpy as np
import streamlit as st

from ui import lesson, numbered_exercise
from ui.lesson import Step
from vae_core.exercises import acceptance

_NAMES = {"pcn": "pCN", "walk": "random walk"}

PROOF = (
    Step(
        r"\begin{aligned} &\pi(z)\,K(z \to z')\,\alpha(z \to z') \\ &\quad = \pi(z')\,K(z' \to z)\,\alpha(z' \to z)"
        r"\end{aligned}",
        r"**Detailed balance**, what we want: as much probability flows from z to z′ as back. Then $\pi$ stays as "
        r"it is. Here $\pi(z) = p(z\mid x)$, and K is the density of a proposal.",
    ),
    Step(
        r"\alpha = \min\left(1,\ \frac{\pi(z')\,K(z' \to z)}{\pi(z)\,K(z \to z')}\right)",
        "**Metropolis–Hastings.** This α gives it: of the two directions one has α = 1, the other the ratio that makes "
        "both sides equal.",
        "Let the direction that flows too little always be accepted. What must the other α be?",
    ),
    Step(
        r"\frac{\pi(z')}{\pi(z)} = \frac{p(x\mid z')\,p(z')}{p(x\mid z)\,p(z)}",
        "**Bayes.** The unknown $p(x)$ stands above and below, and cancels.",
        r"Write $p(z\mid x)$ by Bayes' rule. Which factor does not depend on z?",
    ),
    Step(
        r"\begin{aligned} &p(z)\,K(z \to z') \\ &\propto \exp\left(-\frac{\lVert z\rVert^2}{2} - "
        r"\frac{\lVert z' - \sqrt{1-b^2}\,z\rVert^2}{2b^2}\right) \end{aligned}",
        "**The prior times pCN's proposal.** z′ is normal around $\\sqrt{1-b^2}\\,z$ with standard deviation b.",
        "Prior and proposal are both Gaussian. Write down the product of their densities.",
    ),
    Step(
        r"\begin{aligned} = \exp\Bigl(-\tfrac{1}{2b^2}\bigl(&\lVert z\rVert^2 + \lVert z'\rVert^2 \\ "
        r"&- 2\sqrt{1-b^2}\; z^\top z'\bigr)\Bigr) \end{aligned}",
        r"Multiply out; the terms in $\lVert z\rVert^2$ add up to "
        r"$\frac{b^2 + (1 - b^2)}{2b^2} = \frac{1}{2b^2}$.",
        r"Multiply the square out and collect what stands before $\lVert z\rVert^2$.",
    ),
    Step(
        r"p(z)\,K(z \to z') = p(z')\,K(z' \to z)",
        "**Exchange z and z′**: nothing changes. The proposal keeps the prior by itself.",
        "What happens to the line above when z and z′ change places?",
    ),
    Step(
        r"\alpha = \min\left(1,\ \frac{p(x\mid z')}{p(x\mid z)}\right)",
        "So prior and proposal cancel, and only **how well the decoder draws x** is left. ∎",
        "Put the last line into the ratio of Metropolis and Hastings.",
    ),
)


@st.fragment
def exercise() -> None:
    """Two acceptance probabilities by hand."""
    seed = numbered_exercise.number("chain_hand", "Numbers drawn with seed", "New numbers")
    problem = _problem(seed)
    lesson.exercise(
        f"chain_hand_{seed}",
        f"One latent dimension, σ² = {problem.variance:g}, b = {problem.b:g}. The chain is at z = {problem.z:g}, where "
        rf"$\lVert x-\hat x(z)\rVert^2$ = {problem.sse:g}; z′ = {problem.proposal:g} is proposed, where it is "
        f"{problem.proposed_sse:g}. With which probability is z′ accepted if pCN proposed it? And if a plain random "
        "walk, z + bξ, had proposed the same z′? Two decimals are enough.",
        [
            lesson.Field("pcn", "α with pCN's proposal"),
            lesson.Field("walk", "α with the random walk's"),
        ],
        lambda values: check(problem, values),
        _solution(problem),
        columns=2,
    )


def check(problem: acceptance.Problem, values: dict[str, float]) -> lesson.Diagnosis:
    """What to say to the two numbers typed in."""
    found = acceptance.diagnose(problem, acceptance.Answer(values["pcn"], values["walk"]))
    return numbered_exercise.told(found, _NAMES, "Right, both. Only the random walk has to ask for the prior.")


@st.cache_data(max_entries=256, show_spinner=False)
def _problem(seed: int) -> acceptance.Problem:
    return acceptance.make_problem(seed)


def _solution(problem: acceptance.Problem) -> str:
    answer = acceptance.solve(problem)
    likelihood = (problem.sse - problem.proposed_sse) / (2 * problem.variance)
    prior = (problem.z**2 - problem.proposal**2) / 2
    return (
        rf"$\log\frac{{p(x|z')}}{{p(x|z)}} = \frac{{{problem.sse:g} - {problem.proposed_sse:g}}}"
        rf"{{2 \cdot {problem.variance:g}}} = {likelihood:.3f}$, so pCN accepts with "
        rf"$e^{{{likelihood:.3f}}} = {answer.pcn:.3f}$."
        "\n\n"
        rf"$\log\frac{{p(z')}}{{p(z)}} = \frac12\left({problem.z:g}^2 - {problem.proposal:g}^2\right) = {prior:.3f}$ "
        rf"(squares of z and z′), so the random walk accepts with "
        rf"$e^{{{likelihood + prior:.3f}}} = {np.exp(min(likelihood + prior, 0)):.3f}$. "
        "b is not needed for either: it only decides which z′ are proposed."
    )
