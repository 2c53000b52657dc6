"""What stands where a figure cannot: the reason, what would help, and where to go. Never an error, never zero."""

import polars as pl
import streamlit as st

from analytics.metrics.reasons import REASONS
from analytics.release import Release
from pages.parts import access
from pages.parts.text import day, small
from pages.parts.workspace import find_release, may_open_demo

_PAGE_STATES: dict[str, tuple[str, str, str, str | None]] = {
    # reason: icon, what is the matter, what would help, page that helps
    "nothing_yet": (
        "wb_twilight",
        "Nothing to show yet.",
        "Bring in the first export, or look around in the demo company.",
        "imports",
    ),
    "small_group": (
        "groups",
        "Fewer than ten people.",
        "They are counted in the company's figures, never on their own.",
        None,
    ),
    "protected": (
        "groups",
        "Kept back to protect a smaller group.",
        "With this number, a group of fewer than ten could be worked out by subtracting.",
        None,
    ),
    "dominated": (
        "groups",
        "One or two people make up most of it.",
        "A number here would be about them. The company's figure includes them.",
        None,
    ),
    "nearly_all_or_none": (
        "groups",
        "Almost everybody, or almost nobody.",
        "A number here would say something about single people.",
        None,
    ),
    "org_mismatch": (
        "lan",
        "The org chart and the messages don't match.",
        "People here write to their own manager no more than to any other. We'd rather show nothing "
        "than a wrong hierarchy. An HR file dated inside the period usually helps.",
        "imports",
    ),
    "short_history": (
        "hourglass_empty",
        "Not enough weeks yet.",
        "With more weeks a change can be told from chance.",
        None,
    ),
    "missing_weeks": (
        "hourglass_empty",
        "Weeks are missing in the exports.",
        "What was done in them is not known, and is not taken for nothing. An export of these weeks would tell.",
        "imports",
    ),
    "too_little_traffic": (
        "hourglass_empty",
        "Too few messages yet.",
        "With more of them a change can be told from chance.",
        None,
    ),
    "too_few_groups": (
        "groups",
        "Too few groups of ten or more to compare.",
        "With more departments of that size there would be something to compare.",
        None,
    ),
    "deleted": (
        "hourglass_empty",
        "Deleted, as the time of keeping says.",
        "What was published before stays; what was not can no longer be counted.",
        None,
    ),
    "not_applicable": (
        "visibility_off",
        "There is no such figure here.",
        "For this group, tool or period it has no meaning.",
        None,
    ),
    "not_identified": (
        "visibility_off",
        "The data cannot settle it.",
        "We leave it open rather than guess.",
        None,
    ),
    "not_released": (
        "visibility_off",
        "Not split this way.",
        "The release holds no figure for this choice of people, tool and period. Choose a wider one above.",
        None,
    ),
    "broken": (
        "build",
        "This page could not be drawn.",
        "Your data are safe and the other pages work.",
        None,
    ),
    "no_milestone": (
        "visibility_off",
        "No date to look at.",
        "Name the day of a launch, a training or a rule in the settings: then what people did before and after it stands side by side.",
        "settings",
    ),
    "no_cost": (
        "visibility_off",
        "No hourly cost has been set.",
        "None is assumed: enter one, and hours become a range of money.",
        None,
    ),
}
_NEEDS: dict[str, tuple[str, str]] = {
    # reason: what the exports lack, what would tell it
    "no_data": (
        "Nothing was imported that bears on this.",
        "What we see lists the export that would tell it.",
    ),
    "no_seats": ("No export says who may use the tool.", "A list of its users would."),
    "no_views": (
        "This export doesn't say who opened or read what.",
        "Until one does we leave it open rather than guess.",
    ),
    "no_replies": (
        "This export doesn't say who answered whom.",
        "A Slack export, or a log with a thread column, would.",
    ),
    "sampled_threads": (
        "Parts of many conversations are missing.",
        "An export of all channels would tell what was answered; until then we leave it open rather than guess.",
    ),
    "no_questions": (
        "This export holds no text.",
        "One with text would tell questions from statements; the text itself is never kept.",
    ),
    "no_recipients": (
        "This export doesn't say whom a message reached.",
        "A log with a recipient column would.",
    ),
    "no_timestamps": (
        "This export gives totals, not the time of each act.",
        "A log with one row an act would.",
    ),
    "no_calendar": (
        "No meetings or calls have been imported.",
        "An interaction log with a duration would tell them.",
    ),
    "no_calendar_of_tool": (
        "This tool holds no meetings or calls.",
        "Another export tells of them: they are there with all tools chosen above.",
    ),
    "no_calendar_of_kind": (
        "No export tells of these meetings or calls.",
        "There are exports that tell of others.",
    ),
    "no_time_zone": (
        "The time zone of too many people is not known.",
        "A Slack export has it; or set the company's own.",
    ),
    "no_org": (
        "No HR file has been imported.",
        "With it, departments, levels and managers are known.",
    ),
    "no_manager": (
        "The HR file doesn't say who reports to whom.",
        "One with a manager column would.",
    ),
    "names_concealed": (
        "This export hides names.",
        "Its administrator can export it with names; they are turned into codes here.",
    ),
    "low_coverage": (
        "Too few of these people are visible in the exports.",
        "What we see shows who is.",
    ),
}
ASK = "Whoever runs Convivio for this company brings in the first export."
_FALLBACK = ("visibility_off", "We can't tell.", "", None)


