"""The released figures as the findings read them: one metric, the latest quarter, the period before."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from analytics.metrics.panel import with_division
from analytics.metrics.passport import LABELS

Reach = tuple[date, date]
THURSDAY = 3  # as weekday() counts
QUARTERS = ("January to March", "April to June", "July to September", "October to December")


class Book:
    """The figures, opened at the latest quarter that holds a change, else at the whole period."""

    def __init__(
        self,
        figures: pl.DataFrame,
        passports: dict[str, dict[str, Any]],
        metrics: set[str],
        reach: Reach | None = None,
    ) -> None:
        self.figures = with_division(figures).filter(pl.col("metric").is_in(sorted(metrics)))
        self.passports = passports
        self.reach = reach

    def named(self, first: date | None) -> str:
        """Return the name of a quarter, and how far the exports tell of it where that is not to its end or from its beginning."""
        return quarter(first, self.reach)

    def smallest(self, metric: str) -> float:
        """Return the smallest difference of the metric worth showing."""
        return float(self.passports.get(metric, {}).get("smallest_worth_showing") or 0.0)

    def unit(self, metric: str) -> str:
        """Return the unit of the metric."""
        return str(self.passports.get(metric, {}).get("unit", "ratio"))

    def title(self, metric: str) -> str:
        """Return the title of the metric."""
        return str(self.passports.get(metric, {}).get("title", metric))

    def rows(
        self, metric: str, bin_: str | None, *cuts: str, grain: str | None = None, variant: str = ""
    ) -> pl.DataFrame:
        """Return the rows of these cuts and of no other, oldest period first."""
        where = (pl.col("metric") == metric) & pl.col("bin").eq_missing(pl.lit(bin_, pl.String))
        where &= pl.col("variant") == variant
        for cut in LABELS:
            where &= pl.col(cut).is_not_null() if cut in cuts else pl.col(cut).is_null()
        if grain:
            where &= pl.col("grain") == grain
        return self.figures.filter(where).sort("period", nulls_last=False)

    def tools(self, metric: str) -> list[str]:
        """Return the tools of which the release holds the metric, whole period, in alphabetical order."""
        rows = self.figures.filter(
            pl.col("metric") == metric, pl.col("grain") == "all", pl.col("value").is_not_null()
        )
        return rows["tool"].drop_nulls().unique().sort().to_list()

    def latest(self, metric: str, bin_: str | None) -> dict[str, Any] | None:
        """Return the company's row of the last quarter; of the whole period when there is no quarter."""
        for grain in ("quarter", "all"):
            rows = self.rows(metric, bin_, grain=grain).filter(pl.col("value").is_not_null())
            if not rows.is_empty():
                return rows.row(-1, named=True)
        return None

    def facts(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the slots that tell of a row's value and change."""
        names = (
            "metric",
            "bin",
            "value",
            "low",
            "high",
            "change",
            "change_low",
            "change_high",
            "n",
        )
        about = {
            "unit": self.unit(row["metric"]),
            "title": self.title(row["metric"]),
            "period": self.named(row.get("period")),
            "grain": grain(row),
        }
        words = self.passports.get(row["metric"], {}).get("words") or {}
        said = words.get("up" if (row["change"] or 0) > 0 else "down")
        return {name: row[name] for name in names} | about | {"words": said}


def grain(row: Mapping[str, Any]) -> str:
    """Return what the row's period is called in a sentence: quarter, or period for the whole."""
    return str(row["grain"]) if row["grain"] != "all" else "period"


def quarter(first: date | None, reach: Reach | None = None) -> str:
    """Return "April to June 2026" for the Monday on which a quarter of whole weeks begins; "… (until 9 May)" where days of work are not told.

    `reach`: first and last day of the exports.
    """
    if first is None:
        return "the whole period"
    thursday = first + timedelta(days=3)  # the day that decides where a week belongs
    name = f"{QUARTERS[(thursday.month - 1) // 3]} {thursday.year}"
    if reach is None:
        return name
    told = [
        *([f"from {_day(reach[0])}"] if reach[0] > first else []),
        *([f"until {_day(reach[1])}"] if reach[1] < _last_friday(thursday) else []),
    ]
    return f"{name} ({' '.join(told)})" if told else name


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _last_friday(day: date) -> date:
    """Return the Friday of the last week of the calendar quarter of a day: that of its last Thursday."""
    month = (day.month - 1) // 3 * 3 + 3
    ends = date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return ends - timedelta(days=(ends.weekday() - THURSDAY) % 7 - 1)
