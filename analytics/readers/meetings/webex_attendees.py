"""Who came to Webex meetings: the list of attendees that the site writes as CSV, one line a stay.

Rejoins and second devices make one attendance. Times are those of the site's zone: the company's is taken. Names of
meetings are part of a hash alone.
"""

import re
from typing import TYPE_CHECKING

from analytics.readers import told
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import Aliases
from analytics.readers.meetings import attendance
from analytics.readers.meetings.attendance import Held, Stay

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="webex_attendees",
    title="Webex list of attendees (CSV)",
    tool="webex",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="the attendees report of the site, UTF-16 with tabs or UTF-8, in English.",
    is_seen=False,
)
ALIASES: Aliases = {
    "meeting": ("meeting name",),
    "start": ("meeting start time",),
    "end": ("meeting end time",),
    "name": ("display name",),
    "role": ("role",),
    "email": ("attendee email",),
    "join": ("join time",),
    "leave": ("leave time",),
}
NEEDED = {"start", "name", "email", "join", "leave"}
FITS = told.names(ALIASES, lambda fields: fields >= NEEDED)
TIMES = ("start", "end", "join", "leave")
FORMULA = re.compile(r'^="(.*)"$')  # keeps a spreadsheet from guessing
HOST = re.compile(r"(?i)\bhost\b")
OTHER_HOST = re.compile(r"(?i)co-?host|alternate")


def identify(source: "Source") -> bool:
    """Say whether a first row names the meeting's start and who joined and left when."""
    return told.has_header(source, FITS)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over meetings and who was in them; raises UnreadableExport when the table has no rows."""
    rows, _ = told.read_fields(source, sink, FITS, ALIASES)
    written = [FORMULA.sub(r"\1", cell or "") for field in TIMES for cell in rows[field]]
    at = attendance.instants(written, options, sink)
    times = zip(
        *(at[n * rows.height : (n + 1) * rows.height] for n in range(len(TIMES))), strict=True
    )
    acts = Acts(sink, options.tool or "webex")
    meetings: dict[str, Held] = {}
    for row, (start, end, join, leave) in zip(rows.iter_rows(named=True), times, strict=True):
        account = attendance.account(acts, row["name"] or "", row["email"] or "")
        if account is None or join is None:
            code = "author_missing" if account is None else "timestamp_invalid"
            sink.reject(f"line {row['line']}", code)
            continue
        key = attendance.hashed("webex", row["meeting"] or "", start)
        held = meetings.setdefault(key, Held(key, None, start, end))
        role = row["role"] or ""
        if held.organiser is None and HOST.search(role) and not OTHER_HOST.search(role):
            held.organiser = account
        held.stays.append(Stay(int(row["line"]), account, join, leave))
    sink.warn("id_derived")
    attendance.hand_over(list(meetings.values()), acts, sink)
