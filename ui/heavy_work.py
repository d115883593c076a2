"""Long computations take turns: students who only move a control then share the interpreter with one, not with all.

    with heavy_work.turn:
        found = sampling.pcn_chain(...)

Inside a turn ask for nothing that Streamlit caches: another student's thread may be making it, and wait for its turn.
"""

from collections import deque
from threading import Event, Lock


class Turn:
    """A lock that is given in the order it was asked for.

    `threading.Lock` goes to whoever comes first, which is the one who just gave it back: fifty exact posteriors in a
    row would keep everyone else waiting to their end.
    """

    def __init__(self):
        self._line: deque[Event] = deque()  # whose turn it is, then those who wait
        self._changing = Lock()

    def __enter__(self) -> None:
        mine = Event()
        with self._changing:
            self._line.append(mine)
            if len(self._line) == 1:
                mine.set()
        mine.wait()

    def __exit__(self, *_) -> None:
        with self._changing:
            self._line.popleft()
            if self._line:
                self._line[0].set()


turn = Turn()
