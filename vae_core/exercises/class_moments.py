r"""Exercise: mean and covariance of a class from its images' Gaussians.

$\mu_C = \frac1n \sum_x \mu_x$ and $\Sigma_C = \frac1n \sum_x (\Lambda_x + \mu_x \mu_x^\top) - \mu_C \mu_C^\top$.

`make_problem` draws three images in two dimensions, for pencil and paper; a `Problem` of any number of images and
dimensions is diagnosed by the same code, with a tolerance to fit.
"""

from dataclasses import dataclass

import numpy as np

from vae_core.exercises.diagnosis import UNKNOWN, Diagnosis, findings, matching_mistakes, told_apart

MISTAKES = {
    "mean_is_sum": "That is the sum of the μ_x. The mean divides it by the number of images.",
    "mean_over_n_minus_1": "You divided the sum of the μ_x by n − 1. The mixture gives each image the weight 1/n.",
    "within_left_out": "Λ_x is left out: you have the spread between the images' means, and each image has a spread "
    "of its own to add.",
    "only_within": "You averaged the Λ_x and stopped there. The images' means lie apart, and that spread counts too.",
    "over_n_minus_1": "You divided by n − 1. That corrects a sample's variance; here the mixture itself is given, and "
    "each of its n images has the weight 1/n.",
    "stddev_averaged": "You averaged standard deviations. Variances are what averages: take the mean of the entries "
    "of Λ_x, not of their roots.",
    "law_of_sum": "You treated z as a sum or average of the images' variables, whose variances add up or are divided "
    "by n again. p(z|C) is a sum of distributions: z comes from one image, so the mean of the Λ_x counts in full.",
    "mean_not_subtracted": "μ_C μ_Cᵀ is not subtracted: you have E[zzᵀ], which is not yet the covariance.",
    "off_diagonal_left_out": "The diagonal is right. Each Λ_x is diagonal, but the means μ_x also vary together: the "
    "off-diagonal entries come from them.",
    "carried_forward": "The method is right, carried out with your mean in place of μ_C. Mend the mean, then redo it.",
    "not_symmetric": "A covariance is symmetric: the covariance of z₁ with z₂ is that of z₂ with z₁.",
    "not_positive_definite": "This is no covariance: it is not positive definite, so some direction would have a "
    "variance that is not above zero.",
    "wrong_shape": "The shape is wrong: the mean has one entry a latent dimension, and the covariance one row and one "
    "column a latent dimension (not one an image).",
    "not_a_number": "Some entry is missing or is not a number.",
    UNKNOWN: "Not right, and no mistake that we know of. Check each sum again, one entry at a time.",
}


@dataclass(frozen=True, eq=False)
class Problem:
    """n images in d dimensions."""

    mean: np.ndarray  # μ_x, (n, d)
    variance: np.ndarray  # the diagonals of Λ_x, (n, d)
    tolerance: float  # largest difference in an entry of the answer that counts as rounding


@dataclass(frozen=True, eq=False)
class Answer:
    """Mean (d,) and covariance (d, d) of the class."""

    mean: np.ndarray
    covariance: np.ndarray


def make_problem(seed):
    """Three images in 2-D: means in steps of 0.5 whose average is one too, standard deviations in steps of 0.1."""
    rng = np.random.default_rng(seed)
    while True:
        mean = rng.integers(-6, 7, size=(3, 2)) / 2
        variance = (rng.integers(3, 16, size=(3, 2)) / 10) ** 2
        problem = Problem(mean, np.round(variance, 2), tolerance=0.02)
        tidy_mean = not (mean.sum(axis=0) % 1.5).any()
        if tidy_mean and _is_clear(problem):
            return problem


def solve(problem):
    """The right answer."""
    mean = problem.mean.mean(axis=0)
    return Answer(mean, _second_moment(problem) - np.outer(mean, mean))


def mistaken_answers(problem):
    """(part, names, value): what each mistake, or two at once, gives for the mean or the covariance."""
    n, sum_of_means = len(problem.mean), problem.mean.sum(axis=0)
    means = [(("mean_is_sum",), sum_of_means)]
    if n > 1:
        means.append((("mean_over_n_minus_1",), sum_of_means / (n - 1)))
    return [("mean", names, value) for names, value in means] + [
        ("covariance", names, value) for names, value in _mistaken_covariances(problem)
    ]


