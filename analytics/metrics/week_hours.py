"""At which hours of which weekdays do people act? For the whole company and period, and for no hour of few people."""

import duckdb
import polars as pl

from analytics.metrics import panel as panels
from analytics.metrics import periods
from analytics.metrics.passport import Passport, Words
from analytics.metrics.time_cost import MAIL_CHECK, ZONES_KNOWN
from analytics.schema import polars_schema

METRIC = "acts_by_hour"
PER_PEOPLE = 100
DIGITS = 2  # an hour that is hidden must not follow from the sum of the others
ONE_MOST, TWO_MOST = 0.5, 0.75  # as privacy/by_value.py has it for every figure

# One row an hour of the week with the people who acted in it, their acts, and the largest two; none = a row of zeros.
ACTS = """
with member as (select person from panel where quarter = $whole),
own as (
    select e.dow, e.second_of_day // 3600 as hour, e.actor, count(*) as acts
    from event e
    join member m on m.person = e.actor
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
    group by all
),
week as (select d.dow, h.hour from range(1, 8) d(dow), range(0, 24) h(hour))
select
    w.dow, w.hour,
    count(o.actor)                                as people,
    coalesce(sum(o.acts), 0)::bigint              as acts,
    coalesce(max(o.acts), 0)                      as largest,
    coalesce(list_sum(max(o.acts, 2)), 0)::bigint as two_largest
from week w
left join own o on o.dow = w.dow and o.hour = w.hour
group by w.dow, w.hour
order by w.dow, w.hour
"""
GROUND = """
select
    (select count(*) from panel where quarter = $whole) as people,
    (select max(weeks) from period where grain = 'all' and tool is null) as weeks,
    (select avg(p.zone_known::int) from panel m join person p using (person) where m.quarter = $whole) as zones,
    exists (from event where is_timed and action in ('post', 'reply', 'email', 'file')) as has_times
"""


def figures(
    con: duckdb.DuckDBPyConnection, panel: pl.DataFrame, settings: periods.Hours
) -> pl.DataFrame:
    """Return finished release.figure rows: bin "1-09" is Monday from 9 to 10, value the acts a week of 100 people.

    For the whole company and period alone. An hour with acts of fewer people than the threshold, or made by one or
    two of them, has a reason instead; where that is a single hour among its like, the smallest of these too.
    """
    periods.make(con, settings)
    panels.load(con, panel)
    [(people, weeks, zones, has_times)] = con.sql(
        GROUND, params={"whole": periods.WHOLE}
    ).fetchall()
    if not people:
        return pl.DataFrame(schema=polars_schema("release.figure"))
    why = None if has_times else "no_timestamps"
    if settings.time_zone is None and zones < ZONES_KNOWN:
        why = why or "no_time_zone"
    hours = con.sql(ACTS, params={"whole": periods.WHOLE}).pl()
    judged = hours.with_columns(
        reason=pl.coalesce(pl.lit(why, pl.String), _why(settings.threshold))
    )
    rows = shielded(judged, settings).with_columns(
        value=pl.when(pl.col("reason").is_null()).then(
            (pl.col("acts") * PER_PEOPLE / (people * max(weeks, 1))).round_sig_figs(DIGITS)
        ),
        n=pl.when(pl.col("reason").is_null()).then(people),
        bin=pl.format("{}-{}", "dow", pl.col("hour").cast(pl.String).str.zfill(2)),
        position=pl.int_range(pl.len()),
        metric=pl.lit(METRIC),
        variant=pl.lit(""),
        grain=pl.lit("all"),
    )
    schema = polars_schema("release.figure")
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(type_).alias(name)
        for name, type_ in schema.items()
    )


def _why(threshold: int) -> pl.Expr:
    acts = pl.col("acts")
    dominated = (pl.col("largest") > ONE_MOST * acts) | (pl.col("two_largest") > TWO_MOST * acts)
    return (
        pl.when(acts == 0)
        .then(None)
        .when(pl.col("people") < threshold)
        .then(pl.lit("small_group"))
        .when(dominated)
        .then(pl.lit("dominated"))
    )


def shielded(hours: pl.DataFrame, settings: periods.Hours) -> pl.DataFrame:
    """Return the hours with the smallest shown one hidden too (protected) where one alone is hidden among its like.

    Alike are hours of days off, of working days outside hours, and inside: what falls outside is published as a sum.
    """
    off = ~pl.col("dow").is_in(settings.workdays)
    late = ~pl.col("hour").is_between(settings.day_starts, settings.day_ends - 1)
    kind = pl.when(off).then(0).when(late).then(1).otherwise(2)
    is_shown = pl.col("reason").is_null() & (pl.col("acts") > 0)
    found = hours.with_columns(kind=kind, is_shown=is_shown)
    alone = (pl.col("reason").is_not_null().sum() == 1).over("kind")
    rank = pl.when("is_shown").then("acts").rank("ordinal").over("kind")
    return found.with_columns(
        reason=pl.when(alone & (rank == 1) & pl.col("is_shown"))
        .then(pl.lit("protected"))
        .otherwise("reason")
    ).drop("kind", "is_shown")


PASSPORTS = (
    Passport(
        id=METRIC,
        family="time_cost",
        title="Acts by hour of the week",
        question="When in the week do people write?",
        unit="count",
        better="neither",
        definition=(
            "Own acts (posts, replies, mails, files) in an hour of the week, in each person's local time, for 100 people and a week. "
            "numerator = acts × 100; denominator = people × working weeks; both are kept back, and the value has two digits, so that no hour follows from the others. "
            "It cannot see when people read, meet or think."
        ),
        cuts=("total",),
        grains=("all",),
        minimum="10 people who acted in that hour; the time zone of 8 in 10 people",
        smallest_worth_showing=0.0,
        tables=("event",),
        needs=("acts",),
        source="Own definition",
        peers="Worklytics and Viva Insights draw the hours of a day; neither hides hours of few people",
        check=f"{MAIL_CHECK}, Warsaw time: the hours outside Monday to Friday 8 to 17 hold 0.192854 of all acts, those of weekends 0.004502",
        words=Words(
            up="more is written in this hour than before",
            down="less is written in this hour than before",
            same="as much is written in this hour as before",
            unseen="nobody can say when people write",
        ),
        bins="weekday and hour: 1-09 is Monday from 9 to 10",
    ),
)
