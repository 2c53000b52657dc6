"""Who reported and discussed work in Jira, as a data connector lands it: a folder or archive of tables.

Needed is the table of issues; those of users, projects, kinds of issues and comments are read where they are there.
The history of fields is passed over: a changed field is not an act.
"""

from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.readers import connector
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.tickets import jira
from analytics.readers.tickets.desk import micros
from analytics.readers.tickets.jira import Comment, Issue

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="jira_tables",
    title="Jira as tables of a data connector (folder or zip of CSV files)",
    tool="jira",
    provides=frozenset({"acts", "replies", "recipients", "customers", "time_zones"}),
    versions="The layout of Fivetran's Jira connector.",
)
WANTED = {
    "comment": frozenset({"id", "issue id", "author id", "created", "body"}),
    "issue": frozenset({"id", "key", "reporter", "creator", "created", "project"}),
    "user": frozenset({"id", "locale", "time zone", "username"}),
    "project": frozenset({"id", "key", "lead id", "name"}),
    "kind": frozenset({"id", "name", "subtask"}),
}
HISTORY = connector.HISTORY
COLUMNS = {
    "comment": ("id", "issue_id", "author_id", "created", "body", "is_public", *HISTORY),
    "issue": (
        "id", "key", "project", "reporter", "creator", "assignee", "created", "issue_type", "description", *HISTORY,
    ),
    "user": ("id", "email", "name", "username", "time_zone", *HISTORY),
    "project": ("id", "key", "project_type_key", *HISTORY),
    "kind": ("id", "name", *HISTORY),
}  # fmt: skip


def identify(source: "Source") -> bool:
    """Say whether there is a table of issues beside one of users, projects or comments."""
    found = connector.find(source, WANTED).keys()
    return "issue" in found and bool(found & {"user", "project", "comment"})


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, spaces and acts."""
    tables = connector.load_all(source, WANTED, COLUMNS, sink)
    latest = {table: connector.current(rows, "id") for table, rows in tables.items()}
    kept = latest["issue"].height + latest["comment"].height
    sink.non_records += sum(rows.height for rows in tables.values()) - kept
    acts = Acts(sink, "jira")
    _users(latest["user"], acts)
    issues, keys = _issues(latest, acts, options), jira.Keys()
    for row in latest["comment"].iter_rows(named=True):
        is_public = (row["is_public"] or "true").casefold() == "true"
        comment = Comment(row["place"], row["id"], micros(row["created"]), row["author_id"], row["body"], is_public, is_record=True)  # fmt: skip
        jira.add_comment(comment, acts, issues.get(row["issue_id"]), row["issue_id"], keys)
    acts.finish()


def _users(users: pl.DataFrame, acts: Acts) -> None:
    for row in users.iter_rows(named=True):
        acts.account(row["id"], email=row["email"], name=row["name"] or row["username"], time_zone=row["time_zone"])  # fmt: skip


def _issues(latest: dict[str, pl.DataFrame], acts: Acts, options: Options) -> dict[str, Issue]:
    """Take every issue; return them by id."""
    projects = {row["id"]: row for row in latest["project"].iter_rows(named=True)}
    kinds = dict(latest["kind"].select("id", "name").iter_rows())
    ours = set(latest["issue"].get_column("assignee").drop_nulls())
    issues: dict[str, Issue] = {}
    for row in latest["issue"].iter_rows(named=True):
        project: dict[str, Any] = projects.get(row["project"], {})
        is_desk = project.get("project_type_key") == jira.DESK
        asking = row["reporter"] or row["creator"]
        if is_desk and asking and asking not in ours:
            acts.account(asking, kind="guest")
        issue = Issue(
            place=row["place"], id=row["id"], us=micros(row["created"]),
            project=project.get("key") or (row["key"] or "").rpartition("-")[0] or str(row["project"]),
            reporter=asking, assignee=row["assignee"], is_desk=is_desk, words=[kinds.get(row["issue_type"])],
            text=row["description"],
        )  # fmt: skip
        issues[issue.id] = issue
        jira.add_issue(issue, acts, options)
    return issues
