r"""Exercise: with which probability is a proposal accepted, from pCN and from a plain random walk?

For a Gaussian decoder with the squared errors SSE at z and SSE′ at z′, log p(x|z′) − log p(x|z) = (SSE − SSE′)/2σ².

pCN: $\alpha = \min(1,\ p(x|z') / p(x|z))$, as its proposal has taken the prior into account already.
Random walk z′ = z + bξ: $\alpha = \min(1,\ p(x|z')\,p(z') / p(x|z)\,p(z))$, as its proposal knows nothing of it.
"""

from dataclasses import dataclass

import numpy as np

from vae_core.exercises.diagnosis import UNKNOWN, Diagnosis, findings, matching_mistakes, told_apart

MISTAKES = {
    "prior_left_in": "The prior is still in. With pCN's proposal p(z) K(z → z′) is the same both ways, so p(z′)/p(z) "
    "has cancelled.",
    "prior_forgotten": "The prior is missing. The random walk's proposal is symmetric by itself, so nothing cancels "
    "p(z′)/p(z).",
    "prior_inverted": "The prior's ratio is upside down: it is p(z′)/p(z), with the new place on top.",
    "prior_half": "The prior lacks its ½: log p(z) = −½ z² + constant.",
    "missing_half": "The likelihood lacks its ½: log p(x|z) = −SSE/2σ² + constant.",
    "stddev_for_variance": "You divided by σ. The squared error is divided by 2σ².",
    "variance_forgotten": "σ² is forgotten: log p(x|z) = −SSE/2σ² + constant.",
    "inverted": "The ratio is upside down: the new place stands on top. A worse place would be accepted always.",
    "rejection": "That is the probability to stay where you are, 1 − α.",
    "logarithm": "That is the logarithm of the ratio. A probability is asked for.",
    "errors_for_likelihoods": "That compares the squared errors. What is compared is likelihoods, exp(−SSE/2σ²).",
    "not_a_number": "Some entry is missing or is not a number.",
    UNKNOWN: "Not right, and no mistake that we know of. Take logarithms, write down each term, then exp.",
}


@dataclass(frozen=True)
class Problem:
    """A chain in one latent dimension and the step it proposes."""

    z: float
    proposal: float  # z′
    b: float
    sse: float  # ‖x − x̂(z)‖²
    proposed_sse: float  # ‖x − x̂(z′)‖²
    variance: float  # σ² of the decoder
    tolerance: float = 0.01  # rounding of a probability


@dataclass(frozen=True)
class Answer:
    """Probability that z′ is accepted, had it come from pCN or from a random walk."""

    pcn: float
    walk: float


def make_problem(seed):
    """A step to a somewhat worse picture, where the prior makes a difference one can see."""
    rng = np.random.default_rng(seed)
    while True:
        b = float(rng.choice([0.4, 0.5, 0.6]))
        z = float(np.round(rng.uniform(-1.8, 1.8), 1))
        proposal = float(np.round(np.sqrt(1 - b * b) * z + b * rng.standard_normal(), 1))
        sse = float(np.round(rng.uniform(20, 40), 1))
        problem = Problem(
            z=z,
            proposal=proposal,
            b=b,
            sse=sse,
            proposed_sse=float(np.round(sse + rng.uniform(0.3, 4), 1)),
            variance=float(rng.choice([0.5, 2.0, 3.0])),
        )
        right = solve(problem)
        clear = 0.1 < right.pcn < 0.9 and 0.1 < right.walk < 0.9
        if clear and all(told_apart(*_candidates(problem, part)) for part in ("pcn", "walk")):
            return problem


def solve(problem):
    """The right answer."""
    likelihood, prior = _log_ratios(problem)
    return Answer(float(np.exp(min(likelihood, 0))), float(np.exp(min(likelihood + prior, 0))))


def mistaken_answers(problem):
    """(part, names, value): what each mistake gives for one of the two probabilities."""
    likelihood, prior = _log_ratios(problem)
    worse = problem.sse - problem.proposed_sse
    found = [
        ("pcn", ("prior_left_in",), np.exp(likelihood + prior)),
        ("walk", ("prior_forgotten",), np.exp(likelihood)),
        ("walk", ("prior_inverted",), np.exp(likelihood - prior)),
        ("walk", ("prior_half",), np.exp(likelihood + 2 * prior)),
        ("pcn", ("errors_for_likelihoods",), problem.sse / problem.proposed_sse),
    ]
    for part, rest in (("pcn", 0.0), ("walk", prior)):
        ratio = likelihood + rest
        found += [
            (part, ("missing_half",), np.exp(2 * likelihood + rest)),
            (part, ("stddev_for_variance",), np.exp(worse / (2 * np.sqrt(problem.variance)) + rest)),
            (part, ("variance_forgotten",), np.exp(worse / 2 + rest)),
            (part, ("inverted",), np.exp(-ratio)),
            (part, ("inverted",), 1.0),
            (part, ("rejection",), 1 - np.exp(ratio)),
            (part, ("logarithm",), ratio),
        ]
    return found


def diagnose(problem, answer):
    """Compare an Answer with the right one, each part for itself; each mistake found is named."""
    found = ()
    for part in ("pcn", "walk"):
        value = getattr(answer, part)
        if value is None or not np.isfinite(value):
            found += findings(part, ("not_a_number",), MISTAKES)
        else:
            found += findings(part, matching_mistakes(value, *_candidates(problem, part)), MISTAKES)
    return Diagnosis(found)


def _log_ratios(problem):
    """log p(x|z′)/p(x|z) and log p(z′)/p(z)."""
    likelihood = (problem.sse - problem.proposed_sse) / (2 * problem.variance)
    return likelihood, (problem.z**2 - problem.proposal**2) / 2


def _candidates(problem, part):
    """The (names, value) candidates of a part, and their tolerance."""
    wrong = [(names, value) for wrong_part, names, value in mistaken_answers(problem) if wrong_part == part]
    return [((), getattr(solve(problem), part)), *wrong], problem.tolerance
