"""From the messages of a chat, mail or ticket tool to the canonical tables: what all such readers share.

A reader says one act after the other; here they are checked, told apart from their repeats, given the form of their
text (which is let go) and the people they reach, and handed over in batches, so that memory stays flat.
"""

import shutil
import time
from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import polars as pl

from analytics.readers import text_form
from analytics.readers.act import Account, Act, Openness, Space, address
from analytics.readers.base import Sink
from analytics.schema import polars_schema

BATCH = 25_000  # acts
EARLIEST_US = 631_152_000_000_000  # 1990
TOLERANCE_US = 2 * 24 * 3600 * 1_000_000  # clocks that run ahead

TEXTS = ("email", "name", "time_zone")  # of an account
HOW = {
    "to": "to",
    "cc": "cc",
    "attendees": "attendee",
    "accepted": "accepted",
    "mentions": "mention",
}
ANSWERS = {"reply": "reply", "reaction": "reaction"}
KEPT = pl.DataFrame(
    schema={"id": pl.UInt64, "actor": pl.Categorical, "version": pl.Int64}
)  # id: hash of the key


class Acts:
    """Takes accounts, spaces and acts of one tool and hands them to the sink; call `finish` at the end.

    `markup` is a pattern of what in a text is not words (mentions, links, tags).
    """

    def __init__(self, sink: Sink, tool: str, markup: str | None = None) -> None:
        self.sink = sink
        self.tool = tool
        self.accounts: dict[str, Account] = {}
        self.spaces: dict[str, Space] = {}
        self._markup = markup
        self._latest_us = time.time_ns() // 1000 + TOLERANCE_US
        self._batch: list[Act] = []
        self._seen: set[str] = set()
        self._kept: list[pl.DataFrame] = []  # of every act, as KEPT
        self._folder = sink.folder / "staging"
        self._waiting = 0
        self.counts: Counter[str] = Counter()  # acts handed over, by action

    def account(self, account: str, **facts: Any) -> Account:  # noqa: ANN401 - the fields of Account
        """Note what is said of an account: email, name, kind, has_seat, time_zone, left_on; the last word counts.

        A text that is none (a number, a list: records are anybody's JSON) says nothing.
        """
        known = self.accounts.setdefault(account, Account())
        for name, value in facts.items():
            if value is not None and (name not in TEXTS or isinstance(value, str)):
                setattr(known, name, value)
        return known

    def space(
        self,
        space: str,
        openness: Openness = "unknown",
        members: Iterable[str] = (),
        purpose: str = "unknown",
        phase: str | None = None,
    ) -> Space:
        """Note a space and who is in it; members of several calls add up."""
        known = self.spaces.setdefault(space, Space())
        if openness != "unknown":
            known.openness = openness
        if purpose != "unknown":
            known.purpose = purpose
        known.phase = phase or known.phase
        known.members.update(members)
        return known

    def add(self, act: Act) -> None:
        """Take one act; what has no author or no possible time is set apart by its place."""
        if act.flaw:
            self._reject(act, act.flaw)
        elif not act.actor:
            self._reject(act, "author_missing")
        elif act.us is None:
            self._reject(act, "timestamp_invalid")
        elif not EARLIEST_US <= act.us <= self._latest_us:
            self._reject(act, "timestamp_out_of_range")
        else:
            self._batch.append(act)
            if len(self._batch) >= BATCH:
                self._flush()

    def _reject(self, act: Act, code: str) -> None:
        if act.is_record:
            self.sink.reject(act.place, code)
        else:
            self.sink.warn("reaction_ignored" if act.action == "reaction" else "field_ignored")

    def finish(self) -> None:
        """Hand over what is left: answers to acts of any part of the export, accounts, spaces, memberships."""
        try:
            self._flush()
            self._answers()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._add_accounts()
        rows = [
            (self.tool, key, space.openness, space.purpose, space.phase)
            for key, space in sorted(self.spaces.items())
        ]
        self._add("space", pl.DataFrame(rows, schema=polars_schema("export.space"), orient="row"))
        members = [
            (self.tool, key, member)
            for key, space in sorted(self.spaces.items())
            for member in sorted(space.members)
        ]
        schema = polars_schema("export.membership")
        self._add("membership", pl.DataFrame(members, schema=schema, orient="row"))

    # ---------------------------------------------------------------------------------------- one batch

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        for space in {act.space for act in batch if act.space} - self.spaces.keys():
            self.space(space)
        acts = self._frame(batch)
        acts = self._without_repeats(acts, batch)
        acts = acts.with_columns(
            words=pl.coalesce("words", text_form.words(self._plain())),
            is_question=text_form.is_question(self._plain()),
        ).drop("text")
        deliveries = self._deliveries(acts, batch)
        self._stage_answers(acts)
        self._write(acts, deliveries)

    def _frame(self, batch: list[Act]) -> pl.DataFrame:
        columns = {
            name: list(map(attrgetter(name), batch))
            for name in (
                "key", "us", "actor", "action", "space", "thread", "in_reply_to", "recipients", "seconds", "text",
                "words", "version", "is_timed", "is_record",
            )
        }  # fmt: skip
        schema = {
            "key": pl.String, "us": pl.Int64, "actor": pl.String, "action": pl.String, "space": pl.String,
            "thread": pl.String, "in_reply_to": pl.String, "recipients": pl.Int32, "seconds": pl.Int64,
            "text": pl.String, "words": pl.Int32, "version": pl.Int64, "is_timed": pl.Boolean, "is_record": pl.Boolean,
        }  # fmt: skip
        frame = pl.DataFrame(columns, schema=schema, strict=False)
        return frame.with_row_index("row").with_columns(id=pl.col("key").hash(seed=0))

    def _plain(self) -> pl.Expr:
        text = pl.col("text")
        return text.str.replace_all(self._markup, " ") if self._markup else text

    def _without_repeats(self, acts: pl.DataFrame, batch: list[Act]) -> pl.DataFrame:
        """Keep one of the acts with one key: in a batch the one edited last, of another batch also where it is newer.

        The same author again is a repeat; another author under the same key is set apart.
        """
        earlier = self._known(acts["id"]).group_by("id").agg(
            known=pl.col("actor").first(), known_version=pl.col("version").max()
        )  # fmt: skip
        ranked = acts.join(earlier, on="id", how="left", maintain_order="left")
        if ranked["known"].null_count() == ranked.height and not acts["id"].is_duplicated().any():
            self._keep(acts)
            return acts
        ranked = ranked.sort("id", "version", "row", descending=[False, True, False]).with_columns(
            place=pl.int_range(pl.len()).over("id"),
            author=pl.coalesce("known", pl.col("actor").first().over("id")),
        )
        is_repeat = (pl.col("place") > 0) | pl.col("known").is_not_null()
        is_conflict = is_repeat & (pl.col("actor") != pl.col("author"))
        for row, is_record in ranked.filter(is_conflict).select("row", "is_record").iter_rows():
            if is_record:
                self.sink.reject(batch[row].place, "duplicate_conflict")
        repeats = ranked.filter(is_repeat & ~is_conflict & pl.col("is_record")).height
        if repeats:
            self.sink.duplicates += repeats
            self.sink.warn("duplicate_dropped", repeats)
        first = ranked.filter(~is_repeat)
        newer = ranked.filter(
            (pl.col("place") == 0) & ~is_conflict & (pl.col("version") > pl.col("known_version"))
        ).with_columns(is_record=pl.lit(False))  # counted as a repeat above
        kept = pl.concat([first, newer]).select(acts.columns).sort("row")
        self._keep(kept)
        return kept

    def _keep(self, acts: pl.DataFrame) -> None:
        """Remember what tells acts from their repeats, in 20 bytes each."""
        actor = pl.col("actor").cast(pl.Categorical)
        self._kept.append(acts.select("id", actor, "version").rechunk())

    def _known(self, ids: pl.Series) -> pl.DataFrame:
        """Return id, actor, version of the acts among these that were handed over."""
        wanted = ids.unique().to_frame("id")
        found = [
            kept.join(wanted, on="id", how="semi", maintain_order="left") for kept in self._kept
        ]
        return pl.concat([*found, KEPT]).with_columns(pl.col("actor").cast(pl.String))

    def _deliveries(self, acts: pl.DataFrame, batch: list[Act]) -> pl.DataFrame:
        """Return event, account, how, actor of what the acts say themselves about whom they reach."""
        rows = acts["row"].to_list()
        parts = []
        for name, how in HOW.items():
            lists = zip(rows, map(attrgetter(name), map(batch.__getitem__, rows)), strict=True)
            reached = [
                (row, account) for row, accounts in lists if accounts for account in accounts
            ]
            frame = pl.DataFrame(
                reached, schema={"row": pl.get_index_type(), "account": pl.String}, orient="row"
            )
            parts.append(frame.with_columns(how=pl.lit(how)))
        parts.append(self._members_reached(acts, batch))
        return (
            pl.concat(parts)
            .join(acts.select("row", "key", "actor"), on="row")
            .filter(pl.col("account") != pl.col("actor"))
            .select(event="key", account="account", how="how")
            .unique()
            .sort("event", "account", "how")
        )

    def _members_reached(self, acts: pl.DataFrame, batch: list[Act]) -> pl.DataFrame:
        """Return row, account, how of what is written in direct spaces to nobody in particular."""
        direct = {
            key: space.members for key, space in self.spaces.items() if space.openness == "direct"
        }
        spoken = acts.filter(
            pl.col("space").is_in(list(direct)), ~pl.col("action").is_in(["notice", "reaction"])
        )
        reached = [
            (row, member)
            for row, space in spoken.select("row", "space").iter_rows()
            if not (batch[row].to or batch[row].attendees)
            for member in direct[space]
        ]
        schema = {"row": pl.get_index_type(), "account": pl.String}
        return pl.DataFrame(reached, schema=schema, orient="row").with_columns(how=pl.lit("to"))

    def _stage_answers(self, acts: pl.DataFrame) -> None:
        """Keep aside who answered what: the author of that may come later in the export."""
        answers = acts.filter(pl.col("action").is_in(list(ANSWERS))).select(
            event="key",
            actor="actor",
            how=pl.col("action").replace(ANSWERS),
            target=pl.coalesce("in_reply_to", "thread"),
        )
        answers = answers.filter(pl.col("target").is_not_null())
        if answers.is_empty():
            return
        self._folder.mkdir(exist_ok=True)
        answers.with_columns(id=pl.col("target").hash(seed=0)).drop("target").write_parquet(
            self._folder / f"{self._waiting}.parquet"
        )
        self._waiting += 1

    def _write(self, acts: pl.DataFrame, deliveries: pl.DataFrame) -> None:
        reached = (
            deliveries.filter(pl.col("how").is_in(["to", "cc", "attendee"]))
            .group_by("event")
            .agg(addressed=pl.col("account").n_unique().cast(pl.Int32))
        )
        mentioned = (
            deliveries.filter(pl.col("how") == "mention")
            .group_by("event")
            .agg(mentions=pl.len().cast(pl.Int32))
        )
        events = (
            acts.join(reached, left_on="key", right_on="event", how="left", maintain_order="left")
            .join(mentioned, left_on="key", right_on="event", how="left", maintain_order="left")
            .with_columns(
                event="key",
                at=pl.from_epoch("us", time_unit="us"),
                recipients=pl.coalesce("addressed", "recipients"),
                mentions=pl.col("mentions").fill_null(0),
                # whose act a reaction answers is its delivery; it belongs to no thread of its own
                thread=pl.when(pl.col("action") != "reaction").then("thread"),
                in_reply_to=pl.when(pl.col("action") != "reaction").then("in_reply_to"),
            )
        )
        self.sink.stored += int(events["is_record"].sum())
        self.counts.update(dict(events.group_by("action").len().iter_rows()))
        self._seen.update(events["actor"].unique(), deliveries["account"].unique())
        self._add("event", events)
        self._add("delivery", deliveries.with_columns(copy=pl.lit(0)))

    # ------------------------------------------------------------------------------------- at the end

    def _answers(self) -> None:
        """Hand over replies and reactions as reaching the author of what they answer."""
        if not self._waiting:
            return
        lost = 0
        for number in range(self._waiting):
            answers = pl.read_parquet(self._folder / f"{number}.parquet", glob=False)
            known = self._known(answers["id"]).unique("id", keep="first", maintain_order=True)
            answers = answers.join(known.select("id", account="actor"), on="id", how="left")
            lost += answers["account"].null_count()
            found = answers.filter(pl.col("account") != pl.col("actor"))
            self._add("delivery", found.with_columns(copy=pl.lit(0)).unique().sort("event", "how"))
        if lost:
            self.sink.warn("thread_parent_missing", lost)

    def _add_accounts(self) -> None:
        everyone = self._seen.union(*(space.members for space in self.spaces.values()))
        for account in everyone - self.accounts.keys():
            self.accounts[account] = Account()
        strangers = everyone & {key for key, found in self.accounts.items() if found == Account()}
        if strangers and len(strangers) < len(self.accounts):
            self.sink.warn("person_unknown", len(strangers))
        if bots := sum(a.kind in ("bot", "service") for a in self.accounts.values()):
            self.sink.warn("non_human_flagged", bots)
        rows = [
            (
                self.tool, key, address(a.email or (key if "@" in key else None)), a.name, a.kind,
                a.has_seat and a.kind in ("human", "guest"), a.time_zone, a.left_on,
            )
            for key, a in sorted(self.accounts.items())
        ]  # fmt: skip
        schema = polars_schema("export.account")
        self._add("account", pl.DataFrame(rows, schema=schema, orient="row"))

    def _add(self, table: str, frame: pl.DataFrame) -> None:
        schema = polars_schema(f"export.{table}")
        columns = [
            pl.lit(self.tool).alias(name) if name == "tool" else pl.col(name) for name in schema
        ]
        self.sink.add(table, frame.select(columns).cast(pl.Schema(schema)))
