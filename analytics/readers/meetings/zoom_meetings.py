"""Zoom: the participants of a meeting, or the list of meetings with their participants, as CSV.

From Reports, Usage (or the dashboard). Read are the blocks of one meeting and the flat lists of many, of all years;
rejoins and second devices make one attendance, who only waited in the waiting room did not attend. Times carry no
zone: that of the company is taken. Topics are passed over.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import plain
from analytics.readers.meetings import attendance
from analytics.readers.meetings.attendance import Held, Lines, Stay

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="zoom_meetings",
    title="Zoom meetings and participants (CSV)",
    tool="zoom",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="one meeting with unique users or all sessions (2020 on), flat lists of meetings (2025, dashboard); English and Italian seen, German, French and Spanish expected.",
)
NAME = re.compile(r"^(user )?(name|nome|nom|nombre) .{0,6}(orig|urspr)")
MEETING = {
    "id": ("meeting id", "id", "id riunione", "webinar id", "meeting nummer"),
    "start": (
        "start time",
        "actual start time",
        "ora di inizio",
        "startzeit",
        "heure de debut",
        "hora de inicio",
    ),
    "end": (
        "end time",
        "ora di fine",
        "endzeit",
        "endezeit",
        "heure de fin",
        "hora de finalizacion",
    ),
    "email": ("host email", "e mail organizzatore", "user email", "email"),
    "host": ("host name", "host", "nome organizzatore", "organizzatore", "user name"),
}
PEOPLE = {
    "email": ("user email", "email", "e mail", "correo electronico", "adresse e mail"),
    "join": ("join time", "ora di ingresso", "beitrittszeit", "beitritt um", "heure d arrivee", "hora de ingreso"),
    "leave": ("leave time", "ora di uscita", "austrittszeit", "verlassen um", "heure de depart", "hora de salida"),
    "guest": ("guest", "ospite", "is guest", "gast", "invite", "invitado"),
    "waiting": ("in waiting room", "in sala d attesa", "im warteraum", "en salle d attente", "en sala de espera"),
}  # fmt: skip
YES = ("yes", "sì", "si", "ja", "oui", "sí", "true")
ABSENT = ("", "--", "-")


@dataclass(frozen=True)
class _Layout:
    """Where things stand: the header of the participants, the columns of people and of the meeting (flat lists)."""

    row: int  # among the lines
    name: int
    people: dict[str, int]
    meeting: dict[str, int]

    @property
    def is_flat(self) -> bool:
        return "start" in self.meeting


def identify(source: "Source") -> bool:
    """Say whether some first line names the original names of participants."""
    return _layout(attendance.first_lines(source)) is not None


def _layout(lines: Lines) -> _Layout | None:
    for row, (_, cells) in enumerate(lines[:60]):
        spelt = [plain(cell) for cell in cells]
        name = next((at for at, cell in enumerate(spelt) if NAME.match(cell)), None)
        if name is not None:
            return _Layout(
                row, name, _columns(spelt, PEOPLE, name), _columns(spelt[:name], MEETING)
            )
    return None


def _columns(
    spelt: list[str], aliases: dict[str, tuple[str, ...]], after: int = -1
) -> dict[str, int]:
    """Return the place of each field among the cells after a place; the meeting's own come before."""
    found = {}
    for field, wanted in aliases.items():
        places = [
            at for word in wanted for at, cell in enumerate(spelt) if cell == word and at > after
        ]
        if places:
            found[field] = places[0]
    return found


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over meetings and who came; raises UnreadableExport for a list without meetings."""
    lines = attendance.lines(source)
    layout = _layout(lines)
    if layout is None:
        raise UnreadableExport(
            "no_rows", f"{source.name}: it names no participants. Export the meetings with them."
        )
    acts = Acts(sink, options.tool or "zoom")
    rows = _rows(lines, layout, sink)
    meetings = _flat(rows, layout, acts, sink, options) if layout.is_flat else _block(lines, rows, layout, acts, sink, options)  # fmt: skip
    if not any(held.stays for held in meetings) and not sink.rejected:
        raise UnreadableExport(
            "no_rows", f"{source.name}: nobody took part in the meeting. Export another."
        )
    attendance.hand_over(meetings, acts, sink)


def _rows(lines: Lines, layout: _Layout, sink: Sink) -> Lines:
    """Return the lines of people who came; the absent and those who only waited are counted apart."""
    width = 1 + max([layout.name, *layout.people.values(), *layout.meeting.values()])
    rows = []
    header = lines[layout.row][1]
    for line, cells in lines[layout.row + 1 :]:
        wide = [*cells, *[""] * width]
        waits = "waiting" in layout.people and wide[layout.people["waiting"]].casefold() in YES
        is_absent = "join" in layout.people and wide[layout.people["join"]] in ("--", "-")
        if cells == header:
            continue
        if waits or is_absent:
            sink.non_records += 1
            sink.warn("event_not_counted")
        else:
            rows.append((line, wide))
    return rows


def _stays(
    rows: Lines, layout: _Layout, acts: Acts, sink: Sink, options: Options
) -> list[Stay | None]:
    """Return each line as a stay, null where it was set apart."""
    at = layout.people
    has_times = {"join", "leave"} <= at.keys()
    texts = [wide[at[name]] for _, wide in rows for name in ("join", "leave")] if has_times else []
    times = attendance.instants(texts, options, sink)
    stays: list[Stay | None] = []
    for number, (line, wide) in enumerate(rows):
        name = _plain_name(wide[layout.name])
        email = wide[at["email"]] if "email" in at else ""
        is_guest = "guest" in at and wide[at["guest"]].casefold() in YES
        account = attendance.account(acts, name, email, is_guest=is_guest)
        join, leave = (times[2 * number], times[2 * number + 1]) if has_times else (None, None)
        if account is None or (has_times and join is None):
            sink.reject(
                f"line {line}", "author_missing" if account is None else "timestamp_invalid"
            )
            stays.append(None)
        else:
            stays.append(Stay(line, account, join, leave))
    return stays


def _plain_name(name: str) -> str:
    """Return a name without (Host), #, and with the original one where somebody was renamed: `New (Old)`."""
    clean = re.sub(r"(?i)\s*\((host|co-host|organizzatore)[^()]*\)", "", name.lstrip("#").strip())
    renamed = re.fullmatch(r"[^()]+\(([^()]+)\)", clean)
    is_guest = attendance.GUEST.search(clean)
    return renamed[1].strip() if renamed and not is_guest else clean


