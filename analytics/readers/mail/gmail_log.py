"""The e-mail log search of the Google Workspace admin console (Reporting, Email log search), downloaded as CSV.

One row is a step of the delivery of a mail to somebody; the steps are brought together, and only what arrived counts.
Subjects are passed over. The search reaches back 30 days, and what was answered it does not tell.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import told
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import Aliases
from analytics.readers.mail import log_rows

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="gmail_log",
    title="Gmail log search (CSV)",
    tool="mail",
    provides=frozenset({"acts", "recipients"}),
    versions="18 columns of the admin console, in English.",
    is_seen=False,
)
ALIASES: Aliases = {
    "id": ("message id",),
    "sender": ("sender",),
    "recipient": ("recipient address",),
    "time": ("start date",),
    "event_time": ("event date",),
    "target": ("event target",),
    "status": ("event status",),
}
NEEDED = {"id", "sender", "recipient", "time", "target"}
LIMIT = 10_000  # a download stops there
LOST = r"(?i)fail|bounce|reject|spam|quarantin|drop|delet|not delivered|error"
FITS = told.names(ALIASES, lambda fields: fields >= NEEDED)


def identify(source: "Source") -> bool:
    """Say whether a first row names the columns of the log."""
    return told.has_header(source, FITS)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over mails and whom they reached; raises UnreadableExport when no row may be kept."""
    rows, _ = told.read_fields(source, sink, FITS, ALIASES)
    rows = rows.with_columns(
        time=pl.coalesce("time", "event_time"),
        sender=log_rows.address(pl.col("sender")),
        recipient=log_rows.address(pl.col("recipient")),
    )
    if rows.height == LIMIT:
        sink.warn("incomplete_page")
    rows = rows.hstack(log_rows.instants(rows["time"], options, sink))
    rows = log_rows.with_ids(log_rows.set_apart(rows, sink), sink)
    arrived = ~pl.col("status").str.contains(LOST).fill_null(False)
    steps = rows.filter(arrived)
    once = steps.unique(["id", "recipient"], keep="first", maintain_order=True)
    lost = rows.height - steps.height
    if lost:
        sink.warn("event_not_counted", lost)
    sink.non_records += rows.height - once.height
    log_rows.hand_over(once, Acts(sink, options.tool or "mail"), sink)
