"""How long does the server take to draw a page anew while twenty people read, each thinking five seconds?

    python benchmarks/reruns.py [--sessions 20] [--think 5] [--seconds 60]

A real server on a drawn release of 400 people, and as many websockets as sessions; each asks for a page in some scope,
waits for the whole answer, thinks, asks again. All pages and scopes have been seen once before (warm). "waited" is from
asking to the last message, "CPU" what the server itself worked on a rerun: on a machine that does other things too, only
that can be compared. The floor is the page Log, which draws no figure.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser.served import Server, served, visitor
from tests.drawn_release import draw_release

PAGES = ("", "adoption", "departments", "time_cost", "hierarchy", "relations")
SCOPES: tuple[dict[str, str], ...] = (
    {}, {"department": "Finance"}, {"period": "2026-Q2"}, {"tool": "slack"}, {"level": "3"},
)  # fmt: skip
FLOOR = "log"


def asked(choose: random.Random) -> tuple[str, str]:
    """Return a page and its query."""
    return choose.choice(PAGES), urlencode(choose.choice(SCOPES))


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def warm(server: Server) -> None:
    """Ask for every page in every scope once."""
    with visitor(server) as ask:
        for page in (*PAGES, FLOOR):
            for scope in SCOPES:
                ask(page, urlencode(scope))


def reading(server: Server, number: int, think: float, until: float, waited: list[float]) -> None:
    """Ask, think, ask again until the time is over."""
    choose = random.Random(number)
    with visitor(server) as ask:
        time.sleep(choose.uniform(0, think))
        while time.monotonic() < until:
            begin = time.monotonic()
            ask(*asked(choose))
            waited.append(time.monotonic() - begin)
            time.sleep(choose.uniform(0.5, 1.5) * think)


def one_by_one(server: Server, pid: int, pages: list[tuple[str, str]]) -> tuple[float, float]:
    """Return (median seconds waited, seconds of the server's CPU) a rerun, one session alone."""
    waits, before = [], cpu_of(pid)
    with visitor(server) as ask:
        for page, query in pages:
            begin = time.monotonic()
            ask(page, query)
            waits.append(time.monotonic() - begin)
    return statistics.median(waits), (cpu_of(pid) - before) / len(pages)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sessions", type=int, default=20)
    arguments.add_argument("--think", type=float, default=5.0)
    arguments.add_argument("--seconds", type=float, default=60.0)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        draw_release(Path(folder))
        with served(Path(folder), Path(folder) / "server") as server:
            pid = server.pid
            warm(server)
            choose = random.Random(1)
            alone = one_by_one(server, pid, [asked(choose) for _ in range(40)])
            floor = one_by_one(server, pid, [(FLOOR, "")] * 40)
            waited: list[float] = []
            begin, used = time.monotonic(), cpu_of(pid)
            readers = [
                threading.Thread(
                    target=reading,
                    args=(server, n, wanted.think, begin + wanted.seconds, waited),
                )
                for n in range(wanted.sessions)
            ]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            span, used = time.monotonic() - begin, cpu_of(pid) - used
    p50, p95 = (statistics.quantiles(waited, n=100)[at - 1] * 1000 for at in (50, 95))
    load = os.getloadavg()[0]
    print(f"{'':32}{'waited':>12}{'CPU a rerun':>14}")
    print(f"{'one session, figures':32}{alone[0] * 1000:>9.0f} ms{alone[1] * 1000:>11.0f} ms")
    print(
        f"{'one session, no figure (floor)':32}{floor[0] * 1000:>9.0f} ms{floor[1] * 1000:>11.0f} ms"
    )
    print(
        f"{f'{wanted.sessions} sessions, median':32}{p50:>9.0f} ms{used / len(waited) * 1000:>11.0f} ms"
    )
    print(f"{f'{wanted.sessions} sessions, 95 of 100':32}{p95:>9.0f} ms")
    print(
        f"{len(waited)} reruns in {span:.0f} s, server busy {used / span:.0%} of one core, load of the machine {load:.1f}"
    )


if __name__ == "__main__":
    main()
