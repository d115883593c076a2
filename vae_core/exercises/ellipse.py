r"""Exercise: volume, axes and angle of a 2 × 2 covariance.

With eigenvalues $\lambda_1 \ge \lambda_2$ of Σ, the one-sigma ellipse has the half-axes $\sqrt{\lambda_1}$ and
$\sqrt{\lambda_2}$; its volume relative to the prior's unit circle is their product, $\sqrt{\det\Sigma}$; its long axis
lies at the angle $\tfrac12 \operatorname{atan2}(2\Sigma_{12}, \Sigma_{11} - \Sigma_{22})$, in radians. An axis points
both ways (an eigenvector's sign is arbitrary), so an angle is as good as itself plus π.
"""

from dataclasses import dataclass

import numpy as np

from vae_core.exercises.diagnosis import UNKNOWN, Diagnosis, findings, matching_mistakes, told_apart

MISTAKES = {
    "variance_for_stddev": "That is on the scale of variances. An eigenvalue is a variance along its axis, and the "
    "half-axis is its square root; so is the volume the root of the determinant.",
    "eigenvector_order": "You have the axes in the other order. The first axis is the long one, of the larger "
    "eigenvalue; many eigenvalue routines return the smaller one first.",
    "off_diagonal_ignored": "You read it off the diagonal. With an off-diagonal entry the ellipse is tilted, and its "
    "axes are not the latent dimensions.",
    "area_not_ratio": "That is the ellipse's area. Relative to the prior's unit circle the factor π cancels.",
    "logarithm": "That is the log volume. The volume itself is asked for.",
    "trace_for_determinant": "That comes from the trace, the sum of the eigenvalues. The volume is from their product.",
    "degrees_for_radians": "That is in degrees. The angle is asked for in radians: multiply by π/180.",
    "half_forgotten": "That is twice the angle: atan2(2Σ₁₂, Σ₁₁ − Σ₂₂) is still to be halved.",
    "mirrored": "The tilt goes the other way. A positive Σ₁₂ raises the long axis towards the upper right.",
    "not_a_number": "Some entry is missing or is not a number.",
    UNKNOWN: "Not right, and no mistake that we know of. The trace is the sum of the eigenvalues and the determinant "
    "their product: check yours by both.",
}


@dataclass(frozen=True, eq=False)
class Problem:
    """A covariance in two dimensions."""

    covariance: np.ndarray  # (2, 2)
    tolerance: float  # largest difference that counts as rounding: volume, each half-axis, radians


@dataclass(frozen=True, eq=False)
class Answer:
    """What the one-sigma ellipse looks like."""

    volume: float  # relative to the prior's
    axes: np.ndarray  # half-axes, the long one first, (2,)
    angle: float  # of the long axis from the first latent dimension, in radians; any multiple of π may be added


def make_problem(seed):
    """A tilted ellipse, its covariance in two decimals."""
    rng = np.random.default_rng(seed)
    while True:
        long, short = rng.uniform(1.2, 3), rng.uniform(0.3, 1)
        angle = np.radians(rng.uniform(12, 78)) * rng.choice([-1, 1])
        axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * [long, short]
        problem = Problem(np.round(axes @ axes.T, 2), tolerance=0.02)
        if all(told_apart(*_candidates(problem, part)) for part in ("volume", "axes", "angle")):
            return problem


def solve(problem):
    """The right answer, its angle in (−π/2, π/2]."""
    (a, b), (_, c) = problem.covariance
    short, long = np.sqrt(np.linalg.eigvalsh(problem.covariance))
    return Answer(float(long * short), np.array([long, short]), float(np.arctan2(2 * b, a - c) / 2))


def mistaken_answers(problem):
    """(part, names, value): what each mistake, or two at once, gives for the volume, the axes or the angle."""
    right = solve(problem)
    long, short = right.axes
    variances = problem.covariance.diagonal()
    wide, narrow = np.sqrt(np.sort(variances)[::-1])
    return [
        ("volume", ("variance_for_stddev",), right.volume**2),
        ("volume", ("off_diagonal_ignored",), wide * narrow),
        ("volume", ("off_diagonal_ignored", "variance_for_stddev"), (wide * narrow) ** 2),
        ("volume", ("area_not_ratio",), np.pi * right.volume),
        ("volume", ("logarithm",), np.log(right.volume)),
        ("volume", ("logarithm", "variance_for_stddev"), 2 * np.log(right.volume)),
        ("volume", ("trace_for_determinant",), variances.sum()),
        ("volume", ("trace_for_determinant",), np.sqrt(variances.sum())),
        ("axes", ("variance_for_stddev",), np.array([long, short]) ** 2),
        ("axes", ("eigenvector_order",), np.array([short, long])),
        ("axes", ("eigenvector_order", "variance_for_stddev"), np.array([short, long]) ** 2),
        ("axes", ("off_diagonal_ignored",), np.array([wide, narrow])),
        ("axes", ("off_diagonal_ignored",), np.array([narrow, wide])),
        ("axes", ("off_diagonal_ignored", "variance_for_stddev"), np.array([wide, narrow]) ** 2),
        ("axes", ("off_diagonal_ignored", "variance_for_stddev"), np.array([narrow, wide]) ** 2),
        ("angle", ("eigenvector_order",), right.angle + np.pi / 2),
        ("angle", ("half_forgotten",), 2 * right.angle),
        ("angle", ("mirrored",), -right.angle),
        ("angle", ("degrees_for_radians",), np.degrees(right.angle)),
        ("angle", ("degrees_for_radians", "eigenvector_order"), np.degrees(right.angle) + 90),
        ("angle", ("degrees_for_radians", "half_forgotten"), np.degrees(2 * right.angle)),
        ("angle", ("degrees_for_radians", "mirrored"), np.degrees(-right.angle)),
    ]


def diagnose(problem, answer):
    """Compare an Answer with the right one, each part for itself; each mistake found is named."""
    found = ()
    for part in ("volume", "axes", "angle"):
        value = np.asarray(getattr(answer, part), dtype=np.float64)
        if not np.isfinite(value).all():
            found += findings(part, ("not_a_number",), MISTAKES)
            continue
        in_degrees = part == "angle" and _is_degrees(value)
        names = matching_mistakes(_comparable(part, value), *_candidates(problem, part))
        if in_degrees and names is not None:
            names = ("degrees_for_radians", *names)
        found += findings(part, names, MISTAKES)
    return Diagnosis(found)


def _candidates(problem, part):
    """The (names, value) candidates of a part, in comparable form, and their tolerance."""
    candidates = [((), _comparable(part, getattr(solve(problem), part)))] + [
        (names, _comparable(part, value))
        for wrong_part, names, value in mistaken_answers(problem)
        if wrong_part == part and "degrees_for_radians" not in names
    ]
    return candidates, problem.tolerance * (2 if part == "angle" else 1)


def _comparable(part, value):
    """Angles as points (cos 2θ, sin 2θ), the same for θ and θ + π and moving at twice their speed; others as given."""
    if part != "angle":
        return value
    angle = np.radians(value) if _is_degrees(value) else value
    return np.array([np.cos(2 * angle), np.sin(2 * angle)])


def _is_degrees(angle):
    """More than a full turn of radians can only be degrees; no angle of a problem is under seven of those."""
    return abs(angle) > 2 * np.pi
