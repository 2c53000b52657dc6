"""What the vendors count, in a table of its own beside our figure: two definitions, two windows, never one line."""

from datetime import date

import polars as pl
import streamlit as st

from analytics import sheets
from analytics.charts import numbers
from pages.parts import filters, journal
from pages.parts.data import Figures
from pages.parts.definition import counted
from pages.parts.screen import screen
from pages.parts.states import note, words
from pages.parts.table import show_table
from pages.parts.text import short_day

ACTIVE, COUNTS = "vendor_active", "vendor_counts"
KEY = "vendor"


def vendor(figures: Figures) -> None:
    """Draw the block; one line where no vendor's report was imported. It is of the whole company, whatever is chosen."""
    active, counts = (figures.ask(metric, by="tool") for metric in (ACTIVE, COUNTS))
    with st.container(gap="xsmall", key=f"fig_{KEY}"):
        st.markdown(
            "## As the vendors count it\n:small[:gray[Whole company, in each vendor's own window. Windows overlap and “active” means"
            " what the vendor means by it: nothing here may be added or compared with our figures]]",
            anchors=False,
        )
        if active.is_empty() and counts.is_empty():
            note("No vendor's own usage report has been imported.")
            return
        if active.height:
            twin = people(active, figures.ask("active_people", by="tool"))
            narrow = screen().compact
            show_table(twin.drop(twin.columns[4:]) if narrow else twin, "As the vendors count it")
        if counts.height:
            with st.expander("What the reports count of the company as a whole", key="vendor_counts"):  # fmt: skip
                show_table(company(counts), "Counts of the whole company, as the vendors give them")
        _more(figures, pl.concat([active, counts]))


def people(active: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """Return the table of people: one row a tool and window, the longest last; `ours`: active_people by tool."""
    told = ours.filter(
        pl.col("tool").is_in(active["tool"].implode()), pl.col("value").is_not_null()
    )
    own = {row["tool"]: numbers.number(row["value"], "share") for row in told.iter_rows(named=True)}
    rows = list(active.iter_rows(named=True))
    beside = {"Ours: contribute, whole period": [own.get(row["tool"], numbers.UNKNOWN) for row in rows]} if own else {}  # fmt: skip
    return pl.DataFrame({
        "Tool": [filters.tool_name(row["tool"]) for row in rows],
        "The vendor's window": [window(row["bin"]) for row in rows],
        "Active, says the vendor": [_told(row, numbers.people(row["numerator"])) for row in rows],
        "Of the licences": [numbers.number(row["value"], "share") for row in rows],
        "People with a licence": [numbers.count(row["n"]) for row in rows],
        **beside,
    })  # fmt: skip


def company(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the table of counts without people."""
    rows = list(counts.iter_rows(named=True))
    return pl.DataFrame({
        "Tool": [filters.tool_name(row["tool"]) for row in rows],
        "Counted": [row["bin"].split("/")[0].replace("_", " ") for row in rows],
        "When": [window(row["bin"]) for row in rows],
        "How many": [_told(row, _a_day(row)) for row in rows],
    })  # fmt: skip


def window(bin_: str) -> str:
    """Return "30 days to 31 Mar 2026"."""
    first, last = (date.fromisoformat(day) for day in bin_.split("/")[1:])
    days = (last - first).days + 1
    return f"{days} days to {short_day(last)}" if days > 1 else short_day(last)


def _a_day(row: dict[str, float]) -> str:
    mean = numbers.count(row["value"])
    return f"{mean} a day" if row["denominator"] and row["denominator"] > 1 else mean


def _told(row: dict[str, str | None], text: str) -> str:
    return text if row["value"] is not None else words(str(row["reason"]))[0]


def _more(figures: Figures, rows: pl.DataFrame) -> None:
    popover = st.popover("More", type="tertiary", key=f"more_{KEY}", on_change="rerun")
    if not popover.open:
        return
    with popover, st.container(gap="small", width=340):

        def text() -> bytes:
            return sheets.csv_text(rows).encode("utf-8-sig")

        st.download_button(
            "Data (CSV)", journal.taken(KEY, "csv", text), f"{KEY}.csv", "text/csv", key=f"file_{KEY}_csv",
            on_click="ignore", icon=":material/description:", type="tertiary",
        )  # fmt: skip
        for metric in (ACTIVE, COUNTS):
            counted(figures.passport(metric), rows)
