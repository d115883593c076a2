"""The zoo: what is shipped is sound and as good as it says; what is damaged is named, with the way to get it back."""

import json
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_core import card, zoo
from vae_core.catalogue import shipped_runs
from vae_core.config import RunConfig
from vae_core.data import Split
from vae_core.evaluation import class_moments, encode_split, evaluate
from vae_core.zoo import ZooError

RUN = "mlp-d2-b1"
SIZE_LIMIT = 120e6  # bytes, all of pretrained/


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A zoo of one run and the digits, to be damaged."""
    manifest = json.loads((zoo.root() / zoo.MANIFEST).read_text())
    manifest["runs"] = {RUN: manifest["runs"][RUN]}
    shutil.copytree(zoo.root() / RUN, tmp_path / RUN)
    shutil.copy(zoo.root() / zoo.DIGITS, tmp_path)
    (tmp_path / zoo.MANIFEST).write_text(json.dumps(manifest))
    monkeypatch.setenv("VAE_ZOO", str(tmp_path))
    return tmp_path


def held_out_digits() -> Split:
    digits = zoo.digits()
    images = torch.from_numpy(digits.images[digits.held_out]).unsqueeze(1) / 255
    labels = torch.from_numpy(digits.labels[digits.held_out].astype(np.int64))
    return Split(images, labels, torch.from_numpy(digits.index[digits.held_out]))


def test_the_shipped_zoo_is_sound_complete_and_small():
    assert zoo.verify() == {}
    there = zoo.list_runs() + zoo.list_classifiers()
    assert {run.run_id for run in shipped_runs()} == {run.run_id for run in there}
    assert sum(file.stat().st_size for file in zoo.root().rglob("*")) < SIZE_LIMIT


@pytest.mark.parametrize("run", zoo.list_runs(), ids=lambda run: run.run_id)
def test_every_model_gives_its_stored_validation_figures_again(run):
    """The validation split is among the shipped digits, so stored figures can be checked without MNIST."""
    vae = zoo.load(run.run_id)
    stored = zoo.metrics(run.run_id)["validation"]
    figures = evaluate(vae, held_out_digits(), stored["samples"])
    for name in ("rate", "distortion", "negative_elbo", "half_sse"):
        assert getattr(figures, name) == pytest.approx(stored[name], rel=2e-3), name
    assert figures.active_units == stored["active_units"]


@pytest.mark.parametrize(
    ("run_id", "figure", "target"),
    [
        ("mlp-d20-bernoulli", "negative_elbo", 101.5),
        ("mlp-d2-bernoulli", "negative_elbo", 143.0),
        ("conv-d20-bernoulli", "negative_elbo", 98.0),
        ("mlp-d2-bernoulli-x4a6eef", "negative_elbo", 139.0),
        ("mlp-d2-b1", "half_sse + rate", 20.0),
        ("mlp-d8-b1", "half_sse + rate", 18.2),
    ],
)
def test_models_are_as_good_as_the_course_promises(run_id, figure, target):
    test = zoo.metrics(run_id)["test"]
    assert test["images"] == 10_000
    assert sum(test[name] for name in figure.split(" + ")) <= target


def test_stored_encodings_and_moments_belong_to_the_model():
    encodings = zoo.test_encodings(RUN)
    rate = 0.5 * (encodings.mean**2 + np.exp(encodings.logvar) - 1 - encodings.logvar).sum(1).mean()
    assert rate == pytest.approx(zoo.metrics(RUN)["test"]["rate"], rel=2e-3)
    moments, sample = zoo.moments(RUN), class_moments(encode_split(zoo.load(RUN), held_out_digits()))
    assert moments.count.sum() == 59_000
    np.testing.assert_allclose(moments.mean, sample.mean, atol=0.4)  # 100 digits a class against 5,900


def test_snapshots_end_at_the_final_model():
    snapshots, digits = zoo.snapshots(RUN), held_out_digits()
    np.testing.assert_array_equal(np.sort(snapshots["index"]), np.sort(digits.index.numpy()))
    order = np.argsort(digits.index.numpy())[np.argsort(np.argsort(snapshots["index"]))]
    mean, _ = zoo.load(RUN).encode(digits.images[order])
    np.testing.assert_allclose(snapshots["mean"][-1], mean.numpy(), atol=0.03)  # float16 weights and means
    with pytest.raises(ZooError, match="recorded no snapshots"):
        zoo.snapshots("mlp-d2-b10")


def test_the_model_card_is_that_of_the_runs():
    assert (zoo.root() / "README.md").read_text() == card.write(), "write it again: python -m vae_core zoo card"


def test_loading_gives_eval_mode_float32_and_no_gradients():
    vae = zoo.load(RUN)
    assert not vae.training
    assert {(p.dtype, p.requires_grad) for p in vae.parameters()} == {(torch.float32, False)}


@pytest.mark.parametrize("file", ["model.safetensors", "metrics.json", "history.npz", "moments.npz", "encodings.npz"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "altered"])
def test_damage_is_named_with_the_way_back(copy, file, damage):
    path = copy / RUN / file
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(data[:-7] if damage == "truncated" else data[:-1] + bytes([data[-1] ^ 1]))
    problems = zoo.verify()
    assert list(problems) == [RUN]
    assert f"{RUN}/{file} is {damage}" in problems[RUN]
    assert "git checkout" in problems[RUN]
    assert len(zoo.digits().labels) == 5000  # the rest goes on
    assert not zoo.has_run(RunConfig(snapshots=True), copy)


def test_weights_of_another_shape_are_refused(copy):
    config = RunConfig(snapshots=True, latent_dim=3)
    files = {file.name: file.read_bytes() for file in (copy / RUN).iterdir()}
    zoo.write_run(config, files, copy)
    with pytest.raises(ZooError, match=r"mlp-d3-b1/model.safetensors does not hold the weights of mlp-d3-b1"):
        zoo.load("mlp-d3-b1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": 2}',
        '{"format": 1, "digits": {}, "runs": {}}',
        '{"format": 1, "digits": {"files": {}},'
        ' "runs": {"x": {"files": {"../../etc/passwd": {"sha256": "", "bytes": 0}}}}}',
    ],
)
def test_a_foreign_manifest_is_refused(copy, text):
    (copy / zoo.MANIFEST).write_text(text)
    with pytest.raises(ZooError, match=r"manifest\.json.*git checkout"):
        zoo.list_runs()


def test_a_manifest_that_renames_a_run_is_refused(copy):
    path = copy / zoo.MANIFEST
    path.write_text(path.read_text().replace('"latent_dim": 2', '"latent_dim": 4'))
    with pytest.raises(ZooError, match="lists mlp-d4-b1 as 'mlp-d2-b1'"):
        zoo.list_runs()


@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_of_the_weights_goes_unnoticed(position, bit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("flipped")
    data = bytearray((zoo.root() / RUN / "model.safetensors").read_bytes())
    data[int(position * len(data))] ^= 1 << bit
    manifest = json.loads((zoo.root() / zoo.MANIFEST).read_text())
    (folder / RUN).mkdir()
    (folder / RUN / "model.safetensors").write_bytes(bytes(data))
    (folder / zoo.MANIFEST).write_text(json.dumps(manifest))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAE_ZOO", str(folder))
        with pytest.raises(ZooError, match="altered"):
            zoo.load(RUN)


def test_an_unknown_run_is_answered_with_those_there_are(copy):
    with pytest.raises(ZooError, match=f"no run 'nope'; it has {RUN}"):
        zoo.load("nope")
    with pytest.raises(ZooError, match="not in"):
        zoo.read_file("../../etc/passwd")