def meant(reason: str) -> str:
    """Return the reason itself, or a narrower one.

    Where no act was ever imported, nothing is missing from the split: all is, or all but totals. Where other meetings or
    calls were, it is not said that none were.
    """
    if reason == "no_calendar":
        return _missing_meetings()
    if reason not in {"not_released", "not_applicable"}:
        return reason
    found = find_release()
    if found is None or found.company().get("first_day"):
        return reason
    return "no_timestamps" if found.figures("vendor_active", by="tool").height else "no_data"


def _missing_meetings() -> str:
    found = find_release()
    if found is None:
        return "no_calendar"
    hours = found.figures("collaboration_hours").drop_nulls("value")
    if not hours["bin"].is_in(["meeting", "call"]).any():
        return "no_calendar"
    is_of_tool = "tool" in st.session_state.get("scope", {})
    return "no_calendar_of_tool" if is_of_tool else "no_calendar_of_kind"


def words(reason: str) -> tuple[str, str]:
    """Return the bold reason and the sentence on what would help, for any reason of the vocabulary."""
    reason = meant(reason)
    if reason in _NEEDS:
        return _NEEDS[reason]
    _, title, sentence, _ = _PAGE_STATES.get(reason, _FALLBACK)
    return title, sentence or REASONS.get(reason, "")


def _link(reason: str) -> str | None:
    return "trust" if reason in _NEEDS else _PAGE_STATES.get(reason, _FALLBACK)[3]


def state(
    reason: str,
    *,
    title: str | None = None,
    sentence: str | None = None,
    height: int | None = None,
    key: str | None = None,
) -> None:
    """Draw the dashed box that stands in for a figure; `title` and `sentence` must be safe Markdown.

    `reason` is a word of analytics.metrics.reasons, or nothing_yet or not_released.
    """
    reason = meant(reason)
    icon = "visibility_off" if reason in _NEEDS else _PAGE_STATES.get(reason, _FALLBACK)[0]
    bold, help_ = words(reason)
    is_first = reason == "nothing_yet"
    if is_first and not access.may_open("imports", access.role()):
        help_ = ASK
    with st.container(
        border=True,
        height=height or "content",
        horizontal_alignment="center",
        vertical_alignment="center",
        gap="xsmall",
        key=f"state_{key or reason}",
    ):
        st.markdown(
            f":gray[:material/{icon}:] &nbsp;**{title or bold}**",
            width="content",
            text_alignment="center",
        )
        if sentence or help_:
            st.markdown(small(sentence or help_), width="content", text_alignment="center")
        page_link(_link(reason))
        if is_first and may_open_demo():
            page_link("welcome", "Look around in the demo company")


def release() -> Release:
    """Return the release on screen; without one, say so and stop the page."""
    found = find_release()
    if found is None:
        on_page = access.BY_NAME.get(str(st.session_state.get("on_page")))
        st.title(on_page.title if on_page else "Convivio", anchor=False)
        state("nothing_yet")
        st.stop()
    return found


def page_link(
    name: str | None, label: str | None = None, asked: dict[str, str] | None = None
) -> None:
    """Draw a quiet link to a page, if there is one that whoever looks may open; `asked` stands in its address."""
    if name is None or not access.may_open(name, access.role()):
        return
    pages = st.session_state.get("pages", {})  # laid down by the shell
    if name in pages:
        st.page_link(
            pages[name],
            label=label or access.BY_NAME[name].title,
            icon=":material/arrow_forward:",
            query_params=asked,
        )


def note(text: str, width: str | int = "stretch") -> None:
    """Write a small grey line; `text` must already be safe Markdown."""
    st.markdown(small(text), width=width)  # type: ignore[arg-type]


def as_it_was(rows: pl.DataFrame) -> str:
    """Return the sentence on figures that stand as an earlier release showed them; empty where none does."""
    if "as_of" not in rows.columns:
        return ""
    told = rows.filter(pl.col("value").is_not_null())
    days = told["as_of"].drop_nulls()
    if days.is_empty():
        return ""
    which = "as of" if len(days) == told.height else "in part as of"
    return f"{which} {day(min(days.to_list()))}: a newer figure would tell about a few people"
