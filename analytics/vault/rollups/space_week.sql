-- One row a space with a list of members and a week: posts that its members could have read.
-- Direct messages are left out: they reach people by name and are in `delivery`.
select
    e.tool,
    e.space,
    e.week,
    cast(count(*) as bigint) as posts
from event e
join space s on s.space = e.space
where s.openness <> 'direct'
  and e.action in ('post', 'reply', 'file')
group by e.tool, e.space, e.week
