"""Retention: who started together, and which of them are still there some weeks later."""

import math

import duckdb
import polars as pl

from analytics.metrics import periods
from analytics.metrics.engine import PAIRS, SCHEMA
from analytics.metrics.passport import Passport, Words

WEEKS_SHOWN = 12
DAY = 28  # the usual "day-28 retention", over all who started

# Three meanings of "still there": bounded = in that very week (on that very day), rolling = then or ever
# later, bracket = in the seven days from then on.
STARTER = """
create or replace temp table starter as
select a.person, a.tool, f.week, f.day, c.last_day, max(a.day) as last_act
from seated_day a
join seated_first f on f.person = a.person and f.tool is not distinct from a.tool
join panel p on p.person = a.person and p.quarter = $whole
join period c on c.grain = 'all' and c.tool is not distinct from a.tool
where a.acts > 0
  and (a.tool is null or list_contains(string_split(p.tools, ','), a.tool))
group by a.person, a.tool, f.week, f.day, c.last_day
"""
RETURNS = """
create or replace temp table returned as
with act as (
    select s.person, s.tool, (d.week - s.week) // 7 as weeks, d.day - s.day as days
    from starter s
    join seated_day d on d.person = s.person and d.tool is not distinct from s.tool
    where d.acts > 0
)
select distinct person, tool, 'week' as way, weeks as k from act where weeks between 1 and {weeks}
union all
select distinct person, tool, 'seven days', days // 7 from act where days between 7 and {weeks} * 7 + 6
union all
select distinct person, tool, 'day', days from act where days = {day}
"""
STAYED = """
with step as (
    select unnest(range(1, {weeks} + 1)) as k
),
-- weeks of which the exports tell in part or not at all, but for the last
broken as (
    select tool, period as week from period where grain = 'week' and not is_whole and last_day = period + 6
),
weekly as (
    select
        s.tool, s.week, t.k,
        (s.week + (7 * t.k + 4)::integer <= s.last_day and u.week is null)::int           as week_known,
        (s.day + (7 * t.k + 6)::integer <= s.last_day and u.week is null and n.week is null)::int as bracket_known,
        (w.k is not null)::int                                                 as bounded,
        (s.last_act >= s.week + (7 * t.k)::integer)::int                                  as rolling,
        (b.k is not null)::int                                                 as bracket
    from starter s
    cross join step t
    left join returned w on w.person = s.person and w.tool is not distinct from s.tool and w.way = 'week' and w.k = t.k
    left join broken u on u.tool is not distinct from s.tool and u.week = s.week + (7 * t.k)::integer
    left join broken n on n.tool is not distinct from s.tool and n.week = s.week + (7 * t.k + 7)::integer
    left join returned b on b.person = s.person and b.tool is not distinct from s.tool and b.way = 'seven days' and b.k = t.k
),
daily as (
    select
        s.tool, null::date as week, 0 as k,
        (s.day + {day} <= s.last_day and u.week is null)::int                  as week_known,
        (s.day + {day} + 6 <= s.last_day and u.week is null and n.week is null)::int as bracket_known,
        (w.k is not null)::int                                                 as bounded,
        (s.last_act >= s.day + {day})::int                                     as rolling,
        (b.k is not null)::int                                                 as bracket
    from starter s
    left join returned w on w.person = s.person and w.tool is not distinct from s.tool and w.way = 'day'
    left join broken u on u.tool is not distinct from s.tool and u.week = s.week + {day}
    left join broken n on n.tool is not distinct from s.tool and n.week = s.week + {day} + 7
    left join returned b on b.person = s.person and b.tool is not distinct from s.tool and b.way = 'seven days' and b.k = {day} // 7
)
select
    tool, week, k, count(*) as people,
    sum(week_known) as bounded_y, sum(bounded * week_known) as bounded_x,
    sum(week_known) as rolling_y, sum(rolling * week_known) as rolling_x,
    sum(bracket_known) as bracket_y, sum(bracket * bracket_known) as bracket_x
from (from weekly union all from daily)
group by tool, week, k
order by tool, week, k
"""
VARIANTS = {"": "bounded", "rolling": "rolling", "bracket": "bracket"}


