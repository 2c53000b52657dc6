-- One row a person and week in which the person was seen: how the hours of its working days fall into time in meetings,
-- calls and own acts (at most two minutes each) and the stretches between them. In seconds; busy + gap + hour + two = working.
-- Days off are those of where the person lives; a day on which nobody at all did anything is no day. What reaches a person
-- breaks nothing: nobody knows when it was seen.
with stretch as (
    select e.actor as person, e.day, e.second_of_day - 120 as starts, e.second_of_day as ends
    from event e
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
    union all
    select e.actor, e.day, e.second_of_day, e.second_of_day + e.seconds
    from event e
    where e.action in ('meeting', 'call') and e.seconds > 0 and coalesce(e.recipients, 1) >= 1
    union all
    select d.person, d.day, d.second_of_day, d.second_of_day + d.seconds
    from delivery d
    where d.how = 'attendee' and d.action in ('meeting', 'call') and d.seconds > 0
),
seen as (
    select distinct s.person, p.week
    from stretch s
    join local_day p on p.day = s.day
),
-- the working days of each calendar; a group, so that nobody is joined to all days of a year before the weeks are asked
open_day as (
    select w.calendar, e.day, e.week, min(w.starts) as opens, min(w.ends) as closes
    from (select distinct day, week from event where action <> 'notice') e
    join working_day w on w.day = e.day
    where w.starts < w.ends
    group by w.calendar, e.day, e.week
),
due as (
    select s.person, o.day, o.week, o.opens, o.closes
    from seen s
    join lives l on l.person = s.person
    join open_day o on o.week = s.week and o.calendar = l.calendar and o.day >= l.valid_from and o.day < l.valid_to
),
-- everybody lives somewhere on every day: left, and never null, so that nobody is joined to all days before the stretches
-- are asked
placed as (
    select s.person, s.day, s.starts, s.ends, coalesce(w.starts, 86400) as opens, coalesce(w.ends, 86400) as closes
    from stretch s
    left join lives l       on l.person = s.person and s.day >= l.valid_from and s.day < l.valid_to
    left join working_day w on w.calendar = l.calendar and w.day = s.day
),
cut as (
    select person, day, opens, greatest(starts, opens) as starts, least(ends, closes) as ends
    from placed
    where ends > opens and starts < closes
),
-- two that begin and end together leave the same free, whichever comes first
gaps as (
    select
        person,
        day,
        ends,
        starts - greatest(opens, coalesce(max(ends) over (
            partition by person, day
            order by starts nulls last, ends nulls last
            rows between unbounded preceding and 1 preceding
        ), opens)) as free
    from cut
),
summed as (
    select
        person,
        day,
        max(ends)                                                                        as last_ends,
        cast(sum(case when free > 0 and free < 3600 then free else 0 end) as bigint)     as gap_s,
        cast(sum(case when free >= 3600 and free < 7200 then free else 0 end) as bigint) as hour_s,
        cast(sum(case when free >= 7200 then free else 0 end) as bigint)                 as two_s
    from gaps
    group by person, day
),
-- what is left from the last stretch to the end of the day
closed as (
    select
        d.person, d.week,
        cast(d.closes - d.opens as bigint)                          as working_s,
        coalesce(s.gap_s, 0)                                        as gap_s,
        coalesce(s.hour_s, 0)                                       as hour_s,
        coalesce(s.two_s, 0)                                        as two_s,
        cast(d.closes - coalesce(s.last_ends, d.opens) as bigint)   as left_s
    from due d
    left join summed s on s.person = d.person and s.day = d.day
),
told as (
    select
        person,
        week,
        cast(count(*) as bigint)                                                                          as focus_days,
        cast(sum(working_s) as bigint)                                                                    as working_s,
        cast(sum(gap_s + case when left_s < 3600 then left_s else 0 end) as bigint)                       as gap_s,
        cast(sum(hour_s + case when left_s >= 3600 and left_s < 7200 then left_s else 0 end) as bigint)   as hour_s,
        cast(sum(two_s + case when left_s >= 7200 then left_s else 0 end) as bigint)                      as two_s
    from closed
    group by person, week
)
select
    person,
    cast(null as varchar)               as tool,
    week,
    focus_days,
    working_s,
    working_s - gap_s - hour_s - two_s  as busy_s,
    gap_s,
    hour_s,
    two_s
from told
