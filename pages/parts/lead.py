"""The answer a page opens with: a noun, then one or two sentences computed from the verdict."""

from typing import Any

import streamlit as st

from analytics.findings import sentence
from pages.parts import states
from pages.parts.text import plain

WIDTH = 780  # px: no longer line is read with ease


def opening(title: str, finding: str, **slots: Any) -> None:  # noqa: ANN401  # numbers, names and lists alike
    """Draw the page's title and the sentence that answers its question; the evidence in bold."""
    if "reason" in slots:
        slots["reason"] = states.meant(str(slots["reason"]))
    if slots.get("reason") == "not_released":  # a choice of the reader, not a reason of the data
        claim, evidence = " ".join(states.words("not_released")), ""
    else:
        claim, evidence = sentence(finding, slots)
    headed(title, f"{plain(claim)} **{plain(evidence)}**" if evidence.strip() else plain(claim))


def large(key: str, figure: str) -> None:
    """Write the one number of a card, large and yet no heading; `figure` must be safe Markdown."""
    with st.container(key=f"value_{key}"):
        st.markdown(figure)


def headed(title: str, words: str) -> None:
    """Draw a page's title and the words under it: our own Markdown, or text made plain."""
    st.title(title, anchor=False)
    with st.container(width=WIDTH, key="lead"):
        st.markdown(words)
    st.space("xsmall")
