"""Which exports do we know and not read? Each is told from content, says why, and what to bring instead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.readers import json_head, table_rows
from analytics.readers.base import UnreadableExport
from analytics.readers.codes import NOT_READ
from analytics.readers.headers import plain
from analytics.readers.meetings import zoom_json
from analytics.readers.tickets import front_conversations

if TYPE_CHECKING:
    from analytics.readers.files import Source


@dataclass(frozen=True)
class Unread:
    """One kind of export: `why` and `instead` are sentences; `tells` says whether a file is of it and never raises."""

    id: str
    title: str
    why: str
    instead: str
    tells: Callable[["Source"], bool]


def explain(source: "Source") -> UnreadableExport | None:
    """Return the refusal of a file that is known and not read; null for others."""
    for kind in KINDS:
        if kind.tells(source):
            return UnreadableExport(
                NOT_READ,
                f"{source.name}: this is {kind.title}, which is not read. {kind.why} {kind.instead}",
            )
    return None


def _is_zoom_list(source: "Source") -> bool:
    first = zoom_json.first_meeting(source)
    return {"uuid", "start_time", "duration"} <= first.keys() and "participants" not in first


def _is_front_without_messages(source: "Source") -> bool:
    first = front_conversations.first_conversation(source)
    return bool(first) and "messages" not in first


CODE_EVENTS = (
    {"actor", "repo", "created_at", "type"},  # GitHub: what happened in a repository
    {"html_url", "user", "number", "state", "created_at"},  # issues and pull requests
    {"author_username", "action_name", "created_at"},  # GitLab
    {"iid", "project_id", "author", "web_url", "state"},
)


def _is_code(source: "Source") -> bool:
    if source.kind != "file":
        return False
    names = json_head.first_object(source).keys()
    return any(needed <= names for needed in CODE_EVENTS)


ADDRESS = frozenset({"email", "e mail", "email address", "indirizzo email", "e mail adresse"})
DURATION = frozenset({"duration", "durata", "dauer", "duree", "time in call", "length of time"})


def _is_attendance_without_times(source: "Source") -> bool:
    try:
        rows = table_rows.preview(source)
    except UnreadableExport:
        return False
    return any(_is_attendance(set(map(plain, row.cells))) for row in rows[:20])


def _is_attendance(names: set[str]) -> bool:
    of_name = {"name", "first name", "last name", "participant name", "nome", "cognome", "vorname"}
    rest = names - of_name - ADDRESS - DURATION - {""}
    return not rest and all(names & some for some in (of_name, ADDRESS, DURATION))


KINDS = (
    Unread(
        "zoom_meetings_json",
        "Zoom's list of meetings without their participants (JSON)",
        "It tells how many came to a meeting, and not who.",
        "Ask for the participants of each meeting (report/meetings/…/participants), or export the report with participants as CSV.",
        _is_zoom_list,
    ),
    Unread(
        "meet_attendance_without_times",
        "a list of who came to a meeting that has names, addresses and durations alone",
        "It does not tell when they came, so the meeting has no place in any day.",
        "Give Google's attendance report with the columns Time joined and Time exited, or the Meet log events of the admin console.",
        _is_attendance_without_times,
    ),
    Unread(
        "front_without_messages",
        "Front's list of conversations without their messages",
        "It tells that somebody wrote, and not who answered when.",
        "Export the conversations with `messages` in each (conversations/…/messages).",
        _is_front_without_messages,
    ),
    Unread(
        "code_hosting",
        "work on code out of GitHub or GitLab (JSON)",
        "Its accounts are logins that mostly tell no address, so nobody in it is found in the HR file, and the lists of what "
        "happened reach back some weeks only.",
        "Where comments and reviews are to count, give them as a table: time, sender, recipient, with addresses.",
        _is_code,
    ),
)
