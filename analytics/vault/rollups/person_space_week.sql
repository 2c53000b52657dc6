-- One row a person, space and week: posts of that space which do not count as "could have been read",
-- being the person's own or having reached them by name already.
with post as (
    select e.event, e.tool, e.space, e.week, e.actor
    from event e
    join space s on s.space = e.space
    where s.openness <> 'direct'
      and e.action in ('post', 'reply', 'file')
),
counted as (
    select tool, space, week, actor as person from post
    union all
    select p.tool, p.space, p.week, r.person
    from (select distinct event, person from reached where action in ('post', 'reply', 'file')) r
    join post p on p.event = r.event
)
select tool, space, week, person, cast(count(*) as bigint) as posts
from counted
group by tool, space, week, person
