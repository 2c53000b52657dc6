"""How does a Slack message become columns: its time, its kind, who acted, the form of its text?"""

import polars as pl

from analytics.readers import text_form
from analytics.readers.slack_batch import APP_SUBTYPES, HUDDLE

TIMES = {"us": "ts", "thread_us": "thread_ts", "version": "edited_ts"}
USUAL_LENGTH = 17  # of 1741952345.338929
EARLIEST_US = 946_684_800_000_000  # 2000: Slack began in 2013, but archives are imported into it

POSTED = ("thread_broadcast", "reply_broadcast", "me_message", "file_mention")
# In the old layout Slack wrote the text around a file: "Anna uploaded a file".
WRITTEN_BY_SLACK = ("file_share", "file_comment")
ACTS = ("", *POSTED, *WRITTEN_BY_SLACK, *APP_SUBTYPES, HUDDLE)
# Slack speaking. Any subtype that we do not know is taken as such too, and told.
ABOUT_SPACES = ("join", "leave", "topic", "purpose", "name", "archive", "unarchive")
NOTICES = (
    *(f"channel_{what}" for what in ABOUT_SPACES),
    *(f"group_{what}" for what in ABOUT_SPACES),
    "bot_add",
    "bot_remove",
    "channel_canvas_updated",
    "channel_convert_to_private",
    "channel_posting_permissions",
    "channel_tab_added",
    "document_mention",
    "pinned_item",
    "reminder_add",
    "reminder_delete",
    "sh_room_created",
    "tombstone",
    "unpinned_item",
    "welcome_party",
)

MENTION = r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>"
MARKUP = r"<[^>]*>|:[a-z+-][a-z0-9_+'-]*:"  # mentions, links, channels; emoji such as :tada:


def with_actors(messages: pl.LazyFrame, kinds: tuple[pl.Series, pl.Series]) -> pl.LazyFrame:
    """Add action, actor, is_app and is_human; what an app posts in a person's name is the app's act.

    `kinds` are the listed accounts, and of each its kind.
    """
    kind = pl.col("author").replace_strict(*kinds, default=None, return_dtype=pl.String)
    subtype = pl.col("subtype").fill_null("")
    is_notice = ~subtype.is_in(ACTS)
    is_app = pl.col("app").is_not_null() & ~is_notice
    has_only_files = pl.col("has_files") & (pl.col("text").fill_null("") == "")
    action = (
        pl.when(is_notice)
        .then(pl.lit("notice"))
        .when(subtype == HUDDLE)
        .then(pl.lit("call"))
        .when(pl.col("thread_us") != pl.col("us"))
        .then(pl.lit("reply"))
        .when((subtype == "file_share") | has_only_files)
        .then(pl.lit("file"))
        .otherwise(pl.lit("post"))
    )
    is_person = pl.col("kind").is_in(["human", "guest"])
    return messages.with_columns(kind=kind, action=action, is_app=is_app).with_columns(
        actor=pl.when(pl.col("is_app") & is_person).then("app").otherwise("author"),
        is_human=~is_notice & ~is_app & is_person.fill_null(value=True),
    )


def with_times(raw: pl.DataFrame) -> pl.DataFrame:
    """Put us, thread_us and version in place of the texts of times: microseconds since 1970 of texts such as 1741952345.338929, exactly.

    Null where it is no such text; version is 0 where there was no edit.
    """
    times = raw.with_columns(**{name: _digits(text) for name, text in TIMES.items()})
    is_usual = [
        (pl.col(text).str.len_bytes() == USUAL_LENGTH).all()
        & (pl.col(text).str.slice(10, 1) == ".").all()
        & (pl.col(text).null_count() == pl.col(name).null_count())
        for name, text in TIMES.items()
    ]
    if not times.select(pl.all_horizontal(is_usual)).item():  # five times as slow
        times = raw.with_columns(**{name: _by_parts(text) for name, text in TIMES.items()})
    return times.with_columns(pl.col("version").fill_null(0)).drop(TIMES.values())


def _digits(text: str) -> pl.Expr:
    return pl.col(text).str.replace(".", "", literal=True).cast(pl.Int64, strict=False)


def _by_parts(text: str) -> pl.Expr:
    times = pl.col(text).str
    seconds = times.extract(r"^(\d{1,12})(?:\.\d{1,6})?$").str.to_integer(strict=False)
    rest = times.extract(r"\.(\d{1,6})$").str.pad_end(6, "0").str.to_integer(strict=False)
    return seconds * 1_000_000 + rest.fill_null(0)


