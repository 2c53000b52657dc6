"""Do as many come back as fall silent? The balance of a period's weeks, and the same fates of everybody, newcomers included."""

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import base, few, periods
from analytics.metrics.adoption import FATES
from analytics.metrics.passport import Passport, Words
from analytics.schema import polars_schema
from analytics.statistics.interval import LEVEL, publish_ends

METRIC, FATE, MOVING = "quick_ratio", "lifecycle", "moving"
DIGITS = 2  # as fine as its interval is told
DRAWS = 1_000
SEED = 6

# Each person's weeks of coming (contributing, not so the week before) and of falling silent, in the whole weeks of a
# period. "First seen" is "first" only once the exports reach back eight weeks: earlier weeks are left out.
BALANCE = """
with began as (select tool, min(day) as day from calendar group by tool),
week as (
    select w.tool, w.period as week, w.previous, c.month, c.quarter
    from period w
    join began b on b.tool is not distinct from w.tool and w.first_day >= b.day + $new_after
    join (select distinct tool, week, month, quarter from calendar) c on c.week = w.period and c.tool is not distinct from w.tool
    where w.grain = 'week' and w.is_whole and w.follows
      and (w.tool is null or w.tool in (select tool from seat))
),
done as (select person, tool, week from seated_week where acts > 0),
moved as (
    select w.tool, w.week, n.person, 1 as came, 0 as went
    from week w
    join done n on n.week = w.week and n.tool is not distinct from w.tool
    left join done b on b.person = n.person and b.week = w.previous and b.tool is not distinct from w.tool
    where b.person is null
    union all
    select w.tool, w.week, b.person, 0, 1
    from week w
    join done b on b.week = w.previous and b.tool is not distinct from w.tool
    left join done n on n.person = b.person and n.week = w.week and n.tool is not distinct from w.tool
    where n.person is null
),
span as (
    select tool, month, quarter, week from week
    union all
    select tool, $whole, $whole, week from week
),
member as (
    select s.tool, s.month, s.quarter, s.week, p.person
    from span s
    join panel p on p.quarter = s.quarter
    where (s.tool is null or list_contains(string_split(p.tools, ','), s.tool))
      and exists (from seat t where t.person = p.person and (s.tool is null or t.tool = s.tool)
                  and t.valid_from <= s.week + 6 and t.valid_to > s.week)
),
-- those who never moved too
by_month as (
    select m.tool, m.month, m.quarter, m.person, coalesce(sum(v.came), 0) as came, coalesce(sum(v.went), 0) as went
    from member m
    left join moved v on v.person = m.person and v.week = m.week and v.tool is not distinct from m.tool
    group by all
),
spell as (
    select if(month = $whole, 'all', 'month') as grain, month as period, tool, came, went from by_month
    union all
    select 'quarter', quarter, tool, sum(came), sum(went)
    from by_month
    where quarter <> $whole
    group by quarter, tool, person
)
select grain, nullif(period, $whole) as period, tool, came::bigint as came, went::bigint as went, count(*) as people
from spell
group by all
order by all
"""

# The fates of everybody with a seat in the period, and of those of them who are not in the quarter's panel.
MOVERS = """
with span as (
    select p.*, min(u.since) as starts_on, max(u.since) as told_since
    from period p
    join unbroken u on u.tool is null and u.after < p.first_day
    where p.grain = '{grain}' and p.tool is null and p.is_whole and p.follows
    group by all
),
done as (select person, {grain} as period, sum(acts) as acts from seated_day where tool is null group by all),
base as (
    select s.period, s.first_day >= s.starts_on + $new_after as reaches_back, s.first_day >= s.told_since + $new_after as has_history,
        coalesce(d.acts, 0) as acts, coalesce(e.acts, 0) as acts_before,
        coalesce(f.day < s.first_day, false) as seen_before, true as enabled, l.person is null as is_other
    from span s
    join person p on p.kind = 'human'
        and exists (from seat t where t.person = p.person and t.valid_from <= s.last_day and t.valid_to > s.first_day)
    left join panel l on l.person = p.person and l.quarter = s.quarter
    left join done d on d.person = p.person and d.period = s.period
    left join done e on e.person = p.person and e.period = s.previous
    left join seated_first f on f.person = p.person and f.tool is null
)
select period, any_value(reaches_back) as reaches_back, any_value(has_history) as has_history, count(*) as people, count(*) filter (is_other) as others, {counts}
from base
group by period
order by period
"""


