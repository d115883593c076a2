"""The model picker at the front door: links, choices that vanish, runs that are damaged."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui import choice
from vae_core import zoo

ENTRY = str(Path(__file__).parents[2] / "streamlit_app.py")


@pytest.fixture
def own_zoo(tmp_path, monkeypatch):
    """The zoo as links in a folder of its own, so that a test may damage it; what was cached is forgotten."""
    for file in filter(Path.is_file, zoo.root().rglob("*")):
        link = tmp_path / file.relative_to(zoo.root())
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    monkeypatch.setenv("VAE_ZOO", str(tmp_path))
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


def _open(run_id: str | None = None) -> AppTest:
    app = AppTest.from_file(ENTRY, default_timeout=120)
    if run_id:
        app.query_params["model"] = run_id
    app.run()
    assert not app.exception
    return app


def _words(app: AppTest) -> str:
    return "\n".join(element.value for element in app.sidebar.warning)


def test_the_picker_starts_at_the_default_without_a_word():
    app = _open()
    assert app.session_state["model"] == choice.default_run(zoo.list_runs()).run_id
    assert _words(app) == ""


def test_what_is_loaded_has_its_test_figures_beside_it():
    run_id = choice.default_run(zoo.list_runs()).run_id
    test = zoo.metrics(run_id)["test"]
    table = _open().sidebar.markdown[0].value
    assert f"| rate | {test['rate']:.2f} |" in table
    assert f"| ½ squared error | {test['half_sse']:.2f} |" in table
    assert "nats" in table


def test_every_run_can_be_chosen_by_name_and_the_controls_follow():
    app = _open()
    for run in zoo.list_runs():
        app.sidebar.selectbox(key="model").set_value(run.run_id).run()
        assert app.session_state["_run"] == run
        assert app.session_state["_pick_latent_dim"] == run.latent_dim


def test_a_dimension_without_the_chosen_beta_loads_the_nearest_and_says_so():
    runs = zoo.list_runs()
    cases = [
        (run, d) for run in runs for d in {r.latent_dim for r in runs} if choice.change(runs, run, "latent_dim", d)[1]
    ]
    if not cases:
        pytest.skip("this zoo has every combination")
    run, dimension = cases[0]
    app = _open(run.run_id)
    app.sidebar.get("segmented_control")[0].set_value(dimension).run()
    expected, word = choice.change(runs, run, "latent_dim", dimension)
    assert app.session_state["_run"] == expected
    assert word in _words(app)
    app.sidebar.selectbox(key="model").set_value(run.run_id).run()
    assert _words(app) == ""


def test_a_link_to_a_run_that_is_not_there_falls_back_with_a_word():
    app = _open("mlp-d999-b1")
    assert app.session_state["model"] == choice.default_run(zoo.list_runs()).run_id
    assert "`mlp-d999-b1`" in _words(app)


@pytest.mark.parametrize("file", ["metrics.json", "model.safetensors"])
def test_a_damaged_run_disappears_with_a_word(own_zoo, file):
    run_id = choice.default_run(zoo.list_runs()).run_id
    damaged = own_zoo / run_id / file
    content = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(content[: len(content) // 2])
    app = _open()
    assert app.session_state["model"] != run_id
    assert run_id not in app.sidebar.selectbox(key="model").options
    assert f"{run_id}/{file} is truncated" in _words(app)


def test_without_a_manifest_the_app_says_what_to_do(own_zoo):
    (own_zoo / zoo.MANIFEST).unlink()
    app = _open()
    assert "manifest.json is missing" in app.sidebar.error[0].value
    assert "git checkout" in app.sidebar.error[0].value
