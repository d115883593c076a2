"""A zoo that is damaged, foreign or made in bad faith: a ZooError that says so, and nothing else."""

import dataclasses
import io
import json
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from vae_core import classifier, contents, evaluation, export, judging, sample_quality, weights, zoo
from vae_core.classifier import Classifier
from vae_core.config import RunConfig
from vae_core.vae import VAE
from vae_core.zoo import ZooError

RUN = RunConfig(hidden=(3,), snapshots=True)
READER = RunConfig(hidden=(3,), latent_dim=3, likelihood="categorical", snapshots=True)
READS = {
    "model.safetensors": zoo.load,
    "metrics.json": zoo.metrics,
    "history.npz": zoo.history,
    "moments.npz": zoo.moments,
    "encodings.npz": zoo.test_encodings,
    "snapshots.npz": zoo.snapshots,
    "digits.npz": lambda _: zoo.digits(),
}
HOSTILE_NAMES = ["../../etc/passwd", "/etc/passwd", "..", ".", "", "a/b", "\x00", "\ud800", "x" * 5000, "CON", "a\\b"]


def arrays(config: RunConfig) -> dict[str, dict[str, np.ndarray]]:
    """The smallest sound content of every npz file of a run."""
    draw, d, labels = np.random.default_rng(0), config.latent_dim, np.arange(20) % 10
    snapshots = {"step": np.arange(4), "mean": draw.normal(size=(4, 20, d)).astype("f2"), "index": labels}
    encodings = {"mean": draw.normal(size=(20, d)).astype("f2"), "label": labels.astype("u1")}
    if config.is_classifier:
        history = {"step": np.arange(5), "cross_entropy": np.ones(5), "accuracy": np.ones(5)}
        return {"history": history, "snapshots": snapshots | {"label": labels}, "encodings": encodings}
    return {
        "history": {"step": np.arange(5), "rate_per_dimension": np.ones((5, d), "f4")}
        | {name: np.ones(5, "f4") for name in ("rate", "distortion", "half_sse")},
        "moments": {
            "mean": draw.normal(size=(10, d)),
            "covariance": np.tile(np.eye(d), (10, 1, 1)),
            "count": np.full(10, 2),
            "within": np.ones((10, d)),
        },
        "encodings": encodings | {"logvar": np.zeros((20, d), "f2")},
        "snapshots": snapshots
        | {
            "label": labels,
            "logvar": np.zeros((4, 20, d), "f2"),
            "reconstruction": np.zeros((4, 8, 28, 28), "u1"),
            "prior_sample": np.zeros((4, 16, 28, 28), "u1"),
            "reconstructed": np.arange(8),
        },
    }


def metrics(config: RunConfig) -> dict:
    names = contents.CLASSIFIER_FIGURES if config.is_classifier else contents.FIGURES
    figures = dict.fromkeys(names, 1) | {"rate_per_dimension": [0.5] * config.latent_dim}
    return {"train": figures, "validation": figures, "test": figures, "variance": 1.0} | {
        "parameters": 9,
        "wall_time_s": 1.0,
    }


def files(config: RunConfig) -> dict[str, bytes]:
    torch.manual_seed(0)
    model = Classifier(config) if config.is_classifier else VAE(config)
    return {
        "config.json": json.dumps(config.to_dict()).encode(),
        "model.safetensors": weights.pack(model),
        "metrics.json": json.dumps(metrics(config)).encode(),
        **{f"{name}.npz": zoo.npz_bytes(content) for name, content in arrays(config).items()},
    }


