-- One row a meeting or call and person who was there, by its tool and once more with tool null for all tools together: until
-- when those that began before had lasted (met: meetings alone; accepted: those that the person called, said yes to or was
-- seen in). In microseconds; midnight is that of the person's day. Who is in nothing else at the time need not be put in
-- order again: met_until and accepted_until are null there. alike: how many of the kind the person is in from and to the same
-- moment, this one included.
with said_yes as (
    select distinct event, person from delivery where how = 'accepted'
),
stretch as (
    select e.event, e.actor as person, e.tool, e.action as kind, e.us as starts, e.us + e.seconds * 1000000 as ends,
           e.us - cast(e.second_of_day as bigint) * 1000000 as midnight, 1 as accepted, e.day
    from event e
    where e.action in ('meeting', 'call') and e.seconds > 0 and coalesce(e.recipients, 1) >= 1
    union all
    select d.event, d.person, d.tool, d.action, d.us, d.us + d.seconds * 1000000,
           d.us - cast(d.second_of_day as bigint) * 1000000,
           case when y.event is null then 0 else 1 end, d.day
    from delivery d
    left join said_yes y on y.event = d.event and y.person = d.person
    where d.how = 'attendee' and d.action in ('meeting', 'call') and d.seconds > 0
),
doubled as (
    select event, person, tool, kind, starts, ends, midnight, accepted, day from stretch
    union all
    select event, person, cast(null as varchar), kind, starts, ends, midnight, accepted, day from stretch
),
ordered as (
    select
        event, person, tool, kind, starts, ends, midnight, accepted, day,
        max(ends) over (
            partition by person, tool
            order by starts nulls last, ends nulls last, event nulls last
            rows between unbounded preceding and 1 preceding
        ) as held_until,
        lead(starts) over (
            partition by person, tool
            order by starts nulls last, ends nulls last, event nulls last
        ) as next_starts
    from doubled
),
clashing as (
    select
        event, person, tool, kind, starts, ends, midnight, accepted, day, held_until,
        max(case when kind = 'meeting' then ends end) over w                   as met_until,
        max(case when kind = 'meeting' and accepted = 1 then ends end) over w  as accepted_until,
        cast(count(*) over (partition by person, tool, kind, starts, ends) as bigint) as alike
    from ordered
    where held_until > starts or next_starts < ends
    window w as (
        partition by person, tool
        order by starts nulls last, ends nulls last, event nulls last
        rows between unbounded preceding and 1 preceding
    )
)
select event, person, tool, kind, starts, ends, midnight, accepted, day, held_until, met_until, accepted_until, alike
from clashing
union all
select event, person, tool, kind, starts, ends, midnight, accepted, day, held_until, cast(null as bigint), cast(null as bigint),
       cast(1 as bigint)
from ordered
where coalesce(held_until, starts) <= starts and coalesce(next_starts, ends) >= ends
