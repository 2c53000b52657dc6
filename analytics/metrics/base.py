"""What did each person of the panel do in each period, in each tool and in all together? One row each, zeros included.

The table `base` of a grain is what every measure's x and y are written over. `tool` null = in any tool: counted
once per person and day before anything is added up, never the sum over tools.
"""

import duckdb

from analytics.metrics.passport import Grain
from analytics.metrics.periods import WHOLE
from analytics.metrics.placed import SEES
from analytics.metrics.steps import SUMMED, Numbers, Part

COVERS = 0.8  # of the working days of a period, and of what usually happens on a day: with less, it is not known of it
NEW_AFTER_DAYS = 56  # "first seen" means "first" only once the exports reach back eight weeks

# The periods of a grain, tool by tool, and what can be told of them. Exports of one tool may begin later or end
# earlier than others, and a total without it would be taken for less: now_… is said of a period, has_… of the tools, lost_… where days of a tool that would tell it are missing.
SPAN = """
create or replace temp table span as
with told as (
    select d.day, {told}
    from tool_day d
    join tool_sees t on t.tool = d.tool
    group by d.day
),
covered as (
    select {period} as period, {covers}
    from calendar
    left join told using (day)
    where tool is null and is_workday
    group by {period}
),
number as (select distinct "{grain}" as period, {grain}_number as number from step where week is not null),
known as (
    select p.tool, p.period, min(u.since) as starts_on, max(u.since) as told_since
    from period p
    join unbroken u on u.tool is not distinct from p.tool and u.after < p.first_day
    where p.grain = '{grain}'
    group by p.tool, p.period
)
select
    w.which * {stride} + n.number              as slot,
    w.which * {stride} + b.number              as slot_before,
    w.which, p.tool, p.period, p.quarter, p.previous, p.first_day, p.last_day, p.days, p.weeks, p.is_whole,
    p.recent_weeks,
    p.recent_weeks is not null                 as has_recent,
    p.habit_weeks is not null                  as has_long,
    p.recent_weeks[-1]                         as recent_from,
    p.habit_weeks[-1]                          as long_from,
    p.follows                                  as has_previous,
    p.first_day >= a.told_since + {new_after}  as has_history,
    p.first_day >= a.starts_on + {new_after} and a.told_since > a.starts_on as was_broken,
    p.misses_days, p.missed_before, p.habit_is_broken,
    {sees},
    {covered}
from period p
join which w       on w.tool is not distinct from p.tool
join number n      on n.period = p.period
left join number b on b.period = p.previous
join known a       on a.tool is not distinct from p.tool and a.period = p.period
join tool_sees t   on t.tool is not distinct from p.tool
left join covered c on c.period = p.period
where p.grain = '{grain}' and n.number between {first} - 1 and {last}
"""

# The working days of a span of days where people live.
DUE = """
create or replace temp table due as
with spent as (
    select s.tool, s.first_day, s.last_day, d.calendar, count(*) as working_days
    from (select distinct tool, first_day, last_day from span) s
    join calendar c on c.tool is not distinct from s.tool and c.day between s.first_day and s.last_day and c.is_covered
    join own_day d on d.day = c.day and d.is_worked
    group by all
)
select s.slot, d.calendar, d.working_days, d.working_days / w.workdays as working_weeks
from span s
cross join (select max(working_days / weeks) as workdays from period where weeks > 0) w
join spent d on d.tool is not distinct from s.tool and d.first_day = s.first_day and d.last_day = s.last_day
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
    -- of a tool known from its vendor's counts alone nobody can say who was active in it
    select key, count(*) filter (tool in (select tool from seated_tool))
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
    select w.slot * {people} + d.key % {people} as key, bit_count(bit_or(1::bigint << (d.key // {width}))) as tools_written
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
    m.rowid as "row", m.key, m.key_before, m.slot, s.tool, s.weeks, s.is_whole, {columns}
from member m
join span s   on s.slot = m.slot
join placed p on p.place = m.place
{joins}
"""

WRITTEN = ("times", "recipients", "uptake")
NOW = ("meetings", "calls", *WRITTEN)
STANDING = ("slot", "tool", "weeks", "is_whole", "quarter", "calendar")  # of both, or there anyway
ALWAYS = ("division_number", "department_number", "level_number", "location_number")

