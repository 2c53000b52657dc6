-- One row a person, tool and local day with meetings; tool null = all tools together. In microseconds.
-- Time in two meetings at once belongs to the one that began first, so that the classes add up to the hours in meetings;
-- conflict_us is the time in two or more, if it is a second at least: a log's repeats lie microseconds apart.
-- accepted_us is the union of the meetings that the person called, said yes to or was seen in; outside_us is the time outside the working hours of the day on which the meeting begins, where the person lives then.
with said_yes as (
    select distinct event, person from delivery where how = 'accepted'
),
stretch as (
    select e.event, e.actor as person, e.tool, e.us as starts, e.us + e.seconds * 1000000 as ends,
           e.us - cast(e.second_of_day as bigint) * 1000000 as midnight, 1 as accepted, e.day, e.week, e.month, e.quarter
    from event e
    where e.action = 'meeting' and e.seconds > 0 and coalesce(e.recipients, 1) >= 1
    union all
    select d.event, d.person, d.tool, d.us, d.us + d.seconds * 1000000,
           d.us - cast(d.second_of_day as bigint) * 1000000,
           case when y.event is null then 0 else 1 end, d.day, d.week, d.month, d.quarter
    from delivery d
    left join said_yes y on y.event = d.event and y.person = d.person
    where d.how = 'attendee' and d.action = 'meeting' and d.seconds > 0
),
doubled as (
    select event, person, tool, starts, ends, midnight, accepted, day, week, month, quarter from stretch
    union all
    select event, person, cast(null as varchar), starts, ends, midnight, accepted, day, week, month, quarter from stretch
),
once as (
    select
        d.*,
        max(ends) over (
            partition by person, tool
            order by starts nulls last, ends nulls last, event nulls last
            rows between unbounded preceding and 1 preceding
        ) as met_until,
        max(case when accepted = 1 then ends end) over (
            partition by person, tool
            order by starts nulls last, ends nulls last, event nulls last
            rows between unbounded preceding and 1 preceding
        ) as accepted_until
    from doubled d
),
twice as (
    select
        o.*,
        max(least(ends, coalesce(met_until, starts))) over (
            partition by person, tool
            order by starts nulls last, ends nulls last, event nulls last
            rows between unbounded preceding and 1 preceding
        ) as double_until
    from once o
),
measured as (
    select
        t.person, t.tool, t.day, t.week, t.month, t.quarter, k.class, k.is_large, k.is_long, k.is_series,
        k.is_layered, k.is_over_head,
        case when accepted = 1
             then greatest(0, t.ends - greatest(t.starts, coalesce(accepted_until, t.starts))) else 0 end as agreed,
        greatest(0, t.ends - greatest(t.starts, coalesce(met_until, t.starts)))                                  as own,
        greatest(0, least(t.ends, coalesce(met_until, t.starts)) - greatest(t.starts, coalesce(double_until, t.starts))) as again,
        greatest(0, least(t.ends, midnight + cast(w.ends as bigint) * 1000000)
            - greatest(t.starts, coalesce(met_until, t.starts), midnight + cast(w.starts as bigint) * 1000000))      as inside
    from twice t
    join meeting_kind k on k.event = t.event
    join lives l        on l.person = t.person and t.day >= l.valid_from and t.day < l.valid_to
    join working_day w  on w.calendar = l.calendar and w.day = t.day
)
select
    person,
    tool,
    day,
    week,
    month,
    quarter,
    cast(sum(case when class = 'one_to_one' then own else 0 end) as bigint) as one_to_one_us,
    cast(sum(case when class = 'decision' then own else 0 end) as bigint)   as decision_us,
    cast(sum(case when class = 'status' then own else 0 end) as bigint)     as status_us,
    cast(sum(case when class = 'bloated' then own else 0 end) as bigint)    as bloated_us,
    cast(sum(case when class = 'lengthy' then own else 0 end) as bigint)    as lengthy_us,
    cast(sum(case when class = 'all_hands' then own else 0 end) as bigint)  as all_hands_us,
    cast(sum(case when class = 'workshop' then own else 0 end) as bigint)   as workshop_us,
    cast(sum(case when class = 'unknown' then own else 0 end) as bigint)    as unknown_us,
    cast(sum(own) as bigint)                                                as met_us,
    cast(sum(agreed) as bigint)                                             as accepted_us,
    cast(sum(own - inside) as bigint)                                       as outside_us,
    cast(sum(case when again >= 1000000 then again else 0 end) as bigint)   as conflict_us,
    cast(sum(case when is_large = 1 then own else 0 end) as bigint)         as large_us,
    cast(sum(case when is_long = 1 then own else 0 end) as bigint)          as long_us,
    cast(sum(case when is_large = 1 and is_long = 1 then own else 0 end) as bigint) as large_long_us,
    cast(sum(case when is_large = 0 and is_long = 1 then own else 0 end) as bigint) as small_long_us,
    cast(sum(case when is_series = 1 then own else 0 end) as bigint)        as series_us,
    cast(sum(case when is_layered = 1 then own else 0 end) as bigint)       as layered_us,
    cast(sum(case when is_over_head = 1 then own else 0 end) as bigint)     as over_head_us
from measured
group by person, tool, day, week, month, quarter
