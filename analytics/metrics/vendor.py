"""What do the vendors themselves count? Their own reports, in their own windows, beside our figures and never mixed with them.

A window of 7, 30, 90 or 180 days stands by itself: windows overlap, so they are never added. Of each length the newest
is shown. Only the whole company is shown, tool by tool; what is kept is a share of people, never a person's count.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from analytics.metrics import few
from analytics.metrics.passport import Passport, Words
from analytics.schema import polars_schema

ACTIVE, COUNTS = "vendor_active", "vendor_counts"
IDS = (ACTIVE, COUNTS)
AGO = (7, 30, 90)  # windows made of a report that gives the last day alone, or each day by itself
# stores, settings and devices are no acts; one person's extremes are nobody's business
NO_ACT = (
    "storage|byte|quota|size|limit|allotted|file_count|duration|license|enabled|installed|activat|days_since|deleted"
    "|_in_seconds|^used_|received|receive_count|exchanged|owned|network|collaborators|_span(_|$)|focus|_block"
    "|(^|_)(min|max|minimum|maximum|median|rank|percentile)(_|$)"
)
SAYS = (
    "last_activity_in_period$|^is_active$|^days_active$"  # the vendor's own word on who was active
)
SINCE = "days_since_last_activity"

# One row a tool and window: how many could use it, how many were active by the report. Somebody who is no human, or has
# no licence where licences are known, is not counted.
PEOPLE = """
with licensed as (
    select distinct tool, person, valid_to from seat
),
own as (
    select u.tool, u.person, u.valid_from, u.valid_to, u.measure, u.value
    from usage u
    join person p on p.person = u.person and p.kind = 'human'
    where u.space is null
),
told as (
    select tool, valid_from, valid_to, bool_or(regexp_matches(measure, $says)) as has_word
    from own
    where measure <> $since
    group by tool, valid_from, valid_to
),
reported as (
    select o.tool, o.person, o.valid_from, o.valid_to,
        bool_or(o.value > 0 and (
            regexp_matches(o.measure, $says)
            or (not t.has_word and not regexp_matches(o.measure, $no_act))
        )) as is_active
    from own o
    join told t on t.tool = o.tool and t.valid_from = o.valid_from and t.valid_to = o.valid_to
    where o.measure <> $since
    group by o.tool, o.person, o.valid_from, o.valid_to
    having bool_or(regexp_matches(o.measure, $says) or not regexp_matches(o.measure, $no_act))
),
day as (
    select distinct tool, valid_from, max(valid_to) over (partition by tool) as newest
    from reported
    where valid_to - valid_from = 1
),
row_of_days as (
    select d.tool, d.newest, w.days
    from day d
    cross join (select unnest($ago) as days) w
    where d.valid_from >= d.newest - w.days
    group by d.tool, d.newest, w.days
    having count(*) = w.days
),
daily as (
    select r.tool, r.person, w.newest - w.days as valid_from, w.newest as valid_to, bool_or(r.is_active) as is_active
    from row_of_days w
    join reported r on r.tool = w.tool and r.valid_from >= w.newest - w.days and r.valid_to <= w.newest
        and r.valid_to - r.valid_from = 1
    group by r.tool, r.person, w.newest, w.days
),
dated as (
    select o.tool, o.person, o.valid_to, o.value from own o where o.measure = $since
),
recent as (
    select d.tool, d.valid_to, w.days from (select distinct tool, valid_to from dated) d cross join (select unnest($ago) as days) w
),
since as (
    select r.tool, coalesce(l.person, d.person) as person, r.valid_to - r.days as valid_from, r.valid_to,
        coalesce(d.value < r.days, false) as is_active
    from recent r
    join (
        select tool, person from licensed where tool in (select tool from dated)
        union
        select tool, person from dated
    ) l on l.tool = r.tool
    left join dated d on d.tool = r.tool and d.valid_to = r.valid_to and d.person = l.person
),
listed as (
    select tool, person, valid_from, valid_to, is_active from reported
    union all
    select tool, person, valid_from::date, valid_to, is_active from daily
    union all
    select tool, person, valid_from::date, valid_to, is_active from since
)
select
    l.tool, l.valid_from, l.valid_to,
    count(distinct l.person)                        as people,
    count(distinct l.person) filter (l.is_active)   as active
from listed l
where l.tool not in (select tool from licensed)
   or exists (from licensed s where s.tool = l.tool and s.person = l.person and s.valid_to > l.valid_from)
