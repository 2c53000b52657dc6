-- The accounts of one import with their names; tool is empty for the HR file.
insert into identity.account
with named as (
    select tool as scope, account, email, name from part_account
    union
    select '' as scope, person as account, email, name from part_org
)
select
    $import   as import,
    known.scope as tool,
    known.account,
    named.email,
    named.name,
    known.key,
    known.key as person,
    case
        when named.email is not null or known.account like '%@%' then 'e-mail'
        when known.scope = '' then 'id'
        else 'account'
    end       as how_matched
from known
left join named using (scope, account);
