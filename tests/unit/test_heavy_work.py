"""Turns of long computations go round."""

import threading
import time

import pytest

from ui import heavy_work
from ui.heavy_work import Turn


def waiting(turn: Turn, taken: list) -> threading.Thread:
    """Another thread, in line for its turn, in which it writes down "other"."""

    def once():
        with turn:
            taken.append("other")

    thread = threading.Thread(target=once)
    thread.start()
    while len(turn._line) < 2:
        pass
    return thread


def test_who_waits_comes_before_who_asks_again():
    turn, taken = Turn(), []
    with turn:
        taken.append("first")
        other = waiting(turn, taken)
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
    turn, taken = heavy_work.turn, []
    step = heavy_work.in_slices(taken.append)
    with turn:
        step(1)
        other = waiting(turn, taken)
        step(2)
        step(3)
    other.join()
    assert taken == [1, "other", 2, 3]


def test_a_short_turn_is_not_interrupted():
    turn, taken = heavy_work.turn, []
    with turn:
        other = waiting(turn, taken)
        turn._since = time.monotonic()
        heavy_work.in_slices(taken.append)("first")
    other.join()
    assert taken == ["first", "other"]
