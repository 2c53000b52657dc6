-- One row a person, tool and local day with an own act on it; tool null = all tools together.
-- The stretch from the first act to the last, and the rest since the day before where that day has an act too.
with act as (
    select e.actor as person, e.tool, e.us, e.day, e.week, e.month, e.quarter
    from event e
    where e.is_timed and e.action in ('post', 'reply', 'email', 'file')
),
doubled as (
    select person, tool, us, day, week, month, quarter from act
    union all
    select person, cast(null as varchar), us, day, week, month, quarter from act
),
daily as (
    select person, tool, day, week, month, quarter, min(us) as first_us, max(us) as last_us,
           cast(count(*) as bigint) as acts
    from doubled
    group by person, tool, day, week, month, quarter
),
followed as (
    select
        d.*,
        lag(d.day) over w     as earlier_day,
        lag(d.last_us) over w as earlier_us
    from daily d
    window w as (partition by d.person, d.tool order by d.day nulls last)
)
select
    f.person,
    f.tool,
    f.day,
    f.week,
    f.month,
    f.quarter,
    case when f.acts >= 2 then f.last_us - f.first_us else 0 end             as stretch_us,
    case when f.acts >= 2 then 1 else 0 end                                  as stretch_days,
    case when f.earlier_day = y.day_before then 1 else 0 end                 as nights,
    case when f.earlier_day = y.day_before
              and f.first_us - f.earlier_us < 39600000000 then 1 else 0 end  as short_nights
from followed f
join yesterday y on y.day = f.day
