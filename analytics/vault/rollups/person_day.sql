-- One row a person, tool and local day with anything on it; of all tools together it is their sum.
-- What the person did (acts), and what reached them by name (channel posts: see space_week).
-- workday: somebody did something on it, and it is a working day where they live.
with done as (
    select
        e.actor as person,
        e.tool,
        e.day,
        e.action,
        e.is_timed and e.action in ('post', 'reply', 'email', 'file')  as is_timed,
        e.second_of_day < w.starts or e.second_of_day >= w.ends        as is_outside,
        w.starts < w.ends                                              as is_workday
    from event e
    -- everybody lives somewhere on every day: left, so that nobody is joined to all days before the acts are asked
    left join lives l       on l.person = e.actor and e.day >= l.valid_from and e.day < l.valid_to
    left join working_day w on w.calendar = l.calendar and w.day = e.day
    where e.action <> 'notice'
),
signs as (
    select person, tool, day, action, is_timed, is_outside, is_workday,
           cast(null as bigint) as is_addressed, cast(null as bigint) as recipients
    from done
    union all
    select person, tool, day, action, cast(null as boolean), cast(null as boolean), cast(null as boolean), is_addressed, recipients
    from reached
),
-- counted, since a sum of ones takes half as long again
in_tool as (
    select
        person,
        tool,
        day,
        cast(count(case when is_workday is not null and action <> 'view' then 1 end) as bigint)                             as acts,
        cast(count(case when is_workday is not null and action in ('post', 'reply', 'email') then 1 end) as bigint)         as messages,
        cast(count(case when is_workday is not null and action in ('post', 'reply', 'reaction') then 1 end) as bigint)      as interactions,
        cast(count(case when is_workday is not null and action = 'view' then 1 end) as bigint)                              as views,
        cast(count(case when is_timed then 1 end) as bigint)                                          as timed_acts,
        cast(count(case when is_timed and is_outside then 1 end) as bigint)                           as outside_acts,
        cast(count(case when is_timed and not is_workday then 1 end) as bigint)                       as weekend_acts,
        cast(max(case when is_workday then 1 else 0 end) as bigint)                                   as workday,
        cast(count(case when is_addressed = 1 and recipients <= 1 then 1 end) as bigint)              as direct,
        cast(count(case when is_addressed = 0 then 1 end) as bigint)                                  as mentioned,
        cast(count(case when is_addressed = 1 and recipients between 2 and 9 then 1 end) as bigint)   as grouped,
        cast(count(case when is_addressed = 1 and recipients >= 10 then 1 end) as bigint)             as broadcast,
        cast(count(case when is_addressed is not null and action = 'email' then 1 end) as bigint)     as mails_in,
        cast(count(case when is_addressed is not null and action <> 'email' then 1 end) as bigint)    as chats_in
    from signs
    group by person, tool, day
)
select
    s.person, s.tool, s.day, p.week, p.month, p.quarter, p.dow,
    s.acts, s.messages, s.interactions, s.views, s.timed_acts, s.outside_acts, s.weekend_acts, s.workday,
    s.direct, s.mentioned, s.grouped, s.broadcast, s.mails_in, s.chats_in
from in_tool s
join local_day p on p.day = s.day
