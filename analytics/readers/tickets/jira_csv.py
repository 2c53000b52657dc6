"""Who reported and discussed work in Jira: the CSV of a search (Export, CSV, all fields or current fields).

Names of columns that stand several times (Labels, Comment) are read as one list. Times are those of whoever exported:
the company's zone is taken. In a service desk the CSV does not say which comments the customer saw: those of the
company's people answer nobody. Issues and comments are the same here and in the REST pages, and count once where both
are given and the company's time zone is said.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import table_rows, tables, told
from analytics.readers.act import address
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.dates import Order
from analytics.readers.headers import (
    Aliases,
    Assigned,
    account_for_others,
    assign,
    may_assign,
    plain,
)
from analytics.readers.tickets import jira, times
from analytics.readers.tickets.jira import Comment, Issue

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="jira_csv",
    title="Jira issues (CSV of a search)",
    tool="jira",
    provides=frozenset({"acts", "replies", "recipients", "customers"}),
    versions="Cloud and server, all or current fields, months by name or number; English, Italian, German and French headers.",
    is_seen=False,
)
ALIASES: Aliases = {
    "issue": ("issue id", "id segnalazione", "id ticket", "vorgangs id", "id de ticket", "id de demande"),
    "issue_key": (
        "issue key", "chiave segnalazione", "chiave ticket", "vorgangsschlussel", "schlussel", "cle de ticket",
        "cle de demande",
    ),
    "created": ("created", "creato", "data creazione", "erstellt", "creation", "cree", "date de creation"),
    "reporter": ("reporter", "creator", "autore segnalazione", "segnalato da", "autor", "rapporteur"),
    "reporter_id": ("reporter id", "creator id", "id autore segnalazione", "autor id", "id rapporteur"),
    "assignee": ("assignee", "assegnatario", "bearbeiter", "zugewiesene person", "responsable", "attribution"),
    "assignee_id": ("assignee id", "id assegnatario", "bearbeiter id", "id responsable"),
    "project": ("project key", "chiave progetto", "projektschlussel", "cle de projet", "cle du projet"),
    "project_type": ("project type", "tipo di progetto", "tipo progetto", "projekttyp", "type de projet"),
    "kind": ("issue type", "tipo di segnalazione", "tipo di ticket", "vorgangstyp", "type de ticket", "type de demande"),
    "request": ("custom field request type", "custom field customer request type", "request type"),
    "text": ("description", "descrizione", "beschreibung"),
}  # fmt: skip
# columns that stand once for each of several values
LISTED = {
    "comment": ("comment", "commento", "kommentar", "commentaire"),
    "label": ("labels", "etichette", "stichworter", "etiquettes"),
}
NEEDS = (
    "it looks like issues of Jira, but when they were created or who reported them is missing. "
    "Export the search as CSV with all fields."
)
NEEDED = {"issue", "issue_key", "created"}
WHO = {"reporter", "reporter_id"}
DESK_TYPES = (jira.DESK, "service management", "service desk")
MOST_PARTS = 3  # of a comment: when; who; text


def _fits(cells: list[str]) -> bool:
    return may_assign(cells, ALIASES, lambda f: f >= NEEDED and bool(f & WHO), NOTHING_SAID)


def identify(source: "Source") -> bool:
    """Say whether some first row is the header of Jira's CSV."""
    return told.has_header(source, _fits)


