"""From the columns of a staff list, as text, to export.org: what every reader of people shares.

A frame has `place` (such as `line 7`) and, as text, any of KEPT, `status` and `is_total` (a row of totals).
"""

import polars as pl

from analytics.readers import dates
from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.headers import Assigned
from analytics.readers.hr_columns import INACTIVE, SUMMARY
from analytics.readers.hr_managers import MANAGER_FIELDS, place, resolve
from analytics.readers.tables import Table

DATES = ("hired_on", "valid_from", "left_on")
KEPT = (
    "person",
    "email",
    "name",
    *MANAGER_FIELDS,
    "division",
    "department",
    "team",
    "location",
    *DATES,
)
MANGLED = r"^\d+(?:[.,]\d+)?[eE]\+?\d+$"
OTHER_ALPHABET = r"[^\x00-\x7F]"
SHOWN_ORDERS = "--map dates=dd/mm or --map dates=mm/dd"


def columns(table: Table, assigned: Assigned, sink: Sink) -> pl.DataFrame:
    """Return place, is_total and the assigned columns of a table as text."""
    cells = [f"c{i}" for i in range(len(table.header.names))]
    parts = [
        batch.select(
            *(pl.col(f"c{at}").alias(field) for field, at in assigned.at.items()),
            place=pl.format("{} {}", pl.lit(table.place), "line"),
            is_total=pl.coalesce(cells).str.to_lowercase().str.contains(SUMMARY),
        )
        for batch in table.batches(sink)
    ]
    empty = pl.DataFrame(schema={"place": pl.String} | dict.fromkeys(assigned.at, pl.String))
    return pl.concat(parts) if parts else empty


def hand_over(people: pl.DataFrame, sink: Sink, options: Options, file: str) -> pl.DataFrame:
    """Settle people, managers, levels and spans, and hand over export.org; return its rows with their `place`.

    Raises UnreadableExport where the dates of a history can be read two ways.
    """
    fields = len(people.columns) - 1 - ("is_total" in people.columns)
    people = _without_nobody(_complete(people), fields, sink)
    people = _dates(people, sink, options, file)
    people = _once(_identities(people, sink), sink)
    people = _spans(
        place(resolve(people, sink).sort("person", "valid_from", nulls_last=False), sink), sink
    )
    org = people.select(
        "person", "email", "name", "manager", "division", "department", "team", "level", "location",
        "hired_on", "valid_from", "valid_to",
    )  # fmt: skip
    sink.add("org", org)
    sink.stored += org.height
    sink.provides = _provides(org)
    return people


def _provides(org: pl.DataFrame) -> frozenset[str]:
    """Return what these rows tell, in words of base.CAPABILITIES."""
    columns = {
        "managers": "manager", "departments": "department", "levels": "level",
        "locations": "location", "hire_dates": "hired_on",
    }  # fmt: skip
    return frozenset(what for what, column in columns.items() if org.get_column(column).count())


