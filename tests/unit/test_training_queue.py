"""Turns in the queue: as many at a time as allowed, in order, and none for those who have gone."""

import threading
import time

import pytest

from vae_core import training_queue
from vae_core.training_queue import TrainingQueue


class Job:
    """Trains until it is told to end."""

    def __init__(self, name: str, started: list[str]):
        self.name, self._started = name, started
        self.end = threading.Event()
        self.cancelled = False

    def run(self) -> None:
        self._started.append(self.name)
        assert self.end.wait(30)

    def cancel(self) -> None:
        self.cancelled = True
        self.end.set()


def eventually(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.005)


@pytest.fixture
def started():
    return []


@pytest.fixture
def jobs(started):
    return [Job(name, started) for name in "abcde"]


@pytest.mark.parametrize("capacity", [1, 2])
def test_as_many_run_as_allowed_and_the_rest_follow_in_order(jobs, started, capacity):
    queue = TrainingQueue(capacity)
    for job in jobs:
        queue.submit(job)
    for turn, job in enumerate(jobs):
        eventually(lambda: len(started) == min(turn + capacity, len(jobs)))  # noqa: B023 (called at once)
        assert [queue.place(each) for each in jobs[turn:]] == [
            max(0, n - capacity + 1) for n in range(len(jobs) - turn)
        ]
        job.end.set()
    assert sorted(started[:capacity]) + started[capacity:] == list("abcde")
    assert not any(job.cancelled for job in jobs)


def test_who_gives_up_a_place_is_never_started_and_those_behind_move_up(jobs, started):
    queue = TrainingQueue(1)
    for job in jobs[:4]:
        queue.submit(job)
    queue.cancel(jobs[1])
    assert [queue.place(job) for job in jobs[:4]] == [0, 0, 1, 2]
    queue.cancel(jobs[0])  # the running one: the next begins at once
    eventually(lambda: started == ["a", "c"])
    queue.close()
    assert started == ["a", "c"]
    assert all(job.cancelled for job in jobs[:4])


def test_who_is_away_loses_the_turn_and_who_comes_back_in_time_does_not(jobs, started, monkeypatch):
    monkeypatch.setattr(training_queue, "_WATCH_S", 0.01)
    queue = TrainingQueue(1, grace_s=0.2)
    asked = {"b": 0, "c": 0}

    def flickers() -> bool:
        asked["b"] += 1
        return asked["b"] % 2 == 0

    def leaves() -> bool:
        asked["c"] += 1
        return asked["c"] < 3

    queue.submit(jobs[0])
    queue.submit(jobs[1], flickers)
    queue.submit(jobs[2], leaves)
    eventually(lambda: jobs[2].cancelled)
    assert asked["b"] > 3
    assert not jobs[0].cancelled
    assert not jobs[1].cancelled
    queue.close()
    assert "c" not in started


@pytest.mark.parametrize(("text", "expected"), [("", 1), ("0", 0), (" 3 ", 3), ("64", 64)])
def test_the_environment_says_how_many_train_at_a_time(text, expected):
    assert training_queue.capacity({"VAE_TRAININGS": text}) == expected


@pytest.mark.parametrize("text", ["-1", "two", "1.5", "65", "²"])
def test_a_number_of_trainings_that_makes_no_sense_is_refused(text):
    with pytest.raises(ValueError, match="VAE_TRAININGS"):
        training_queue.capacity({"VAE_TRAININGS": text})
