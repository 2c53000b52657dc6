"""What was done, and whom did it reach? Messages of a Slack export become events and deliveries.

Messages are gathered over day files until a batch is full; a batch is turned over column by column. What
must be remembered from batch to batch (times and authors, to find the root of a thread and repeated
records) is kept only for the conversation that is being read.
"""

from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from analytics.readers.base import Sink
from analytics.readers.slack_batch import Batch
from analytics.readers.slack_directory import SLACK_ITSELF, Directory, Space, digest
from analytics.readers.slack_form import (
    EARLIEST_US,
    NOTICES,
    as_acts,
    attendances,
    mentions,
    with_actors,
    with_calls,
    with_form,
    with_keys,
    with_own_text,
    with_recipients,
    with_times,
)
from analytics.schema import polars_schema

ACCOUNT = r"^[A-Za-z0-9_.:@-]{1,64}$"
WHOLE: Literal["in-memory"] = "in-memory"  # a batch is small, and its order is kept


@dataclass
class Memory:
    """What is remembered of the conversation being read: space_no, us, actor of its messages; replies without root."""

    known: pl.DataFrame
    waiting: pl.DataFrame

    @classmethod
    def empty(cls) -> "Memory":
        """Return a memory of nothing."""
        known = {"space_no": pl.Int32(), "us": pl.Int64(), "actor": pl.String()}
        waiting = known | {"event": pl.String(), "thread_us": pl.Int64(), "parent": pl.String()}
        return cls(pl.DataFrame(schema=known), pl.DataFrame(schema=waiting))