def _complete(people: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that a list does not have, empty the cells that say "none", and join the halves of names."""
    text = [column for column in people.columns if column not in ("place", "is_total")]
    blank = [pl.when(~pl.col(f).str.to_lowercase().is_in(dates.EMPTY)).then(f) for f in text]
    missing = [
        pl.lit(None, pl.String).alias(field)
        for field in KEPT
        if field not in people.columns and field not in MANAGER_FIELDS
    ]
    people = people.with_columns(blank).with_columns(missing)
    if "is_total" not in people.columns:
        people = people.with_columns(is_total=pl.lit(False))
    halves = [pl.col(half) for half in ("first_name", "last_name") if half in people.columns]
    if halves:
        people = people.with_columns(
            name=pl.coalesce(
                "name", pl.concat_str(halves, separator=" ", ignore_nulls=True).replace("", None)
            )
        )
    return people


def _without_nobody(people: pl.DataFrame, fields: int, sink: Sink) -> pl.DataFrame:
    nobody = pl.col("person").is_null() & pl.col("email").is_null()
    total = pl.col("is_total") & ~pl.col("email").fill_null("").str.contains("@", literal=True)
    _reject(people.filter(total), "summary_row", sink)
    # an id or address alone, where there are more columns, is a stray cell rather than a person
    others = [pl.col(f).is_not_null() for f in people.columns if f not in ("place", "is_total")]
    nobody |= (pl.sum_horizontal(others) < 2) & (fields > 2)  # noqa: PLR2004
    _reject(people.filter(nobody & ~total), "row_incomplete", sink)
    return people.filter(~nobody & ~total).drop("is_total")


def _dates(people: pl.DataFrame, sink: Sink, options: Options, file: str) -> pl.DataFrame:
    """Turn the dates into days, in one order a column: proved by itself, else by its neighbours, else asked for."""
    said = dates.ORDERS.get(options.columns.get("dates", "").casefold())
    proofs = {field: dates.prove(people.get_column(field)) for field in DATES}
    proved = {proof.order for proof in proofs.values() if proof.order}
    if len(proved) > 1:
        sink.warn("date_orders_differ")
    neighbour = proved.pop() if len(proved) == 1 else None
    invalid = pl.Series([False] * people.height, dtype=pl.Boolean)
    for field, proof in proofs.items():
        order = said or proof.order or neighbour
        if proof.written and order and order not in (said, proof.order):
            sink.warn("date_order_from_other_column")
        found = dates.days(people.get_column(field), order)
        problem = found.get_column("problem").fill_null("")
        invalid = invalid | (problem == "date_invalid")
        if (problem == "unreadable").any():
            sink.warn("date_unreadable", int((problem == "unreadable").sum()))
        if (problem == "ambiguous").any():
            _ambiguous(people, field, sink, file)
        people = people.with_columns(found.get_column("day").alias(field))
    _reject(people.filter(invalid), "date_invalid", sink)
    return people.filter(~invalid)


def _ambiguous(people: pl.DataFrame, field: str, sink: Sink, file: str) -> None:
    """Warn, or refuse the file where the order of a person's rows hangs on it."""
    keys = people.select(pl.coalesce("person", "email")).to_series()
    if field == "valid_from" and keys.is_duplicated().any():
        raise UnreadableExport(
            "dates_ambiguous",
            f"{file}: the dates from which rows hold can be read as day/month or month/day, and people have several "
            f"rows. Say which with {SHOWN_ORDERS}, or export dates as 2026-01-31.",
        )
    sink.warn("date_format_ambiguous")


def _identities(people: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Give every row a person; addresses are casefolded, ids stay as they are: 00012 and 12 are two people."""
    mail = pl.col("email").str.to_lowercase().str.strip_chars()
    people = people.with_columns(email=pl.when(mail.str.contains("@", literal=True)).then(mail))
    fields = [f for f in ("person", *MANAGER_FIELDS) if f in people.columns]
    people = people.with_columns(
        pl.when(pl.col(f).str.contains("@", literal=True))
        .then(pl.col(f).str.to_lowercase())
        .otherwise(f)
        for f in fields
    )
    people = people.with_columns(
        person=pl.coalesce("person", "email"),
        email=pl.coalesce(
            "email", pl.when(pl.col("person").str.contains("@", literal=True)).then("person")
        ),
    )
    _warn_rows(people, pl.col("person").str.contains(MANGLED), "id_excel_mangled", sink)
    _warn_rows(people, pl.col("email").str.contains(OTHER_ALPHABET), "email_homoglyph", sink)
    nobody = pl.col("person").is_null()
    _reject(people.filter(nobody), "row_incomplete", sink)
    return people.filter(~nobody)


def _once(people: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Keep one row a person and date; the same again is a duplicate, another one or another's address a conflict."""
    content = [column for column in people.columns if column != "place"]
    again = ~pl.struct(content).is_first_distinct()
    copies = people.filter(again).height
    if copies:
        sink.warn("duplicate_dropped", copies)
        sink.duplicates += copies
    people = people.filter(~again)
    second = ~pl.struct("person", "valid_from").is_first_distinct()
    owner = (
        pl.col("person").first().over(pl.coalesce("email", pl.concat_str(pl.lit("id:"), "person")))
    )
    conflict = second | (pl.col("person") != owner)
    _reject(people.filter(conflict), "duplicate_conflict", sink)
    return people.filter(~conflict)


def _spans(people: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Add valid_to: the day the person's next row begins, or the day after the last at work."""
    following = pl.col("valid_from").shift(-1).over("person", order_by="valid_from")
    people = people.with_columns(
        valid_to=pl.min_horizontal(following, pl.col("left_on").dt.offset_by("1d"))
    )
    left = pl.col("left_on").is_null() & _is_inactive(people)
    over = pl.col("valid_to") <= pl.col("valid_from")
    _reject(people.filter(left), "person_left", sink)
    _reject(people.filter(over.fill_null(False) & ~left), "interval_negative", sink)
    return people.filter(~(left | over.fill_null(False)))


def _is_inactive(people: pl.DataFrame) -> pl.Expr:
    if "status" not in people.columns:
        return pl.lit(False)
    return pl.col("status").str.to_lowercase().is_in(INACTIVE).fill_null(False)


def _reject(rows: pl.DataFrame, code: str, sink: Sink) -> None:
    if rows.height:
        sink.reject_many(rows.get_column("place").to_list(), code)


def _warn_rows(people: pl.DataFrame, which: pl.Expr, code: str, sink: Sink) -> None:
    times = people.select(which.sum()).item()
    if times:
        sink.warn(code, times)