# What each column is said by, beside span and placed: a table to join, and how.
BY_KEY = "{table}.key = m.key"
JOINS = {
    "due": "due.slot = m.slot and due.calendar = p.calendar",
    "used": "used.key = m.key % {width}",
    "taken_up_sum as before": "before.key = m.key_before",
}
FACTS = {
    "working_days": ("due", "coalesce(due.working_days, 0)"),
    "working_weeks": ("due", "coalesce(due.working_weeks, 0)"),
    "enabled": ("open_seat", "open_seat.key is not null"),
    "tools_enabled": ("open_seat", "coalesce(open_seat.tools_enabled, 0)"),
    "enabled_long": ("open_seat", "coalesce(open_seat.key is not null and p.opened_on <= s.long_from + 1, false)"),
    "enabled_recent": ("open_seat", "coalesce(open_seat.key is not null and p.opened_on <= s.recent_from + 1, false)"),
    "has_signed": ("", "coalesce(p.signed_on <= s.last_day, false)"),
    "seen_before": ("", "coalesce(p.first_on < s.first_day, false)"),
    "tools_active": ("several", "coalesce(several.tools_active, 0)"),
    "tools_written": ("wrote", "coalesce(wrote.tools_written, 0)"),
    "used": ("used", "coalesce(used.used, 0)"),
    "recent_exchange": ("exchange", "exchange.key is not null"),
    "acts_before": ("taken_up_sum as before", "coalesce(before.acts, 0)"),
    **{
        name: (table, f"coalesce({table}.{name}, 0)")
        for table, names in {
            "long": ("long_acts", "long_active_weeks", "long_weeks"),
            "recent": ("recent_acts", "recent_views", "recent_in", "recent_active_weeks"),
            **{f"{name}_sum": columns for name, columns in SUMMED.items()},
        }.items()
        for name in names
    },
}  # fmt: skip


def short(too_little: str, is_missing: str) -> str:
    """Return the branch of a reason where too little is told: because weeks are missing between exports, or before the first."""
    return f"when {too_little} then case when bool_or({is_missing}) then 'missing_weeks' else 'short_history' end"


def spans(con: duckdb.DuckDBPyConnection, numbers: Numbers, part: Part) -> None:
    """Make the tables `span` of the periods of a part and of the one before it, and `due` of their working days; needs `placed`."""
    grain = part.grain
    # Names are those of SUMMED and GRAINS: no text from outside enters.
    covers = (
        f"count(*) filter ({name}) >= {COVERS} * count(*) as {name}, bool_or(lost_{name}) as lost_{name}"
        for name in NOW
    )
    covered = (
        f"case when p.tool is null then coalesce(c.{name}, false) else t.has_{name} end as now_{name},"
        f" p.misses_days or (p.tool is null and coalesce(c.lost_{name}, false)) as lost_{name}"
        for name in NOW
    )
    con.execute(
        SPAN.format(
            stride=numbers.stride,
            grain=grain,
            first=part.first,
            last=part.last,
            period=f"date '{WHOLE.isoformat()}'" if grain == "all" else grain,
            told=", ".join(_told(name) for name in NOW),
            covers=", ".join(covers),
            new_after=NEW_AFTER_DAYS,
            sees=", ".join(f"t.{name}" for name in SEES),
            covered=", ".join(covered),
        )
    )
    con.execute(DUE)


def _told(name: str) -> str:
    """Return SQL saying of a day whether it is told by any tool, and whether one is missing that would tell it.

    What is written in one tool is not in another, so most of it must be told; a meeting may well be in two.
    """
    is_told = f"t.has_{name} and d.is_covered"
    enough = f"bool_or({is_told})"
    if name in WRITTEN:
        enough = f"sum(d.usual) filter ({is_told}) >= {COVERS} * sum(d.usual) filter (t.has_{name})"
    missing = f"bool_or(t.has_{name} and not d.is_covered and not d.is_before)"
    return f"coalesce({enough}, false) as {name}, {missing} as lost_{name}"


def make(con: duckdb.DuckDBPyConnection, numbers: Numbers, grain: Grain, wanted: set[str]) -> None:
    """Make the table `base` of a part of a grain, with the wanted columns of span, placed and FACTS.

    Needs spans(), placed.make, the views of Steps.lay and the table of long_use.make, and the rollups.
    """
    shape = {
        "people": numbers.people,
        "stride": numbers.stride,
        "width": numbers.width,
        "grain": grain,
    }
    con.execute(MEMBER.format(**shape))
    columns, joins = _asked(con, wanted)
    con.execute(BASE.format(**shape, columns=columns, joins=joins.format(**shape)))


def _asked(con: duckdb.DuckDBPyConnection, wanted: set[str]) -> tuple[str, str]:
    """Return the SQL of the wanted columns and of the joins that they take: what nobody asks for is not laid down."""
    columns = [f"p.{name}" for name in ALWAYS]
    for table, known in (("span", "s"), ("placed", "p")):
        names = con.table(table).columns
        columns += [f"{known}.{name}" for name in names if name in wanted and name not in STANDING]
    facts = {name: FACTS[name] for name in FACTS if name in wanted}
    columns += [f"{told} as {name}" for name, (_, told) in facts.items()]
    tables = dict.fromkeys(table for table, _ in facts.values() if table)
    joins = [f"left join {t} on {JOINS.get(t, BY_KEY.format(table=t))}" for t in tables]
    return ", ".join(columns), "\n".join(joins)
