"""Turns of long computations go round."""

import threading

import pytest

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
