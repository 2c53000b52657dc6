-- One row a person, tool and week: messages that reached somebody by name inside and outside their hours, by the level
-- they came from, and those that the person sent; tool null = all tools together. One message reaches somebody once.
with reached as (
    select
        d.event, d.copy, d.person, d.actor, d.tool, d.day, d.week, d.month, d.quarter,
        min(case when d.second_of_day < w.starts or d.second_of_day >= w.ends then 1 else 0 end) as outside
    from delivery d
    join event e       on e.event = d.event
    join lives l       on l.person = d.person and d.day >= l.valid_from and d.day < l.valid_to
    join working_day w on w.calendar = l.calendar and w.day = d.day
    where d.how in ('to', 'cc', 'mention', 'reply')
      and d.actor <> d.person
      and d.action in ('post', 'reply', 'email', 'file')
      and e.is_timed
    group by d.event, d.copy, d.person, d.actor, d.tool, d.day, d.week, d.month, d.quarter
),
-- answers that the one whom it reached gave outside hours
late_answer as (
    select distinct a.in_reply_to as event, a.actor as person
    from event a
    join lives l       on l.person = a.actor and a.day >= l.valid_from and a.day < l.valid_to
    join working_day w on w.calendar = l.calendar and w.day = a.day
    where a.in_reply_to is not null
      and a.is_timed
      and (a.second_of_day < w.starts or a.second_of_day >= w.ends)
),
placed as (
    select
        r.person, r.actor, r.tool, r.week, r.month, r.quarter, r.outside,
        case when r.outside = 1 and t.event is not null then 1 else 0 end as answered,
        case when s.level < o.level then 1 else 0 end as down,
        case when s.level > o.level then 1 else 0 end as up,
        case when s.level = o.level then 1 else 0 end as same
    from reached r
    left join late_answer t on t.event = r.event and t.person = r.person
    left join org o on o.person = r.person and r.day >= o.valid_from and r.day < o.valid_to
    left join org s on s.person = r.actor and r.day >= s.valid_from and r.day < s.valid_to
),
both_ends as (
    select person, tool, week, month, quarter, outside, answered,
           down, up, same, 1 - down - up - same as unplaced, 0 as sent
    from placed
    union all
    select actor, tool, week, month, quarter, outside, 0, 0, 0, 0, 0, 1
    from placed
)
select
    person,
    tool,
    week,
    month,
    quarter,
    cast(sum(down) as bigint)               as from_above,
    cast(sum(down * outside) as bigint)     as from_above_outside,
    cast(sum(up) as bigint)                 as from_below,
    cast(sum(up * outside) as bigint)       as from_below_outside,
    cast(sum(same) as bigint)               as from_beside,
    cast(sum(same * outside) as bigint)     as from_beside_outside,
    cast(sum(unplaced) as bigint)           as from_unplaced,
    cast(sum(unplaced * outside) as bigint) as from_unplaced_outside,
    cast(sum(answered) as bigint)           as answered_outside,
    cast(sum(sent) as bigint)               as sent,
    cast(sum(sent * outside) as bigint)     as sent_outside
from both_ends
group by grouping sets (
    (person, tool, week, month, quarter),
    (person, week, month, quarter)
)
