"""What the chapter on the phases of the KL draws and says of one training: its curves, its landmarks in words."""

import numpy as np
import streamlit as st

from ui import figures, latent, models, recorded
from vae_core import phases
from vae_core.charts import phases as charts
from vae_core.config import RunConfig

OTHER_SHARE = 0.9  # another border, to show that it is a convention


def starts() -> None:
    """Where the rate starts and goes, for default and wide initial weights, in every latent dimension recorded."""
    rows, high = [], {"default": [], "normal-0.1": []}
    for run in recorded.runs():
        if run.schedule != "constant" or run.beta != 1 or run.architecture != "mlp" or run.likelihood != "gaussian":
            continue
        marks = recorded.course(run.run_id).marks
        high[run.init].append(marks.starts_high)
        weights = "default" if run.init == "default" else "wide"
        told = [f"{mark.rate:.2g}" for mark in (marks.start, marks.spike, marks.valley, marks.end)]
        rows.append("| " + " | ".join([f"{run.latent_dim}, {weights}", *told]) + " |")
    if not rows:
        return
    head = ["| d, weights | step 1 | peak | valley | end |", "|:--|--:|--:|--:|--:|"]
    st.markdown("\n".join([*head, *rows]))
    st.markdown(
        f"Nats per image. With PyTorch's weights {_count(high['default'])} of {len(high['default'])} trainings start "
        f"high, that is with at least half the rate of the end; with wide weights, drawn from N(0, 0.1²), "
        f"{_count(high['normal-0.1'])} of {len(high['normal-0.1'])} do. Where it starts is a matter of initialisation. "
        "A peak before the decoder has found the mean image, and a valley after it, come either way."
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def _curves(run_id: str, with_frames: bool) -> tuple:
    course = recorded.course(run_id)
    frames = recorded.steps(run_id) if with_frames else np.array([], int)
    bands = phases.phases(course.marks)
    told = recorded.told_marks(course.marks)
    rate = charts.curve(course.step, course.rate, "rate, nats", bands, told, frames)
    error = charts.curve(course.step, course.half_sse, "½ squared error", bands, [], frames, height=210)
    names = [latent.name(number) for number in range(course.rate_per_dimension.shape[1])]
    units = charts.units(course.step, course.rate_per_dimension, course.switched_on, phases.RISE, names, frames)
    return rate, error, units


def curves(run: RunConfig, with_frames: bool = True) -> None:
    """Rate, error and each dimension's rate over the steps of one training."""
    course = recorded.course(run.run_id)
    rate, error, units = _curves(run.run_id, with_frames)
    marks = course.marks
    on = [step for step in course.switched_on if step is not None]
    which = "shown" if with_frames else "own"
    figures.chart(
        rate,
        alt=f"Rate of {run.run_id} against the step, log–log: {marks.start.rate:.3g} nats at step {marks.start.step}, "
        f"a peak of {marks.spike.rate:.2f} at step {marks.spike.step}, {marks.valley.rate:.3g} at step "
        f"{marks.valley.step}, {marks.end.rate:.3g} at the end.",
        key=f"phases__rate_{which}",
    )
    figures.chart(
        error,
        alt=f"Half the squared error of {run.run_id} against the step, log–log: from {course.half_sse[0]:.1f} to "
        f"{course.half_sse[-1]:.1f}.",
        key=f"phases__error_{which}",
    )
    figures.chart(
        units,
        alt=f"Rate of each of {run.latent_dim} dimensions against the step; {len(on)} switch on, at steps "
        f"{', '.join(map(str, sorted(on))) or 'none'}.",
        key=f"phases__units_{which}",
    )


def reading(run: RunConfig) -> None:
    """The landmarks of one training in words."""
    course = recorded.course(run.run_id)
    marks, mean_image = course.marks, recorded.mean_image_half_sse()

    def error_at(step: int) -> float:
        return float(course.smooth_half_sse[np.searchsorted(course.step, step)])

    lines = [f"**Step {marks.start.step}**: {marks.start.rate:.3g} nats, {_start_word(marks)}."]
    if marks.spike.step > marks.start.step:
        lines.append(
            f"**Up** to {marks.spike.rate:.2f} nats at step {marks.spike.step:,}, while the ½ squared error falls to "
            f"{error_at(marks.spike.step):.1f}."
        )
    if marks.onset is None:
        lines.append(
            f"**Down** to {marks.valley.rate:.2g} nats, and no rise: the ½ squared error ends at "
            f"{error_at(marks.end.step):.1f}, the mean image has {mean_image:.1f}."
        )
    else:
        lines.append(
            f"**Down** to {marks.valley.rate:.2g} nats at step {marks.valley.step:,}. The ½ squared error is "
            f"{error_at(marks.valley.step):.1f}; drawing the mean image for everything costs {mean_image:.1f}."
        )
        lines.append(_rise(course))
    st.markdown("\n".join(f"- {line}" for line in lines))


def _rise(course: recorded.Course) -> str:
    marks = course.marks
    later = phases.landmarks(
        course.step, course.rate, course.half_sse, recorded.mean_image_half_sse(), share=OTHER_SHARE
    ).border
    on = {latent.name(number): step for number, step in enumerate(course.switched_on) if step is not None}
    order = ", ".join(f"{name} ({step:,})" for name, step in sorted(on.items(), key=lambda item: item[1]))
    words = (
        f"**Sharp rise** from step {marks.onset.step:,}, where the median is {phases.RISE:g} nats above the valley. "
        f"{len(on)} of {len(course.switched_on)} dimensions stay above {phases.RISE:g} nats, from step: {order}."
    )
    if marks.border and later:
        words += (
            f"\n- **Slow rise** to {marks.end.rate:.2f} nats. Nothing happens at the border: it is put where "
            f"{phases.SHARE:.0%} of the climb is done, step {marks.border.step:,}; at {OTHER_SHARE:.0%} it would be "
            f"step {later.step:,}."
        )
    return words


def _start_word(marks: phases.Landmarks) -> str:
    if marks.ends_at_nothing:
        return "little, and it ends with less"
    if marks.starts_high:
        return f"high: {marks.start.rate / marks.end.rate:.1f} times what it ends with"
    return f"next to nothing beside the {marks.end.rate:.2f} of the end"


def takeaway(run: RunConfig) -> str:
    """What to remember, of this training."""
    marks = recorded.course(run.run_id).marks
    start = "high" if marks.starts_high else "near 0"
    if marks.onset is None:
        return (
            f"In {run.run_id} the rate starts at {marks.start.rate:.3g} nats and ends at {marks.end.rate:.2g}: z is "
            "not used. Look at the rate by itself, step by step and on logarithmic axes; the loss alone looks healthy."
        )
    epoch = int(models.moments(run.run_id).count.sum()) // run.batch_size
    return (
        f"In {run.run_id} the rate starts **{start}** ({marks.start.rate:.3g} nats), peaks at {marks.spike.rate:.2f}, "
        f"is down to {marks.valley.rate:.2f} at step {marks.valley.step:,} and ends at **{marks.end.rate:.2f}**. An "
        f"epoch has {epoch} steps: plot epoch averages, and you see "
        f"{'none of it' if marks.valley.step < epoch else 'little of it'}. And a nat of rate is a nat of information "
        "only if it depends on the image."
    )


def _count(flags: list[bool]) -> str:
    return str(sum(flags)) if any(flags) else "none"