def shipped() -> dict[str, np.ndarray]:
    labels = np.arange(40) % 10
    images = np.zeros((40, 28, 28), "u1")
    return {"images": images, "labels": labels.astype("u1"), "index": np.arange(40), "held_out": np.arange(40) < 10}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A small sound zoo of a VAE and a classifier, read by all tests here; put right again by `damaged`."""
    folder = tmp_path_factory.mktemp("zoo")
    for config in (RUN, READER):
        zoo.write_run(config, files(config), folder)
    zoo.write_digits(zoo.npz_bytes(shipped()), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAE_ZOO", str(folder))
        yield folder


SOUND = files(RUN) | {"digits.npz": zoo.npz_bytes(shipped())}


def outcome(place, file: str, data: bytes, agreeing: bool):
    """What reading the file gives with these bytes in it, the manifest agreeing with them or not."""
    path = place / file if file == zoo.DIGITS else place / RUN.run_id / file
    manifest = place / zoo.MANIFEST
    before = manifest.read_bytes()
    try:
        if not agreeing:
            path.write_bytes(data)
        elif file == zoo.DIGITS:
            zoo.write_digits(data, place)
        else:
            zoo.add_file(RUN.run_id, file, data, place)
        return READS[file](RUN.run_id)
    except ZooError as error:
        return error
    finally:
        path.write_bytes(SOUND[file])
        manifest.write_bytes(before)


def test_a_small_zoo_is_read_as_it_was_written(place):
    for read in READS.values():
        read(RUN.run_id)
    for read in (zoo.load_classifier, zoo.metrics, zoo.history, zoo.test_representation, zoo.snapshots):
        read(READER.run_id)
    assert zoo.verify() == {}


FILE = st.sampled_from(sorted(READS))


@st.composite
def broken(draw, file):
    """Its bytes with a bit flipped, cut short, with more at the end, of another file, or any bytes at all."""
    data = SOUND[file]
    kind = draw(st.sampled_from(["flip", "flips", "cut", "more", "other", "any", "pickle"]))
    where = draw(st.integers(0, len(data) - 1))
    if kind == "flip":
        return data[:where] + bytes([data[where] ^ (1 << draw(st.integers(0, 7)))]) + data[where + 1 :]
    if kind == "flips":
        patch = draw(st.binary(min_size=1, max_size=30))
        return data[:where] + patch + data[where + len(patch) :]
    if kind == "cut":
        return data[:where]
    if kind == "more":
        return data + draw(st.binary(min_size=1, max_size=30))
    if kind == "other":
        return SOUND[draw(FILE)]
    return pickle.dumps([1, 2]) if kind == "pickle" else draw(st.binary(max_size=200))


DAMAGE = FILE.flatmap(lambda file: st.tuples(st.just(file), broken(file)))


@settings(max_examples=1000)
@given(DAMAGE)
def test_no_damage_goes_unnoticed(place, case):
    file, data = case
    found = outcome(place, file, data, agreeing=False)
    assert isinstance(found, ZooError) == (data != SOUND[file])


@settings(max_examples=1000)
@given(DAMAGE)
def test_damage_with_a_checksum_that_agrees_is_read_as_sound_content_or_refused(place, case):
    found = outcome(place, *case, agreeing=True)
    if isinstance(found, dict | tuple):
        every = found.values() if isinstance(found, dict) else found
        assert all(np.isfinite(each).all() for each in every if isinstance(each, np.ndarray))


def wrong(name: str, array: np.ndarray) -> dict[str, object]:
    """The same array as something it must not be."""
    objects = np.empty(array.shape, object)
    objects[...] = {"a": 1}
    return {
        "of objects": objects,
        "of text": np.full(array.shape, "1"),
        "of complex numbers": array.astype(complex),
        "of times": np.zeros(array.shape, "m8[s]"),
        "of records": np.zeros(array.shape, [("a", "f4")]),
        "scalar": np.float32(1),
        "empty": array[:0],
        "of one more dimension": array[None],
        "longer": np.concatenate([array, array]) if name != "step" else array[:-1],
        "of another kind": array.astype("f4") if array.dtype.kind in "iub" else array.astype("i4"),
        **({"not finite": np.full_like(array, np.nan)} if array.dtype.kind == "f" else {}),
        **({"infinite": np.full_like(array, np.inf)} if array.dtype.kind == "f" else {}),
        **({"no digits": np.full_like(array, 77)} if name in ("label", "labels") else {}),
    }


EVERY_ARRAY = [(f"{file}.npz", name) for file, content in arrays(RUN).items() for name in content]
EVERY_ARRAY += [(zoo.DIGITS, name) for name in shipped()]


@pytest.mark.parametrize(("file", "name"), EVERY_ARRAY)
def test_arrays_of_other_kinds_and_shapes_are_refused(place, file, name):
    content = shipped() if file == zoo.DIGITS else arrays(RUN)[file.removesuffix(".npz")]
    for change, array in wrong(name, content[name]).items():
        buffer = io.BytesIO()
        np.savez(buffer, **content | {name: array})
        assert isinstance(outcome(place, file, buffer.getvalue(), agreeing=True), ZooError), change
    fewer = {each: array for each, array in content.items() if each != name}
    for other in (fewer, fewer | {"another": content[name]}, content | {"more": np.ones(3)}, {}):
        assert isinstance(outcome(place, file, zoo.npz_bytes(other), agreeing=True), ZooError)


@pytest.mark.parametrize("covariance", [np.zeros((2, 2)), -np.eye(2), np.array([[1.0, 2], [0, 1]]), np.ones((2, 2))])
def test_moments_whose_covariance_is_none_are_refused(place, covariance):
    content = arrays(RUN)["moments"]
    content["covariance"][3] = covariance
    assert isinstance(outcome(place, "moments.npz", zoo.npz_bytes(content), agreeing=True), ZooError)


@pytest.mark.parametrize(
    "other",
    [
        weights.pack(VAE(dataclasses.replace(RUN, latent_dim=3))),
        weights.pack(VAE(dataclasses.replace(RUN, hidden=(4,)))),
        weights.pack(VAE(RunConfig(architecture="conv"))),
        weights.pack(Classifier(READER)),
        save({}),
        save({name: torch.full_like(tensor, torch.nan) for name, tensor in VAE(RUN).state_dict().items()}),
        save({"a": torch.zeros(2)}),
        pickle.dumps({"a": 1}),
        b"\xff" * 8 + b"{}",
        (1 << 40).to_bytes(8, "little") + b"{",
    ],
    ids=["d3", "wider", "conv", "classifier", "none", "nan", "stranger", "pickle", "huge header", "terabyte"],
)
def test_weights_of_another_network_are_refused(place, other):
    assert isinstance(outcome(place, "model.safetensors", other, agreeing=True), ZooError)


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.just(10**400),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(HOSTILE_NAMES),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(HOSTILE_NAMES) | st.text(max_size=6), inner, max_size=3),
    ),
    max_leaves=6,
)


def places_in(value, path=()):
    """Every place in a JSON value, as the keys that lead there."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places_in(each, (*path, key))


