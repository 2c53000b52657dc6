"""What does a release file tell beside its numbers: by its dates, its order, its names, and the releases before it?"""

import re

import polars as pl

from analytics.metrics.panel import with_division
from analytics.metrics.passport import LABELS

CELL = ("metric", "variant", "bin", "grain", "period", *LABELS)
PLACE = LABELS
FEW = 3  # people that no difference may leave
EXACT = 2.0**53  # keyed pseudonyms are 64-bit numbers; no count of anything comes near
# Extremes and ranks belong to one person, however large the group.
EXTREME = re.compile(
    r"\b(min|max|minimum|maximum|median|quantile|percentile|rank|p\d\d)\b", re.IGNORECASE
)
IDENTITY = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+"  # an address
    r"|(?<![\d.])\b[0-9a-f]{16,}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{18,}\b"  # a digest, a GUID
    r"|\b[UW][A-Z0-9]{8,}\b|(?<![\d.])\d{15,}(?![\d.])"  # a chat account, a 64-bit key
)
OWN_WORDS = (
    "name",
    "purpose",
    "legal_basis",
    "agreement",
    "milestones",
)  # of the company, written by its admin
TABLES = ("figure", "flow", "coverage", "finding", "certificate", "company")
Result = tuple[int, int]  # tried, succeeded


def off_the_grid(figure: pl.DataFrame) -> Result:
    """Look for periods that could overlap: weeks begin on Mondays, months and quarters with their first Thursday's."""
    periods = figure.select("grain", "period").unique()
    thursday = pl.col("period") + pl.duration(days=3)
    first = thursday.dt.day() <= 7  # noqa: PLR2004
    on_grid = (
        pl.when(pl.col("grain") == "all")
        .then(pl.col("period").is_null())
        .when(pl.col("grain") == "week")
        .then(pl.col("period").dt.weekday() == 1)
        .when(pl.col("grain") == "month")
        .then((pl.col("period").dt.weekday() == 1) & first)
        .when(pl.col("grain") == "quarter")
        .then((pl.col("period").dt.weekday() == 1) & first & (thursday.dt.month() % 3 == 1))
        .otherwise(False)
        .fill_null(value=False)
    )
    return periods.height, periods.filter(~on_grid).height


def windows(figure: pl.DataFrame) -> Result:
    """Look for a vendor's windows of one tool that overlap and differ by a person or two (bin: measure/first/last day)."""
    shown = figure.filter(pl.col("metric") == "vendor_active", pl.col("value").is_not_null())
    days = pl.col("bin").str.split("/")
    told = shown.select("tool", "numerator", first=days.list.get(1), last=days.list.get(2))
    pairs = told.with_row_index().join(told.with_row_index(), on="tool").filter(
        pl.col("index") < pl.col("index_right"),
        pl.col("first") <= pl.col("last_right"),
        pl.col("first_right") <= pl.col("last"),
    )  # fmt: skip
    close = (pl.col("numerator") - pl.col("numerator_right")).abs() < FEW
    return pairs.height, pairs.filter(close).height


def asked_again(figure: pl.DataFrame) -> Result:
    """Look for figures that stand there twice with two values: noise that asking again takes away."""
    times = figure.group_by(CELL).agg(values=pl.col("value").n_unique())
    return times.height, times.filter(pl.col("values") > 1).height


def extremes(figure: pl.DataFrame, flow: pl.DataFrame) -> Result:
    """Look for one person's numbers under a name, and for rows whose order is not that of their names."""
    names = figure.select(pl.concat_list("variant", pl.col("bin").fill_null("")).explode().unique())
    named = [
        name for name in names.to_series().drop_nulls() if EXTREME.search(name.replace("_", " "))
    ]
    groups = figure.with_columns(place=_name(PLACE), cut=_kind(PLACE)).group_by(
        "metric", "variant", "bin", "grain", "period", "cut", maintain_order=True
    )
    tables = [
        groups.agg(pl.col("place")),
        flow.with_columns(place=_name(("source", "target")))
        .group_by("grain", "period", "cut")
        .agg("place"),
    ]
    unsorted = [
        table.filter(pl.col("place") != pl.col("place").list.sort()).height for table in tables
    ]
    return sum(table.height for table in tables) + names.height, sum(unsorted) + len(named)


def pseudonyms(tables: dict[str, pl.DataFrame]) -> Result:
    """Look for an address, an account or a keyed number in every text and number of the file."""
    tried = succeeded = 0
    for table, frame in tables.items():
        if table == "company":
            frame = frame.filter(~pl.col("item").is_in(OWN_WORDS))  # noqa: PLW2901
        if table == "certificate":
            frame = frame.filter(~pl.col("item").str.ends_with("_hash"))  # noqa: PLW2901
        for column in frame.get_columns():
            values = column.drop_nulls().unique()
            tried += len(values)
            if column.dtype == pl.String:
                succeeded += sum(bool(IDENTITY.search(value)) for value in values)
            elif column.dtype.is_numeric():
                succeeded += int((values.cast(pl.Float64).abs() >= EXACT).sum())
    return tried, succeeded


def between_releases(
    now: dict[str, pl.DataFrame], before: dict[str, pl.DataFrame], k: int
) -> Result:
    """Compare the same groups in the same periods: a few people more or less are those few people's values."""
    on = list(CELL)
    same_span = _span(now) == _span(before)
    shown = [
        with_division(release["figure"])
        .filter(pl.col("value").is_not_null(), (pl.col("grain") != "all") | same_span)
        .select(*on, "n")
        for release in (now, before)
    ]
    pairs = shown[0].join(shown[1], on=on, nulls_equal=True, suffix="_before")
    apart = (pl.col("n") - pl.col("n_before")).abs()
    return pairs.height, pairs.filter((apart > 0) & (apart < k)).height


def _span(tables: dict[str, pl.DataFrame]) -> list[str]:
    days = tables["company"].filter(pl.col("item").is_in(["first_day", "last_day"])).sort("item")
    return days["value"].to_list()


def _name(columns: tuple[str, ...]) -> pl.Expr:
    return pl.concat_str([pl.col(name).fill_null("") for name in columns], separator="\t")


def _kind(columns: tuple[str, ...]) -> pl.Expr:
    return pl.concat_str([pl.col(name).is_null().cast(pl.String) for name in columns])
