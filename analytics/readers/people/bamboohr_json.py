"""Who works where, as BambooHR answers: the directory or a custom report as JSON, or the history of jobs.

Managers are taken from supervisorEId, supervisorId or supervisorEmail; a name alone counts where one person has it.
Of the tables with a history, only the one of jobs (department, manager, location) is read. Other fields are not kept.
"""

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from analytics.readers import hr_people, json_head, json_records
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import SENSITIVE, SHOWN_LENGTH, plain

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="bamboohr_json",
    title="BambooHR directory, report or job history (JSON)",
    tool=None,
    provides=frozenset({"managers", "departments", "levels", "locations", "hire_dates"}),
    versions="API v1: directory, custom reports, the table jobInfo.",
)
Text = str | int | None


class Employee(msgspec.Struct, gc=False, rename="camel"):
    """What is read of one employee; `employee_id` and `date` in a table with history."""

    id: Text = None
    employee_id: Text = None
    employee_number: Text = None
    date: Text = None
    display_name: Text = None
    first_name: Text = None
    last_name: Text = None
    work_email: Text = None
    department: Text = None
    location: Text = None
    hire_date: Text = None
    termination_date: Text = None
    status: Text = None
    supervisor: Text = None
    reports_to: Text = None
    supervisor_e_id: Text = msgspec.field(default=None, name="supervisorEId")
    supervisor_id: Text = None
    supervisor_email: Text = None


KIND = json_records.Kind(Employee, wrappers=("employees",))
FIELDS = set(Employee.__struct_encode_fields__)
PLACE = {"department", "supervisor", "reportsTo", "location", "supervisorEId", "supervisorEmail"}


def identify(source: "Source") -> bool:
    """Say whether the file wraps employees beside their fields, or is a table of an employee's history."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    return {"fields", "employees"} <= first.keys() or _is_table(first)


def _is_table(first: dict[str, Any]) -> bool:
    return {"employeeId", "date", "id"} <= first.keys()


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.org; raises UnreadableExport for a table that says nothing of anybody's place."""
    first = json_head.first_object(source)
    if _is_table(first) and not PLACE & first.keys():
        raise UnreadableExport(
            "column_missing",
            f"{source.name}: this BambooHR table names neither departments nor managers. Export the table jobInfo, or "
            "a report with department and supervisorEId.",
        )
    _account_for(first, sink)
    found = list(json_records.read_file(source, KIND, sink))
    if not found and not sink.rejected:
        raise UnreadableExport("no_rows", f"{source.name}: the file lists nobody. Export it again.")
    by_number = {str(e.employee_number): _text(e.id) for _, e in found if e.employee_number}
    rows = [{"place": place, **_row(employee, by_number)} for place, employee in found]
    schema = {"place": pl.String} | dict.fromkeys(_row(Employee(), {}), pl.String)
    hr_people.hand_over(pl.DataFrame(rows, schema=schema), sink, options, source.name)


def _row(employee: Employee, by_number: dict[str, str | None]) -> dict[str, str | None]:
    number = _text(employee.supervisor_id)
    return {
        "person": _text(employee.employee_id if employee.employee_id is not None else employee.id),
        "email": _text(employee.work_email),
        "name": _text(employee.display_name),
        "first_name": _text(employee.first_name),
        "last_name": _text(employee.last_name),
        "department": _text(employee.department),
        "location": _text(employee.location),
        "manager_id": _text(employee.supervisor_e_id) or by_number.get(number or ""),
        "manager_email": _text(employee.supervisor_email),
        "manager_name": _text(employee.supervisor) or _text(employee.reports_to),
        "hired_on": _text(employee.hire_date),
        "left_on": _text(employee.termination_date),
        "valid_from": _text(employee.date),
        "status": _text(employee.status),
    }


def _text(value: Text) -> str | None:
    return None if value is None else str(value).strip() or None


def _account_for(first: dict[str, Any], sink: Sink) -> None:
    """Note the fields of a report that are not kept."""
    listed = [str(field.get("id")) for field in first.get("fields", []) if isinstance(field, dict)]
    for name in sorted({*listed, *(first if not listed else ())} - FIELDS):
        is_sensitive = SENSITIVE.search(plain(name))
        sink.warn("sensitive_column_dropped" if is_sensitive else "column_ignored")
        sink.ignored.append(name[:SHOWN_LENGTH])
