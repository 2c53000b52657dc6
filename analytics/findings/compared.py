"""Which departments and levels stand apart: h4 and h14, each only where the comparison names them."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from analytics.findings.book import Book
from analytics.findings.facts import Found
from analytics.findings.verdicts import block
from analytics.findings.wording import subject

COMPARED = (
    ("adoption_funnel", "reciprocal"),
    ("active_people", None),
    ("outside_hours_share", None),
)
LATE, SENT = "pressure_outside_hours", "sent"  # of what somebody writes, what goes out of hours


def late(book: Book) -> Iterator[Found]:
    """Yield which levels write more of their messages outside hours than the company, in the last quarter that compares them."""
    rows = book.rows(LATE, SENT, "level", grain="quarter").filter(pl.col("named").is_not_null())
    if rows.is_empty():
        return
    last = rows["period"][-1]  # the oldest comes first
    company = book.rows(LATE, SENT, grain="quarter").filter(pl.col("period") == last)
    whole = company["value"][0] if company.height else None
    here = rows.filter(pl.col("period") == last)
    if whole is None or (names := late_levels(here, whole)) is None:
        return
    most = here.filter(pl.col("named"))["value"].max()
    slots = {
        "late_levels": names, "late_most": most, "late_company": whole, "period": book.named(last),
    }  # fmt: skip
    size = (most - whole) / (book.smallest(LATE) or whole)
    yield Found("late_from", "clear", "time_cost", LATE, slots, size)


def late_levels(rows: pl.DataFrame, company: float) -> str | None:
    """Return "level 2" or "levels 2 and 3": those that the comparison names as above the company; None where there is none."""
    above = rows.filter(pl.col("named").fill_null(value=False), pl.col("value") > company)
    names = above["level"].sort().to_list()
    are_several = names[1:] or "–" in "".join(names)  # "0–1" is two already
    return f"{'levels' if are_several else 'level'} {' and '.join(names)}" if names else None


def departments(book: Book) -> Iterator[Found]:
    """Yield which departments stand apart, in the measure that compares them latest; of several the first."""
    compared = []
    for metric, bin_ in COMPARED:
        every = book.rows(metric, bin_, "department", grain="quarter")
        known = every.filter(pl.col("named").is_not_null())
        if known.height:
            last = known["period"][-1]
            compared.append((last, metric, bin_, every.filter(pl.col("period") == last)))
    if not compared:
        return
    last, metric, bin_, rows = max(compared, key=lambda one: one[0])
    company = book.rows(metric, bin_, grain="quarter").filter(pl.col("period") == last)
    whole = company.row(0, named=True) if company.height else None
    yield from _compared(book, metric, bin_, rows, whole)


def _compared(
    book: Book, metric: str, bin_: str | None, rows: pl.DataFrame, company: dict[str, Any] | None
) -> Iterator[Found]:
    blocks: dict[str, list[str]] = {"higher": [], "lower": [], "alike": [], "hidden": []}
    for row in rows.iter_rows(named=True):
        blocks[block(row, company["value"] if company else None)].append(row["department"])
    slots: dict[str, Any] = {
        "measure": subject(metric, bin_, book.title(metric)), "higher": sorted(blocks["higher"]), "lower": sorted(blocks["lower"]),
        "others": len(blocks["alike"]), "hidden": len(blocks["hidden"]), "period": book.named(rows["period"][0]),
    }  # fmt: skip
    slots |= _values(rows, [*blocks["higher"], *blocks["lower"]], company) | {
        "unit": book.unit(metric)
    }
    if blocks["higher"] or blocks["lower"]:
        far = [abs(value - slots["elsewhere"]) for value in slots.get("values", {}).values()]
        size = max(far, default=0.0) / (book.smallest(metric) or 1.0)
        yield Found("departments_apart", "clear", "departments", metric, slots, size)
        if len(blocks["alike"]) > 1:
            yield Found("others_alike", "noise", "departments", metric, slots)
    else:
        yield Found("departments_alike", "noise", "departments", metric, slots)


def _values(rows: pl.DataFrame, apart: list[str], company: dict[str, Any] | None) -> dict[str, Any]:
    """Return the values of the groups that stand apart and that of all others together, from published sums."""
    named = rows.filter(pl.col("department").is_in(apart)).sort("department")
    if named.is_empty() or company is None or company["numerator"] is None:
        return {}
    x, y = (company[name] - named[name].sum() for name in ("numerator", "denominator"))
    values = dict(named.select("department", "value").iter_rows())
    return {"values": values, "elsewhere": x / y} if y > 0 else {}
