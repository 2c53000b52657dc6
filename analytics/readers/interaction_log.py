"""Who wrote to, met or called whom, and when: a log of one row a delivery, as CSV, TSV, blanks, XLSX or Parquet.

Rows of one act (same sender, instant, kind and thread, or same id) become one event with its deliveries. The
file is read in batches and laid out by thread in parts on disk, so that memory does not grow with it.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import dates, table_rows, tables, zones
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import (
    Assigned,
    account_for_others,
    assign,
    may_assign,
    misnamed,
)
from analytics.readers.log_acts import Staging
from analytics.readers.log_columns import ALIASES, KINDS, MAIL_LIKE

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="interaction_log",
    title="interaction log (time, sender, recipient; CSV, TSV, XLSX, Parquet)",
    tool=None,
    provides=frozenset({"acts", "replies", "recipients", "meetings"}),
)  # fmt: skip
NEEDS = (
    "an interaction log needs columns for the time, the sender and the recipient; name them with "
    "--map time=COLUMN, sender=COLUMN, recipient=COLUMN."
)
NEEDED = frozenset({"time", "sender", "recipient"})
FIRST_INSTANT = datetime(1995, 1, 1)  # noqa: DTZ001 - UTC throughout; before, no export of these tools reaches
CLOCK_ERROR = timedelta(days=2)
EPOCHS = (800_000_000, 4_000_000_000)
LONGEST_USUAL = 24 * 3600
DEFAULT_TOOL = "mail"
ADDRESS = r"[^\s<>;,\"'()]+@[^\s<>;,\"'()]+"
CLOCK = r"^(?:(\d+):)?(\d{1,2}):(\d{2})$"


def enough(fields: set[str]) -> bool:
    """Say whether a table with these fields is a log."""
    return fields >= NEEDED


def identify(source: "Source") -> bool:
    """Say whether some first row names time, sender and recipient, or columns of numbers hold plausible times."""
    return identify_mapped(source, NOTHING_SAID)


def identify_mapped(source: "Source", options: Options) -> bool:
    """Say the same, given the columns that were named by hand."""
    try:
        rows = table_rows.preview(source)
        return _header(rows, options) is not None
    except UnreadableExport:
        return False


def explain(source: "Source") -> UnreadableExport | None:
    """Return what is missing where a header holds part of a log; null where it does not look like one."""
    try:
        rows = table_rows.preview(source)
        fields = set(assign(rows[0].cells, ALIASES, file=source.name).at) if rows else set()
    except UnreadableExport:
        return None
    if not fields & {"sender", "recipient"}:
        return None
    return tables.explain(source, NEEDS)


def _header(rows: list[table_rows.Row], options: Options) -> tables.Header | None:
    found = tables.find_header(rows, lambda cells: may_assign(cells, ALIASES, enough, options))
    numeric = tables.numeric_header(rows)
    if found or numeric is None:
        return found
    is_mapped = may_assign(numeric.names, ALIASES, enough, options)
    return numeric if is_mapped or _time_column(rows) is not None else None


def _time_column(rows: list[table_rows.Row]) -> int | None:
    """Return the one column of a table of numbers whose every value could be seconds since 1970."""
    body = [row.cells for row in rows if row.cells[0][:1] not in ("%", "#")]
    low, high = EPOCHS
    plausible = [
        at
        for at in range(len(body[0]))
        if all(len(row) > at and low <= float(row[at]) <= high for row in body)
    ]
    return plausible[0] if len(plausible) == 1 else None


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, events and deliveries; raises UnreadableExport when no row may be kept."""
    table = tables.open_table(source, sink, lambda rows: _choose(rows, source.name, options))
    assigned = _assigned(table, source, sink, options)
    account_for_others(assigned, sink)
    order = _order(table, assigned, options, source.name)
    staging = Staging(sink, source.size, has_ids="id" in assigned.at, place=table.place)
    for batch in table.batches(sink):
        staging.add(_rows(batch, table, assigned, order, sink, options))
    staging.finish()
    if not sink.stored:
        raise _nothing(source.name, sink)
    sink.provides = FORMAT.provides - staging.lacks()


def _choose(rows: list[table_rows.Row], file: str, options: Options) -> tables.Header:
    header = _header(rows, options)
    if header is None:
        wrong = misnamed(tables.header_rows(rows), ALIASES, options, file)
        needs = UnreadableExport("column_missing", f"{file}: {NEEDS}")
        raise wrong or (needs if rows else tables.no_rows(file))
    return header


def _assigned(table: tables.Table, source: "Source", sink: Sink, options: Options) -> Assigned:
    """Return the columns; in a table of numbers without header the first two beside the time are sender and recipient."""
    names = table.header.names
    assigned = assign(names, ALIASES, options, file=source.name)
    if enough(set(assigned.at)):
        return assigned
    time = _time_column(table_rows.preview(source)) or 0
    others = [at for at in range(len(names)) if at != time]
    sink.warn("columns_assumed")
    return Assigned({"time": time, "sender": others[0], "recipient": others[1]}, tuple(names))


