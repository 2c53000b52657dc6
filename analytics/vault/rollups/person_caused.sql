-- One row a person, tool and local day: what the person's acts put before others, by how many each reached; tool null = all
-- tools together. A post in a channel is put before its members but for its author and whom it reaches by name. words_out is
-- words times people; where words are not known, deliveries are counted as mails_out and chats_out. Bots read nothing.
with reader as (
    select person from person where kind in ('human', 'guest')
),
named as (
    select
        d.event, d.copy, d.person,
        max(case when d.how in ('to', 'cc') then 1 else 0 end) as is_addressed
    from delivery d
    join reader r on r.person = d.person
    where d.how in ('to', 'cc', 'mention', 'reply')
      and d.actor <> d.person
      and d.action in ('post', 'reply', 'email', 'file')
    group by d.event, d.copy, d.person
),
by_name as (
    select
        event,
        cast(sum(is_addressed) as bigint)     as addressed,
        cast(sum(1 - is_addressed) as bigint) as mentioned
    from named
    group by event
),
member as (
    select m.space, m.person from membership m join reader r on r.person = m.person
),
size as (
    select space, cast(count(*) as bigint) as members from member group by space
),
reached as (
    select e.event, d.person
    from event e
    join delivery d on d.event = e.event
    join member m on m.space = e.space and m.person = d.person
    where d.how in ('to', 'cc', 'mention', 'reply') and d.actor <> d.person
    union
    select e.event, e.actor
    from event e
    join member m on m.space = e.space and m.person = e.actor
),
already as (
    select event, cast(count(*) as bigint) as people from reached group by event
),
act as (
    select
        e.actor as person, e.tool, e.day, e.week, e.month, e.quarter, e.action, e.words,
        coalesce(e.recipients, 1)  as recipients,
        coalesce(n.addressed, 0)   as addressed,
        coalesce(n.mentioned, 0)   as mentioned,
        case when s.openness <> 'direct' and e.action <> 'email'
             then greatest(0, coalesce(z.members, 0) - coalesce(a.people, 0)) else 0 end as channel
    from event e
    left join by_name n on n.event = e.event
    left join space s   on s.space = e.space
    left join size z    on z.space = e.space
    left join already a on a.event = e.event
    where e.action in ('post', 'reply', 'email', 'file')
)
select
    person,
    tool,
    day,
    week,
    month,
    quarter,
    cast(sum(case when recipients <= 1 then addressed else 0 end) as bigint)               as direct_out,
    cast(sum(mentioned) as bigint)                                                         as mentioned_out,
    cast(sum(case when recipients between 2 and 9 then addressed else 0 end) as bigint)    as grouped_out,
    cast(sum(case when recipients >= 10 then addressed else 0 end) as bigint)              as broadcast_out,
    cast(sum(channel) as bigint)                                                           as channel_out,
    cast(sum(coalesce(words, 0) * (addressed + mentioned)) as bigint)                      as words_out,
    cast(sum(case when words is null and action = 'email' then addressed + mentioned else 0 end) as bigint)  as mails_out,
    cast(sum(case when words is null and action <> 'email' then addressed + mentioned else 0 end) as bigint) as chats_out
from act
group by grouping sets (
    (person, tool, day, week, month, quarter),
    (person, day, week, month, quarter)
)
