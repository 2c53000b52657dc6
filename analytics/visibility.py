"""Whom do the exports let us see, how well do they fit the HR file, and which figures can they tell?"""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

import polars as pl

from analytics.metrics import catalogue, periods
from analytics.privacy.lattice import LABELS

if TYPE_CHECKING:
    import duckdb


STEPS = 20  # a join rate is said in steps of a twentieth, rounded down: an exact one would count the few who lack
FITS = """
select
    a.tool,
    count(*) filter (where p.kind = 'human')                             as accounts,
    count(*) filter (where p.kind = 'human' and p.in_org)                as joined,
    count(*) filter (where p.kind = 'guest')                             as guests,
    count(*) filter (where p.kind in ('bot', 'service'))                 as machines,
    count(*) filter (where p.kind = 'human' and a.is_concealed)          as concealed,
    count(*) filter (where p.kind = 'human' and a.has_address)           as addressed,
    bool_or(a.has_seat)                                                  as lists_accounts
from memory.main.account a
join person p using (person)
group by a.tool
order by a.tool
"""


# A vendor's count shows a person in every week of its window. Without an HR file everybody is staff.
REPORTED = """
with named as (
    select distinct u.tool, u.person, u.valid_from, u.valid_to
    from memory.main.usage u
    join person p using (person)
    where p.kind = 'human' and (p.in_org or not exists (from org))
)
select
    tool,
    person,
    cast(unnest(generate_series(
        cast(date_trunc('week', valid_from) as timestamp), cast(valid_to - 1 as timestamp), interval 7 day
    )) as date) as week
from named
"""
STAFF = """
select w.week, count(distinct o.person) as headcount
from (select distinct week from reported) w
join org o on o.valid_from <= w.week + 6 and o.valid_to > w.week
join person p on p.person = o.person and p.kind = 'human'
group by w.week
"""


def rows(
    connection: "duckdb.DuckDBPyConnection", headcount: pl.DataFrame, mask: pl.DataFrame, k: int
) -> pl.DataFrame:
    """Return release.coverage: people with a visible account, of the headcount, by tool, week and department.

    Weeks of which a vendor's report alone tells are there too: as the audited group of the tool where there is one,
    else for the company, in steps of k people.
    """
    weeks = connection.sql(
        "select tool, period as week, quarter from period where grain = 'week' and tool is not null and days > 0"
    ).pl()
    told = reported(connection).select("tool", "week", quarter=periods.quarter_of("week")).unique()
    weeks = pl.concat([weeks, told.join(weeks, on=["tool", "week"], how="anti").cast(weeks.schema)])
    by_report = _by_report(connection, weeks, mask, k)
    every = headcount.group_by("quarter", "department").agg(pl.col("headcount").sum())
    company = headcount.group_by("quarter").agg(pl.col("headcount").sum())
    every = pl.concat(
        [
            every.drop_nulls("department"),
            company.with_columns(department=pl.lit(None, pl.String)).select(every.columns),
        ]
    )
    cells = mask.filter(
        pl.col("tool").is_not_null(),
        *(pl.col(label).is_null() for label in LABELS if label != "department"),
    ).select("quarter", "department", "tool", "n", "shown", "reason")
    return (
        weeks.join(cells, on=["quarter", "tool"])
        .join(every, on=["quarter", "department"], how="left", nulls_equal=True)
        .select(
            "tool",
            "week",
            "department",
            people=pl.when("shown").then(pl.col("n").cast(pl.Int64)),
            headcount=pl.when("shown").then(pl.col("headcount").cast(pl.Int64)),
            reason=pl.when(~pl.col("shown")).then(pl.col("reason").fill_null("small_group")),
        )
        .pipe(lambda audited: pl.concat([audited, by_report.cast(audited.schema)]))
        .sort("tool", "week", "department", nulls_last=False)
    )


