"""Does a department differ, or is it only mixed differently? A notice beside the comparison, and columns of its table."""

import polars as pl
import streamlit as st

from analytics.charts import numbers
from analytics.findings import sentence
from pages.parts.data import Figures, once
from pages.parts.text import plain

MIXES = {"level": "levels", "location": "places"}


@once
def mixes(figures: Figures, metric: str, bin_: str | None) -> dict[str, pl.DataFrame]:
    """Return by "levels" and "places" each department's value at the company's mix, where any is known.

    Takes what is compared: the departments of the whole company, all of one period.
    """
    found, _ = figures.compared(metric, "department", bin_)
    if found.is_empty():
        return {}
    grain, period = found["grain"][0], found["period"][0]
    told = {
        word: figures.release.mix_adjusted(metric, bin_, grain, period, mix)
        for mix, word in MIXES.items()
    }
    return {word: rows for word, rows in told.items() if rows["adjusted"].is_not_null().any()}


def notice(rows: pl.DataFrame, mixed: dict[str, pl.DataFrame]) -> None:
    """Say which departments that stand apart would stand on the other side at the company's mix."""
    for word, adjusted in mixed.items():
        turned = rows.join(adjusted.filter("flips"), on="group", how="semi").sort("group")
        sides = {
            f"was_{side}": turned.filter(pl.col("block") == side)["group"].to_list()
            for side in ("higher", "lower")
        }
        if any(sides.values()):
            st.markdown(plain(" ".join(sentence("mix_flips", {**sides, "mix": word}))))


def columns(twin: pl.DataFrame, mixed: dict[str, pl.DataFrame], unit: str) -> pl.DataFrame:
    """Return the table with a column for each mix known for half of its groups; its first column holds the groups."""
    first = twin.columns[0]
    for word, adjusted in mixed.items():
        if 2 * adjusted["adjusted"].count() < twin.height:
            continue
        texts = [
            numbers.UNKNOWN if value is None else numbers.number(value, unit)
            for value in adjusted["adjusted"]
        ]
        named = pl.DataFrame({first: adjusted["group"], f"At the company's mix of {word}": texts})
        twin = twin.join(named, on=first, how="left", maintain_order="left")
        twin = twin.with_columns(pl.col(named.columns[1]).fill_null(numbers.UNKNOWN))
    return twin
