"""The answer a page opens with: a noun, then one or two sentences computed from the verdict."""

from typing import Any

import streamlit as st

from analytics.findings import sentence
from pages.parts.text import plain

WIDTH = 780  # px: no longer line is read with ease


def opening(title: str, finding: str, **slots: Any) -> None:  # noqa: ANN401  # numbers, names and lists alike
    """Draw the page's title and the sentence that answers its question; the evidence in bold."""
    st.title(title, anchor=False)
    claim, evidence = sentence(finding, slots)
    with st.container(width=WIDTH, key="lead"):
        st.markdown(f"{plain(claim)} **{plain(evidence)}**" if evidence.strip() else plain(claim))
    st.space("xsmall")
