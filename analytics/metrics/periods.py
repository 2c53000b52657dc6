"""The weeks, months and quarters that the exports cover, tool by tool.

A week begins on Monday; a month or quarter holds the whole weeks whose Thursday falls in it and
is named by its first Monday.
"""

from datetime import date
from typing import Protocol

import duckdb
import polars as pl

from analytics.metrics.passport import Grain

GRAINS: tuple[Grain, ...] = ("week", "month", "quarter", "all")
WHOLE = date(
    1, 1, 1
)  # stands for "the whole period" where SQL must compare: null never equals null

HABIT_WEEKS = 12  # of which a habit takes nine
LEAST_WEEKS = 4  # a month or quarter covered for less says too little; a week must be covered whole


class Hours(Protocol):
    """What metrics read of a workspace's settings."""

    @property
    def workdays(self) -> tuple[int, ...]: ...
    @property
    def time_zone(self) -> str | None: ...
    @property
    def day_starts(self) -> int: ...
    @property
    def day_ends(self) -> int: ...
    @property
    def threshold(self) -> int: ...
    @property
    def hourly_cost(self) -> tuple[float, float, float] | None: ...
    @property
    def milestones(self) -> tuple[str, ...]: ...


CALENDAR = """
create or replace temp table calendar as
with seen as (
    select tool, day from event where action <> 'notice'
    union all
    select tool, day from delivery
),
covered as (
    select tool, min(day) as first_day, max(day) as last_day from seen group by tool
    union all
    select null, min(day), max(day) from seen having count(*) > 0
),
days as (
    select tool, unnest(generate_series(first_day, last_day, interval 1 day))::date as day
    from covered
),
-- what was done between two exports is not known; days are those where people live, and may lie one off
seen_beside as (
    select distinct s.tool, s.day
    from seen s
    join gap g on g.tool = s.tool and s.day >= g.valid_from and s.day < g.valid_to
),
told as (
    select d.tool, d.day, g.tool is null or b.day is not null as is_covered
    from days d
    left join gap g         on g.tool = d.tool and d.day >= g.valid_from and d.day < g.valid_to
    left join seen_beside b on b.tool = d.tool and b.day = d.day
    where d.tool is not null
),
known as (
    from told
    union all
    select null, d.day, coalesce(bool_or(t.is_covered), false)
    from days d
    left join told t on t.day = d.day
    where d.tool is null
    group by d.day
),
weeks as (
    select tool, day, is_covered, isodow(day) as dow, date_trunc('week', day)::date as week from known
)
select
    tool,
    day,
    is_covered,
    is_covered and list_contains($workdays, dow) as is_workday,
    week,
    ({month})   as month,
    ({quarter}) as quarter
from weeks
"""

