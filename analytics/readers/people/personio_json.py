"""Who works where, as Personio answers: the list of employees as JSON, each fact with a label and a value.

The supervisor is an employee inside the employee; their id counts. Other attributes, such as pay, are not kept.
Personio's tables (CSV, XLSX, in English or German) are read as an HR file.
"""

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from analytics.readers import hr_people, json_head, json_records
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="personio_json",
    title="Personio employees (JSON)",
    tool=None,
    provides=frozenset({"managers", "departments", "levels", "locations", "hire_dates"}),
    versions="API v1, company/employees.",
    is_seen=False,
)


class Employee(msgspec.Struct, gc=False):
    """One employee: attributes by key, each {label, value}."""

    attributes: dict[str, Any]
    type: str | None = None


KIND = json_records.Kind(Employee, frozenset({"attributes"}), wrappers=("data",))
NAMED = {"department", "team", "office", "supervisor"}
FIELDS = {
    "person": "id", "email": "email", "first_name": "first_name", "last_name": "last_name", "status": "status",
    "department": "department", "team": "team", "location": "office", "hired_on": "hire_date",
    "left_on": "termination_date",
}  # fmt: skip


def identify(source: "Source") -> bool:
    """Say whether the first record is an employee with labelled attributes."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    wrapped = first.get("data")
    record = wrapped[0] if isinstance(wrapped, list) and wrapped else first
    attributes = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(attributes, dict) or str(record.get("type", "Employee")) != "Employee":
        return False
    labelled = attributes.get("id") or attributes.get("first_name")
    return isinstance(labelled, dict) and {"label", "value"} <= labelled.keys()


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.org."""
    rows = []
    unread: set[str] = set()
    for place, employee in json_records.read_file(source, KIND, sink):
        unread.update(employee.attributes.keys() - {*FIELDS.values(), "supervisor"})
        facts = {field: _value(employee.attributes.get(key)) for field, key in FIELDS.items()}
        boss = employee.attributes.get("supervisor")
        facts["manager_id"] = _inner(boss, "id")
        facts["manager_email"] = _inner(boss, "email")
        rows.append({"place": place, **facts})
    if not rows and not sink.rejected:
        raise UnreadableExport("no_rows", f"{source.name}: the file lists nobody. Export it again.")
    if unread:
        sink.warn("column_ignored", len(unread))
        sink.ignored.extend(sorted(unread))
    names = ("place", *FIELDS, "manager_id", "manager_email")
    people = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    people = people.with_columns(  # 1983-09-01T00:00:00+02:00: the day is what was meant
        pl.col("hired_on", "left_on").str.slice(0, 10)
    )
    hr_people.hand_over(people, sink, options, source.name)


def _value(fact: Any) -> str | None:  # noqa: ANN401 - any JSON
    """Return what a fact says: its value, or the name of what its value is."""
    value = fact.get("value") if isinstance(fact, dict) else fact
    if isinstance(value, dict):
        return _inner(fact, "name")
    return None if value is None or isinstance(value, list) else str(value).strip() or None


def _inner(fact: Any, key: str) -> str | None:  # noqa: ANN401 - any JSON
    """Return a fact of the object inside a fact."""
    value = fact.get("value") if isinstance(fact, dict) else None
    attributes = value.get("attributes") if isinstance(value, dict) else None
    inner = attributes.get(key) if isinstance(attributes, dict) else None
    return None if inner is None else _value(inner)
