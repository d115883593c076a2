"""What a class does to a server: each at their own pace, all together, all at once, looking on, coming and going.

Each gives the record of every action, and what was dropped. Who is dropped stays away, as a student would.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice

from benchmarks.student import Action, Dropped, Student

PERIOD = 5.0  # seconds between the actions of one student
ARRIVE = 0.1  # seconds between two arrivals


@dataclass
class Record:
    """What happened: every action, why connections were lost, bytes each student was sent, and the clients' lateness.

    Lateness, in seconds, is how long after its time a timer of this process rang: with much of it, latencies are this
    process's and not the server's.
    """

    actions: list[Action] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    received: dict[int, int] = field(default_factory=dict)
    lateness: list[float] = field(default_factory=list)

    def add(self, student: int, action: Action | None) -> None:
        if action is not None:
            self.actions.append(action)
            self.received[student] = self.received.get(student, 0) + action.received

    def append(self, later: "Record") -> None:
        """What happened afterwards, the students being others with the same numbers."""
        self.actions += later.actions
        self.dropped += later.dropped
        self.lateness += later.lateness
        for student, received in later.received.items():
            self.received[student] = self.received.get(student, 0) + received


Make = Callable[[int], Student]  # the student of a number


async def at_own_pace(
    make: Make, students: int, seconds: float, pages: list[str], act: Callable = Student.move, settle: float = 0
) -> Record:
    """Students spread over the pages; three actions of four move a control, the fourth goes to the next page.

    `act` may be another thing to do on a page, such as `Student.again`. With `settle` the arrival and so many seconds
    after it pass before anything is recorded but who was dropped.
    """
    record = Record()
    settled = time.monotonic() + students * ARRIVE + settle
    begin, end = settled if settle else 0, settled + seconds

    def note(number: int, began: float, action: Action | None) -> None:
        if began >= begin:
            record.add(number, action)

    async def attend(number: int) -> None:
        await asyncio.sleep(number * ARRIVE)
        walk = islice(cycle(pages), number % len(pages), None)
        student = make(number)
        note(number, time.monotonic(), await student.open(next(walk)))
        await tell(student, partial(note, number, time.monotonic()))
        async for _ in paced(student.random, end):
            began = time.monotonic()
            onward = student.random.random() < 0.25
            note(number, began, await (student.go(next(walk)) if onward else act(student)))
            await tell(student, partial(note, number, began))
        await student.close()

    await _all(record, map(attend, range(students)))
    return record


async def together(make: Make, students: int, seconds: float, pages: list[str]) -> Record:
    """The whole class on one page, then on the next: as in a lecture."""
    record = Record()
    start = time.monotonic() + students * ARRIVE

    async def attend(number: int) -> None:
        await asyncio.sleep(number * ARRIVE)
        student = make(number)
        record.add(number, await student.open(pages[0]))
        for turn, page in enumerate(pages):
            await _until(start + turn * seconds + student.random.uniform(0, PERIOD))
            record.add(number, await student.go(page))
            await tell(student, partial(record.add, number))
            async for _ in paced(student.random, start + (turn + 1) * seconds):
                record.add(number, await student.move())
                await tell(student, partial(record.add, number))
        await student.close()

    await _all(record, map(attend, range(students)))
    return record


async def at_once(make: Make, students: int, pages: list[str]) -> Record:
    """All open the first page in the same moment; on every page, "now everybody click"."""
    record = Record()
    here = asyncio.Barrier(students)

    async def attend(number: int) -> None:
        student = make(number)
        try:
            await here.wait()
            record.add(number, await student.open(pages[0]))
            for page in pages:
                await here.wait()
                await asyncio.sleep(student.random.uniform(0, PERIOD * students / 40))
                record.add(number, (await student.go(page))._replace(kind="gathering"))
                await tell(student, partial(record.add, number))
                await here.wait()
                await asyncio.sleep(1)
                record.add(number, await student.move())
                await tell(student, partial(record.add, number))
        except Dropped:
            await here.abort()
            raise
        await student.close()

    await _all(record, map(attend, range(students)))
    return record


async def looking(make: Make, students: int, pages: list[str]) -> Record:
    """One after the other comes, goes through the pages without moving anything, and stays till all have."""
    record, here = Record(), []

    async def attend() -> None:
        for number in range(students):
            student = make(number)
            here.append(student)
            record.add(number, await student.open(pages[0]))
            for page in pages[1:]:
                record.add(number, await student.go(page))
                await tell(student, partial(record.add, number))

    await _all(record, [attend()])
    for student in here:
        await student.close()
    return record


async def coming_and_going(make: Make, sessions: int, stay: float, rate: float, pages: list[str]) -> Record:
    """So many sessions, `rate` a second, each of which stays `stay` seconds and closes its tab."""
    record = Record()

    async def attend(number: int) -> None:
        await asyncio.sleep(number / rate)
        student = make(number)
        end = time.monotonic() + stay
        record.add(number, await student.open(student.random.choice(pages)))
        async for _ in paced(student.random, end):
            if student.random.random() < 0.25:
                record.add(number, await student.go(student.random.choice(pages)))
            else:
                record.add(number, await student.move())
            await tell(student, partial(record.add, number))
        await student.close()

    await _all(record, map(attend, range(sessions)))
    return record


async def tell(student: Student, note: Callable[[Action | None], None]) -> None:
    """Have a student's browser say what it has found by itself, and note each time the server has taken it in."""
    while (action := await student.tell()) is not None:
        note(action)


async def paced(chance: random.Random, end: float):
    """The moments to act until `end`, `PERIOD` seconds apart on average and never while an answer is awaited."""
    moment = time.monotonic() + chance.uniform(0.2, 1) * PERIOD
    while moment < end:
        await _until(moment)
        yield
        moment = max(moment + chance.uniform(0.8, 1.2) * PERIOD, time.monotonic())


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))


async def _all(record: Record, students: Iterable) -> None:
    watch = asyncio.create_task(_watch(record))
    outcomes = await asyncio.gather(*students, return_exceptions=True)
    watch.cancel()
    for outcome in outcomes:
        if isinstance(outcome, Dropped | asyncio.BrokenBarrierError):
            record.dropped.append(str(outcome) or "waited for one who was dropped")
        elif isinstance(outcome, BaseException):
            raise outcome


async def _watch(record: Record) -> None:
    while True:
        wanted = time.monotonic() + 0.1
        await asyncio.sleep(0.1)
        record.lateness.append(time.monotonic() - wanted)
