"""Participation inequality: do a few speak for all? From a histogram of acts per person, never from a person."""

import math
from dataclasses import dataclass
from itertools import accumulate, pairwise

import duckdb
import polars as pl

from analytics.metrics import few, periods
from analytics.metrics.passport import Passport, Words
from analytics.schema import polars_schema
from analytics.statistics.interval import publish_ends

# Lower ends of the classes of acts per person; each ends before the next begins.
CLASSES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
LEAST_PEOPLE = 50
LEAST_IN_CLASS = 10
TENTH = 0.1


@dataclass(frozen=True)
class Class:
    """People with lowest to highest acts (inf = open), and their acts together."""

    lowest: float
    highest: float
    people: int
    acts: int

    def under(self, above: "Class") -> "Class":
        """Join this class with the one above it."""
        return Class(self.lowest, above.highest, self.people + above.people, self.acts + above.acts)

    def spread(self) -> float:
        """Return people² × the largest mean difference, from one to its mean, that the class allows."""
        # Nobody can have more than what is left when all the others have the least.
        top = min(self.highest, self.acts - (self.people - 1) * self.lowest)
        mean = self.acts / self.people
        if top <= self.lowest:
            return 0.0
        return self.people**2 * (mean - self.lowest) * (top - mean) / (top - self.lowest)


HISTOGRAM = """
create or replace temp table voice as
with span as (
    select * from period where grain in ('month', 'quarter', 'all') and is_whole
),
member as (
    select distinct s.grain, s.period, s.tool, p.person
    from span s
    join panel p on p.quarter = s.quarter
    join seat t on t.person = p.person and t.valid_from <= s.last_day and t.valid_to > s.first_day
    where s.tool is null or (t.tool = s.tool and list_contains(string_split(p.tools, ','), s.tool))
),
done as (
    select person, tool, 'month' as grain, month as period, sum(acts) as acts from seated_day group by all
    union all
    select person, tool, 'quarter', quarter, sum(acts) from seated_day group by all
    union all
    select person, tool, 'all', $whole, sum(acts) from seated_day group by all
),
person as (
    select m.grain, m.period, m.tool, coalesce(d.acts, 0)::bigint as acts
    from member m
    left join done d on d.person = m.person and d.grain = m.grain and d.period = m.period and d.tool is not distinct from m.tool
)
select
    grain, nullif(period, $whole) as period, tool,
    len(list_filter($classes, lambda lower: lower <= acts)) - 1 as class,
    count(*)           as people,
    sum(acts)::bigint  as acts
from person
group by all
"""


