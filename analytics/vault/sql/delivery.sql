-- Who was reached, in the receiver's local time. Reads one_delivery, store_event (the finished events), person, moved_zone.

create temp view local_delivery as
select
    d.event, e.us, e.tool, e.action, e.actor, d.person, d.how, d.copy,
    e.thread, e.in_reply_to, e.recipients, e.seconds,
    local_time(make_timestamp(e.us), coalesce(moved.time_zone, person.time_zone)) as local
from one_delivery d
join store_event e using (event)
join person on person.person = d.person
left join moved_zone moved
    on  moved.person = d.person
    and cast(make_timestamp(e.us) as date) >= moved.valid_from
    and cast(make_timestamp(e.us) as date) < moved.valid_to;

-- a receiver lives at most 26 hours from the actor
create temp table day_of_receiver as
from calendar((select min(day) - 2 from store_event), (select max(day) + 2 from store_event));

create temp view delivery as
select
    d.event, d.us, d.tool, d.action, d.actor, d.person, d.how, d.copy,
    d.thread, d.in_reply_to, d.recipients, d.seconds,
    c.day, c.week, c.month, c.quarter,
    cast((epoch_us(d.local) - epoch_us(cast(c.day as timestamp))) // 1000000 as integer) as second_of_day,
    c.dow
from local_delivery d
join day_of_receiver c on c.day = cast(d.local as date);
