"""How long does the server take to draw a page anew while twenty people read, each thinking five seconds?

    python -m benchmarks.reruns [--sessions 20] [--think 5] [--seconds 120]

A real server on a drawn release of 400 people, and as many websockets as sessions. Each does what readers do: opens a page
in some scope, part or measure, or clicks on the page before it (a tool, a part, a measure, More), waits for the whole answer,
thinks, goes on. All of it has been seen once before (warm), each address by a reader of its own: within one visit a page keeps
the part that is open, whatever an address says. "waited" is from asking to the last message. "CPU" is what the server itself
worked on a rerun when one reader did all of it once more: on a machine that does other things too, only that can be compared.
"first" is the same when it was seen for the first time. The floor is the page Settings, which draws no figure. The server's
log must stay empty of errors.
"""

import argparse
import os
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.WidgetStates_pb2 import WidgetStates

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser.served import Server, served, visitor
from tests.drawn_release import draw_release

PAGES = ("overview", "adoption", "departments", "time_cost", "hierarchy", "relations", "trust")
SCOPES: tuple[dict[str, str], ...] = (
    {}, {"department": "Finance"}, {"period": "2026-Q2"}, {"tool": "slack"}, {"level": "3"},
)  # fmt: skip
PARTS = {
    "adoption": ("Over time", "Habits", "Launches", "Other counts"),
    "time_cost": ("Outside hours", "Messages", "Meetings", "What it costs"),
    "relations": ("Colleagues", "Customers", "In their own words"),
}
MEASURES = {
    "conversation": "People in conversation",
    "hours": "Hours in the tools",
    "outside": "Outside working hours",
}
WHOLE = (
    "step=week"  # without any of its words in the address, a page keeps the scope of the one before
)
FLOOR = "settings"
ERROR = re.compile(r"Traceback|Error|note [0-9A-F]{4}-")
Ask = Callable[..., list[Any]]
Click = tuple[str, str, str | bool]  # page, the widget's key, its new value
Done = tuple[str, str]  # page, and what was done there
Spent = dict[Done, list[float]]  # milliseconds


def addresses() -> list[tuple[str, str]]:
    """Return what is opened by an address, page and query: each part and measure in each scope."""
    views = {page: [{f"{page}_part": part} for part in names] for page, names in PARTS.items()}
    views["departments"] = [{"measure": measure} for measure in MEASURES]
    return [
        (page, urlencode(scope | view) if scope else f"{WHOLE}&{urlencode(view)}")
        for page in PAGES
        for scope in SCOPES
        for view in views.get(page, [{}])
    ]


def clicks() -> list[Click]:
    """Return what is clicked on a page of the whole company."""
    tools = [(page, "f_tool", "Slack") for page in PAGES[:-1]]
    parts = [(page, f"{page}_part", part) for page, names in PARTS.items() for part in names[1:]]
    measured = [("departments", "measure", label) for label in MEASURES.values()]
    more = [("overview", "about_hours"), ("adoption", "more_ladder"), ("time_cost", "more_hours")]
    return [*tools, *parts, *measured, *((page, key, True) for page, key in more)]


def open_(ask: Ask, page: str, query: str, states: WidgetStates | None = None) -> list[Any]:
    """Open a page; the first one has no name in the address."""
    return ask("" if page == PAGES[0] else page, query, states)


def click(ask: Ask, on_page: list[Any], wanted: Click) -> None:
    """Send what a browser sends for a click on a page that was drawn by these messages."""
    page, key, value = wanted
    found = re.search(rf"\$\$ID-[0-9a-f]+-{key}\b", "\n".join(map(str, on_page)))
    if found is None:
        raise LookupError(f"{page} has no widget {key}")
    states = WidgetStates()
    state = states.widgets.add(id=found[0])
    if isinstance(value, bool):
        state.bool_value = value
    else:
        state.string_value = value
    open_(ask, page, WHOLE, states)


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process has used, all threads together."""
    return time.clock_gettime((~pid << 3) | 2)  # Linux keeps such a clock for each process


def memory_of(pid: int) -> float:
    """Return what a process holds, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def kind_of(wanted: Click) -> str:
    """Return what is clicked, in a word."""
    page, key, value = wanted
    kinds = {"f_tool": "a tool", "measure": "a measure", f"{page}_part": "a part"}
    return "More" if value is True else kinds[key]


