-- One row a person, tool and day: conversations that the person opened and who answered.
-- A conversation is counted on the day on which its time to be answered is over for certain, so that no later export changes
-- a period. asked, heard: within 24 hours (72: within 72 hours), two days later; waited …: in working time, on the day
-- on which seven working days have passed. told …: of people with reports, on the day itself.
with opened as (
    select
        tool, person, number, due, us, known_until, answered, waited, working_s,
        case when is_question then 1 else 0 end                   as asks,
        case when us + 86400000000 <= known_until then 1 else 0 end  as is_known,
        case when us + 259200000000 <= known_until then 1 else 0 end as is_known_72
    from conversation
    where kind = 'human' and is_customer = 0
),
member_count as (
    select space, cast(count(*) as bigint) as members from membership group by space
),
leader as (
    select distinct manager as person, valid_from, valid_to from org where manager is not null
),
told as (
    select distinct e.event, e.tool, e.actor as person, e.day, e.is_question
    from event e
    join leader l            on l.person = e.actor and e.day >= l.valid_from and e.day < l.valid_to
    left join member_count m on m.space = e.space
    where e.action in ('post', 'email')
      and e.in_reply_to is null
      and (e.thread is null or e.thread = e.event)
      and e.is_question is not null
      and (e.recipients >= 10 or m.members > 10)
),
parts as (
    select
        person, tool, number + 2 as number, asks, 1 as asked, 0 as asked_72, 0 as waited, 0 as told, 0 as told_asking,
        case when answered <= us + 86400000000 then 1 else 0 end as heard,
        case when answered <= us + 14400000000 then 1 else 0 end as heard_4,
        0 as heard_72,
        0 as in_5, 0 as in_15, 0 as in_60, 0 as in_240, 0 as in_day, 0 as in_three, 0 as in_seven
    from opened
    where is_known = 1
    union all
    select
        person, tool, number + 4, asks, 0, 1, 0, 0, 0, 0, 0,
        case when answered <= us + 259200000000 then 1 else 0 end,
        0, 0, 0, 0, 0, 0, 0
    from opened
    where is_known_72 = 1
    union all
    select
        person, tool, due, asks, 0, 0, 1, 0, 0, 0, 0, 0,
        case when waited <= 300 then 1 else 0 end,
        case when waited <= 900 then 1 else 0 end,
        case when waited <= 3600 then 1 else 0 end,
        case when waited <= 14400 then 1 else 0 end,
        case when waited <= working_s then 1 else 0 end,
        case when waited <= 3 * working_s then 1 else 0 end,
        case when waited <= 7 * working_s then 1 else 0 end
    from opened
    where due is not null
    union all
    select t.person, t.tool, n.number, 0, 0, 0, 0, 1, case when t.is_question then 1 else 0 end, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    from told t
    join day_number n on n.day = t.day
),
dated as (
    select p.*, n.day
    from parts p
    left join day_number n on n.number = p.number
)
-- counted, since a sum of ones takes half as long again
select
    person,
    tool,
    day,
    cast(count(case when asked = 1 then 1 end) as bigint)                as asked,
    cast(count(case when asked = 1 and asks = 1 then 1 end) as bigint)   as asked_q,
    cast(count(case when heard = 1 then 1 end) as bigint)                as heard,
    cast(count(case when heard = 1 and asks = 1 then 1 end) as bigint)   as heard_q,
    cast(count(case when heard_4 = 1 then 1 end) as bigint)              as heard_4,
    cast(count(case when heard_4 = 1 and asks = 1 then 1 end) as bigint) as heard_4_q,
    cast(count(case when asked_72 = 1 then 1 end) as bigint)             as asked_72,
    cast(count(case when asked_72 = 1 and asks = 1 then 1 end) as bigint) as asked_72_q,
    cast(count(case when heard_72 = 1 then 1 end) as bigint)             as heard_72,
    cast(count(case when heard_72 = 1 and asks = 1 then 1 end) as bigint) as heard_72_q,
    cast(count(case when waited = 1 then 1 end) as bigint)               as waited,
    cast(count(case when waited = 1 and asks = 1 then 1 end) as bigint)  as waited_q,
    cast(count(case when in_5 = 1 then 1 end) as bigint)                 as in_5,
    cast(count(case when in_5 = 1 and asks = 1 then 1 end) as bigint)    as in_5_q,
    cast(count(case when in_15 = 1 then 1 end) as bigint)                as in_15,
    cast(count(case when in_15 = 1 and asks = 1 then 1 end) as bigint)   as in_15_q,
    cast(count(case when in_60 = 1 then 1 end) as bigint)                as in_60,
    cast(count(case when in_60 = 1 and asks = 1 then 1 end) as bigint)   as in_60_q,
    cast(count(case when in_240 = 1 then 1 end) as bigint)               as in_240,
    cast(count(case when in_240 = 1 and asks = 1 then 1 end) as bigint)  as in_240_q,
    cast(count(case when in_day = 1 then 1 end) as bigint)               as in_day,
    cast(count(case when in_day = 1 and asks = 1 then 1 end) as bigint)  as in_day_q,
    cast(count(case when in_three = 1 then 1 end) as bigint)             as in_three,
    cast(count(case when in_three = 1 and asks = 1 then 1 end) as bigint) as in_three_q,
    cast(count(case when in_seven = 1 then 1 end) as bigint)             as in_seven,
    cast(count(case when in_seven = 1 and asks = 1 then 1 end) as bigint) as in_seven_q,
    cast(count(case when told = 1 then 1 end) as bigint)                 as told,
    cast(count(case when told_asking = 1 then 1 end) as bigint)          as told_asking
from dated
group by person, tool, day
