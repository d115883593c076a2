"""Weights for the browser: what is written is what the model has, nothing stale stays, nothing half-written is seen."""

import gzip
import json
import struct
from itertools import pairwise

import numpy as np
import pytest

from ui.components import network
from vae_core import export, weights, zoo
from vae_core.__main__ import main
from vae_core.config import RunConfig
from vae_core.vae import VAE

RUN = "mlp-d2-b1"


def config(run_id: str = RUN) -> RunConfig:
    return next(run for run in zoo.list_runs() if run.run_id == run_id)


def read(data: bytes) -> tuple[dict, np.ndarray]:
    """Header and weights of a file, by its description."""
    plain = gzip.decompress(data)
    (length,) = struct.unpack("<I", plain[:4])
    planes = np.frombuffer(plain[4 + length :], np.uint8).reshape(2, -1)
    return json.loads(plain[4 : 4 + length]), np.ascontiguousarray(planes[::-1].T).view("<f2").ravel()


@pytest.mark.parametrize("part", export.PARTS)
def test_a_file_holds_the_models_weights_in_order(part, tmp_path):
    export.export(config(), tmp_path)
    header, values = read((tmp_path / export.file_name(RUN, part, export.digest(RUN))).read_bytes())
    vae = zoo.load(RUN)
    expected = np.concatenate([p.numpy().ravel() for p in getattr(vae, part).parameters()])
    np.testing.assert_array_equal(values.astype(np.float32), expected)
    widths = [2, 256, 384, 784] if part == "decoder" else [784, 384, 256, 4]
    assert header == {"run": RUN, "latentDim": 2, "activation": "silu", "likelihood": "gaussian", "widths": widths}


def test_what_is_missing_is_written_and_what_is_stale_removed(tmp_path):
    stale = tmp_path / f"{RUN}.decoder.000000000000.bin.gz"
    other = tmp_path / "mlp-d2-b10.decoder.000000000000.bin.gz"  # its name begins alike
    for file in (stale, other):
        file.write_bytes(b"old")
    first = export.export(config(), tmp_path)
    assert len(first) == 2
    assert sorted(tmp_path.iterdir()) == sorted([*first, other])
    before = [file.read_bytes() for file in first]
    assert export.export(config(), tmp_path) == []
    first[0].unlink()
    assert export.export(config(), tmp_path) == first[:1]
    assert [file.read_bytes() for file in first] == before


def test_other_networks_are_refused():
    conv = RunConfig(architecture="conv")
    with pytest.raises(ValueError, match="the browser runs mlp"):
        export.export(conv)
    with pytest.raises(ValueError, match="chain of linear layers"):
        export.pack(
            RunConfig(),
            {"decoder.layers.0.weight": np.ones((3, 2)), "decoder.layers.0.bias": np.ones(3)}
            | {"decoder.layers.2.weight": np.ones((4, 5)), "decoder.layers.2.bias": np.ones(4)},
            "decoder",
        )


@pytest.mark.parametrize("hidden", [(16,), (32, 16, 8)])
def test_any_number_of_layers_is_packed_in_their_order(hidden):
    from safetensors.numpy import load

    run = RunConfig(hidden=hidden, latent_dim=3)
    header, values = read(export.pack(run, load(weights.pack(VAE(run))), "decoder"))
    assert header["widths"] == [3, *reversed(hidden), 784]
    assert len(values) == sum((below + 1) * above for below, above in pairwise(header["widths"]))


def test_the_app_gets_urls_and_where_nothing_can_be_written_none(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(export, "FOLDER", tmp_path / "weights")
    urls = network.weights(config(), encoder=True)
    assert list(urls) == list(export.PARTS)
    for url in urls.values():
        assert (export.FOLDER / url.removeprefix("/app/static/weights/")).exists()
    assert list(network.weights(config())) == ["decoder"]

    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setattr(export, "FOLDER", blocked)
    network._failed().clear()
    assert network.weights(config()) is None
    assert "the server will decode for mlp-d2-b1" in caplog.text
    network._failed().clear()


def test_answers_take_nothing_but_latents():
    picture = network.answer(config(), [0.5, -1])
    assert picture["z"] == [0.5, -1]
    assert len(picture["pixels"]) == 784
    for wrong in (None, [0.5], [0.5, "1"], [0.5, float("nan")], [0.5, None], "01", {"0": 1}, [[0.5], [1]], [True, 1]):
        assert network.answer(config(), wrong) is None


def test_the_command_writes_one_run_or_all_it_can(tmp_path, capsys):
    folder = ["--folder", str(tmp_path)]
    assert main(["zoo", "export", RUN, *folder]) == 0
    assert "1 runs of 1" in capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 2
    assert main(["zoo", "export", "mlp-d2-b999", *folder]) == 2
    assert "no such run" in capsys.readouterr().err