@dataclass
class Turnover:
    """Turns batches into rows of export.event and export.delivery."""

    sink: Sink
    directory: Directory
    tool: str
    latest_us: int
    seen: set[str] = field(default_factory=set)
    bots: set[str] = field(default_factory=set)
    memory: Memory = field(default_factory=Memory.empty)
    emoji: dict[str, str] = field(default_factory=dict)
    spaces: list[Space] = field(default_factory=list)  # those met up to the batch in hand

    def __post_init__(self) -> None:
        """Make columns of the kinds of accounts, once for all batches."""
        kinds = self.directory.kinds
        self.kinds = (
            pl.Series(list(kinds), dtype=pl.String),
            pl.Series(list(kinds.values()), dtype=pl.String),
        )

    def turn(self, batch: Batch, *, is_last: bool) -> None:
        """Write what the batch holds; the conversation of its last message stays open unless this is the last batch."""
        self.spaces = batch.spaces
        self.sink.non_records += batch.non_records
        for place, code in batch.bad:
            self.sink.reject(place, code)
        for note, times in batch.notes.items():
            self.sink.warn(note, times)
        messages = self._believable(with_times(batch.frame()), batch)
        messages = self._without_repeats(messages, batch)
        messages = self._as_acts(messages, batch)
        mentioned = mentions(messages)
        messages = with_form(messages.lazy(), mentioned).collect(engine=WHOLE)
        self._tell(messages)
        addressed = pl.concat([self._direct(messages), attendances(messages, batch.attendees)])
        addressed = addressed.filter(pl.col("account") != pl.col("actor"))
        answers = self._answers(messages, is_last=is_last)
        reactions = self._reactions(messages, batch)
        reacted = reactions.select("event", account="author", how=pl.lit("reaction"), actor="actor")
        others = pl.concat([answers, reacted]).filter(pl.col("account") != pl.col("actor"))
        self._add("event", with_recipients(messages, addressed), as_acts(reactions))
        self._add("delivery", mentioned, addressed, others)

    # ------------------------------------------------------------------------------- which records count

    def _believable(self, messages: pl.DataFrame, batch: Batch) -> pl.DataFrame:
        """Set apart what has no author or no possible time."""
        us = pl.col("us")
        code = (
            pl.when(pl.col("author").is_null())
            .then(pl.lit("author_missing"))
            .when(~pl.col("author").str.contains(ACCOUNT))
            .then(pl.lit("field_type"))
            .when(us.is_null())
            .then(pl.lit("timestamp_invalid"))
            .when((us < EARLIEST_US) | (us > self.latest_us))
            .then(pl.lit("timestamp_out_of_range"))
        )
        messages = messages.with_columns(code=code)
        bad = messages.filter(pl.col("code").is_not_null())
        if bad.is_empty():
            return messages
        self._reject(bad, batch)
        return messages.filter(pl.col("code").is_null())

    def _reject(self, messages: pl.DataFrame, batch: Batch) -> None:
        for file, number, code in messages.select("file", "number", "code").iter_rows():
            self.sink.reject(f"{batch.files[file]}#{number}", code)

    def _without_repeats(self, messages: pl.DataFrame, batch: Batch) -> pl.DataFrame:
        """Keep one record of each conversation and time: the one edited last, else the first.

        The same author again is a repeat; another author at the same microsecond is set apart.
        """
        if self._is_in_order(messages):
            return messages
        key = ["space_no", "us"]
        earlier = self.memory.known.select(*key, earlier_author="actor")
        again = messages.join(earlier, on=key, how="semi")
        if again.is_empty() and not messages.select(key).is_duplicated().any():
            return messages
        ranked = messages.join(earlier.unique(key), on=key, how="left").sort(
            *key, "version", "row", descending=[False, False, True, False]
        )
        ranked = ranked.with_columns(
            place=pl.int_range(pl.len()).over(key),
            first_author=pl.col("author").first().over(key),
        )
        extra = (pl.col("place") > 0) | pl.col("earlier_author").is_not_null()
        is_conflict = (pl.col("author") != pl.col("first_author")) & pl.col(
            "earlier_author"
        ).is_null()
        self._reject(
            ranked.filter(extra & is_conflict).with_columns(code=pl.lit("duplicate_conflict")),
            batch,
        )
        repeats = ranked.filter(extra & ~is_conflict).height
        self.sink.duplicates += repeats
        if repeats:
            self.sink.warn("duplicate_dropped", repeats)
        return ranked.filter(~extra).select(messages.columns).sort("row")

    def _is_in_order(self, messages: pl.DataFrame) -> bool:
        """Say whether each message is later than the one before it in its conversation: then none comes twice."""
        earlier = self.memory.known.select("space_no", pl.col("us").max().over("space_no")).tail(1)
        places = pl.concat([earlier, messages.select("space_no", "us")])
        is_next = (pl.col("space_no").diff() > 0) | (
            (pl.col("space_no").diff() == 0) & (pl.col("us").diff() > 0)
        )
        return bool(places.select(is_next.all()).item())

    # ------------------------------------------------------------------------------------ whom it reached

    def _as_acts(self, messages: pl.DataFrame, batch: Batch) -> pl.DataFrame:
        """Say of each message who acted, how, where and when."""
        acts = with_actors(messages.lazy(), self.kinds)
        acts = acts.join(self._space_keys(), on="space_no", how="left", maintain_order="left")
        acts = with_own_text(with_keys(with_calls(acts, batch.calls)))
        return acts.collect(engine=WHOLE)

    def _space_keys(self) -> pl.LazyFrame:
        keys = [space.key for space in self.spaces]
        direct = [space.openness == "direct" and bool(space.members) for space in self.spaces]
        frame = pl.LazyFrame(
            {"space": keys, "is_direct": direct},
            schema={"space": pl.String, "is_direct": pl.Boolean},
        )
        return frame.with_columns(space_no=pl.int_range(pl.len(), dtype=pl.Int32))

    def _direct(self, messages: pl.DataFrame) -> pl.DataFrame:
        """Return the messages of direct and group conversations, which reach every other member."""
        direct = messages.filter("is_direct", pl.col("action") != "notice")
        numbers = direct["space_no"].unique().to_list()
        members = [(number, member) for number in numbers for member in self.spaces[number].members]
        frame = pl.DataFrame(
            members, schema={"space_no": pl.Int32, "account": pl.String}, orient="row"
        )
        return direct.join(frame, on="space_no", maintain_order="left_right").select(
            "row", "event", "account", how=pl.lit("to"), actor="actor"
        )

    def _answers(self, messages: pl.DataFrame, *, is_last: bool) -> pl.DataFrame:
        """Return the replies, which reach the author of the thread's root, whatever day file that lies in.

        A root that is not exported has left its author's id in most replies.
        """
        memory = self.memory
        columns = memory.known.columns
        roots = pl.concat([memory.known, messages.select(columns)])
        replies = pl.concat(
            [
                memory.waiting,
                messages.filter(pl.col("action") == "reply").select(memory.waiting.columns),
            ]
        ).join(
            roots.select("space_no", thread_us="us", root_author="actor"),
            on=["space_no", "thread_us"],
            how="left",
            maintain_order="left",
        )
        is_open = pl.col("space_no") == (-1 if is_last else len(self.spaces) - 1)
        lost = pl.col("root_author").is_null()
        self.memory = Memory(
            roots.filter(is_open), replies.filter(lost & is_open).select(memory.waiting.columns)
        )
        if not (missing := replies.filter(lost & ~is_open)).is_empty():
            self.sink.warn("thread_parent_missing", missing.height)
        return replies.filter(~(lost & is_open)).select(
            "event",
            account=pl.coalesce("root_author", "parent"),
            how=pl.lit("reply"),
            actor="actor",
        )

    def _reactions(self, messages: pl.DataFrame, batch: Batch) -> pl.DataFrame:
        """Return reactions as events of their own: event, actor, author of the message, and the message's columns."""
        rows, names, accounts = batch.reactions
        for name in set(names) - self.emoji.keys():
            self.emoji[name] = digest(name)  # names of a company's own emoji may be names of people
        frame = pl.DataFrame(
            {"row": rows, "emoji": [self.emoji[name] for name in names], "account": accounts},
            schema={"row": pl.get_index_type(), "emoji": pl.String, "account": pl.String},
        ).filter(pl.col("account").str.contains(ACCOUNT))
        columns = ["row", "event", "at", "actor", "space", "version"]
        return (
            frame.unique(maintain_order=True)
            .join(messages.select(columns), on="row", maintain_order="left")
            .with_columns(
                event=pl.concat_str("event", "emoji", "account", separator=":"),
                author="actor",
                actor="account",
            )
        )

    # ------------------------------------------------------------------------------------- writing down

    def _tell(self, messages: pl.DataFrame) -> None:
        """Note what is worth saying of the batch, and who spoke as an app."""
        self.sink.stored += messages.height
        self.bots |= set(messages.filter("is_app")["actor"].unique())
        later = (pl.col("thread_us") > pl.col("us")).sum()
        unknown_subtype = ((pl.col("action") == "notice") & ~pl.col("subtype").is_in(NOTICES)).sum()
        is_stranger = (
            pl.col("is_human") & pl.col("kind").is_null() & ~pl.col("actor").is_in(SLACK_ITSELF)
        )
        counts = messages.select(
            thread_parent_later=later,
            event_not_counted=unknown_subtype,
            non_human_flagged=(~pl.col("is_human") | pl.col("actor").is_in(SLACK_ITSELF)).sum(),
            person_unknown=is_stranger.sum() if self.directory.users else pl.lit(0),
        ).row(0, named=True)
        for code, times in counts.items():
            if times:
                self.sink.warn(code, times)

    def _add(self, table: str, *frames: pl.DataFrame) -> None:
        """Hand over rows; what a frame lacks is null, the tool is the same in all, and no delivery comes twice."""
        schema = polars_schema(f"export.{table}")
        same = {"tool": pl.lit(self.tool), "copy": pl.lit(0)}
        own = [frame.select(frame.collect_schema().keys() & schema.keys()) for frame in frames]
        columns = [
            same.get(name, pl.col(name)).cast(type_).alias(name) for name, type_ in schema.items()
        ]
        rows = pl.concat(own, how="diagonal").select(columns)
        self.seen |= set(rows["actor" if table == "event" else "account"].unique())
        self.sink.add(table, rows)
