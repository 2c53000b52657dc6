"""What Slack's analytics share: the window in a file's name, English dates, which columns are counts."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import PurePosixPath

import polars as pl

from analytics.readers.base import Options, Sink
from analytics.readers.usage import counts

TOOL = "slack"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED_DAY = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\.? (\d{{1,2}}) (\d{{4}})\b")
PRIOR = re.compile(r"\bprior (\d{1,3}) days\b")
DATE_FORMS = ("%b %d, %Y", "%B %d, %Y", "%Y-%m-%d")
COUNT = re.compile(
    r"^(days (active|using)|messages|channel messages|reactions|files|slack huddles|huddles|total calls|slack calls"
    r"|search(es)?|channels joined|is active|total membership|(full|guest|total)? ?members?\b|guests?\b)"
)
# a change may be negative, and follows from the numbers themselves
NO_COUNT = re.compile(r"^change\b|\b(date|name|id|type)\b")


def are_counts(names: Iterable[str]) -> list[str]:
    """Return the columns that Slack counts in; others that hold digits are not taken for counts."""
    return [name for name in names if COUNT.search(name) and not NO_COUNT.search(name)]


def window(file: str, options: Options) -> tuple[date, date] | None:
    """Return the first and last day that a report covers: as said by hand, else as its file is called by Slack.

    "Acme Member Analytics Prior 30 Days - Apr 17, 2026", "… Mar 17, 2025 - Apr 17, 2026", also with underscores.
    """
    if said := counts.said_window(options):
        return said
    name = " ".join(re.split(r"[\s_,]+", PurePosixPath(file).name.casefold()))
    days = [_day(*found) for found in NAMED_DAY.findall(name)]
    *_, first, last = None, None, *days
    if last is None:
        return None
    if prior := PRIOR.search(name):
        return last - timedelta(days=int(prior[1]) - 1), last
    return (first, last) if first is not None and first <= last else None


def _day(month: str, day: str, year: str) -> date | None:
    try:
        return date(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None


def named_days(column: str) -> pl.Expr:
    """Return "Apr 17, 2026" or 2026-04-17 as a day; null where there is none."""
    text = pl.col(column)
    return pl.coalesce(text.str.to_date(form, strict=False) for form in DATE_FORMS)


def with_window(rows: pl.DataFrame, file: str, options: Options) -> pl.DataFrame:
    """Return rows with valid_from and valid_to: of the day in their column `date`, else of the whole file; null = not known."""
    if "date" in rows.columns:
        day = named_days("date")
        return rows.with_columns(valid_from=day, valid_to=day.dt.offset_by("1d"))
    first, last = window(file, options) or (None, None)
    following = last + timedelta(days=1) if last else None
    return rows.with_columns(valid_from=pl.lit(first, pl.Date), valid_to=pl.lit(following, pl.Date))


def without_mute(rows: pl.DataFrame, measures: list[str], sink: Sink) -> list[str]:
    """Return the measures without those that Slack does not fill below its largest plan: huddles that are 0 for all."""
    mute = [m for m in measures if "huddle" in m and not rows.get_column(m).sum()]
    if mute:
        sink.warn("zeros_unknown", len(mute))
    return [measure for measure in measures if measure not in mute]


def hand_over(rows: pl.DataFrame, measures: list[str], sink: Sink) -> None:
    """Hand over export.usage of the rows whose window is known; the others are said."""
    known = rows.filter(pl.col("valid_from").is_not_null())
    if known.height < rows.height:
        sink.warn("window_unknown", rows.height - known.height)
    counts.usage(known, measures, sink)
