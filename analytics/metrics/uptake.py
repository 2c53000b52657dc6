"""Who took up the tools that list who may use them, and since when? Made once, for every family of metrics."""

import duckdb

from analytics.metrics.periods import HABIT_WEEKS

OF_THEM = 9  # weeks of the twelve that a habit takes
FIRST_MASS = 0.16  # more than Rogers' first adopters in the very first week: the start lies before the exports
MOST_PAIRED = 5  # tools of which every two are held against each other

# Days where people live; public holidays are none to work on.
OWN = """
create or replace temp table own_calendar as
select person, case when count(*) = 1 then any_value(calendar) else 'of ' || person end as calendar, count(*) > 1 as is_mixed
from lives
group by person;

create or replace temp table own_day as
select calendar, day, starts < ends as is_worked from working_day
union all
-- who moved from one calendar to another has one of their own, put together of both
select o.calendar, w.day, w.starts < w.ends
from own_calendar o
join lives l on l.person = o.person
join working_day w on w.calendar = l.calendar and w.day >= l.valid_from and w.day < l.valid_to
where o.is_mixed
"""

# Adoption is about tools that list who may use them: what is done in the others (a mail log) is nobody's uptake.
# Where no tool lists accounts, all are taken, and the measures give no_seats.
SEATED = """
create or replace temp table seated_tool as
with used as (select distinct tool from calendar where tool is not null),
listed as (select tool from used where tool in (select tool from seat))
from listed
union all
select tool from used where not exists (from listed);

-- the most used of them, each with a bit of its own, to say in a number which of them somebody used
create or replace temp table paired_tool as
select tool, 1::bigint << (row_number() over (order by people desc, tool) - 1) as bit
from (select tool, count(*) as people from first_seen where tool in (select tool from seat) group by tool)
qualify row_number() over (order by people desc, tool) <= {most_paired};

create or replace temp table seated_day as
with own as (
    select person, tool, day, week, month, quarter, workday, acts, messages, interactions, views,
           direct + mentioned + grouped + broadcast as received
    from person_day
    where tool in (select tool from seated_tool)
)
from own
union all
select person, null, day, week, month, quarter, max(workday),
       sum(acts)::bigint, sum(messages)::bigint, sum(interactions)::bigint, sum(views)::bigint, sum(received)::bigint
from own
group by person, day, week, month, quarter;

create or replace temp table seated_week as
select person, tool, week, sum(acts)::bigint as acts from seated_day group by person, tool, week;

create or replace temp table seated_sign as
select person, tool, min(day) as day from seated_day where acts > 0 or views > 0 group by person, tool;

create or replace temp table seated_first as
with own as (select person, tool, day, week, month from first_seen where tool in (select tool from seated_tool))
from own
union all
select person, null, min(day), min(week), min(month) from own group by person;

-- the Sunday of the week in which it was the ninth of twelve
create or replace temp table seated_habit as
with counted as (
    select person, tool, week, lag(week, {of_them} - 1) over (partition by person, tool order by week) as ninth_before
    from seated_week
    where acts > 0
)
select person, tool, min(week) + 6 as day from counted where week - ninth_before < 7 * {habit_weeks} group by person, tool;

create or replace temp table seated_since as
with opened as (select tool, min(day) as day, max(day) as last_day from calendar where tool is not null group by tool),
-- what no export tells of, weeks between two of them and those after a tool's last, hides who came then
untold as (
    select tool, valid_from, valid_to from gap
    union all
    select tool, last_day + 1, date '9999-12-31' from opened where last_day + 7 < (select max(day) from calendar)
),
held as (
    select s.person, s.tool, min(greatest(s.valid_from, o.day)) as day
    from seat s
    join opened o on o.tool = s.tool
    group by s.person, s.tool
),
own as (
    select h.person, h.tool, h.day, min(greatest(u.valid_from, h.day)) filter (u.tool is not null) as untold_on
    from held h
    left join untold u on u.tool = h.tool and u.valid_to > h.day
    group by h.person, h.tool, h.day
)
from own
union all
select person, null, min(day), min(untold_on) from own group by person;

create or replace temp table seated_start as
with since as (
    select person, tool, min(day) over w as day, min(untold_on) over w as untold_on
    from seated_since
    window w as (partition by tool)
)
select
    s.tool,
    s.untold_on,
    count(*) filter (f.day < s.day + 7) <= {first_mass} * count(*) and coalesce(s.untold_on >= s.day + 7, true) as seen_from_start,
    s.untold_on is null or count(*) filter (f.week + 7 <= s.untold_on) >= {first_mass} * count(*)             as first_are_told
from since s
left join seated_first f on f.person = s.person and f.tool is not distinct from s.tool
group by s.tool, s.day, s.untold_on;

-- from when on all days are told, as seen from a day after the one before it
create or replace temp table unbroken as
with own as (
    select tool, date '0001-01-01' as after, min(day) as since from calendar where tool is not null group by tool
    union all
    select tool, valid_from, valid_to from gap
)
from own
union all
select null, date '0001-01-01', min(day) from calendar where tool is null having count(*) > 0
union all
select null, after, since from own where after > date '0001-01-01' and tool in (select tool from seated_tool)
"""


def make(con: duckdb.DuckDBPyConnection) -> None:
    """Make `own_calendar`, `own_day`, `seated_tool`, `paired_tool`, `seated_day`, `seated_week`, `seated_first`, `seated_habit`, `seated_sign`, `seated_since`, `seated_start` and `unbroken`: uptake, in tools that list who may use them.

    Columns as in person_day and first_seen; seated_habit: day on which nine of twelve weeks had an act for the first time; seated_sign: day of the first act or view; seated_since: day from which the exports know the seat, untold_on = the first day after it of which none tells; seated_start:
    seen_from_start = the exports reach back to the beginning, first_are_told = and without a break until the first 16 % had come, untold_on = the earliest; unbroken:
    since = from when on every day is told, for days later than `after`; tool null = in any of these tools. Needs `calendar`, `period` and the rollups.
    """
    con.execute(OWN)
    named = {"of_them": OF_THEM, "habit_weeks": HABIT_WEEKS}
    con.execute(SEATED.format(first_mass=FIRST_MASS, most_paired=MOST_PAIRED, **named))
