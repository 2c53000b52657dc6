"""Are customers heard? Their conversations by phase: answered, how soon, and still waiting when the exports end.

No customer and nobody who answers is told of: a phase is shown from ten of each on, and the company's sum only where no phase is
hidden, from which it could be worked out.
"""

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import polars as pl

from analytics.metrics import answers, few
from analytics.metrics.passport import Passport, Words
from analytics.schema import polars_schema
from analytics.statistics.interval import interval, publish_ends

ANSWERED, FIRST, WAITING = "customer_answered_share", "customer_first_answer", "customer_waiting"
FEWEST = 30  # conversations
FEWEST_PEOPLE = 10  # customers, and people who answer
LONG_WAIT = 2  # whole working days
PHASES = ("pre_sale", "onboarding", "support", "renewal", "unphased")
EVERY = "all"
# bin of FIRST: column
EDGES = {"1h": "in_1h", "4h": "in_4h", "1d": "in_1d", "3d": "in_3d"}

# One row a conversation that a customer opened a day or more before the exports end.
THREADS = """
with opened as (
    select event, tool, person, coalesce(phase, 'unphased') as phase, us, answered, waited, working_s, due, known_until
    from conversation
    where is_customer = 1 and kind = 'guest' and us + 86400000000 <= known_until
),
said as (
    select o.event, e.actor, e.us, e.day, p.kind
    from opened o
    join event e  on e.tool = o.tool and (e.thread = o.event or e.event = o.event) and e.action in ('post', 'reply', 'email')
    join person p on p.person = e.actor and p.kind in ('human', 'guest')
),
spoke as (
    select
        event,
        arg_max(kind, us)    as last_kind,
        max(day)             as last_day
    from said
    group by event
),
answerer as (
    select o.event, min(s.actor) as answerer
    from opened o
    join said s on s.event = o.event and s.us = o.answered and s.kind = 'human'
    group by o.event
),
reach as (select tool, max(day) as day, max(us) as us from event where action <> 'notice' group by tool),
worked as (
    select day, count(*) filter (ends > starts) over (order by day) as days from working_day where calendar = ''
)
select
    o.person, o.phase, a.answerer,
    (o.answered is not null)::int                                       as answered,
    (s.last_kind = 'guest' and e.days - 1 - l.days >= {long_wait})::int as waiting,
    (o.known_until = r.us)::int                                         as told,  -- no days are left out since
    (o.due is not null)::int                                            as followed,
    coalesce(o.due is not null and o.waited <= 3600, false)::int        as in_1h,
    coalesce(o.due is not null and o.waited <= 14400, false)::int       as in_4h,
    coalesce(o.due is not null and o.waited <= o.working_s, false)::int as in_1d,
    coalesce(o.due is not null and o.waited <= 3 * o.working_s, false)::int as in_3d
from opened o
join spoke s  on s.event = o.event
join reach r  on r.tool = o.tool
join worked e on e.day = r.day
join worked l on l.day = s.last_day
left join answerer a on a.event = o.event
"""


def figures(con: duckdb.DuckDBPyConnection, threshold: int) -> pl.DataFrame:
    """Return finished release.figure rows: grain all, company, bin = phase, of FIRST phase/edge; n = customers.

    Without conversations with customers no_data, with too few of them too_little_traffic.
    """
    threads = con.sql(THREADS.format(long_wait=LONG_WAIT)).pl()
    schema = polars_schema("release.figure")
    rows: list[dict[str, object]] = [*_figures(threads, max(FEWEST_PEOPLE, threshold))]
    if threads.is_empty():
        rows = [
            {"metric": one.id, "bin": EVERY, "position": 0, "reason": "no_data"}
            for one in PASSPORTS
        ]
    full = [dict.fromkeys(schema) | {"variant": "", "grain": "all"} | row for row in rows]
    return publish_ends(pl.DataFrame(full, schema=schema))


def _figures(threads: pl.DataFrame, least: int) -> Iterator[dict[str, object]]:
    if threads.is_empty():
        return
    parts = [
        (ANSWERED, "answered", "told", ""),
        (WAITING, "waiting", "told", ""),
        *((FIRST, column, "followed", f"/{edge}") for edge, column in EDGES.items()),
    ]
    present = [phase for phase in PHASES if phase in set(threads["phase"])]
    for place, (metric, x, y, edge) in enumerate(parts):
        known = threads.with_columns(x=pl.col(x) * pl.col(y), y=y)
        told = [_phase(known.filter(phase=phase), least) for phase in present]
        whole = _phase(known, least)
        if any("reason" in row for row in told) and "reason" not in whole:
            whole = {"reason": "protected"}  # less what is shown, it would tell what is hidden
        for position, (name, row) in enumerate(zip((EVERY, *present), (whole, *told), strict=True)):
            named = {"metric": metric, "bin": f"{name}{edge}", "position": 10 * place + position}
            yield named | row


