"""Two Gaussians to move: their mixture beside the law of their sum."""

from functools import partial

import streamlit as st

from ui import controls, figures
from vae_core import two_gaussians
from vae_core.charts import class_mixture as charts

_SETTINGS = (
    ("mean1", "Mean m₁", -4.0, 4.0, -1.5),
    ("stddev1", "Standard deviation s₁", 0.2, 2.0, 0.6),
    ("mean2", "Mean m₂", -4.0, 4.0, 1.5),
    ("stddev2", "Standard deviation s₂", 0.2, 2.0, 0.9),
)
ALIKE = 0.02  # variances this near, relative to each other, count as equal


@st.fragment
def compare() -> None:
    """Sliders, three charts of one scale, and the moments in numbers."""
    values = {}
    for place, (name, text, low, high, default) in zip(st.columns(4), _SETTINGS, strict=True):
        with place:
            values[name] = controls.slider(f"class_mixture_{name}", text, low, high, default, 0.1)
    two = two_gaussians.TwoGaussians(**values)
    z = two.grid()
    first, second, mixed, added = two.densities(z)
    top = 1.05 * float(max(first.max(), second.max(), added.max()))
    panels = (
        ("The two Gaussians", {"z₁": (first, "#14746a", [1, 0]), "z₂": (second, "#b33d00", [6, 3])}),
        ("Sum of the distributions", {"mixture ½p₁ + ½p₂": (mixed, charts.MIXTURE, [1, 0])}),
        ("Distribution of the sum", {"z₁ + z₂": (added, charts.GAUSSIAN, [1, 0])}),
    )
    told = (
        f"z₁ has mean {two.mean1:.1f} and z₂ {two.mean2:.1f}.",
        f"The mixture has mean {two.mixture_mean:.2f} and variance {two.mixture_variance:.2f}.",
        f"The sum has mean {two.sum_mean:.2f} and variance {two.sum_variance:.2f}.",
    )
    for place, (title, named), alt in zip(st.columns(3), panels, told, strict=True):
        with place:
            st.markdown(f"**{title}**")
            figures.chart(partial(charts.curves, z, named, top), alt=alt)
    st.markdown(
        f"""
| | mean | variance |
|:--|:--|:--|
| $z_1$ | $m_1 = {two.mean1:.2f}$ | $s_1^2 = {two.stddev1**2:.2f}$ |
| $z_2$ | $m_2 = {two.mean2:.2f}$ | $s_2^2 = {two.stddev2**2:.2f}$ |
| mixture | $\\frac12(m_1+m_2) = {two.mixture_mean:.2f}$ | \
$\\frac12(s_1^2+s_2^2) + \\frac14(m_1-m_2)^2 = {two.mixture_variance:.2f}$ |
| sum | $m_1+m_2 = {two.sum_mean:.2f}$ | $s_1^2+s_2^2 = {two.sum_variance:.2f}$ |
"""
    )
    if abs(two.mixture_variance - two.sum_variance) < ALIKE * two.sum_variance:
        st.success(
            f"Equal variances, within {ALIKE:.0%}, and still two different distributions: the sum is always one bell.",
            icon=":material/check:",
        )
    else:
        wider = "mixture" if two.mixture_variance > two.sum_variance else "sum"
        st.markdown(
            f"Now the **{wider}** has the larger variance. The distance of the means widens the mixture and leaves "
            "the sum's variance alone. **Try it:** set the two so that both variances agree."
        )
