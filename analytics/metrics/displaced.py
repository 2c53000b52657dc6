"""Did mail and meetings give way to a tool? Who took it up against who did not, before and after.

Weeks of each person are split at the week in which somebody took the tool up. Whoever never did is split at the same
weeks and stands for what would have happened anyway. Everything below is within the vault; what leaves it is one mean
difference a tool and its interval, over two groups of at least the threshold each.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import periods
from analytics.metrics.base import NEW_AFTER_DAYS
from analytics.metrics.passport import Passport, Words
from analytics.schema import polars_schema
from analytics.statistics import quantiles
from analytics.statistics.interval import LEVEL, Numbers, publish_ends

MARGIN = 4  # whole weeks needed on both sides of the week of the start
FEWEST = 10
BINS = ("mails_written", "mails_received", "meeting_minutes")
MOST_OF_ONE, MOST_OF_TWO = (
    0.5,
    0.75,
)  # of the sum of all changes: above, it would be about one or two people
DIGITS = 3

# One row a person, tool and week with anything in it; `row` and `column`: where they stand among people and weeks.
WEEKLY = """
with mailing as (select distinct tool from person_day where tool is not null and mails_in > 0),
counted as (
    select
        person, tool, week,
        case when tool in (select tool from mailing) then messages else 0 end as mails_written,
        mails_in                                                              as mails_received,
        0                                                                     as meeting_us
    from person_day
    where tool is not null
    union all
    select person, tool, week, 0, 0, meeting_us
    from person_clock
    where tool is not null
),
"row" as (select person, row_number() over (order by person) - 1 as "row" from panel where quarter = $whole),
"column" as (
    select period as week, row_number() over (order by period) - 1 as "column"
    from period
    where grain = 'week' and tool is null and is_whole
)
select
    "row", "column", tool,
    sum(mails_written)::double  as mails_written,
    sum(mails_received)::double as mails_received,
    sum(meeting_us)::double     as meeting_minutes
from counted
join "row" using (person)
join "column" using (week)
group by all
"""
PEOPLE = "select count(*) from panel where quarter = $whole"
# Whoever comes soon after weeks that no export tells of may have begun in them.
STARTS = """
select f.week, exists (
    from gap g where g.tool = f.tool and f.day >= g.valid_to and f.day < g.valid_to + $new_after
) as may_be_earlier
from panel p
left join first_seen f on f.person = p.person and f.tool = $tool
where p.quarter = $whole
order by p.person
"""
UNITS = {"meeting_minutes": 60_000_000}  # what is added up, in one of a bin


@dataclass(frozen=True)
class Difference:
    """How much less a day, and its ends; people = how many took it up and how many did not."""

    value: float
    low: float
    high: float
    people: tuple[int, int]
    is_dominated: bool


def figures(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> pl.DataFrame:
    """Return finished release.figure rows, tool by tool, whole period: what gave way a person and working day.

    Reads the rollups and the panel of the whole period. Positive = less than without the tool. Without a whole
    week short_history, without mail no_data, without meetings no_calendar, with fewer than the threshold on either side not_identified. Needs the tables of panel.lay.
    """
    weeks = con.sql(
        "select period from period where grain = 'week' and tool is null and is_whole order by period"
    ).pl()["period"]
    tools = con.sql("select distinct tool from calendar where tool is not null order by tool")
    done = con.sql(WEEKLY, params={"whole": periods.WHOLE}).pl()
    rows: list[dict[str, object]] = []
    [(people,)] = con.sql(PEOPLE, params={"whole": periods.WHOLE}).fetchall()
    shape = people, len(weeks)
    every = _tables(done, shape)
    for (tool,) in tools.fetchall():
        starts = con.sql(
            STARTS, params={"tool": tool, "whole": periods.WHOLE, "new_after": NEW_AFTER_DAYS}
        ).pl()
        own = _tables(done.filter(tool=tool), shape)
        others = {name: every[name] - own[name] for name in BINS}
        rows += [{"tool": tool} | row for row in _of_tool(others, starts, weeks, settings)]
    schema = polars_schema("release.figure")
    empty = dict.fromkeys(schema) | {"metric": "displaced", "variant": "", "grain": "all"}
    found = pl.DataFrame([empty | row for row in rows], schema=schema)
    told = [pl.col(name).round_sig_figs(DIGITS) for name in ("value",)]
    return publish_ends(found.with_columns(told))


def _of_tool(
    others: dict[str, Numbers], starts: pl.DataFrame, weeks: pl.Series, settings: periods.Hours
) -> list[dict[str, object]]:
    """Return the rows of one tool; others: people × weeks in all other tools; starts: the week in which each person began, may_be_earlier."""
    if weeks.is_empty():
        unknown = {"reason": "short_history"}
        return [unknown | {"bin": name, "position": i} for i, name in enumerate(BINS)]
    start, never = _places(starts["week"], weeks), starts["week"].is_null().to_numpy()
    start[starts["may_be_earlier"].to_numpy()] = -1
    least = max(FEWEST, settings.threshold)
    rows: list[dict[str, object]] = []
    for position, name in enumerate(BINS):
        row: dict[str, object] = {"bin": name, "position": position}
        table = others[name] / UNITS.get(name, 1) / len(settings.workdays)
        found = displaced(table, start, never) if table.any() else None
        if found is None:
            is_there = "not_identified" if table.any() else None
            none = "no_calendar" if name == "meeting_minutes" else "no_data"
            rows.append(row | {"reason": is_there or none})
        elif min(found.people) < least:
            rows.append(row | {"reason": "not_identified"})
        elif found.is_dominated:
            rows.append(row | {"reason": "dominated"})
        else:
            about = {"value": found.value, "low": found.low, "high": found.high}
            rows.append(row | about | {"n": sum(found.people)})
    return rows


def _places(week: pl.Series, weeks: pl.Series) -> Numbers:
    """Return at which of the weeks each person began; -1 = before all of them, or never."""
    return np.where(week.is_null(), -1, weeks.search_sorted(week.fill_null(weeks.min()))).astype(
        int
    )


def _tables(done: pl.DataFrame, shape: tuple[int, int]) -> dict[str, Numbers]:
    """Return people × weeks of each of BINS, 0 where nothing happened; minutes still in microseconds, which subtract exactly."""
    place = done["row"].to_numpy() * shape[1] + done["column"].to_numpy()
    size = shape[0] * shape[1]
    return {name: np.bincount(place, done[name].to_numpy(), size).reshape(shape) for name in BINS}


def displaced(table: Numbers, start: Numbers, never: Numbers) -> Difference | None:
    """Return how much less those who began do after their start, less the same of those who never did.

    `table`: people × weeks; `start`: index of the week in which a person began; `never`: who did not. The week of the
    start belongs to neither side. Interval: Welch's, over people. None with fewer than two people on a side.
    """
    n_weeks = table.shape[1]
    began = np.flatnonzero(~never & (start >= MARGIN) & (start < n_weeks - MARGIN))
    others = np.flatnonzero(never)
    if min(len(began), len(others)) < 2:  # noqa: PLR2004  # one person has no spread
        return None
    cohorts, cohort, sizes = np.unique(start[began], return_inverse=True, return_counts=True)
    fell = _falls(table, cohorts)
    anyway = fell[others].mean(axis=0)
    own = fell[began, cohort] - anyway[cohort]
    alike = fell[others] @ (sizes / len(began))  # each of the others, split as those who began were
    variances = own.var(ddof=1) / len(own), alike.var(ddof=1) / len(alike)
    spread = sum(variances)
    if not spread > 0:
        return None
    freedom = spread**2 / sum(
        v**2 / (len(each) - 1) for v, each in zip(variances, (own, alike), strict=True)
    )
    half = float(quantiles.student(0.5 + LEVEL / 2, freedom) * np.sqrt(spread))
    value = float(own.mean())
    people = len(began), len(others)
    is_dominated = any(_dominated(each) for each in (fell[began, cohort], alike))
    return Difference(value, value - half, value + half, people, is_dominated)


def _falls(table: Numbers, cohorts: Numbers) -> Numbers:
    """Return people × cohorts: mean a week before the cohort's start, less the mean after it."""
    total = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    before = total[:, cohorts] / cohorts
    after = (total[:, [-1]] - total[:, cohorts + 1]) / (table.shape[1] - cohorts - 1)
    return before - after


