"""How the course bears a class: students as WebSocket clients that speak Streamlit's protobuf, and a table by page.

    python -m benchmarks.load levels [--students 1 10 50 100 200] [--seconds 60]   everyone at their own pace
    python -m benchmarks.load chapters [--students 200] [--settle 20]              the whole class on one chapter each
    python -m benchmarks.load together [--students 200] [--seconds 20]             the class walks through the chapters
    python -m benchmarks.load burst [--students 200]                               "now everybody click"
    python -m benchmarks.load look [--students 200] [--pages KEY ...]              what a session alone holds
    python -m benchmarks.load soak [--sessions 1000] [--stay 20] [--rate 4]        sessions coming and going

The app is started on this machine as the container starts it, with one thread for arithmetic, `--replicas` times with
the students dealt out among them; or it is named with `--address` and `--pid`. Every student acts once in five seconds
and moves any control of the page: sliders, choices, buttons, exercises, and one time in ten a control of the sidebar,
which loads another model. Before, one student walks through all pages, so that caches are as warm as after a few
minutes of class; with `--settle` the class itself acts for so long, after all have come, before anything is counted.
`look` moves nothing: whoever comes is sent what is cached, so memory grows by the sessions alone. Of a first class it
grows by the caches too, as far as they may; `levels --students 200 200` tells what a second one needs beyond that.
Times are from sending an action to the end of its script, in this process, which shares the machine with the server.
"""

import argparse
import asyncio
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
import psutil

from benchmarks import classroom
from benchmarks.student import Action, Dropped, Student
from tests.browser import running
from ui import course

P95_MS, SESSION_MB, FLAT = 500, 1.5, 0.03  # limits; the last as a share of memory
TURNS = 10_000_000
JUDGED = ("levels", "chapters", "together")  # by their latencies
KEYS = ["" if chapter == course.CHAPTERS[0] else chapter.key for chapter in course.CHAPTERS]


