"""What stays for the life of a server is left out of the search for garbage.

Python looks for objects that hold one another but that nobody else holds, and to find them it walks through all objects
there are, 400,000 after torch, Altair and Plotly were imported: 0.2 s, in which every student waits, every quarter of a
minute of a busy class. Nearly all of these objects are modules, functions and classes, which never go.
"""

import gc

# New objects after which Python looks through them, and of the times after which it looks further back. What a page has
# computed is garbage once the page was run again, and its arrays wait for the search furthest back, which costs less
# than half of what it did: it may come as often as with Python's 700, 10 and 10.
OFTEN = (2_000, 5, 5)
_left_out = False


def leave_out_what_stays() -> bool:
    """Leave out all objects there are now; what comes later is looked through as before.

    It is done once in a process, at a moment when few students can have come: what is left out and is garbage later, by
    holding itself, is never found. What Python finds without a search, as soon as nobody holds it, still goes.

    Returns:
        Whether it was done now; False when it had been done before.
    """
    global _left_out
    if _left_out:
        return False
    _left_out = True
    gc.freeze()
    gc.set_threshold(*OFTEN)
    return True