def explain(source: "Source") -> UnreadableExport | None:
    """Return what a table of issues lacks; null where it is no such table."""
    try:
        rows = table_rows.preview(source)
    except UnreadableExport:
        return None
    if not any({"issue key", "issue id"} <= set(map(plain, row.cells)) for row in rows):
        return None
    return tables.explain(source, NEEDS)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, spaces and acts; raises UnreadableExport where dates are ambiguous."""
    table = told.open_under(source, sink, _fits)
    assigned = assign(table.header.names, ALIASES, file=source.name)
    listed = _listed(table.header.names)
    _account_for(assigned, listed, sink)
    created = f"c{assigned.at['created']}"
    written = [batch.get_column(created) for batch in table.batches()]
    if not written:
        raise tables.no_rows(source.name)
    order = times.order_of(pl.concat(written), options, "created", source.name)
    acts = Acts(sink, "jira")
    for batch in table.batches(sink):
        rows = batch.select(
            pl.format("{} {}", pl.lit(table.place), "line").alias("place"),
            *(pl.col(f"c{at}").alias(field) for field, at in assigned.at.items()),
            *(pl.concat_list(f"c{at}" for at in places).list.drop_nulls().alias(what) for what, places in listed.items()),
        )  # fmt: skip
        _take(rows, acts, order, options)
    acts.finish()


def _listed(names: list[str]) -> dict[str, list[int]]:
    spelt = list(map(plain, names))
    found = {what: [at for at, name in enumerate(spelt) if name in wanted] for what, wanted in LISTED.items()}  # fmt: skip
    return {what: places for what, places in found.items() if places}


def _account_for(assigned: Assigned, listed: dict[str, list[int]], sink: Sink) -> None:
    more = {f"{what} {n}": at for what, places in listed.items() for n, at in enumerate(places, 1)}
    account_for_others(Assigned({**assigned.at, **more}, assigned.names), sink)


def _take(rows: pl.DataFrame, acts: Acts, order: Order | None, options: Options) -> None:
    """Take the issues of a batch and their comments."""
    us = times.instants(rows.get_column("created"), order, options, acts.sink)
    for row, created in zip(rows.iter_rows(named=True), us, strict=True):
        if not row["issue"]:
            acts.sink.reject(row["place"], "row_incomplete")
            continue
        issue = _issue(row, created, acts)
        jira.add_issue(issue, acts, options)
        if cells := row.get("comment"):
            _comments(cells, issue, acts, order, options)


def _comments(
    cells: list[str], issue: Issue, acts: Acts, order: Order | None, options: Options
) -> None:
    """Take comments written as `30/Jul/18 23:33;who;text`; what follows the second semicolon is all text."""
    parts = [[part.strip() for part in cell.split(";", MOST_PARTS - 1)] for cell in cells]
    when = pl.Series([cell[0] for cell in parts], dtype=pl.String)
    instants = times.instants(when, order, options, acts.sink)
    keys = jira.Keys()  # a comment has no id of its own here
    for number, (cell, us) in enumerate(zip(parts, instants, strict=True)):
        who = cell[1] if len(cell) == MOST_PARTS else None
        author = _account(who, who, acts)
        comment = Comment(
            place=f"{issue.place} comment {number}", id=str(number), us=us, author=author, text=cell[-1],
            is_public=None if issue.is_desk else True,
        )  # fmt: skip
        jira.add_comment(comment, acts, issue, issue.id, keys)


def _issue(row: dict[str, str | None], created: int | None, acts: Acts) -> Issue:
    kind = (row.get("project_type") or "").casefold()
    is_desk = kind in DESK_TYPES or bool(row.get("request"))
    reporter = _account(row.get("reporter_id"), row.get("reporter"), acts, is_customer=is_desk)
    assignee = _account(row.get("assignee_id"), row.get("assignee"), acts)
    key = row["issue_key"] or ""
    return Issue(
        place=str(row["place"]), id=str(row["issue"]), us=created,
        project=row.get("project") or key.rpartition("-")[0], reporter=reporter, assignee=assignee, is_desk=is_desk,
        words=[*(row.get("label") or ()), row.get("kind"), row.get("request")], text=row.get("text"),
    )  # fmt: skip


def _account(
    account: str | None, name: str | None, acts: Acts, *, is_customer: bool = False
) -> str | None:
    """Return the account by its id, else by the name that the column holds, and note it."""
    key = account or name
    if not key:
        return None
    kind = "guest" if is_customer and key not in acts.accounts else None
    is_name = name and name != account and "@" not in name
    acts.account(key, email=address(name), name=name if is_name else None, kind=kind)
    return key