def _dominated(moves: Numbers) -> bool:
    largest = np.sort(np.abs(moves))[::-1]
    whole = largest.sum()
    return bool(
        whole > 0 and (largest[0] > MOST_OF_ONE * whole or largest[:2].sum() > MOST_OF_TWO * whole)
    )


PASSPORTS = (
    Passport(
        id="displaced",
        family="time_cost",
        title="What gave way to a tool",
        question="Do people who took the tool up write fewer mails and meet less than they would have?",
        unit="count",
        better="neither",
        definition=(
            "Mails written, mails received and minutes in meetings a person and working day that fell away, in all other tools. "
            "For whoever took the tool up, the mean a day before the week of the first contribution, less the mean after it; from this is taken the same difference, at the same weeks, of those who never contributed. "
            "numerator = sum of these differences; denominator = people who took it up with four whole weeks on either side. "
            "Whoever first contributed within eight weeks of weeks that no export tells of may have begun in them, and is left out. It cannot see why somebody took it up: people are not drawn by lot, and who was about to write less may have come sooner. A mail that everybody writes less of, with or without the tool, is not counted for it."
        ),
        cuts=("tool",),
        grains=("all",),
        minimum="10 people who took it up and 10 who never did; four whole weeks before and after",
        smallest_worth_showing=0.1,
        tables=("person_day", "person_clock", "first_seen"),
        needs=("acts",),
        source="Difference in differences, group by group of the same starting week against those never treated, after Callaway and Sant'Anna 2021; interval over people (Welch)",
        peers="Vendors of collaboration tools state hours saved from questionnaires; none of the products compared sets them against people without the tool",
        check="Two who write 6 and 4 less a week after they took a tool up, two who never did and write 0 and 2 less: 4, worked by hand; with 0 planted, 95 in 100 drawn companies hold 0 in the interval",
        words=Words(
            up="more gave way than before",
            down="less gave way than before",
            same="as much gave way as before",
            unseen="nobody can say what gave way",
        ),
        bins="mails_written, mails_received, meeting_minutes; above zero = less of it than without the tool",
    ),
)  # fmt: skip
