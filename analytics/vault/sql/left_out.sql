-- What of an export is kept: views kept_<table> over part_<table>, without people who were erased (table
-- gone_account: scope, account) and without acts older than their tool allows (table oldest: tool, "at").

create table gone_event as
select e.tool, e.event, e.action, coalesce(e."at" < oldest."at", false) as is_too_old
from part_event e
left join oldest using (tool)
where e."at" < oldest."at"
   or (e.tool, e.actor) in (select (scope, account) from gone_account);

create table gone_delivery as
select d.tool, d.event, d.account, coalesce(g.is_too_old, false) as is_too_old
from part_delivery d
left join (select tool, event, bool_or(is_too_old) as is_too_old from gone_event group by all) g using (tool, event)
where g.event is not null
   or (d.tool, d.account) in (select (scope, account) from gone_account);

create view kept_account as
from part_account where (tool, account) not in (select (scope, account) from gone_account);

-- her place goes; the people she led keep theirs, without a manager
create view kept_org as
select o.* replace (case when g.account is null then o.manager end as manager)
from part_org o
left join gone_account g on g.scope = '' and g.account = o.manager
where ('', o.person) not in (select (scope, account) from gone_account);

create view kept_space as
from part_space;

create view kept_membership as
from part_membership where (tool, account) not in (select (scope, account) from gone_account);

create view kept_event as
select e.* from part_event e anti join gone_event g on g.tool = e.tool and g.event = e.event;

create view kept_delivery as
select d.* from part_delivery d
anti join gone_delivery g on g.tool = d.tool and g.event = d.event and g.account = d.account;

create view kept_usage as
from part_usage where account is null or (tool, account) not in (select (scope, account) from gone_account);

create view kept_survey_answer as
from part_survey_answer;

create view kept_reject as
from part_reject;

-- Records of the source whose act or place is not kept, by reason. A line of an interaction log is an act reaching
-- somebody; elsewhere a record is a message (its reactions are part of it) or a row of the HR file.
create view gone_record as
select case when is_too_old then 'too_old' else 'erased' end as code, count(*) as records
from (
    select g.is_too_old
    from part_delivery
    join (select tool, event, bool_or(is_too_old) as is_too_old from gone_event group by all) g using (tool, event)
    where $lines
    union all
    select is_too_old from gone_event g where $lines and not exists (
        select 1 from part_delivery d where d.tool = g.tool and d.event = g.event
    )
    union all
    select bool_or(is_too_old) from gone_event where not $lines and action <> 'reaction' group by tool, event
    union all
    select false from part_org where ('', person) in (select (scope, account) from gone_account)
    union all
    select false
    from (select distinct tool, account, valid_from, valid_to from part_usage)
    where (tool, account) in (select (scope, account) from gone_account)
)
group by all
order by all;
