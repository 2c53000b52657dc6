-- One row a person, tool and week with meetings, by local days; tool null = all tools together. In microseconds.
-- Time in two meetings at once belongs to the one that began first, of two that began together to the shorter one, and to those
-- that end together too in equal parts, so that the classes add up to the hours in meetings, whatever the keys;
-- conflict_us is the time in two or more, if it is a second at least: a log's repeats lie microseconds apart.
-- accepted_us is the union of the meetings that the person called, said yes to or was seen in; outside_us is the time outside the working hours of the day on which the meeting begins, where the person lives then.
with met as (
    select event, person, tool, starts, ends, midnight, accepted, day, met_until, accepted_until, alike
    from held
    where kind = 'meeting'
),
-- who is in one meeting alone need not be put in order once more
twice as (
    select
        event, person, tool, starts, ends, midnight, accepted, day, met_until, accepted_until, alike,
        max(least(ends, met_until)) over (
            partition by person, tool
            order by starts nulls last, ends nulls last, event nulls last
            rows between unbounded preceding and 1 preceding
        ) as double_until
    from met
    where met_until > starts
    union all
    select event, person, tool, starts, ends, midnight, accepted, day, met_until, accepted_until, alike, cast(null as bigint)
    from met
    where met_until is null or met_until <= starts
),
measured as (
    select
        t.event, t.person, t.tool, p.week, t.starts, t.ends, t.alike, k.class, k.is_large, k.is_long, k.is_series,
        k.is_layered, k.is_over_head,
        case when accepted = 1
             then greatest(0, t.ends - greatest(t.starts, coalesce(accepted_until, t.starts))) else 0 end as agreed,
        greatest(0, t.ends - greatest(t.starts, coalesce(met_until, t.starts)))                                  as own,
        greatest(0, least(t.ends, coalesce(met_until, t.starts)) - greatest(t.starts, coalesce(double_until, t.starts))) as again,
        greatest(0, least(t.ends, midnight + cast(w.ends as bigint) * 1000000)
            - greatest(t.starts, coalesce(met_until, t.starts), midnight + cast(w.starts as bigint) * 1000000))      as inside
    from twice t
    join meeting_kind k on k.event = t.event
    join local_day p    on p.day = t.day
    -- everybody lives somewhere on every day: left, so that nobody is joined to all days before the meetings are asked
    left join lives l       on l.person = t.person and t.day >= l.valid_from and t.day < l.valid_to
    left join working_day w on w.calendar = l.calendar and w.day = t.day
),
-- the first of those alike has all of their time: it is dealt out anew, to the microsecond
dealt as (
    select
        person, tool, week, class, is_large, is_long, is_series, is_layered, is_over_head, agreed, again, inside, own, alike,
        cast(sum(own) over (partition by person, tool, starts, ends) as bigint) as whole,
        row_number() over (partition by person, tool, starts, ends order by event nulls last) as turn
    from measured
    where alike > 1
),
owned as (
    select person, tool, week, class, is_large, is_long, is_series, is_layered, is_over_head, agreed, again, own - inside as outside, own
    from measured
    where alike = 1
    union all
    select
        person, tool, week, class, is_large, is_long, is_series, is_layered, is_over_head, agreed, again, own - inside,
        cast(floor(whole * turn / nullif(alike, 0)) as bigint) - cast(floor(whole * (turn - 1) / nullif(alike, 0)) as bigint)
    from dealt
),
summed as (
    select
        person,
        tool,
        week,
        cast(sum(case when class = 'one_to_one' then own else 0 end) as bigint) as one_to_one_us,
        cast(sum(case when class = 'decision' then own else 0 end) as bigint)   as decision_us,
        cast(sum(case when class = 'status' then own else 0 end) as bigint)     as status_us,
        cast(sum(case when class = 'bloated' then own else 0 end) as bigint)    as bloated_us,
        cast(sum(case when class = 'lengthy' then own else 0 end) as bigint)    as lengthy_us,
        cast(sum(case when class = 'all_hands' then own else 0 end) as bigint)  as all_hands_us,
        cast(sum(case when class = 'workshop' then own else 0 end) as bigint)   as workshop_us,
        cast(sum(own) as bigint)                                                as met_us,
        cast(sum(agreed) as bigint)                                             as accepted_us,
        cast(sum(outside) as bigint)                                            as outside_us,
        cast(sum(case when again >= 1000000 then again else 0 end) as bigint)   as conflict_us,
        cast(sum(case when is_large = 1 then own else 0 end) as bigint)         as large_us,
        cast(sum(case when is_large = 1 and is_long = 1 then own else 0 end) as bigint) as large_long_us,
        cast(sum(case when is_large = 0 and is_long = 1 then own else 0 end) as bigint) as small_long_us,
        cast(sum(case when is_series = 1 then own else 0 end) as bigint)        as series_us,
        cast(sum(case when is_layered = 1 then own else 0 end) as bigint)       as layered_us,
        cast(sum(case when is_over_head = 1 then own else 0 end) as bigint)     as over_head_us
    from owned
    group by person, tool, week
)
select
    person, tool, week,
    one_to_one_us, decision_us, status_us, bloated_us, lengthy_us, all_hands_us, workshop_us,
    met_us - one_to_one_us - decision_us - status_us - bloated_us - lengthy_us - all_hands_us - workshop_us as unknown_us,
    met_us, accepted_us, outside_us, conflict_us, large_us, large_long_us + small_long_us as long_us,
    large_long_us, small_long_us, series_us, layered_us, over_head_us
from summed