def figures(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> pl.DataFrame:
    """Return finished release.figure rows: bins gini_low, gini_high, top_tenth (the least it can be, with its ends) and silent; variant lorenz the curve.

    In the variant lorenz, bin is the share of people up to a class, value their share of all acts. Without
    seats: no_seats. Under 50 people: too few for classes of ten; small_group. Needs the tables of panel.lay.
    """
    con.execute(HISTOGRAM, {"whole": periods.WHOLE, "classes": list(CLASSES)})
    counted = con.sql("from voice order by grain, period, tool, class").pl()
    least = max(LEAST_IN_CLASS, settings.threshold)
    rows = [
        row | dict(zip(("grain", "period", "tool"), key, strict=True))
        for key, classes in counted.group_by("grain", "period", "tool", maintain_order=True)
        for row in _rows(classes, least)
    ]
    rows += _without_seats(con, counted)
    schema = polars_schema("release.figure")
    fixed = {"metric": "participation_inequality"}
    return pl.DataFrame([dict.fromkeys(schema) | row | fixed for row in rows], schema=schema)


def merged_classes(counted: pl.DataFrame, least: int) -> list[Class]:
    """Return the classes from the quietest up, merged from the top until each holds `least` people.

    Takes class, people, acts. Small classes left over at the bottom join the one above.
    """
    merged: list[Class] = []
    found = counted.sort("class", descending=True).select("class", "people", "acts").rows()
    for number, people, acts in found:
        highest = CLASSES[number + 1] - 1.0 if number + 1 < len(CLASSES) else math.inf
        joined = Class(float(CLASSES[number]), highest, people, acts)
        if merged and merged[-1].people < least:
            joined = joined.under(merged.pop())
        merged.append(joined)
    if len(merged) > 1 and merged[-1].people < least:
        merged.append(merged.pop().under(merged.pop()))
    return merged[::-1]


def gini_band(classes: list[Class]) -> tuple[float, float]:
    """Return the Gini coefficient's lower and upper bound from grouped numbers (Gastwirth 1972).

    Lower: everybody has the mean of the class. Upper: everybody stands at one end of it.
    """
    people = sum(each.people for each in classes)
    acts = sum(each.acts for each in classes)
    low, below, spread = 1.0, 0, 0.0
    for each in classes:
        low -= each.people / people * (2 * below + each.acts) / acts
        below += each.acts
        spread += each.spread()
    return low, low + spread / (people * acts)


def lorenz(classes: list[Class]) -> list[tuple[float, float]]:
    """Return (share of people, their share of acts), from the quietest on, beginning at (0, 0)."""
    people = list(accumulate((each.people for each in classes), initial=0))
    acts = list(accumulate((each.acts for each in classes), initial=0))
    return [(n / people[-1], done / acts[-1]) for n, done in zip(people, acts, strict=True)]


def top_share(points: list[tuple[float, float]], share: float = TENTH) -> float:
    """Return the share of acts of the busiest `share` of people, by straight lines between the points."""
    at = 1 - share
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= at <= x1:
            return 1 - (y0 + (y1 - y0) * (at - x0) / (x1 - x0))
    return 1.0


def most_of_top(classes: list[Class], share: float = TENTH) -> float:
    """Return the largest share of acts that the busiest `share` of people can have: all others of their class the least."""
    people, acts = sum(each.people for each in classes), sum(each.acts for each in classes)
    wanted, most = share * people, 0.0
    for each in reversed(classes):
        taken = min(wanted, each.people)
        most += (
            min(taken * each.highest, each.acts - (each.people - taken) * each.lowest)
            if taken
            else 0.0
        )
        wanted -= taken
    return most / acts


def _rows(counted: pl.DataFrame, least: int) -> list[dict[str, object]]:
    people, acts = int(counted["people"].sum()), int(counted["acts"].sum())
    names = ("gini_low", "gini_high", "top_tenth", "silent")
    if people < LEAST_PEOPLE or acts == 0:
        reason = "small_group" if people < LEAST_PEOPLE else "too_little_traffic"
        return [
            {"variant": "", "bin": name, "position": i, "reason": reason}
            for i, name in enumerate(names)
        ]
    classes = merged_classes(counted, least)
    points = lorenz(classes)
    silent = int(counted.filter(pl.col("class") == 0)["people"].sum())
    values = (*gini_band(classes), top_share(points), silent / people)
    rows: list[dict[str, object]] = [
        {"variant": "", "bin": name, "position": i, "value": value, "n": people}
        for i, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    ends = pl.DataFrame({"low": [values[2]], "high": [most_of_top(classes)]})
    rows[2] |= publish_ends(ends).row(0, named=True)
    if few.TAIL <= silent <= people - few.TAIL:
        rows[-1] |= {"numerator": float(silent), "denominator": float(people)}
    else:
        rows[-1] |= {"value": None, "reason": "nearly_all_or_none"}
    curve = [
        {"variant": "lorenz", "bin": f"{x:.4f}", "position": i, "value": y, "n": people}
        for i, (x, y) in enumerate(points)
    ]
    return [*rows, *curve]


def _without_seats(
    con: duckdb.DuckDBPyConnection, counted: pl.DataFrame
) -> list[dict[str, object]]:
    """Return rows with a reason for the tools and periods of which no seats are known."""
    spans = con.sql(
        "select grain, case when grain = 'all' then null else period end as period, tool, misses_days"
        " from period where grain in ('month', 'quarter', 'all')"
        " order by grain, period, tool"
    ).pl()
    told = counted.select("grain", "period", "tool").unique()
    seated = set(con.sql("select distinct tool from seat").pl()["tool"])
    missing = spans.join(told, on=["grain", "period", "tool"], how="anti", nulls_equal=True)
    return [
        {
            "variant": "", "position": 0, "bin": "gini_low", "grain": grain, "period": period, "tool": tool,
            "reason": short if (tool in seated if tool else seated) else "no_seats",
        }
        for grain, period, tool, misses in missing.iter_rows()
        for short in ("missing_weeks" if misses else "short_history",)
    ]  # fmt: skip


PASSPORTS = (
    Passport(
        id="participation_inequality",
        family="adoption",
        title="Do a few speak for all?",
        question="How unevenly are contributions spread over the people with a seat?",
        unit="share",
        better="neither",
        definition=(
            "How far the contributions are from being spread evenly over the people with a seat: 0 = all alike, 1 = one does everything. "
            "Computed from how many people fall into classes of contributions, each of ten people or more, so it is a band: the lower end takes everybody in a class as alike, the upper end as far apart as the class allows. "
            "numerator = twice the area between the Lorenz curve and the even line; denominator = 1. top_tenth = share of the busiest tenth, the least that the classes allow, with what they allow at most; silent = share with no contribution. "
            "It cannot see reading: somebody silent may read everything."
        ),
        cuts=("total", "tool"),
        grains=("month", "quarter", "all"),
        minimum="50 people with a seat",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day"),
        needs=("seats", "acts"),
        source="Gastwirth 1972, The estimation of the Lorenz curve and Gini index, Review of Economics and Statistics 54",
        peers="vivainsights computes the Gini coefficient over person-weeks, which mixes busy weeks with busy people",
        check="Manufacturing company mail (doi:10.7910/DVN/6Z3CGX): exact 0.618011, band 0.597577 to 0.630446; the busiest tenth exactly 0.407588 (elm 0.670503, racket 0.742301), inside its band",
        words=Words(
            up="contributions come from fewer people than before",
            down="contributions come from more people than before",
            same="contributions are spread as before",
            unseen="nobody can say how contributions are spread",
        ),
        variants={"": "Band, busiest tenth, silent", "lorenz": "Points of the Lorenz curve"},
        bins="gini_low, gini_high, top_tenth, silent; in lorenz the share of people from the quietest on",
    ),
)
