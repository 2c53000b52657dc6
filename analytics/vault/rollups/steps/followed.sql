-- One row an own act that follows another of the same person within half an hour (in whole seconds): when, in which tool and
-- where that other was, and the same of the last in the same tool. What has no space (a mail) is one place a tool.
with act as (
    select e.event, e.actor as person, e.tool, coalesce(e.space, 0) as space, e.us, e.day,
           cast(floor(e.us / 1801000000) as bigint) as half_hour
    from event e
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
),
-- half hours that hold two acts together with the one before: who acted once in hours need not be put in order
busy as (
    select person, half_hour
    from (
        select person, half_hour from act
        union all
        select person, half_hour + 1 from act
    ) own_and_next
    group by person, half_hour
    having count(*) >= 2
),
near as (
    select a.event, a.person, a.tool, a.space, a.us, a.day
    from act a
    left join busy b on b.person = a.person and b.half_hour = a.half_hour
    left join busy n on n.person = a.person and n.half_hour = a.half_hour + 1
    where b.person is not null or n.person is not null
),
ordered as (
    select
        event, person, tool, space, us, day,
        lag(us) over w       as us_before,
        lag(tool) over w     as tool_before,
        lag(space) over w    as space_before,
        lag(us) over own     as us_before_in_tool,
        lag(space) over own  as space_before_in_tool
    from near
    window
        w as (partition by person order by us nulls last, event nulls last),
        own as (partition by person, tool order by us nulls last, event nulls last)
)
select event, person, tool, space, us, day, us_before, tool_before, space_before, us_before_in_tool, space_before_in_tool
from ordered
where us - us_before < 1801000000
