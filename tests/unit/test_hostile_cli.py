"""The command line with arguments nobody meant: a sentence and an exit code, never a traceback, nothing trained."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vae_core import data, runs, zoo
from vae_core.__main__ import EXIT_FAILED, EXIT_OK, EXIT_USAGE, main
from vae_core.config import ConfigError, RunConfig
from vae_core.data import DataError

ODD = ["", " ", "-1", "0", "nan", "inf", "1e400", "9" * 5000, "2.5", "0x2", "\u0662", "None", "[]", "../../etc/passwd"]
ODD += ["/dev/null", "/proc/self/mem", "\x00", "a\x00b", "\udcff", "\u202e", "--", "-", "@/etc/passwd", "x" * 5000, "é"]
ODD += ["mlp", "conv", "gaussian", "mlp-d2-b1", "classifier-d2", "384,256", "1," * 9 + "1", "tcp://", "silu", "default"]
TRAIN = [f"--{name.replace('_', '-')}" for name in RunConfig().to_dict()] + ["--data", "--zoo", "--checkpoints"]
COMMANDS = {
    ("train",): TRAIN,
    ("sweep",): ["--runs", "--only", "--workers", "--data", "--zoo", "--checkpoints"],
    ("zoo", "list"): [],
    ("zoo", "show"): [],
    ("zoo", "judge"): ["--data", "--only"],
    ("zoo", "export"): ["--folder"],
    ("zoo", "digits"): ["--data"],
    ("evaluate",): ["--data", "--samples", "--seed"],
    (): ["--help", "--version"],
}
WORD = st.one_of(st.sampled_from(ODD), st.text(max_size=12))


@st.composite
def arguments(draw):
    command = draw(st.sampled_from(sorted(COMMANDS)))
    words = list(command)
    for _ in range(draw(st.integers(0, 3))):
        if COMMANDS[command] and draw(st.booleans()):
            words.append(draw(st.sampled_from(COMMANDS[command])))
        words.append(draw(WORD))
    return words


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """An empty folder, an empty zoo, and no MNIST: what passes all checks ends where the work would begin."""

    def absent(*_, **__):
        raise DataError("no data in this test")

    folder = tmp_path_factory.mktemp("apart")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("VAE_ZOO", str(folder / "zoo"))
        patch.setattr(data, "load_mnist", absent)
        patch.setattr("vae_core.shipped_digits.build", absent)
        patch.setattr(runs, "run_files", lambda *_: pytest.fail("something was trained"))
        patch.setattr("vae_core.sweep.sweep", lambda *_: iter(()))
        patch.setattr("vae_core.export.FOLDER", folder / "weights")
        yield folder


def run(words: list[str]) -> int:
    try:
        return main(words)
    except SystemExit as stop:
        return stop.code


@settings(max_examples=1000)
@given(arguments())
@example(["train", "--beta", "9" * 5000])
@example(["evaluate", "mlp-d2-b1", "--samples", "9" * 5000])
@example(["train", "--zoo", "\x00"])
def test_any_words_end_in_an_exit_code(apart, words):
    assert run(words) in (EXIT_OK, EXIT_FAILED, EXIT_USAGE)
    assert not list(apart.rglob("*.safetensors"))


VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(), WORD.filter(str.isprintable)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
FIELDS = st.dictionaries(st.sampled_from(sorted(RunConfig().to_dict())) | st.text(max_size=5), VALUE, max_size=4)


@settings(max_examples=1000)
@given(FIELDS)
@example({"beta": 10**400})
@example({"learning_rate": -(10**400)})
@example({"hidden": [True, 2]})
@example({"architecture": ["mlp"]})
def test_any_fields_are_a_run_or_a_word_on_the_one_that_is_wrong(fields):
    try:
        config = RunConfig.from_dict(fields)
    except ConfigError as error:
        assert "allowed" in str(error)  # noqa: PT017
        return
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert zoo._is_plain(config.run_id)


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=40), VALUE.map(lambda value: json.dumps(value).encode()), st.just(b"[" * 100_000)))
@example(json.dumps([{"beta": 10**400}]).encode())
def test_any_file_of_runs_ends_in_an_exit_code(apart, content):
    (apart / "runs.json").write_bytes(content)
    assert run(["sweep", "--runs", "runs.json"]) in (EXIT_OK, EXIT_FAILED, EXIT_USAGE)
