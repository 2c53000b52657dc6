-- Who may use a tool, from when to when. Reads all_account, owner, store_event; import_span gives each
-- import's last day.

create temp view seat as
with
listing as (
    select tool, max(newest) as newest from all_account where has_seat group by tool
),
listed as (
    select a.tool, o.person, a.left_on, a.newest,
        row_number() over (partition by a.tool, o.person order by a.newest desc, a.left_on desc nulls first) as place
    from all_account a
    join owner o on o.key = a.account
    where a.has_seat
),
first_day as (
    select tool, min(day) as day from store_event group by tool
),
span as (
    select
        l.tool,
        l.person,
        coalesce(f.day, date '1900-01-01') as valid_from,
        -- somebody whom a newer list no longer holds had the seat until the older export ended
        coalesce(l.left_on, case when l.newest < n.newest then s.last_day + 1 end, date '9999-12-31') as valid_to
    from listed l
    join listing n using (tool)
    join import_span s on s.newest = l.newest
    left join first_day f using (tool)
    where l.place = 1
)
select tool, person, valid_from, valid_to
from span
where valid_from < valid_to;