def cells(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> pl.DataFrame:
    """Return the sums of retention in the columns of engine.cells: total and by tool, grain all.

    bin = "<first Monday of the cohort>/<weeks later>", cohorts of neighbouring weeks merged until they hold
    `threshold` people; "day 28" = everybody, on the 28th day. n = people of the cohort whom the exports cover
    that long. No rows when nobody has started. Needs the tables of panel.lay.
    """
    con.execute(STARTER, {"whole": periods.WHOLE})
    con.execute(RETURNS.format(weeks=WEEKS_SHOWN, day=DAY))
    stayed = con.sql(STAYED.format(weeks=WEEKS_SHOWN, day=DAY)).pl()
    cohorts = _merged(stayed, settings.threshold)
    return pl.concat(
        _sums(cohorts, variant, way, settings.threshold) for variant, way in VARIANTS.items()
    )


def _merged(stayed: pl.DataFrame, least: int) -> pl.DataFrame:
    """Add up neighbouring cohorts until each holds enough people; `cohort` is the first week, null = everybody."""
    sizes = stayed.filter(pl.col("k") <= 1).select("tool", "week", "people").drop_nulls("week")
    named = [
        part.with_columns(cohort=pl.Series(_names(part, least), dtype=pl.Date))
        for part in sizes.partition_by("tool", maintain_order=True)
    ]
    names = pl.concat([sizes.clear().with_columns(cohort=pl.lit(None, pl.Date)), *named])
    return (
        stayed.join(names.drop("people"), on=["tool", "week"], how="left", nulls_equal=True)
        .group_by("tool", "cohort", "k")
        .agg(pl.exclude("week").sum())
        .sort("tool", "cohort", "k", nulls_last=False)
    )


def _names(cohorts: pl.DataFrame, least: int) -> list[object]:
    """First week of the merged cohort of each week; a small remainder joins the last cohort that is large enough."""
    names: list[object] = []
    held = least
    for week, people in cohorts.select("week", "people").iter_rows():  # weeks, not people
        started = held >= least and cohorts.filter(pl.col("week") >= week)["people"].sum() >= least
        names.append(week if started or not names else names[-1])
        held = people if started else held + people
    return names


def _sums(cohorts: pl.DataFrame, variant: str, way: str, least: int) -> pl.DataFrame:
    x, y = pl.col(f"{way}_x").cast(pl.Float64), pl.col(f"{way}_y").cast(pl.Float64)
    weekly = pl.format("{}/{}", "cohort", "k")
    nothing = {name: pl.lit(None, pl.Float64) for name in ("sr", "srr", *PAIRS)}
    return cohorts.filter(y > 0).select(
        metric=pl.lit("retention"),
        variant=pl.lit(variant),
        kind=pl.lit("share"),
        bin=pl.coalesce(weekly, pl.lit(f"day {DAY}")),
        position=pl.int_range(pl.len(), dtype=pl.Int32),
        grain=pl.lit("all"),
        period=pl.lit(None, pl.Date),
        quarter=pl.lit(None, pl.Date),
        weeks=pl.lit(None, pl.Float64),
        cut=pl.when(pl.col("tool").is_null()).then(pl.lit("total")).otherwise(pl.lit("tool")),
        division=pl.lit(None, pl.String),
        department=pl.lit(None, pl.String),
        level=pl.lit(None, pl.String),
        location=pl.lit(None, pl.String),
        tool="tool",
        n=y, ny=y, sx=x, sy=y, sxx=x, sxy=x, syy=y,
        sl=x * math.log(2), sll=x * math.log(2) ** 2,
        n_capped=pl.lit(0.0), x1=(x > 0).cast(pl.Float64), x2=(x > 1).cast(pl.Float64),
        reason=pl.when(y < least).then(pl.lit("small_group")),
        **nothing,
    ).select(SCHEMA.keys())  # fmt: skip


PASSPORTS = (
    Passport(
        id="retention",
        family="adoption",
        title="Who is still there",
        question="Of those who started in a week, how many are still there some weeks later?",
        unit="share",
        better="up",
        definition=(
            "People who did something others can see for the first time in the same week, and the share of them still contributing some weeks later. "
            "numerator = people of the cohort contributing then; denominator = people of the cohort whom the exports cover that long. "
            "It cannot tell the first time from the first time seen: the first cohort of an export holds everybody who was there already, and so does the first one after missing weeks. "
            "Neighbouring weeks are put together until a cohort is large enough to be shown."
        ),
        cuts=("total", "tool"),
        grains=("all",),
        minimum="cohorts of 10 people",
        smallest_worth_showing=0.1,
        tables=("person_day", "first_seen"),
        needs=("acts",),
        source="Three usual definitions side by side, because they differ tenfold on the same people",
        peers="PostHog and Mixpanel: bounded or rolling, by choice; app stores: on the very day",
        check="Chat of the Elm community 2019 (github.com/preethac, Disentangled Slack chats), day 28: 22 of 561 on the very day, 220 of 561 then or later, 88 of 546 within the week",
        words=Words(
            up="more of those who start stay than before",
            down="fewer of those who start stay than before",
            same="as many of those who start stay as before",
            unseen="nobody can say how many of those who start stay",
        ),
        variants={
            "": "Bounded: contributing in that very week",
            "rolling": "Rolling: contributing in that week or any later one that the exports tell of",
            "bracket": "Bracket: contributing within the seven days from then on",
        },
        bins="first Monday of the cohort/weeks later, such as 2026-01-05/4; day 28 = everybody who started, 28 days later",
    ),
)
