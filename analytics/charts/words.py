"""A chart in words: the sentence that stands for it, and the table that holds the same figures."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from analytics.charts import numbers
from analytics.charts.shape import period_name, short_reason

MOST = 14  # figures that a sentence may list before it only gives its ends
CUT_NAMES = {
    "division": "Division",
    "department": "Department",
    "level": "Level",
    "location": "Place",
    "tool": "Tool",
    "bin": "Part",
    "variant": "Definition",
}
# tools that their makers write otherwise than with one capital
WRITTEN = {
    "hubspot": "HubSpot", "servicenow": "ServiceNow", "rocketchat": "Rocket.Chat", "onedrive": "OneDrive",
    "sharepoint": "SharePoint", "limesurvey": "LimeSurvey", "surveymonkey": "SurveyMonkey", "spss": "SPSS",
}  # fmt: skip
# after the name of small groups put together, in releases published before merge.py left it out
SIZE = re.compile(r" \(n = \d+\)$")
VERDICTS = {True: "● stands apart", False: "○ can't be told apart"}


def capitals(tool: str) -> str:
    """Return a tool's name as it is read: slack is Slack, viva_engage is Viva Engage."""
    plain = " ".join(word[:1].upper() + word[1:] for word in tool.split("_"))
    return WRITTEN.get(tool, plain)


def group(label: str) -> str:
    """Return a group's name as it is read: the size in that of small ones put together stands beside it anyway."""
    return SIZE.sub("", label)


def in_words(title: str, names: Sequence[str], figures: Sequence[str | None]) -> str:
    """Return "Title: a 27%, b 31%." with every figure, or the first and last of many."""
    pairs = [
        f"{name} {figure if figure else 'not shown'}"
        for name, figure in zip(names, figures, strict=True)
    ]
    if len(pairs) > MOST:
        pairs = [pairs[0], f"{len(pairs) - 2} in between", pairs[-1]]
    listed = ", ".join(pairs)
    return f"{title.rstrip('.?:')}: {listed}." if listed else f"{title.rstrip('.')}."


def series_in_words(title: str, rows: pl.DataFrame, unit: str) -> str:
    """Return where each series begins and ends; takes period, series, value."""
    parts = []
    for (name,), lines in rows.group_by("series", maintain_order=True):
        known = lines.filter(pl.col("value").is_not_null()).sort("period")
        if known.is_empty():
            continue
        first, last = known.row(0, named=True), known.row(-1, named=True)
        ends = [
            f"{numbers.number(r['value'], unit)} in the period from {period_name(r['period'], 'week')}"
            for r in (first, last)
        ]
        parts.append(f"{name} {ends[0]} and {ends[1]}")
    return f"{title.rstrip('.?:')}: {'; '.join(parts)}."


def table(figures: pl.DataFrame, unit: str, names: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return released rows as text for reading: cuts that vary, value, interval, people, verdict.

    `names` replaces bins and variants. What is not shown carries its reason instead of a number.
    """
    columns: dict[str, list[Any]] = {}
    if figures["period"].n_unique() > 1 or (figures.height and figures["period"][0] is not None):
        grains = zip(figures["period"], figures["grain"], strict=True)
        columns["Period"] = ["whole period" if p is None else period_name(p, g) for p, g in grains]
    for cut, title in CUT_NAMES.items():
        if figures[cut].n_unique() > 1 or (
            cut == "bin" and figures["bin"].null_count() < figures.height
        ):
            columns[title] = [
                (names or {}).get(v or "all", group(v or "all")) for v in figures[cut]
            ]
    rows = list(figures.iter_rows(named=True))
    columns["Figure"] = [_figure(row, unit) for row in rows]
    if figures["low"].null_count() < figures.height:
        columns["95% interval"] = [
            numbers.span(row["low"], row["high"], unit) or numbers.UNKNOWN for row in rows
        ]
    columns["People"] = [
        numbers.count(row["n"]) if row["value"] is not None else numbers.UNKNOWN for row in rows
    ]
    if figures["named"].null_count() < figures.height:
        columns["Against the company"] = [
            VERDICTS.get(row["named"], numbers.UNKNOWN) for row in rows
        ]
    return pl.DataFrame(columns)


def _figure(row: Mapping[str, Any], unit: str) -> str:
    if row["value"] is None:
        return short_reason(row["reason"])
    half = None if row["low"] is None or row["high"] is None else (row["high"] - row["low"]) / 2
    return numbers.number(row["value"], unit, half)
