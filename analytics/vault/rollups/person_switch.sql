-- One row a person, tool and local day: own acts that follow another within half an hour (in whole seconds), and how many of them are in another
-- space or tool; tool null = all tools together. Day of the later act.
with doubled as (
    select person, tool, day,
           case when space <> space_before_in_tool then 1 else 0 end as switches
    from followed
    where us - us_before_in_tool < 1801000000
    union all
    select person, cast(null as varchar), day,
           case when tool <> tool_before or space <> space_before then 1 else 0 end
    from followed
),
summed as (
    select
        person, tool, day,
        cast(count(*) as bigint)      as near_acts,
        cast(sum(switches) as bigint) as switches
    from doubled
    group by person, tool, day
)
select s.person, s.tool, s.day, p.week, p.month, p.quarter, s.near_acts, s.switches
from summed s
join local_day p on p.day = s.day
