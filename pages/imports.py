"""Bringing exports in: what became of each, and how it is taken out again."""

import streamlit as st

from pages.parts.access import guard

guard("imports")

st.title("Import exports", anchor=False)
