-- Who may use a tool, from when to when. Reads all_account, owner, store_event; import_span gives each
-- import's last day.

create temp view seat as
with
listed as (
    select a.tool, a.newest, o.person, case when count(a.left_on) = count(*) then max(a.left_on) end as left_on
    from all_account a
    join owner o on o.key = a.account
    where a.has_seat
    group by a.tool, a.newest, o.person
),
list as (
    select l.tool, l.newest, s.last_day,
        lead(l.newest) over w as next_list,
        lag(s.last_day) over w as day_before
    from (select distinct tool, newest from listed) l
    join import_span s using (newest)
    window w as (partition by l.tool order by l.newest)
),
-- what a list lacks tells something where the next one holds half of its people or more: else the two are of
-- different people (two workspaces of a tool)
followed as (
    select l.tool, l.newest, l.next_list
    from list l
    join listed p on p.tool = l.tool and p.newest = l.newest
    left join listed n on n.tool = l.tool and n.newest = l.next_list and n.person = p.person
    where l.next_list is not null
    group by l.tool, l.newest, l.next_list
    having count(n.person) * 2 >= count(*)
),
first_day as (
    select tool, min(day) as day from store_event group by tool
),
first_act as (
    select tool, actor as person, min(day) as day from store_event where action <> 'notice' group by tool, actor
),
ends as (
    select tool, person, min(newest) as first_list, max(newest) as last_list from listed group by tool, person
),
span as (
    select
        e.tool,
        e.person,
        -- somebody whom an older list lacks, and who had done nothing until it ended, had no seat then: it is known from
        -- the first act, or from the end of the first export that lists it
        case when f.newest is not null and b.day_before < b.last_day and coalesce(a.day > b.day_before, true)
             then least(a.day, b.last_day)
             else coalesce(d.day, date '1900-01-01') end as valid_from,
        -- somebody whom a newer list no longer holds had it until the older export ended
        coalesce(i.left_on, case when g.newest is not null then l.last_day + 1 end, date '9999-12-31') as valid_to
    from ends e
    join listed i         on i.tool = e.tool and i.person = e.person and i.newest = e.last_list
    join list b           on b.tool = e.tool and b.newest = e.first_list
    join list l           on l.tool = e.tool and l.newest = e.last_list
    left join followed f  on f.tool = e.tool and f.next_list = e.first_list
    left join followed g  on g.tool = e.tool and g.newest = e.last_list
    left join first_day d on d.tool = e.tool
    left join first_act a on a.tool = e.tool and a.person = e.person
)
select tool, person, valid_from, valid_to
from span
where valid_from < valid_to;