def replaced(value, path, new, rename=False):
    """The same JSON value with another at this place, or with another name for it."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rename and len(path) == 1 and isinstance(copy, dict):
        copy[new if isinstance(new, str) else "x"] = copy.pop(path[0])
    else:
        copy[path[0]] = replaced(value[path[0]], path[1:], new, rename)
    return copy


@settings(max_examples=1000)
@given(data=st.data(), new=JSON, rename=st.booleans())
def test_a_manifest_with_anything_in_it_is_refused_or_points_nowhere_else(place, data, new, rename):
    manifest = place / zoo.MANIFEST
    before = manifest.read_bytes()
    sound = json.loads(before)
    path = data.draw(st.sampled_from(list(places_in(sound))))
    name = data.draw(st.sampled_from(HOSTILE_NAMES))
    manifest.write_text(json.dumps(replaced(sound, path, name if rename else new, rename)))
    try:
        for act in (zoo.list_runs, zoo.list_classifiers, zoo.verify, zoo.digits, lambda: zoo.has_run(RUN)):
            try:
                act()
            except ZooError:
                continue
        for run_id in (RUN.run_id, name):
            for read in (
                *READS.values(),
                zoo.sample_quality,
                zoo.load_classifier,
                zoo.test_representation,
                export.digest,
            ):
                try:
                    read(run_id)
                except ZooError:
                    continue
    finally:
        manifest.write_bytes(before)


@settings(max_examples=1000)
@given(data=st.data(), new=JSON, rename=st.booleans())
def test_figures_with_anything_in_them_are_refused_or_numbers(place, data, new, rename):
    sound = metrics(RUN)
    path = data.draw(st.sampled_from(list(places_in(sound))))
    text = json.dumps(replaced(sound, path, new, rename)).encode()
    found = outcome(place, "metrics.json", text, agreeing=True)
    if not isinstance(found, ZooError):
        test = found["test"]
        assert all(np.isfinite(test[name]) for name in contents.FIGURES)
        assert np.isfinite(test["rate_per_dimension"]).all()
        assert len(test["rate_per_dimension"]) == RUN.latent_dim


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "9" * 5000, "\xff", "", "nul", "NaN", "[]", "1"])
def test_texts_that_break_readers_of_json_are_refused(place, text):
    manifest = place / zoo.MANIFEST
    before = manifest.read_bytes()
    try:
        manifest.write_bytes(text.encode("latin-1"))
        with pytest.raises(ZooError, match="manifest"):
            zoo.list_runs()
    finally:
        manifest.write_bytes(before)
    assert isinstance(outcome(place, "metrics.json", text.encode("latin-1"), agreeing=True), ZooError)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_name_leads_out_of_the_zoo(place, name):
    for asked in (name, f"{name}/config.json", f"{RUN.run_id}/{name}", f"../{place.name}/{name}"):
        with pytest.raises(ZooError, match="is not in"):
            zoo.read_file(asked)


def test_what_files_must_hold_is_what_is_written():
    fields = {field.name for field in dataclasses.fields(evaluation.Figures)}
    assert fields == {*contents.FIGURES, "rate_per_dimension"}
    assert {field.name for field in dataclasses.fields(classifier.ClassifierFigures)} == set(
        contents.CLASSIFIER_FIGURES
    )
    assert {*judging.SHOWN, "floor", "floor_equal_shares"} == set(contents.JUDGED)
    quality = {field.name for field in dataclasses.fields(sample_quality.Quality)}
    assert quality == {*contents._QUALITY, "class_shares"}


def test_every_shipped_file_holds_what_it_should():
    for run in zoo.list_runs():
        zoo.metrics(run.run_id), zoo.moments(run.run_id), zoo.history(run.run_id), zoo.sample_quality(run.run_id)
        zoo.test_encodings(run.run_id)
        if run.snapshots:
            zoo.snapshots(run.run_id)
    for run in zoo.list_classifiers():
        zoo.metrics(run.run_id), zoo.history(run.run_id), zoo.test_representation(run.run_id)
        zoo.snapshots(run.run_id) if run.snapshots else None
