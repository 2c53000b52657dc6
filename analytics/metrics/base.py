"""What did each person of the panel do in each period, in each tool and in all together? One row each, zeros included.

The table `base` of a grain is what every measure's x and y are written over. `tool` null = in any tool: counted
once per person and day before anything is added up, never the sum over tools.
"""

import duckdb

from analytics.metrics.periods import WHOLE

FIRST_MASS = 0.16  # more than Rogers' first adopters in the very first week: the start lies before the exports
COVERS = (
    0.8  # of the working days of a period: with fewer, what an export would tell is not known of it
)
MOST_PAIRED = 5  # tools of which every two are held against each other
NEW_AFTER_DAYS = 56  # "first seen" means "first" only once the exports reach back eight weeks

# What a tool's exports can tell, judged by what is in them.
TOOL = """
create or replace temp table tool_sees as
with used as (select distinct tool from calendar where tool is not null),
known as (
    select
        tool,
        tool in (select tool from seat)                                               as has_seats,
        tool in (select tool from event where action = 'view')                        as has_views,
        tool in (select tool from event where action in ('post', 'reply', 'reaction')) as has_posts,
        tool in (select tool from event where action = 'meeting' and seconds > 0)     as has_meetings,
        tool in (select tool from event where action = 'call' and seconds > 0)        as has_calls,
        tool in (select tool from meeting_kind where is_series = 1)                   as has_series,
        tool in (select tool from event where action in ('post', 'reply', 'email', 'file')) as has_writing,
        tool in (select tool from event where is_timed and action in ('post', 'reply', 'email', 'file')) as has_times,
        tool in (select tool from event where is_timed and space is not null and action in ('post', 'reply', 'email', 'file')) as has_places,
        tool in (select tool from event where in_reply_to is not null)                as has_replies,
        tool in (select tool from answer_known)                                       as has_answers,
        tool in (select tool from answer_known where rooted * 10 >= answers * 9)      as has_threads,
        tool in (select tool from event where is_question is not null)                as has_questions,
        tool in (select tool from seated_tool)                                        as has_uptake,
        tool in (select tool from tie_week)                                           as has_ties,
        tool in (select tool from tie_week) or tool in (select tool from membership)  as has_recipients
    from used
)
from known
union all by name
select null as tool, {any_tool} from known
"""

# Which of it holds in a period, in any tool: exports of one kind may begin later or end earlier than others.
COVERED = """
create or replace temp table covered as
with told as (
    select c.day, {told}
    from calendar c
    join tool_sees t on t.tool = c.tool
    group by c.day
)
select {period} as period, {covers}
from calendar
left join told using (day)
where tool is null and is_workday
group by {period}
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

create or replace temp table opened_space as
select distinct actor as person, space, week from event where action = 'view' and space is not null;

create or replace temp table seated_first as
with own as (select person, tool, day, week, month from first_seen where tool in (select tool from seated_tool))
from own
union all
select person, null, min(day), min(week), min(month) from own group by person;

create or replace temp table seated_since as
with opened as (select tool, min(day) as day from calendar where tool is not null group by tool),
own as (
    select s.person, s.tool, min(greatest(s.valid_from, o.day)) as day
    from seat s
    join opened o on o.tool = s.tool
    group by s.person, s.tool
)
from own
union all
select person, null, min(day) from own group by person;

create or replace temp table seated_start as
with since as (select person, tool, min(day) over (partition by tool) as day from seated_since)
select s.tool, count(f.person) <= {first_mass} * count(*) as seen_from_start
from since s
left join seated_first f on f.person = s.person and f.tool is not distinct from s.tool and f.day < s.day + 7
group by s.tool
"""

# Months and quarters are whole weeks: what is summed over days once, by week, serves every grain.
BY_WEEK = """
create or replace temp table {rollup}_week as
select person, tool, week, month, quarter, {sums}
from {source}
group by person, tool, week, month, quarter
"""

# A rollup that has days alone; what is counted later than the exports reach belongs to no week, but to the whole period.
OF_DAYS = """
(select r.*, c.week, c.month, c.quarter from {rollup} r left join (from calendar where tool is null) c on c.day = r.day)"""
# Days, and the working days of a span of them, where people live; public holidays are none.
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
DUE = """
create or replace temp table due as
select s.first_day, s.last_day, d.calendar, count(*) as working_days
from (select distinct first_day, last_day from period where grain = $grain) s
join own_day d on d.day between s.first_day and s.last_day and d.is_worked
group by all
"""

