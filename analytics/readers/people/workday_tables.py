"""Who works where and for whom, out of Workday as a data connector lands it: a folder or archive of tables.

Needed are worker_history and worker_position_history; organization and worker_position_organization_history give
department and manager, person_name and person_contact_email_address who it is. A worker's manager is that of their
supervisory organisation; the manager of an organisation answers to that of the organisation above.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import connector, hr_people
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="workday_tables",
    title="Workday as tables of a data connector (folder or zip of CSV files)",
    tool=None,
    provides=frozenset({"managers", "departments", "levels", "locations", "hire_dates"}),
    versions="Tables in the layout of Fivetran's Workday HCM connector, with history.",
)
WANTED = {
    "assignment": frozenset({"position id", "worker id", "organization id"}),
    "position": frozenset({"position id", "worker id", "start date"}),
    "worker": frozenset({"id", "hire date", "end employment date"}),
    "organization": frozenset({"id", "superior organization id", "manager id", "type"}),
    "name": frozenset({"personal info system id", "first name", "last name"}),
    "email": frozenset({"personal info system id", "email address"}),
}
HISTORY = connector.HISTORY
COLUMNS = {
    "assignment": ("worker_id", "position_id", "organization_id", *HISTORY),
    "position": (
        "worker_id", "position_id", "start_date", "is_primary_job", "business_site_summary_location", *HISTORY,
    ),
    "worker": ("id", "hire_date", "termination_date", "end_employment_date", *HISTORY),
    "organization": ("id", "name", "type", "manager_id", "superior_organization_id", *HISTORY),
    "name": ("personal_info_system_id", "first_name", "last_name", *HISTORY),
    "email": ("personal_info_system_id", "email_address", *HISTORY),
}  # fmt: skip


def identify(source: "Source") -> bool:
    """Say whether there are a table of workers and one of their positions."""
    return {"worker", "position"} <= connector.find(source, WANTED).keys()


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.org: one row a position and stretch of time."""
    tables = connector.load_all(source, WANTED, COLUMNS, sink)
    positions = tables["position"]
    sink.non_records += sum(frame.height for table, frame in tables.items() if table != "position")
    main = positions.filter(pl.col("is_primary_job").str.to_lowercase().ne_missing("false"))
    sink.non_records += positions.height - main.height
    people = _places(main, tables).join(
        _who(tables), on="person", how="left", maintain_order="left"
    )
    hr_people.hand_over(people, sink, options, source.name)


def _places(positions: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return place, person, valid_from, location, department and manager_id of every position."""
    organizations = connector.current(tables["organization"], "id").filter(
        pl.col("type").str.to_uppercase() == "SUPERVISORY"
    )
    above = organizations.select(superior_organization_id="id", next_manager="manager_id")
    organizations = organizations.join(above, on="superior_organization_id", how="left")
    assigned = (
        tables["assignment"]
        .join(organizations, left_on="organization_id", right_on="id")
        .sort("fivetran_start", nulls_last=False)
        .unique(["worker_id", "position_id"], keep="last", maintain_order=True)
    )
    placed = positions.join(
        assigned.select("worker_id", "position_id", "name", "manager_id", "next_manager"),
        on=["worker_id", "position_id"], how="left", maintain_order="left",
    )  # fmt: skip
    is_own = pl.col("manager_id") == pl.col("worker_id")
    return placed.select(
        "place",
        person="worker_id",
        # a version of a row holds from when it was written, the first one from the start of the position
        valid_from=pl.max_horizontal("start_date", pl.col("fivetran_start").str.slice(0, 10)),
        location="business_site_summary_location",
        department="name",
        manager_id=pl.when(is_own).then("next_manager").otherwise("manager_id"),
    )


def _who(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return person with email, names, hired_on and left_on, each as last written."""
    names = connector.current(tables["name"], "personal_info_system_id")
    emails = connector.current(tables["email"], "personal_info_system_id")
    workers = connector.current(tables["worker"], "id")
    return (
        workers.select(
            person="id",
            hired_on="hire_date",
            left_on=pl.coalesce("termination_date", "end_employment_date"),
        )
        .join(
            names.select("first_name", "last_name", person="personal_info_system_id"),
            on="person", how="left",
        )
        .join(
            emails.select(email="email_address", person="personal_info_system_id"),
            on="person", how="left",
        )
    )  # fmt: skip
