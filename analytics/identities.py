"""Whose account is whose: what joins itself, what is suggested and why, and what somebody decided by hand.

Nothing is joined in silence: a suggestion counts once it was accepted, and no longer once that is taken back.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics import audit_log, people, suggest
from analytics.errors import UsageError
from analytics.ingest import Progress, Publish, change, held
from analytics.vault import database, identity, ledger, matches, subject
from analytics.vault.matches import Line, Pair
from analytics.vault.workspace import Workspace

PURPOSE = "match"
ID_LENGTH = 10
HR = "hr"


@dataclass(frozen=True)
class Known:
    """The accounts of the live imports (suggest.ACCOUNTS and not_person) and what puts them together.

    `joined` joins by address and id alone, `same` with what was accepted by hand too: key -> person.
    """

    accounts: pl.DataFrame
    joined: dict[int, int]
    same: dict[int, int]
    journal: list[Line]
    secret: bytes

    def id(self, pair: Pair) -> str:
        """Return what names a pair on pages and on the command line, whatever else is suggested beside it."""
        text = f"{min(pair)} {max(pair)}".encode()
        return hmac.digest(self.secret, text, hashlib.sha256).hex()[:ID_LENGTH]


def listed(workspace_name: str) -> dict[str, Any]:
    """Return what is open and what was decided, with names: for the one who judges, logged as looked at.

    {"suggestions": [{"id", "reason", "why", "score", "person", "other", "also"}], "decided": [{"id", "verdict",
    "at", "who", "why", "person", "other"}], "not_people": {kind: accounts}, "concealed": {tool: accounts}}.
    A person is {"in_hr", "names", "addresses", "accounts"}; `also` are the ids of other people suggested for the
    same account. Raises WorkspaceBusy while an import runs.
    """
    workspace = Workspace.open(workspace_name)
    with held(workspace):
        known = _known(workspace)
        found = _listed(known)
        audit_log.append(workspace.folder, "identities_seen", suggestions=len(found["suggestions"]))
    return found


def decide(
    workspace_name: str,
    accept: Collection[str] = (),
    refuse: Collection[str] = (),
    undo: Collection[str] = (),
    progress: Progress = lambda _: None,
    publish: Publish | None = None,
) -> dict[str, Any]:
    """Write decisions about suggestions (ids of `listed`) into the journal, publish, and return the numbers.

    {"accepted", "refused", "undone", "people", "release"}: no names. All of them hold, or none: raises UsageError
    where an id is unknown, or where two people of the HR file, or two who were refused, would become one.
    """

    def write(workspace: Workspace) -> dict[str, Any]:
        known = _known(workspace)
        lines = [*_taken_back(known, undo)]
        present = _after(known, lines)
        lines += _decisions(present, accept, refuse)
        _refuse_contradictions(_after(known, lines), workspace_name)
        mark = matches.append(workspace, lines)
        numbers = Counter(line.verdict for line in lines)
        done = {name: numbers[verdict] for name, verdict in VERDICTS.items()}
        audit_log.append(workspace.folder, "identities", **done, journal=mark)
        return dict(done)

    if twice := {id_ for id_, times in Counter([*accept, *refuse, *undo]).items() if times > 1}:
        raise UsageError(f"{', '.join(sorted(twice))} is named twice: say one thing about a pair.")
    done, published = change(workspace_name, write, progress, publish)
    return done | published


VERDICTS: dict[str, matches.Verdict] = {"accepted": "same", "refused": "apart", "undone": "open"}


def _known(workspace: Workspace) -> Known:
    """Read the identity file, the kinds of the accounts and the journal."""
    live = [entry.id for entry in ledger.live(workspace)]
    journal = matches.decided(workspace)
    pairs = subject.joined_by_name(workspace, live)
    joined = people.same_people(pairs)
    same = people.same_people([*pairs, *_accepted(journal)])
    rows = identity.rows(workspace).filter(pl.col("import").is_in(live))
    accounts = (
        rows.join(_kinds(workspace, live), on=["import", "tool", "key"], how="left")
        .filter(pl.col("tool").eq("") | pl.col("kind").is_not_null())
        .with_columns(group=_mapped("key", same))
    )
    return Known(accounts, joined, same, journal, bytes.fromhex(workspace.derived(PURPOSE)))


def _kinds(workspace: Workspace, live: Iterable[str]) -> pl.DataFrame:
    """Return import, tool, key, kind, not_person, is_concealed as the imports kept them."""
    wanted = {"tool": pl.String, "key": pl.Int64, "kind": pl.String, "not_person": pl.String}
    schema = {"import": pl.String, **wanted, "is_concealed": pl.Boolean}
    frames = [pl.DataFrame(schema=schema)]
    for id_ in live:
        kept = pl.read_parquet((workspace.imports / id_ / "account.parquet").read_bytes())
        older = [pl.lit(None).alias(name) for name in database.TRAITS if name not in kept.columns]
        frames.append(
            kept.with_columns(pl.lit(id_).alias("import"), *older)
            .rename({"account": "key"})
            .select(pl.col(name).cast(type_) for name, type_ in schema.items())
        )
    return pl.concat(frames).unique(["import", "tool", "key"], keep="first", maintain_order=True)


def _accepted(journal: Iterable[Line]) -> list[Pair]:
    return sorted((line.person, line.other) for line in journal if line.verdict == "same")


def _mapped(column: str, same: dict[int, int]) -> pl.Expr:
    return pl.col(column).replace_strict(same, default=pl.col(column), return_dtype=pl.Int64)


def _after(known: Known, lines: Iterable[Line]) -> Known:
    """Return what would be known after these further decisions."""
    last = {line.pair: line for line in [*known.journal, *lines]}
    journal = [line for line in last.values() if line.verdict != "open"]
    chains = [(person, key) for key, person in known.joined.items()]
    same = people.same_people([*chains, *_accepted(journal)])
    accounts = known.accounts.with_columns(group=_mapped("key", same))
    return Known(accounts, known.joined, same, journal, known.secret)


def _open(known: Known) -> pl.DataFrame:
    """Return suggest.PAIRS without those that were refused, under whatever keys these people go now."""
    found = suggest.pairs(known.accounts.select(*suggest.ACCOUNTS))
    refused = {
        frozenset(known.same.get(key, key) for key in line.pair)
        for line in known.journal
        if line.verdict == "apart"
    }
    is_open = [frozenset(pair) not in refused for pair in found.select("person", "other").rows()]
    return found.filter(pl.Series(is_open, dtype=pl.Boolean))


def _listed(known: Known) -> dict[str, Any]:
    about = _about(known)
    found = _open(known)
    ids = [known.id(pair) for pair in found.select("person", "other").rows()]
    by_account = found.with_columns(id=pl.Series(ids, dtype=pl.String)).with_columns(
        also=pl.col("id").implode().over("other")
    )
    suggestions = [
        {
            "id": row["id"],
            "reason": row["reason"],
            "why": suggest.REASONS[row["reason"]][1],
            "score": row["score"],
            "person": about(row["person"]),
            "other": about(row["other"]),
            "also": sorted(set(row["also"]) - {row["id"]}),
        }
        for row in by_account.to_dicts()
    ]
    apart = _about(known, joined_by_hand=False)
    decided = [
        {
            "id": known.id(line.pair),
            "verdict": line.verdict,
            "at": line.at,
            "who": line.who,
            "why": suggest.REASONS[line.why][1],
            "person": apart(line.person),
            "other": apart(line.other),
        }
        for line in known.journal
    ]
    once = known.accounts.unique(["tool", "key"], maintain_order=True)
    return {
        "suggestions": suggestions,
        "decided": decided,
        "not_people": _counted(once.drop_nulls("not_person"), "not_person"),
        "concealed": _counted(once.filter("is_concealed"), "tool"),
    }


def _counted(rows: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(rows.group_by(column).len().sort(column).iter_rows())


def _about(known: Known, *, joined_by_hand: bool = True) -> Callable[[int], dict[str, Any]]:
    """Return what tells who is behind a key: names, addresses and accounts."""
    same = known.same if joined_by_hand else known.joined
    grouped = (
        known.accounts.with_columns(
            group=_mapped("key", same),
            account=pl.format("{}:{}", pl.col("tool").replace("", HR), "account"),
        )
        .group_by("group")
        .agg(
            in_hr=(pl.col("tool") == "").any(),
            names=pl.col("name").drop_nulls().unique().sort(),
            addresses=pl.col("email").drop_nulls().unique().sort(),
            accounts=pl.col("account").unique().sort(),
        )
    )
    found = {row.pop("group"): row for row in grouped.to_dicts()}
    nobody = {"in_hr": False, "names": [], "addresses": [], "accounts": []}
    return lambda key: dict(found.get(same.get(key, key), nobody))


def _taken_back(known: Known, ids: Collection[str]) -> list[Line]:
    by_id = {known.id(line.pair): line for line in known.journal}
    _refuse_unknown(ids, by_id, "was not decided")
    return [
        matches.decide("open", by_id[id_].person, by_id[id_].other, by_id[id_].why) for id_ in ids
    ]


def _decisions(known: Known, accept: Collection[str], refuse: Collection[str]) -> list[Line]:
    found = _open(known) if accept or refuse else pl.DataFrame(schema=suggest.PAIRS)
    by_id = {known.id((row["person"], row["other"])): row for row in found.to_dicts()}
    _refuse_unknown([*accept, *refuse], by_id, "is not suggested")
    said: tuple[tuple[matches.Verdict, Collection[str]], ...] = (
        ("same", accept),
        ("apart", refuse),
    )
    return [
        matches.decide(verdict, by_id[id_]["person"], by_id[id_]["other"], by_id[id_]["reason"])
        for verdict, ids in said
        for id_ in ids
    ]


def _refuse_unknown(ids: Collection[str], known: Collection[str], what: str) -> None:
    if unknown := sorted(set(ids) - set(known)):
        raise UsageError(
            f"{', '.join(id_[:ID_LENGTH] for id_ in unknown)} {what}, so nothing was changed."
            " List what is open and decided again: python -m analytics identities --workspace NAME"
        )


def _refuse_contradictions(known: Known, workspace_name: str) -> None:
    """Raise UsageError where the journal makes one person of two of the HR file, or of two who were refused."""
    in_hr = known.accounts.filter(pl.col("tool") == "").select(
        "group", person=_mapped("key", known.joined)
    )
    doubled = in_hr.group_by("group").agg(pl.col("person").n_unique()).filter(pl.col("person") > 1)
    for group in doubled["group"]:
        ids = sorted(
            known.id(line.pair)
            for line in known.journal
            if line.verdict == "same" and known.same.get(line.person, line.person) == group
        )
        raise UsageError(
            f"{' and '.join(ids)} would make two people of the HR file one, so nothing was changed."
            " Accept only one of them and refuse the others."
        )
    for line in known.journal:
        ends = {known.same.get(key, key) for key in line.pair}
        if line.verdict == "apart" and len(ends) == 1 and not _joins_itself(known, line):
            raise UsageError(
                f"{known.id(line.pair)} was refused, and what was accepted besides would join these accounts all the"
                f" same, so nothing was changed. Take one of the decisions back first: python -m analytics identities"
                f" --workspace {workspace_name} --undo {known.id(line.pair)}"
            )


def _joins_itself(known: Known, line: Line) -> bool:
    """Return whether a later export says by address or id what had been refused: it counts more."""
    return known.joined.get(line.person, line.person) == known.joined.get(line.other, line.other)
