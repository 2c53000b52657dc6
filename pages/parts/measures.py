"""The measures in which groups can be compared, by the name that stands in the address, and what time goes to."""

import polars as pl

from pages.parts.data import Figures
from pages.parts.text import listed

MEASURES: dict[str, tuple[str, str, str | None]] = {
    # id in the address: (label, metric, bin)
    "conversation": ("People in conversation", "adoption_funnel", "reciprocal"),
    "active": ("People who contribute", "active_people", None),
    "habit": ("People with a habit", "adoption_funnel", "habitual"),
    "gap": ("Use without a habit", "technical_human_gap", None),
    "week": ("Part of the week", "habit", None),
    "several": ("In at least two tools", "multi_tool", "two"),
    "days": ("Days in use", "stickiness", None),
    "soon": ("Contributed within four weeks", "time_to_adoption", "4"),
    "first": ("Among the first 16% to take part", "adopter_category", "first"),
    "hours": ("Hours in the tools", "collaboration_hours", "total"),
    "meetings": ("Hours in meetings", "meeting_hours", None),
    "whole": ("Time left whole", "focus_hours", "focus"),
    "outside": ("Outside working hours", "outside_hours_share", None),
    "answered": ("Conversations answered within a day", "answered_share", "all"),
    "messages": ("Messages received a day", "deliveries_per_day", "total"),
    "caused": ("Messages put before others", "load_caused", "total"),
}


# of what an amount is, where its name does not say it
PER = dict.fromkeys(("hours", "meetings"), ", a person and week") | dict.fromkeys(("whole", "messages", "caused"), ", a person and working day")  # fmt: skip
ACTIVITIES = {"meeting": "meetings", "call": "calls", "own_acts": "writing"}
# why a part has no hours in the total; a part that is kept back for another reason is in it
NOT_THERE = (
    "no_data",
    "no_calendar",
    "no_timestamps",
    "not_applicable",
    "short_history",
    "missing_weeks",
    "deleted",
)


def activities(figures: Figures) -> str:
    """Return what the hours are made of: meetings, calls and writing, without what no export tells or nobody did."""
    rows = figures.block("collaboration_hours")
    is_part = pl.when(pl.col("value").is_null()).then(~pl.col("reason").is_in(NOT_THERE))
    told = rows.filter(is_part.otherwise(pl.col("value") > 0))["bin"].to_list()
    return listed([name for bin_, name in ACTIVITIES.items() if bin_ in told]) or "the tools"


def measure_of(metric: str | None) -> str | None:
    """Return the first measure of a metric, for a link to its comparison."""
    return next((key for key, (_, one, _) in MEASURES.items() if one == metric), None)
