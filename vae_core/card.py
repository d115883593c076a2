"""The model card, `pretrained/README.md`: written from the manifest and the stored metrics, never by hand."""

from textwrap import fill

from vae_core import zoo
from vae_core.config import ARCHITECTURES, RunConfig

_INTRODUCTION = """# Model card

{count} variational autoencoders of handwritten digits, and {classifiers} classifiers to lay beside them, for teaching.
This file is written by
`python -m vae_core zoo card`; a test compares it with the runs.

**Data.** MNIST: 59,000 training images, 1,000 held out for validation (the first 100 of each class), 10,000 test
images. All figures below are on the test images, of the weights as shipped (float16), with {samples} draws of z an
image, in nats per image with the likelihood's constant kept.

**Models.** `mlp`: {mlp}, the decoder its mirror. `conv`: {conv}. `unet`: residual
blocks at 28, 14 and 7 pixels with {unet} channels; in `unet-skips` the encoder's features at 28 and 14 pixels also
reach the decoder, past z. {activation} between layers, sigmoid pixel means.
The Gaussian likelihood has unit variance, so that the loss is ½ SSE + β · KL and a constant; the calibrated one is
`392 · log MSE + KL`, its variance the optimum of each batch, and that of the whole training split once trained; the
Bernoulli one takes grey pixels as probabilities.

**Classifiers.** The encoder's `latent_dim` outputs read by one linear layer, trained with cross-entropy on the same
split. `classifier-conv-d32` is the judge in whose features samples are compared.

**Training.** Adam, one-cycle learning rate with its peak at {learning_rate:g}, batches of {batch_size}, one thread a
run; {epochs}. Runs called `constant` keep a learning rate of {constant:g}
throughout. Runs whose name ends in a hash depart from these; their `config.json` says how. Wall times were taken on a
two-core machine that did other work at the same time: read them as an upper bound.

**Use.** To look at latent spaces. Not for reading digits: a classifier does that better.

**Limits.** One seed for all but two settings, so differences between neighbouring β of a few tenths of a nat may be
noise; the grid over β has one architecture; axes of two runs do not correspond.
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

For the best likelihood within 15 minutes (Bernoulli, −ELBO on test images, eight draws of z, seed 0, one core):

| model | latent_dim | −ELBO | training, s |
|---|--:|--:|--:|
| `mlp` 512, 256, 128; peak 0.002, 20 epochs | 2 | 138.5 | |
| **`mlp` 384, 256, 128; peak 0.002** | **2** | **135.9** | **74** |
| `mlp` 384, 192, 96, 48; peak 0.002 | 2 | 136.4 | 72 |
| `conv` | 2 | 144.4 | 146 |
| `mlp` 512, 256; peak 0.002 | 20 | 97.8 | |
| **`conv`** | **20** | **96.9** | **136** |

Depth helps where two numbers must say everything, convolutions where there are more. The bold ones are shipped.
"""


def write() -> str:
    """The card's text.

    Raises:
        zoo.ZooError: a run of the manifest cannot be read.
    """
    runs = zoo.list_runs()
    classifiers = zoo.list_classifiers()
    default, constant = RunConfig(), RunConfig(schedule="constant")
    by_name = {name: RunConfig(architecture=name) for name in ARCHITECTURES}
    fine, coarse, width = by_name["conv"].hidden
    text = _INTRODUCTION.format(
        count=len(runs),
        classifiers=len(classifiers),
        samples=zoo.metrics(runs[0].run_id)["test"]["samples"],
        mlp="784-" + "-".join(str(units) for units in default.hidden) + "-latent_dim",
        conv=f"two strided convolutions of {fine} and {coarse} channels, then {width} units",
        unet=", ".join(str(channels) for channels in by_name["unet"].hidden),
        activation={"silu": "SiLU"}.get(default.activation, default.activation),
        epochs=", ".join(f"{run.epochs} epochs of `{name}`" for name, run in by_name.items()),
        constant=constant.learning_rate,
        learning_rate=default.learning_rate,
        batch_size=default.batch_size,
    )
    paragraphs = [fill(part, 120) for part in text.split("\n\n")]
    return "\n".join(["\n\n".join(paragraphs), "", *_table(runs), "", *_classifier_table(classifiers), _TRIED])


def _classifier_table(runs: list[RunConfig]) -> list[str]:
    rows = [
        "| classifier | accuracy | cross-entropy, nats | parameters | wall time, s |",
        "|---|--:|--:|--:|--:|",
    ]
    for run in runs:
        metrics = zoo.metrics(run.run_id)
        test = metrics["test"]
        rows.append(
            f"| `{run.run_id}` | {test['accuracy']:.2%} | {test['cross_entropy']:.4f} | {metrics['parameters']:,} | "
            f"{metrics['wall_time_s']:.0f} |"
        )
    return rows


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
