-- One row a person, tool and week: own acts that follow another within half an hour (in whole seconds), and how many of them are in another
-- space or tool; tool null = all tools together. Local day of the later act.
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
        d.person, d.tool, p.week,
        cast(count(*) as bigint)      as near_acts,
        cast(sum(switches) as bigint) as switches
    from doubled d
    join local_day p on p.day = d.day
    group by d.person, d.tool, p.week
)
select person, tool, week, near_acts, switches
from summed
