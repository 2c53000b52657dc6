"""What a page may know of a company's settings, and how it changes them: in a process of its own, logged.

Only settings.toml is read here; the vault, the key and the names stay closed to the process that serves pages.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from analytics import calendars, own_process, places
from analytics.errors import AnalyticsError, UsageError
from analytics.vault import milestones, presets
from analytics.vault.changes import shown
from analytics.vault.milestones import Milestone
from analytics.vault.settings import Settings, read_settings

PATIENCE = 60  # seconds; writing takes one
Change = Mapping[str, str]
Row = dict[str, Any]


class Incomplete(UsageError):
    """Rows that lack what the setting needs."""


def read(workspace: str) -> Settings:
    """Return a company's settings, the usual ones where nothing was said; raises WrongSetting."""
    return read_settings(places.folder(workspace) / "settings.toml")


def missing(workspace: str) -> list[str]:
    """Return the settings to be filled in before the first import."""
    return presets.missing(read(workspace))


def rules() -> dict[str, presets.Preset]:
    """Return what is asked for by country; "" where none is set."""
    return presets.presets()


def countries() -> dict[str, str]:
    """Return the countries whose public holidays are known: {code: name}, by name."""
    return calendars.names()


def dates(settings: Settings) -> list[Row]:
    """Return the dates that were named as rows: day, department ("" = everybody), what."""
    named = [milestones.parse(entry) for entry in settings.milestones]
    return [{"day": one.on, "department": one.department or "", "what": one.name} for one in named]


def dates_in_words(rows: Iterable[Row]) -> str:
    """Return rows of `dates` as the words that `change` takes; raises Incomplete where one lacks its day or its name."""
    written = []
    for row in rows:
        if not (row["day"] and row["what"]):
            raise Incomplete(
                "One of the dates has no day or no name: give both, or delete the row."
            )
        if set(row["department"]) & set("=@"):
            raise Incomplete("A department whose name holds = or @ cannot have a date of its own.")
        on = date.fromisoformat(str(row["day"]))
        written.append(milestones.written(Milestone(on, row["what"], row["department"] or None)))
    return ",".join(written)


def kept_by_tool(settings: Settings) -> dict[str, int]:
    """Return the tools whose acts are kept for a time of their own: {tool: days}."""
    named = [entry.partition("=") for entry in settings.keep_days_by_tool]
    return {tool.strip().casefold(): int(days) for tool, _, days in named}


def places_said(settings: Settings) -> list[Row]:
    """Return where places of the HR file lie as rows: place, country, region, zone ("" where none was said)."""
    return [
        {"place": name, "country": country, "region": region, "zone": zone}
        for name, calendar, zone in calendars.parted(settings.calendars)
        for country, _, region in (calendar.partition("-"),)
    ]


def places_in_words(rows: Iterable[Row]) -> str:
    """Return rows of `places_said` as the words that `change` takes; raises Incomplete where one lacks place or country."""
    written = []
    for row in rows:
        if not (row["place"] and row["country"]):
            raise Incomplete(
                "One of the places has no name or no country: give both, or delete the row."
            )
        if set(row["place"]) & set("=;"):
            raise Incomplete("A place whose name holds = or ; cannot be said here.")
        region = f"-{row['region'].upper()}" if row["region"] else ""
        zone = f"@{row['zone']}" if row["zone"] else ""
        written.append(f"{row['place']}={row['country']}{region}{zone}")
    return "; ".join(written)


def as_words(settings: Settings) -> dict[str, str]:
    """Return every setting as the words that `change` takes."""
    return {
        name: shown(value) for name, value in vars(settings).items() if not name.startswith("_")
    }


def change(workspace: str, said: Change, reason: str, who: str) -> str | None:
    """Change settings, {name: words}, making the workspace if need be; return the sentence why not, None when done.

    `who` is the address of whoever asks, for the log. Only what differs from now is sent.
    """
    now = as_words(read(workspace))
    differs = {name: words for name, words in said.items() if now.get(name) != words}
    if not differs and places.folder(workspace).joinpath("settings.toml").is_file():
        return None
    entries = [part for name, words in differs.items() for part in ("--set", f"{name}={words}")]
    try:
        own_process.ask(
            workspace,
            "settings",
            f"--reason={reason}",
            *entries,
            who=who,
            patience=PATIENCE,
            late="The settings could not be written in time. Nothing was changed; try again.",
            silent="The settings could not be written. Nothing was changed.",
        )
    except AnalyticsError as error:
        return str(error).replace(
            " (--reason)", ""
        )  # on a page it stands in a field, not in a flag
    return None
