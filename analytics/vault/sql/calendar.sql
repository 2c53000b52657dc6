-- Which week, month and quarter a day belongs to: the week's Thursday decides, so that
-- weeks add up to months and months to quarters. A month is named by its first Monday.

create macro kind_rank(kind) as list_position(['human', 'guest', 'bot', 'service'], kind) - 1;
create macro kind_name(rank) as (['human', 'guest', 'bot', 'service'])[rank + 1];

create macro monday(day) as cast(day - cast(isodow(day) - 1 as integer) as date);
-- the Monday of the week whose Thursday is the first one on or after a day
create macro first_monday(day) as cast(day + cast((11 - isodow(day)) % 7 as integer) - 3 as date);

create macro calendar(first_day, last_day) as table
    select
        day,
        monday(day)                                                                        as week,
        first_monday(cast(date_trunc('month', cast(monday(day) + 3 as date)) as date))     as month,
        first_monday(cast(date_trunc('quarter', cast(monday(day) + 3 as date)) as date))   as quarter,
        cast(isodow(day) as integer)                                                       as dow
    from (
        select cast(range as date) as day
        from range(cast(first_day as timestamp), cast(last_day + 1 as timestamp), interval 1 day)
    );

create macro local_time("at", zone) as timezone(zone, timezone('UTC', "at"));
