"""The exercise on a 2 × 2 covariance: its volume, half-axes and angle, graded by `vae_core.exercises.ellipse`."""

import numpy as np
import streamlit as st

from ui import controls, lesson
from vae_core.exercises import ellipse


def show(key: str) -> None:
    """Draw it; the number of the problem stands in the address under `key`."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = controls.number(key, "Problem number", 0, 999, 0, 1)
        st.button("Another one", on_click=_another, args=(key,), icon=":material/refresh:")
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


def _another(key: str) -> None:
    st.session_state[key] = (st.session_state[key] + 1) % 1000


def _check(problem: ellipse.Problem, values: dict[str, float]) -> lesson.Diagnosis:
    answer = ellipse.Answer(values["volume"], np.array([values["long"], values["short"]]), values["angle"])
    found = ellipse.diagnose(problem, answer)
    if found.correct:
        return lesson.Diagnosis(True, "Volume, axes and angle are right. An angle ± π is the same axis.")
    return lesson.Diagnosis(False, "  \n".join(f"**{one.part.capitalize()}.** {one.message}" for one in found.findings))
