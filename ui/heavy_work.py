"""Long computations take turns: students who only move a control then share the interpreter with one, not with all.

    with heavy_work.turn:
        found = sampling.pcn_chain(...)

Inside a turn ask for nothing that Streamlit caches: another student's thread may be making it, and wait for its turn.
"""

from threading import Lock

turn = Lock()
