-- Which acts go from the kept imports: of people who go (table gone: key), and older than their tool allows
-- (table oldest: tool, "at"). Reads all_event, the acts of every import.
create table gone_event as
select distinct e.event
from all_event e
left join oldest using (tool)
where e."at" < oldest."at"
   or e.actor in (select key from gone);
