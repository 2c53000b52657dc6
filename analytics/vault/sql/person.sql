-- Who there is: every account's person with kind and time zone. Reads all_account, all_org, all_event,
-- all_delivery, all_membership, same_person, place_zone and company (time_zone, null = UTC).

create temp table owner as
with keys as (
    select account as key from all_account
    union
    select person from all_org
    union
    select manager from all_org where manager is not null
    union
    select actor from all_event
    union
    select account from all_delivery
    union
    select account from all_membership
    union
    select account from all_usage where account is not null
)
select key, coalesce(same_person.person, key) as person
from keys
left join same_person using (key);

-- Within one tool the newest list decides; what was only seen in traffic never overrules a list.
create temp table account as
select tool, person, kind, has_seat, time_zone, left_on, newest, not_person, is_concealed, has_address
from (
    select a.tool, o.person, a.kind, a.has_seat, a.time_zone, a.left_on, a.newest, a.not_person, a.is_concealed,
        bool_or(coalesce(a.has_address, false)) over (partition by a.tool, o.person) as has_address,
        row_number() over (
            partition by a.tool, o.person
            order by
                a.has_seat desc,
                case when a.has_seat then 0 else kind_rank(a.kind) end desc,
                a.newest desc, kind_rank(a.kind), a.time_zone nulls last, a.left_on nulls last
        ) as place
    from all_account a
    join owner o on o.key = a.account
)
where place = 1;

-- What a tool says of somebody's clock, the newest export first.
create temp table account_zone as
select o.person, first(a.time_zone order by a.newest desc, a.tool, a.time_zone) as time_zone
from all_account a
join owner o on o.key = a.account
where a.time_zone in (select name from pg_timezone_names())
group by o.person;

-- Somebody who is a guest in one tool and a member in another is a member.
create temp table person as
with lives as (
    -- where the HR file says last that somebody works
    select o.person, last(p.time_zone order by coalesce(r.valid_from, date '1900-01-01'), r.later, p.time_zone) as time_zone
    from all_org r
    join owner o on o.key = r.person
    left join place_zone p on p.location = r.location
    group by o.person
),
kind as (
    -- a rule that takes somebody's name for that of a room gives way to the HR file
    select person, min(kind_rank(kind)) as kind,
        bool_and(not_person is not null) as by_rule
    from account
    group by person
),
org as (
    select distinct o.person from all_org join owner o on o.key = all_org.person
)
select
    p.person,
    case
        when kind.kind is null then 'human'
        -- the HR file lists staff: a guest account of theirs is still staff
        when (kind.kind = 1 or kind.by_rule) and org.person is not null then 'human'
        else kind_name(kind.kind)
    end                                     as kind,
    coalesce(zone.time_zone, lives.time_zone, company.time_zone, 'UTC') as time_zone,
    coalesce(zone.time_zone, lives.time_zone) is not null as zone_known,
    org.person is not null                  as in_org
from (select distinct person from owner) p
cross join company
left join kind using (person)
left join account_zone zone using (person)
left join lives using (person)
left join org  using (person);