class Memory:
    """Resident memory of the servers in MB, looked at every second: `samples` of (seconds, MB)."""

    def __init__(self, pids: Sequence[int]):
        self._servers = [psutil.Process(pid) for pid in pids]
        self._start = time.monotonic()
        self._cpu_start = self._cpu()
        self.samples: list[tuple[float, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def now(self) -> float:
        return sum(server.memory_info().rss for server in self._servers) / 1e6

    def load(self) -> float:
        """Cores the servers have kept busy."""
        return (self._cpu() - self._cpu_start) / (time.monotonic() - self._start)

    def _cpu(self) -> float:
        return sum(used.user + used.system for used in (server.cpu_times() for server in self._servers))

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(1):
            self.samples.append((time.monotonic() - self._start, self.now()))


def loop_seconds() -> float:
    """What `TURNS` turns of a bare loop take: machines differ by two, and one that is shared from hour to hour."""
    start, total = time.perf_counter(), 0
    for turn in range(TURNS):
        total += turn * turn
    return time.perf_counter() - start


def table(actions: list[Action], judge: bool) -> str:
    """By page: times of opening it and of what is done on it, and what is sent."""
    pages = defaultdict(list)
    for action in actions:
        pages[action.page].append(action)
    lines = [
        f"{'ms':<18}{'actions':>8}{'open p50':>10}{'p95':>7}{'move p50':>10}{'p95':>7}{'all p95':>9}{'max':>7}"
        f"{'kB open':>9}{'move':>6}  errors"
    ]
    for page in (key for key in KEYS if key in pages):
        lines.append(_row(_key(page), pages[page], judge))
    lines.append(_row("all", actions, judge))
    return "\n".join(lines)


def _key(page: str) -> str:
    """Of a chapter by its page, the first of which has no name in the address."""
    return page or course.CHAPTERS[0].key


def _row(name: str, actions: list[Action], judge: bool) -> str:
    opened = [each for each in actions if each.kind in ("open", "go", "gathering")]
    moved = [each for each in actions if each not in opened]
    p95 = _quantile(actions, 95)
    verdict = "" if not judge else "  ok" if p95 <= P95_MS else f"  OVER {P95_MS} ms"
    errors = sum(each.exception for each in actions)
    return (
        f"{name:<18}{len(actions):>8}{_quantile(opened, 50):>10.0f}{_quantile(opened, 95):>7.0f}"
        f"{_quantile(moved, 50):>10.0f}{_quantile(moved, 95):>7.0f}{p95:>9.0f}{_quantile(actions, 100):>7.0f}"
        f"{_kilobytes(opened):>9.0f}{_kilobytes(moved):>6.0f}  {errors or ''}{verdict}"
    )


def _quantile(actions: list[Action], percent: float) -> float:
    return float(np.percentile([1000 * each.seconds for each in actions], percent)) if actions else np.nan


def _kilobytes(actions: list[Action]) -> float:
    return float(np.mean([each.received for each in actions])) / 1e3 if actions else np.nan


def slowest(actions: list[Action], count: int = 12) -> str:
    """What is mended first: controls by the time they cost in all."""
    costs = defaultdict(list)
    for each in actions:
        costs[_key(each.page), each.kind, each.label].append(each.seconds)
    worst = sorted(costs.items(), key=lambda item: -sum(item[1]))[:count]
    return "\n".join(
        f"  {sum(seconds):7.1f} s in {len(seconds):>4}: {page}, {kind} {label[:60]}"
        for (page, kind, label), seconds in worst
    )


def told(record: classroom.Record, memory: Memory, before: float, students: int) -> bool:
    """Print what holds for all pages together; whether nothing was dropped and memory stayed within its limit.

    `before`, in MB, is what the servers held when the class came.
    """
    peak = max(megabytes for _, megabytes in memory.samples)
    per_session = (peak - before) / students
    sent = np.median(list(record.received.values())) / 1e6 if record.received else np.nan
    late = 1000 * np.percentile(record.lateness, 95)
    verdict = "ok" if per_session <= SESSION_MB else "OVER"
    print(
        f"dropped {len(record.dropped)}; server {memory.now():.0f} MB, peak {peak:.0f}, {per_session:.2f} MB a session "
        f"over the {before:.0f} before they came {verdict} (limit {SESSION_MB:g}); {sent:.1f} MB sent to a student; "
        f"{memory.load():.2f} cores; clients late by {late:.0f} ms at p95; a bare loop of {TURNS:,} turns takes "
        f"{loop_seconds():.2f} s here now"
    )
    for why in sorted(set(record.dropped))[:5]:
        print(f"  {why}")
    return not record.dropped and per_session <= SESSION_MB


def told_soak(record: classroom.Record, memory: Memory, sessions: int) -> bool:
    """Print memory over the soak; whether its second half is flat."""
    seconds, megabytes = np.array(memory.samples).T
    print(
        "memory over time: " + ", ".join(f"{s:.0f} s {m:.0f} MB" for s, m in memory.samples[:: len(seconds) // 20 or 1])
    )
    late = seconds > seconds[-1] / 2
    slope, _ = np.polyfit(seconds[late], megabytes[late], 1)
    third, fourth = np.array_split(megabytes[late], 2)
    growth = np.median(fourth) / np.median(third) - 1
    a_hundred = slope * seconds[-1] / sessions * 100
    print(
        f"second half: {a_hundred:+.1f} MB for 100 sessions, last quarter {growth:+.1%} of the one before "
        f"{'ok' if growth <= FLAT else 'OVER'} (limit {FLAT:.0%}); dropped {len(record.dropped)}"
    )
    return growth <= FLAT and not record.dropped


async def warm(address: str, pages: list[str]) -> None:
    """One student on every page, moving a few things."""
    student = Student(address, seed=12345)
    start = time.monotonic()
    await student.open(pages[0])
    for page in pages:
        await student.go(page)
        for _ in range(3):
            await student.move()
    await student.close()
    print(f"warmed up in {time.monotonic() - start:.0f} s")


@contextmanager
def app(options: argparse.Namespace) -> Iterator[tuple[list[str], list[int]]]:
    """Addresses and process ids of the replicas."""
    if options.address:
        yield [options.address], [options.pid]
        return
    with ExitStack() as replicas:
        servers = [
            replicas.enter_context(running.running_server(environ={"OMP_NUM_THREADS": "1"}))
            for _ in range(options.replicas)
        ]
        yield [server.address for server in servers], [server.process.pid for server in servers]


async def measure(options: argparse.Namespace, addresses: Sequence[str], pids: Sequence[int]) -> bool:
    """Run what was asked for; whether every limit was kept."""
    pages = ["" if page == course.CHAPTERS[0].key else page for page in options.pages] or KEYS
    seeds = iter(range(10**9))

    def make(number: int) -> Student:
        seed = next(seeds)
        return Student(addresses[seed % len(addresses)], seed=options.seed + seed)

    if not options.cold:
        for address in addresses:
            await warm(address, pages)
    kept = True
    for students in options.students if options.what == "levels" else options.students[-1:]:
        memory = Memory(pids)
        before = memory.now()
        if options.what == "levels":
            act = Student.again if options.still else Student.move
            record = await classroom.at_own_pace(make, students, options.seconds, pages, act, options.settle)
        elif options.what == "chapters":
            record = classroom.Record()
            for page in pages:
                alone = Memory(pids)
                found = await classroom.at_own_pace(make, students, options.seconds, [page], settle=options.settle)
                alone.end()
                record.append(found)
                print(f"{_row(_key(page), found.actions, judge=True)}  {alone.load():.2f} cores", flush=True)
        elif options.what == "together":
            record = await classroom.together(make, students, options.seconds, pages)
        elif options.what == "look":
            record = await classroom.looking(make, students, pages)
        elif options.what == "burst":
            record = await classroom.at_once(make, students, pages)
        else:
            record = await classroom.coming_and_going(make, options.sessions, options.stay, options.rate, pages)
        title = f"{options.sessions:,} sessions" if options.what == "soak" else f"{students} students"
        title += f", {len(addresses)} replica{'s' * (len(addresses) > 1)}"
        print(f"\n{options.what}, {title}, one action in {classroom.PERIOD:g} s, {len(pages)} pages")
        judged = [each for each in record.actions if each.kind != "gathering"]
        print(table(record.actions, judge=options.what in JUDGED))
        print(slowest(judged))
        memory.end()
        if options.what == "soak":
            kept &= told_soak(record, memory, options.sessions)
        else:
            kept &= told(record, memory, before, students)
        if options.what in JUDGED:
            by_page = {each.page for each in judged}
            kept &= all(_quantile([a for a in judged if a.page == page], 95) <= P95_MS for page in by_page)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("levels", "chapters", "together", "burst", "look", "soak"))
    parser.add_argument(
        "--students", type=int, nargs="+", help="default: 1 10 50 100 200; of others than levels, the last"
    )
    parser.add_argument(
        "--seconds", type=float, help="of a level (default: 60); on a page, in chapters and together (default: 20)"
    )
    parser.add_argument(
        "--settle", type=float, help="of levels and chapters: seconds before anything is counted (default: 0, 20)"
    )
    parser.add_argument("--sessions", type=int, default=1000, help="of a soak (default: 1000)")
    parser.add_argument("--stay", type=float, default=20, help="seconds a session of a soak stays (default: 20)")
    parser.add_argument("--rate", type=float, default=4, help="sessions of a soak that come in a second (default: 4)")
    parser.add_argument("--pages", nargs="+", default=[], metavar="KEY", help="chapters (default: all)")
    parser.add_argument("--replicas", type=int, default=1, help="servers to start (default: 1)")
    parser.add_argument("--address", help="of a running app on this machine, http://127.0.0.1:8501; default: start one")
    parser.add_argument("--pid", type=int, help="its process, for its memory; with --address")
    parser.add_argument(
        "--still", action="store_true", help="of levels: pages are drawn again as they stand, nothing is new"
    )
    parser.add_argument("--cold", action="store_true", help="no walk through all pages before")
    parser.add_argument("--seed", type=int, default=0, help="of what students choose (default: 0)")
    options = parser.parse_args()
    options.students = options.students or [1, 10, 50, 100, 200]
    options.seconds = options.seconds or (60 if options.what == "levels" else 20)
    options.settle = (20 if options.what == "chapters" else 0) if options.settle is None else options.settle
    unknown = sorted(set(options.pages) - {chapter.key for chapter in course.CHAPTERS})
    if unknown:
        parser.error(f"no such chapter: {', '.join(unknown)}")
    if options.replicas < 1:
        parser.error("--replicas is at least 1")
    if options.address and not options.pid:
        parser.error("--address needs --pid, the server's process")
    try:
        with app(options) as (addresses, pids):
            kept = asyncio.run(measure(options, addresses, pids))
    except Dropped as error:
        sys.exit(f"dropped while warming up: {error}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
