"""What is kept by size: the latest, within the limit, made once however many ask."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from ui.kept_by_size import Kept, weight_of


def test_the_latest_are_kept_within_the_limit():
    kept, made = Kept(100, len), []

    def ask(name: str, size: int = 30) -> str:
        return kept.get(name, lambda: made.append(name) or name * size)

    for name in "abc":
        ask(name)
    assert (kept.size, len(kept)) == (90, 3)
    ask("a")  # asked for again: b is now the one asked for longest ago
    ask("d")
    assert kept.size == 90
    made.clear()
    for name in "acd":
        assert ask(name) == name * 30
    assert made == []
    ask("b")
    assert made == ["b"]
    ask("e", 100)  # as large as all
    assert (kept.size, len(kept)) == (100, 1)


def test_what_is_larger_than_the_limit_is_given_and_not_kept():
    kept = Kept(100, len)
    kept.get("a", lambda: "a" * 60)
    assert kept.get("b", lambda: "b" * 101) == "b" * 101
    assert (kept.size, len(kept)) == (60, 1)
    kept.clear()
    assert (kept.size, len(kept)) == (0, 0)


def test_what_is_known_already_is_kept_under_its_name_once():
    kept = Kept(100, len)
    for name in "aba":
        kept.keep(name, name * 40)
    assert (kept.size, len(kept)) == (80, 2)
    kept.keep("c", "c" * 40)
    assert kept.get("a", lambda: "new") == "a" * 40
    assert kept.get("b", lambda: "new") == "new"


def test_who_asks_meanwhile_waits_and_it_is_made_once():
    kept, made, together = Kept(1000, len), [], Barrier(8)

    def make() -> str:
        made.append(1)
        return "x"

    def ask(_) -> str:
        together.wait()
        return kept.get("x", make)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == ["x"] * 8
    assert len(made) == 1


def test_what_fails_is_tried_again():
    kept = Kept(100, len)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 / 0)
    assert kept.get("a", lambda: "a") == "a"


def test_weights_are_near_the_bytes():
    rows = {"name": ["some text"] * 100, "data": b"x" * 5_000, "array": np.zeros(1_000), "numbers": [0.5] * 500}
    size = sum(map(sys.getsizeof, (rows["name"], rows["data"], rows["array"], rows["numbers"]))) + 100 * 60 + 500 * 24
    assert weight_of(rows) == pytest.approx(size, rel=0.2)