BASE = """
create or replace temp table base as
with span as (
    select p.*, c.starts_on
    from period p
    join (select tool, min(day) as starts_on from calendar group by tool) c on c.tool is not distinct from p.tool
    where p.grain = $grain
),
member as (
    select
        p.person, s.tool, s.period, s.quarter, s.previous, s.first_day, s.last_day, s.days, coalesce(u.working_days, 0) as working_days, s.weeks, s.is_whole,
        s.recent_weeks is not null as has_recent,
        s.habit_weeks is not null as has_long,
        s.recent_weeks[-1] as recent_from,
        s.habit_weeks[-1] as long_from,
        s.previous is not null as has_previous,
        s.first_day >= s.starts_on + {new_after} as has_history,
        p.division, p.department, p.level, p.location
    from span s
    join panel p on p.quarter = s.quarter
    join own_calendar o on o.person = p.person
    left join due u on u.calendar = o.calendar and u.first_day = s.first_day and u.last_day = s.last_day
    where s.tool is null or list_contains(string_split(p.tools, ','), s.tool)
),
-- who is in the exports that hold meetings: of the others it is not known whether they met
in_calendar as (
    select distinct p.person, p.quarter
    from panel p
    join tool_sees t on t.has_meetings and list_contains(string_split(p.tools, ','), t.tool)
),
open_seat as (
    select m.person, m.tool, m.period, count(distinct t.tool) as tools_enabled
    from member m
    join seat t on t.person = m.person and t.valid_from <= m.last_day and t.valid_to > m.first_day
    where m.tool is null or t.tool = m.tool
    group by m.person, m.tool, m.period
),
{summed_up}
several as (
    select person, period, count(*) filter (acts > 0) as tools_active
    from taken_up_sum
    where tool is not null
    group by person, period
),
used as (
    select d.person, d.period, sum(p.bit)::bigint as used
    from taken_up_sum d
    join paired_tool p on p.tool = d.tool
    join open_seat o   on o.person = d.person and o.tool = d.tool and o.period = d.period
    where d.acts > 0
    group by d.person, d.period
),
recent_week as (
    select distinct s.tool, s.period, unnest(s.recent_weeks) as week from span s
),
wrote as (
    select d.person, w.period, count(distinct d.tool) filter (d.messages > 0) as tools_written
    from taken_up_week d
    join recent_week w on w.week = d.week and w.tool is null
    where d.tool is not null
    group by d.person, w.period
),
reach as (
    select m.person, m.tool, {space_period} as period, count(*) as weeks_posted, count(v.person) as weeks_opened
    from membership m
    join space_week s on s.space = m.space and s.posts > 0
    left join opened_space v on v.person = m.person and v.space = m.space and v.week = s.week
    where m.tool in (select tool from tool_sees where has_views)
    group by grouping sets ((m.person, m.tool, {space_period}), (m.person, {space_period}))
),
could_read as (
    select person, tool, period, sum(posts)::bigint as channel
    from (
        select m.person, m.tool, {space_period} as period, s.posts
        from membership m
        join space_week s on s.space = m.space
        union all
        select p.person, m.tool, {own_period}, -p.posts
        from person_space_week p
        join membership m on m.space = p.space and m.person = p.person
    )
    group by grouping sets ((person, tool, period), (person, period))
),
recent as (
    select
        d.person, d.tool, w.period,
        sum(d.acts)::bigint                                                                as recent_acts,
        sum(d.views)::bigint                                                               as recent_views,
        sum(d.received)::bigint                                                            as recent_in,
        count(*) filter (d.acts > 0)                                                       as recent_active_weeks
    from taken_up_week d
    join recent_week w on w.week = d.week and w.tool is not distinct from d.tool
    group by d.person, d.tool, w.period
),
tie as (
    select distinct t.sender, t.receiver, w.tool, w.period
    from tie_week t
    join recent_week w on w.week = t.week and (w.tool is null or w.tool = t.tool)
    where t.tool in (select tool from seated_tool)
),
exchange as (
    select distinct a.sender as person, a.tool, a.period
    from tie a
    join tie b on b.sender = a.receiver and b.receiver = a.sender and b.period = a.period and b.tool is not distinct from a.tool
)
select
    row_number() over (order by m.period, m.tool nulls first, m.person) - 1 as "row",
    m.*,
    z.zone_known or $zone_is_set                    as zone_known,
    y.person is not null                            as in_calendar,
    {sees},
    {covers},
    coalesce(o.tools_enabled, 0) > 0                as enabled,
    coalesce(o.tools_enabled, 0)                    as tools_enabled,
    coalesce(v.tools_active, 0)                     as tools_active,
    coalesce(u.tools_written, 0)                    as tools_written,
    coalesce(us.used, 0)                            as used,
    coalesce(o.tools_enabled > 0 and h.day <= m.long_from + 1, false)   as enabled_long,
    coalesce(o.tools_enabled > 0 and h.day <= m.recent_from + 1, false) as enabled_recent,
    coalesce(si.day <= m.last_day, false)            as has_signed,
    {zeros},
    coalesce(b.acts, 0)                             as acts_before,
    coalesce(f.day < m.first_day, false)            as seen_before,
    x.person is not null                            as recent_exchange,
    f.day                                           as first_on,
    h.day                                           as opened_on,
    coalesce(i.seen_from_start, false)              as seen_from_start
from member m
join person z on z.person = m.person
join tool_sees t   on t.tool is not distinct from m.tool
left join covered c on c.period = m.period
left join in_calendar y on y.person = m.person and y.quarter = m.quarter
left join open_seat o  on o.person = m.person and o.period = m.period and o.tool is not distinct from m.tool
left join several v    on v.person = m.person and v.period = m.period and m.tool is null
left join used us      on us.person = m.person and us.period = m.period
left join wrote u      on u.person = m.person and u.period = m.period and m.tool is null
left join long_use l   on l.person = m.person and l.grain = $grain and l.period = m.period and l.tool is not distinct from m.tool
left join taken_up_sum b on b.person = m.person and b.period = m.previous and b.tool is not distinct from m.tool
{summed_joins}
left join could_read r on r.person = m.person and r.period = m.period and r.tool is not distinct from m.tool
left join reach q      on q.person = m.person and q.period = m.period and q.tool is not distinct from m.tool
left join recent n     on n.person = m.person and n.period = m.period and n.tool is not distinct from m.tool
left join exchange x   on x.person = m.person and x.period = m.period and x.tool is not distinct from m.tool
left join seated_first f on f.person = m.person and f.tool is not distinct from m.tool
left join seated_sign si on si.person = m.person and si.tool is not distinct from m.tool
left join seated_since h on h.person = m.person and h.tool is not distinct from m.tool
left join seated_start i on i.tool is not distinct from m.tool
"""

