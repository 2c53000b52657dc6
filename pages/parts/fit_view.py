"""How well each export fits the HR file: accounts found in it, guests and machines apart, what it hides."""

import json
from typing import Any

import polars as pl
import streamlit as st

from analytics.release import Release
from pages.parts import text
from pages.parts.filters import tool_name
from pages.parts.screen import screen
from pages.parts.states import note, page_link
from pages.parts.table import show_table

HIDES = {
    "names": "**{tool} hides names:** its people have codes, so nobody in it can be found in the HR file. Whoever runs "
    "it can switch that off and export again.",
    "addresses": "**{tool} holds no addresses,** so its people cannot be found in the HR file by themselves. Export it "
    "again with addresses, import its own list of members (Slack: Manage members, Export), or say under Who is who whose accounts they are.",
}


def draw(release: Release) -> None:
    """Draw the share of the staff that is visible at all, a line a tool, and what to do where names are hidden."""
    company = release.company()
    k = int(float(company.get("threshold") or 10))
    tools = {
        item.removeprefix("tool:"): json.loads(value)
        for item, value in sorted(company.items())
        if value and item.startswith("tool:")
    }
    if not any("accounts" in facts for facts in tools.values()):
        return  # a release of an earlier version
    has_staff = bool(
        release.coverage()["headcount"].is_not_null().any()
    )  # else no HR file was given
    title = "How the exports fit the HR file" if has_staff else "Whose accounts the exports show"
    st.markdown(f"## {title}", anchors=False)
    staff, counted = float(company.get("headcount") or 0), float(company.get("visible") or 0)
    if staff:
        st.markdown(f"{text.of_staff(counted, staff)} are in the figures of the whole period.")
    shown = pl.DataFrame([row(tool, facts, k) for tool, facts in tools.items()])
    if screen().compact:
        shown = shown.select("Export of", "Found in the HR file" if has_staff else "Accounts of people")  # fmt: skip
    elif not has_staff:
        shown = shown.drop("Found in the HR file")
    show_table(shown, title)
    for tool, facts in tools.items():
        if facts.get("hides"):
            st.markdown(f"○ {HIDES[facts['hides']].format(tool=text.plain(tool_name(tool)))}")
    note(
        "Guests and machines are kept apart and counted as nobody's staff. "
        f"Accounts are counted in steps of {k}, shares in steps of 5%, so that nothing tells of a few."
    )
    page_link("identities")


def row(tool: str, facts: dict[str, Any], k: int) -> dict[str, str]:
    """Return a tool's line in words."""
    rate = facts.get("join_rate")
    return {
        "Export of": text.plain(tool_name(tool)),
        "Accounts of people": about(facts.get("accounts"), k),
        "Found in the HR file": text.UNKNOWN if rate is None else found(rate),
        "Guests": about(facts.get("guests"), k),
        "Machines": text.number(facts.get("machines") or 0),
    }


def about(number: int | None, k: int) -> str:
    """Return a count that is known in steps of k."""
    if number == 0:
        return "none"
    return f"fewer than {k}" if number is None else f"{text.number(number)} or more"


def found(rate: float) -> str:
    """Return a share that is known in steps, rounded down."""
    if rate >= 1:
        return "all"
    return f"{text.share(rate)} or more" if rate else "nearly none"
