"""The log of Google Meet: from the admin console as CSV (Reporting, Audit and investigation, Meet log events).

One row is one device leaving; rows of one conference make one meeting, in which rejoins and second devices are one
attendance. Meeting codes are passed over but for telling conferences apart. What was said nobody logs.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import told
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import Aliases
from analytics.readers.meetings import attendance
from analytics.readers.meetings.attendance import Held, Stay

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="google_meet_log",
    title="Google Meet log (CSV)",
    tool="google_meet",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="the log of the admin console, in English and Italian.",
    is_seen=False,
)
ALIASES: Aliases = {
    "time": ("date", "data", "end date"),
    "code": ("meeting code", "codice riunione"),
    "conference": ("conference id", "id conferenza"),
    "person": ("participant identifier", "identificatore partecipante", "actor"),
    "name": ("participant name", "actor name", "nome partecipante", "actor display name"),
    "organiser": ("organizer email", "organiser email", "email organizzatore"),
    "seconds": ("duration seconds", "duration", "call duration", "durata", "durata secondi"),
    "event": ("event", "event name", "evento"),
    "external": ("participant outside organisation", "participant outside organization"),
}
NEEDED = {"time", "person", "seconds"}
ENDED = r"(?i)(endpoint left|call[ _]ended|left|uscit|terminat)"
FITS = told.names(
    ALIASES, lambda fields: fields >= NEEDED and bool(fields & {"conference", "code"})
)


def identify(source: "Source") -> bool:
    """Say whether a first row names conference, participant and duration."""
    return told.has_header(source, FITS)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over meetings and who was in them; raises UnreadableExport when the table has no rows."""
    rows, _ = told.read_fields(source, sink, FITS, ALIASES)
    rows = _of_leaving(rows, sink)
    ends = attendance.instants(rows["time"].to_list(), options, sink)
    acts = Acts(sink, options.tool or "google_meet")
    meetings: dict[str, Held] = {}
    for row, end in zip(rows.iter_rows(named=True), ends, strict=True):
        stay = _stay(row, end, acts, sink)
        if stay is None:
            continue
        # a code is that of a series: without the id of the conference, the day tells its meetings apart
        key = row["conference"] or f"{row['code']}@{(stay.join or 0) // (86_400 * 1_000_000)}"
        organiser = attendance.account(acts, "", row["organiser"] or "")
        meetings.setdefault(key, Held(key, organiser)).stays.append(stay)
    attendance.hand_over(list(meetings.values()), acts, sink)


def _of_leaving(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Return the rows of somebody leaving; other events of the log are no attendance."""
    kept = rows.filter(pl.col("event").is_null() | pl.col("event").str.contains(ENDED))
    if passed := rows.height - kept.height:
        sink.non_records += passed
        sink.warn("event_not_counted", passed)
    return kept


def _stay(row: dict[str, str], end: int | None, acts: Acts, sink: Sink) -> Stay | None:
    person = row["person"] or ""
    is_guest = (row["external"] or "").casefold() in ("true", "yes", "1")
    account = attendance.account(acts, row["name"] or person, person, is_guest=is_guest)
    seconds = (row["seconds"] or "").replace(",", "")
    if account is None or end is None or not seconds.isdecimal():
        code = (
            "author_missing"
            if account is None
            else "timestamp_invalid"
            if end is None
            else "number_invalid"
        )
        sink.reject(f"line {row['line']}", code)
        return None
    return Stay(int(row["line"]), account, end - int(seconds) * 1_000_000, end)
