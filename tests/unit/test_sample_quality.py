"""The judging of samples: draws against their moments, distances against closed forms, files that go out of date."""

import dataclasses
import json
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from vae_core import data, judging, sample_quality, zoo
from vae_core.__main__ import main
from vae_core.config import RunConfig
from vae_core.data import Mnist, Split
from vae_core.evaluation import ClassMoments
from vae_core.sample_quality import KINDS, Judged, draw_latents, judge_images, judge_run, quality, reference
from vae_core.vae import VAE


class Projection(nn.Module):
    """A stand-in for the judge: a few fixed projections of the pixels, read linearly."""

    def __init__(self, features: int = 5):
        super().__init__()
        noise = torch.Generator().manual_seed(0)
        self.project = torch.randn((784, features), generator=noise) / 28
        self.weights = torch.randn((features, 10), generator=noise)

    def represent(self, images):
        return images.reshape(len(images), 784) @ self.project

    def read(self, representation):
        return representation @ self.weights


judge = partial(judge_images, Projection())


def random_images(n: int, seed: int) -> torch.Tensor:
    return torch.rand((n, 1, 28, 28), generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def mnist() -> Mnist:
    """The shipped digits in the places of MNIST's splits."""
    digits = zoo.digits()
    images = torch.from_numpy(digits.images[:, None]).float() / 255
    labels, index = torch.from_numpy(digits.labels.astype(np.int64)), torch.from_numpy(digits.index)
    held_out = torch.from_numpy(digits.held_out)
    test, train = (Split(images[mask], labels[mask], index[mask]) for mask in (held_out, ~held_out))
    return Mnist(train=train, validation=test, test=test, digest="")


# --- judging images --------------------------------------------------------------------------------------------------


def test_judging_does_not_depend_on_batches_or_on_how_images_are_given():
    images = random_images(2_300, 0)
    whole = judge(images)
    features = Projection().represent(images)
    np.testing.assert_allclose(whole.features, features, rtol=1e-5)
    np.testing.assert_allclose(whole.probabilities, Projection().read(features).softmax(1), atol=1e-5)
    again = judge(images[:, 0].numpy())
    np.testing.assert_array_equal(again.features, whole.features)


def test_quality_of_known_crowds():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(4_000, 3))
    probabilities = np.eye(4)[np.repeat([0, 1, 2, 2], 1_000)] * 0.6 + 0.1
    real = Judged(features, probabilities)
    same = quality(real, real)
    assert same.frechet == pytest.approx(0, abs=1e-12)
    assert same.class_shares == (0.25, 0.25, 0.5, 0)
    assert same.class_entropy == pytest.approx(1.5 * np.log(2))
    assert same.confidence == pytest.approx(0.7)
    assert same.images == 4_000
    assert quality(Judged(features + np.array([3, 0, 4]), probabilities), real).frechet == pytest.approx(25)
    spread = np.trace(np.cov(features.T))
    assert quality(Judged(2 * features - features.mean(0), probabilities), real).frechet == pytest.approx(spread)


# --- draws -----------------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(1)
MEAN, LOGVAR = RNG.normal(size=(500, 3)) * [2, 1, 0.1], RNG.normal(size=(500, 3)) - 2
ROOTS = RNG.normal(size=(10, 3, 3))
MOMENTS = ClassMoments(
    mean=3 * RNG.normal(size=(10, 3)),
    covariance=ROOTS @ ROOTS.swapaxes(1, 2),
    count=np.arange(1, 11) * 100,
    within=np.ones((10, 3)),
)


def expected_moments(kind):
    """Mean and covariance of each way to draw, from its definition."""
    if kind == "prior":
        return np.zeros(3), np.eye(3)
    if kind == "aggregate":
        return MEAN.mean(0), np.diag(np.exp(LOGVAR).mean(0)) + np.cov(MEAN.T, bias=True)
    weights = MOMENTS.count if kind == "gaussian" else np.ones(10)
    mean = np.average(MOMENTS.mean, axis=0, weights=weights)
    second = MOMENTS.covariance + np.einsum("ki,kj->kij", MOMENTS.mean, MOMENTS.mean)
    return mean, np.average(second, axis=0, weights=weights) - np.outer(mean, mean)


