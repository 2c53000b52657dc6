-- From table keyed (scope, account, email, key, plain): one key an account, its other names, and keys for events and spaces.
create table known as
select scope, account, first(key order by email nulls last) as key
from keyed
group by scope, account;

-- The key an account would have without its address, and those of further addresses: the same person.
create table other_name as
with pairs as (
    select known.key as person, keyed.plain as other from keyed join known using (scope, account)
    union
    select known.key as person, keyed.key as other from keyed join known using (scope, account)
)
select person, other from pairs where person <> other;

-- Spark and Sail cannot read unsigned keys: 0 to 2^64 becomes -2^63 to 2^63.
create macro natural_key(salt, tool, name) as
    cast(cast(md5_number_lower(salt || tool || ':' || name) as hugeint) - 9223372036854775808 as bigint);
