-- Weeks between two live imports of a tool: an import tells of the days from its first act to its last. Reads all_event.

create temp view gap as
with told as (
    select tool, newest, min(cast("at" as date)) as first_day, max(cast("at" as date)) as last_day
    from all_event
    group by tool, newest
),
followed as (
    select
        tool,
        first_day,
        max(last_day) over (
            partition by tool
            order by first_day, last_day, newest
            rows between unbounded preceding and 1 preceding
        ) as told_until
    from told
)
select tool, told_until + 1 as valid_from, first_day as valid_to
from followed
where first_day > told_until + 7;
