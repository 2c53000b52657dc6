-- One row a person, tool and local day with anything on it; tool null = all tools together.
-- What the person did (acts), and what reached them by name (channel posts: see space_week).
-- workday: somebody did something on it, and it is a working day where they live.
-- One message that both mentions and answers somebody reaches them once.
with received as (
    select
        d.person,
        d.tool,
        d.day,
        d.week,
        d.month,
        d.quarter,
        d.dow,
        max(case when d.action = 'email' then 1 else 0 end)          as is_mail,
        max(case when d.how in ('to', 'cc') then 1 else 0 end)       as is_addressed,
        max(coalesce(d.recipients, 1))                               as recipients
    from delivery d
    where d.how in ('to', 'cc', 'mention', 'reply')
      and d.actor <> d.person
      and d.action in ('post', 'reply', 'email', 'file')
    group by d.event, d.copy, d.person, d.tool, d.day, d.week, d.month, d.quarter, d.dow
),
done as (
    select
        e.actor as person,
        e.tool,
        e.day,
        e.week,
        e.month,
        e.quarter,
        e.dow,
        case when e.action <> 'view' then 1 else 0 end                                 as acts,
        case when e.action in ('post', 'reply', 'email') then 1 else 0 end             as messages,
        case when e.action in ('post', 'reply', 'reaction') then 1 else 0 end          as interactions,
        case when e.action = 'view' then 1 else 0 end                                  as views,
        case when e.is_timed and e.action in ('post', 'reply', 'email', 'file') then 1 else 0 end as timed_acts,
        case when e.is_timed and e.action in ('post', 'reply', 'email', 'file')
                  and (e.second_of_day < w.starts or e.second_of_day >= w.ends) then 1 else 0 end as outside_acts,
        case when e.is_timed and e.action in ('post', 'reply', 'email', 'file')
                  and w.starts = w.ends then 1 else 0 end                              as weekend_acts,
        case when w.starts < w.ends then 1 else 0 end                                  as workday
    from event e
    join lives l on l.person = e.actor and e.day >= l.valid_from and e.day < l.valid_to
    join working_day w on w.calendar = l.calendar and w.day = e.day
    where e.action <> 'notice'
),
signs as (
    select person, tool, day, week, month, quarter, dow,
           acts, messages, interactions, views, timed_acts, outside_acts, weekend_acts, workday,
           0 as direct, 0 as mentioned, 0 as grouped, 0 as broadcast, 0 as mails_in, 0 as chats_in
    from done
    union all
    select person, tool, day, week, month, quarter, dow,
           0, 0, 0, 0, 0, 0, 0, 0,
           case when is_addressed = 1 and recipients <= 1 then 1 else 0 end,
           case when is_addressed = 0 then 1 else 0 end,
           case when is_addressed = 1 and recipients between 2 and 9 then 1 else 0 end,
           case when is_addressed = 1 and recipients >= 10 then 1 else 0 end,
           is_mail,
           1 - is_mail
    from received
)
select
    person,
    tool,
    day,
    week,
    month,
    quarter,
    dow,
    cast(sum(acts) as bigint)         as acts,
    cast(sum(messages) as bigint)     as messages,
    cast(sum(interactions) as bigint) as interactions,
    cast(sum(views) as bigint)        as views,
    cast(sum(timed_acts) as bigint)   as timed_acts,
    cast(sum(outside_acts) as bigint) as outside_acts,
    cast(sum(weekend_acts) as bigint) as weekend_acts,
    cast(max(workday) as bigint)      as workday,
    cast(sum(direct) as bigint)       as direct,
    cast(sum(mentioned) as bigint)    as mentioned,
    cast(sum(grouped) as bigint)      as grouped,
    cast(sum(broadcast) as bigint)    as broadcast,
    cast(sum(mails_in) as bigint)     as mails_in,
    cast(sum(chats_in) as bigint)     as chats_in
from signs
group by grouping sets (
    (person, tool, day, week, month, quarter, dow),
    (person, day, week, month, quarter, dow)
)
