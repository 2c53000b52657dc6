"""What can be worked out from a release file alone, by subtracting what it shows?

The file holds no membership, so its own n's say how many people a difference leaves. What needs membership (any
linear combination) was tried when the release was made and stands in its certificate; who has the vault tries it anew
(truth.py).
"""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from analytics.errors import AnalyticsError
from analytics.metrics.panel import with_division
from analytics.metrics.passport import CUTS, FAMILIES
from analytics.privacy import bounds, over_time, tells
from analytics.privacy.lattice import LABELS
from analytics.privacy.over_time import Result

FLOOR = 5  # no threshold may be lower, whatever the settings say
TAIL = 3  # fewer people on one side of a yes or no than this are single people
LABEL_COLUMNS = (*LABELS, "tool")
FIGURE = ("metric", "variant", "bin", "grain", "period")
BY_VALUE = {"A10": "nearly_all_or_none", "A11": "dominated"}
NOT_SUMS = (
    "hierarchy"  # figures about ties are not sums over people: subtracting them gives nothing
)
SAFE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
}

TITLES = {
    "A1": "A1 group under the threshold",
    "A2": "A2 total less its parts",
    "A3": "A3 group less a group inside it",
    "A4": "A4 group less two groups inside it",
    "A5": "A5 any linear combination (certificate)",
    "A6": "A6 hidden sum boxed in to a fifth",
    "A7": "A7 one week less the next",
    "A8": "A8 quarters less the whole period, one release less another",
    "A9": "A9 periods that overlap",
    "A10": "A10 nearly all or none, shown or by subtraction",
    "A11": "A11 one or two people's sum, by subtraction",
    "A12": "A12 the same figure asked again",
    "A13": "A13 extremes, and rows in the order of their values",
    "A16": "A16 pseudonyms, addresses and accounts",
    "A18": "A18 flow to or from a small group",
}
TRUE_TITLES = {"A5": "A5 any linear combination (with the vault)"}


def attack(
    release: Path, earlier: Sequence[Path] = (), workspace: Path | None = None
) -> list[dict[str, object]]:
    """Return one row a class of attack: class, tried, succeeded.

    earlier: other releases of the same company, to be subtracted. workspace: its folder; with it the attacker knows
    who belongs where, and tries every combination of what is shown.
    """
    tables = _read(release)
    certificate = dict(tables["certificate"].iter_rows())
    passports = tables["passport"].iter_rows()
    ties = [metric for _, metric, text in passports if json.loads(text).get("family") == NOT_SUMS]
    k = int(certificate.get("k", "0"))
    figure, flow = tables["figure"], tables["flow"]
    shown = figure.filter(pl.col("value").is_not_null())
    sums = figure.filter(~pl.col("metric").is_in(ties))
    families = _families(sums)
    left = _remainders(families)
    pairs = [tells.between_releases(tables, _read(one), k) for one in earlier]
    results = {
        "A1": _small(shown, k),
        "A2": _total_less_parts(left, k),
        "A3": _less_one(sums, families, k),
        "A4": _less_two(families, k),
        "A5": _certified(certificate),
        "A6": _boxed_in(families),
        "A7": over_time.week_less_week(sums),
        "A8": _both(over_time.quarters_less_whole(sums, k), *pairs),
        "A9": _both(tells.off_the_grid(figure), tells.windows(figure)),
        "A10": _both(_tails(sums), _hidden_for_value(families, left, BY_VALUE["A10"])),
        "A11": _hidden_for_value(families, left, BY_VALUE["A11"]),
        "A12": tells.asked_again(figure),
        "A13": tells.extremes(figure, flow),
        "A16": tells.pseudonyms({name: tables[name] for name in tells.TABLES}),
        "A18": _flows(shown, flow, k),
    }
    titles = TITLES
    if workspace is not None:
        from analytics.privacy import insider

        known = insider.attack(tables, sums, workspace, k)
        results |= {name: _both(known[name], *rest) for name, rest in
                    (("A5", ()), ("A10", (results["A10"],)), ("A11", (results["A11"],)))}  # fmt: skip
        titles = TITLES | TRUE_TITLES
    return [
        {"class": titles[name], "tried": tried, "succeeded": succeeded}
        for name, (tried, succeeded) in results.items()
    ]


def _both(*results: Result) -> Result:
    return sum(tried for tried, _ in results), sum(hits for _, hits in results)


def _read(release: Path) -> dict[str, pl.DataFrame]:
    """Return the tables of a release by name, the figures with their cut; raises AnalyticsError if it is none."""
    try:
        with duckdb.connect(str(release), read_only=True, config=SAFE) as connection:
            tables = {
                name: connection.sql(f"select * from {name}").pl()  # noqa: S608  # fixed names
                for name in (*tells.TABLES, "passport")
            }
    except duckdb.Error:
        raise AnalyticsError(
            f"{release.name} is not a release, or a damaged one. Give a file of a workspace's releases folder."
        ) from None
    figure = with_division(tables["figure"]).with_columns(cut=_cut())
    return tables | {"figure": bounds.placed(figure, _divisions(tables["company"]))}


def _divisions(company: pl.DataFrame) -> pl.DataFrame:
    """Return department, lies_in as the release tells."""
    told = json.loads(dict(company.iter_rows()).get("divisions") or "{}")
    schema = {"department": pl.String, "lies_in": pl.String}
    return pl.DataFrame(list(told.items()), schema, orient="row")


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


