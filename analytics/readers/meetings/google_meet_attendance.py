"""Who came to one Google Meet meeting: the attendance report that its organiser gets as a sheet, saved as CSV.

Times of the day stand in it, the day only where the lines of the meeting come first, or in the file's name; else it is
said by hand. Times carry no zone: that of the company is taken. The title is part of a hash alone.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import plain
from analytics.readers.meetings import attendance
from analytics.readers.meetings.attendance import Held, Lines, Stay
from analytics.readers.usage import counts

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="google_meet_attendance",
    title="Google Meet attendance report (CSV)",
    tool="google_meet",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="with one column for the name or two, with or without the lines of the meeting above; English, Italian, German and French expected.",
    is_seen=False,
)
PEOPLE = {
    "join": ("time joined", "ora di ingresso", "ora di accesso", "beitrittszeit", "heure d arrivee"),
    "leave": ("time exited", "ora di uscita", "austrittszeit", "heure de depart"),
    "email": ("email", "e mail", "indirizzo email", "adresse e mail"),
    "name": ("name", "nome e cognome", "first name", "nome", "vorname", "prenom", "nom"),
    "last": ("last name", "cognome", "nachname", "nom de famille"),
    "seconds": ("duration", "durata", "dauer", "duree"),
}  # fmt: skip
MEETING = {
    "title": ("meeting title", "titolo della riunione", "titel der besprechung", "titre de la reunion"),
    "day": ("date", "data", "datum"),
    "start": ("start time", "ora di inizio", "startzeit", "heure de debut"),
}  # fmt: skip
NEEDED = {"join", "leave", "email", "name", "seconds"}
DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
DAY_US = timedelta(days=1) // timedelta(microseconds=1)


@dataclass(frozen=True)
class _Table:
    """The header's place among the lines, its columns, and what the lines above say of the meeting."""

    row: int
    at: dict[str, int]
    meeting: dict[str, str]


def identify(source: "Source") -> bool:
    """Say whether some first line names who joined and exited when, with a duration."""
    return _table(attendance.first_lines(source)) is not None


def _table(lines: Lines) -> _Table | None:
    meeting: dict[str, str] = {}
    for row, (_, cells) in enumerate(lines[:20]):
        at = _columns(cells, PEOPLE)
        if at.keys() >= NEEDED:
            return _Table(row, at, meeting)
        above = _columns(cells, MEETING)
        if "day" in above and row + 1 < len(lines):
            values = [*lines[row + 1][1], *[""] * len(cells)]
            meeting = {field: values[place] for field, place in above.items()}
    return None


def _columns(cells: list[str], wanted: dict[str, tuple[str, ...]]) -> dict[str, int]:
    spelt = [plain(cell) for cell in cells]
    found = {
        field: next((spelt.index(name) for name in names if name in spelt), None)
        for field, names in wanted.items()
    }
    return {field: place for field, place in found.items() if place is not None}


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over the meeting and who came; raises UnreadableExport where nothing tells its day, or nobody came."""
    lines = attendance.lines(source)
    table = _table(lines)
    people = lines[table.row + 1 :] if table else []
    if table is None or not people:
        raise UnreadableExport("no_rows", f"{source.name}: nobody is listed. Download it again.")
    day = _day(table, source.name, options)
    acts = Acts(sink, options.tool or "google_meet")
    stays = _stays(people, table, day, acts, sink, options)
    sink.warn("id_derived")
    start = min((stay.join for stay in stays if stay.join is not None), default=None)
    key = attendance.hashed("google_meet", table.meeting.get("title", ""), day, start)
    attendance.hand_over([Held(key, None, start, None, stays)] if stays else [], acts, sink)


def _day(table: _Table, file: str, options: Options) -> str:
    """Return the day of the meeting as it is written somewhere."""
    if window := counts.said_window(options):
        return window[0].isoformat()
    if told := table.meeting.get("day"):
        return told
    if found := DAY.search(file):
        return found[0]
    raise UnreadableExport(
        "day_unknown",
        f"{file}: it tells the hour at which people came, but not the day. Say it: --map window=2026-01-31/2026-01-31, or "
        "write it into the name of the file.",
    )


def _stays(
    people: Lines, table: _Table, day: str, acts: Acts, sink: Sink, options: Options
) -> list[Stay]:
    wide = [(line, [*cells, *[""] * (max(table.at.values()) + 1)]) for line, cells in people]
    at = table.at
    texts = [f"{day} {cells[at[end]]}" for _, cells in wide for end in ("join", "leave")]
    times = attendance.instants(texts, options, sink)
    stays = []
    for number, (line, cells) in enumerate(wide):
        name = " ".join(cells[at[part]] for part in ("name", "last") if part in at)
        account = attendance.account(acts, name, cells[at["email"]])
        join, leave = times[2 * number], times[2 * number + 1]
        if account is None or join is None:
            sink.reject(
                f"line {line}", "author_missing" if account is None else "timestamp_invalid"
            )
            continue
        if leave is not None and leave < join:
            leave += DAY_US  # it went on past midnight
        stays.append(Stay(line, account, join, leave))
    return stays