PERIODS = """
create or replace temp table period as
with long as (
    select tool, 'week' as grain, week as period, quarter, day, week, is_covered, is_workday from calendar
    union all
    select tool, 'month', month, quarter, day, week, is_covered, is_workday from calendar
    union all
    select tool, 'quarter', quarter, quarter, day, week, is_covered, is_workday from calendar
    union all
    select tool, 'all', $whole, $whole, day, week, is_covered, is_workday from calendar
),
whole_week as (
    select tool, week from calendar group by tool, week having count(*) filter (is_workday) >= $workday_count
),
summed as (
    select
        tool, grain, period, quarter,
        min(day)                                             as first_day,
        max(day)                                             as last_day,
        count(*) filter (is_covered)                         as days,
        not bool_and(is_covered)                             as misses_days,
        count(*) filter (is_workday)                         as working_days,
        count(*) filter (is_workday) / $workday_count::double as weeks
    from long
    group by tool, grain, period, quarter
),
judged as (
    select *, weeks >= case grain when 'week' then 1 when 'all' then 0 else $least_weeks end as is_whole from summed
),
recent as (
    select l.tool, l.grain, l.period, list(distinct l.week order by l.week desc)[:4] as recent_weeks
    from long l
    join whole_week w on w.week = l.week and w.tool is not distinct from l.tool
    group by l.tool, l.grain, l.period
),
habitual as (
    select s.tool, s.grain, s.period, list(w.week order by w.week desc)[:$habit_weeks] as habit_weeks
    from summed s
    join whole_week w on w.week <= s.last_day and w.tool is not distinct from s.tool
    group by s.tool, s.grain, s.period
)
select
    s.*,
    lag(s.period) over w                                     as previous,
    coalesce(lag(s.is_whole) over w, false)                  as follows,
    coalesce(lag(s.misses_days) over w, false)               as missed_before,
    case when len(r.recent_weeks) = 4 then r.recent_weeks end as recent_weeks,
    -- weeks that follow each other
    case when h.habit_weeks[1] - h.habit_weeks[$habit_weeks] = 7 * ($habit_weeks - 1) then h.habit_weeks end as habit_weeks,
    coalesce(h.habit_weeks[1] - h.habit_weeks[$habit_weeks] > 7 * ($habit_weeks - 1), false) as habit_is_broken
from judged s
left join recent r on r.grain = s.grain and r.period = s.period and r.tool is not distinct from s.tool
left join habitual h on h.grain = s.grain and h.period = s.period and h.tool is not distinct from s.tool
window w as (partition by s.tool, s.grain order by s.period)
"""


def make(con: duckdb.DuckDBPyConnection, settings: Hours) -> None:
    """Make the tables `calendar` (tool, day, …; tool null = any) and `period` (tool, grain, period, …).

    calendar: is_covered (some export tells of the day), is_workday (and it is one of the working week).
    period: first_day, last_day, days, misses_days (some of its days no export tells of; missed_before: of the one before), working_days, weeks (working days / days of a working week), previous,
    follows (previous is whole; else who was there then is not known), recent_weeks (the last four whole weeks of the period; null = fewer), habit_weeks (the last twelve up to its end, newest
    first, earlier periods included; null = fewer, or with weeks missing between them: habit_is_broken), is_whole (covered long enough to be shown).
    """
    blocks = {"month": _first_monday("month"), "quarter": _first_monday("quarter")}
    con.execute(CALENDAR.format(**blocks), {"workdays": list(settings.workdays)})
    con.execute(
        PERIODS,
        {
            "whole": WHOLE,
            "workday_count": len(settings.workdays),
            "least_weeks": LEAST_WEEKS,
            "habit_weeks": HABIT_WEEKS,
        },
    )


def quarter_of(period: str) -> pl.Expr:
    """Return the label of the quarter that a week, month or quarter belongs to; null for the whole period."""
    return _monday_of(_thursday(period).dt.truncate("1q"))


def last_day(grain: str, period: str) -> pl.Expr:
    """Return the last day of a week, month or quarter; null for the whole period."""
    week = pl.when(pl.col(grain) == "week").then(pl.col(period) + pl.duration(days=6))
    longer = (
        pl.when(pl.col(grain) == name).then(_monday_of(_next(period, length)) - pl.duration(days=1))
        for name, length in (("month", "1mo"), ("quarter", "1q"))
    )
    return pl.coalesce(week, *longer)


def _next(period: str, length: str) -> pl.Expr:
    return _thursday(period).dt.truncate(length).dt.offset_by(length)


def _thursday(period: str) -> pl.Expr:
    """Return the Thursday of a period's first week: a week lies where its Thursday does."""
    return pl.col(period) + pl.duration(days=3)


def _monday_of(block: pl.Expr) -> pl.Expr:
    """First Monday of the month or quarter that begins, by the calendar, on this day."""
    to_thursday = (11 - block.dt.weekday().cast(pl.Int64)) % 7
    return (block + pl.duration(days=to_thursday - 3)).cast(pl.Date)


def _first_monday(block: str) -> str:
    """Return SQL for the first Monday of the block that holds the week's Thursday."""
    first = f"date_trunc('{block}', week + 3)::date"
    return f"{first} + ((11 - isodow({first})) % 7)::integer - 3"
