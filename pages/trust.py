"""What we see and what we don't, for the people the figures are about."""

import streamlit as st

from pages.parts.access import guard

guard("trust")

st.title("What we see, and what we don't", anchor=False)
