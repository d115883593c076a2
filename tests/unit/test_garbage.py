"""What stays is left out of the search for garbage, what comes later is found as before."""

import json
import subprocess
import sys

PROGRAM = """
import gc, json
from ui.garbage import leave_out_what_stays

class Session:  # holds itself, as a student's session does through its callbacks: only a search finds it
    alive = most = 0
    def __init__(self):
        self.itself = self
        Session.alive += 1
        Session.most = max(Session.most, Session.alive)
    def __del__(self):
        Session.alive -= 1

stays = [[] for _ in range(100_000)]
looked_through = [len(gc.get_objects())]
done = [leave_out_what_stays()]
looked_through.append(len(gc.get_objects()))
left_out = [gc.get_freeze_count()]
for _ in range(200_000):
    Session()
done.append(leave_out_what_stays())
left_out.append(gc.get_freeze_count())
searched_by_itself = Session.most
gc.collect()
print(json.dumps([done, looked_through, left_out, searched_by_itself, Session.alive]))
"""


def test_what_comes_later_is_found_and_what_was_there_is_not_looked_through():
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    done, (before, after), left_out, most, at_the_end = json.loads(ran.stdout)
    assert done == [True, False]
    assert before > 100_000
    assert after < 1_000
    assert left_out[0] >= 100_000
    assert left_out[1] <= left_out[0]  # doing it again left nothing more out
    assert most < 50_000  # of 200,000, without asking for a search
    assert at_the_end == 0
