-- One row a tool: how many acts say what they answer or to which thread they belong, and for how many of them that is in the
-- exports too. Where much of it is not, the export is a sample, and what looks unanswered may have been answered.
select
    a.tool,
    cast(count(*) as bigint)       as answers,
    cast(count(o.event) as bigint) as rooted
from event a
left join event o on o.event = coalesce(a.in_reply_to, a.thread)
where a.action in ('post', 'reply', 'email')
  and (a.in_reply_to is not null or a.thread <> a.event)
group by a.tool
