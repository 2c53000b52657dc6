"""Who works where, for whom and since when: an HR or organisation file as CSV or XLSX, in four languages.

Reports and tables of Workday, SuccessFactors, BambooHR, Personio, Zucchetti and Viva organisational data are among them:
names of columns are known in English, Italian, German and French. Levels follow from who reports to whom.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import hr_people, table_rows, tables
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import (
    Assigned,
    account_for_others,
    assign,
    may_assign,
    misnamed,
    plain,
)
from analytics.readers.hr_columns import ALIASES, is_directory
from analytics.readers.hr_managers import MANAGER_FIELDS

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="hr_file",
    title="HR or organisation file (CSV, XLSX)",
    tool=None,
    provides=frozenset({"managers", "departments", "levels", "locations", "hire_dates"}),
)
NEEDS = (
    "its columns are those of no export that we know. A staff list needs the person (id or e-mail) and the department "
    "or the manager: --map person=COLUMN, department=COLUMN, manager=COLUMN. A log of messages needs --map "
    "time=COLUMN, sender=COLUMN, recipient=COLUMN."
)
QUERY = {
    "metricdate",
    "metric date",
    "metric_date",
}  # measures of weeks, beside the department of each person
CONNECTOR = (
    "fivetran synced"  # tables as a data connector lands them, one of many that belong together
)


def enough(fields: set[str]) -> bool:
    """Say whether a table with these fields is a staff list; a log of messages, tickets or answers is not."""
    is_log = {"log_sender", "log_recipient"} <= fields or bool({"ticket", "answers"} & fields)
    is_person = "person" in fields or "email" in fields
    return is_person and not is_log and bool({"department", *MANAGER_FIELDS} & fields)


def identify(source: "Source") -> bool:
    """Say whether some first row names a person and a department or manager."""
    return identify_mapped(source, NOTHING_SAID)


def identify_mapped(source: "Source", options: Options) -> bool:
    """Say the same, given the columns that were named by hand."""
    try:
        rows = table_rows.preview(source)
    except UnreadableExport:
        return False
    if any(QUERY & set(map(str.casefold, row.cells)) for row in rows):
        return False
    return any(_is_header(row.cells, options) for row in rows)


def _is_header(cells: list[str], options: Options) -> bool:
    if is_directory(cells):
        return False
    return may_assign(cells, ALIASES, enough, options) or CONNECTOR in map(plain, cells)


def explain(source: "Source") -> UnreadableExport | None:
    """Return what a tabular file lacks to be a staff list."""
    return tables.explain(source, NEEDS)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.org; raises UnreadableExport when the file is no staff list or holds what may not come in."""
    table = tables.open_table(source, sink, lambda rows: _choose(rows, source.name, options))
    assigned = assign(table.header.names, ALIASES, options, file=source.name)
    if CONNECTOR in map(plain, table.header.names):
        raise UnreadableExport(
            "table_of_connector",
            f"{source.name}: this is one table of a data connector, where people, managers and departments lie in "
            "different tables. Export a report with one row a person: id or e-mail, manager, department.",
        )
    account_for_others(assigned, sink)
    people = _fields(table, assigned, sink)
    if people.is_empty() and not sink.rejected:
        raise tables.no_rows(source.name)
    hr_people.hand_over(people, sink, options, source.name)


def _choose(rows: list[table_rows.Row], file: str, options: Options) -> tables.Header:
    header = tables.find_header(rows, lambda cells: _is_header(cells, options))
    if header:
        return header
    wrong = misnamed(tables.header_rows(rows), ALIASES, options, file)
    needs = UnreadableExport("column_missing", f"{file}: {NEEDS}")
    raise wrong or (needs if rows else tables.no_rows(file))


def _fields(table: tables.Table, assigned: Assigned, sink: Sink) -> pl.DataFrame:
    """Return place, is_total and the known columns as text."""
    people = hr_people.columns(table, assigned, sink)
    if people.is_empty():
        return people
    if "written_level" in assigned.at:
        sink.warn("level_recomputed")
    return _by_system(_without_labels(people, assigned, sink), assigned)


def _without_labels(people: pl.DataFrame, assigned: Assigned, sink: Sink) -> pl.DataFrame:
    """Leave out a second row of names, such as SuccessFactors writes: codes above, labels below."""
    first = [str(cell or "") for cell in people.select(list(assigned.at)).row(0)]
    if not may_assign(first, ALIASES, enough, NOTHING_SAID):
        return people
    sink.warn("header_row_detected")
    sink.non_records += 1
    return people.slice(1)


def _by_system(people: pl.DataFrame, assigned: Assigned) -> pl.DataFrame:
    """Undo what one HR system writes into a cell beside what it means."""
    spelled = {field: assigned.spelling(field) for field in assigned.at}
    if spelled.get("department") == "supervisory organization":
        # Workday writes the manager's name behind the organisation's
        in_brackets = pl.col("department").str.extract(r"\(([^()]*)\)$")
        if not set(MANAGER_FIELDS) & set(spelled):
            people = people.with_columns(
                manager_name=in_brackets.str.replace(r"(?i)^inherited$", "")
            )
        people = people.with_columns(pl.col("department").str.replace(r"\s*\([^()]*\)$", ""))
    if (spelled.get("person"), spelled.get("status")) == ("userid", "status"):
        # SuccessFactors: "Sales (50001234)"
        coded = [field for field in ("department", "location") if field in spelled]
        people = people.with_columns(pl.col(coded).str.replace(r"\s*\([\w-]*\d[\w-]*\)$", ""))
    if {"month", "year"} <= spelled.keys() and "valid_from" not in spelled:
        # payroll systems write one row a person and month
        month = pl.col("month").str.pad_start(2, "0")
        people = people.with_columns(valid_from=pl.format("{}-{}-01", "year", month))
    return people.drop("month", "year", strict=False)
