"""What is kept on disk: found again, never out of date, never wrong when damaged, never in the way."""

import json
import logging
import subprocess
import sys
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
import streamlit as st

from ui import (
    beta_family,
    beta_views,
    class_looks,
    disk_cache,
    fill_cache,
    known_classes,
    models,
    posterior_explorer,
    prior_divergence,
    roads,
    sample_ways,
    stations,
    two_spaces,
    unusual_digits,
)
from vae_core import own_run, road, zoo

RUN = "mlp-d2-b1"
FLIPS = 1_000


class Found(NamedTuple):
    """A value of both kinds of fields."""

    places: np.ndarray
    share: float


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(disk_cache.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def counted():
    """A kept function, and what it was asked."""
    asked = []

    @disk_cache.kept(Found)
    def look(run_id: str, number: int) -> Found:
        asked.append((run_id, number))
        return Found(np.arange(number) / 3, number / 7)

    return look, asked


def test_asked_again_it_is_read(folder, counted):
    look, asked = counted
    first, again, other = look("a", 3), look("a", 3), look("a", 4)
    assert asked == [("a", 3), ("a", 4)]
    assert isinstance(again, Found)
    assert isinstance(again.share, float)
    assert again.share == first.share
    np.testing.assert_array_equal(again.places, first.places)
    assert len(other.places) == 4
    with pytest.raises(ValueError, match="read-only"):
        again.places[0] = 1
    assert len(list(folder.iterdir())) == 2


def test_of_too_many_arguments_only_some_are_kept(folder):
    asked = []

    @disk_cache.kept(Found, only=lambda run_id, number: number < 4)
    def look(run_id: str, number: int) -> Found:
        asked.append(number)
        return Found(np.arange(number), number / 7)

    for number in (3, 3, 4, 4):
        assert look("a", number).share == number / 7
    assert asked == [3, 4, 4]
    assert len(list(folder.iterdir())) == 1


class Both(NamedTuple):
    """A value of values."""

    one: Found
    named: dict[str, Found]
    total: float


def _both(one: dict, named: dict, total: float) -> Both:
    return Both(Found(**one), {name: Found(**fields) for name, fields in named.items()}, total)


def test_values_within_values_come_back_as_they_were(folder):
    asked = []

    @disk_cache.kept(_both)
    def look(run_id: str) -> Both:
        asked.append(run_id)
        return Both(Found(np.arange(3), 0.5), {"a cross": Found(np.eye(2), 1.0), "ß": Found(np.zeros(1), 2.0)}, 3.5)

    first, again = look("a"), look("a")
    assert asked == ["a"]
    np.testing.assert_equal(again._asdict(), first._asdict())
    assert type(again.one) is Found


@pytest.mark.parametrize("value", [np.arange(6.0).reshape(2, 3), 0.25])
def test_one_array_or_one_number_is_a_value_too(folder, value):
    asked = []

    @disk_cache.kept(disk_cache.itself)
    def look(run_id: str):
        asked.append(run_id)
        return value

    np.testing.assert_array_equal(look("a"), value)
    np.testing.assert_array_equal(look("a"), value)
    assert asked == ["a"]


def test_nowhere_unless_a_folder_is_named(counted, tmp_path, monkeypatch):
    look, asked = counted
    monkeypatch.setenv(disk_cache.VARIABLE, " ")
    monkeypatch.chdir(tmp_path)
    look("a", 3), look("a", 3)
    assert len(asked) == 2
    assert not list(tmp_path.iterdir())


def test_a_students_own_run_is_never_kept(folder, counted):
    look, asked = counted
    own = own_run.new_id()
    look(own, 3), look(own, 3)
    assert len(asked) == 2
    assert not folder.exists()


def test_another_zoo_or_other_source_is_computed_anew(folder, counted, tmp_path, monkeypatch):
    look, asked = counted
    look("a", 3)
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo" / zoo.MANIFEST).write_text(json.dumps({"format": 0}))
    monkeypatch.setenv("VAE_ZOO", str(tmp_path / "zoo"))
    look("a", 3)
    monkeypatch.setattr(disk_cache, "_code", lambda: "edited")
    look("a", 3)
    assert len(asked) == 3


def test_what_is_damaged_is_computed_again_and_mended(folder, counted, caplog):
    look, asked = counted
    look("a", 5)
    (path,) = folder.iterdir()
    sound = path.read_bytes()
    chance = np.random.default_rng(0)
    for number in range(FLIPS):
        damaged = bytearray(sound)
        if number % 4:
            damaged[chance.integers(len(sound))] ^= 1 << chance.integers(8)
        else:
            damaged = damaged[: chance.integers(len(sound))]
        path.write_bytes(damaged)
        assert look("a", 5).places.tolist() == (np.arange(5) / 3).tolist()
    assert len(asked) == 1 + FLIPS
    assert path.read_bytes() == sound
    assert "is damaged" in caplog.text


def test_a_folder_that_cannot_be_written_only_costs_time(counted, tmp_path, monkeypatch, caplog):
    look, asked = counted
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(disk_cache.VARIABLE, str(tmp_path / "file" / "kept"))
    with caplog.at_level(logging.WARNING):
        assert look("a", 3).share == look("a", 3).share
    assert len(asked) == 2
    assert "cannot be written" in caplog.text


def everything(run_id: str) -> list:
    """What pages ask of a run of those values that are kept."""
    family = beta_views.families()[2]
    ids, betas = tuple(run.run_id for run in family), tuple(run.beta for run in family)
    return [
        *models.encodings(run_id),
        *models.digit_terms(run_id),
        known_classes.scores(run_id, known_classes.SAMPLE, 50),
        *known_classes.mistakes(run_id, known_classes.SAMPLE, known_classes.MIXTURE),
        known_classes.log_density_of_unseen(run_id),
        posterior_explorer.answers_at_first(run_id, known_classes.GAUSSIAN),
        sample_ways.pcn_ends(run_id, sample_ways.LOOKED_AT, 0),
        *(part for way in sample_ways.WAYS for part in sample_ways.some_to_judge(run_id, way)),
        *(part for way in (*sample_ways.WAYS, sample_ways.AGAIN) for part in sample_ways.neighbours(run_id, way)),
        *(sample_ways.judged(run_id, way) for way in sample_ways.WAYS),
        *(roads.familiar(run_id, density) for density in roads.DENSITIES),
        *(roads.between_means(run_id, start, end) for start, end in ((0, 9), (9, 4))),
        *(each for ends in (roads.ASKED_ABOUT, roads.AT_FIRST) for each in roads_between(run_id, *ends).values()),
        *(stations.shortest(run_id, *asked) for asked in product(stations.METRICS, (False, True))),
        class_looks.decoded_means(run_id),
        prior_divergence.divergences(run_id),
        prior_divergence.from_one_gaussian(run_id, 4),
        beta_family.class_accuracy(run_id),
        *(part for standing in unusual_digits.no_digits(run_id).values() for part in standing),
        beta_views.prior_draws(ids, betas, beta_views.MATCHED, ids.index(run_id)),
        beta_views.drawn_variety(run_id),
        *two_spaces.compare(run_id, "classifier-d2"),
        *two_spaces.drawn(run_id, "classifier-d2"),
        roads.grid(run_id).edges.toarray(),
    ]


def roads_between(run_id: str, start: int, end: int) -> dict[str, roads.Road]:
    """As the page that nobody has moved anything on asks for them."""
    means = models.moments(run_id).mean.tolist()
    between = road.between(stations.shortest(run_id), start, end)
    return roads.roads(run_id, tuple(means[start]), tuple(means[end]), tuple(between), "latent", roads.MIXTURE)


def forget() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


def test_a_filled_folder_gives_what_is_computed_and_needs_no_model(folder, monkeypatch):
    forget()
    monkeypatch.delenv(disk_cache.VARIABLE)
    computed = everything(RUN)
    forget()
    monkeypatch.setenv(disk_cache.VARIABLE, str(folder))
    fill_cache.fill(RUN)
    forget()
    monkeypatch.setattr(zoo, "load", lambda run_id: pytest.fail(f"{run_id} was loaded"))
    for one, other in zip(computed, everything(RUN), strict=True):
        assert type(one) is type(other)
        np.testing.assert_equal(dict(disk_cache._leaves("", one)), dict(disk_cache._leaves("", other)))
    forget()


def filling(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "ui.fill_cache", *arguments], capture_output=True, text=True)


def test_filling_from_the_command_line(tmp_path):
    done = filling(str(tmp_path / "kept"), "--runs", RUN)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert f"1 of 1  {RUN}" in done.stdout
    assert f"{len(list((tmp_path / 'kept').iterdir()))} values" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{folder}/file"], "file"),
        (["{folder}/file/kept"], "file"),
        (["{folder}/kept", "--runs", "no-such"], "no such run: no-such"),
        ([], "folder"),
    ],
)
def test_bad_input_is_told_in_a_line(arguments, told, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = filling(*(argument.format(folder=tmp_path) for argument in arguments))
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr
