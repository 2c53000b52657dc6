-- What is stored about one person. Reads hers (her keys), hr_id (key -> id in the HR file) and all_<table>.

create view stored_account_facts as
select a.tool, a.kind, a.has_seat, a.time_zone, a.left_on, a.import
from all_account a
where a.account in (select key from hers)
order by all;

create view stored_hr as
select o.valid_from, o.valid_to, o.division, o.department, o.team, o.level, o.location, o.hired_on,
    hr_id.account as manager, o.import
from all_org o
left join hr_id on hr_id.key = o.manager
where o.person in (select key from hers)
order by all;

create view stored_acts as
select tool, action as kind, strftime("at", '%Y-%m') as month, count(distinct event) as number
from all_event
where actor in (select key from hers)
group by all
order by all;

create view stored_received as
select d.tool, d.how as kind, strftime(e."at", '%Y-%m') as month, count(distinct d.event) as number
from all_delivery d
join (select distinct event, "at" from all_event) e using (event)
where d.account in (select key from hers)
group by all
order by all;

create view stored_memberships as
select m.tool, count(distinct m.space) as spaces
from all_membership m
where m.account in (select key from hers)
group by all
order by all;

create view stored_vendor_counts as
select distinct u.tool, u.measure, u.valid_from, u.valid_to, u.value
from all_usage u
where u.account in (select key from hers)
order by all;

create view stored_imports as
with met as (
    select import from all_account where account in (select key from hers)
    union
    select import from all_org where person in (select key from hers) or manager in (select key from hers)
    union
    select import from all_membership where account in (select key from hers)
    union
    select import from all_event where actor in (select key from hers)
    union
    select import from all_delivery where account in (select key from hers)
    union
    select import from all_usage where account in (select key from hers)
)
select import from met order by import;
