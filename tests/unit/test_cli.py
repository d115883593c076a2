"""The command line as a person types it: help, one run from training to evaluation, and errors without tracebacks."""

import json

import pytest

from vae_core import data, zoo
from vae_core.__main__ import main
from vae_core.config import RunConfig
from vae_core.runs import retrain_command

TINY = ["--hidden", "16", "--epochs", "1", "--batch-size", "1000"]


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAE_ZOO", str(tmp_path / "zoo"))
    return tmp_path


def test_train_show_list_verify_evaluate(workplace, mnist_folder, capsys):
    data = ["--data", str(mnist_folder)]
    assert main(["train", *TINY, "--snapshots", *data]) == 0
    config = RunConfig(hidden=(16,), epochs=1, batch_size=1000, snapshots=True)
    assert [run.run_id for run in zoo.list_runs()] == [config.run_id]
    assert not list((workplace / "checkpoints").iterdir())
    assert "test −ELBO" in capsys.readouterr().out

    assert main(["train", *TINY, "--snapshots", *data]) == 0
    assert "already" in capsys.readouterr().out

    for command in (["zoo", "list"], ["zoo", "show", config.run_id], ["zoo", "verify"]):
        assert main(command) == 0
        assert capsys.readouterr().out
    assert main(["evaluate", config.run_id, "--samples", "8", *data]) == 0
    rows = {line[:16].strip(): line[16:].split() for line in capsys.readouterr().out.splitlines()[2:]}
    assert rows["−ELBO"][0] == rows["−ELBO"][1]
    assert float(rows["½SSE + KL"][0]) == pytest.approx(float(rows["half sse"][0]) + float(rows["rate"][0]), abs=2e-3)

    (workplace / "zoo" / config.run_id / "metrics.json").write_text("{}")
    assert main(["zoo", "verify"]) == 1
    assert "metrics.json is truncated" in capsys.readouterr().out
    assert main(["zoo", "list"]) == 1


def test_a_run_says_how_to_make_it_again():
    config = RunConfig(latent_dim=8, beta=0.03, hidden=(64, 32), snapshots=True)
    command = retrain_command(config)
    assert command == ("python -m vae_core train --latent-dim 8 --beta 0.03 --hidden 64,32 --snapshots --data DIR")
    stored = json.loads(zoo.read_file("mlp-d20-bernoulli/config.json"))
    assert stored["command"] == retrain_command(RunConfig(latent_dim=20, likelihood="bernoulli"))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train", "--beta", "0"], 2, "beta is 0"),
        (["train", "--likelihood", "poisson"], 2, "allowed: gaussian, bernoulli, calibrated"),
        (["train", "--data", "/nowhere/at/all", "--hidden", "16"], 1, "four raw files"),
        (["evaluate", "nope"], 1, "no run 'nope'"),
        (["zoo", "show", "nope"], 1, "nope/config.json is not in"),
        (["sweep", "--only", "nope"], 2, "no such run among"),
        (["sweep", "--runs", "/nowhere.json"], 2, "JSON list of runs"),
    ],
)
def test_mistakes_get_a_sentence_and_an_exit_code(arguments, code, message, capsys, monkeypatch):
    monkeypatch.setattr(data.mnist_class(), "mirrors", [])  # no download is tried
    assert main(arguments) == code
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["sweep", "--help"], ["zoo", "--help"]])
def test_help_is_for_newcomers(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0
    assert "usage: python -m vae_core" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["train", "--hidden", "wide"], ["sweep", "--workers", "0"], ["fly"]])
def test_unusable_arguments_exit_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