def _order(
    table: tables.Table, assigned: Assigned, options: Options, file: str
) -> dates.Order | None:
    """Return the order of day and month, proved by a number above 12 or by the times going forward in one reading only.

    Raises UnreadableExport(dates_ambiguous) where neither proves it.
    """
    said = dates.ORDERS.get(options.columns.get("dates", "").casefold())
    column = f"c{assigned.at['time']}"
    day = month = written = False
    forward: dict[dates.Order, bool] = {"dmy": True, "mdy": True}
    last: dict[dates.Order, datetime | None] = {"dmy": None, "mdy": None}
    if said:
        return said
    for batch in table.batches():
        text = batch.get_column(column)
        proof = dates.prove(text)
        if not proof.written:
            if not written:
                return None
            continue
        written, day, month = True, day or proof.day_first, month or proof.month_first
        for order, holds in list(forward.items()):
            at = dates.instants(text, order).get_column("at").drop_nulls()
            if at.len():
                follows = last[order] is None or at[0] >= last[order]
                forward[order] = holds and follows and at.is_sorted()
                last[order] = at[-1]
    if day != month:
        return "dmy" if day else "mdy"
    one_way = [order for order, holds in forward.items() if holds]
    if not day and len(one_way) == 1:
        return one_way[0]
    raise UnreadableExport(
        "dates_ambiguous",
        f"{file}: the times can be read as day/month or month/day and nothing in the file tells which. Say it with "
        "--map dates=dd/mm or --map dates=mm/dd, or export the times in ISO form (2026-01-31 09:00:00).",
    )


def _rows(
    batch: pl.DataFrame,
    table: tables.Table,
    assigned: Assigned,
    order: dates.Order | None,
    sink: Sink,
    options: Options,
) -> pl.DataFrame:
    """Return the checked rows of a batch.

    Columns: line, row (hash of the whole row as exported), at, timed, sender, recipients (list), action, id,
    thread, reply_to, seconds, tool.
    """
    fields = {field: pl.col(f"c{at}") for field, at in assigned.at.items()}
    none = pl.lit(None, pl.String)
    times = dates.instants(batch.get_column(f"c{assigned.at['time']}"), order)
    if zones.SAID in options.columns:  # else UTC: most logs are written by servers
        at = pl.col("at")
        times = times.with_columns(
            at=pl.when("zoned").then(at).otherwise(zones.to_utc(at, options))
        )
    elif not times.get_column("zoned").all():
        sink.warnings["time_floating"] = 1  # once a file, not once a batch
    rows = batch.select(
        "line",
        row=pl.struct(pl.exclude("line")).hash(seed=0),
        sender=_account(fields["sender"], is_bare=_is_bare(batch, assigned, "sender")),
        recipients=_accounts(fields["recipient"], is_bare=_is_bare(batch, assigned, "recipient")),
        action=_action(fields.get("kind")),
        id=fields.get("id", none),
        thread=fields.get("thread", none),
        reply_to=fields.get("reply_to", none),
        tool=pl.lit(options.tool) if options.tool else fields.get("tool", none).str.to_lowercase(),
        **_seconds(fields),
    ).hstack(times.select("at", "timed", "problem"))
    rows = rows.with_columns(tool=pl.coalesce("tool", _tool("kind" in assigned.at)))
    return _checked(rows, table.place, sink)


def _is_bare(batch: pl.DataFrame, assigned: Assigned, field: str) -> bool:
    """Say whether no cell of a column holds several accounts or a name beside the address: most logs, read faster."""
    return not batch.get_column(f"c{assigned.at[field]}").str.contains(r"[;,<>\"'()\s]").any()


def _accounts(cell: pl.Expr, *, is_bare: bool) -> pl.Expr:
    """Return the accounts of a cell, without repeats: its addresses, else what ; separates, else what , does."""
    if is_bare:
        account = _account(cell, is_bare=True)
        return (
            pl.when(account.is_null())
            .then(pl.lit([], pl.List(pl.String)))
            .otherwise(pl.concat_list(account))
        )
    addresses = cell.str.extract_all(ADDRESS)
    separator = (
        pl.when(cell.str.contains(";", literal=True)).then(pl.lit(";")).otherwise(pl.lit(","))
    )
    names = pl.when(addresses.list.len() > 0).then(addresses).otherwise(cell.str.split(separator))
    accounts = names.list.eval(_account(pl.element().str.strip_chars(), is_bare=False).drop_nulls())
    return accounts.list.unique(maintain_order=True).fill_null([])


