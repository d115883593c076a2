"""Many runs of the zoo damaged, each in another way: they leave the picker with a word, every chapter still opens."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.app.opening import ENTRY
from ui import choice, course
from vae_core import zoo

DEFAULT = choice.default_run(zoo.list_runs()).run_id
ELSE = "mlp-d2-b0.1"  # where the default is damaged


def _arrays(run_id: str, file: str, **changed) -> bytes:
    return zoo.npz_bytes({**zoo._npz(f"{run_id}/{file}"), **changed})


def _damage(folder: Path) -> dict[str, str]:
    """Run id -> file; checksums agree with all but the first three, so that only their content gives them away."""
    whole = {run.run_id: run for run in (*zoo.list_runs(), *zoo.list_classifiers())}
    damaged = {
        DEFAULT: ("metrics.json", zoo.read_file(f"{DEFAULT}/metrics.json")[:500]),
        "mlp-d8-b1": ("model.safetensors", None),
        "mlp-d3-b1": ("moments.npz", zoo.read_file("mlp-d3-b1/moments.npz")[:-9] + b"\x00" * 9),
        "mlp-d8-b0.1": ("model.safetensors", zoo.read_file("mlp-d16-b1/model.safetensors")),
        "mlp-d2-b1-constant": ("history.npz", zoo.read_file("classifier-d2/history.npz")),
        "mlp-d8-b1-constant": ("snapshots.npz", _arrays("mlp-d8-b1-constant", "snapshots.npz", step=np.arange(3))),
        "mlp-d2-b10": ("encodings.npz", _arrays("mlp-d2-b10", "encodings.npz", mean=np.full((10_000, 2), "x"))),
        "mlp-d16-b1": ("moments.npz", _arrays("mlp-d16-b1", "moments.npz", covariance=np.zeros((10, 16, 16)))),
        "mlp-d2-calibrated": ("metrics.json", b'{"test": {"rate": NaN}}'),
        "mlp-d2-b3": (
            "samples.json",
            zoo.read_file("mlp-d2-b3/samples.json").replace(b'"frechet": ', b'"frechet": "x'),
        ),
        "conv-d8-b1": ("model.safetensors", b"\x80\x04K\x01."),
        "classifier-d2": ("encodings.npz", _arrays("classifier-d2", "encodings.npz", label=np.full(10_000, 77))),
        zoo.JUDGE: ("model.safetensors", b""),
    }
    for place, (run_id, (file, data)) in enumerate(damaged.items()):
        assert run_id in whole
        path = folder / run_id / file
        path.unlink()
        if data is not None and place < 3:
            path.write_bytes(data)
        elif data is not None:
            zoo.add_file(run_id, file, data, folder)
    return {run_id: file for run_id, (file, _) in damaged.items()}


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    folder, sound = tmp_path_factory.mktemp("zoo"), zoo.root()
    for file in filter(Path.is_file, sound.rglob("*")):
        link = folder / file.relative_to(sound)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    (folder / zoo.MANIFEST).unlink()
    shutil.copy(sound / zoo.MANIFEST, folder)
    found = _damage(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAE_ZOO", str(folder))
        st.cache_resource.clear()
        st.cache_data.clear()
        yield found
    st.cache_resource.clear()
    st.cache_data.clear()


def _open(chapter: course.Chapter, run_id: str) -> AppTest:
    app = AppTest.from_file(ENTRY, default_timeout=180)
    app.query_params["model"] = run_id
    return app.switch_page(chapter.file).run()


@pytest.mark.parametrize("chapter", course.CHAPTERS, ids=lambda chapter: chapter.key)
def test_every_chapter_opens_on_what_is_left(damaged, chapter):
    for run_id in (DEFAULT, ELSE):
        app = _open(chapter, run_id)
        assert [element.message for element in app.exception] == []
        assert app.title[0].value == chapter.title
        # One page may use what another found damaged, and no page is to show it.
        assert app.session_state["model"] not in damaged


READERS = {
    "model.safetensors": "vae",
    "metrics.json": "metrics",
    "history.npz": "history",
    "moments.npz": "moments",
    "encodings.npz": "test_encodings",
    "snapshots.npz": "snapshots",
    "samples.json": "sample_quality",
}


def _read(run_id: str, reader: str):
    from ui import models

    if run_id not in models.damaged():
        getattr(models, reader)(run_id)
        raise AssertionError(f"{run_id} was read")
    assert run_id not in {run.run_id for run in (*models.runs(), *models.classifiers())}


def test_what_is_damaged_is_left_out_and_the_operator_told(damaged, caplog):
    assert set(damaged.values()) == set(READERS)
    for run_id, file in damaged.items():
        st.cache_resource.clear()
        caplog.clear()
        reader = READERS[file]
        if run_id.startswith("classifier"):
            reader = {"vae": "classifier", "test_encodings": "test_representation"}[reader]
        app = AppTest.from_function(_read, args=(run_id, reader), default_timeout=60).run()
        assert [element.message for element in app.exception] == []
        assert f"{run_id}/{file}" in caplog.text
