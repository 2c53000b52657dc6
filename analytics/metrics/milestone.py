"""Did use change with a date that the company named? The same people before and after, and against other departments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import few, jump, periods, trial
from analytics.metrics.passport import Passport, Words
from analytics.schema import polars_schema
from analytics.statistics import quantiles
from analytics.statistics.interval import LEVEL, publish_ends
from analytics.vault.milestones import Milestone, parse

METRIC = "uptake_after_milestone"
BEFORE, AFTER = 8, 12  # weeks
DIGITS = 2  # an exact share of person-weeks would count them
LEAST_OTHERS = 2  # departments, to say how much others moved

# Everybody covered from the first day to the last with a seat from its first week on, and the weeks they contributed in.
PEOPLE = """
select distinct p.person, p.department
from panel p
join seated_since s on s.person = p.person and s.tool is null
where p.quarter = $whole
order by p.person
"""
ACTED = "select person, week from seated_week where tool is null and acts > 0"
WEEKS = """
select week
from calendar
where tool is null
group by week
having count(*) filter (is_workday) >= $workday_count
order by week
"""


@dataclass(frozen=True)
class Moved:
    """Each person's share of weeks with a contribution, before and after."""

    department: np.ndarray
    before: np.ndarray
    after: np.ndarray
    drift: np.ndarray  # from the first half of the weeks before to the second

    def of(self, who: np.ndarray) -> "Moved":
        """Return it for some of the people."""
        return Moved(self.department[who], self.before[who], self.after[who], self.drift[who])

    @property
    def change(self) -> float:
        """Return by how much the share moved."""
        return float((self.after - self.before).mean())

    def ends(self) -> tuple[float, float]:
        """Return the 95 % interval of the change: people, each with themselves, by Student's t."""
        own = self.after - self.before
        error = own.std(ddof=1) / np.sqrt(len(own))
        half = float(quantiles.student(0.5 + LEVEL / 2, len(own) - 1) * error)
        return self.change - half, self.change + half