SEES = (
    "has_seats", "has_views", "has_posts", "has_meetings", "has_calls", "has_series", "has_writing", "has_times", "has_ties",
    "has_recipients", "has_uptake", "has_places", "has_replies",
    "has_answers", "has_threads", "has_questions",
)  # fmt: skip
NOW = ("meetings", "calls", "times", "recipients")  # has_… is said of the tools, now_… of a period
# What is counted of conversations: all of them, and with _q those opened with a question.
# Steps of which every column is summed over the days of a period: (its name in the query, columns). Each is a rollup, but
# `taken_up`, of seated_day.
ASKED = (
    "asked", "heard", "heard_4", "asked_72", "heard_72", "waited", "in_5", "in_15", "in_60", "in_240", "in_day", "in_three", "in_seven",
)  # fmt: skip
SUMMED = {
    "person_day": ("d", (
        "timed_acts", "outside_acts", "weekend_acts", "direct", "mentioned", "grouped", "broadcast", "mails_in", "chats_in",
    )),
    "taken_up": ("e", ("acts", "messages", "interactions", "views", "active_days", "active_working_days")),
    "person_clock": ("k", ("act_us_30", "act_us_60", "act_us_120", "act_us_300", "act_us_600", "meeting_us", "call_us")),
    "person_meeting": ("g", (
        "one_to_one_us", "decision_us", "status_us", "bloated_us", "lengthy_us", "all_hands_us", "workshop_us", "unknown_us",
        "met_us", "outside_us", "conflict_us", "large_us", "long_us", "large_long_us", "small_long_us", "series_us", "layered_us",
        "over_head_us",
    )),
    "person_focus": ("fo", ("focus_days", "working_s", "busy_s", "gap_s", "hour_s", "two_s")),
    "person_switch": ("sw", ("near_acts", "switches")),
    "person_stretch": ("st", ("stretch_us", "stretch_days", "nights", "short_nights")),
    "person_pressure": ("pr", (
        "from_above", "from_above_outside", "from_below", "from_below_outside", "from_beside", "from_beside_outside",
        "from_unplaced", "from_unplaced_outside", "answered_outside", "sent", "sent_outside",
    )),
    "person_caused": ("ca", (
        "direct_out", "mentioned_out", "grouped_out", "broadcast_out", "channel_out", "words_out", "mails_out", "chats_out",
    )),
    "person_asked": ("ak", (*(f"{name}{of}" for name in ASKED for of in ("", "_q")), "told", "told_asking")),
}  # fmt: skip
COUNTS = {
    "r": ("channel",),
    "l": ("long_acts", "long_active_weeks", "long_weeks"),
    "q": ("weeks_posted", "weeks_opened"),
    "n": ("recent_acts", "recent_views", "recent_in", "recent_active_weeks"),
    **dict(SUMMED.values()),
}  # fmt: skip


