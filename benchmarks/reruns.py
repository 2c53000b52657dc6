"""How long does the server take to draw a page anew while twenty people read, each thinking five seconds?

    python -m benchmarks.reruns [--sessions 20] [--think 5] [--seconds 120]

A real server on a drawn release of 400 people, and as many websockets as sessions. Each does what readers do: opens a page
in some scope, part or measure, or clicks on the page before it (a tool, a part, a measure, More), waits for the whole answer,
thinks, goes on. All of it has been seen once before (warm). "waited" is from asking to the last message, "CPU" what the server
itself worked on a rerun: on a machine that does other things too, only that can be compared. The floor is the page Settings,
which draws no figure. The server's log must stay empty of errors.
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
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> float:
    """Return what a process holds, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def steps(ask: Ask, choose: random.Random) -> Iterator[tuple[str, Callable[[], object]]]:
    """Give for ever what a reader does next: the page that is answered for, and the doing."""
    while True:
        if choose.random() < 0.5:
            page, query = choose.choice(addresses())
            yield page, lambda page=page, query=query: open_(ask, page, query)
        else:
            wanted = choose.choice(clicks())
            seen: list[Any] = []
            yield wanted[0], lambda: seen.extend(open_(ask, wanted[0], WHOLE))  # noqa: B023  # done before the next
            yield f"{wanted[0]}, a click", lambda: click(ask, seen, wanted)  # noqa: B023


def warm(server: Server) -> dict[str, float]:
    """Do everything once; returns the seconds of the server's CPU that each page took when it was first opened."""
    first: dict[str, float] = {}
    with visitor(server) as ask:
        for page, query in addresses():
            before = cpu_of(server.pid)
            open_(ask, page, query)
            first.setdefault(page, cpu_of(server.pid) - before)
        for wanted in clicks():
            click(ask, open_(ask, wanted[0], WHOLE), wanted)
    return first


def reading(
    server: Server, number: int, think: float, until: float, waited: dict[str, list[float]]
) -> None:
    """Do one step, think, do the next until the time is over."""
    choose = random.Random(number)
    with visitor(server) as ask:
        open_(ask, PAGES[0], WHOLE)
        time.sleep(choose.uniform(0, think))
        for page, do in steps(ask, choose):
            if time.monotonic() >= until:
                return
            begin = time.monotonic()
            do()
            waited[page].append((time.monotonic() - begin) * 1000)
            time.sleep(choose.uniform(0.5, 1.5) * think)


def alone(server: Server) -> dict[str, float]:
    """Return the milliseconds of the server's CPU that a rerun of each page takes, mean of the scopes, one session alone."""
    spent = {}
    with visitor(server) as ask:
        for page in (FLOOR, *PAGES):
            open_(ask, page, WHOLE)
            before = cpu_of(server.pid)
            for scope in SCOPES * 3:
                open_(ask, page, urlencode(scope) or WHOLE)
            spent[page] = (cpu_of(server.pid) - before) / len(SCOPES * 3) * 1000
    return spent


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
            first = warm(server)
            spent, held = alone(server), memory_of(server.pid)
            waited: dict[str, list[float]] = defaultdict(list)
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


def told(waited: dict[str, list[float]], spent: dict[str, float], first: dict[str, float]) -> None:
    """Print a line a page, and one of all."""
    print(f"{'':24}{'reruns':>8}{'median':>10}{'95 of 100':>11}{'CPU alone':>11}{'first, CPU':>12}")
    every = [one for some in waited.values() for one in some]
    for page in (FLOOR, *sorted(waited), "all"):
        some = every if page == "all" else waited.get(page, [])
        ends = [statistics.quantiles(some, n=100)[at - 1] for at in (50, 95)] if some[1:] else []
        p50, p95 = (f"{end:.0f} ms" for end in ends) if ends else ("", "")
        cpu = f"{spent[page]:.0f} ms" if page in spent else ""
        cold = f"{first[page]:.2f} s" if page in first else ""
        print(f"{page:24}{len(some):>8}{p50:>10}{p95:>11}{cpu:>11}{cold:>12}")


if __name__ == "__main__":
    main()
