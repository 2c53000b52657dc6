-- One row an own act that follows another of the same person within half an hour (in whole seconds): when, in which tool and
-- where that other was, and the same of the last in the same tool. What has no space (a mail) is one place a tool.
with act as (
    select e.event, e.actor as person, e.tool, coalesce(e.space, 0) as space, e.us, e.day
    from event e
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
),
ordered as (
    select
        event, person, tool, space, us, day,
        lag(us) over w     as us_before,
        lag(tool) over w   as tool_before,
        lag(space) over w  as space_before,
        lead(us) over w    as us_after
    from act
    window w as (partition by person order by us nulls last, event nulls last)
),
-- acts with none near them follow nothing in their tool either
near as (
    select
        event, person, tool, space, us, day, us_before, tool_before, space_before,
        lag(us) over w     as us_before_in_tool,
        lag(space) over w  as space_before_in_tool
    from ordered
    where us - us_before < 1801000000 or us_after - us < 1801000000
    window w as (partition by person, tool order by us nulls last, event nulls last)
)
select event, person, tool, space, us, day, us_before, tool_before, space_before, us_before_in_tool, space_before_in_tool
from near
where us - us_before < 1801000000