group by l.tool, l.valid_from, l.valid_to
"""
# What a vendor counts of the whole company, without people: days are averaged, for no two of them overlap.
COMPANY = """
with daily as (
    select tool, measure, valid_to - valid_from = 1 as is_day, valid_from, valid_to, value
    from usage
    where person is null and space is null and not regexp_matches(measure, $no_act)
),
people as (
    select count(*) as known from person where kind = 'human'
),
licensed as (
    select tool, count(distinct person) as known from seat group by tool
)
select d.tool, d.measure, min(valid_from) as valid_from, max(valid_to) as valid_to, count(*) as days, sum(value) as total,
    coalesce(any_value(l.known), any_value(p.known)) as people
from daily d
cross join people p
left join licensed l on l.tool = d.tool
where is_day
group by d.tool, d.measure
union all
select d.tool, d.measure, valid_from, valid_to, 1, value, coalesce(l.known, p.known)
from daily d
cross join people p
left join licensed l on l.tool = d.tool
where not is_day
"""


@dataclass(frozen=True)
class Window:
    """A vendor's window with how many people its report lists and how many of them it shows as active."""

    tool: str
    first: date
    last: date
    people: int
    active: int

    @property
    def length(self) -> int:
        """Return its days."""
        return (self.last - self.first).days + 1

    def overlaps(self, other: "Window") -> bool:
        """Say whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def tells_of_few(self, other: "Window") -> bool:
        """Say whether the difference of the two would be a person or two."""
        return self.overlaps(other) and abs(self.active - other.active) < few.TAIL

    def row(self, *, protected: bool) -> dict[str, object]:
        """Return it as a row of release.figure; `protected`: without any number."""
        row: dict[str, object] = {
            "metric": ACTIVE, "tool": self.tool, "bin": f"active/{self.first}/{self.last}",
        }  # fmt: skip
        if protected:
            return row | {"reason": "protected"}
        row |= {"n": self.people}
        if not few.TAIL <= self.active <= self.people - few.TAIL:
            return row | {"reason": "nearly_all_or_none"}
        share = self.active / self.people
        told = {"value": share, "numerator": self.active, "denominator": self.people}
        return row | told


def figures(
    con: duckdb.DuckDBPyConnection, threshold: int, before: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return finished release.figure rows of both metrics: grain all, one tool each.

    bin = "<measure>/<first day>/<last day>"; value = share of the licences, or a day's mean. `before`: the figures of
    the release before: a window that overlaps its window of that length and differs by a person or two is shown as it
    was there.
    """
    told = {"says": SAYS, "since": SINCE, "no_act": NO_ACT, "ago": list(AGO)}
    people = con.sql(PEOPLE, params=told).pl()
    company = con.sql(COMPANY, params={"no_act": NO_ACT}).pl()
    rows = [*_active(people, threshold, _shown(before)), *_counts(company, threshold)]
    schema = polars_schema("release.figure")
    full = [dict.fromkeys(schema) | {"variant": "", "grain": "all"} | row for row in rows]
    return pl.DataFrame(full, schema=schema)


def span(bin_: str) -> tuple[str, date, date]:
    """Return (measure, first day, last day) of a bin."""
    measure, first, last = bin_.split("/")
    return measure, date.fromisoformat(first), date.fromisoformat(last)


