"""Where will use level off? Only once the data can settle it: past the peak, and with a narrow interval of the ceiling."""

from datetime import timedelta

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import few, periods
from analytics.metrics.passport import Passport, Words
from analytics.schema import polars_schema
from analytics.statistics import diffusion
from analytics.statistics.interval import publish_ends

METRIC = "adoption_forecast"
CEILING = "ceiling"
AHEAD = (4, 13, 26)  # weeks
LEAST_SEATS = 100
LEAST_COME = 10  # people; of fewer a curve says nothing but who they are
DIGITS = 2  # an exact share would count who has come
SEED = 13

# Everybody covered from the first day to the last, by the week in which they came first; week null: not yet.
COME = """
with opened as (
    select tool, min(week) as week, max(day) as last_day from calendar group by tool
),
member as (
    select distinct s.tool, p.department, p.person
    from seated_since s
    join panel p on p.person = s.person and p.quarter = $whole
    where s.tool is null or list_contains(string_split(p.tools, ','), s.tool)
)
select m.tool, m.department, (f.week - o.week) // 7 as week, o.week as first_week, o.last_day, t.seen_from_start, t.untold_on, count(*) as people
from member m
join opened o on o.tool is not distinct from m.tool
join seated_start t on t.tool is not distinct from m.tool
left join seated_first f on f.person = m.person and f.tool is not distinct from m.tool
group by all
order by m.tool nulls first, m.department nulls last, 3
"""


def figures(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return finished release.figure rows: grain all, the company in any tool and in each, and departments of 100 seats; n = people with a seat.

    bin = ceiling, or so many weeks ahead. One row with a reason where no curve can be told: short_history where the
    start lies before the exports, missing_weeks where some between two of them are told by none, not_identified where the data fit many curves. Needs the tables of panel.lay.
    """
    come = con.sql(COME, params={"whole": periods.WHOLE}).pl()
    large = (
        come.filter(pl.col("tool").is_null())
        .drop_nulls("department")
        .filter(pl.col("people").sum().over("department") >= LEAST_SEATS)
    )
    parts = [
        *(({"tool": tool}, people) for (tool,), people in come.group_by("tool", maintain_order=True)),
        *(({"department": name}, people) for (name,), people in large.group_by("department", maintain_order=True)),
    ]  # fmt: skip
    rows = [
        row | {"metric": METRIC, "variant": "", "grain": "all"} | cell
        for cell, people in parts
        for row in _rows(people)
    ]
    rows += [
        {"metric": METRIC, "variant": "", "grain": "all", "bin": CEILING, "position": 0, "tool": tool, "reason": "no_seats"}
        for tool in _without_seats(con)
    ]  # fmt: skip
    schema = polars_schema("release.figure")
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def _rows(people: pl.DataFrame) -> list[dict[str, object]]:
    """Return the rows of one tool; takes week (null = not yet), first_week, last_day, seen_from_start, untold_on, people."""
    seats = int(people["people"].sum())
    first = _by_week(people)
    reason = _untold(people) or _too_little(seats, int(first.sum()))
    found = None if reason else diffusion.fit(first, seats)
    if found is None or not found.is_identified:
        n = seats if seats >= LEAST_SEATS else None
        return [{"bin": CEILING, "position": 0, "reason": reason or "not_identified", "n": n}]
    told = [(CEILING, found.ceiling, found.low, found.high)]
    bands = diffusion.forecast(first, seats, found, AHEAD, SEED)
    told += [(str(weeks), *band) for weeks, band in zip(AHEAD, bands, strict=True)]
    frame = pl.DataFrame(told, schema=["bin", "value", "low", "high"], orient="row")
    ended = publish_ends(frame.with_columns(pl.col("value").round_sig_figs(DIGITS)))
    return [row | {"position": i, "n": seats} for i, row in enumerate(ended.iter_rows(named=True))]


def _by_week(people: pl.DataFrame) -> np.ndarray:
    """Return how many came first in each whole week; who came in a last week cut short is not yet counted."""
    last_day, first_week = people.select("last_day", "first_week").row(0)
    weeks = (last_day - first_week + timedelta(days=3)).days // 7  # from Friday on a week is whole
    came = people.drop_nulls("week").group_by("week").agg(pl.col("people").sum())
    counted = dict(came.iter_rows())
    return np.array([counted.get(week, 0) for week in range(weeks)])


def _untold(people: pl.DataFrame) -> str | None:
    if not people["seen_from_start"][0]:
        return "short_history"
    return None if people["untold_on"][0] is None else "missing_weeks"


def _too_little(seats: int, come: int) -> str | None:
    if seats < LEAST_SEATS:
        return "small_group"
    if come < LEAST_COME:
        return "too_little_traffic"
    return "nearly_all_or_none" if come > seats - few.TAIL else None


def _without_seats(con: duckdb.DuckDBPyConnection) -> list[str | None]:
    """Return the tools with traffic of which no export lists the accounts; None = it is so with all of them."""
    used = con.sql("select distinct tool, tool in (select tool from seat) from calendar").fetchall()
    listed = [tool for tool, is_listed in used if tool and is_listed]
    missing = [tool for tool, _ in used if tool and tool not in listed]
    return sorted(missing) + ([] if listed or not used else [None])


PASSPORTS = (
    Passport(
        id=METRIC,
        family="adoption",
        title="Where use levels off",
        question="Where will it level off?",
        unit="share",
        better="up",
        definition=(
            "The share of people with a seat who will ever have contributed, if people go on coming as they came so far: some on their own, some following others (the curve of Bass, with the seats known). "
            "The bins 4, 13 and 26 are the share that will have come so many weeks after the last one. "
            "numerator = people expected to have contributed; denominator = people with a seat covered from the first day on. "
            "It is told only where the data settle it: past the week in which most came, and with an interval of the ceiling no wider than 25 points. "
            "Where weeks are missing between two exports it is not told: who came in them is not known. "
            "It cannot see a second launch, a rule or a new tool: a curve has one beginning."
        ),
        cuts=("total", "tool", "department"),
        grains=("all",),
        minimum="100 people with a seat; exports from the start of the tool to past the peak, no week missing",
        smallest_worth_showing=0.05,
        tables=("seat", "first_seen"),
        needs=("seats", "acts"),
        source="Bass 1969, A new product growth for model consumer durables, in discrete time by maximum likelihood; profile-likelihood interval of the ceiling, parametric bootstrap of what comes",
        peers="None of the products compared gives a forecast with the interval that says whether it is one",
        check="Twenty weeks by hand, 279 of 400 come: ceiling 0.719724, p 0.020647, q 0.286818; room air conditioners 1949 to 1961 by least squares: m 18712.74, and nothing told of their first five years",
        words=Words(
            up="more people are expected to come than before",
            down="fewer people are expected to come than before",
            same="as many people are expected to come as before",
            unseen="nobody can say where use levels off",
        ),
        bins="ceiling; 4, 13, 26 weeks ahead",
    ),
)  # fmt: skip
