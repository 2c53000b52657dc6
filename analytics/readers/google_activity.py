"""Google's audit of activities (Reports API, activities.list): pages of records, each with one or several events."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.base import Sink

if TYPE_CHECKING:
    from analytics.readers.files import Source

VALUES = ("value", "intValue", "boolValue", "multiValue")


class Activity(msgspec.Struct, gc=False):
    """One record; `events` may be one object instead of a list."""

    id: dict[str, Any] | None = None
    actor: dict[str, Any] | None = None
    events: Any = None


class Event(NamedTuple):
    """One event of a record: where it stands, what tells it apart, when, by whom (an address or null), what it says."""

    place: str
    key: str
    time: str
    actor: str | None
    name: str
    told: dict[str, Any]

    def text(self, name: str) -> str:
        """Return a parameter as text, empty where it is not told."""
        value = self.told.get(name)
        return "" if value is None else str(value).strip()


KIND = json_records.Kind(Activity, wrappers=("items",))


def is_of(source: "Source", application: str) -> bool:
    """Say whether the first record is of this application (meet, chat)."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    items = first.get("items")
    if isinstance(items, list) and items and isinstance(items[0], dict):
        first = items[0]
    about = first.get("id")
    return isinstance(about, dict) and about.get("applicationName") == application


def events(source: "Source", application: str, sink: Sink) -> Iterator[Event]:
    """Yield the events of an application, each once; what is of another, or of no time, is accounted for."""
    seen: set[str] = set()
    for place, activity in json_records.read_file(source, KIND, sink):
        about = activity.id or {}
        if about.get("applicationName") != application:
            pass_over(sink)
            continue
        listed = activity.events if isinstance(activity.events, list) else [activity.events]
        found = [event for event in listed if isinstance(event, dict)]
        if not found or not isinstance(about.get("time"), str):
            sink.reject(place, "row_incomplete")
            continue
        for number, event in enumerate(found):
            key = f"{about['time']}/{about.get('uniqueQualifier')}/{number}"
            if key in seen:
                sink.duplicates += 1
                sink.warn("duplicate_dropped")
                continue
            seen.add(key)
            here = f"{place}.{number}" if len(found) > 1 else place
            name = str(event.get("name") or "")
            yield Event(here, key, about["time"], _address(activity.actor), name, _told(event))


def pass_over(sink: Sink) -> None:
    """Count a record that is no act."""
    sink.non_records += 1
    sink.warn("event_not_counted")


def _address(actor: dict[str, Any] | None) -> str | None:
    email = (actor or {}).get("email")
    return email.strip().casefold() or None if isinstance(email, str) else None


def _told(event: dict[str, Any]) -> dict[str, Any]:
    listed = event.get("parameters")
    told: dict[str, Any] = {}
    for parameter in listed if isinstance(listed, list) else []:
        if isinstance(parameter, dict) and isinstance(parameter.get("name"), str):
            told[parameter["name"]] = next(
                (parameter[key] for key in VALUES if parameter.get(key) is not None), None
            )
    return told
