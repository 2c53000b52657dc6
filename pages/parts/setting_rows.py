"""What settings are called, and those that are lists: dates to look at, places in other countries, tools kept for another time. A row each."""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

import polars as pl
import streamlit as st

from analytics import settings_door
from analytics.settings_door import Row
from pages.parts import workspace
from pages.parts.filters import tool_name
from pages.parts.first_import import LONGEST
from pages.parts.screen import screen
from pages.parts.states import note
from pages.parts.text import UNKNOWN, bare, count, day, listed, plain

LABELS = {
    "country": "Country whose rules hold",
    "purpose": "Purpose",
    "legal_basis": "Legal basis",
    "agreement": "Agreement or authorisation",
    "threshold": "Smallest group shown",
    "keep_days": "Single acts are kept",
    "keep_days_by_tool": "Tools kept for another time",
    "time_zone": "Time zone",
    "hours": "Working day",
    "workdays": "Working week",
    "holidays": "Public holidays",
    "calendars": "Places in other countries",
    "hourly_cost": "Cost of an hour",
    "milestones": "Dates to look at",
    "company": "Name of the company",
    "day_starts": "Hour at which the working day begins",
    "day_ends": "Hour at which the working day ends",
    "currency": "Currency",
}
NOT_SET = "not set"
DATES = {"day": pl.Date, "department": pl.String, "what": pl.String}
PLACES = {"place": pl.String, "country": pl.String, "region": pl.String, "zone": pl.String}
DAY, DAY_ON_PHONE = 104, 98  # px of a date and the mark before its name
ADD = "A row is added below the last one, and taken away by choosing it at its left edge. Save keeps them."


def dates(name: str) -> None:
    """Ask for launches, trainings and rules: day, department, what."""
    rows = settings_door.dates(settings_door.read(name))
    release = workspace.find_release()
    known = sorted({*(release.groups("department") if release else ()), *(row["department"] for row in rows)} - {""})  # fmt: skip
    column = st.column_config
    where = (
        column.SelectboxColumn(
            "Department", options=known, help="Empty: everybody", width=_on_phone(126)
        )
        if known
        else column.TextColumn(
            "Department", help="As the HR file names it; empty: everybody", width=_on_phone(126)
        )
    )
    st.markdown("**Dates to look at: launches, trainings, rules**")
    config = {
        "day": column.DateColumn("Day", format="D MMM YYYY", width=_on_phone(DAY_ON_PHONE) or DAY),
        "department": where,
        "what": column.TextColumn("What", width=_on_phone(100)),
    }
    _edited("set_milestones", rows, DATES, config, "Dates to look at")
    note(f"Without a department it is everybody's. Whoever sees figures sees these names. {ADD}")


def places(name: str) -> None:
    """Ask in which country places of the HR file lie, where their names don't say it."""
    rows = settings_door.places_said(settings_door.read(name))
    column, countries = st.column_config, settings_door.countries()
    st.markdown("**Places in other countries**")
    config = {
        "place": column.TextColumn("Place", help="As the HR file names it", width=_on_phone(80)),
        "country": column.SelectboxColumn(
            "Country", options=list(countries), format_func=lambda code: countries[str(code)], width=_on_phone(86)
        ),
        "region": column.TextColumn("Region", width=78, help="Its code, BY or TX, where its holidays differ"),
        "zone": column.SelectboxColumn("Zone", options=sorted(available_timezones()), help="Where the country has several", width=_on_phone(86)),
    }  # fmt: skip
    _edited("set_calendars", rows, PLACES, config, "Places in other countries")
    note("A place that is called like its country is known without.")
    release = workspace.find_release()
    unknown = (release.company().get("places_unknown") or "") if release else ""
    if unknown:
        note(f"In which country they lie is not known: {plain(listed(unknown.splitlines()))}.")


def kept(name: str) -> None:
    """Ask for how long acts of single tools are kept, where that is not as long as all others: a field a tool."""
    now = settings_door.kept_by_tool(settings_door.read(name))
    if not (known := _tools(name, now)):
        return
    st.markdown("**Single tools kept for another time (days)**")
    with st.grid(3, min_column_width=140, gap="small"):
        for tool in known:
            days_field(plain(tool_name(tool)), _of(tool, now), now.get(tool), "as the rest")


