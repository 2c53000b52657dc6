-- One row a person, tool and week with an own act in it; tool null = all tools together. Of each local day:
-- the stretch from the first act to the last, and the rest since the day before where that day has an act too.
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
),
told as (
    select
        f.person, f.tool, f.day,
        case when f.acts >= 2 then f.last_us - f.first_us else 0 end     as stretch_us,
        case when f.acts >= 2 then 1 end                                 as is_stretch,
        e.day                                                            as slept,
        case when f.first_us - e.last_us < 39600000000 then 1 end        as is_short
    from daily f
    join yesterday y  on y.day = f.day
    left join daily e on e.person = f.person and e.tool = f.tool and e.day = y.day_before
)
select
    t.person,
    nullif(t.tool, '')                    as tool,
    p.week,
    cast(sum(t.stretch_us) as bigint)     as stretch_us,
    cast(count(t.is_stretch) as bigint)   as stretch_days,
    cast(count(t.slept) as bigint)        as nights,
    cast(count(t.is_short) as bigint)     as short_nights
from told t
join local_day p on p.day = t.day
group by t.person, t.tool, p.week
