"""How long do all metrics take, of all cuts and grains, and how does that grow with the people?

    python benchmarks/metric_stage.py [--large] [--weeks 8] [--profile]

Drawn companies of 52 weeks, or as many as are asked for, with 60 departments, five levels, eight places, a chat tool and mail: some four acts a
person and week, a million at 5,000 people. "rollups" sums them by person and day; "metrics" are the sums of every
metric in every cell of every week, month, quarter and of the whole; "hierarchy" is that of the org tree. Seconds are of
CPU, all threads together. The last column is metrics + hierarchy against one plain query, grouped by person and week, over
the same acts.
"""

import argparse
import cProfile
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analytics.metrics import catalogue, hierarchy
from analytics.metrics.panel import panel
from analytics.privacy.merge import merge_small
from tests.drawn import ALWAYS, NEVER, Settings, local_columns, write

FIRST, WEEKS = date(2025, 9, 29), 52
DAY = 86_400_000_000
DEPARTMENTS, SITES, REPORTS = 60, 8, 8
SIZES = (500, 5_000)
LARGE = (500, 5_000, 50_000)
PLAIN = "select actor, week, count(*) from event group by actor, week"


def company(people: int, weeks: int = WEEKS, seed: int = 1) -> dict[str, pl.DataFrame]:
    """Return vault frames of a drawn company: a tree of eight reports each, uneven mail and chat, a weekly meeting."""
    draw = np.random.default_rng(seed)
    number = np.arange(1, people + 1)
    manager = np.where(number > 1, (number - 2) // REPORTS + 1, 0)
    level = np.zeros(people, int)
    for i in range(1, people):
        level[i] = level[manager[i] - 1] + 1
    unit = draw.integers(0, DEPARTMENTS, people)
    org = pl.DataFrame(
        {"person": number, "valid_from": ALWAYS, "valid_to": NEVER, "department": [f"D{u:02}" for u in unit],
         "manager": manager, "level": level, "location": [f"L{site}" for site in draw.integers(0, SITES, people)],
         "branch": number % REPORTS, "hired_on": date(2015, 1, 1)}
    ).with_columns(
        manager=pl.when(pl.col("manager") > 0).then("manager"),
        division=pl.lit(None, pl.String), team=pl.lit(None, pl.String),
    )  # fmt: skip
    persons = pl.DataFrame(
        {"person": number, "kind": "human", "time_zone": "Europe/Rome", "zone_known": True, "in_org": True}
    )  # fmt: skip
    seats = persons.select("person", tool=pl.lit("slack"), valid_from=pl.lit(ALWAYS), valid_to=pl.lit(NEVER))  # fmt: skip
    events, deliveries = traffic(people, weeks, unit, draw)
    spaces = pl.DataFrame({"space": np.arange(DEPARTMENTS), "tool": "slack", "openness": "public", "purpose": "work", "phase": None})  # fmt: skip
    members = pl.DataFrame({"space": unit, "tool": "slack", "person": number})
    return {"person": persons, "org": org, "seat": seats, "space": spaces, "membership": members, "event": events, "delivery": deliveries}  # fmt: skip


def traffic(
    people: int, weeks: int, unit: np.ndarray, draw: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return events and deliveries: mails to one or two, posts and answers in one's department, meetings of six."""
    busy = draw.lognormal(0, 0.6, people)
    parts = [
        _acts(draw, busy, weeks, 2.0, "email", "mail"),
        _acts(draw, busy, weeks, 1.0, "post", "slack"),
        _acts(draw, busy, weeks, 1.0, "reply", "slack"),
        _acts(draw, busy, weeks, 0.3, "meeting", "calendar"),
    ]
    events = pl.concat(parts).sort("us").with_row_index("event", 1)
    space = pl.Series(unit).gather(events["actor"] - 1)
    is_chat = pl.col("tool") == "slack"
    events = events.with_columns(
        pl.col("event").cast(pl.Int64),
        space=pl.when(is_chat).then(space),
        recipients=pl.when(is_chat).then(None).when(pl.col("tool") == "mail").then(2).otherwise(5),
        seconds=pl.when(pl.col("action") == "meeting").then(2700),
        is_timed=pl.lit(value=True), mentions=pl.lit(0),
    )  # fmt: skip
    fans = {"email": ("to", 2), "reply": ("reply", 1), "meeting": ("attendee", 5)}
    deliveries = pl.concat(
        _delivered(events.filter(pl.col("action") == action), how, fan, people, draw)
        for action, (how, fan) in fans.items()
    )
    return _whole(events), _whole(deliveries)


def _acts(draw: np.random.Generator, busy: np.ndarray, weeks: int, rate: float, action: str, tool: str) -> pl.DataFrame:  # fmt: skip
    counts = draw.poisson(rate * busy * weeks)
    n = int(counts.sum())
    day = draw.integers(0, weeks, n) * 7 + draw.integers(0, 5, n)
    start = int((FIRST - date(1970, 1, 1)).days)
    us = (start + day) * DAY + draw.integers(7 * 3600, 19 * 3600, n) * 1_000_000
    actor = np.repeat(np.arange(1, len(busy) + 1), counts)
    return pl.DataFrame({"us": us, "actor": actor, "action": action, "tool": tool})


def _delivered(events: pl.DataFrame, how: str, fan: int, people: int, draw: np.random.Generator) -> pl.DataFrame:  # fmt: skip
    """Somebody near by, mostly: numbers near one's own are near in the tree."""
    copies = pl.concat([events] * fan)
    near = copies["actor"].to_numpy() + draw.integers(-40, 40, copies.height)
    person = np.where(draw.random(copies.height) < 0.8, near, draw.integers(1, people + 1, copies.height)) % people + 1  # fmt: skip
    return (
        copies.with_columns(person=pl.Series(person), how=pl.lit(how), copy=pl.lit(0))
        .filter(pl.col("person") != pl.col("actor"))
        .unique(["event", "person"], keep="first", maintain_order=True)
    )


def _whole(frame: pl.DataFrame) -> pl.DataFrame:
    empty = {"thread": pl.Int64, "in_reply_to": pl.Int64, "words": pl.Int32, "is_question": pl.Boolean}  # fmt: skip
    missing = [pl.lit(None, type_).alias(name) for name, type_ in empty.items()]
    return local_columns(frame.with_columns(missing), "Europe/Rome")


def timed(what: Callable[[], object]) -> float:
    """Return how many seconds of CPU it took, all threads together: what else runs on the machine does not count."""
    begin = time.process_time()
    what()
    return time.process_time() - begin


def measure(people: int, weeks: int, profile: bool) -> dict[str, float]:
    """Return acts, and seconds of CPU by stage, of a company of so many."""
    from analytics.vault import rollups

    settings = Settings(time_zone="Europe/Rome")
    with tempfile.TemporaryDirectory() as folder:
        frames = company(people, weeks)
        acts = frames["event"].height
        con = write(Path(folder), frames, settings=settings, build=False)
        del frames
        found = {
            "people": people,
            "acts": acts,
            "plain": min(timed(lambda: con.sql(PLAIN).pl()) for _ in range(3)),
            "rollups": timed(lambda: rollups.build(con, Path(folder) / "rollups", settings)),
        }
        members = merge_small(panel(con, settings), settings.threshold)
        stage = cProfile.Profile()
        if profile:
            stage.enable()
        found |= {
            "metrics": timed(lambda: metrics(con, members, settings)),
            "hierarchy": timed(lambda: hierarchy.figures(con, members, settings, 1)),
        }
        if profile:
            stage.disable()
            pstats.Stats(stage).sort_stats("cumulative").print_stats(45)
    return found | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2}


def metrics(con: duckdb.DuckDBPyConnection, members: pl.DataFrame, settings: Settings) -> None:
    """Compute every metric but those of the org tree."""
    catalogue.cells(con, members, settings)
    catalogue.finished(con, settings)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--large", action="store_true", help="50,000 people too")
    arguments.add_argument("--profile", action="store_true", help="say where the time goes")
    arguments.add_argument("--people", type=int, help="this many alone")
    arguments.add_argument("--weeks", type=int, default=WEEKS, help="of how many weeks")
    asked = arguments.parse_args()
    sizes = (asked.people,) if asked.people else LARGE if asked.large else SIZES
    print(f"{'people':>8}{'acts':>12}{'rollups':>10}{'metrics':>10}{'hierarchy':>11}{'× plain':>9}{'peak GB':>9}")  # fmt: skip
    for people in sizes:
        row = measure(people, asked.weeks, asked.profile)
        ratio = (row["metrics"] + row["hierarchy"]) / row["plain"]
        print(
            f"{row['people']:>8,}{row['acts']:>12,}{row['rollups']:>9.1f}s{row['metrics']:>9.1f}s{row['hierarchy']:>10.1f}s"
            f"{ratio:>9.0f}{row['peak']:>9.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
