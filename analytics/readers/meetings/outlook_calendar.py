"""The calendar of one person, saved from classic Outlook as CSV (File, Open & Export, Export to a file).

Series stand in it day by day. People stand in it by name, not by address. Whole days, free time, absences and what
nobody is invited to are no meetings; subjects, places and notes are passed over. Times carry no zone: that of the
company is taken, and they are as planned.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import told
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import Aliases
from analytics.readers.meetings import attendance

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="outlook_calendar",
    title="Outlook calendar (CSV)",
    tool="calendar",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="22 columns of classic Outlook; English seen, Italian, German and French expected.",
    is_seen=False,
)
ALIASES: Aliases = {
    "subject": ("subject", "oggetto", "betreff", "objet"),
    "start_day": ("start date", "data inizio", "beginnt am", "debut"),
    "start_time": ("start time", "ora inizio", "beginnt um", "heure de debut", "debut a"),
    "end_day": ("end date", "data fine", "endet am", "fin"),
    "end_time": ("end time", "ora fine", "endet um", "heure de fin", "fin a"),
    "whole_day": ("all day event", "giornata intera", "ganztagiges ereignis", "journee entiere"),
    "organiser": ("meeting organizer", "organizzatore riunione", "organizzatore", "besprechungsplanung", "besprechungsorganisator", "organisateur de la reunion"),
    "required": ("required attendees", "partecipanti necessari", "partecipanti obbligatori", "erforderliche teilnehmer", "participants obligatoires"),
    "optional": ("optional attendees", "partecipanti facoltativi", "optionale teilnehmer", "participants facultatifs"),
    "show": ("show time as", "mostra ora come", "mostra come", "zeitspanne zeigen als", "montrer l heure comme"),
}  # fmt: skip
NEEDED = {"subject", "start_day", "start_time", "end_day", "end_time", "organiser"}
YES = ("true", "vero", "wahr", "vrai", "1", "yes")
AWAY = ("3", "4", "free", "out of office")  # no time of work
LONGEST = 24 * 3600
FITS = told.names(ALIASES, lambda fields: fields >= NEEDED)


def identify(source: "Source") -> bool:
    """Say whether a first row names subject, start, end and organiser as Outlook does."""
    return told.has_header(source, FITS)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over the meetings; raises UnreadableExport when the table has no rows."""
    rows, _ = told.read_fields(source, sink, FITS, ALIASES, frozenset({"subject"}))
    acts = Acts(sink, options.tool or "calendar")
    rows = _timed(rows, options, sink)
    sink.warn("id_derived")
    for row in rows.iter_rows(named=True):
        _take(row, acts, sink)
    acts.finish()


def _timed(rows: pl.DataFrame, options: Options, sink: Sink) -> pl.DataFrame:
    """Return the rows with start and end (UTC microseconds) and is_free, whether no meeting can be meant."""
    texts = [
        *rows.select(
            pl.concat_str("start_day", "start_time", separator=" ", ignore_nulls=True)
        ).to_series(),
        *rows.select(
            pl.concat_str("end_day", "end_time", separator=" ", ignore_nulls=True)
        ).to_series(),
    ]
    times = attendance.instants(texts, options, sink)
    return rows.with_columns(
        start=pl.Series(times[: rows.height], dtype=pl.Int64),
        end=pl.Series(times[rows.height :], dtype=pl.Int64),
        is_free=pl.col("whole_day").str.to_lowercase().is_in(YES).fill_null(False)
        | pl.col("show").str.to_lowercase().is_in(AWAY).fill_null(False),
    )


def _take(row: dict[str, object], acts: Acts, sink: Sink) -> None:
    place = f"line {row['line']}"
    names = [
        name.strip()
        for field in ("required", "optional")
        for name in str(row[field] or "").split(";")
    ]
    people = [account for name in names if (account := attendance.account(acts, name)) is not None]
    organiser = attendance.account(acts, str(row["organiser"] or ""))
    others = [person for person in dict.fromkeys(people) if person != organiser]
    if row["is_free"] or not others:
        sink.non_records += 1
        sink.warn("event_not_counted")
        return
    start, end = row["start"], row["end"]
    if not isinstance(start, int) or not isinstance(end, int):
        sink.reject(place, "timestamp_invalid")
        return
    seconds: int | None = (end - start) // 1_000_000
    if seconds is not None and seconds < 0:
        sink.reject(place, "interval_negative")
        return
    if seconds is not None and seconds > LONGEST:
        sink.warn("duration_suspicious")
        seconds = None
    if len(others) >= attendance.MASS_FROM:
        sink.warn("mass_meeting_flagged")
    key = attendance.hashed("outlook", organiser, start, end)
    acts.add(
        Act(
            place=place,
            key=key,
            us=start,
            actor=organiser,
            action="meeting",
            attendees=others,
            seconds=seconds or None,
        )
    )
