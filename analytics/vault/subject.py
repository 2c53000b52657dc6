"""Who is meant by an address or an account, and what is stored about this person?"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics import people
from analytics.errors import AnalyticsError, UsageError
from analytics.vault import database, identity, ledger, matches, removal
from analytics.vault.workspace import Workspace

HR = "hr"  # stands for the HR file where a tool is asked for


class NobodyFound(AnalyticsError):
    """Nothing is stored under this address or account."""


@dataclass(frozen=True)
class Subject:
    """One person: every key she has, every name that leads to one (people.identifier), and her accounts.

    `accounts`: import, tool, account, email, name, how_matched.
    """

    keys: frozenset[int]
    names: frozenset[str]
    accounts: pl.DataFrame


def find(workspace: Workspace, email: str | None = None, account: str | None = None) -> Subject:
    """Return the person with this address, or this account as TOOL:ID (hr:ID for the HR file).

    Raises NobodyFound, and UsageError where several people share the address.
    """
    workspace.secret()  # without a key nobody is known
    known = _accounts(workspace)
    if email:
        is_meant = pl.col("mail") == people.identifier("", "", email)
    else:
        tool, colon, id_ = (account or "").partition(":")
        if not (colon and id_):
            raise UsageError(
                "--account takes TOOL:ID, such as slack:U0123ABC, or hr:ID for the HR file."
            )
        tool = "" if tool.casefold() == HR else tool
        is_meant = (pl.col("tool") == tool) & (pl.col("account").str.strip_chars() == id_.strip())
    groups = known.filter(is_meant)["group"].unique().to_list()
    if not groups:
        raise NobodyFound(
            f"Nothing is stored in workspace {workspace.name} about this {'address' if email else 'account'}."
            " Check how it is written, and try the person's other addresses or accounts (--account TOOL:ID)."
        )
    if len(groups) > 1:
        raise UsageError(
            f"{len(groups)} people share this address in workspace {workspace.name}:"
            " say which one is meant with --account TOOL:ID (hr:ID for the HR file)."
        )
    return _subject(workspace, known, groups)


def matching(workspace: Workspace, names: Iterable[str]) -> Subject:
    """Return whoever has one of these names in another workspace's folder, such as a backup; nobody = no keys."""
    known = _accounts(workspace)
    is_meant = pl.col("plain").is_in(list(names)) | pl.col("own_mail").is_in(list(names))
    return _subject(workspace, known, known.filter(is_meant)["group"].unique().to_list())


def _accounts(workspace: Workspace) -> pl.DataFrame:
    """Return the identity file's rows with `plain` and `mail` (the names they lead to), `own_mail` and `group`.

    `group` is one key a person; `own_mail` is null where people of different groups share the address.
    """
    rows = identity.rows(workspace)
    own = {entry.id for entry in ledger.entries(workspace) if entry.format == people.LOG}
    plain = [
        people.identifier(people.ORG if import_ in own else tool, account, None)
        for import_, tool, account in rows.select("import", "tool", "account").iter_rows()
    ]
    mail = [people.identifier("", "", email) if email else None for email in rows["email"]]
    person = pl.DataFrame(
        list(people.same_people(other_names(workspace)).items()),
        {"key": pl.Int64, "group": pl.Int64},
        orient="row",
    )
    known = (
        rows.with_columns(pl.Series("plain", plain, pl.String), pl.Series("mail", mail, pl.String))
        .join(person, on="key", how="left", maintain_order="left")
        .with_columns(group=pl.coalesce("group", "key"))
        .with_columns(
            mail=pl.coalesce(
                "mail", pl.when(pl.col("plain").str.starts_with("mail:")).then("plain")
            )
        )
    )
    shared = pl.col("group").n_unique().over("mail") > 1
    return known.with_columns(own_mail=pl.when(~shared).then("mail"))


def name_keys(workspace: Workspace) -> list[str]:
    """Return every name that a pseudonym was made from, as far as the identity file knows."""
    known = _accounts(workspace)
    return sorted({*known["plain"], *known["mail"].drop_nulls()})


def other_names(workspace: Workspace) -> list[tuple[int, int]]:
    """Return the pairs (key, another key of the same person) of every import, and those joined by hand."""
    return [*joined_by_name(workspace), *matches.accepted(workspace)]


def joined_by_name(
    workspace: Workspace, imports: Collection[str] | None = None
) -> list[tuple[int, int]]:
    """Return the pairs (key, another key of the same person) that the imports tell, or those of these imports."""
    folders = removal.kept_folders(workspace)
    frames = [
        pl.read_parquet((folder / "other_name.parquet").open("rb"))
        for folder in folders
        if imports is None or folder.name in imports
    ]
    return pl.concat(frames).unique().rows() if frames else []


def _subject(workspace: Workspace, known: pl.DataFrame, groups: list[int]) -> Subject:
    hers = known.filter(pl.col("group").is_in(groups))
    same = people.same_people(other_names(workspace))
    others = {key for key, person in same.items() if person in groups}
    columns = ["import", "tool", "account", "email", "name", "how_matched"]
    return Subject(
        keys=frozenset({*groups, *others, *hers["key"]}),
        names=frozenset({*hers["plain"], *hers["own_mail"].drop_nulls()}),
        accounts=hers.select(columns).unique(maintain_order=True).sort(columns),
    )


def stored(workspace: Workspace, subject: Subject) -> dict[str, list[dict[str, Any]]]:
    """Return what the imports hold about a person: account_facts, hr, acts, received, memberships, vendor_counts, imports.

    `month` is that of UTC; acts that several exports hold are counted once; imports that are left out count too.
    """
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        keys = pl.DataFrame({"key": sorted(subject.keys)}, schema={"key": pl.Int64})
        removal.load(connection, workspace, "hers", keys)
        known = identity.rows(workspace).filter(pl.col("tool") == "").select("account", "key")
        removal.load(connection, workspace, "hr_id", known.unique("key", keep="first"))
        for table in ("account", "org", "membership", "event", "delivery", "usage"):
            sources = [
                f"select *, '{folder.name}' as import"  # noqa: S608  # our own paths
                f" from {database.parquet(folder / f'{table}.parquet')}"
                for folder in removal.kept_folders(workspace)
                if (folder / f"{table}.parquet").exists()
            ] or [database.empty(database.kept_columns(table) | {"import": "VARCHAR"})]
            connection.execute(f"create view all_{table} as {' union all by name '.join(sources)}")
        connection.execute(database.script("subject"))
        parts = (
            "account_facts",
            "hr",
            "acts",
            "received",
            "memberships",
            "vendor_counts",
            "imports",
        )
        return {part: connection.sql(f"from stored_{part}").pl().to_dicts() for part in parts}