def days_field(
    label: str, key: str, now: int | None, empty: str, explained: str | None = None
) -> None:
    """Ask for a number of days, or none: of a field that begins with a number Streamlit lets nobody take it away."""
    st.session_state.setdefault(key, now)
    st.number_input(
        label,
        min_value=1,
        max_value=LONGEST,
        value=None,
        key=key,
        placeholder=empty,
        help=explained,
    )


def _tools(name: str, now: Mapping[str, int]) -> list[str]:
    """Return the tools that a company has: those of its figures, and those of which something was said."""
    release = workspace.find_release() if name == workspace.chosen() else None
    return sorted({*(release.groups("tool") if release else ()), *now})


def _of(tool: str, now: Mapping[str, int]) -> str:
    """Return the key of a tool's field, another one once it is saved."""
    return f"set_keep_days_of_{tool}_{now.get(tool, '')}"


def _kept_in_words(name: str, now: Mapping[str, int], words: str) -> str:
    """Return what the fields of `kept` hold as words; what was not changed stays as it was written."""
    held = {tool: st.session_state.get(_of(tool, now), now.get(tool)) for tool in _tools(name, now)}
    days = {tool: int(value) for tool, value in held.items() if value}
    return words if days == now else ",".join(f"{tool}={value}" for tool, value in days.items())


def typed(name: str) -> dict[str, str]:
    """Return the rows of the form as words: {setting: words}; raises Incomplete."""
    now = settings_door.read(name)
    words = settings_door.as_words(now)
    dated, placed = settings_door.dates(now), settings_door.places_said(now)
    return {
        "milestones": settings_door.dates_in_words(edited(dated, DATES, edits))
        if (edits := _edits("set_milestones", dated))
        else words["milestones"],
        "calendars": settings_door.places_in_words(edited(placed, PLACES, edits))
        if (edits := _edits("set_calendars", placed))
        else words["calendars"],
        "keep_days_by_tool": _kept_in_words(
            name, settings_door.kept_by_tool(now), words["keep_days_by_tool"]
        ),
    }


def edited(rows: list[Row], fields: Iterable[str], edits: Mapping[str, Any]) -> list[Row]:
    """Return rows as they stand after what the browser tells was edited, added and deleted; empty ones are left out."""
    gone, changed = edits.get("deleted_rows", ()), edits.get("edited_rows", {})
    kept = [row | changed.get(place, {}) for place, row in enumerate(rows) if place not in gone]
    whole = [
        {field: bare(row.get(field) or "") for field in fields}
        for row in (*kept, *edits.get("added_rows", ()))
    ]
    return [row for row in whole if any(row.values())]


def dates_as_text(name: str) -> str:
    """Return the named dates in words: 2 March 2026: Training (Sales)."""
    return ", ".join(
        f"{day(row['day'])}: {row['what']}" + (f" ({row['department']})" if row["department"] else "")
        for row in settings_door.dates(settings_door.read(name))
    )  # fmt: skip


def kept_as_text(name: str) -> str:
    """Return the tools with a time of their own in words: Slack: 180 days, Mail: 1 day."""
    said = settings_door.kept_by_tool(settings_door.read(name))
    return ", ".join(f"{tool_name(tool)}: {count(days, 'days')}" for tool, days in said.items())


def _edited(
    stem: str, rows: list[Row], fields: Mapping[str, Any], config: Mapping[str, Any], alt: str
) -> None:
    frame = pl.DataFrame(rows, schema=dict(fields)).with_columns(
        pl.col(pl.String).replace("", None)
    )
    st.data_editor(
        frame,
        column_config=dict(config),
        num_rows="dynamic",
        placeholder=UNKNOWN,
        hide_index=True,
        key=_key(stem, rows),
        alt=alt,
    )


def _on_phone(pixels: int) -> int | None:
    """Return the width of a column where the table would not fit; elsewhere it takes the room that there is."""
    return pixels if screen().compact else None


def _key(stem: str, rows: list[Row]) -> str:
    """Return a key that is another one once the rows are saved: edits are told by places among these rows."""
    return f"{stem}_{zlib.crc32(repr(rows).encode())}"


def _edits(stem: str, rows: list[Row]) -> dict[str, Any] | None:
    """Return what was edited of the rows; null where nothing was: then they stay as they were written."""
    edits = st.session_state.get(_key(stem, rows)) or {}
    return dict(edits) if any(edits.values()) else None
