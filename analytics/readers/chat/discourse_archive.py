"""What did one person write in a Discourse forum? The archive of their posts that a user or an admin downloads.

One table of posts, alone or in its zip. It does not say whose posts they are, so they belong to an account known
only from this archive; nor who is answered, only where. Deleted posts are in it.
"""

import hashlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import dates, table_rows, tables, told
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink, UnreadableExport
from analytics.readers.files import Source as File
from analytics.readers.files import open_source

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="discourse_archive",
    title="Discourse archive of one person (zip, CSV)",
    tool="discourse",
    provides=frozenset({"acts"}),
    versions="before and after the columns post_raw and post_cooked",
    is_seen=False,
)
POSTS = "user_archive.csv"
NEEDED = {"topic_title", "is_pm", "url", "created_at"}
TEXTS = ("post_raw", "post")
# what Discourse writes for a private message, in the language of the forum
YES = {"yes", "ja", "oui", "sì", "sí", "si", "sim", "tak", "igen", "da", "ano", "kyllä", "はい", "是", "예", "true"}  # fmt: skip
PLACE = r"/t/(?:[^/?#]*/)?(\d+)(?:/(\d+))?"
MARKUP = r"<[^>]*>|https?://\S+|\[[^\]]*\]|@\S+"


def identify(source: "Source") -> bool:
    """Say whether it is such a table, or holds one under its name."""
    if source.kind in ("zip", "folder"):
        return POSTS in source.members() and _fits(_cells(source))
    return told.has_header(source, _fits)


def _cells(source: "Source") -> list[str]:
    line = source.head(4096, POSTS).removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    return [cell.strip('" \r') for cell in line.decode("utf-8", "replace").split(",")]


def _fits(cells: list[str]) -> bool:
    return set(cells) >= NEEDED


def read(source: "Source", sink: Sink, options: Options) -> None:
    """Hand over one account, its topics and posts."""
    posts = _opened(source, sink)
    try:
        _read_posts(posts, sink, options)
    finally:
        if posts is not source:
            posts.close()


def _opened(source: "Source", sink: Sink) -> File:
    if source.kind not in ("zip", "folder"):
        return source
    sink.ignored += [path for path in source.members() if path != POSTS]
    if sink.ignored:
        sink.warn("zip_member_ignored", len(sink.ignored))
    descriptor = source.member_descriptor(POSTS)
    try:
        return open_source(descriptor, POSTS)
    except UnreadableExport:
        os.close(descriptor)
        raise


def _read_posts(source: File, sink: Sink, options: Options) -> None:
    table = tables.open_table(source, sink, lambda rows: _header(rows, source.name))
    names = table.header.names
    wanted = {"is_pm": "is_pm", "url": "url", "created_at": "created_at"}
    sink.columns = dict(wanted)
    texts = [name for name in TEXTS if name in names]
    if texts:
        wanted["text"] = texts[0]
    frames = [
        batch.select("line", *(pl.col(f"c{names.index(n)}").alias(f) for f, n in wanted.items()))
        for batch in table.batches(sink)
    ]
    if not frames:
        raise tables.no_rows(source.name)
    posts = pl.concat(frames).with_columns(pl.col("url").str.extract_groups(PLACE).alias("where"))
    at = dates.instants(posts.get_column("created_at"), None).get_column("at")
    if not texts:
        posts = posts.with_columns(text=pl.lit(None, pl.String))
    posts = posts.with_columns(us=at.dt.epoch("us")).unnest("where").sort("us", nulls_last=True)
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    for act in _acts(posts, _author(posts)):
        acts.add(act)
    for topic, is_pm in posts.drop_nulls("1").select("1", "is_pm").unique("1").iter_rows():
        acts.space(topic, "direct" if (is_pm or "").casefold() in YES else "unknown")
    acts.finish()
    sink.warn("one_person_view")


def _header(rows: list[table_rows.Row], file: str) -> tables.Header:
    header = tables.find_header(rows, _fits)
    if header is None:
        raise UnreadableExport(
            "column_missing",
            f"{file}: the table of posts lacks some of {', '.join(sorted(NEEDED))}.",
        )
    return header


def _author(posts: pl.DataFrame) -> str:
    """Return the account of an archive: a hash of its first post, the same in a later archive of the same person."""
    first = posts.row(0, named=True)
    name = hashlib.blake2b(f"{first['1']}/{first['2']}/{first['us']}".encode(), digest_size=8)
    return f"archive:{name.hexdigest()}"


def _acts(posts: pl.DataFrame, author: str) -> Iterator[Act]:
    for post in posts.iter_rows(named=True):
        topic, number = post["1"], post["2"] or "1"
        yield Act(
            place=f"line {post['line']}",
            key=f"{topic}/{number}",
            us=post["us"],
            flaw=None if topic else "row_incomplete",
            actor=author,
            action="post" if number == "1" else "reply",
            space=topic,
            thread=f"{topic}/1",
            text=post["text"],
        )
