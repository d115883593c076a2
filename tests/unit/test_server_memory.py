"""What is freed goes back to the system, where its C library can be told."""

import subprocess
import sys

import pytest

# 120 arrays of 2 MB beside each other; glibc, left alone, keeps such arrays in its heap once it has seen one freed.
PROGRAM = """
import sys
import numpy as np
from ui.server_memory import give_back_what_is_freed

def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20

if sys.argv[1] == "told" and not give_back_what_is_freed():
    sys.exit(3)
np.ones(2**21).sum()  # 16 MB, freed at once: from now on glibc counts 2 MB as small
before = held()
arrays = [np.ones(2**18) for _ in range(120)]
pin = np.ones(2**13)  # after them, so that the heap cannot shrink
del arrays
print(held() - before)
"""


def kept(how: str) -> float:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=False)
    if done.returncode == 3:
        pytest.skip("no glibc here")
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_large_arrays_that_are_gone_are_no_longer_held():
    assert kept("told") < 20 < 200 < kept("left alone")
