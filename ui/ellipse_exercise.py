"""The exercise on a 2 × 2 covariance: its volume, half-axes and angle, graded by `vae_core.exercises.ellipse`."""

import numpy as np

from ui import lesson, numbered_exercise
from vae_core.exercises import ellipse

_NAMES = {"volume": "Volume", "axes": "Half-axes", "angle": "Angle"}


def show(key: str) -> None:
    """Draw it; the number of the problem stands in the address under `key`."""
    number = numbered_exercise.number(key)
    problem = ellipse.make_problem(number)
    right = ellipse.solve(problem)
    (a, b), (_, c) = problem.covariance
    lesson.exercise(
        f"{key}_{number}",
        rf"A class has $\Sigma = \begin{{pmatrix}} {a:.2f} & {b:.2f} \\ {b:.2f} & {c:.2f} \end{{pmatrix}}$. Give its "
        rf"volume relative "
        "to the prior's (not the logarithm), its two half-axes, and the angle of the long one. Two decimals will do.",
        [
            lesson.Field("volume", "Volume relative to the prior's"),
            lesson.Field("long", "Long half-axis", "A length: a standard deviation, not a variance."),
            lesson.Field("short", "Short half-axis"),
            lesson.Field(
                "angle", "Angle of the long axis, radians", "From the first latent dimension; ± π is as good."
            ),
        ],
        lambda values: _check(problem, values),
        f"The trace is {a + c:.2f} and the determinant {a * c - b * b:.2f}, so the eigenvalues are "
        f"{right.axes[0] ** 2:.3f} and {right.axes[1] ** 2:.3f}; their roots are the half-axes "
        f"**{right.axes[0]:.3f}** and **{right.axes[1]:.3f}**. The volume is the root of the determinant, "
        f"**{right.volume:.3f}**. The angle is ½ atan2(2 × {b:.2f}, {a:.2f} − {c:.2f}) = **{right.angle:.3f}** "
        "radians.",
    )


def _check(problem: ellipse.Problem, values: dict[str, float]) -> lesson.Diagnosis:
    answer = ellipse.Answer(values["volume"], np.array([values["long"], values["short"]]), values["angle"])
    found = ellipse.diagnose(problem, answer)
    praise = "Volume, axes and angle are right. An angle ± π is the same axis."
    return numbered_exercise.told(found, _NAMES, praise)