@pytest.mark.parametrize("kind", KINDS)
def test_draws_have_the_moments_of_their_definition(kind):
    z = draw_latents(kind, MEAN, LOGVAR, MOMENTS, 40_000, seed=0)
    mean, covariance = expected_moments(kind)
    assert z.shape == (40_000, 3)
    np.testing.assert_allclose(z.mean(0), mean, atol=5 * np.sqrt(np.diag(covariance).max() / 40_000))
    np.testing.assert_allclose(np.cov(z.T), covariance, atol=0.05 * np.diag(covariance).max())
    np.testing.assert_array_equal(z, draw_latents(kind, MEAN, LOGVAR, MOMENTS, 40_000, seed=0))
    assert not np.allclose(z, draw_latents(kind, MEAN, LOGVAR, MOMENTS, 40_000, seed=1))


def test_classes_have_equal_shares_whatever_their_count():
    far = MOMENTS._replace(mean=1e4 * np.arange(10)[:, None] * np.ones(3))
    z = draw_latents("classes", MEAN, LOGVAR, far, 70, seed=0)
    np.testing.assert_array_equal(np.bincount(np.rint(z[:, 0] / 1e4).astype(int)), 7)


# --- a whole run -----------------------------------------------------------------------------------------------------


def test_a_decoder_that_draws_one_image_is_as_far_as_mean_and_spread_say(mnist):
    vae = VAE(RunConfig(hidden=(16,))).eval().requires_grad_(False)
    for parameter in vae.decoder.parameters():
        parameter.zero_()  # grey, whatever z is
    real = reference(mnist, judge, 500, seed=0)
    moments = ClassMoments(np.zeros((10, 2)), np.tile(np.eye(2), (10, 1, 1)), np.ones(10), np.ones((10, 2)))
    found = judge_run(vae, moments, mnist.train.images[:50], real, judge, 100, seed=0)
    assert set(found) == {*KINDS, "reconstructions"}
    features = real.judged.features
    grey = judge(torch.full((1, 1, 28, 28), 0.5)).features[0]
    expected = ((features.mean(0) - grey) ** 2).sum() + np.trace(np.cov(features.T))
    for each in found.values():
        assert each.frechet == pytest.approx(expected, rel=1e-5)
        assert each.class_entropy == 0
    assert found["reconstructions"].images == len(mnist.test)


