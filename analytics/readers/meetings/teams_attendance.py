"""Attendance of Microsoft Teams meetings: the report in three sections, and the lists of 2020 and 2021.

The organiser downloads it from the meeting (Attendance, Download). It tells who really came, in any language; rejoins
are brought together. Times carry no zone: that of the company is taken. Reactions, cameras and hands are passed over.
"""

import re
from typing import TYPE_CHECKING

from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import plain
from analytics.readers.meetings import attendance
from analytics.readers.meetings.attendance import Held, Lines, Stay

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="teams_attendance",
    title="Teams attendance report (CSV)",
    tool="teams",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="the report in three sections since 2022, the list with a summary of 2021, the list of joins and leaves of 2020; any language; UTF-16 or UTF-8.",
)
SECTION = re.compile(r"([1-9])\. \S")
LIST_2020 = (
    ("full name", "user action", "timestamp"),
    ("vollstandiger name", "benutzeraktion", "zeitstempel"),
    ("nome completo", "azione utente", "timestamp"),
    ("nom complet", "action de l utilisateur", "horodatage"),
)
PEOPLE_2021 = ("full name", "join time", "leave time")
LEFT = re.compile(r"(?i)left|verlassen|uscit|abbandon|quitt|parti|sali|saiu|opuści")
ORGANISER = re.compile(r"(?i)^organi[sz]|^veranstalt|^besprechungsorgan")
DATE = re.compile(r"\d[\d./-]{4,9}\d,? +\d{1,2}[:.]\d\d")


def identify(source: "Source") -> bool:
    """Say whether the lines begin as one of the generations of reports does."""
    return _generation(attendance.first_lines(source)) is not None


def _generation(lines: Lines) -> int | None:
    if not lines:
        return None
    first = lines[0][1]
    if _columns_2020(first):
        return 2020
    sections = [
        match[1] for _, cells in lines if (match := SECTION.match(cells[0])) and not any(cells[1:])
    ]
    if SECTION.match(first[0]) and sections[:2] in (["1", "2"], ["2"], ["2", "3"]):
        return 2022
    if any(tuple(plain(cell) for cell in cells[:3]) == PEOPLE_2021 for _, cells in lines[:20]):
        return 2021
    return None


def _columns_2020(header: list[str]) -> list[int] | None:
    """Return where who, what and when stand in the list of 2020; null where this is not its header."""
    spelt = [plain(cell) for cell in header]
    found = next((names for names in LIST_2020 if set(names) <= set(spelt)), None)
    return [spelt.index(name) for name in found] if found else None


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over the meeting and who came; raises UnreadableExport when nobody did."""
    lines = attendance.lines(source)
    acts = Acts(sink, options.tool or "teams")
    generation = _generation(lines)
    if generation == 2020:  # noqa: PLR2004 - a year
        held = _list(lines, acts, sink, options)
    else:
        held = _report(lines, acts, sink, options, is_2021=generation == 2021)  # noqa: PLR2004
    if not held.stays:
        raise UnreadableExport(
            "no_rows",
            f"{source.name}: nobody is listed. Download the report after the meeting has ended.",
        )
    sink.warn("id_derived")
    attendance.hand_over([held], acts, sink)


def _list(lines: Lines, acts: Acts, sink: Sink, options: Options) -> Held:
    """Read the joins and leaves of 2020, several of each; a stay that has no end lasts to the last line of the list."""
    columns = _columns_2020(lines[0][1]) or [0, 1, 2]
    wide = [(line, [*cells, *[""] * max(columns), ""]) for line, cells in lines[1:]]
    rows = [(line, [cells[at] for at in columns]) for line, cells in wide]
    times = attendance.instants([cells[2] for _, cells in rows], options, sink)
    last = max((at for at in times if at is not None), default=None)
    open_: dict[str, Stay] = {}
    stays = []
    for (line, (name, action, _)), at in zip(rows, times, strict=True):
        account = attendance.account(acts, name)
        if account is None or at is None:
            sink.reject(
                f"line {line}", "author_missing" if account is None else "timestamp_invalid"
            )
            continue
        is_left = bool(LEFT.search(action))
        stay = Stay(line, account, None if is_left else at, at if is_left else None)
        if is_left and account in open_:
            joined = open_.pop(account)
            joined.leave = stay.leave
            stay.join = joined.join
        elif not is_left:
            open_[account] = stay
        stays.append(stay)
    for stay in open_.values():
        stay.leave = last
    start = min((stay.join for stay in stays if stay.join is not None), default=None)
    first = stays[0].account if stays else ""
    return Held(attendance.hashed("teams", start, first), None, start, last, stays)


def _report(lines: Lines, acts: Acts, sink: Sink, options: Options, *, is_2021: bool) -> Held:
    """Read the sections by number and their columns by place, for both are called differently in every language."""
    summary, people, activities = _sections(lines, is_2021=is_2021)
    wide = [(line, [*cells, *[""] * 7][:7]) for line, cells in people]
    title = summary[0][1] if summary and len(summary[0]) > 1 else ""
    at = [cell for cells in summary for cell in cells[1:2] if DATE.search(cell)][:2]
    # section 3 tells every rejoin; where it is missing, section 2 tells the first join and the last leave
    told = activities or people
    intervals = [(line, [*cells, *[""] * 7][:7]) for line, cells in told]
    texts = [text for _, cells in intervals for text in (cells[1], cells[2])]
    times = attendance.instants([*at, *texts], options, sink)
    start, end = (*times[: len(at)], None, None)[:2]
    joins = times[len(at) :]
    organiser, by_name = None, {}
    for _, cells in wide:
        name, _, _, _, email, upn, role = cells
        if is_2021:
            upn, role = role, upn  # the id comes last
        account = attendance.account(acts, name, email or upn)
        by_name[name] = account
        if organiser is None and account and ORGANISER.match(role):
            organiser = account
    stays = []
    for number, (line, cells) in enumerate(intervals):
        account = (
            attendance.account(acts, cells[0], cells[4]) if cells[4] else by_name.get(cells[0])
        )
        account = account or attendance.account(acts, cells[0])
        join, leave = joins[2 * number], joins[2 * number + 1]
        if account is None or join is None:
            sink.reject(
                f"line {line}", "author_missing" if account is None else "timestamp_invalid"
            )
        else:
            stays.append(Stay(line, account, join, leave))
    first = min((stay.join for stay in stays if stay.join is not None), default=None)
    return Held(attendance.hashed("teams", title, start or first), organiser, start, end, stays)


def _sections(lines: Lines, *, is_2021: bool) -> tuple[list[list[str]], Lines, Lines]:
    """Return the cells of the summary, the people and the activities, each without its title and header."""
    found: dict[str, Lines] = {"1": [], "2": [], "3": []}
    now = "1"
    for line, cells in lines:
        match = SECTION.match(cells[0])
        if match and not any(cells[1:]):
            now = match[1]
        elif is_2021 and tuple(plain(cell) for cell in cells[:3]) == PEOPLE_2021:
            now = "2"
            found["2"].append((line, cells))
        elif now in found:
            found[now].append((line, cells))
    return [cells for _, cells in found["1"]], found["2"][1:], found["3"][1:]
