"""What can be worked out from a release file alone, by subtracting what it shows?

The file holds no membership, so its own n's say how many people a difference leaves. What needs membership (any
linear combination) was tried when the release was made and stands in its certificate.
"""

import json
from pathlib import Path

import duckdb
import polars as pl

from analytics.privacy.lattice import CUTS, FAMILIES, LABELS

FLOOR = 5  # no threshold may be lower, whatever the settings say
LABEL_COLUMNS = (*LABELS, "tool")
FIGURE = ("metric", "variant", "bin", "grain", "period")
BY_VALUE = {"A10": "nearly_all_or_none", "A11": "dominated"}
NOT_SUMS = (
    "hierarchy"  # figures about ties are not sums over people: subtracting them gives nothing
)

TITLES = {
    "A1": "A1 group under the threshold",
    "A2": "A2 total less its parts",
    "A3": "A3 group less a group inside it",
    "A4": "A4 group less two groups inside it",
    "A5": "A5 any linear combination (certificate)",
    "A7": "A7 one week less the next",
    "A8": "A8 quarters less the whole period",
    "A10": "A10 nearly all or none, by subtraction",
    "A11": "A11 one or two people's sum, by subtraction",
    "A18": "A18 flow to or from a small group",
}


def attack(release: Path) -> list[dict[str, object]]:
    """Return one row a class of attack: class, tried, succeeded."""
    figure, flow, certificate, ties = _read(release)
    k = int(certificate.get("k", "0"))
    shown = figure.filter(pl.col("value").is_not_null())
    sums = figure.filter(~pl.col("metric").is_in(ties))
    results = {
        "A1": _small(shown, k),
        "A2": _total_less_parts(sums, k),
        "A3": _less_one(sums, k),
        "A4": _less_two(sums, k),
        "A5": _certified(certificate),
        "A7": _week_less_week(sums),
        "A8": _quarters_less_whole(sums, k),
        "A10": _hidden_for_value(sums, BY_VALUE["A10"]),
        "A11": _hidden_for_value(sums, BY_VALUE["A11"]),
        "A18": _flows(shown, flow, k),
    }
    return [
        {"class": TITLES[name], "tried": tried, "succeeded": succeeded}
        for name, (tried, succeeded) in results.items()
    ]


def _read(release: Path) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, str], list[str]]:
    """Return figures with their cut, flows, the certificate's items, and the metrics that are not sums over people."""
    with duckdb.connect(str(release), read_only=True) as connection:
        figure = connection.sql("select * from figure").pl()
        flow = connection.sql("select * from flow").pl()
        items = connection.sql("select item, value from certificate").fetchall()
        passports = connection.sql("select metric, passport from passport").fetchall()
    ties = [metric for metric, text in passports if json.loads(text).get("family") == NOT_SUMS]
    return figure.with_columns(cut=_cut()), flow, dict(items), ties


def _cut() -> pl.Expr:
    """Name the cut of a row by the labels that it has."""
    name = pl.lit(None, pl.String)
    for cut, columns in CUTS.items():
        fits = pl.all_horizontal(
            pl.col(label).is_not_null() if label in columns else pl.col(label).is_null()
            for label in LABEL_COLUMNS
        )
        name = pl.when(fits).then(pl.lit(cut)).otherwise(name)
    return name


def _under(n: str, k: int) -> pl.Expr:
    return (pl.col(n) > 0) & (pl.col(n) < k)


def _small(shown: pl.DataFrame, k: int) -> tuple[int, int]:
    """Count figures of groups under the threshold; a threshold under the floor is a success too."""
    low = shown.filter(pl.col("n").fill_null(0) < max(k, FLOOR))
    return shown.height, low.height + (k < FLOOR)


def _families(figure: pl.DataFrame, *, tools: bool = False) -> pl.DataFrame:
    """Pairs of a shown cell and a finer cell inside it, shown or not: figure and parent labels, whole, n, value, reason.

    Tools overlap, so a group less one of its tools leaves people that no n counts: only tools: true keeps those.
    """
    pairs = []
    for parent, child in FAMILIES:
        if not tools and "tool" in CUTS[child] and "tool" not in CUTS[parent]:
            continue
        on = [*FIGURE, *CUTS[parent]]
        above = figure.filter((pl.col("cut") == parent) & pl.col("value").is_not_null())
        pairs.append(
            figure.filter(pl.col("cut") == child)
            .join(above.select(*on, whole="n"), on=on, nulls_equal=True)
            .with_columns(
                family=pl.lit(f"{parent}>{child}"),
                parent=pl.concat_str(
                    pl.lit(parent), *(pl.col(label) for label in CUTS[parent]), separator="|"
                ),
            )
        )
    return pl.concat(pairs)