def _small(shown: pl.DataFrame, k: int) -> Result:
    """Count figures of groups under the threshold; a threshold under the floor is a success too."""
    low = shown.filter(pl.col("n").fill_null(0) < max(k, FLOOR))
    return shown.height, low.height + (k < FLOOR)


def _families(figure: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a shown cell and a finer cell inside it, shown or not: figure and parent labels, whole, n, value, reason.

    Tools overlap, so a group less one of its tools leaves people that no n counts: these pairs are left out.
    """
    pairs = []
    for parent, child in FAMILIES:
        if "tool" in CUTS[child] and "tool" not in CUTS[parent]:
            continue
        on = bounds.inside(parent)
        above = figure.filter((pl.col("cut") == parent) & pl.col("value").is_not_null())
        pairs.append(
            figure.filter(pl.col("cut") == child)
            .join(
                above.select(*on, whole="n", whole_x="numerator", whole_y="denominator"),
                on=on,
                nulls_equal=True,
            )
            .with_columns(
                family=pl.lit(f"{parent}>{child}"),
                parent=pl.concat_str(pl.lit(parent), *on[len(FIGURE) :], separator="|"),
            )
        )
    return pl.concat(pairs)


def _remainders(families: pl.DataFrame) -> pl.DataFrame:
    """Each shown cell less all shown cells of one finer cut: people left over."""
    known = pl.col("n").filter(pl.col("value").is_not_null()).sum()
    return families.group_by(*FIGURE, "family", "parent").agg(
        pl.col("whole").first(), left=pl.col("whole").first() - known
    )


def _total_less_parts(left: pl.DataFrame, k: int) -> Result:
    return left.height, left.filter(over_time.under("left", k)).height


def _less_one(figure: pl.DataFrame, families: pl.DataFrame, k: int) -> Result:
    # two steps down too: the company less one department's level
    inside = families.filter(pl.col("value").is_not_null())
    company = figure.filter((pl.col("cut") == "total") & pl.col("value").is_not_null())
    deep = figure.filter(
        pl.col("cut").is_in(["department_level", "department_location"])
        & pl.col("value").is_not_null()
    ).join(company.select(*FIGURE, whole="n"), on=FIGURE, nulls_equal=True)
    left = pl.concat([part.select(left=pl.col("whole") - pl.col("n")) for part in (inside, deep)])
    return left.height, left.filter(over_time.under("left", k)).height


def _less_two(families: pl.DataFrame, k: int) -> Result:
    inside = families.filter(pl.col("value").is_not_null())
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
    return left.height, left.filter(over_time.under("left", k)).height


def _certified(certificate: dict[str, str]) -> Result:
    return int(certificate.get("targets", "0")), int(certificate.get("exposed", "0"))


def _hidden_for_value(families: pl.DataFrame, left: pl.DataFrame, reason: str) -> Result:
    """Count cells hidden for their value that are all that a subtraction leaves."""
    hidden = families.filter(pl.col("reason") == reason)
    alone = hidden.join(
        left.drop("whole"), on=[*FIGURE, "family", "parent"], nulls_equal=True
    ).filter(pl.col("left") == pl.col("n"))
    return hidden.height, alone.height


def _tails(figure: pl.DataFrame) -> Result:
    """Count shown shares of people with nearly all or nearly none of them on one side."""
    counted = figure.filter(pl.col("value").is_not_null(), pl.col("bin").ne_missing("enabled"))
    of_people = (pl.col("denominator") <= pl.col("n")) & (
        pl.col("numerator") <= pl.col("denominator")
    )
    shares = counted.filter(of_people.all().over("metric"))
    tail = (pl.col("numerator") < TAIL) | (pl.col("numerator") > pl.col("denominator") - TAIL)
    return shares.height, shares.filter(tail).height


def _boxed_in(families: pl.DataFrame) -> Result:
    """Count hidden sums that nothing and the most their people can do leave within a fifth of themselves.

    A reader knows the rest of a group, numerator and people, and how many people the hidden cell has.
    """
    pairs = families.filter(~pl.col("family").is_in(["tool>department_tool"]))
    told = pl.col("value").is_not_null()
    most = pl.col("metric").replace_strict(bounds.MOST, default=1.0, return_dtype=pl.Float64)
    each = pl.max_horizontal(1.0, pl.col("whole_y") / pl.col("whole")) * most
    rest = {
        f"rest_{name}": pl.col(f"whole_{name}").first() - pl.col(column).filter(told).sum()
        for name, column in (("x", "numerator"), ("y", "denominator"), ("n", "n"))
    }
    group = [*FIGURE, "family", "parent"]
    left = pairs.with_columns(whole_n="whole").group_by(group).agg(**rest)
    hidden = pairs.filter(
        pl.col("reason").is_in(list(BY_VALUE.values())),
        pl.col("n").is_not_null(),
        pl.col("whole_x") > 0,
    ).join(left, on=group, nulls_equal=True)
    boxes = hidden.with_columns(
        low=pl.max_horizontal(0.0, pl.col("rest_x") - each * (pl.col("rest_n") - pl.col("n"))),
        high=pl.min_horizontal("rest_x", each * pl.col("n")),
    )
    tight = pl.col("high") - pl.col("low") <= bounds.TIGHT * pl.col("low")
    return boxes.height, boxes.filter(tight).height


def _flows(shown: pl.DataFrame, flow: pl.DataFrame, k: int) -> Result:
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
