-- Everybody's place over time, half-open. Reads all_org (later = order of import), owner.

-- Files that hold a state of one day, such as an export a month, come in any order: among the places that they have in
-- the order of import they stand by their day, and of one day by their import. Histories and undated files keep theirs.
create temp table org_order as
with state as (
    select later, min(valid_from) as as_of
    from all_org
    group by later
    having count(distinct valid_from) = 1 and count(valid_from) = count(*)
),
ranked as (
    select later,
        row_number() over (order by as_of, later) as by_day,
        row_number() over (order by later)        as by_import
    from state
)
select r.later, s.later as place
from ranked r
join ranked s on s.by_import = r.by_day;

-- One row a person and import and first day: a row holds until the person's next one begins.
create temp table dated_org as
with mapped as (
    select
        o.person,
        coalesce(r.valid_from, date '1900-01-01') as valid_from,
        coalesce(r.valid_to, date '9999-12-31')   as valid_to,
        r.division, r.department, r.team,
        case when m.person <> o.person then m.person end as manager,
        r.level, r.location, r.hired_on, coalesce(s.place, r.later) as later
    from all_org r
    left join org_order s on s.later = r.later
    join owner o on o.key = r.person
    left join owner m on m.key = r.manager
),
single as (
    select *,
        row_number() over (
            partition by person, later, valid_from
            order by valid_to desc, level nulls last, department nulls last, team nulls last, manager nulls last, location nulls last, division nulls last
        ) as place
    from mapped
),
followed as (
    select * exclude (place),
        lead(valid_from) over (partition by person, later order by valid_from) as next_from
    from single
    where place = 1
),
-- a newer file about somebody replaces older ones from its first day on
replaced as (
    select *,
        min(valid_from) over (
            partition by person order by later desc
            range between unbounded preceding and 1 preceding
        ) as newer_from
    from followed
)
select person, valid_from, least(valid_to, next_from, newer_from) as valid_to,
    division, department, team, manager, level, location, hired_on
from replaced
where valid_from < least(valid_to, next_from, newer_from);

-- By which clock somebody lived when, where the HR file moves them from one to another and no tool says their clock.
-- Before the first place and after the last its clock goes on; a place without a known clock changes nothing.
create temp table moved_zone as
with placed as (
    select d.person, d.valid_from, z.time_zone,
        count(distinct z.time_zone) over (partition by d.person) as clocks,
        row_number() over (partition by d.person order by d.valid_from) as place,
        lead(d.valid_from) over (partition by d.person order by d.valid_from) as next_from
    from dated_org d
    join place_zone z on z.location = d.location
    where d.person not in (select person from account_zone)
)
select person, time_zone,
    case when place = 1 then date '1900-01-01' else valid_from end as valid_from,
    coalesce(next_from, date '9999-12-31')                          as valid_to
from placed
where clocks > 1;

-- Down the tree from its heads, each stretch as long as the whole chain of managers holds.
-- Nobody is met twice: at any time everybody has one manager, so no chain from a head comes back.
create temp table tree_span as
with recursive below as (
    select person, valid_from, valid_to, 0 as level, cast(null as bigint) as branch
    from dated_org
    where level = 0 and manager is null
    union all
    select
        r.person,
        greatest(r.valid_from, b.valid_from),
        least(r.valid_to, b.valid_to),
        b.level + 1,
        case when b.level = 0 then r.person else b.branch end
    from below b
    join dated_org r
        on  r.manager = b.person
        and r.valid_from < b.valid_to
        and r.valid_to > b.valid_from
)
select person, valid_from, valid_to, level, branch from below;

-- Cut every row where its level or branch changes, then join what is equal and touches.
create temp view org as
with
cuts as (
    select person, valid_from as day from dated_org
    union
    select person, valid_from from tree_span
    union
    select person, valid_to from tree_span
),
pieces as (
    select
        r.* exclude (valid_from, valid_to),
        greatest(c.day, r.valid_from) as valid_from,
        least(lead(c.day) over (partition by r.person, r.valid_from order by c.day), r.valid_to) as valid_to,
        r.valid_from as row_from
    from dated_org r
    join cuts c on c.person = r.person and c.day >= r.valid_from and c.day < r.valid_to
),
placed as (
    select p.* exclude (level), coalesce(b.level, p.level) as level, b.branch
    from pieces p
    left join tree_span b
        on  b.person = p.person
        and b.valid_from <= p.valid_from
        and b.valid_to >= p.valid_to
),
marked as (
    select *,
        (level, branch) is distinct from lag((level, branch)) over (partition by person, row_from order by valid_from) as starts
    from placed
),
runs as (
    select *,
        sum(case when starts then 1 else 0 end) over (partition by person, row_from order by valid_from) as run
    from marked
)
select
    person,
    min(valid_from)  as valid_from,
    max(valid_to)    as valid_to,
    any_value(division) as division,
    any_value(department) as department,
    any_value(team)  as team,
    any_value(manager) as manager,
    any_value(level) as level,
    any_value(branch) as branch,
    any_value(location) as location,
    any_value(hired_on) as hired_on
from runs
group by person, row_from, run;