def steps(ask: Ask, choose: random.Random) -> Iterator[tuple[Done, Callable[[], object]]]:
    """Give for ever what a reader does next: what it is, and the doing."""
    while True:
        if choose.random() < 0.5:
            page, query = choose.choice(addresses())
            yield (page, "opened"), lambda page=page, query=query: open_(ask, page, query)
        else:
            wanted = choose.choice(clicks())
            seen: list[Any] = []
            yield (wanted[0], "opened"), lambda: seen.extend(open_(ask, wanted[0], WHOLE))  # noqa: B023  # done before the next
            yield (wanted[0], kind_of(wanted)), lambda: click(ask, seen, wanted)  # noqa: B023


def all_once(server: Server) -> Spent:
    """Do everything once, each by a reader of its own; returns the server's CPU of each in milliseconds."""
    spent: Spent = defaultdict(list)

    def taken(what: Done, do: Callable[[], object]) -> None:
        before = cpu_of(server.pid)
        do()
        spent[what].append((cpu_of(server.pid) - before) * 1000)

    for page, query in [(FLOOR, WHOLE), *addresses()]:
        with visitor(server) as ask:
            open_(ask, FLOOR, WHOLE)  # a reader's first page costs more than the page
            taken((page, "opened"), lambda: open_(ask, page, query))  # noqa: B023  # done before the next
    for wanted in clicks():
        with visitor(server) as ask:
            seen = open_(ask, wanted[0], WHOLE)
            taken((wanted[0], kind_of(wanted)), lambda: click(ask, seen, wanted))  # noqa: B023
    return spent


def reading(server: Server, number: int, think: float, until: float, waited: Spent) -> None:
    """Do one step, think, do the next until the time is over."""
    choose = random.Random(number)
    with visitor(server) as ask:
        open_(ask, PAGES[0], WHOLE)
        time.sleep(choose.uniform(0, think))
        for what, do in steps(ask, choose):
            if time.monotonic() >= until:
                return
            begin = time.monotonic()
            do()
            waited[what].append((time.monotonic() - begin) * 1000)
            time.sleep(choose.uniform(0.5, 1.5) * think)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sessions", type=int, default=20)
    arguments.add_argument("--think", type=float, default=5.0)
    arguments.add_argument("--seconds", type=float, default=120.0)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        draw_release(Path(folder))
        with served(Path(folder), Path(folder) / "server") as server:
            started = cpu_of(server.pid)
            first, spent = all_once(server), all_once(server)
            held = memory_of(server.pid)
            waited: Spent = defaultdict(list)
            begin, used = time.monotonic(), cpu_of(server.pid)
            until = begin + wanted.seconds
            readers = [
                threading.Thread(target=reading, args=(server, n, wanted.think, until, waited))
                for n in range(wanted.sessions)
            ]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            span, used = time.monotonic() - begin, cpu_of(server.pid) - used
            memory, errors = memory_of(server.pid), len(ERROR.findall(server.log.read_text()))
    told(waited, spent, first)
    count = sum(map(len, waited.values()))
    print(
        f"{count} reruns of {wanted.sessions} sessions in {span:.0f} s, {used / count * 1000:.0f} ms of CPU each, server busy"
        f" {used / span:.0%} of one core, load of the machine {os.getloadavg()[0]:.1f}; start {started:.1f} s of CPU;"
        f" {held:.0f} MB before, {memory:.0f} MB after; {errors} errors in the log"
    )


def told(waited: Spent, spent: Spent, first: Spent) -> None:
    """Print a line for what was done on each page, one for each page, and one of all."""
    heads = ("reruns", "waited", "95 of 100", "CPU", "95 of 100", "first", "longest")
    print(f"{'':28}" + "".join(f"{head:>12}" for head in heads))
    for page in (FLOOR, *PAGES, ""):
        kinds = sorted({kind for at, kind in (*waited, *spent) if at == page})
        for kind in [*kinds, ""] if len(kinds) > 1 else [""]:
            waits, works, firsts = (
                [one for (at, of), some in all_.items() if page in {at, ""} and kind in {of, ""} for one in some]
                for all_ in (waited, spent, first)
            )  # fmt: skip
            name = ", ".join(filter(None, (page, kind))) or "all"
            longest = f"{max(firsts):.0f} ms" if firsts else ""
            ends = (*middle_and_end(waits), *middle_and_end(works), middle_and_end(firsts)[0], longest)  # fmt: skip
            print(f"{name:28}{len(waits):>12}" + "".join(f"{end:>12}" for end in ends))


def middle_and_end(some: list[float]) -> tuple[str, str]:
    """Return the median and what 95 of 100 keep under."""
    if not some:
        return "", ""
    at = statistics.quantiles([*some, *some], n=100, method="inclusive")
    return f"{at[49]:.0f} ms", f"{at[94]:.0f} ms"


if __name__ == "__main__":
    main()
