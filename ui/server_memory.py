"""Freed memory goes back to the system, for what other students need.

glibc keeps what a program frees: more than a hundred megabytes after every page was opened once. Here it is told to ask
the system for every array of 128 kB or more, which gets it back when the array is gone; to make two heaps at most; and
to give back what is free now.
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
_LARGE, _AT_THE_END, _HEAPS = 2**17, 2**20, 2


def give_back_what_is_freed() -> bool:
    """Tell glibc; False where there is none, and nothing is changed. Trainings are other processes and keep theirs."""
    try:
        libc = ctypes.CDLL(None)
        mallopt, trim = libc.mallopt, libc.malloc_trim
    except (AttributeError, OSError, TypeError):
        return False
    settings = ((_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _AT_THE_END), (_ARENA_MAX, _HEAPS))
    told = [mallopt(name, value) == 1 for name, value in settings]
    trim(0)
    return all(told)
