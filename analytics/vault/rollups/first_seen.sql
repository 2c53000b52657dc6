-- One row a person and tool: the first act; tool null = in any tool.
select
    e.actor      as person,
    e.tool,
    min(e.day)   as day,
    min(e.week)  as week,
    min(e.month) as month
from event e
where e.action not in ('view', 'notice')
group by grouping sets ((e.actor, e.tool), (e.actor))
