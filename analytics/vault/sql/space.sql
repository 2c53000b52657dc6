-- Where acts happen and who is there: the newest export that lists a space decides.
-- Reads all_space, all_membership, owner.

create temp view space as
select space, tool, openness, purpose, phase
from (
    select space, tool, openness, purpose, phase,
        row_number() over (partition by space order by newest desc, openness, purpose, phase) as place
    from all_space
)
where place = 1;

create temp view membership as
with latest as (
    select space, max(newest) as newest from all_membership group by space
)
select distinct m.space, m.tool, o.person
from all_membership m
join latest using (space, newest)
join owner o on o.key = m.account;
