-- How the HR file and the accounts fit: reads person and account of the finished store.
select
    count(*) filter (where in_org)                                                        as in_org,
    count(*) filter (where in_org and person in (select person from account))             as matched,
    count(*) filter (where not in_org and kind = 'human' and person in (select person from account)) as unmatched
from person