def _account(cell: pl.Expr, *, is_bare: bool) -> pl.Expr:
    """Return the account of a cell: an address is casefolded and taken out of "Name <address>"; "" is nobody."""
    if is_bare:
        is_address = cell.str.contains("@", literal=True)
        account = pl.when(is_address).then(cell.str.to_lowercase()).otherwise(cell)
    else:
        account = pl.coalesce(cell.str.extract(f"({ADDRESS})").str.to_lowercase(), cell)
    return pl.when(~account.str.to_lowercase().is_in(dates.EMPTY)).then(account)


def _action(kind: pl.Expr | None) -> pl.Expr:
    if kind is None:
        return pl.lit("email")
    words = kind.str.to_lowercase().str.replace_all(r"[\s_-]+", " ")
    return words.replace_strict(KINDS, default=None).fill_null(
        pl.when(kind.is_null()).then(pl.lit("email"))
    )


def _tool(has_kind: bool) -> pl.Expr:
    if not has_kind:
        return pl.lit(DEFAULT_TOOL)
    return (
        pl.when(pl.col("action").is_in(MAIL_LIKE))
        .then(pl.lit(DEFAULT_TOOL))
        .otherwise(pl.lit("log"))
    )


def _seconds(fields: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    """Return seconds and bad_number; a clock time counts whatever the header says, a bare number needs a unit."""
    for field, factor in (("seconds", 1), ("minutes", 60), ("duration", None)):
        if field not in fields:
            continue
        cell = fields[field]
        clock = cell.str.extract_groups(CLOCK)
        hours, minutes, seconds = (clock.struct.field(str(i)).cast(pl.Int64) for i in (1, 2, 3))
        spelt = hours.fill_null(0) * 3600 + minutes * 60 + seconds
        number = cell.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        counted = (
            (number * factor).round().cast(pl.Int64, strict=False)
            if factor
            else pl.lit(None, pl.Int64)
        )
        value = pl.coalesce(spelt, counted)
        return {"seconds": value, "no_unit": pl.lit(factor is None) & number.is_not_null(),
                "bad_number": cell.is_not_null() & number.is_null() & spelt.is_null()}  # fmt: skip
    return {
        "seconds": pl.lit(None, pl.Int64),
        "no_unit": pl.lit(False),
        "bad_number": pl.lit(False),
    }


def _checked(rows: pl.DataFrame, place: str, sink: Sink) -> pl.DataFrame:
    """Set apart, each row by the first thing that is wrong with it."""
    at = pl.col("at")
    limit = datetime.now(UTC).replace(tzinfo=None) + CLOCK_ERROR
    meets = pl.col("action").is_in(["meeting", "call"])
    addressed = pl.col("action").is_in(["email", "meeting", "call"])
    first = pl.coalesce(
        _code(at.is_null(), "timestamp_invalid"),
        _code((at < FIRST_INSTANT) | (at > limit), "timestamp_out_of_range"),
        _code(pl.col("sender").is_null(), "author_missing"),
        _code((pl.col("recipients").list.len() == 0) & addressed, "recipient_missing"),
        _code(pl.col("alone") & ~meets, "self_sent"),
        _code(pl.col("action").is_null(), "kind_unknown"),
        _code(pl.col("bad_number"), "number_invalid"),
        _code(pl.col("seconds") < 0, "interval_negative"),
    )
    others = pl.col("recipients").list.set_difference(pl.concat_list("sender")).list.len()
    rows = rows.with_columns(alone=(pl.col("recipients").list.len() > 0) & (others == 0))
    rows = rows.with_columns(code=first)
    for (code,), part in rows.filter(pl.col("code").is_not_null()).group_by("code"):
        sink.reject_many([f"{place} {line}" for line in part.get_column("line")], str(code))
    rows = rows.filter(pl.col("code").is_null())
    _note(rows, pl.col("no_unit"), "duration_unit_unknown", sink)
    _note(rows, pl.col("seconds") > LONGEST_USUAL, "duration_suspicious", sink)
    _note(rows, ~pl.col("timed"), "times_missing", sink)
    return rows.drop("code", "problem", "no_unit", "bad_number", "alone").with_columns(
        seconds=pl.when(meets).then("seconds")
    )


def _code(wrong: pl.Expr, code: str) -> pl.Expr:
    return pl.when(wrong.fill_null(False)).then(pl.lit(code))


def _note(rows: pl.DataFrame, which: pl.Expr, code: str, sink: Sink) -> None:
    times = rows.select(which.sum()).item()
    if times:
        sink.warn(code, times)


def _nothing(file: str, sink: Sink) -> UnreadableExport:
    """Return why not a single row could be kept."""
    if not sink.rejected:
        return tables.no_rows(file)
    code, times = sink.rejected.most_common(1)[0]
    return UnreadableExport(
        code,
        f"{file}: none of the {sum(sink.rejected.values()):,} rows can be used; for {times:,} the reason is {code}. "
        "Check which columns hold time, sender and recipient, and name them with --map.",
    )
