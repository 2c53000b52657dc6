-- One row a person, tool and local day with an own act on it; tool null = all tools together.
-- The stretch from the first act to the last, and the rest since the day before where that day has an act too.
with in_tool as (
    select e.actor as person, e.tool, e.day, min(e.us) as first_us, max(e.us) as last_us, cast(count(*) as bigint) as acts
    from event e
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
    group by e.actor, e.tool, e.day
),
-- all tools together are named by nothing, so that they meet their own day before
daily as (
    select person, tool, day, first_us, last_us, acts from in_tool
    union all
    select person, '', day, min(first_us), max(last_us), cast(sum(acts) as bigint) from in_tool group by person, day
)
select
    f.person,
    nullif(f.tool, '')                                          as tool,
    f.day,
    p.week,
    p.month,
    p.quarter,
    case when f.acts >= 2 then f.last_us - f.first_us else 0 end as stretch_us,
    case when f.acts >= 2 then 1 else 0 end                     as stretch_days,
    case when e.day is null then 0 else 1 end                   as nights,
    case when f.first_us - e.last_us < 39600000000 then 1 else 0 end as short_nights
from daily f
join yesterday y  on y.day = f.day
join local_day p     on p.day = f.day
left join daily e on e.person = f.person and e.tool = f.tool and e.day = y.day_before
