"""Who is heard, what leaders ask, which customers wait, and whether words and deeds go together: h9, h10, h15 and h16."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from analytics.findings.book import Book, quarter
from analytics.findings.facts import Found

SOON, NEVER, LEADERS = "time_to_first_answer", "unanswered_share", "leader_question_ratio"
CUSTOMERS, WAITING, TOGETHER = "customer_answered_share", "customer_waiting", "gap_words_deeds"
LISTENING = (SOON, NEVER, LEADERS, CUSTOMERS, WAITING, TOGETHER)
# what is told of: (variant and bin of SOON, bin of NEVER); questions, where the exports hold text
ASKED = {"questions": ("questions", "4h", "questions"), "conversations": ("", "4h", "all")}
EVERY_PHASE = "all"
PAGE = "relations"
Row = Mapping[str, Any]


def listening(book: Book) -> Iterator[Found]:
    """Yield the plain facts that hold, those of the company where no level or phase stands apart."""
    yield from _heard(book)
    yield from _customers(book)
    yield from _leaders(book)


def together(book: Book) -> Iterator[Found]:
    """Yield that departments which say they are listened to get more answers, or fewer, where chance does not explain it."""
    rows = book.figures.filter(metric=TOGETHER).drop_nulls("bin")
    if rows.height and (told := words_and_deeds(rows.row(0, named=True))):
        yield Found(told[0], "clear", PAGE, TOGETHER, told[1], 1.5)


def words_and_deeds(row: Row | None) -> tuple[str, dict[str, Any]] | None:
    """Return (template, slots) for the company's row of TOGETHER; None where nothing can be told."""
    if row is None or row["value"] is None or row["low"] is None or row["low"] <= 0 <= row["high"]:
        return None
    slots = {"rho_low": row["low"], "rho_high": row["high"], "groups": str(row["bin"])}
    return ("words_with_deeds" if row["low"] > 0 else "words_against_deeds"), slots


def heard(soon: Row | None, never: Row | None, asked: str) -> dict[str, Any] | None:
    """Return the slots of what became of `asked` (of ASKED) in one cell; None where one of the two is not known."""
    if not soon or not never or soon["value"] is None or never["value"] is None:
        return None
    return {"soon": soon["value"], "never": never["value"], "asked": asked, "period": quarter(soon["period"])}  # fmt: skip


def leaders_ask(row: Row | None) -> dict[str, Any] | None:
    """Return the slots of h10; ten leaders are behind any figure that is shown."""
    if row is None or row["value"] is None:
        return None
    return {"asking": row["value"], "posts": int(row["denominator"]), "period": quarter(row["period"])}  # fmt: skip


def phase(answered: pl.DataFrame, waiting: pl.DataFrame) -> dict[str, Any] | None:
    """Return the slots of h15: the phase that is answered least where it lies clearly below all, else all customers.

    Takes rows of CUSTOMERS and WAITING, by bin.
    """
    waits = dict(waiting.drop_nulls("numerator").select("bin", "numerator").iter_rows())
    known = {row["bin"]: row for row in answered.drop_nulls("value").iter_rows(named=True) if row["bin"] in waits}  # fmt: skip
    if not known:
        return None
    whole = known.get(EVERY_PHASE)
    least = min((row for name, row in known.items() if name != EVERY_PHASE), key=lambda row: row["value"], default=None)  # fmt: skip
    row = least if least and whole and least["high"] < whole["value"] else whole or least
    if row is None:
        return None
    return {
        "phase": row["bin"], "answered": round(row["numerator"]), "conversations": round(row["denominator"]),
        "waiting": round(waits[row["bin"]]),
    }  # fmt: skip


def _heard(book: Book) -> Iterator[Found]:
    for asked, (variant, edge, bin_) in ASKED.items():
        level = _level_apart(book, bin_)
        cuts = ("level",) if level else ()
        for grain in ("quarter", "all"):
            soon = book.rows(SOON, edge, *cuts, grain=grain, variant=variant)
            never = book.rows(NEVER, bin_, *cuts, grain=grain)
            if level:
                soon, never = soon.filter(level=level), never.filter(level=level)
            slots = heard(_last(soon), _last(never), asked)
            if slots and soon["period"][-1] == never["period"][-1]:
                name = "heard_level" if level else "heard"
                yield Found(name, "clear", PAGE, NEVER, slots | {"of_level": level})
                return


def _last(rows: pl.DataFrame) -> Row | None:
    return rows.row(-1, named=True) if rows.height else None


def _level_apart(book: Book, bin_: str) -> str | None:
    """Return the level left without an answer most, where the last comparison names it."""
    rows = book.rows(NEVER, bin_, "level", grain="quarter").drop_nulls("value")
    if rows.is_empty():
        return None
    last = rows.filter(pl.col("period") == rows["period"][-1], pl.col("named"))
    return str(last.sort("value")["level"][-1]) if last.height else None


def _customers(book: Book) -> Iterator[Found]:
    answered, waiting = (book.figures.filter(metric=metric) for metric in (CUSTOMERS, WAITING))
    if slots := phase(answered, waiting):
        yield Found("customers_phase", "clear", PAGE, CUSTOMERS, slots)


def _leaders(book: Book) -> Iterator[Found]:
    if slots := leaders_ask(book.latest(LEADERS, None)):
        yield Found("leaders_ask", "clear", PAGE, LEADERS, slots)
