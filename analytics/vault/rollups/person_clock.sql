-- One row a person, tool and week with time in it, by local days; tool null = all tools together, overlaps counted once.
-- Meetings and calls have a start and an end. An own act ends when it is sent and is given the time since
-- whatever came before it (act, meeting, call or midnight), at most 30, 60, 120, 300 or 600 seconds:
-- the sum is the length of the union. All in microseconds, so that sums are exact.
-- multitasking_acts lie in a meeting or call: an act ends when it is sent, so one sent at the very end of a meeting was written
-- in it, and one sent at its start before it.
with act as (
    select e.event, e.actor as person, e.tool, e.us, e.day,
           cast(e.second_of_day as bigint) * 1000000         as since_midnight,
           cast(floor(e.us / 86400000000) as bigint)         as number
    from event e
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
),
-- every day in UTC on which a meeting or call is held or has ended within ten minutes
reach as (
    select person, tool, starts, ends,
           cast(floor(starts / 86400000000) as bigint)               as number,
           cast(floor((ends + 600000000) / 86400000000) as bigint)   as last_number
    from held
    where tool is not null
),
held_day as (
    select person, tool, starts, ends, number from reach
    union all
    select r.person, r.tool, r.starts, r.ends, n.number
    from (select person, tool, starts, ends, number, last_number from reach where last_number > number) r
    join day_in_utc n on n.number > r.number and n.number <= r.last_number
),
-- acts in meetings and calls or within ten minutes after them
after_held as (
    select
        a.event,
        max(h.ends)                                     as ends,
        max(case when h.tool = a.tool then h.ends end)  as ends_in_tool
    from act a
    join held_day h on h.person = a.person and h.number = a.number
                   and h.starts < a.us and h.ends > a.us - 600000000
    group by a.event
),
known as (
    select
        a.person, a.tool, a.day, a.us, a.since_midnight,
        f.us_before, f.us_before_in_tool, h.ends, h.ends_in_tool
    from act a
    left join followed f   on f.event = a.event
    left join after_held h on h.event = a.event
),
measured as (
    select
        person, tool, day,
        greatest(0, least(600000000, since_midnight, us - coalesce(us_before_in_tool, 0), us - coalesce(ends_in_tool, 0))) as gap,
        0 as meeting,
        0 as observed,
        case when ends_in_tool >= us then 1 else 0 end as multitasking_acts
    from known
    union all
    select
        person, cast(null as varchar), day,
        greatest(0, least(600000000, since_midnight, us - coalesce(us_before, 0), us - coalesce(ends, 0))),
        0,
        0,
        case when ends >= us then 1 else 0 end
    from known
    union all
    select
        person, tool, day,
        0,
        case when kind = 'meeting' then greatest(0, ends - greatest(starts, coalesce(met_until, starts))) else 0 end,
        greatest(0, ends - greatest(starts, coalesce(held_until, starts))),
        0
    from held
),
summed as (
    select
        m.person,
        m.tool,
        p.week,
        cast(sum(least(gap, 30000000)) as bigint)    as act_us_30,
        cast(sum(least(gap, 60000000)) as bigint)    as act_us_60,
        cast(sum(least(gap, 120000000)) as bigint)   as act_us_120,
        cast(sum(least(gap, 300000000)) as bigint)   as act_us_300,
        cast(sum(gap) as bigint)                     as act_us_600,
        cast(sum(meeting) as bigint)                 as meeting_us,
        cast(sum(observed) - sum(meeting) as bigint) as call_us,
        cast(sum(multitasking_acts) as bigint)       as multitasking_acts
    from measured m
    join local_day p on p.day = m.day
    group by m.person, m.tool, p.week
)
select
    person, tool, week, act_us_30, act_us_60, act_us_120, act_us_300, act_us_600, meeting_us, call_us, multitasking_acts
from summed
