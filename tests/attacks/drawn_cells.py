"""What the engine would hand over for people whose numbers are drawn: the sums of every cell of a panel."""

import numpy as np
import polars as pl

from analytics.metrics.panel import with_division
from analytics.metrics.passport import CUTS

PLACE = ("division", "department", "level", "location", "tool")
KEYS = ["quarter", *PLACE]
KINDS = {"yes": "share", "same": "share", "hours": "ratio"}


def sums(panel: pl.DataFrame, mask: pl.DataFrame, numbers: dict[str, np.ndarray]) -> pl.DataFrame:
    """Cells as analytics.figures.masked returns them; `numbers` holds one number for each row of the panel.

    Metrics named "yes" and "same" are shares of people, "hours" are hours of one week.
    """
    panel, mask = with_division(panel), with_division(mask)
    people = panel.with_columns(pl.Series(name, values) for name, values in numbers.items())
    by_tool = people.with_columns(tool=pl.col("tools").str.split(",")).explode("tool")
    by_tool = by_tool.filter(pl.col("tool").fill_null("") != "")
    parts = [
        _of_cut(by_tool if "tool" in labels else people, cut, labels, name)
        for name in numbers
        for cut, labels in CUTS.items()
    ]
    known = mask.select(*KEYS, "shown", masked="reason")
    cells = pl.concat(parts).join(known, on=KEYS, how="left", nulls_equal=True)
    return cells.with_columns(
        is_masked=~pl.col("shown").fill_null(value=False),
        reason=pl.when(pl.col("shown").fill_null(value=False))
        .then(None)
        .otherwise(pl.col("masked").fill_null("small_group")),
    ).drop("shown", "masked")


def _of_cut(people: pl.DataFrame, cut: str, labels: tuple[str, ...], name: str) -> pl.DataFrame:
    x = pl.col(name)
    nothing = [pl.lit(None, pl.String).alias(label) for label in PLACE if label not in labels]
    n = pl.len().cast(pl.Float64)
    return (
        people.drop_nulls(labels)
        .group_by("quarter", *labels)
        .agg(
            n=n, ny=n, sy=n, sx=x.sum(), sxx=(x**2).sum(),
            x1=x.max(), x2=x.sort(descending=True).get(1, null_on_oob=True),
        )
        .with_columns(*nothing)
        .select(
            "quarter", *PLACE, "n", "ny", "sx", "sy", "sxx", "x1", "x2",
            metric=pl.lit("meeting_hours" if name == "hours" else name), variant=pl.lit(""), bin=pl.lit(None, pl.String),
            grain=pl.when(pl.col("quarter").is_null()).then(pl.lit("all")).otherwise(pl.lit("quarter")),
            period="quarter", cut=pl.lit(cut), kind=pl.lit(KINDS[name]),
            yes_or_no=pl.lit(KINDS[name] == "share"), defined=pl.lit(value=False),
        )
    )  # fmt: skip
