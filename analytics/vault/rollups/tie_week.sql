-- One row a week, tool, sender and receiver: how many acts of one reached the other by name.
-- Bots and services are left out on both ends: nobody is in exchange with them.
select
    d.week,
    d.tool,
    d.actor  as sender,
    d.person as receiver,
    cast(count(*) as bigint) as acts
from delivery d
join person s on s.person = d.actor
join person r on r.person = d.person
where d.actor <> d.person
  and d.how in ('to', 'cc', 'mention', 'reply', 'reaction')
  and s.kind in ('human', 'guest')
  and r.kind in ('human', 'guest')
group by d.week, d.tool, d.actor, d.person
