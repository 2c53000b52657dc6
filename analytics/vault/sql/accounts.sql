-- Every account of the import under every address it has: the names that get a key.
-- scope is the tool, or empty for the HR file.
create table account_name as
with
-- An address that several people of one HR file share (a shop's, an office's) says nothing about who somebody is.
shared_address as (
    select email
    from part_org
    where email is not null
    group by email
    having count(distinct person) > 1
       and (count(distinct lower(trim(name))) > 1 or count(distinct person) > 2)
),
seen as (
    select tool as scope, account, email from part_account
    union
    select '' as scope, person as account, email
    from part_org
    where email is null or email not in (select email from shared_address)
    union
    select '' as scope, person as account, null as email from part_org
    union
    select '' as scope, manager as account, null as email from part_org where manager is not null
    union
    select tool as scope, actor as account, null as email from part_event
    union
    select tool as scope, account, null as email from part_delivery
    union
    select tool as scope, account, null as email from part_membership
    union
    select tool as scope, account, null as email from part_usage where account is not null
),
addressed as (
    select distinct scope, account from seen where email is not null
)
select scope, account, email from seen where email is not null
union all
select distinct scope, account, null as email
from seen
anti join addressed using (scope, account)
where email is null;
