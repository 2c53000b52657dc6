"""At which hours of which weekdays do people act? Over the whole period, in the company and its departments, and for no hour of few people."""

import duckdb
import polars as pl

from analytics.metrics import few, periods
from analytics.metrics.passport import Passport, Words
from analytics.metrics.time_cost import MAIL_CHECK, ZONES_KNOWN
from analytics.schema import polars_schema

METRIC = "acts_by_hour"
PER_PEOPLE = 100
DIGITS = 2  # an hour that is hidden must not follow from the sum of the others

# One row a group (the company or a department) and hour of the week with the people who acted in it, their acts, and the
# largest two; none = a row of zeros.
ACTS = """
with member as (select person, department from panel where quarter = $whole),
place as (
    select null as department, count(*) as size from member
    union all
    select department, count(*) from member where department is not null group by department
),
own as (
    select e.dow, e.second_of_day // 3600 as hour, m.department, e.actor, count(*) as acts
    from event e
    join member m on m.person = e.actor
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
    group by all
),
week as (select d.dow, h.hour from range(1, 8) d(dow), range(0, 24) h(hour))
select
    p.department, p.size, w.dow, w.hour,
    count(o.actor)                                as people,
    coalesce(sum(o.acts), 0)::bigint              as acts,
    coalesce(max(o.acts), 0)                      as largest,
    coalesce(list_sum(max(o.acts, 2)), 0)::bigint as two_largest
from place p
cross join week w
left join own o on o.dow = w.dow and o.hour = w.hour and (p.department is null or o.department = p.department)
group by p.department, p.size, w.dow, w.hour
order by p.department nulls first, w.dow, w.hour
"""
GROUND = """
select
    (select count(*) from panel where quarter = $whole) as people,
    (select max(weeks) from period where grain = 'all' and tool is null) as weeks,
    (select avg(p.zone_known::int) from panel m join person p using (person) where m.quarter = $whole) as zones,
    exists (from event where is_timed and action in ('post', 'reply', 'email', 'file')) as has_times
"""


def figures(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> pl.DataFrame:
    """Return finished release.figure rows: bin "1-09" is Monday from 9 to 10, value the acts a week of 100 people.

    An hour with acts of fewer people than the threshold, or made by one or two of them, has a reason instead; where that
    is a single hour among its like, the smallest of these too. In a department an hour without acts has one as well: it
    would say something of each of its people. Needs the tables of panel.lay.
    """
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
            (pl.col("acts") * PER_PEOPLE / (pl.col("size") * max(weeks, 1))).round_sig_figs(DIGITS)
        ),
        n=pl.when(pl.col("reason").is_null()).then("size"),
        bin=pl.format("{}-{}", "dow", pl.col("hour").cast(pl.String).str.zfill(2)),
        position=pl.int_range(pl.len()).over("department"),
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
    dominated = (pl.col("largest") > few.ONE_MOST * acts) | (
        pl.col("two_largest") > few.TWO_MOST * acts
    )
    return (
        pl.when((acts == 0) & pl.col("department").is_null())
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
    alone = (pl.col("reason").is_not_null().sum() == 1).over("department", "kind")
    rank = pl.when("is_shown").then("acts").rank("ordinal").over("department", "kind")
    return found.with_columns(
        reason=pl.when(alone & (rank == 1) & pl.col("is_shown"))
        .then(pl.lit("protected"))
        .otherwise("reason")
    ).drop("kind", "is_shown")


def among_departments(figure: pl.DataFrame) -> pl.DataFrame:
    """Return release.figure rows with hours of departments kept back where the company's less the others' would tell one.

    For rows that the mask has gone over: where one department alone is hidden in an hour, the smallest shown one is too;
    where the company is, all are.
    """
    own = (pl.col("metric") == METRIC) & pl.col("department").is_not_null()
    told, rest = figure.filter(own), figure.filter(~own)
    company = rest.filter(pl.col("metric") == METRIC).select("bin", company="value")
    judged = told.join(company, on="bin", how="left", maintain_order="left").with_columns(
        hidden=pl.col("value").is_null().sum().over("bin"),
        rank=pl.col("value").rank("ordinal").over("bin"),
    )
    also = pl.col("value").is_not_null() & (
        pl.col("company").is_null() | ((pl.col("hidden") == 1) & (pl.col("rank") == 1))
    )
    kept = judged.with_columns(
        reason=pl.when(also).then(pl.lit("protected")).otherwise("reason"),
        value=pl.when(~also).then("value"),
        n=pl.when(~also).then("n"),
    )
    return pl.concat([rest, kept.select(rest.columns)])


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
        cuts=("total", "department"),
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