def _phase(threads: pl.DataFrame, least: int) -> dict[str, object]:
    """Return value, interval, numerator, denominator and customers of some conversations (x, y), or the reason why not."""
    asked = threads.filter(pl.col("y") > 0)
    answerers = asked["answerer"].drop_nulls().n_unique()
    if asked.is_empty():
        return {"reason": "short_history" if threads["told"].any() else "missing_weeks"}
    if min(asked["person"].n_unique(), answerers) < least:
        return {"reason": "small_group"}
    if asked.height < FEWEST:
        return {"reason": "too_little_traffic"}
    people = asked.group_by("person").agg(pl.col("x", "y").sum())
    own = people.select("x", "y").to_numpy().astype(float)
    x, y = own[:, 0], own[:, 1]
    if x.sum() in (0, y.sum()):
        return {"reason": "nearly_all_or_none"}
    by_answerer = (
        asked.filter(pl.col("x") > 0)
        .drop_nulls("answerer")
        .group_by("answerer")
        .agg(pl.col("x").sum())
    )
    if few.dominated(x) or few.dominated(by_answerer["x"].to_numpy()):
        return {"reason": "dominated"}
    names = {"n": len(x), "sx": x.sum(), "sy": y.sum(), "sxx": x @ x, "sxy": x @ y, "syy": y @ y}
    row = interval(pl.DataFrame({name: [value] for name, value in names.items()}), "clustered").to_dicts()[0]  # fmt: skip
    about = {name: row[name] for name in ("value", "low", "high")}
    return about | {"n": len(x), "numerator": names["sx"], "denominator": names["sy"]}


CONVERSATION = (
    "A conversation is a ticket or thread that a customer opened, a day or more before the exports end; it is answered by a person of the company, "
    "a minute later or more: what comes sooner is an automatic receipt. One before days that the exports leave out counts only as far as it is known before them. The phase is told by tags, groups and pipelines; unphased = none is told. "
)
COMMON = replace(
    answers.COMMON,
    definition="",
    cuts=("total",),
    grains=("all",),
    minimum="30 conversations, 10 customers and 10 people who answer, in a phase",
    tables=("conversation", "event", "space"),
    needs=("acts", "replies", "customers"),
    bins="pre_sale, onboarding, support, renewal, unphased; all",
    fewest=0,
)
PASSPORTS: tuple[Passport, ...] = (
    replace(
        COMMON,
        id=ANSWERED,
        title="Customers answered",
        question="Are customers heard, from the first question to the renewal?",
        definition=(
            f"The share of customers' conversations that somebody had answered when the exports end. {CONVERSATION}"
            "numerator = conversations with an answer; denominator = conversations that customers opened. "
            "It cannot see answers by phone, nor in a tool without an export."
        ),
        source="Share of conversations with a first answer; interval over customers",
        peers="Help desks publish first reply times of answered tickets, without those that never were",
        check="Six conversations by hand: answered 4 of 6, by phase 1 of 2, 1 of 1, 2 of 2, 0 of 1",
        words=Words(
            "more of what customers ask is answered than before",
            "less of what customers ask is answered than before",
            "as much of what customers ask is answered as before",
            "nobody can say how much of what customers ask is answered",
        ),
    ),
    replace(
        COMMON,
        id=FIRST,
        title="Customers' wait for the first answer",
        question="How long does a customer wait?",
        definition=(
            "The share of customers' conversations answered within so much working time of the company, those that never were kept in. "
            f"{CONVERSATION}It counts once seven whole working days have passed. "
            "numerator = conversations answered by then; denominator = conversations that customers opened. "
            "It cannot see the customer's own working hours."
        ),
        source="Kaplan and Meier 1958: with everything in it followed to the end, the share is their estimate; interval over customers",
        peers="Help desks publish the median of what was answered",
        check="Six conversations by hand: within four hours 3 of 6",
        words=Words(
            "customers are answered sooner than before",
            "customers are answered later than before",
            "customers are answered as soon as before",
            "nobody can say how long customers wait",
        ),
        bins="phase/1h, 4h of working time, 1d, 3d of whole working days; all/…",
    ),
    replace(
        COMMON,
        id=WAITING,
        title="Customers still waiting",
        question="Who has the last word?",
        better="down",
        definition=(
            "The share of customers' conversations in which the customer had the last word and two whole working days have passed since. "
            f"{CONVERSATION}numerator = conversations that wait; denominator = conversations that customers opened. "
            "It cannot tell a question from a thank-you: a last word may want no answer."
        ),
        source="Own construction; interval over customers",
        peers="Help desks show single tickets that wait, with names",
        check="Of 40 drawn conversations the 12 planted ones",
        words=Words(
            "more customers wait than before",
            "fewer customers wait than before",
            "as many customers wait as before",
            "nobody can say how many customers wait",
        ),
    ),
)
