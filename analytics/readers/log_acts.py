"""Which rows of a log are one act: parts on disk by thread, then events, deliveries and repeats part by part."""

import shutil
from pathlib import Path

import polars as pl

from analytics.readers.base import Sink
from analytics.readers.log_columns import SYSTEM_ACCOUNT

PART = 12 * 2**20  # bytes of the log that are put in order at once
MOST_PARTS = 256
REPEATS_USUAL = (
    0.01  # above, one mail lies in several folders (Enron's archive repeats most of its mail)
)

EVENT_COLUMNS = (
    "tool", "event", "at", "is_timed", "action", "actor", "space", "thread", "in_reply_to", "recipients", "seconds",
    "words", "is_question", "mentions", "version",
)  # fmt: skip


class Staging:
    """Gathers checked rows and hands over whole acts at the end.

    Rows that are alike in every column are duplicates where the log could tell two acts apart (an id, times
    finer than a second) or where they are too many to be chance; else they stay, as copies.
    """

    def __init__(self, sink: Sink, size: int, *, has_ids: bool, place: str) -> None:
        self._sink = sink
        self._has_ids = has_ids
        self._parts = min(MOST_PARTS, 1 + size // PART)
        self._folder = sink.folder / "staging"
        self._batches = 0
        self._rows = 0
        self._finer_than_seconds = False
        self._accounts = pl.DataFrame(schema={"tool": pl.String, "account": pl.String})
        self._has_replies = self._has_meetings = False

    def lacks(self) -> set[str]:
        """Return what this very log does not show."""
        return {
            word
            for word, seen in (("replies", self._has_replies), ("meetings", self._has_meetings))
            if not seen
        }

    def add(self, rows: pl.DataFrame) -> None:
        """Take a batch of rows as interaction_log._rows gives them."""
        if rows.is_empty():
            return
        rows = rows.with_columns(
            by_id=pl.concat_str(pl.lit("id|"), "id"), composed=_composed(), home=_home()
        )
        rows = rows.with_columns(turn=_turn())
        self._rows += rows.height
        self._finer_than_seconds |= rows.select((pl.col("at").dt.microsecond() > 0).any()).item()
        self._has_meetings |= rows.select(pl.col("action").is_in(["meeting", "call"]).any()).item()
        self._note_accounts(rows)
        by_part = rows.with_columns(part=pl.col("home").hash(seed=0) % self._parts)
        for (part,), chunk in by_part.group_by("part"):
            folder = self._folder / str(part)
            folder.mkdir(parents=True, exist_ok=True)
            chunk.drop("part", "home", "id").write_parquet(
                folder / f"{self._batches}.parquet", compression="zstd"
            )
        self._batches += 1

    def _note_accounts(self, rows: pl.DataFrame) -> None:
        senders = rows.select("tool", account="sender")
        receivers = rows.select("tool", account="recipients").explode("account").drop_nulls()
        self._accounts = pl.concat([self._accounts, senders, receivers]).unique()

    def finish(self) -> None:
        """Hand over accounts, events and deliveries, and leave nothing on disk but those."""
        try:
            parts = sorted(self._folder.glob("*"))
            self._has_ids = self._has_ids and not self._ids_are_of_rows(parts)
            keeps_repeats = self._keeps_repeats(parts)
            for part in parts:
                self._finish_part(self._load(part), keeps_repeats)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._add_accounts()

    def _load(self, part: Path, columns: list[str] | None = None) -> pl.DataFrame:
        """Return the rows of a part in the order of the file, with event (their act)."""
        key = pl.coalesce("by_id", "composed") if self._has_ids else pl.col("composed")
        rows = pl.read_parquet(part / "*.parquet", columns=columns)
        return rows.sort("line").with_columns(event=key)

    def _ids_are_of_rows(self, parts: list[Path]) -> bool:
        """Say whether the ids only number the rows: none occurs twice although acts have several rows."""
        ids = acts = 0
        for part in parts:
            rows = pl.read_parquet(part / "*.parquet", columns=["by_id", "composed"])
            ids += rows.n_unique("by_id")
            acts += rows.n_unique("composed")
        if ids < self._rows or acts > (1 - REPEATS_USUAL) * self._rows:
            return False
        self._sink.warn("id_of_rows")
        return True

    def _keeps_repeats(self, parts: list[Path]) -> bool:
        if self._has_ids or self._finer_than_seconds:
            return False
        columns = ["line", "row", "by_id", "composed"]
        repeats = sum(
            rows.height - rows.n_unique(["row", "event"])
            for rows in (self._load(part, columns) for part in parts)
        )
        if repeats > REPEATS_USUAL * self._rows:
            return False
        if repeats:
            self._sink.warn("repeats_kept", repeats)
        return True

    def _finish_part(self, rows: pl.DataFrame, keeps_repeats: bool) -> None:
        if not keeps_repeats:
            once = rows.unique(["row", "event"], keep="first", maintain_order=True)
            if once.height < rows.height:
                self._sink.duplicates += rows.height - once.height
                self._sink.warnings["duplicate_dropped"] += rows.height - once.height
            rows = once
        self._sink.stored += rows.height
        deliveries = _deliveries(rows)
        if not self._finer_than_seconds:
            rows = rows.with_columns(pl.col("at") + pl.duration(microseconds=pl.col("turn") - 1))
        events = _events(rows, deliveries, has_ids=self._has_ids)
        self._note_unresolved(rows)
        self._has_replies |= events.get_column("in_reply_to").count() > 0
        self._has_replies |= events.get_column("thread").count() > 0
        self._sink.add("event", events)
        self._sink.add("delivery", deliveries)

    def _note_unresolved(self, rows: pl.DataFrame) -> None:
        answers = rows.get_column("reply_to").count()
        if answers and not self._has_ids:
            self._sink.warn("reply_unresolved", answers)

    def _add_accounts(self) -> None:
        is_service = pl.col("account").str.contains(SYSTEM_ACCOUNT)
        accounts = self._accounts.sort("tool", "account").select(
            "tool",
            "account",
            email=pl.when(pl.col("account").str.contains("@", literal=True)).then("account"),
            name=pl.lit(None, pl.String),
            kind=pl.when(is_service).then(pl.lit("service")).otherwise(pl.lit("human")),
            has_seat=pl.lit(False),
            time_zone=pl.lit(None, pl.String),
            left_on=pl.lit(None, pl.Date),
        )
        machines = accounts.filter(pl.col("kind") == "service").height
        if machines:
            self._sink.warn("non_human_flagged", machines)
        self._sink.add("account", accounts)


def _composed() -> pl.Expr:
    """Return the natural key of an act without an id: sender, instant, kind and thread."""
    instant = pl.col("at").dt.epoch("us").cast(pl.String)
    return pl.concat_str("sender", instant, "action", pl.col("thread").fill_null(""), separator="|")


def _turn() -> pl.Expr:
    """Return which of the acts of its instant a row's act is, in the order of the log: who answered whom may hang on it."""
    return pl.col("line").min().over("composed").rank("dense").over("at").cast(pl.Int64)


def _home() -> pl.Expr:
    """Return what decides the part a row goes to: acts of one thread, and rows of one act, stay together."""
    return pl.coalesce(pl.concat_str(pl.lit("thread|"), "thread"), "sender")


def _deliveries(rows: pl.DataFrame) -> pl.DataFrame:
    how = (
        pl.when(pl.col("action").is_in(["meeting", "call"]))
        .then(pl.lit("attendee"))
        .when(pl.col("action") == "reaction")
        .then(pl.lit("reaction"))
        .otherwise(pl.lit("to"))
    )
    reached = rows.select("tool", "event", "sender", how=how, account="recipients").explode(
        "account"
    )
    reached = reached.filter(
        pl.col("account").is_not_null() & (pl.col("account") != pl.col("sender"))
    )
    reached = reached.drop("sender")
    copy = pl.lit(0, pl.Int32)
    if reached.n_unique() < reached.height:
        copy = pl.int_range(pl.len(), dtype=pl.Int32).over("tool", "event", "account", "how")
    return reached.select("tool", "event", "account", "how", copy=copy)


def _events(rows: pl.DataFrame, deliveries: pl.DataFrame, *, has_ids: bool) -> pl.DataFrame:
    reach = deliveries.group_by("tool", "event").agg(
        recipients=pl.col("account").n_unique().cast(pl.Int32)
    )
    acts = rows.group_by("tool", "event", maintain_order=True).agg(
        pl.col("at").min(),
        pl.col("timed").all().alias("is_timed"),
        pl.col("action").first(),
        pl.col("sender").first().alias("actor"),
        pl.col("thread").first(),
        pl.col("reply_to").drop_nulls().first(),
        pl.col("seconds").max(),
    )
    acts = acts.join(reach, on=["tool", "event"], how="left", maintain_order="left")
    root = pl.col("event").sort_by("at", "event").first().over("tool", "thread")
    return acts.with_columns(
        thread=pl.when(pl.col("thread").is_not_null()).then(root),
        in_reply_to=pl.concat_str(pl.lit("id|" if has_ids else None, pl.String), "reply_to"),
        action=pl.when((pl.col("action") == "post") & pl.col("reply_to").is_not_null())
        .then(pl.lit("reply"))
        .otherwise("action"),
        space=pl.lit(None, pl.String),
        words=pl.lit(None, pl.Int32),
        is_question=pl.lit(None, pl.Boolean),
        mentions=pl.lit(None, pl.Int32),
        version=pl.lit(0, pl.Int64),
    ).select(EVENT_COLUMNS)
