"""The classifier with a bottleneck: it learns, resumes to the same bits, and is kept apart from VAEs."""

import math

import numpy as np
import pytest
import torch

from vae_core import classifier, weights, zoo
from vae_core.classifier import Classifier
from vae_core.config import ConfigError, RunConfig
from vae_core.data import Split
from vae_core.recorders import ClassifierHistoryRecorder, RepresentationRecorder, recorders
from vae_core.training import Callback, fit
from vae_core.vae import VAE

SMALL = RunConfig(likelihood="categorical", hidden=(32,), batch_size=32, epochs=4, snapshots=True)


@pytest.fixture(scope="module")
def split() -> Split:
    """A bright row whose height is the label, in noise."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(320) % 10
    images = 0.3 * torch.rand((320, 1, 28, 28), generator=generator)
    images[torch.arange(320), 0, 2 * labels + 4] = 1
    return Split(images, labels, torch.arange(320))


def test_training_lowers_the_cross_entropy_and_raises_the_accuracy(split):
    before, after = (classifier.evaluate(model.eval(), split) for model in (Classifier(SMALL), fit(SMALL, split)))
    assert after.cross_entropy < before.cross_entropy
    assert after.accuracy > before.accuracy
    assert before.cross_entropy == pytest.approx(math.log(10), abs=0.5)  # it starts by guessing


def test_figures_are_those_of_the_definition(split):
    model = fit(SMALL, split)
    with torch.no_grad():
        log_p = torch.log_softmax(model.read(model.represent(split.images)), dim=1)
    figures = classifier.evaluate(model, split)
    own = log_p[torch.arange(320), split.labels]
    assert figures.cross_entropy == pytest.approx(-own.mean().item(), rel=1e-4)
    assert figures.accuracy == pytest.approx((own >= log_p.max(1).values).float().mean().item())


def test_a_killed_run_resumes_to_the_same_bits(split, tmp_path):
    class StopAfter(Callback):
        def on_step(self, state, terms):
            if state.step == 17:
                raise KeyboardInterrupt

    whole = recorders(SMALL, split)
    assert [type(recorder) for recorder in whole] == [ClassifierHistoryRecorder, RepresentationRecorder]
    unbroken = fit(SMALL, split, whole)
    with pytest.raises(KeyboardInterrupt):
        fit(SMALL, split, (*recorders(SMALL, split), StopAfter()), tmp_path / "run")
    pieces = recorders(SMALL, split)
    resumed = fit(SMALL, split, pieces, tmp_path / "run")
    assert all(torch.equal(value, resumed.state_dict()[name]) for name, value in unbroken.state_dict().items())
    for expected, actual in zip(whole, pieces, strict=True):
        for name, array in expected.arrays().items():
            np.testing.assert_array_equal(array, actual.arrays()[name], err_msg=name)
    history, snapshots = (recorder.arrays() for recorder in whole)
    assert len(history["step"]) == 40
    assert ((history["accuracy"] >= 0) & (history["accuracy"] <= 1)).all()
    assert snapshots["mean"].shape == (len(snapshots["step"]), 320, 2)


def test_packed_weights_come_back_as_a_classifier(split):
    model = fit(SMALL, split)
    back = weights.unpack(SMALL, weights.pack(model))
    assert isinstance(back, Classifier)
    torch.testing.assert_close(back.represent(split.images), model.represent(split.images), rtol=1e-2, atol=1e-2)


def test_classifiers_and_vaes_are_not_taken_for_each_other():
    with pytest.raises(ValueError, match=r"classifier-d2.* is a classifier"):
        VAE(SMALL)
    with pytest.raises(ValueError, match="mlp-d2-b1 is a VAE"):
        Classifier(RunConfig())
    for fields in ({"beta": 2}, {"architecture": "unet"}):
        with pytest.raises(ConfigError, match="allowed: mlp or conv, and beta 1"):
            RunConfig(likelihood="categorical", **fields)
    with pytest.raises(zoo.ZooError, match=r"classifier-d2 is a classifier; load it with zoo\.load_classifier"):
        zoo.load("classifier-d2")
    with pytest.raises(zoo.ZooError, match=r"mlp-d2-b1 is a VAE; load it with zoo\.load"):
        zoo.load_classifier("mlp-d2-b1")
    assert not {run.run_id for run in zoo.list_runs()} & {run.run_id for run in zoo.list_classifiers()}


@pytest.mark.parametrize("run", zoo.list_classifiers(), ids=lambda run: run.run_id)
def test_every_classifier_gives_its_stored_figures_again(run):
    digits = zoo.digits()
    images = torch.from_numpy(digits.images[digits.held_out]).unsqueeze(1) / 255
    labels = torch.from_numpy(digits.labels[digits.held_out].astype(np.int64))
    figures = classifier.evaluate(zoo.load_classifier(run.run_id), Split(images, labels, labels))
    stored = zoo.metrics(run.run_id)["validation"]
    assert figures.accuracy == stored["accuracy"]
    assert figures.cross_entropy == pytest.approx(stored["cross_entropy"], rel=1e-3)
    representation, label = zoo.test_representation(run.run_id)
    assert representation.shape == (10_000, run.latent_dim)
    read = zoo.load_classifier(run.run_id).read(torch.from_numpy(representation)).argmax(1).numpy()
    assert (read == label).mean() == pytest.approx(zoo.metrics(run.run_id)["test"]["accuracy"], abs=2e-3)
