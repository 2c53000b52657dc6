-- One row a person, tool and local day with time on it; tool null = all tools together, overlaps counted once.
-- Meetings and calls have a start and an end. An own act ends when it is sent and is given the time since
-- whatever came before it (act, meeting, call or midnight), at most 30, 60, 120, 300 or 600 seconds:
-- the sum is the length of the union. All in microseconds, so that sums are exact.
with stretch as (
    select e.event, e.actor as person, e.tool, 'act' as kind, e.us as starts, e.us as ends,
           cast(e.second_of_day as bigint) * 1000000 as since_midnight, e.day, e.week, e.month, e.quarter
    from event e
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
    union all
    select e.event, e.actor, e.tool, e.action, e.us, e.us + e.seconds * 1000000,
           cast(e.second_of_day as bigint) * 1000000, e.day, e.week, e.month, e.quarter
    from event e
    where e.action in ('meeting', 'call') and e.seconds > 0 and coalesce(e.recipients, 1) >= 1
    union all
    select d.event, d.person, d.tool, d.action, d.us, d.us + d.seconds * 1000000,
           cast(d.second_of_day as bigint) * 1000000, d.day, d.week, d.month, d.quarter
    from delivery d
    where d.how = 'attendee' and d.action in ('meeting', 'call') and d.seconds > 0
),
doubled as (
    select event, person, tool, kind, starts, ends, since_midnight, day, week, month, quarter from stretch
    union all
    select event, person, cast(null as varchar), kind, starts, ends, since_midnight, day, week, month, quarter from stretch
),
ordered as (
    select
        d.*,
        max(ends) over w                                         as busy_until,
        max(case when kind <> 'act' then ends end) over w        as met_or_called_until,
        max(case when kind = 'meeting' then ends end) over w     as met_until
    from doubled d
    window w as (
        partition by person, tool
        order by starts nulls last, ends nulls last, event nulls last
        rows between unbounded preceding and 1 preceding
    )
),
measured as (
    select
        person, tool, day, week, month, quarter,
        case when kind = 'act'
             then greatest(0, least(600000000, since_midnight, starts - coalesce(busy_until, 0))) else 0 end as gap,
        case when kind = 'meeting'
             then greatest(0, ends - greatest(starts, coalesce(met_until, starts))) else 0 end as meeting,
        case when kind <> 'act'
             then greatest(0, ends - greatest(starts, coalesce(met_or_called_until, starts))) else 0 end as observed,
        case when kind = 'act' and met_or_called_until > starts then 1 else 0 end as acts_in_meetings
    from ordered
)
select
    person,
    tool,
    day,
    week,
    month,
    quarter,
    cast(sum(least(gap, 30000000)) as bigint)  as act_us_30,
    cast(sum(least(gap, 60000000)) as bigint)  as act_us_60,
    cast(sum(least(gap, 120000000)) as bigint) as act_us_120,
    cast(sum(least(gap, 300000000)) as bigint) as act_us_300,
    cast(sum(gap) as bigint)                   as act_us_600,
    cast(sum(meeting) as bigint)               as meeting_us,
    cast(sum(observed) - sum(meeting) as bigint) as call_us,
    cast(sum(acts_in_meetings) as bigint)      as acts_in_meetings
from measured
group by person, tool, day, week, month, quarter
