-- One row a person, tool and week: messages that reached somebody by name inside and outside their hours, by the level
-- they came from, and those that the person sent. One message reaches somebody once.
with untimed as (
    select event from event where not is_timed
),
-- answers that the one whom it reached gave outside hours
late_answer as (
    select distinct a.in_reply_to as event, a.actor as person
    from event a
    left join lives l       on l.person = a.actor and a.day >= l.valid_from and a.day < l.valid_to
    left join working_day w on w.calendar = l.calendar and w.day = a.day
    where a.in_reply_to is not null
      and a.is_timed
      and (a.second_of_day < coalesce(w.starts, 86400) or a.second_of_day >= coalesce(w.ends, 86400))
),
timed as (
    select
        r.event, r.person, r.actor, r.tool, r.day,
        case when r.second_of_day < w.starts or r.second_of_day >= w.ends then 1 else 0 end as outside
    from reached r
    -- everybody lives somewhere on every day: left, so that nobody is joined to all days before the messages are asked
    left join lives l       on l.person = r.person and r.day >= l.valid_from and r.day < l.valid_to
    left join working_day w on w.calendar = l.calendar and w.day = r.day
    left join untimed u     on u.event = r.event
    where u.event is null
),
placed as (
    select
        r.person, r.actor, r.tool, p.week, r.outside,
        case when r.outside = 1 and t.event is not null then 1 else 0 end as answered,
        case when s.level < o.level then 1 else 0 end as down,
        case when s.level > o.level then 1 else 0 end as up,
        case when s.level = o.level then 1 else 0 end as same
    from timed r
    join local_day p on p.day = r.day
    left join late_answer t on t.event = r.event and t.person = r.person
    left join org o on o.person = r.person and r.day >= o.valid_from and r.day < o.valid_to
    left join org s on s.person = r.actor and r.day >= s.valid_from and r.day < s.valid_to
),
-- counted, since a sum of ones takes half as long again
came as (
    select
        person,
        tool,
        week,
        cast(count(case when down = 1 then 1 end) as bigint)                  as from_above,
        cast(count(case when down = 1 and outside = 1 then 1 end) as bigint)  as from_above_outside,
        cast(count(case when up = 1 then 1 end) as bigint)                    as from_below,
        cast(count(case when up = 1 and outside = 1 then 1 end) as bigint)    as from_below_outside,
        cast(count(case when same = 1 then 1 end) as bigint)                  as from_beside,
        cast(count(case when same = 1 and outside = 1 then 1 end) as bigint)  as from_beside_outside,
        cast(count(*) as bigint)                                              as came,
        cast(count(case when outside = 1 then 1 end) as bigint)               as came_outside,
        cast(count(case when answered = 1 then 1 end) as bigint)              as answered_outside
    from placed
    group by person, tool, week
),
went as (
    select
        actor as person,
        tool,
        week,
        cast(count(*) as bigint)                                 as sent,
        cast(count(case when outside = 1 then 1 end) as bigint)  as sent_outside
    from placed
    group by actor, tool, week
),
both_ends as (
    select
        person, tool, week, from_above, from_above_outside, from_below, from_below_outside, from_beside, from_beside_outside,
        came, came_outside, answered_outside, 0 as sent, 0 as sent_outside
    from came
    union all
    select person, tool, week, 0, 0, 0, 0, 0, 0, 0, 0, 0, sent, sent_outside from went
),
in_tool as (
    select
        person,
        tool,
        week,
        cast(sum(from_above) as bigint)          as from_above,
        cast(sum(from_above_outside) as bigint)  as from_above_outside,
        cast(sum(from_below) as bigint)          as from_below,
        cast(sum(from_below_outside) as bigint)  as from_below_outside,
        cast(sum(from_beside) as bigint)         as from_beside,
        cast(sum(from_beside_outside) as bigint) as from_beside_outside,
        cast(sum(came) as bigint)                as came,
        cast(sum(came_outside) as bigint)        as came_outside,
        cast(sum(answered_outside) as bigint)    as answered_outside,
        cast(sum(sent) as bigint)                as sent,
        cast(sum(sent_outside) as bigint)        as sent_outside
    from both_ends
    group by person, tool, week
)
select
    person,
    tool,
    week,
    from_above,
    from_above_outside,
    from_below,
    from_below_outside,
    from_beside,
    from_beside_outside,
    came - from_above - from_below - from_beside                                        as from_unplaced,
    came_outside - from_above_outside - from_below_outside - from_beside_outside        as from_unplaced_outside,
    answered_outside,
    sent,
    sent_outside
from in_tool