def _remainders(figure: pl.DataFrame) -> pl.DataFrame:
    """Each shown cell less all shown cells of one finer cut: people left over."""
    known = pl.col("n").filter(pl.col("value").is_not_null()).sum()
    return (
        _families(figure)
        .group_by(*FIGURE, "family", "parent")
        .agg(pl.col("whole").first(), left=pl.col("whole").first() - known)
    )


def _total_less_parts(figure: pl.DataFrame, k: int) -> tuple[int, int]:
    left = _remainders(figure)
    return left.height, left.filter(_under("left", k)).height


def _less_one(figure: pl.DataFrame, k: int) -> tuple[int, int]:
    # two steps down too: the company less one department's level
    inside = _families(figure).filter(pl.col("value").is_not_null())
    company = figure.filter((pl.col("cut") == "total") & pl.col("value").is_not_null())
    deep = figure.filter(
        pl.col("cut").is_in(["department_level", "department_location"])
        & pl.col("value").is_not_null()
    ).join(company.select(*FIGURE, whole="n"), on=FIGURE, nulls_equal=True)
    left = pl.concat([part.select(left=pl.col("whole") - pl.col("n")) for part in (inside, deep)])
    return left.height, left.filter(_under("left", k)).height


def _less_two(figure: pl.DataFrame, k: int) -> tuple[int, int]:
    inside = _families(figure).filter(pl.col("value").is_not_null())
    # metrics and weeks with the same groups give the same differences: one of each is tried
    groups = (
        inside.group_by(*FIGURE, "family", "parent")
        .agg("whole", pl.col("n").sort())
        .select(pl.col("whole").list.first(), "n")
        .unique()
        .with_row_index("group")
    )
    parts = groups.explode("n").with_columns(place=pl.int_range(pl.len()).over("group"))
    pairs = parts.join(parts, on="group", suffix="_other").filter(
        pl.col("place") < pl.col("place_other")
    )
    left = pairs.select(left=pl.col("whole") - pl.col("n") - pl.col("n_other"))
    return left.height, left.filter(_under("left", k)).height


def _certified(certificate: dict[str, str]) -> tuple[int, int]:
    return int(certificate.get("targets", "0")), int(certificate.get("exposed", "0"))


def _week_less_week(figure: pl.DataFrame) -> tuple[int, int]:
    """Compare weeks, and months, of one quarter: the people must be the same."""
    within = figure.filter(pl.col("grain").is_in(["week", "month"]) & pl.col("n").is_not_null())
    thursday = pl.col("period") + pl.duration(days=3)  # a week lies in its Thursday's quarter
    groups = (
        within.with_columns(quarter=thursday.dt.truncate("1q"))
        .group_by("metric", "variant", "bin", "quarter", *LABEL_COLUMNS)
        .agg(tried=pl.len() - 1, differ=pl.col("n").n_unique() - 1)
    )
    return int(groups["tried"].sum()), int(groups["differ"].sum())


def _quarters_less_whole(figure: pl.DataFrame, k: int) -> tuple[int, int]:
    """Take the company's whole period from its quarters, all of them shown: what is left are leavers and joiners."""
    company = figure.filter(pl.col("cut") == "total")
    on = ["metric", "variant", "bin"]
    shown = pl.col("value").is_not_null()
    whole = company.filter(pl.col("grain") == "all", shown).select(*on, whole="n")
    left = (
        company.filter(pl.col("grain") == "quarter")
        .join(whole, on=on, nulls_equal=True)
        .group_by(on)
        .agg(left=(pl.col("n") - pl.col("whole")).sum(), every=shown.all())
        .filter("every")
    )
    return left.height, left.filter(_under("left", k)).height


def _hidden_for_value(figure: pl.DataFrame, reason: str) -> tuple[int, int]:
    """Count cells hidden for their value that are all that a subtraction leaves."""
    hidden = _families(figure).filter(pl.col("reason") == reason)
    alone = hidden.join(
        _remainders(figure).drop("whole"), on=[*FIGURE, "family", "parent"], nulls_equal=True
    ).filter(pl.col("left") == pl.col("n"))
    return hidden.height, alone.height


def _flows(shown: pl.DataFrame, flow: pl.DataFrame, k: int) -> tuple[int, int]:
    """Count flows with an end that no figure of that period shows as a group of k."""
    told = flow.filter(pl.col("ratio").is_not_null())
    groups = pl.concat(
        shown.filter((pl.col("cut") == label) & (pl.col("n") >= k)).select(
            "grain", "period", pl.lit(label).alias("cut"), group=label
        )
        for label in LABELS
    ).unique()
    ends = ["grain", "period", "cut"]
    fine = told.join(
        groups, left_on=[*ends, "source"], right_on=[*ends, "group"], how="semi", nulls_equal=True
    ).join(
        groups, left_on=[*ends, "target"], right_on=[*ends, "group"], how="semi", nulls_equal=True
    )
    return told.height, told.height - fine.height