def figures(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> pl.DataFrame:
    """Return finished release.figure rows: quick_ratio by period, the company in any tool and in each; lifecycle, variant moving.

    Both stand beside exact figures of nearly the same people: a fate of everybody is kept back where the two of them would
    tell that of fewer people than the threshold, or of nearly all or none of the newcomers. Needs the tables of panel.lay.
    """
    rows: list[dict[str, object]] = []
    if con.sql("from seat limit 1").fetchall():
        rows = [*_balances(con, settings.threshold), *_fates(con, settings.threshold)]
    elif con.sql("from calendar limit 1").fetchall():
        rows = [
            {"metric": METRIC, "variant": "", "grain": "all", "reason": "no_seats", "position": 0}
        ]
    schema = polars_schema("release.figure")
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def balance(con: duckdb.DuckDBPyConnection, new_after: int = base.NEW_AFTER_DAYS) -> pl.DataFrame:
    """Return grain, period, tool, came, went, people: how many came and fell silent in so many weeks."""
    return con.sql(BALANCE, params={"whole": periods.WHOLE, "new_after": new_after}).pl()


def _balances(con: duckdb.DuckDBPyConnection, threshold: int) -> list[dict[str, object]]:
    counted = balance(con)
    wanted = con.sql(
        "select grain, case when grain <> 'all' then period end as period, tool, misses_days from period"
        " where grain <> 'week' and is_whole and (tool is null or tool in (select tool from seat)) order by all"
    ).pl()
    at = ["grain", "period", "tool"]
    told = dict(counted.group_by(at, maintain_order=True))
    return [
        {"metric": METRIC, "variant": "", "position": 0} | dict(zip(at, place, strict=True)) | _ratio(told.get((*place,)), threshold, misses_days=misses)
        for *place, misses in wanted.iter_rows()
    ]  # fmt: skip


def _ratio(counted: pl.DataFrame | None, threshold: int, *, misses_days: bool) -> dict[str, object]:
    """Return value with its ends, n, or the reason; takes came, went, people."""
    if counted is None:
        return {"reason": "missing_weeks" if misses_days else "short_history"}
    came, went, people = counted.select("came", "went", "people").to_numpy().T
    for weeks in (came, went):
        if reason := _of_few(weeks, people, threshold):
            return {"reason": reason}
    low, high = ends(came, went, people)
    value = float(came @ people / (went @ people))
    frame = pl.DataFrame({"value": [value], "low": [low], "high": [high]})
    return publish_ends(frame.with_columns(pl.col("value").round_sig_figs(DIGITS))).row(0, named=True) | {
        "n": int(people.sum())
    }  # fmt: skip


def _of_few(weeks: np.ndarray, people: np.ndarray, threshold: int) -> str | None:
    """Return why a sum of weeks is about few people, if it is."""
    if people[weeks > 0].sum() < threshold:
        return "small_group"
    return "dominated" if few.dominated(np.repeat(weeks, people)) else None


def ends(came: np.ndarray, went: np.ndarray, people: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of Σ came / Σ went: people drawn anew with replacement, those alike drawn together."""
    n = int(people.sum())
    drawn = np.random.default_rng(SEED).multinomial(n, people / n, size=DRAWS)
    down = drawn @ went
    ratios = np.divide(drawn @ came, down, out=np.full(DRAWS, np.inf), where=down > 0)
    low, high = np.quantile(ratios, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), method="closest_observation")  # fmt: skip
    return float(low), float(high)


def _fates(con: duckdb.DuckDBPyConnection, threshold: int) -> list[dict[str, object]]:
    counts = ", ".join(
        f"count(*) filter ({x}) as {fate}, count(*) filter ({x} and is_other) as other_{fate}"
        for fate, (x, _) in FATES.items()
    )
    return [
        {
            "metric": FATE, "variant": MOVING, "grain": grain, "period": row["period"], "bin": fate, "position": i,
        } | _share(row, fate, threshold)
        for grain in ("week", "month")
        for row in con.sql(MOVERS.format(grain=grain, counts=counts), params={"new_after": base.NEW_AFTER_DAYS}).pl().iter_rows(named=True)
        for i, fate in enumerate(FATES)
    ]  # fmt: skip


def _share(row: dict[str, int], fate: str, threshold: int) -> dict[str, object]:
    """Return a fate's share of everybody, unless with the panel's own it would tell that of few people."""
    if fate == "new" and not row["has_history"]:
        return {"reason": "missing_weeks" if row["reaches_back"] else "short_history"}
    if row["people"] < threshold:
        return {"reason": "small_group"}
    others, of_others = row["others"], row[f"other_{fate}"]
    if 0 < others < threshold:
        return {"reason": "protected"}
    if not few.TAIL <= row[fate] <= row["people"] - few.TAIL:
        return {"reason": "nearly_all_or_none"}
    if others and not few.TAIL <= of_others <= others - few.TAIL:
        return {"reason": "protected"}
    return {"value": float(f"{row[fate] / row['people']:.{DIGITS}g}"), "n": row["people"]}


PASSPORTS = (
    Passport(
        id=METRIC,
        family="adoption",
        title="Coming against falling silent",
        question="For each who falls silent, how many come or come back?",
        unit="ratio",
        better="up",
        definition=(
            "Over the weeks of the period: people with a seat who contributed in a week and not in the one before, against those who did in the week before and no more. "
            "Above 1 more come than go. "
            "numerator = comings, new and returning; denominator = fallings silent, all weeks of all people added up. "
            "Two significant digits. It cannot tell leave from silence: a holiday is one of each. Weeks before the exports reach back eight weeks are left out."
        ),
        cuts=("total", "tool"),
        grains=("month", "quarter", "all"),
        minimum="10 people who came and 10 who fell silent; nine weeks",
        smallest_worth_showing=0.1,
        tables=("seat", "person_day", "first_seen"),
        needs=("seats", "acts"),
        source="Growth accounting as used for consumer products (the quick ratio); interval: people drawn anew (bootstrap)",
        peers="None of the products compared has it for people with a seat",
        check="Manufacturing company mail (doi:10.7910/DVN/6Z3CGX), all weeks after the first: (153 + 421) / 462 = 1.242424",
        words=Words(
            up="more people come back for each who falls silent than before",
            down="fewer people come back for each who falls silent than before",
            same="as many people come back for each who falls silent as before",
            unseen="nobody can say whether more come back than fall silent",
        ),
    ),
)
