-- One row a person, tool and local day: own acts that follow another within half an hour (in whole seconds), and how many of them are in another
-- space or tool; tool null = all tools together. What has no space (a mail) is one place a tool. Day of the later act.
with act as (
    select e.event, e.actor as person, e.tool, coalesce(e.space, 0) as space, e.us, e.day, e.week, e.month, e.quarter
    from event e
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
),
doubled as (
    select event, person, tool, tool as told, space, us, day, week, month, quarter from act
    union all
    select event, person, cast(null as varchar), tool, space, us, day, week, month, quarter from act
),
followed as (
    select
        d.*,
        lag(us) over w    as us_before,
        lag(told) over w  as told_before,
        lag(space) over w as space_before
    from doubled d
    window w as (partition by person, tool order by us nulls last, event nulls last)
)
select
    person,
    tool,
    day,
    week,
    month,
    quarter,
    cast(count(*) as bigint)                                                                  as near_acts,
    cast(sum(case when told <> told_before or space <> space_before then 1 else 0 end) as bigint) as switches
from followed
where us - us_before < 1801000000
group by person, tool, day, week, month, quarter
