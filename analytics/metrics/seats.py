"""How many could use it: people with a seat, of all in the HR file; and which seats somebody has taken and uses."""

import duckdb
import polars as pl

from analytics.metrics import few
from analytics.metrics.adoption import NO_SEATS, WHO
from analytics.metrics.engine import Measure
from analytics.metrics.passport import Cut, Grain, Passport, Words
from analytics.schema import polars_schema

METRIC = "seats"
CUTS: tuple[Cut, ...] = ("total", "tool", "department", "department_tool")
GRAINS: tuple[Grain, ...] = ("quarter", "all")
SEATS = f"case {NO_SEATS} end"
NO_VIEWS = f"case {NO_SEATS} when not bool_or(has_views) then 'no_views' end"
# Of a seat without an act, only an export that tells of reading says whether somebody has ever opened the tool.
STEPS = {
    "enabled": ("true", SEATS),
    "claimed": ("has_signed", NO_VIEWS),
    "used": ("acts + views > 0", NO_VIEWS),
}
MEASURES = tuple(
    Measure(
        METRIC, f"(enabled and ({x}))::int", WHO, bin=name, position=i, grains=GRAINS, cuts=CUTS,
        reason=reason,
    )
    for i, (name, (x, reason)) in enumerate(STEPS.items())
)  # fmt: skip


def over_headcount(figures: pl.DataFrame, headcount: pl.DataFrame) -> pl.DataFrame:
    """Return the figures with those of seats, bin enabled, as a share of everybody in the HR file.

    `headcount` has quarter (null = whole period), department, headcount; without rows the reason is no_org. Both
    counts stand in the release's coverage too. A count of licences is no estimate: it has no interval.
    """
    is_ours = (pl.col("metric") == METRIC) & (pl.col("bin") == "enabled")
    mine, others = figures.filter(is_ours), figures.filter(~is_ours)
    place = ["quarter", "department"]
    every = headcount.group_by(place).agg(pl.col("headcount").sum())
    company = headcount.group_by("quarter").agg(pl.col("headcount").sum())
    every = pl.concat([every.drop_nulls("department"), company], how="diagonal_relaxed")
    placed = mine.with_columns(
        quarter=pl.when(pl.col("grain") == "quarter").then("period"), at=pl.int_range(pl.len())
    ).join(every, on=place, how="left", nulls_equal=True)
    known = pl.col("reason").is_null() & pl.col("headcount").is_not_null()
    estimates = [
        name
        for name in ("low", "high", "shrunken", "chance_low", "chance_high", "named", "places", "change", "change_low", "change_high")
        if name in figures.columns
    ]  # fmt: skip
    told = placed.sort("at").with_columns(
        value=pl.when(known).then(pl.col("numerator") / pl.col("headcount")),
        denominator=pl.when(known).then(pl.col("headcount").cast(pl.Float64)),
        numerator=pl.when(known).then("numerator"),
        reason=pl.coalesce("reason", pl.when(~known).then(pl.lit("no_org"))),
        **dict.fromkeys(estimates),
    )
    return pl.concat([told.select(figures.columns).cast(figures.schema), others])


# Tools of which only the vendor's report is known: licences on the last day that it tells of.
REPORTED = """
with told as (
    select tool, (max(valid_to) - 1)::date as day
    from usage
    where tool not in (select tool from event)
    group by tool
),
staff as (
    select t.tool, o.person
    from told t
    join org o on o.valid_from <= t.day and o.valid_to > t.day
    join person p on p.person = o.person and p.kind = 'human'
),
licence as (
    select distinct t.tool, s.person
    from told t
    join seat s on s.tool = t.tool and s.valid_from <= t.day and s.valid_to > t.day
    join person p on p.person = s.person and p.kind = 'human'
)
select
    l.tool,
    count(distinct l.person)                                                    as licences,
    count(distinct l.person) filter (where f.person is not null)                as of_staff,
    (select count(distinct person) from staff where staff.tool = l.tool)        as headcount
from licence l
left join staff f on f.tool = l.tool and f.person = l.person
group by l.tool
order by l.tool
"""


def reported(con: duckdb.DuckDBPyConnection, threshold: int) -> pl.DataFrame:
    """Return finished release.figure rows of tools that only a vendor's report tells of: grain all, one tool each.

    Without an HR file: no_org. What their owners did stands in vendor_active, in the vendor's own windows.
    """
    rows = []
    for tool, licences, of_staff, headcount in con.sql(REPORTED).fetchall():
        row = {"metric": METRIC, "variant": "", "grain": "all", "tool": tool, "bin": "enabled", "position": 0}  # fmt: skip
        counts = {"numerator": of_staff, "denominator": headcount, "n": of_staff}
        if headcount == 0:
            rows.append(row | {"reason": "no_org"})
        elif of_staff < threshold or licences < threshold:
            rows.append(row | {"reason": "small_group"})
        elif headcount - of_staff < few.TAIL:
            rows.append(row | {"reason": "nearly_all_or_none"})
        else:
            rows.append(row | counts | {"value": of_staff / headcount})
    schema = polars_schema("release.figure")
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


PASSPORTS = (
    Passport(
        id=METRIC,
        family="adoption",
        title="Seats",
        question="How many people could use it?",
        unit="share",
        better="neither",
        definition=(
            "Enabled: the share of the people in the HR file who have a seat, that is an account or a licence that the tool's export lists. "
            "Claimed: of these seats, the share whose owner has opened or used the tool at any time so far. Used: the share whose owner did so in the period. "
            "numerator = people with a seat (claimed: who have ever opened it; used: who did in the period); denominator = people in the HR file (claimed and used: people with a seat). "
            "It cannot see whether a licence is access: an invitation that nobody accepted is no seat, one accepted and never opened is. Where no export tells of reading, claimed and used are not known. "
            "Of a tool known from the vendor's report alone, licences are those of the last day that it tells of."
        ),
        cuts=CUTS,
        grains=GRAINS,
        minimum="10 people; an HR file for enabled",
        smallest_worth_showing=0.05,
        tables=("seat", "org", "person_day", "usage"),
        needs=("seats",),
        source="Own definition; Slack help centre article 360057638533 tells all members, invited ones included, from those who claimed their account",
        peers="Slack divides by accounts; a share of the staff needs the HR file, which no vendor has",
        check="Twelve people by hand, nine with a seat, seven of them seen: 0.75 of the staff, 0.777778 of the seats",
        words=Words(
            up="more people have a seat than before",
            down="fewer people have a seat than before",
            same="as many people have a seat as before",
            unseen="nobody can say how many people have a seat",
        ),
        bins="enabled, of the staff; claimed and used, of the seats",
    ),
)  # fmt: skip
