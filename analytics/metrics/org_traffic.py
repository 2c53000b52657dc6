"""Who wrote to whom, week by week, among the people whose own data the exports hold?

Both ends of every message must be people of the panel who stand in the tree: with only one end covered, partial
adoption by itself would look like hierarchy. Reactions are left out: they answer, but nobody is addressed.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import spill
from analytics.metrics.org_tree import OrgTree

WHOLE = date(1, 1, 1)  # the quarter of the panel rows that hold for the whole period
BROADCAST_FROM = 5  # covered receivers of one act from which it is a broadcast
SILENCE_DAYS = 7  # after this long the next message opens a new exchange
ANSWER_DAYS = 3
AT_A_TIME = 2_000_000  # deliveries added up at once: of more, a row takes longer, since tables of hashes outgrow the caches
MICROSECONDS_A_DAY = 86_400_000_000

# People of the trees are numbered from 0 on, in the order of `Traffic.people`: small numbers are joined and counted faster.
NUMBERED = """
create or replace temp table numbered as
select row_number() over (order by person) - 1 as number, person from (select unnest($people::bigint[]) as person)
"""
COVERED = """
create or replace temp table covered as
select n.number, c.quarter
from (select unnest($person::bigint[]) as person, unnest($quarter::date[]) as quarter) c
join numbered n on n.person = c.person
"""

SPANS = "select count(*), min(us), max(us) from delivery"

# Messages from one of them to another within a span of time: to somebody both addressed and mentioned, once.
# A pair may lie in two spans of one week: its rows are added up by whoever reads them.
TIES = """
with known as (from numbered where number in (select number from covered)),
act as (
    select distinct d.event, d.copy, r.number as person, s.number as actor, d.tool, d.week, d.quarter
    from delivery d
    join known s on s.person = d.actor
    join known r on r.person = d.person
    where d.how in ('to', 'cc', 'mention', 'reply') and d.actor <> d.person and d.us >= $begins and d.us < $ends
),
own as (
    select
        a.event, a.week, a.tool, a.actor, a.person,
        s.number is not null and r.number is not null   as in_quarter,
        sw.number is not null and rw.number is not null as in_whole
    from act a
    left join covered s  on s.number = a.actor and s.quarter = a.quarter
    left join covered r  on r.number = a.person and r.quarter = a.quarter
    left join covered sw on sw.number = a.actor and sw.quarter = $whole
    left join covered rw on rw.number = a.person and rw.quarter = $whole
),
reach as (
    -- a repeat at the same instant counts: it is another message that the log cannot tell apart
    select
        event,
        count(case when in_quarter then 1 end) as in_quarter,
        count(case when in_whole then 1 end)   as in_whole
    from own
    group by event
    having count(*) >= $broadcast_from
)
select
    o.week, o.tool, cast(o.actor as integer) as actor, cast(o.person as integer) as person, o.in_quarter, o.in_whole,
    cast(count(*) as integer)                                                      as messages,
    cast(count(case when b.in_quarter >= $broadcast_from then 1 end) as integer)   as broadcast,
    cast(count(case when b.in_whole >= $broadcast_from then 1 end) as integer)     as broadcast_whole
from own o
left join reach b using (event)
where o.in_quarter or o.in_whole
group by o.week, o.tool, o.actor, o.person, o.in_quarter, o.in_whole
"""

LINE = """
create or replace temp table line as
from read_parquet($file)
union all
select other, one from read_parquet($file)
"""

# Messages along the chain of command, in the order of the log.
VERTICAL = """
create or replace temp table vertical as
with act as (
    select distinct d.event, d.us, d.tool, d.week, d.actor, d.person, d.copy, d.thread
    from delivery d
    join line l on l.one = d.actor and l.other = d.person
    where d.how in ('to', 'cc', 'mention', 'reply')
)
select
    *,
    us - lag(us) over (partition by least(actor, person), greatest(actor, person) order by us, event, copy)       as silence,
    us - lag(us) over (partition by tool, least(actor, person), greatest(actor, person) order by us, event, copy) as silence_in_tool
