r"""Exercise: from a batch's squared error and KL to σ², β* and the ELBO.

For a Gaussian likelihood of D pixels with one variance σ², and n images with the sums SSE and KL over the batch,

$\sigma^2 = \mathrm{SSE}/(nD)$ maximises the likelihood;
$\beta^* = \sigma^2$ weighs the KL in the loss ½ SSE + β KL;
$\mathrm{ELBO} = -\frac{\mathrm{SSE}/n}{2\sigma^2} - \frac D2 \log 2\pi\sigma^2 - \mathrm{KL}/n$, in nats per image.

Source: Rybkin, Daniilidis & Levine, Simple and effective VAE training with calibrated decoders (2021).
"""

from dataclasses import dataclass

import numpy as np

from vae_core.exercises.diagnosis import UNKNOWN, Diagnosis, findings, matching_mistakes, told_apart

MISTAKES = {
    "sum_for_mean": "That is still a sum. σ² (and β*) is per pixel and image: divide by D and by n; the ELBO is per "
    "image: divide by n.",
    "mean_for_sum": "You averaged over the pixels where they are summed: log p(x|z) has one term for each of the D "
    "pixels, and each brings its ½ log 2πσ² too.",
    "missing_half": "A ½ is missing: −log p(x|z) = SSE/2σ² + (D/2) log 2πσ² has one in each term, and β* belongs to "
    "the loss ½ SSE + β KL.",
    "extra_half": "There is a ½ too many: σ² is the mean squared error itself, and β* is σ².",
    "stddev_for_variance": "That is σ. The variance σ² is the mean squared error, without the root.",
    "inverted": "That is 1/β*. Multiplying the loss by σ² leaves ½ SSE alone and puts σ² before the KL.",
    "log_term_forgotten": "The term (D/2) log 2πσ² is forgotten, or counted for one pixel only: without it a larger σ² "
    "would always be better.",
    "two_pi_forgotten": "(D/2) log 2π is forgotten: nothing to the gradient, but part of the ELBO in nats.",
    "unit_variance": "That is the ELBO for σ² = 1, not for the σ² of this batch.",
    "kl_left_out": "The KL is left out, or all but left out by the factor β*. In the ELBO it counts in full.",
    "kl_added": "The KL is added. It is a cost: the ELBO subtracts it.",
    "sign": "The sign is turned round: that is the negative ELBO, the loss.",
    "carried_forward": "The method is right, carried out with your σ². Mend that, then redo it.",
    "not_positive": "This can only be above zero: it is a mean of squares.",
    "not_a_number": "Some entry is missing or is not a number.",
    UNKNOWN: "Not right, and no mistake that we know of. Write down each term of log p(x|z) and check its factor.",
}


@dataclass(frozen=True)
class Problem:
    """What a batch's forward pass gives, summed over everything."""

    images: int
    pixels: int
    sse: float  # squared error, summed over pixels and images
    kl: float  # rate in nats, summed over latent dimensions and images
    relative_tolerance: float = 0.01  # rounding of σ² and β*
    tolerance: float = 3.0  # rounding of the ELBO in nats: σ² in three digits moves (D/2) log σ² by up to two


@dataclass(frozen=True)
class Answer:
    """The best variance, the β it stands for, and the ELBO per image with that variance, in nats."""

    variance: float
    beta_star: float
    elbo: float


def make_problem(seed):
    """A batch of MNIST-sized images with errors and rates as models of the zoo have them."""
    rng = np.random.default_rng(seed)
    while True:
        images = int(rng.integers(2, 13)) * 10
        sse = float(np.round(images * rng.uniform(8, 45)))
        kl = float(np.round(images * rng.uniform(8, 30)))
        problem = Problem(images, pixels=784, sse=sse, kl=kl)
        if all(told_apart(*_candidates(problem, part)) for part in ("variance", "beta_star", "elbo")):
            return problem


def solve(problem):
    """The right answer."""
    variance = problem.sse / (problem.images * problem.pixels)
    return Answer(variance, variance, _elbo(problem, variance))


