"""Where somebody begins who has nothing yet."""

import polars as pl
import streamlit as st

from analytics import jobs
from analytics import release as releases
from pages.parts import access
from pages.parts.access import guard
from pages.parts.job_view import newest, running
from pages.parts.lead import headed
from pages.parts.screen import screen
from pages.parts.states import ASK, note
from pages.parts.text import listed
from pages.parts.workspace import may_open_demo

guard("welcome")

DEMO_FACTS = "600 made-up people, a year of chat, mail, meetings, tickets and a survey. Ready in a minute or two, and nothing leaves this machine."
ALL, PART, NONE = "● all of it", "◐ part of it", "· nothing"
OPENS = pl.DataFrame(
    [
        ("Slack export", ALL, PART, NONE, NONE, PART),
        ("Interaction log (mail, calls, any tool)", PART, ALL, NONE, NONE, NONE),
        ("Tickets of a help desk", PART, PART, NONE, NONE, PART),
        ("Usage report of a vendor", PART, NONE, NONE, NONE, NONE),
        ("Survey", NONE, NONE, NONE, NONE, PART),
        ("HR file", NONE, NONE, NONE, NONE, NONE),
        ("Slack export and HR file", ALL, PART, ALL, PART, PART),
        ("Interaction log and HR file", PART, ALL, ALL, ALL, NONE),
    ],
    schema=["Export", "Adoption", "Time", "Departments", "Hierarchy", "Relations"],
    orient="row",
)


def demo_is_made() -> bool:
    """Say whether the demo company is being made just now."""
    job = newest(access.DEMO)
    return job is not None and job.state == "running"


def open_demo() -> None:
    """Show the demo company; make it first where it is not there yet."""
    if not may_open_demo():
        return
    if releases.current(access.DEMO) is None and not demo_is_made():
        jobs.start_demo(access.DEMO, who=access.viewer())
    st.session_state["workspace"] = access.DEMO
    st.query_params["ws"] = access.DEMO


def card(key: str, title: str, body: str) -> "st.delta_generator.DeltaGenerator":
    """Return a box with a heading and a sentence, to be filled further."""
    box = st.container(border=True, height="stretch", key=f"card_{key}", gap="small")
    with box:
        st.markdown(f"## {title}", anchors=False)
        st.markdown(body)
    return box


def to_page(name: str, label: str) -> None:
    """Draw a button that leads to a page, where it is open to whoever looks."""
    pages = st.session_state.get("pages", {})
    if name in pages and st.button(label, key=f"to_{name}"):
        st.switch_page(pages[name])


def in_two_columns(opens: pl.DataFrame) -> pl.DataFrame:
    """Return the same table for a phone: an export, and what it opens in words."""
    pages = opens.columns[1:]
    rows = [
        (
            export,
            listed(
                [
                    f"{cell[2:].removesuffix(' it')} {page}"
                    for page, cell in zip(pages, cells, strict=True)
                    if cell[0] != "·"
                ]
            ),
        )
        for export, *cells in opens.iter_rows()
    ]
    return pl.DataFrame(
        [(export, (said[:1].upper() + said[1:]) or "Nothing by itself") for export, said in rows],
        schema=["Export", "Opens"],
        orient="row",
    )


headed(
    "Welcome",
    "Do the tools bring people together, what do they cost in working time, and who is heard? "
    "**Convivio answers from exports you already have, about groups and never about a person.**",
)
with st.grid(3, min_column_width=260, gap="medium"):
    if may_open_demo() or demo_is_made():
        with card("demo", "Look around first", DEMO_FACTS):
            if demo_is_made():
                running(access.DEMO)
            else:
                st.button(
                    "Open the demo company", type="primary", on_click=open_demo, key="open_demo"
                )
    with card(
        "exports",
        "Bring your exports",
        "The zip from Slack, a log of mail or calls, the HR list, just as you received them. "
        "Each is told apart by its content, and you see at once what it can and cannot tell.",
    ):
        to_page("imports", "Import exports")
        if not access.may_open("imports", access.role()):
            note(ASK)
    with card(
        "protection",
        "Ask how people are protected",
        "What comes in, what comes out, and what cannot be asked. Written for employees and their representatives.",
    ):
        to_page("trust", "What we see")
st.space("small")
st.markdown("## What each export opens", anchors=False)
st.table(
    in_two_columns(OPENS) if screen().compact else OPENS,
    border="horizontal",
    hide_index=True,
    alt="Which export opens which page",
)
note(
    "An HR file opens nothing by itself: it says who belongs to which department and who reports to whom."
)
