"""What did each person of the panel do in each period, in each tool and in all together? One row each, zeros included.

The table `base` of a grain is what every measure's x and y are written over. `tool` null = in any tool: counted
once per person and day before anything is added up, never the sum over tools.
"""

import duckdb

from analytics.metrics.passport import LABELS, Grain
from analytics.metrics.periods import WHOLE
from analytics.metrics.steps import SUMMED, Numbers

COVERS = (
    0.8  # of the working days of a period: with fewer, what an export would tell is not known of it
)
NEW_AFTER_DAYS = 56  # "first seen" means "first" only once the exports reach back eight weeks

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
    h.day                              as opened_on,
    s.day                              as signed_on,
    coalesce(i.seen_from_start, false) as seen_from_start
from place p
join person z       on z.person = p.person
join own_calendar o on o.person = p.person
left join in_calendar c  on c.person = p.person and c.quarter = p.quarter
left join seated_first f on f.person = p.person and f.tool is not distinct from p.tool
left join seated_sign s  on s.person = p.person and s.tool is not distinct from p.tool
left join seated_since h on h.person = p.person and h.tool is not distinct from p.tool
left join seated_start i on i.tool is not distinct from p.tool
"""

# The periods of a grain, tool by tool, and what can be told of them. Exports of one kind may begin later or end
# earlier than others: now_… is said of a period, has_… of the tools.
SPAN = """
create or replace temp table span as
with told as (
    select c.day, {told}
    from calendar c
    join tool_sees t on t.tool = c.tool
    group by c.day
),
covered as (
    select {period} as period, {covers}
    from calendar
    left join told using (day)
    where tool is null and is_workday
    group by {period}
),
number as (select distinct "{grain}" as period, {grain}_number as number from step where week is not null),
start as (select tool, min(day) as starts_on from calendar group by tool)
select
    w.which * {stride} + n.number              as slot,
    w.which * {stride} + b.number              as slot_before,
    w.which, p.tool, p.period, p.quarter, p.previous, p.first_day, p.last_day, p.days, p.weeks, p.is_whole,
    p.recent_weeks,
    p.recent_weeks is not null                 as has_recent,
    p.habit_weeks is not null                  as has_long,
    p.recent_weeks[-1]                         as recent_from,
    p.habit_weeks[-1]                          as long_from,
    p.previous is not null                     as has_previous,
    p.first_day >= a.starts_on + {new_after}   as has_history,
    {sees},
    {covered}
