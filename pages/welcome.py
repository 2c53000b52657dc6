"""Where somebody begins who has nothing yet."""

import streamlit as st

from pages.parts.access import guard

guard("welcome")

st.title("Welcome", anchor=False)
