-- One row a message and person whom it reached by name: one that both mentions and answers somebody reaches them once.
select
    d.event,
    d.copy,
    d.person,
    d.actor,
    d.tool,
    d.day,
    d.second_of_day,
    d.action,
    coalesce(d.recipients, 1)                              as recipients,
    max(case when d.how in ('to', 'cc') then 1 else 0 end) as is_addressed
from delivery d
where d.how in ('to', 'cc', 'mention', 'reply')
  and d.actor <> d.person
  and d.action in ('post', 'reply', 'email', 'file')
group by d.event, d.copy, d.person, d.actor, d.tool, d.day, d.second_of_day, d.action, coalesce(d.recipients, 1)
