"""Who counts in which quarter and tool, under which labels, and what can each tool's exports tell?"""

import duckdb

from analytics.metrics.passport import LABELS
from analytics.metrics.uptake import FIRST_MASS

# What a tool's exports can tell, judged by what is in them.
TOOL = """
create or replace temp table tool_sees as
with used as (select distinct tool from calendar where tool is not null),
told as (
    select
        tool,
        bool_or(action = 'view')                                                    as has_views,
        bool_or(action in ('post', 'reply', 'reaction'))                            as has_posts,
        bool_or(action = 'meeting' and seconds > 0)                                 as has_meetings,
        bool_or(action = 'call' and seconds > 0)                                    as has_calls,
        bool_or(action in ('post', 'reply', 'email', 'file'))                       as has_writing,
        bool_or(action in ('post', 'reply', 'email', 'file') and is_timed)          as has_times,
        bool_or(action in ('post', 'reply', 'email', 'file') and is_timed and space is not null) as has_places,
        bool_or(in_reply_to is not null)                                            as has_replies,
        bool_or(is_question is not null)                                            as has_questions
    from event
    group by tool
),
known as (
    select
        u.tool,
        tool in (select tool from seat)                                               as has_seats,
        {of_acts},
        tool in (select tool from meeting_kind where is_series = 1)                   as has_series,
        tool in (select tool from delivery where how = 'accepted')                    as has_accepted,
        tool in (select tool from answer_known)                                       as has_answers,
        tool in (select tool from answer_known where rooted * 10 >= answers * 9)      as has_threads,
        tool in (select tool from seated_tool)                                        as has_uptake,
        tool in (select tool from tie_week)                                           as has_ties,
        tool in (select tool from tie_week) or tool in (select tool from membership)  as has_recipients
    from used u
    left join told using (tool)
)
from known
union all by name
select null as tool, {any_tool} from known
"""

# The days of each tool: those of its exports, and those of others' before and after them, unless it was being taken up or
# given up then, so that nothing was there. usual = what is done in it on a day.
DAYS = """
create or replace temp table tool_day as
with own as (
    select tool, person, min(day) filter (acts > 0) as first_on, max(day) filter (acts > 0) as last_on, sum(acts) as acts
    from person_day
    where tool is not null
    group by tool, person
),
reach as (
    select tool, min(day) as first_day, max(day) as last_day, count(*) filter (is_covered) as days
    from calendar
    where tool is not null
    group by tool
),
known as (
    select
        r.tool, r.first_day, r.last_day, coalesce(sum(o.acts), 0) / greatest(r.days, 1)::double               as usual,
        r.first_day > e.first_day + 7 and count(*) filter (o.first_on < r.first_day + 7) > {first_mass} * count(o.first_on) as was_there,
        r.last_day + 7 < e.last_day and count(*) filter (o.last_on > r.last_day - 7) > {first_mass} * count(o.first_on)     as is_there
    from reach r
    cross join (select min(first_day) as first_day, max(last_day) as last_day from reach) e
    left join own o on o.tool = r.tool
    group by r.tool, r.first_day, r.last_day, r.days, e.first_day, e.last_day
)
select k.tool, d.day, k.usual, coalesce(c.is_covered, false) as is_covered, d.day < k.first_day as is_before
from known k
cross join (select day from calendar where tool is null) d
left join calendar c on c.tool = k.tool and c.day = d.day
where c.day is not null or (d.day < k.first_day and k.was_there) or (d.day > k.last_day and k.is_there)
"""

# Everybody of the panel, once for each tool open to them and once for any: labels, and since when they use it.
PLACED = """
create or replace temp table placed as
with place as (
    select p.*, w.who, t.which, t.tool
    from panel p
    join who w on w.person = p.person
    join which t on t.tool is null or list_contains(string_split(p.tools, ','), t.tool)
),
-- who is in the exports that hold meetings: of the others it is not known whether they met
in_calendar as (
    select distinct quarter, person from place join tool_sees t using (tool) where t.has_meetings
)
select
    row_number() over (order by p.quarter, p.which, p.who) - 1 as place,
    p.quarter, p.which, p.who, p.person, p.division, p.department, p.level, p.location, {numbers},
    z.zone_known or $zone_is_set       as zone_known,
    c.person is not null               as in_calendar,
    o.calendar,
    f.day                              as first_on,
    r.day                              as habit_on,
    h.day                              as opened_on,
    h.untold_on,
    s.day                              as signed_on,
    coalesce(i.seen_from_start, false) as seen_from_start,
    coalesce(i.first_are_told, false)  as first_are_told
from place p
join person z       on z.person = p.person
join own_calendar o on o.person = p.person
left join in_calendar c  on c.person = p.person and c.quarter = p.quarter
left join seated_first f on f.person = p.person and f.tool is not distinct from p.tool
left join seated_habit r on r.person = p.person and r.tool is not distinct from p.tool
left join seated_sign s  on s.person = p.person and s.tool is not distinct from p.tool
left join seated_since h on h.person = p.person and h.tool is not distinct from p.tool
left join seated_start i on i.tool is not distinct from p.tool
"""

OF_ACTS = (
    "has_views", "has_posts", "has_meetings", "has_calls", "has_writing", "has_times", "has_places", "has_replies", "has_questions",
)  # fmt: skip
SEES = (
    *OF_ACTS, "has_seats", "has_series", "has_accepted", "has_ties", "has_recipients", "has_uptake", "has_answers", "has_threads",
)  # fmt: skip


def make(con: duckdb.DuckDBPyConnection, *, zone_is_set: bool) -> None:
    """Make `tool_sees`, what each tool's exports can tell, `tool_day`, on which days, and `placed`, a row a person, quarter and tool; needs steps.by_week."""
    con.execute(DAYS.format(first_mass=FIRST_MASS))
    of_acts = ", ".join(f"coalesce({name}, false) as {name}" for name in OF_ACTS)
    any_tool = ", ".join(f"bool_or({name}) as {name}" for name in SEES)
    con.execute(TOOL.format(of_acts=of_acts, any_tool=any_tool))
    numbers = (
        f"case when {label} is null then 0 else dense_rank() over (order by {label} nulls last) end as {label}_number"
        for label in LABELS
        if label != "tool"
    )
    con.execute(PLACED.format(numbers=", ".join(numbers)), {"zone_is_set": zone_is_set})
