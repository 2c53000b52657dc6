-- What the vendors count, each window once: the newest export that holds it decides. Reads all_usage, owner.

create temp view usage as
select tool, person, space, valid_from, valid_to, measure, value
from (
    select u.tool, o.person, u.space, u.valid_from, u.valid_to, u.measure, u.value,
        row_number() over (
            partition by u.tool, o.person, u.space, u.valid_from, u.valid_to, u.measure
            order by u.newest desc, u.later desc, u.value desc
        ) as place
    from all_usage u
    left join owner o on o.key = u.account
)
where place = 1;