from act
"""

# Answered: in a thread, by an act of the addressee in it or naming the message; elsewhere by the next message
# back, which may be about something else: an upper bound.
EXCHANGES = """
with next_back as (
    select v.event, v.person, v.copy, b.us - v.us as wait
    from vertical v
    asof join vertical b on b.tool = v.tool and b.actor = v.person and b.person = v.actor and b.us > v.us
    where v.thread is null
),
in_thread as (
    select v.event, v.person, v.copy, e.us - v.us as wait
    from vertical v
    asof join event e on e.thread = v.thread and e.actor = v.person and e.us > v.us
    where v.thread is not null
),
by_name as (
    select v.event, v.person, v.copy, e.us - v.us as wait
    from vertical v
    join event e on e.in_reply_to = v.event and e.actor = v.person and e.us > v.us
),
answer as (
    select event, person, copy, min(wait) as wait
    from (from next_back union all from in_thread union all from by_name)
    group by event, person, copy
),
ends as (select tool, max(us) as us from delivery group by tool),
-- an answer may lie in days that no export tells of
lost as (select tool, epoch_us(valid_from::timestamp) as us from gap),
watched as (
    select v.*, v.us <= e.us - $within and l.us is null as is_watched
    from vertical v
    join ends e using (tool)
    left join lost l on l.tool = v.tool and v.us < l.us and v.us > l.us - $within
)
select
    v.week, v.tool, s.number as actor, r.number as person,
    count(*) filter (v.silence is null or v.silence >= $silence)                             as starts,
    count(*) filter (v.silence_in_tool is null or v.silence_in_tool >= $silence)             as starts_in_tool,
    count(*) filter (v.is_watched)                                                           as watched,
    count(*) filter (v.is_watched and coalesce(a.wait, $within + 1) <= $within)              as answered
from watched v
join numbered s on s.person = v.actor
join numbered r on r.person = v.person
left join answer a on a.event = v.event and a.person = v.person and a.copy = v.copy
group by v.week, v.tool, s.number, r.number
"""


@dataclass(frozen=True)
class Traffic:
    """Rows a week and pair, `actor` and `person` places in `people`: `ties` under quarterly panels, `ties_whole` under the whole period's, `exchanges` of both.

    ties: week, tool, actor, person, messages, broadcast (of them to five or more covered people).
    exchanges, along the chain of command only: starts, starts_in_tool, watched (old enough to be answered), answered.
    """

    people: np.ndarray
    ties: pl.DataFrame
    ties_whole: pl.DataFrame
    exchanges: pl.DataFrame

    @cached_property
    def tools(self) -> set[str]:
        """Return the tools of `ties`."""
        return set(self.ties["tool"].unique())


def traffic(con: duckdb.DuckDBPyConnection, panel: pl.DataFrame, trees: list[OrgTree]) -> Traffic:
    """Return the traffic among panel people who stand in any of the trees."""
    people = pl.Series("person", sorted({int(p) for tree in trees for p in tree.ids}), pl.Int64)
    covered = panel.filter(pl.col("person").is_in(people.implode()))
    quarters = covered["quarter"].fill_null(WHOLE)
    con.execute(NUMBERED, {"people": people.to_list()})
    con.execute(COVERED, {"person": covered["person"].to_list(), "quarter": quarters.to_list()})
    with spill.folder(con) as folder:
        file = folder / "line.parquet"
        chains(trees).write_parquet(file)
        con.execute(LINE, {"file": str(file)})
    con.execute(VERTICAL)
    ties = _ties(con)
    spans = {
        "silence": SILENCE_DAYS * MICROSECONDS_A_DAY,
        "within": ANSWER_DAYS * MICROSECONDS_A_DAY,
    }
    return Traffic(
        people.to_numpy(),
        ties.filter("in_quarter").drop("in_quarter", "in_whole", "broadcast_whole"),
        ties.filter("in_whole")
        .drop("in_quarter", "in_whole", "broadcast")
        .rename({"broadcast_whole": "broadcast"}),
        con.sql(EXCHANGES, params=spans).pl(),
    )


def _ties(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the ties of one span of time after the other, in_quarter and in_whole: under which panel both ends are covered."""
    [(rows, first, last)] = con.sql(SPANS).fetchall()
    parts = rows // AT_A_TIME + 1
    edges = np.linspace(first or 0, (last or 0) + 1, parts + 1).astype(int).tolist()
    asked = {"broadcast_from": BROADCAST_FROM, "whole": WHOLE}
    found = []
    for begins, ends in pairwise(edges):
        part = con.sql(TIES, params=asked | {"begins": begins, "ends": ends}).pl()
        found.append(part.with_columns(pl.col("tool").cast(pl.Categorical)))
    return pl.concat(found)


def chains(trees: list[OrgTree]) -> pl.DataFrame:
    """Return (one, other): all pairs of a superior, however far up, and somebody below, in any of the trees, once each."""
    found = [pl.DataFrame(schema={"one": pl.Int64, "other": pl.Int64})]
    for tree in trees:
        place, depth = (tree.chain >= 0).nonzero()
        superior = tree.chain[place, depth]
        apart = superior != place
        pairs = {"one": tree.ids[superior[apart]], "other": tree.ids[place[apart]]}
        found.append(pl.DataFrame(pairs, schema=found[0].schema))
    return pl.concat(found).unique(maintain_order=True)
