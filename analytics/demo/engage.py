"""The demo company's Viva Engage, installed for everybody and written in by few: two of Microsoft's usage reports."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from analytics.demo import plan

REPORT = ("Report Refresh Date", "User Principal Name", "Display Name", "User State", "State Change Date",
          "Last Activity Date", "Posted Count", "Read Count", "Liked Count", "Assigned Products", "Report Period")  # fmt: skip


def posts(
    staff: pl.DataFrame, takers: np.ndarray, first: date, weeks: int, draw: np.random.Generator
) -> pl.DataFrame:
    """Return person, day: a handful of people out of those who write elsewhere too, each in a few weeks."""
    stays = np.flatnonzero(takers & staff["leaves"].is_null().to_numpy())
    few = draw.choice(stays, max(4, round(plan.ENGAGE_WRITERS * staff.height)), replace=False)
    wrote = draw.random((len(few), weeks)) < plan.ENGAGE_WEEKS
    person, week = np.nonzero(wrote)
    hired = staff["hired"].gather(few[person])
    days = [first + timedelta(weeks=int(w), days=int(d)) for w, d in zip(week, draw.integers(0, 5, len(week)), strict=True)]  # fmt: skip
    return (
        pl.DataFrame({"person": few[person], "day": days, "hired": hired})
        .filter(pl.col("day") >= pl.col("hired"))
        .sort("day", "person")
        .select("person", "day")
    )


def write_usage(
    staff: pl.DataFrame, written: pl.DataFrame, days: int, last: date, path: Path
) -> Path:
    """Write Microsoft's report of Viva Engage by person over the `days` days to `last`."""
    inside = written.filter(pl.col("day") <= last)
    latest = dict(inside.group_by("person").agg(pl.col("day").max()).iter_rows())
    recent = inside.filter(pl.col("day") > last - timedelta(days=days))
    counts = dict(recent.group_by("person").len().iter_rows())
    rows: list[tuple[object, ...]] = [REPORT]
    there = staff.filter(pl.col("leaves").is_null())
    for person in there.iter_rows(named=True):
        number = person["number"]
        rows.append(
            (last, person["email"], person["name"], "active", "", latest.get(number, ""), counts.get(number, 0),
             counts.get(number, 0), 0, "MICROSOFT 365 E3", days)
        )  # fmt: skip
    path.write_text(_csv(rows), "utf-8")
    return path


def _csv(rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