def mistaken_answers(problem):
    """(part, names, value): what each mistake gives for the variance, β* or the ELBO."""
    right = solve(problem)
    variance, elbo = right.variance, right.elbo
    n, pixels, sse = problem.images, problem.pixels, problem.sse
    error = sse / n / (2 * variance)  # the terms of the negative ELBO, each per image
    log_term = pixels / 2 * np.log(2 * np.pi * variance)
    kl = problem.kl / n
    scales = [
        (part, names, value)
        for part in ("variance", "beta_star")
        for names, value in [
            (("sum_for_mean",), sse),
            (("sum_for_mean",), sse / n),
            (("sum_for_mean",), sse / pixels),
            (("extra_half",), variance / 2),
            (("stddev_for_variance",), np.sqrt(variance)),
        ]
    ]
    return [
        *scales,
        ("beta_star", ("missing_half",), 2 * variance),
        ("beta_star", ("mean_for_sum",), variance / pixels),
        ("beta_star", ("inverted",), 1 / variance),
        ("elbo", ("missing_half",), -(2 * error + log_term + kl)),
        ("elbo", ("missing_half",), -(error + 2 * log_term + kl)),
        ("elbo", ("missing_half",), -(2 * error + 2 * log_term + kl)),
        ("elbo", ("mean_for_sum",), -(error / pixels + log_term / pixels + kl)),
        ("elbo", ("mean_for_sum",), -(error / pixels + log_term + kl)),
        ("elbo", ("log_term_forgotten",), -(error + kl)),
        ("elbo", ("two_pi_forgotten",), -(error + log_term - pixels / 2 * np.log(2 * np.pi) + kl)),
        ("elbo", ("unit_variance",), _elbo(problem, 1.0)),
        ("elbo", ("kl_left_out",), elbo + kl),
        ("elbo", ("kl_left_out",), elbo + kl - variance * kl),
        ("elbo", ("kl_added",), elbo + 2 * kl),
        ("elbo", ("sum_for_mean",), n * elbo),
        ("elbo", ("sign",), -elbo),
    ]


def diagnose(problem, answer):
    """Compare an Answer with the right one, each part for itself; each mistake found is named."""
    wrong_variance = _mistakes(problem, "variance", answer.variance)
    carried_forward = {}
    if wrong_variance not in ((), ("not_a_number",), ("not_positive",)):
        carried_forward = {"beta_star": answer.variance, "elbo": _elbo(problem, answer.variance)}
    found = findings("variance", wrong_variance, MISTAKES)
    for part in ("beta_star", "elbo"):
        names = _mistakes(problem, part, getattr(answer, part), carried_forward.get(part))
        found += findings(part, names, MISTAKES)
    return Diagnosis(found)


def _mistakes(problem, part, value, carried_forward=None):
    if value is None or not np.isfinite(value):
        return ("not_a_number",)
    if part != "elbo" and value <= 0:
        return ("not_positive",)
    candidates, tolerance = _candidates(problem, part)
    if carried_forward is not None:
        candidates.insert(1, (("carried_forward",), _comparable(part, carried_forward)))
    return matching_mistakes(_comparable(part, value), candidates, tolerance)


def _elbo(problem, variance):
    """ELBO per image for any variance of the likelihood, in nats."""
    log_likelihood = -problem.sse / problem.images / (2 * variance)
    log_likelihood -= problem.pixels / 2 * np.log(2 * np.pi * variance)
    return float(log_likelihood - problem.kl / problem.images)


def _candidates(problem, part):
    """The (names, value) candidates of a part, in comparable form, and their tolerance."""
    candidates = [((), _comparable(part, getattr(solve(problem), part)))] + [
        (names, _comparable(part, value))
        for wrong_part, names, value in mistaken_answers(problem)
        if wrong_part == part
    ]
    return candidates, problem.tolerance if part == "elbo" else np.log1p(problem.relative_tolerance)


def _comparable(part, value):
    """σ² and β* on the log scale, where a relative tolerance is an absolute one."""
    return value if part == "elbo" else np.log(value)
