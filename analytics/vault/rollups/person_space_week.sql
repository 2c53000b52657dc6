-- One row a person, space and week: posts of that space which do not count as "could have been read",
-- being the person's own or having reached them by name already.
with counted as (
    select e.tool, e.space, e.week, e.month, e.quarter, e.actor as person, e.event
    from event e
    join space s on s.space = e.space
    where s.openness <> 'direct'
      and e.action in ('post', 'reply', 'file')
    union
    select e.tool, e.space, e.week, e.month, e.quarter, d.person, e.event
    from delivery d
    join event e on e.event = d.event
    join space s on s.space = e.space
    where s.openness <> 'direct'
      and e.action in ('post', 'reply', 'file')
      and d.how in ('to', 'cc', 'mention', 'reply')
)
select
    tool,
    space,
    week,
    month,
    quarter,
    person,
    cast(count(*) as bigint) as posts
from counted
group by tool, space, week, month, quarter, person
