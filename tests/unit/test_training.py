"""Training: steps lower the loss, and a killed run resumes to the same weights, history and snapshots, bit for bit."""

import numpy as np
import pytest
import torch

from vae_core.checkpoints import CheckpointError
from vae_core.config import RunConfig
from vae_core.data import Split
from vae_core.recorders import (
    HistoryRecorder,
    SnapshotRecorder,
    first_of_each_class,
    recorded_steps,
    recorders,
    rounded,
    snapshot_steps,
)
from vae_core.training import Callback, batch_loss, fit, mean_squared_error
from vae_core.vae import VAE

SMALL = {"hidden": (32, 16), "batch_size": 32, "epochs": 3}


@pytest.fixture(scope="module")
def split() -> Split:
    """Smooth blobs whose place depends on the label: enough structure to learn, nothing to download."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(160) % 10
    rows = torch.arange(28.0)
    centre = 6 + 1.6 * labels + torch.rand(160, generator=generator)
    profile = torch.exp(-((rows - centre[:, None]) ** 2) / 8)  # (160, 28)
    images = profile[:, None, :, None] * torch.exp(-((rows - 14) ** 2) / 20)  # (160, 1, 28, 28)
    return Split(images, labels, torch.arange(160))


class StopAfter(Callback):
    """Dies like a killed process: in the middle of an epoch, after `steps` steps."""

    def __init__(self, steps: int):
        self.steps = steps

    def on_step(self, state, terms):
        if state.step == self.steps:
            raise KeyboardInterrupt


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli", "calibrated"])
def test_training_lowers_the_loss_on_the_same_batch(split, likelihood):
    config = RunConfig(likelihood=likelihood, **SMALL)
    before, after = VAE(config), fit(config, split)
    with torch.no_grad():
        losses = [batch_loss(vae, split.images, torch.Generator().manual_seed(1))[0].item() for vae in (before, after)]
    assert losses[1] < losses[0]


@pytest.mark.parametrize(
    ("stop_at", "fields"),
    [
        (6, {"schedule": "one-cycle"}),
        (13, {"schedule": "one-cycle"}),
        (6, {"schedule": "constant"}),
        (13, {"schedule": "constant"}),
        (8, {"architecture": "conv", "hidden": (2, 4, 8)}),
        (8, {"architecture": "unet-skips", "hidden": (2, 2, 4)}),
    ],
)
def test_a_killed_run_resumes_to_the_same_bits(split, tmp_path, stop_at, fields):
    config = RunConfig(**SMALL | {"snapshots": True} | fields)

    def both():
        return HistoryRecorder(), SnapshotRecorder(split)

    whole = both()
    unbroken = fit(config, split, whole)

    checkpoint = tmp_path / "run.safetensors"
    with pytest.raises(KeyboardInterrupt):
        fit(config, split, (*both(), StopAfter(stop_at)), checkpoint)
    pieces = both()
    resumed = fit(config, split, pieces, checkpoint)

    for name, tensor in unbroken.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name
    for expected, actual in zip(whole, pieces, strict=True):
        for name, array in expected.arrays().items():
            np.testing.assert_array_equal(array, actual.arrays()[name], err_msg=name)


def test_a_checkpoint_of_another_run_or_a_damaged_one_is_refused_by_name(split, tmp_path):
    checkpoint = tmp_path / "run.safetensors"
    fit(RunConfig(**SMALL), split, checkpoint=checkpoint)
    with pytest.raises(CheckpointError, match=r"another run.*delete .*run\.safetensors"):
        fit(RunConfig(beta=2, **SMALL), split, checkpoint=checkpoint)
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"damaged.*delete .*run\.safetensors"):
        fit(RunConfig(**SMALL), split, checkpoint=checkpoint)


def test_the_calibrated_variance_is_the_mean_squared_error(split):
    config = RunConfig(likelihood="calibrated", **SMALL)
    vae = fit(config, split)
    assert vae.variance == pytest.approx(mean_squared_error(vae, split.images, config.seed), rel=1e-5)


def test_history_keeps_every_early_step_and_the_last(split):
    history = HistoryRecorder()
    fit(RunConfig(**SMALL), split, [history])
    arrays = history.arrays()
    np.testing.assert_array_equal(arrays["step"], np.arange(1, 16))
    np.testing.assert_allclose(arrays["rate"], arrays["rate_per_dimension"].sum(1), rtol=1e-5)


def test_recorded_and_snapshot_steps():
    steps = recorded_steps(6900)
    np.testing.assert_array_equal(steps[:200], np.arange(1, 201))
    assert steps[-1] == 6900
    assert (np.diff(steps) >= 1).all()
    assert len(steps) < 600
    np.testing.assert_array_equal(recorded_steps(3), [1, 2, 3])
    snapshots = snapshot_steps(6900)
    assert (snapshots[0], snapshots[1], snapshots[-1]) == (0, 1, 6900)
    assert 40 <= len(snapshots) <= 51


def test_snapshots_keep_as_many_digits_of_each_class_as_their_dimensions_allow(split):
    first = first_of_each_class(split, 3)
    assert first.labels.bincount().tolist() == [3] * 10
    np.testing.assert_array_equal(first.index, np.arange(30))  # labels go round in this split
    assert len(first_of_each_class(split, 99)) == len(split)
    for latent_dim, count in ((2, 160), (64, 120)):
        config = RunConfig(latent_dim=latent_dim, snapshots=True, **SMALL)
        _, snapshots = recorders(config, split)
        fit(config, split, [snapshots])
        arrays = snapshots.arrays()
        assert arrays["mean"].shape == arrays["logvar"].shape == (len(arrays["step"]), count, latent_dim)
        assert arrays["reconstruction"].shape[1:] == (8, 28, 28)


def test_rounding_of_snapshots_is_to_half_a_per_cent():
    values = torch.cat([torch.randn(1000, generator=torch.Generator().manual_seed(0)) * s for s in (0.01, 1, 1000)])
    kept = rounded(values).float()
    normal = values.abs() > 1e-3  # below, float16 itself is coarser
    assert ((kept - values).abs() <= 0.005 * values.abs())[normal].all()
    assert torch.equal(rounded(-values), -rounded(values))
    assert (rounded(values).view(torch.int16) & 7 == 0).all()
    assert rounded(torch.tensor([0.0, 1.0, -2.0])).tolist() == [0, 1, -2]


def test_a_run_that_diverges_says_so(split):
    broken = Split(split.images.clone(), split.labels, split.index)
    broken.images[3, 0, 0, 0] = float("nan")
    with pytest.raises(FloatingPointError, match=r"mlp-d2-b1-x.* diverged in epoch 1.*learning_rate"):
        fit(RunConfig(**SMALL), broken)


def test_too_few_images_for_a_batch(split):
    with pytest.raises(ValueError, match="160 images are fewer than one batch of 256"):
        fit(RunConfig(), split)