def _block(
    lines: Lines, rows: Lines, layout: _Layout, acts: Acts, sink: Sink, options: Options
) -> list[Held]:
    """One meeting: its own two lines above (some files lack them), then the people."""
    above = [cells for _, cells in lines[: layout.row]]
    at, values = _meeting_above(above)
    start, end = _span(at, values, options, sink)
    stays = [stay for stay in _stays(rows, layout, acts, sink, options) if stay]
    first = min((stay.join for stay in stays if stay.join is not None), default=None)
    number = values[at["id"]].replace(" ", "") if "id" in at else ""
    if not number:
        sink.warn("id_derived")
    key = (
        f"{number}@{start}"
        if number and start
        else attendance.hashed("zoom", number, start or first)
    )
    return [Held(key, _host(at, values, acts, _by_name(rows, layout)), start, end, stays)]


def _meeting_above(above: list[list[str]]) -> tuple[dict[str, int], list[str]]:
    for number, cells in enumerate(above[:-1]):
        at = _columns([plain(cell) for cell in cells], MEETING)
        if "start" in at:
            return at, [*above[number + 1], *[""] * len(cells)]
    return {}, []


def _span(
    at: dict[str, int], values: list[str], options: Options, sink: Sink
) -> tuple[int | None, int | None]:
    texts = [values[at[name]] if name in at else "" for name in ("start", "end")]
    start, end = attendance.instants(texts, options, sink)
    return start, end


def _by_name(rows: Lines, layout: _Layout) -> dict[str, str]:
    """Return the addresses of the people by name: the host stands in some lists by name only."""
    if "email" not in layout.people:
        return {}
    at = layout.people["email"]
    return {_plain_name(wide[layout.name]): wide[at] for _, wide in rows if "@" in wide[at]}


def _host(
    at: dict[str, int], values: list[str], acts: Acts, addresses: dict[str, str]
) -> str | None:
    name, email = (values[at[field]] if field in at else "" for field in ("host", "email"))
    return attendance.account(acts, name, email or addresses.get(name, ""))


def _flat(rows: Lines, layout: _Layout, acts: Acts, sink: Sink, options: Options) -> list[Held]:
    """Many meetings, each line one of its people; the id is that of the series, so the start tells them apart."""
    at = layout.meeting
    texts = [wide[at[name]] if name in at else "" for _, wide in rows for name in ("start", "end")]
    times = attendance.instants(texts, options, sink)
    meetings: dict[str, Held] = {}
    addresses = _by_name(rows, layout)
    stays = _stays(rows, layout, acts, sink, options)
    for number, ((_, wide), stay) in enumerate(zip(rows, stays, strict=True)):
        if stay is None:
            continue
        start, end = times[2 * number], times[2 * number + 1]
        key = f"{wide[at['id']].replace(' ', '') if 'id' in at else ''}@{start}"
        held = meetings.get(key) or meetings.setdefault(
            key, Held(key, _host(at, wide, acts, addresses), start, end)
        )
        held.stays.append(stay)
    return list(meetings.values())
