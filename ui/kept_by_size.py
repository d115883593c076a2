"""Values kept until they are too large together: a count of entries promises little where one is 10 kB, another 1 MB.

charts = Kept(16_000_000, weigh)
chart = charts.get(name, make)      # made once, also when many ask at the same time
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Event, Lock
from typing import Any

import numpy as np


class Kept:
    """The values asked for last, at most so many bytes of them; what is larger alone is not kept.

    Args:
        limit: bytes of all values together, by `weigh`.
        weigh: bytes of one value.
    """

    def __init__(self, limit: int, weigh: Callable[[Any], int]):
        self._limit, self._weigh = limit, weigh
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()  # the one asked for last at the end
        self._making: dict[Hashable, Event] = {}
        self._lock = Lock()
        self.size = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """The value of this name, made where it is not kept; whoever asks meanwhile waits for it.

        Raises:
            What `make` raises; the next who asks tries again.
        """
        while True:
            with self._lock:
                if name in self._values:
                    self._values.move_to_end(name)
                    return self._values[name][0]
                under_way = self._making.get(name)
                if under_way is None:
                    self._making[name] = Event()
                    break
            under_way.wait()
        try:
            value = make()
            self.keep(name, value)
            return value
        finally:
            with self._lock:
                self._making.pop(name).set()

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._values.clear()
            self.size = 0

    def keep(self, name: Hashable, value: Any) -> None:
        """Keep what is known already under a name."""
        weight = self._weigh(value)
        if weight > self._limit:
            return
        with self._lock:
            self.size += weight - self._values.pop(name, (None, 0))[1]
            self._values[name] = value, weight
            while self.size > self._limit:
                self.size -= self._values.popitem(last=False)[1][1]


def weight_of(value: Any) -> int:
    """Bytes of dicts, lists, texts, numbers and arrays within each other, by a rough count."""
    if isinstance(value, dict):
        return 64 + sum(weight_of(key) + weight_of(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        # A list of numbers is counted, not walked through.
        return 64 + (32 * len(value) if value and isinstance(value[0], int | float) else sum(map(weight_of, value)))
    if isinstance(value, bytes | str):
        return 64 + len(value)
    return value.nbytes if isinstance(value, np.ndarray) else 32
