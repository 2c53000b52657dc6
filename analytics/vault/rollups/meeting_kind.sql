-- One row a meeting: its class by how many were there and how long it took, the first that fits, and what else is true of it.
-- Classes as in Viva Insights' meeting types. A meeting of one is none. is_layered: three levels of one department are
-- there; is_over_head: somebody with their manager and the manager's manager. As of the day of the meeting.
with held as (
    select
        e.event,
        e.tool,
        e.day,
        e.actor,
        e.seconds,
        e.recipients + 1 as people,
        case when e.space is null then 0
             else cast(count(*) over (partition by e.tool, e.space) as bigint) end as turns
    from event e
    where e.action = 'meeting' and e.seconds > 0 and coalesce(e.recipients, 1) >= 1
),
present as (
    select h.event, h.day, h.actor as person
    from held h
    union
    select h.event, h.day, d.person
    from held h
    join delivery d on d.event = h.event
    where d.how = 'attendee'
),
placed as (
    select p.event, p.person, o.department, o.level, o.manager
    from present p
    join org o on o.person = p.person and o.valid_from <= p.day and o.valid_to > p.day
),
layered as (
    select distinct event
    from (
        select event, department, cast(count(distinct level) as bigint) as levels
        from placed
        where department is not null
        group by event, department
    ) by_department
    where levels >= 3
),
over_head as (
    select distinct p.event
    from placed p
    join placed m on m.event = p.event and m.person = p.manager
    join placed s on s.event = p.event and s.person = m.manager
)
select
    h.event,
    h.tool,
    case
        when people is null                     then 'unknown'
        when people = 2 and seconds <= 3600     then 'one_to_one'
        when people between 3 and 8 and seconds <= 3600 then 'decision'
        when people between 9 and 18 and seconds <= 3600 then 'status'
        when people between 19 and 50 and seconds <= 7200 then 'bloated'
        when people <= 18 and seconds <= 7200   then 'lengthy'
        when people >= 51                       then 'all_hands'
        else 'workshop'
    end                                         as class,
    case when people >= 9 then 1 else 0 end     as is_large,
    case when seconds > 3600 then 1 else 0 end  as is_long,
    case when turns >= 2 then 1 else 0 end      as is_series,
    case when l.event is null then 0 else 1 end as is_layered,
    case when o.event is null then 0 else 1 end as is_over_head
from held h
left join layered l   on l.event = h.event
left join over_head o on o.event = h.event