def diagnose(problem, answer):
    """Compare an Answer with the right one; each mistake found is named.

    An answer is right where every entry is within `problem.tolerance` of the right one. Arrays of a wrong shape or
    with NaN are diagnosed, not refused.
    """
    d = problem.mean.shape[1]
    given = {"mean": (answer.mean, (d,)), "covariance": (answer.covariance, (d, d))}
    malformed = ()
    for part, (value, shape) in given.items():
        if np.shape(value) != shape:
            malformed += findings(part, ("wrong_shape",), MISTAKES)
        elif not np.isfinite(np.asarray(value, dtype=np.float64)).all():
            malformed += findings(part, ("not_a_number",), MISTAKES)
    if malformed:
        return Diagnosis(malformed)

    mean = np.asarray(answer.mean, dtype=np.float64)
    covariance = np.asarray(answer.covariance, dtype=np.float64)
    wrong_mean = matching_mistakes(mean, _candidates(problem, "mean"), problem.tolerance)
    wrong_covariance = _diagnose_covariance(problem, mean, covariance, mean_is_wrong=wrong_mean != ())
    return Diagnosis(findings("mean", wrong_mean, MISTAKES) + findings("covariance", wrong_covariance, MISTAKES))


def _diagnose_covariance(problem, mean, covariance, mean_is_wrong):
    if np.abs(covariance - covariance.T).max() > 2 * problem.tolerance:
        return ("not_symmetric",)
    names = matching_mistakes(covariance, _candidates(problem, "covariance"), problem.tolerance)
    if names is not None:
        return names
    if mean_is_wrong:
        offsets = problem.mean - mean
        carried_forward = [
            _second_moment(problem) - np.outer(mean, mean),
            np.diag(problem.variance.mean(axis=0)) + offsets.T @ offsets / len(offsets),
        ]
        # The student's mean is rounded, and what it is multiplied with is of the size of the means.
        tolerance = problem.tolerance * (1 + 2 * np.abs(mean).max())
        if any(np.abs(covariance - value).max() <= tolerance for value in carried_forward):
            return ("carried_forward",)
    if np.linalg.eigvalsh(covariance)[0] <= 0:
        return ("not_positive_definite",)
    return None


def _mistaken_covariances(problem):
    """Σ_C is a part within images plus a part between them: each may be right or wrong in a few ways."""
    n = len(problem.mean)
    mean = problem.mean.mean(axis=0)
    within = np.diag(problem.variance.mean(axis=0))
    mean_stddev = np.diag(np.sqrt(problem.variance).mean(axis=0))
    between = (problem.mean - mean).T @ (problem.mean - mean) / n
    second_moment = problem.mean.T @ problem.mean / n

    withins = [
        ((), within),
        (("within_left_out",), np.zeros_like(within)),
        (("stddev_averaged",), mean_stddev),
        (("stddev_averaged",), mean_stddev**2),
        (("law_of_sum",), within / n),
    ]
    betweens = [
        ((), between),
        (("only_within",), np.zeros_like(between)),
        (("mean_not_subtracted",), second_moment),
    ]
    if n > 1:
        unbias = n / (n - 1)
        withins.append((("over_n_minus_1",), within * unbias))
        betweens.append((("over_n_minus_1",), between * unbias))
        yield ("over_n_minus_1",), (within + second_moment) * unbias - np.outer(mean, mean)
    for within_names, within_part in withins:
        for between_names, between_part in betweens:
            names = tuple(dict.fromkeys(within_names + between_names))
            if names == ("law_of_sum", "only_within"):
                names = ("law_of_sum",)  # the variance of an average of independent variables has no second part
            if names and names != ("within_left_out", "only_within"):
                yield names, within_part + between_part
    yield ("law_of_sum",), n * within  # the variance of a sum of independent variables
    yield ("off_diagonal_left_out",), np.diag(np.diag(within + between))


def _candidates(problem, part):
    right = getattr(solve(problem), part)
    return [((), right)] + [
        (names, value) for wrong_part, names, value in mistaken_answers(problem) if wrong_part == part
    ]


def _is_clear(problem):
    """Whether every mistake has an answer of its own, also a right method carried out with a wrong mean."""
    means = _candidates(problem, "mean")
    covariances = _candidates(problem, "covariance") + [
        (("carried_forward",), _second_moment(problem) - np.outer(mean, mean)) for names, mean in means if names
    ]
    return told_apart(means, problem.tolerance) and told_apart(covariances, problem.tolerance)


def _second_moment(problem):
    """E[zzᵀ] under the mixture, (d, d)."""
    return np.diag(problem.variance.mean(axis=0)) + problem.mean.T @ problem.mean / len(problem.mean)
