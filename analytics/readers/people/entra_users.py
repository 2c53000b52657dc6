"""Who has an account in Microsoft 365, with which licences, in which department: lists of users as CSV or XLSX.

Read are "Download users" of the Entra portal, "Export users" of the Microsoft 365 admin centre, and what administrators
select by PowerShell. The first two name no managers: departments and licences only. Guests keep an account and no
place in the organisation; an account without first and last name counts as a service, not as a person.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.people import directory

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="entra_users",
    title="Entra or Microsoft 365 list of users (CSV, XLSX)",
    tool=None,
    provides=frozenset({"seats", "departments", "locations", "managers", "levels", "hire_dates"}),
    versions="Entra portal, Microsoft 365 admin centre, PowerShell.",
    is_seen=False,
)
MORE = {
    "account": ("user principal name",),
    "licences": ("licenses", "licences", "assigned licenses", "lizenzen", "licenze"),
    "blocked": ("block credential", "sign in blocked"),
    "enabled": ("account enabled",),
    "user_type": ("user type",),
    "object_id": ("object id", "id"),
}
SUITE = ("teams", "outlook", "onedrive", "sharepoint", "viva_engage")
# Names of licences as the admin centre writes them:
# learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
LICENCES = (
    (
        r"(?:microsoft|office) 365 (?:e[1357]|f[13]|a[135]|g[135]|business (?:basic|standard|premium))",
        SUITE,
    ),
    (r"exchange online", ("outlook",)),
    (r"sharepoint", ("sharepoint",)),
    (r"onedrive", ("onedrive",)),
    (r"(?:viva engage|yammer)", ("viva_engage",)),
    (r"teams (?:enterprise|essentials|exploratory|premium)", ("teams",)),
    (r"copilot", ("copilot",)),
)
NO_TEAMS = r"\(?(?:no teams|ohne teams|senza teams|sans teams)\)?"
YES = ("true", "yes", "1", "sì", "si", "ja", "oui")
GUEST = "#ext#"


def identify(source: "Source") -> bool:
    """Say whether some first row names a user principal name and a display name, and is no report of use."""
    return directory.identify(source, FORMAT.id)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account and, where departments or managers are listed, export.org."""
    users = directory.read_users(source, sink, FORMAT.id, MORE)
    users = users.with_columns(
        pl.lit(None, pl.String).alias(name)
        for name in (*MORE, "email", "person")
        if name not in users.columns
    )
    users = users.with_columns(account=directory.clean_address("account"))
    users = users.with_columns(
        email=pl.coalesce(directory.clean_address("email"), _home_address(), "account"),
        kind=_kind(users),
        is_open=~_is_yes("blocked") & (_is_yes("enabled") | pl.col("enabled").is_null()),
        tools=_tools(),
    )
    users = users.with_columns(person=pl.coalesce("person", "email"))
    directory.hand_over(users, sink, options, source)


def _kind(users: pl.DataFrame) -> pl.Expr:
    guest = pl.col("account").str.contains(GUEST, literal=True) | (
        pl.col("user_type").str.to_lowercase() == "guest"
    )
    return (
        pl.when(guest)
        .then(pl.lit("guest"))
        .when(directory.without_names(users))
        .then(pl.lit("service"))
        .otherwise(pl.lit("human"))
    )


def _home_address() -> pl.Expr:
    """Return the address at home of a guest: anna_acme.com#EXT#@tenant.onmicrosoft.com is anna@acme.com."""
    return pl.col("account").str.extract(r"^(.+)#ext#@").str.replace(r"^(.*)_([^_]+)$", "$1@$2")


def _is_yes(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().is_in(YES).fill_null(False)


def _tools() -> pl.Expr:
    """Return the tools that a cell of licences, joined by +, opens; an empty list where none is named."""
    text = pl.col("licences").str.to_lowercase().fill_null("")
    without_teams = text.str.contains(NO_TEAMS) & ~text.str.contains(LICENCES[5][0])
    parts = [
        pl.when(text.str.contains(pattern))
        .then(pl.lit(list(tools), pl.List(pl.String)))
        .otherwise(pl.lit([], pl.List(pl.String)))
        for pattern, tools in LICENCES
    ]
    tools = pl.concat_list(parts).list.unique(maintain_order=True)
    return pl.when(without_teams).then(tools.list.filter(pl.element() != "teams")).otherwise(tools)