def figures(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> pl.DataFrame:
    """Return finished release.figure rows of both metrics: grain all, the company or the milestone's department; n = its people.

    bin = "<day>/before", "/after" (shares of weeks), "/change" (with interval), and for a department "/against" (by how
    much more it moved than the others) and "/as_large/<others>" (the share of the others that, taken as if it were they, moved as much) and
    "/drift" (by how much more it moved within the weeks before, which should be nothing). Where there are twelve whole weeks on
    either side, "/jump" of the weekly share (a department's less that of the others), "/slope" and "/pretended/<dates>". Needs the tables of panel.lay.
    """
    named = [parse(entry) for entry in settings.milestones]
    rows = [row for milestone in named for row in _rows(con, milestone, settings)]
    is_empty = not con.sql("from calendar limit 1").fetchall()
    if not named and not is_empty:
        rows = [{"bin": None, "reason": "no_milestone"}]
    visible = [] if is_empty else _visible(con, settings)
    schema = polars_schema("release.figure")
    full = [
        dict.fromkeys(schema) | {"variant": "", "grain": "all", "metric": metric} | row | {"position": i}
        for metric, told in ((METRIC, rows), (trial.METRIC, visible))
        for i, row in enumerate(told)
    ]  # fmt: skip
    return pl.DataFrame(full, schema=schema)


def _visible(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> list[dict[str, object]]:
    """Return how large an effect must be to show, from the last weeks."""
    if not con.sql("from seat limit 1").fetchall():
        return [{"bin": "half", "reason": "no_seats"}]
    weeks = _whole_weeks(con, settings)[-BEFORE - AFTER :]
    if len(weeks) < BEFORE + AFTER:
        return [{"bin": "half", "reason": "short_history"}]
    moved = _moved(con, weeks[:BEFORE], weeks[BEFORE:])
    return [*trial.rows(moved.department, moved.before, moved.after, settings.threshold)]


def _whole_weeks(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> list[date]:
    found = con.sql(WEEKS, params={"workday_count": len(settings.workdays)}).pl()
    return found["week"].to_list()


def _rows(
    con: duckdb.DuckDBPyConnection, milestone: Milestone, settings: periods.Hours
) -> list[dict[str, object]]:
    place: dict[str, object] = {"department": milestone.department}

    def untold(reason: str) -> list[dict[str, object]]:
        return [place | {"bin": f"{milestone.on}/change", "reason": reason}]

    if not con.sql("from seat limit 1").fetchall():
        return untold("no_seats")
    before, after = around(milestone.on, _whole_weeks(con, settings))
    if len(before) < BEFORE or len(after) < AFTER:
        return untold("short_history")
    if not _follow(before, milestone.on, after):
        return untold("missing_weeks")
    moved = _moved(con, before, after)
    inside = (
        moved
        if milestone.department is None
        else moved.of(moved.department == milestone.department)
    )
    others = _others(moved, milestone.department, settings.threshold)
    if len(inside.before) < settings.threshold:
        return untold("small_group")
    if reason := _of_few(inside):
        return untold(reason)
    low, high = inside.ends()
    told: list[tuple[str, float, float | None, float | None]] = [
        ("before", float(inside.before.mean()), None, None),
        ("after", float(inside.after.mean()), None, None),
        ("change", inside.change, low, high),
    ]
    rows = _published(told)
    if milestone.department is not None:
        rows += _against(moved, milestone.department, others)
    people = con.sql(PEOPLE, params={"whole": periods.WHOLE}).pl()
    against = others if len(others) >= LEAST_OTHERS else []
    rows += _published(
        jump.told(
            con, people, milestone.on, (milestone.department, against), len(settings.workdays)
        )
    )
    n = len(inside.before)
    return [place | row | {"bin": f"{milestone.on}/{row['bin']}", "n": n} for row in rows]


def around(on: date, weeks: Sequence[date]) -> tuple[list[date], list[date]]:
    """Return the last eight whole weeks before the day's own week, and the first twelve that begin on the day or after it."""
    own = on - timedelta(days=on.weekday())
    before = [week for week in weeks if week < own][-BEFORE:]
    after = [week for week in weeks if week >= on][:AFTER]
    return before, after


def _follow(before: Sequence[date], on: date, after: Sequence[date]) -> bool:
    """Say whether no week is missing in the weeks around a day."""
    week = timedelta(weeks=1)
    own = on - timedelta(days=on.weekday())
    return (own - before[0], after[-1] - own) == (
        len(before) * week,
        (len(after) - (own == on)) * week,
    )


def _moved(con: duckdb.DuckDBPyConnection, before: Sequence[date], after: Sequence[date]) -> Moved:
    people = con.sql(PEOPLE, params={"whole": periods.WHOLE}).pl()
    acted = con.sql(ACTED).pl()

    def share(weeks: Sequence[date]) -> np.ndarray:
        inside = acted.filter(pl.col("week").is_in(list(weeks))).group_by("person").len()
        counted = people.join(inside, on="person", how="left", maintain_order="left")["len"]
        return counted.fill_null(0).to_numpy() / len(weeks)

    drift = share(before[BEFORE // 2 :]) - share(before[: BEFORE // 2])
    department = people["department"].fill_null("").to_numpy()
    return Moved(department, share(before), share(after), drift)


def _of_few(moved: Moved) -> str | None:
    """Return why a share of person-weeks would be about single people, if it would."""
    for share in (moved.before, moved.after):
        if share.max() == 0 or share.min() == 1:
            return "nearly_all_or_none"
        if few.dominated(share):
            return "dominated"
    return None


def _others(moved: Moved, department: str | None, threshold: int) -> list[str]:
    """Return the departments, large enough, that a department may be held against; none for a date of everybody."""
    if department is None:
        return []
    names, counts = np.unique(moved.department[moved.department != ""], return_counts=True)
    return [str(name) for name, n in zip(names, counts, strict=True) if n >= threshold and name != department]  # fmt: skip


def _against(moved: Moved, department: str, others: list[str]) -> list[dict[str, object]]:
    """Return by how much more the department moved than the others, and how often another seems to have by as much.

    Each of the others takes its place in turn, against all the rest of them: how far departments move by themselves. From 19
    of them on, that is an interval too: all effects but those that one in twenty goes beyond.
    """
    if len(others) < LEAST_OTHERS:
        return [{"bin": "against", "reason": "too_few_groups"}]

    def sides(one: str) -> tuple[Moved, Moved]:
        rest = [name for name in others if name != one]
        return moved.of(moved.department == one), moved.of(np.isin(moved.department, rest))

    def beyond(one: str) -> float:
        own, rest = sides(one)
        return own.change - rest.change

    effect = beyond(department)
    own, rest = sides(department)
    drift = float(own.drift.mean() - rest.drift.mean())
    by_themselves = np.sort([abs(beyond(other)) for other in others])
    as_large = int((by_themselves >= abs(effect)).sum())
    within = ceil(LEVEL * (len(others) + 1))
    half = by_themselves[within - 1] if within <= len(others) else None
    low, high = (None, None) if half is None else (effect - half, effect + half)
    return [
        *_published([("against", effect, low, high), ("drift", drift, None, None)]),
        # how many departments stands in the name: a numerator and a denominator are of people
        {"bin": f"as_large/{len(others)}", "value": as_large / len(others)},
    ]


def _published(
    told: Sequence[tuple[str, float, float | None, float | None]],
) -> list[dict[str, object]]:
    schema = {"bin": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    frame = pl.DataFrame(list(told), schema=schema, orient="row")
    return publish_ends(frame.with_columns(pl.col("value").round_sig_figs(DIGITS))).to_dicts()


PASSPORTS = (
    Passport(
        id=METRIC,
        family="adoption",
        title="Use after a date",
        question="Did a launch, a training or a rule do anything?",
        unit="share",
        better="up",
        definition=(
            "The share of weeks in which people with a seat contributed, in the eight whole weeks before a date that the company named and in the twelve after it, for the same people. "
            "For a date of one department, also by how much more it moved than the others, and how many of the others, put in its place one after the other, moved as much against the rest; with 19 others or more that is its interval too. "
            "From twelve whole weeks on either side, also by how far the weekly share jumped at the date, its earlier line drawn on, and how many pretended dates before it jumped as far. "
            "numerator = weeks in which a person contributed; denominator = people times weeks. "
            "It cannot separate a date from everything else that happened then, where it was one for everybody; nor tell chance from effect among few departments: with 19 others or fewer, one in twenty is out of reach."
        ),
        cuts=("total", "department"),
        grains=("all",),
        minimum="a date in the settings; eight weeks before it and twelve after; 10 people",
        smallest_worth_showing=0.05,
        tables=("seat", "person_day"),
        needs=("seats", "acts"),
        source="Segmented regression after Prais and Winsten, its correlation of errors put right by simulation; difference in differences with randomisation over departments: Conley and Taber 2011; MacKinnon and Webb 2020, for one treated group",
        peers="Dashboards draw a line at the date and leave the rest to the eye",
        check="Twelve people by hand, contributing in 2 of 8 weeks before and 6 of 12 after: 0.25, 0.50, +0.25; of three departments, one that moved by 0.25 against two that did not: 0.25, none of the two as much; ban of smoking in Sicily 2005 (doi:10.1093/ije/dyw098): a jump of −24.844364 by least squares, −23.909604 at a correlation of 0.3, and none of 19 pretended dates as large",
        words=Words(
            up="people contribute in more weeks after the date than before",
            down="people contribute in fewer weeks after the date than before",
            same="people contribute in as many weeks after the date as before",
            unseen="nobody can say whether a date changed anything",
        ),
        bins="day/before, after, change; for a date of a department also against, drift (within the weeks before), as_large/how many others; jump (of the weekly share), slope (a week), pretended/how many dates",
    ),
)  # fmt: skip