from period p
join which w       on w.tool is not distinct from p.tool
join number n      on n.period = p.period
left join number b on b.period = p.previous
join start a       on a.tool is not distinct from p.tool
join tool_sees t   on t.tool is not distinct from p.tool
left join covered c on c.period = p.period
where p.grain = '{grain}'
"""

# The working days of a span of days where people live.
DUE = """
create or replace temp table due as
with spent as (
    select s.first_day, s.last_day, d.calendar, count(*) as working_days
    from (select distinct first_day, last_day from span) s
    join own_day d on d.day between s.first_day and s.last_day and d.is_worked
    group by all
)
select s.slot, d.calendar, d.working_days
from span s
join spent d on d.first_day = s.first_day and d.last_day = s.last_day
"""

# In the order in which everything is added up.
MEMBER = """
create or replace temp table member as
select s.slot * {people} + p.who as key, s.slot_before * {people} + p.who as key_before, s.slot, p.place
from span s
join placed p on p.quarter = s.quarter and p.which = s.which
order by key
"""

BASE = """
create or replace temp table base as
with open_seat as (
    select distinct m.key, 1 as tools_enabled
    from span s
    join seat t on t.tool = s.tool and t.valid_from <= s.last_day and t.valid_to > s.first_day
    join who w on w.person = t.person
    join member m on m.key = s.slot * {people} + w.who
    union all
    select key, count(*)
    from (
        select distinct s.slot * {people} + w.who as key, t.tool
        from span s
        join seat t on t.valid_from <= s.last_day and t.valid_to > s.first_day
        join who w on w.person = t.person
        where s.tool is null
    )
    group by key
),
-- a key modulo the width is that of the same person and period in any tool
several as (
    select key % {width} as key, count(*) as tools_active
    from taken_up_sum
    where key >= {width} and acts > 0
    group by all
),
used as (
    select d.key % {width} as key, sum(p.bit)::bigint as used
    from taken_up_sum d
    join which w       on w.which = d.key // {width}
    join paired_tool p on p.tool = w.tool
    join open_seat o   on o.key = d.key
    where d.acts > 0
    group by all
),
recent_week as (
    select s.slot, s.tool, t.week, s.which * {stride} + t.week_number as week_slot
    from (select slot, which, tool, unnest(recent_weeks) as week from span) s
    join step t on t.week = s.week
),
wrote as (
    select w.slot * {people} + d.key % {people} as key, count(distinct d.key // {width}) as tools_written
    from taken_up_week d
    join recent_week w on w.week_slot = d.key % {width} // {people}
    where d.key >= {width} and d.messages > 0
    group by all
),
recent as (
    select
        w.slot * {people} + d.key % {people}  as key,
        sum(d.acts)::bigint                   as recent_acts,
        sum(d.views)::bigint                  as recent_views,
        sum(d.received)::bigint               as recent_in,
        count(*) filter (d.acts > 0)          as recent_active_weeks
    from taken_up_week d
    join recent_week w on w.week_slot = d.key // {people}
    group by all
),
-- two who wrote to each other
pair as (
    select w.slot, least(t.sender, t.receiver) as one, greatest(t.sender, t.receiver) as other
    from tie_week t
    join recent_week w on w.week = t.week and (w.tool is null or w.tool = t.tool)
    where t.tool in (select tool from seated_tool)
    group by all
    having bit_or(case when t.sender < t.receiver then 1 else 2 end) = 3
),
exchange as (
    select distinct p.slot * {people} + w.who as key
    from (select slot, one as person from pair union all select slot, other from pair) p
    join who w on w.person = p.person
),
long as (
    select s.slot * {people} + w.who as key, l.long_acts, l.long_active_weeks, l.long_weeks
    from long_use l
    join who w  on w.person = l.person
    join span s on s.period = l.period and s.tool is not distinct from l.tool
    where l.grain = '{grain}'
)
select
    m.rowid as "row", m.key, m.key_before,
    s.* exclude (recent_weeks, which),
    p.* exclude (place, quarter, which, who, calendar),
    coalesce(d.working_days, 0)                     as working_days,
    o.tools_enabled is not null                     as enabled,
    coalesce(o.tools_enabled, 0)                    as tools_enabled,
    coalesce(v.tools_active, 0)                     as tools_active,
    coalesce(u.tools_written, 0)                    as tools_written,
    coalesce(us.used, 0)                            as used,
    coalesce(enabled and p.opened_on <= s.long_from + 1, false)   as enabled_long,
    coalesce(enabled and p.opened_on <= s.recent_from + 1, false) as enabled_recent,
    coalesce(p.signed_on <= s.last_day, false)      as has_signed,
    {zeros},
    coalesce(b.acts, 0)                             as acts_before,
    coalesce(p.first_on < s.first_day, false)       as seen_before,
    x.key is not null                               as recent_exchange
from member m
join span s            on s.slot = m.slot
join placed p          on p.place = m.place
left join due d        on d.slot = m.slot and d.calendar = p.calendar
left join open_seat o  on o.key = m.key
left join several v    on v.key = m.key
left join used us      on us.key = m.key % {width}
left join wrote u      on u.key = m.key
left join long l       on l.key = m.key
left join recent r     on r.key = m.key
left join exchange x   on x.key = m.key
left join taken_up_sum b on b.key = m.key_before
{summed}
"""

OF_ACTS = (
    "has_views", "has_posts", "has_meetings", "has_calls", "has_writing", "has_times", "has_places", "has_replies", "has_questions",
)  # fmt: skip
SEES = (
    *OF_ACTS, "has_seats", "has_series", "has_accepted", "has_ties", "has_recipients", "has_uptake", "has_answers", "has_threads",
)  # fmt: skip
NOW = ("meetings", "calls", "times", "recipients")
COUNTS = {
    "l": ("long_acts", "long_active_weeks", "long_weeks"),
    "r": ("recent_acts", "recent_views", "recent_in", "recent_active_weeks"),
    **{f"{name}_sum": columns for name, columns in SUMMED.items()},
}


def placed(con: duckdb.DuckDBPyConnection, *, zone_is_set: bool) -> None:
    """Make `tool_sees`, what each tool's exports can tell, and `placed`, a row a person, quarter and tool; needs steps.by_week."""
    of_acts = ", ".join(f"coalesce({name}, false) as {name}" for name in OF_ACTS)
    any_tool = ", ".join(f"bool_or({name}) as {name}" for name in SEES)
    con.execute(TOOL.format(of_acts=of_acts, any_tool=any_tool))
    numbers = (
        f"case when {label} is null then 0 else dense_rank() over (order by {label} nulls last) end as {label}_number"
        for label in LABELS
        if label != "tool"
    )
    con.execute(PLACED.format(numbers=", ".join(numbers)), {"zone_is_set": zone_is_set})


def make(con: duckdb.DuckDBPyConnection, numbers: Numbers, grain: Grain) -> None:
    """Make the table `base` of a grain; needs `placed`, the tables of steps.coarser for it and of long_use.make, and the rollups."""
    # Names are those of SUMMED and GRAINS: no text from outside enters.
    shape = {
        "people": numbers.people,
        "stride": numbers.stride,
        "width": numbers.width,
        "grain": grain,
    }
    covers = (f"count(*) filter ({name}) >= {COVERS} * count(*) as {name}" for name in NOW)
    covered = (
        f"case when p.tool is null then coalesce(c.{name}, false) else t.has_{name} end as now_{name}"
        for name in NOW
    )
    con.execute(
        SPAN.format(
            **shape,
            period=f"date '{WHOLE.isoformat()}'" if grain == "all" else grain,
            told=", ".join(f"bool_or(t.has_{name}) as {name}" for name in NOW),
            covers=", ".join(covers),
            new_after=NEW_AFTER_DAYS,
            sees=", ".join(f"t.{name}" for name in SEES),
            covered=", ".join(covered),
        )
    )
    con.execute(DUE)
    con.execute(MEMBER.format(**shape))
    zeros = (
        f"coalesce({table}.{name}, 0) as {name}"
        for table, names in COUNTS.items()
        for name in names
    )
    summed = (f"left join {name}_sum on {name}_sum.key = m.key" for name in SUMMED)
    con.execute(BASE.format(**shape, zeros=", ".join(zeros), summed="\n".join(summed)))