def _newest(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Return the newest window of each length, shortest first, with its last day."""
    return (
        rows.with_columns(
            length=(pl.col("valid_to") - pl.col("valid_from")).dt.total_days(),
            last=pl.col("valid_to") - pl.duration(days=1),
        )
        .sort("valid_to", descending=True)
        .unique([*keys, "length"], keep="first", maintain_order=True)
        .sort(*keys, "length")
    )


def _shown(before: pl.DataFrame | None) -> dict[tuple[str, int], Window]:
    """Return the windows that the release before shows, by tool and length."""
    if before is None:
        return {}
    rows = before.filter(pl.col("metric") == ACTIVE, pl.col("value").is_not_null())
    shown = [
        Window(tool, *span(bin_)[1:], int(n), int(active))
        for tool, bin_, n, active in rows.select("tool", "bin", "n", "numerator").iter_rows()
    ]
    return {(window.tool, window.length): window for window in shown}


def _active(
    people: pl.DataFrame, k: int, shown: dict[tuple[str, int], Window]
) -> list[dict[str, object]]:
    """Return the rows of people; windows of fewer than k people are none, for their days would tell of single accounts."""
    rows: list[dict[str, object]] = []
    kept: list[Window] = []
    wanted = _newest(people.filter(pl.col("people") >= k), "tool").reverse()  # the longest first
    columns = ("tool", "valid_from", "last", "people", "active")
    for new in (Window(*row) for row in wanted.select(columns).iter_rows()):
        earlier = shown.get((new.tool, new.length))
        window = earlier if earlier and new.tells_of_few(earlier) else new
        longer = (other for other in kept if other.tool == window.tool)
        protected = any(window.tells_of_few(other) for other in longer)
        if not protected:
            kept.append(window)
        rows.append(window.row(protected=protected))
    return [row | {"position": i} for i, row in enumerate(reversed(rows))]


def _counts(company: pl.DataFrame, k: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    columns = ("tool", "measure", "valid_from", "last", "days", "total", "people")
    found = _newest(company, "tool", "measure").select(columns)
    for i, (tool, measure, first, last, days, total, people) in enumerate(found.iter_rows()):
        row = {"metric": COUNTS, "tool": tool, "bin": f"{measure}/{first}/{last}", "position": i}
        told = {"value": total / days, "numerator": total, "denominator": days, "n": people}
        rows.append(row | ({"reason": "small_group"} if min(people, total) < k else told))
    return rows


PASSPORTS = (
    Passport(
        id=ACTIVE,
        family="adoption",
        title="Active, as the vendor counts",
        question="How many of those with a licence does the vendor's own report call active?",
        unit="share",
        better="neither",
        definition=(
            "The share of people with a licence whom the vendor's own report shows as active in the vendor's own window, such as the 30 days "
            "to the day of the report: with a last day of activity inside the window, a day of activity or the word “active”, or, where a report has none of these, "
            "with any count above zero that stands for something a person did. A report of single days also gives the last 7, 30 and 90 of them, where none is missing: who was active on any. "
            "numerator = people with a licence who are active by the report; denominator = people with a licence in the report. "
            "It cannot see what the vendor calls activity: often reading or signing in is enough. Windows of 7, 30, 90 and 180 days overlap; each stands by itself and none may be added."
        ),
        cuts=("tool",),
        grains=("all",),
        minimum="10 people in the report",
        smallest_worth_showing=0.05,
        tables=("usage", "seat"),
        needs=("counts",),
        source="The vendors' own reports, such as Microsoft 365 usage reports (learn.microsoft.com/microsoft-365/admin/activity-reports)",
        peers="Microsoft counts any activity of the last 7, 30, 90 or 180 days, Slack reading or posting on the day and the seven or 28 days before it; neither is the calendar month of our figures",
        check="Twelve accounts by hand, delivered as 7 and 30 days, twice and nested: counted once each (tests/test_vendor.py)",
        words=Words(
            up="more people are active by the vendor's report than before",
            down="fewer people are active by the vendor's report than before",
            same="as many people are active by the vendor's report as before",
            unseen="no vendor's report says how many people are active",
        ),
        bins="active/first day/last day of the vendor's window",
    ),
    Passport(
        id=COUNTS,
        family="adoption",
        title="Counts of the whole company, as the vendor gives them",
        question="What does the vendor count for the company as a whole?",
        unit="count",
        better="neither",
        definition=(
            "What the vendor's report says of the whole company, under the vendor's name for it: the mean of its days, weekends included, or its one figure for a longer window. "
            "numerator = sum of the days' counts; denominator = days. "
            "It cannot see who is behind a count, nor whether a count is of people or of acts where the report's columns do not say; n is how many people with a licence are known, not how many were counted."
        ),
        cuts=("tool",),
        grains=("all",),
        minimum="10 people with a licence, and a count of 10 in all",
        smallest_worth_showing=1.0,
        tables=("usage",),
        needs=("counts",),
        source="The vendors' own reports, such as Microsoft 365 usage reports (learn.microsoft.com/microsoft-365/admin/activity-reports)",
        peers="Each vendor defines its own counts; Microsoft counts in days of UTC and computes the last three days anew",
        check="Three days by hand, delivered in two reports: each day once, as the newer report tells it (tests/test_vendor.py)",
        words=Words(
            up="the vendor counts more than before",
            down="the vendor counts less than before",
            same="the vendor counts as much as before",
            unseen="no vendor's report counts the company as a whole",
        ),
        bins="the vendor's measure/first day/last day",
    ),
)  # fmt: skip
