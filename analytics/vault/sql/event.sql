-- The acts of all live imports, each once. Reads all_event, all_delivery, owner, person, moved_zone.

create temp table one_event as
with best as (
    select event, max(cast(version as hugeint) * 1000000 + newest) as rank
    from all_event
    group by event
)
select
    e.event, e.tool, e."at", e.is_timed, e.action, actor.person as actor, e.space, e.thread, e.in_reply_to,
    e.recipients, e.seconds, e.words, e.is_question, e.mentions,
    local_time(e."at", coalesce(moved.time_zone, person.time_zone)) as local
from all_event e
join best  on best.event = e.event and best.rank = cast(e.version as hugeint) * 1000000 + e.newest
join owner actor on actor.key = e.actor
join person on person.person = actor.person
-- a move is to the day, by the day in UTC
left join moved_zone moved
    on moved.person = actor.person and cast(e."at" as date) >= moved.valid_from and cast(e."at" as date) < moved.valid_to;

-- An act that reaches several accounts of one person reaches that person once; reaching oneself is no reach.
create temp table one_delivery as
select distinct d.event, o.person, d.how, d.copy
from all_delivery d
join owner o on o.key = d.account
join one_event e on e.event = d.event
where o.person <> e.actor;

create temp table addressed as
select event, cast(count(distinct person) as integer) as recipients
from one_delivery
where how in ('to', 'cc', 'attendee')
group by event;

create temp table day_of_actor as
from calendar((select min(cast(local as date)) from one_event), (select max(cast(local as date)) from one_event));

create temp view event as
select
    e.event,
    epoch_us(e."at")                                as us,
    e.tool,
    e.action,
    e.is_timed,
    e.actor,
    e.space,
    e.thread,
    e.in_reply_to,
    coalesce(a.recipients, e.recipients)            as recipients,
    e.seconds,
    e.words,
    e.is_question,
    e.mentions,
    c.day, c.week, c.month, c.quarter,
    cast((epoch_us(e.local) - epoch_us(cast(c.day as timestamp))) // 1000000 as integer) as second_of_day,
    c.dow
from one_event e
join day_of_actor c on c.day = cast(e.local as date)
left join addressed a on a.event = e.event;
