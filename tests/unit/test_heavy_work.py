"""Turns of long computations go round."""

import threading
import time

import pytest

from ui import heavy_work
from ui.heavy_work import Turn


def test_who_waits_comes_before_who_asks_again():
    turn, taken, waits = Turn(), [], threading.Event()

    def once():
        waits.set()
        with turn:
            taken.append("other")

    other = threading.Thread(target=once)
    with turn:
        taken.append("first")
        other.start()
        waits.wait()
        while len(turn._line) < 2:
            pass
    for _ in range(3):
        with turn:
            taken.append("again")
    other.join()
    assert taken == ["first", "other", "again", "again", "again"]


def test_one_at_a_time_and_none_lost():
    turn, inside, most = Turn(), [], []

    def many():
        for _ in range(200):
            with turn:
                inside.append(None)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 1600
    assert max(most) == 1


def test_a_failure_gives_the_turn_back():
    turn = Turn()
    with pytest.raises(ZeroDivisionError), turn:
        1 / 0  # noqa: B018
    with turn:
        pass


def test_a_long_turn_goes_round_in_slices(monkeypatch):
    monkeypatch.setattr(heavy_work, "SLICE", 0.0)
    turn, taken, inside = heavy_work.turn, [], threading.Event()

    def short():
        inside.set()
        with turn:
            taken.append("short")

    other = threading.Thread(target=short)
    step = heavy_work.in_slices(taken.append)
    with turn:
        step(1)
        other.start()
        inside.wait()
        while len(turn._line) < 2:
            pass
        step(2)
        step(3)
    other.join()
    assert taken == [1, "short", 2, 3]


def test_a_short_turn_is_not_interrupted():
    turn, taken = heavy_work.turn, []

    def once():
        with turn:
            taken.append("other")

    other = threading.Thread(target=once)
    with turn:
        other.start()
        while len(turn._line) < 2:
            pass
        turn._since = time.monotonic()
        heavy_work.in_slices(taken.append)("first")
    other.join()
    assert taken == ["first", "other"]
