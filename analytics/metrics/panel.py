"""Who counts, in which quarter, under which labels? Fixed for the whole quarter, so that nobody can be read off two weeks.

A person counts in a quarter if the exports cover them from its first day on: in the HR file (where there is one)
at the start and at the end, hired before it began, and with an account all along. Whoever joins, appears next quarter.
"""

from datetime import date

import duckdb
import polars as pl

from analytics.metrics import periods, spill, uptake

SCHEMA = {
    "quarter": pl.Date,
    "person": pl.Int64,
    "division": pl.String,
    "department": pl.String,
    "level": pl.String,
    "location": pl.String,
    "branch": pl.Int64,
    "tools": pl.String,
    "weeks": pl.Int32,
}

# A seat known from a tool's first exported day on was there before: no export looks further back. A tool whose
# exports list no accounts (a mail log) is taken as open to whoever was seen in it.
ACCOUNTS = """
create or replace temp table account as
select
    s.tool,
    s.person,
    case when s.valid_from <= c.first_day + 1 then date '1900-01-01' else s.valid_from end as valid_from,
    s.valid_to
from seat s
left join (select tool, min(day) as first_day from calendar group by tool) c on c.tool = s.tool
union all
select distinct tool, person, date '1900-01-01', date '9999-12-31'
from (
    select tool, actor as person from event where action <> 'notice'
    union
    select tool, person from delivery
)
where tool not in (select distinct tool from seat)
"""

PANEL = """
with block as (
    select quarter, first_day, last_day, weeks
    from period
    where grain in ('quarter', 'all') and tool is null
),
open_account as (
    select b.quarter, b.first_day, b.last_day, b.weeks, a.person, string_agg(distinct a.tool, ',' order by a.tool) as tools
    from block b
    join account a on a.valid_from <= b.first_day and a.valid_to > b.last_day
    group by all
),
placed as (
    select o.quarter, o.person, o.tools, o.weeks, place.division, place.department, place.level, place.location, place.branch, place.hired_on
    from open_account o
    left join org place on place.person = o.person and place.valid_from <= o.{label_day} and place.valid_to > o.{label_day}
    where not exists (from org)
       or (exists (from org s where s.person = o.person and s.valid_from <= o.first_day and s.valid_to > o.first_day)
           and exists (from org e where e.person = o.person and e.valid_from <= o.last_day and e.valid_to > o.last_day)
           and not exists (from org h where h.person = o.person and h.hired_on > o.first_day))
)
select
    nullif(quarter, date '{whole}')    as quarter,
    person,
    division,
    department,
    cast(level as varchar)             as level,
    location,
    branch,
    tools,
    cast(ceil(weeks) as integer)       as weeks
from placed
join person using (person)
where kind = 'human' and (quarter = date '{whole}') = {is_whole}
qualify row_number() over (partition by quarter, person order by department, level, location, branch, division) = 1
order by quarter, person
"""


def panel(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> pl.DataFrame:
    """Return one row a person and quarter, and one with quarter null for those covered from first to last day.

    Columns of SCHEMA; level is text "0".."n"; tools = the tools open to the person all quarter, comma-joined.
    Labels are those of the quarter's first day; for the whole period those of its last day. No events: no rows.
    """
    periods.make(con, settings)
    con.execute(ACCOUNTS)
    parts = [
        con.sql(PANEL.format(label_day=day, whole=periods.WHOLE, is_whole=whole)).pl()
        for day, whole in (("first_day", "false"), ("last_day", "true"))
    ]
    return pl.concat(parts).cast(SCHEMA)


MARKS = """
select
    quarter,
    person,
    tool,
    cast(bit_xor(hash(day, acts, messages, interactions, views, timed_acts, outside_acts, weekend_acts,
        direct, mentioned, grouped, broadcast, mails_in, chats_in)) % 9223372036854775807 as bigint) as mark
from person_day
where tool is not null and day <= $until
group by quarter, person, tool
order by quarter, person, tool
"""


def marks(con: duckdb.DuckDBPyConnection, until: date | None = None) -> pl.DataFrame:
    """Return quarter, person, tool, mark: a number that changes when what somebody did or received up to a day changes."""
    return con.sql(MARKS, params={"until": until or date.max}).pl()


def lay(con: duckdb.DuckDBPyConnection, people: pl.DataFrame, settings: periods.Hours) -> None:
    """Make what every family of metrics stands on: the tables of periods.make, `panel` and those of uptake.make."""
    periods.make(con, settings)
    load(con, people)
    uptake.make(con)


def load(con: duckdb.DuckDBPyConnection, people: pl.DataFrame) -> None:
    """Make the table `panel` of a panel frame (its labels may be merged); the whole period becomes WHOLE."""
    with spill.folder(con) as folder:
        file = folder / "panel.parquet"
        with_division(people).write_parquet(file)
        con.execute(
            "create or replace temp table panel as select * replace (coalesce(quarter, $whole) as quarter)"
            " from read_parquet($file)",
            {"whole": periods.WHOLE, "file": str(file)},
        )


def with_division(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with a column division, null where it has none: what was kept before there was one."""
    if "division" in frame.columns:
        return frame
    return frame.with_columns(division=pl.lit(None, pl.String))