def reported(connection: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Return tool, person, week of the people whom vendors' own reports name."""
    connection.execute(f"create or replace temp view reported as {REPORTED}")
    return connection.sql("from reported").pl()


def _by_report(
    connection: "duckdb.DuckDBPyConnection", weeks: pl.DataFrame, mask: pl.DataFrame, k: int
) -> pl.DataFrame:
    """Return the company's rows of release.coverage for tools that no audited group speaks of."""
    people = connection.sql(
        "select tool, week, count(distinct person) as people from reported group by all"
    ).pl()
    staff = connection.sql(STAFF).pl()
    return (
        weeks.join(
            mask.select("quarter", "tool").unique(),
            on=["quarter", "tool"],
            how="anti",
            nulls_equal=True,
        )
        .join(people, on=["tool", "week"])
        .join(staff, on="week", how="left")
        .select(
            "tool",
            "week",
            pl.lit(None, pl.String).alias("department"),
            people=pl.when(pl.col("people") >= k).then(pl.col("people") // k * k),
            headcount=pl.when(pl.col("people") >= k).then("headcount"),
            reason=pl.when(pl.col("people") < k).then(pl.lit("small_group")),
        )
    )


def spans(connection: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Return tool, first_day, last_day, weeks, reported (people whom the vendor's report names) of every tool."""
    acts = connection.sql(
        "select tool, min(first_day) as first_day, max(last_day) as last_day,"
        " count(*) filter (grain = 'week' and days > 0) as weeks from period where tool is not null group by tool"
    ).pl()
    told = (
        reported(connection)
        .group_by("tool")
        .agg(
            first=pl.col("week").min(),
            last=pl.col("week").max() + pl.duration(days=6),
            told=pl.col("week").n_unique(),
            reported=pl.col("person").n_unique(),
        )
    )
    return (
        acts.join(told, on="tool", how="full", coalesce=True)
        .select(
            "tool",
            first_day=pl.coalesce("first_day", "first"),
            last_day=pl.coalesce("last_day", "last"),
            weeks=pl.coalesce("weeks", "told"),
            reported=pl.col("reported").fill_null(0),
        )
        .sort("tool")
    )


def fits(connection: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Return tool, accounts (of people), joined (in the HR file), guests, machines, hides: exact, for no page.

    `hides`: "names" where the export gives codes for most people, "addresses" where its list of accounts has none
    and nobody in it can be found in the HR file; else null.
    """
    hides_names = pl.col("concealed") * 2 > pl.col("accounts")
    no_address = pl.col("lists_accounts") & (pl.col("addressed") == 0) & (pl.col("joined") == 0)
    hides = pl.when(hides_names).then(pl.lit("names"))
    return (
        connection.sql(FITS)
        .pl()
        .with_columns(
            hides=hides.otherwise(
                pl.when(no_address & (pl.col("accounts") > 0)).then(pl.lit("addresses"))
            )
        )
        .drop("concealed", "addressed", "lists_accounts")
    )


def tools(
    spans: pl.DataFrame, seen: pl.DataFrame, headcount: int | None, fit: pl.DataFrame, k: int
) -> dict[str, str]:
    """Return the items tool:<name> of release.company, each a JSON object of what an export shows.

    Takes `spans`; the panel's `tools` of the whole period; the headcount, null where nobody knows it; `fits`. Where the panel knows nobody with the tool, the
    people of the vendor's reports are visible, in steps of k. Counts under k people
    are null, others of accounts are in steps of k; `join_rate` is at least so much of the accounts.
    """
    items = {}
    by_tool = {row["tool"]: row for row in fit.to_dicts()}
    # a list of accounts alone tells of no week, but may hide names
    every = spans.join(fit.select("tool"), on="tool", how="full", coalesce=True).sort("tool")
    for tool, first, last, weeks, named in every.iter_rows():
        visible = seen.filter(pl.col("tools").str.split(",").list.contains(tool)).height
        known = by_tool.get(tool, {"accounts": 0, "joined": 0, "guests": 0, "machines": 0})
        items[f"tool:{tool}"] = json.dumps(
            {
                "from": first and str(first),
                "to": last and str(last),
                "weeks": weeks or 0,
                "people_visible": visible if visible >= k else in_steps(named or 0, k) or None,
                "headcount": headcount,
                "accounts": in_steps(known["accounts"], k),
                "join_rate": join_rate(known["joined"], known["accounts"], k),
                "guests": in_steps(known["guests"], k),
                "machines": known["machines"],
                "hides": known.get("hides"),
            }
        )
    return items


def in_steps(number: int, k: int) -> int | None:
    """Return a count of people in steps of k, rounded down; none is 0, fewer than k are null."""
    if number == 0:
        return 0
    return number // k * k or None


def join_rate(joined: int, accounts: int, k: int) -> float | None:
    """Return the least share, in steps of a twentieth, of a tool's accounts that are somebody's of the HR file."""
    return joined * STEPS // accounts / STEPS if accounts >= k else None


def can_be_told(
    provided: Collection[str], fit: pl.DataFrame, *, has_org: bool, has_cost: bool
) -> pl.DataFrame:
    """Return release.computable for what the imports provide together; `fit` from `fits`."""
    nobody_fits = has_org and fit["accounts"].sum() > 0 and fit["joined"].sum() == 0
    hidden = fit.filter(pl.col("hides").is_not_null())["hides"].to_list() if nobody_fits else []
    return catalogue.computable(
        provided, has_org=has_org, has_cost=has_cost, hides=min(hidden, default=None)
    )
