-- One row a person, tool and week: what the person's acts put before others, by how many each reached. A post in a channel is put before its members but for its author and whom it reaches by name. words_out is
-- words times people; where words are not known, deliveries are counted as mails_out and chats_out. Bots read nothing.
with reader as (
    select person from person where kind in ('human', 'guest')
),
by_name as (
    select
        d.event,
        cast(sum(d.is_addressed) as bigint)     as addressed,
        cast(sum(1 - d.is_addressed) as bigint) as mentioned
    from reached d
    join reader r on r.person = d.person
    group by d.event
),
member as (
    select m.space, m.person from membership m join reader r on r.person = m.person
),
size as (
    select space, cast(count(*) as bigint) as members from member group by space
),
-- left, so that no post is joined to all members of its space before its readers are asked
named as (
    select d.event, d.person, max(case when m.person is null then 0 else 1 end) as is_member
    from reached d
    left join event e  on e.event = d.event
    left join member m on m.space = e.space and m.person = d.person
    where d.action <> 'email'
    group by d.event, d.person
),
already as (
    select event, cast(sum(is_member) as bigint) as people from named group by event
),
act as (
    select
        e.actor as person, e.tool, e.week, e.action, e.words,
        coalesce(e.recipients, 1)  as recipients,
        coalesce(n.addressed, 0)   as addressed,
        coalesce(n.mentioned, 0)   as mentioned,
        case when s.openness <> 'direct' and e.action <> 'email'
             then greatest(0, coalesce(z.members, 0) - coalesce(a.people, 0) - case when o.person is null then 0 else 1 end)
             else 0 end            as channel
    from event e
    left join by_name n on n.event = e.event
    left join space s   on s.space = e.space
    left join size z    on z.space = e.space
    left join already a on a.event = e.event
    left join member o  on o.space = e.space and o.person = e.actor
    where e.action in ('post', 'reply', 'email', 'file')
)
select
    person,
    tool,
    week,
    cast(sum(case when recipients <= 1 then addressed else 0 end) as bigint)               as direct_out,
    cast(sum(mentioned) as bigint)                                                         as mentioned_out,
    cast(sum(case when recipients between 2 and 9 then addressed else 0 end) as bigint)    as grouped_out,
    cast(sum(case when recipients >= 10 then addressed else 0 end) as bigint)              as broadcast_out,
    cast(sum(channel) as bigint)                                                           as channel_out,
    cast(sum(coalesce(words, 0) * (addressed + mentioned)) as bigint)                      as words_out,
    cast(sum(case when words is null and action = 'email' then addressed + mentioned else 0 end) as bigint)  as mails_out,
    cast(sum(case when words is null and action <> 'email' then addressed + mentioned else 0 end) as bigint) as chats_out
from act
group by person, tool, week
