"""How a figure is counted and how others define it, beside the figure: one click, the same words as in docs/metrics.md."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import numbers
from analytics.metrics import others
from pages.parts.states import note
from pages.parts.text import plain

INTERVAL = "95%: what happened is counted; this is how far it would move by chance, were the same conditions to give another period"
NO_INTERVAL = "none: the figure is no estimate, or too few people carry it"


def about(
    key: str, passports: Sequence[Mapping[str, Any]], rows: pl.DataFrame | None = None
) -> None:
    """Draw the small button behind which the definitions stand, where a figure has no More; filled when it is open."""
    popover = st.popover(
        "", icon=":material/info:", type="tertiary", key=f"about_{key}", on_change="rerun", width="content",
        help="How it is counted, and how others define it",
    )  # fmt: skip
    if popover.open:
        with popover, st.container(gap="small", width=340):
            for passport in passports:
                counted(passport, rows)


def counted(passport: Mapping[str, Any], rows: pl.DataFrame | None = None) -> None:
    """Write one passport; `rows` of release.figure, of any metrics, tell how many people, how sure and how covered it is."""
    st.markdown(f"**{plain(passport['title'])}**")
    if passport.get("definition"):
        note(plain(passport["definition"]))
    for name, value in facts(passport, rows):
        note(f"**{name}** {plain(value)}")


def facts(passport: Mapping[str, Any], rows: pl.DataFrame | None = None) -> list[tuple[str, str]]:
    """Return what belongs to a definition, as (name, text); what is not known is left out."""
    metric = str(passport["id"])
    own = rows.filter(metric=metric) if rows is not None and "metric" in rows.columns else None
    told = [
        *([] if own is None else seen(own)),
        ("Needs", passport.get("minimum")),
        ("Worth showing from", _worth(passport)),
        ("Comes from", passport.get("source")),
        ("How others define it", passport.get("peers")),
        *(("Others' numbers", sentence) for sentence in others.of(metric)),
        ("Checked against", passport.get("check")),
    ]
    return [(name, str(value)) for name, value in told if value]


def seen(rows: pl.DataFrame) -> list[tuple[str, str]]:
    """Return people, interval and coverage of released rows, each as the range over what is drawn."""
    known = rows.filter(pl.col("value").is_not_null())
    if known.is_empty():
        return []
    people, covered = known["n"].drop_nulls(), known["coverage"].drop_nulls()
    found = [("Interval", INTERVAL if known["low"].is_not_null().any() else NO_INTERVAL)]
    if people.len():
        found.insert(0, ("People", _range(people, numbers.count)))
    if covered.len():
        share = _range(covered, lambda value: numbers.number(value, "share"))
        found.append(("Of the staff, visible", share))
    return found


def _range(values: pl.Series, written: Any) -> str:  # noqa: ANN401  # a function of one number
    low, high = written(float(values.min())), written(float(values.max()))  # type: ignore[arg-type]
    return low if low == high else f"{low} to {high}"


def _worth(passport: Mapping[str, Any]) -> str:
    smallest = passport.get("smallest_worth_showing")
    unit = str(passport.get("unit", "ratio"))
    return f"a difference of {numbers.change(smallest, unit).removeprefix('+')}" if smallest else ""
