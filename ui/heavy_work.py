"""Long computations take turns: students who only move a control then share the interpreter with one, not with all.

    with heavy_work.turn:
        found = sampling.pcn_chain(...)

Inside a turn ask for nothing that Streamlit caches: another student's thread may be making it, and wait for its turn.
What calls a function many times goes round too, by `in_slices(function)`: half a second beside ten seconds is then
done after one.
"""

import time
from collections import deque
from collections.abc import Callable
from functools import wraps
from threading import Event, Lock

SLICE = 0.02  # seconds that a turn lasts at least


class Turn:
    """A lock that is given in the order it was asked for.

    `threading.Lock` goes to whoever comes first, which is the one who just gave it back: fifty exact posteriors in a
    row would keep everyone else waiting to their end.
    """

    def __init__(self):
        self._line: deque[Event] = deque()  # whose turn it is, then those who wait
        self._changing = Lock()
        self._since = 0.0  # this turn's beginning

    def __enter__(self) -> None:
        mine = Event()
        with self._changing:
            self._line.append(mine)
            if len(self._line) == 1:
                mine.set()
        mine.wait()
        self._since = time.monotonic()

    def __exit__(self, *_) -> None:
        with self._changing:
            self._line.popleft()
            if self._line:
                self._line[0].set()

    def pass_on(self) -> None:
        """From within a turn: if it has lasted `SLICE`, let those who wait go before, and come back after them."""
        if time.monotonic() - self._since >= SLICE:
            self.__exit__()
            self.__enter__()


turn = Turn()


def in_slices(function: Callable) -> Callable:
    """The same function, for use within a turn; before each call the turn may go round."""

    @wraps(function)
    def passing_on(*args, **more):
        turn.pass_on()
        return function(*args, **more)

    return passing_on