def with_calls(
    messages: pl.LazyFrame, calls: list[tuple[int, int | None, int | None]]
) -> pl.LazyFrame:
    """Add start_us and seconds of huddles; a huddle that has not ended has no length."""
    schema = {"row": pl.get_index_type(), "began": pl.Int64, "ended": pl.Int64}
    frame = pl.LazyFrame(calls, schema=schema, orient="row")
    began, ended = pl.col("began"), pl.col("ended")
    return messages.join(frame, on="row", how="left", maintain_order="left").with_columns(
        start_us=pl.when(began * 1_000_000 >= EARLIEST_US).then(began * 1_000_000).otherwise("us"),
        seconds=pl.when((began > 0) & (ended > began)).then(ended - began),
    )


def with_keys(messages: pl.LazyFrame) -> pl.LazyFrame:
    """Add event, thread, in_reply_to and at."""
    event = pl.concat_str("space", "us", separator=":")
    thread = pl.concat_str("space", "thread_us", separator=":")  # null where there is no thread
    return messages.with_columns(
        event=event,
        thread=thread,
        in_reply_to=pl.when(pl.col("thread_us") != pl.col("us")).then(thread),
        at=pl.from_epoch("start_us", time_unit="us"),
    )


def with_own_text(messages: pl.LazyFrame) -> pl.LazyFrame:
    """Let go of the text that Slack wrote, so that what is left tells the form of a person's own."""
    is_own = (pl.col("action") != "notice") & ~pl.col("subtype").fill_null("").is_in(
        [*WRITTEN_BY_SLACK, HUDDLE]
    )
    return messages.with_columns(text=pl.when(is_own).then("text"))


def mentions(messages: pl.DataFrame) -> pl.DataFrame:
    """Return row, event, account, how, actor: whom each text names, once, its author left out."""
    name = pl.col("account").str.extract(MENTION)
    return (
        messages.filter(
            pl.col("text").str.contains("<@", literal=True)
        )  # few: the rest costs nothing
        .select("row", "event", "actor", account=pl.col("text").str.extract_all(MENTION))
        .explode("account")
        .select("row", "event", account=name, how=pl.lit("mention"), actor="actor")
        .filter(pl.col("account") != pl.col("actor"))
        .unique(["row", "account"], maintain_order=True)
    )


def with_form(messages: pl.LazyFrame, mentioned: pl.DataFrame) -> pl.LazyFrame:
    """Add words, is_question and mentions (from `mentions`), and let the text go."""
    counts = mentioned.lazy().group_by("row").agg(mentions=pl.len().cast(pl.Int32))
    return (
        messages.join(counts, on="row", how="left", maintain_order="left")
        .with_columns(
            text=pl.col("text").str.replace_all(MARKUP, " "),
            mentions=pl.when(pl.col("text").is_not_null()).then(pl.col("mentions").fill_null(0)),
        )
        .with_columns(
            words=text_form.words(pl.col("text")), is_question=text_form.is_question(pl.col("text"))
        )
        .drop("text")
    )


def attendances(messages: pl.DataFrame, attendees: list[tuple[int, str]]) -> pl.DataFrame:
    """Return row, event, account, how, actor of those who were in a huddle."""
    schema = {"row": pl.get_index_type(), "account": pl.String}
    frame = pl.DataFrame(attendees, schema=schema, orient="row").unique(maintain_order=True)
    return frame.join(messages, on="row", maintain_order="left").select(
        "row", "event", "account", how=pl.lit("attendee"), actor="actor"
    )


def with_recipients(messages: pl.DataFrame, addressed: pl.DataFrame) -> pl.DataFrame:
    """Add is_timed and recipients: how many a direct message or a huddle reached; null where nobody was addressed."""
    reached = addressed.group_by("row").agg(recipients=pl.len().cast(pl.Int32))
    is_addressed = (pl.col("is_direct") & (pl.col("action") != "notice")) | (
        pl.col("action") == "call"
    )
    return messages.join(reached, on="row", how="left", maintain_order="left").with_columns(
        recipients=pl.when(is_addressed).then(pl.col("recipients").fill_null(0)),
        is_timed=pl.lit(True),
    )


def as_acts(reactions: pl.DataFrame) -> pl.DataFrame:
    """Add what is the same of every reaction; it carries the time of its message."""
    return reactions.with_columns(action=pl.lit("reaction"), is_timed=pl.lit(False))
