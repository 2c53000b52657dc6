"""What do a survey's questions measure, and on which scale were they answered? Proposed by their words, said by a person."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from analytics.readers.base import Options
from analytics.readers.surveys import constructs
from analytics.readers.surveys.items import NO_CONSTRUCT
from analytics.readers.surveys.sheet import statement
from pages.parts import mapping
from pages.parts.states import note
from pages.parts.text import bare, plain

NAMES = {
    "psychological_safety": "Psychological safety", "trust_in_leaders": "Trust in leaders", "voice": "Speaking up",
    "listened_to": "Being listened to", "information_flow": "Being informed", "recognition": "Recognition",
    "overload": "Too much to do", "tool_usefulness": "Use of the tools", "satisfaction": "Satisfaction",
    "recommendation": "Recommending the company",
}  # fmt: skip
SCALES = ("1-4", "1-5", "1-6", "1-7", "0-10", "1-10", "5-1", "7-1")
KEPT = ("scale", "labels", "dates", "tests")  # said earlier of the same table, and not asked here
LONGEST = 110  # letters of a question that a choice shows


def correct(
    workspace: str | None, file: dict[str, Any], key: str, done: Callable[[], None]
) -> None:
    """Draw what each question of a survey that was read is taken to measure, to be confirmed or changed."""
    asked = {one["item"]: one for one in file["questions"] if one["item"]}
    st.markdown("**What do its questions measure?**")
    if any(one["suggested"] and not one["construct"] for one in asked.values()):
        note("Proposed by their words, and counted only once you have confirmed it.")
    with st.grid(2, min_column_width=280, gap="small"):
        chosen = {
            name: _several(name, asked, _taken(name, asked), f"{key}_{name}")
            for name in constructs.NAMES
        }
    turned = _several(
        "reversed",
        asked,
        [item for item, one in asked.items() if one["is_reversed"]],
        f"{key}_reversed",
        "Turned round: agreeing means less",
    )
    said = file["said"].get("columns", {})
    department = _department(file, said, f"{key}_department")
    columns = {name: text for name, text in said.items() if name in KEPT}
    columns |= as_said(asked, chosen, turned)
    if department:
        columns["department"] = department
    mapping.button("Read it this way", workspace, file, Options(columns, file["said"].get("tool")), key, done, columns != said)  # fmt: skip


def ask_scale(
    workspace: str | None, file: dict[str, Any], key: str, done: Callable[[], None]
) -> None:
    """Draw the question of how a survey was answered in which no known scale was found."""
    st.markdown(f"**{plain(file['file'])}**: on which scale was it answered?")
    note("No set of answers in it is known to us, or too few answers show where it ends.")
    scale = st.selectbox(
        "Numbers",
        SCALES,
        index=None,
        format_func=_in_words,
        placeholder="no numbers",
        key=f"{key}_scale",
        width=320,
    )
    labels = st.text_input(
        "Words, from the lowest to the highest, with ; between",
        key=f"{key}_labels",
        placeholder="never; sometimes; always",
    )
    columns = {name: text for name, text in (("scale", scale), ("labels", labels)) if text}
    earlier = file["said"].get("columns", {})
    mapping.button("Read it on this scale", workspace, file, Options({**earlier, **columns}), key, done, bool(columns))  # fmt: skip


def as_said(
    asked: Mapping[str, Mapping[str, Any]], chosen: Mapping[str, list[str]], turned: list[str]
) -> dict[str, str]:
    """Return what was chosen as the readers take it; a known item that was taken away is said to measure nothing."""
    columns = {name: "; ".join(items) for name, items in chosen.items() if items}
    placed = {item for items in chosen.values() for item in items}
    dropped = [item for item, one in asked.items() if one["construct"] and item not in placed]
    if dropped:
        columns[NO_CONSTRUCT] = "; ".join(dropped)
    usual = [item for item, one in asked.items() if one["is_reversed"]]
    if set(turned) != set(usual) or turned:
        columns["reversed"] = "; ".join(turned)
    return columns


def _taken(name: str, asked: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [item for item, one in asked.items() if (one["construct"] or one["suggested"]) == name]


def _several(
    name: str,
    asked: Mapping[str, Mapping[str, Any]],
    taken: list[str],
    key: str,
    label: str | None = None,
) -> list[str]:
    return st.multiselect(
        label or NAMES[name],
        list(asked),
        default=taken,
        format_func=lambda item: _shown(asked[item]["text"]),
        placeholder="no question",
        key=key,
        wrap=True,
    )


def _shown(text: str) -> str:
    """Return a question in one line; of one in a table of questions, its statement."""
    line = bare(statement(text))
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _department(file: Mapping[str, Any], said: Mapping[str, str], key: str) -> str | None:
    names = list(dict.fromkeys(one["text"] for one in file["questions"] if not one["item"]))
    if said.get("department") and said["department"] not in names:
        names.insert(0, said["department"])
    if not names:
        return None
    at = names.index(said["department"]) if said.get("department") in names else None
    return st.selectbox(
        "Column that says the department",
        names,
        index=at,
        format_func=bare,
        placeholder="not used",
        key=key,
        help="Answers are compared by department only where you name it here, and never with fewer than ten people.",
    )


def _in_words(scale: str) -> str:
    low, high = scale.split("-")
    return f"{low} to {high}" if int(low) < int(high) else f"{high} to {low}, {high} is the best"