def seated(con: duckdb.DuckDBPyConnection) -> None:
    """Make `own_calendar`, `own_day`, `seated_tool`, `paired_tool`, `seated_day`, `seated_week`, `seated_first`, `seated_sign`, `seated_since` and `seated_start`: uptake, in tools that list who may use them; `opened_space`.

    Columns as in person_day and first_seen; seated_sign: day of the first act or view; seated_since: day from which the exports know the seat; seated_start:
    seen_from_start = the exports reach back to the beginning; tool null = in any of these tools. Needs `calendar`, `period` and the rollups.
    """
    con.execute(OWN)
    con.execute(SEATED.format(first_mass=FIRST_MASS, most_paired=MOST_PAIRED))


def weekly(con: duckdb.DuckDBPyConnection) -> None:
    """Make a table a step of SUMMED, its columns by person, tool and week; needs `seated` and the rollups."""
    counted = {"active_days": "acts > 0", "active_working_days": "acts > 0 and workday > 0"}
    for rollup, (_, columns) in SUMMED.items():
        sums = [
            f"count(*) filter ({counted[name]}) as {name}"
            if name in counted
            else f"sum({name})::bigint as {name}"
            for name in columns
        ]
        source = rollup
        if rollup == "taken_up":
            source = "seated_day"
            sums.append("sum(received)::bigint as received")
        if rollup == "person_asked":
            source = OF_DAYS.format(rollup=rollup)
        con.execute(BY_WEEK.format(rollup=rollup, source=source, sums=", ".join(sums)))


def make(con: duckdb.DuckDBPyConnection, grain: str, zone_is_set: bool) -> None:
    """Make the table `base` of a grain; needs the tables of periods.make, panel.load, seated, weekly and long_use.make, and the rollups."""
    con.execute(TOOL.format(any_tool=", ".join(f"bool_or({name}) as {name}" for name in SEES)))
    con.execute(DUE, {"grain": grain})
    whole = f"date '{WHOLE.isoformat()}'"
    period = whole if grain == "all" else grain
    con.execute(
        COVERED.format(
            period=period,
            told=", ".join(f"bool_or(t.has_{name}) as {name}" for name in NOW),
            covers=", ".join(
                f"count(*) filter ({name}) >= {COVERS} * count(*) as {name}" for name in NOW
            ),
        )
    )
    query = BASE.format(
        period=period,
        space_period=whole if grain == "all" else f"s.{grain}",
        own_period=whole if grain == "all" else f"p.{grain}",
        sees=", ".join(f"t.{name}" for name in SEES),
        covers=", ".join(
            f"case when m.tool is null then coalesce(c.{name}, false) else t.has_{name} end as now_{name}"
            for name in NOW
        ),
        new_after=NEW_AFTER_DAYS,
        summed_up="\n".join(_summed(name, period) for name in SUMMED),
        summed_joins="\n".join(_joined(name) for name in SUMMED),
        zeros=", ".join(
            f"coalesce({t}.{name}, 0) as {name}" for t, names in COUNTS.items() for name in names
        ),
    )
    con.execute(query, {"grain": grain, "zone_is_set": zone_is_set})


def _summed(rollup: str, period: str) -> str:
    """Return SQL of a step that adds a rollup's columns up over the weeks of each period."""
    columns = SUMMED[rollup][1]
    if period == "week":
        told = ", ".join(columns)
        return f"{rollup}_sum as (select person, tool, week as period, {told} from {rollup}_week),"  # noqa: S608  # names are those of SUMMED
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in columns)
    return (
        f"{rollup}_sum as (select person, tool, {period} as period, {sums}"  # noqa: S608  # as above
        f" from {rollup}_week group by person, tool, {period}),"
    )


def _joined(rollup: str) -> str:
    alias = SUMMED[rollup][0]
    return (
        f"left join {rollup}_sum {alias} on {alias}.person = m.person and {alias}.period = m.period"
        f" and {alias}.tool is not distinct from m.tool"
    )
