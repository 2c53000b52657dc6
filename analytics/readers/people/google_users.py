"""Who has an account in Google Workspace, where and under whom: the list of users that the admin console downloads.

Managers come as addresses. Where the column Department is empty for everybody, the organisational unit stands in.
Suspended and archived accounts are kept without a seat. Passwords, telephones and addresses at home are not read.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.people import directory

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="google_users",
    title="Google Workspace list of users (CSV)",
    tool=None,
    provides=frozenset({"seats", "managers", "departments", "levels", "locations"}),
    versions="Admin console, with and without storage columns.",
    is_seen=False,
)
MORE = {
    "account": ("email address required",),
    "unit": ("org unit path required",),
    "state": ("status read only",),
}
TOOLS = ("gmail", "google_chat", "google_drive", "google_meet")


def identify(source: "Source") -> bool:
    """Say whether some first row has the required columns of the admin console."""
    return directory.identify(source, FORMAT.id)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account and export.org."""
    users = directory.read_users(source, sink, FORMAT.id, MORE)
    users = users.with_columns(
        pl.lit(None, pl.String).alias(name)
        for name in (*MORE, "person", "department")
        if name not in users.columns
    )
    if users.get_column("department").is_null().all():
        unit = pl.col("unit").str.strip_chars("/")
        users = users.with_columns(department=pl.when(unit != "").then(unit))
    users = users.with_columns(account=directory.clean_address("account"))
    is_open = pl.col("state").str.to_lowercase().fill_null("active") == "active"
    users = users.with_columns(
        email="account",
        person=pl.coalesce("person", "account"),
        kind=pl.when(directory.without_names(users))
        .then(pl.lit("service"))
        .otherwise(pl.lit("human")),
        is_open=is_open,
        tools=pl.lit(list(TOOLS), pl.List(pl.String)),
    )
    directory.hand_over(users, sink, options, source)
