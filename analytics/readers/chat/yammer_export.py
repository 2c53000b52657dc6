"""The network export of Viva Engage (Yammer): a zip of CSV files, asked for by an administrator for a stretch of time.

Messages, and of people and communities those that changed in that time: it is no list of who may use the tool. Likes,
members of communities and reading are not in it. Text is read for its length and mentions and let go.
"""

import re
from collections.abc import Iterator

from analytics.readers import instants, table_rows, tables
from analytics.readers.act import Act, Openness
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink, UnreadableExport
from analytics.readers.files import Source
from analytics.readers.parcels import enter

FORMAT = Format(
    id="yammer_export",
    title="Viva Engage (Yammer) network export",
    tool="viva_engage",
    provides=frozenset(("acts", "replies", "recipients", "openness")),
    versions="Messages.csv with replied_to_id and thread_id, one network or a folder for each, or that file by itself; 2018 to 2026",
    is_seen=False,
)

MESSAGES, USERS, GROUPS = "Messages.csv", "Users.csv", "Groups.csv"
NEEDED = {"id", "thread_id", "replied_to_id", "sender_id", "created_at"}
MENTION = re.compile(r"\[\[user:(\d+)\]\]")
PARTICIPANT = re.compile(r"user:(\d+)")
MARKUP = r"\[\[\w+:\d+\]\]|\[[Tt]ag:\d+:[^\]]*\]|https?://\S+"
BY_A_SPREADSHEET = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)
KINDS = {"bot": "bot", "system": "service"}

# Ids are unique over all networks, and one network lies in a folder of its own or not: its id is no part of a key.
Row = dict[str, str | None]


def identify(source: Source) -> bool:
    """Say whether it is, or holds, a Messages.csv with the columns of Yammer."""
    if source.kind == "file":
        return set(_first_line(source, None)) >= NEEDED
    return source.kind in ("zip", "folder") and any(
        set(_first_line(source, path)) >= NEEDED for path in _named(source, MESSAGES)
    )


def _named(source: Source, name: str) -> list[str]:
    return [path for path in source.members() if path.rsplit("/", 1)[-1] == name]


def _first_line(source: Source, path: str | None) -> list[str]:
    text = source.head(4096, path).decode("utf-8-sig", errors="replace")
    return [cell.strip(' "\r').lower() for cell in re.split(r"[,;]", text.split("\n", 1)[0])]


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over events, deliveries, accounts and communities."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    if source.kind == "file":
        for place, row in _rows(source, MESSAGES, sink, source):
            _message(acts, sink, place, row, "")
        acts.finish()
        return
    wanted = [path for name in (USERS, GROUPS, MESSAGES) for path in _named(source, name)]
    sink.ignored += [path for path in source.members() if path not in wanted] + source.ignored
    if sink.ignored:
        sink.warn("zip_member_ignored", len(sink.ignored))
    for path in wanted:
        network, name = path.rpartition("/")[::2]
        for place, row in _rows(source, path, sink):
            if name == USERS:
                _user(acts, row)
            elif name == GROUPS:
                _group(acts, row)
            else:
                _message(acts, sink, place, row, network)
    acts.finish()


def _rows(
    source: Source, path: str, sink: Sink, alone: Source | None = None
) -> Iterator[tuple[str, Row]]:
    """Yield (place, row by column in lower case); the text `null` is an empty cell. `alone`: the file, where it came by itself."""
    inner = alone or enter(source, (path,))

    def choose(rows: list[table_rows.Row]) -> tables.Header:
        header = tables.find_header(rows, lambda cells: "id" in {c.lower() for c in cells})
        if header is None:
            raise UnreadableExport(
                "column_missing",
                f"{source.name}: {path.rsplit('/', 1)[-1]} has no column `id`. Give the export as the tool made it.",
            )
        return header

    try:
        table = tables.open_table(inner, sink, choose)
        names = [name.strip().lower() for name in table.header.names]
        for batch in table.batches(sink):
            for line, *cells in batch.iter_rows():
                values = (None if cell == "null" else cell for cell in cells)
                yield f"{path} {table.place} {line}", dict(zip(names, values, strict=False))
    finally:
        if alone is None:
            inner.close()


def _user(acts: Acts, row: Row) -> None:
    if row["id"]:
        left = instants.from_iso(row.get("deleted_at") or row.get("suspended_at"))[0]
        day = instants.EPOCH.fromtimestamp(left / 1e6, instants.UTC).date() if left else None
        acts.account(row["id"], email=row.get("email"), name=row.get("name"), left_on=day)


def _group(acts: Acts, row: Row) -> None:
    if row["id"]:
        openness: Openness = "external" if _is(row, "external") else "private" if _is(row, "private") else "public"  # fmt: skip
        acts.space(f"group:{row['id']}", openness)


def _is(row: Row, column: str) -> bool:
    return (row.get(column) or "").lower() == "true"


def _message(acts: Acts, sink: Sink, place: str, row: Row, network: str) -> None:
    own, root, parent = row.get("id"), row.get("thread_id"), row.get("replied_to_id")
    if not own or any(BY_A_SPREADSHEET.fullmatch(key) for key in (own, root, parent) if key):
        if own:
            sink.warn("id_excel_mangled")
        sink.reject(place, "number_invalid" if own else "row_incomplete")
        return
    us, flaw = instants.from_iso(row.get("created_at"))
    deleted = instants.from_iso(row.get("deleted_at"))[0]
    sender = row.get("sender_id")
    if sender:
        kind = KINDS.get((row.get("sender_type") or "").lower())
        acts.account(sender, email=row.get("sender_email"), name=row.get("sender_name"), kind=kind)
    body = row.get("body")
    acts.add(
        Act(
            place=place,
            key=own,
            us=us,
            flaw=flaw,
            actor=sender,
            action="reply" if parent else "post",
            space=_space(acts, row, network),
            thread=root,
            in_reply_to=parent,
            mentions=tuple(dict.fromkeys(MENTION.findall(body or ""))),
            text=None if deleted else (body or "").replace("\\n", "\n"),
            version=deleted or 0,
        )
    )


def _space(acts: Acts, row: Row, network: str) -> str:
    """Return where it was written: a private conversation, a community, or everybody's own page."""
    if _is(row, "in_private_conversation"):
        space = f"direct:{row.get('conversation_id') or row.get('thread_id')}"
        acts.space(space, "direct", PARTICIPANT.findall(row.get("participants") or ""))
        return space
    if group := row.get("group_id"):
        acts.space(f"group:{group}", "private" if _is(row, "in_private_group") else "unknown")
        return f"group:{group}"
    acts.space(f"all:{network}", "public")  # All Company and storylines have no row in Groups.csv
    return f"all:{network}"