def test_a_trained_model_lies_between_the_floor_and_noise(mnist):
    real = reference(mnist, judge, 1_000, seed=0)
    digits = mnist.train.images[::4]
    found = judge_run(zoo.load("mlp-d8-b0.1"), zoo.moments("mlp-d8-b0.1"), digits, real, judge, 1_000, seed=0)
    noise = quality(judge(random_images(1_000, 0)), real.judged)
    assert real.floor.frechet < found["reconstructions"].frechet < found["aggregate"].frechet
    assert found["aggregate"].frechet < found["prior"].frechet < noise.frechet
    assert real.floor_equal_shares.images == 1_000


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: judge(torch.zeros(0, 1, 28, 28)), "N at least 1"),
        (lambda: judge(torch.zeros(3, 28, 27)), r"images have shape \(3, 28, 27\)"),
        (lambda: draw_latents("magic", MEAN, LOGVAR, MOMENTS, 10, 0), "kind is 'magic'"),
        (lambda: draw_latents("classes", MEAN, LOGVAR, MOMENTS, 15, 0), "multiple of 10"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- the files in the zoo --------------------------------------------------------------------------------------------

RUN = "mlp-d2-b1"


@pytest.fixture
def small_zoo(tmp_path, monkeypatch):
    """One run, the digits, and a judge whose weights are a few bytes; `Projection` is what it loads as."""
    manifest = json.loads((zoo.root() / zoo.MANIFEST).read_text())
    files = {path.name: path.read_bytes() for path in (zoo.root() / RUN).iterdir() if path.name != zoo.SAMPLE_QUALITY}
    digits = (zoo.root() / zoo.DIGITS).read_bytes()
    monkeypatch.setenv("VAE_ZOO", str(tmp_path))
    zoo.write_digits(digits)
    zoo.write_run(RunConfig.from_dict(manifest["runs"][RUN]["config"]), files)
    write_judge(b"first")
    monkeypatch.setattr(zoo, "load_classifier", lambda run_id: Projection())
    return tmp_path


def write_judge(weights: bytes) -> None:
    config = RunConfig(architecture="conv", latent_dim=32, likelihood="categorical")
    figures = {"accuracy": 0.99, "cross_entropy": 0.05, "images": 10_000}
    metrics = dict.fromkeys(("train", "validation", "test"), figures) | {"parameters": 1, "wall_time_s": 1.0}
    assert config.run_id == zoo.JUDGE
    zoo.write_run(config, {"model.safetensors": weights, "metrics.json": json.dumps(metrics).encode()})


def test_a_run_is_judged_once_and_again_when_its_judge_changes(small_zoo, mnist):
    assert zoo.sample_quality(RUN) is None
    assert judging.pending([RUN], samples=100) == [RUN]
    ((run_id, content),) = judging.judge_runs(mnist, [RUN], samples=100)
    assert run_id == RUN
    assert zoo.sample_quality(RUN) == json.loads(json.dumps(content))
    assert (content["judge"], content["judge_accuracy"]) == (zoo.JUDGE, 0.99)
    assert set(content[KINDS[0]]) == {field.name for field in dataclasses.fields(sample_quality.Quality)}
    assert set(zoo.verify()) == {zoo.JUDGE}  # its weights are made up
    assert zoo.has_run(RunConfig(snapshots=True))
    assert judging.pending([RUN], samples=100) == []
    assert judging.pending([RUN], samples=200) == [RUN]
    write_judge(b"second")
    assert zoo.sample_quality(RUN) is None
    assert judging.pending([RUN], samples=100) == [RUN]


def test_the_command_judges_what_is_not_judged_and_says_what_it_found(small_zoo, mnist, monkeypatch, capsys):
    monkeypatch.setattr(data, "load_mnist", lambda folder: mnist)
    monkeypatch.setattr(judging, "judge_runs", partial(judging.judge_runs, samples=100))
    monkeypatch.setattr(judging, "pending", partial(judging.pending, samples=100))
    assert main(["zoo", "judge", "--data", "anywhere"]) == 0
    distance = zoo.sample_quality(RUN)["prior"]["frechet"]
    said = capsys.readouterr().out
    assert "1 runs, 0 of them judged already" in said
    assert f"{RUN}: Fréchet distance prior {distance:.3g}" in said
    assert main(["zoo", "judge"]) == 0
    assert "1 of them judged already" in capsys.readouterr().out
    assert main(["zoo", "judge", "--only", "nope"]) == 2
    assert f"no such run among {RUN}" in capsys.readouterr().err


def test_a_file_is_added_beside_the_others_and_checked_like_them(small_zoo):
    zoo.add_file(RUN, "note.json", b"{}")
    assert zoo.read_file(f"{RUN}/note.json") == b"{}"
    assert zoo.metrics(RUN)
    zoo.add_file(RUN, "note.json", b"[]")
    assert zoo.read_file(f"{RUN}/note.json") == b"[]"
    (small_zoo / RUN / "note.json").write_bytes(b"{}")
    with pytest.raises(zoo.ZooError, match=r"note\.json is altered"):
        zoo.read_file(f"{RUN}/note.json")
    with pytest.raises(zoo.ZooError, match="no run 'nope'"):
        zoo.add_file("nope", "note.json", b"{}")
