"""Do departments that say they are listened to get answers? Two released columns side by side, and whether they go together."""

from dataclasses import replace

import numpy as np
import polars as pl

from analytics.metrics import answers, survey_passports
from analytics.metrics.passport import Passport, Words
from analytics.schema import polars_schema
from analytics.statistics import quantiles
from analytics.statistics.interval import Numbers, publish_ends

METRIC = "gap_words_deeds"
CONSTRUCT = "listened_to"
FEWEST = 10  # departments
DRAWS = 2_000
SEED = 7


def figures(said: pl.DataFrame, done: pl.DataFrame) -> pl.DataFrame:
    """Return finished release.figure rows of the metric from released ones: the company's ρ, and each department's gap.

    `said`: rows of survey_scores, `done`: of answered_share; both whole period. bin = how many departments. No rows without a survey that asks.
    """
    schema = polars_schema("release.figure")
    asked = said.filter(
        pl.col("metric") == survey_passports.SCORE, pl.col("bin").str.starts_with(f"{CONSTRUCT}/")
    )
    if asked.is_empty():
        return pl.DataFrame(schema=schema)
    both = _departments(asked).join(_departments(_answered(done)), on="department", suffix="_done").sort("department")  # fmt: skip
    count = both.height
    row: dict[str, object] = {"bin": f"{count}"}
    rho = (
        None
        if count < FEWEST
        else spearman(both["drawn"].to_numpy(), both["drawn_done"].to_numpy())
    )
    if rho is None:
        rows = [row | {"reason": "too_few_groups" if count < FEWEST else "not_identified"}]
    else:
        told = dict(zip(("value", "low", "high"), rho, strict=True))
        rows = [row | told | {"n": int(both["n"].sum())}, *_gaps(both)]
    full = [
        dict.fromkeys(schema)
        | {"metric": METRIC, "variant": "", "grain": "all", "position": 0}
        | one
        for one in rows
    ]
    found = pl.DataFrame(full, schema=schema)
    return publish_ends(found.with_columns(pl.col("value").round(2)))


def spearman(words: Numbers, deeds: Numbers) -> tuple[float, float, float] | None:
    """Return Spearman's ρ of groups and its 95 % ends, groups drawn anew; None where either does not vary."""
    if np.ptp(words) == 0 or np.ptp(deeds) == 0:
        return None
    draw = np.random.default_rng(SEED).integers(0, len(words), (DRAWS, len(words)))
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.nanquantile(_rho(words[draw], deeds[draw]), (0.025, 0.975))
    return float(_rho(words[None], deeds[None])[0]), float(low), float(high)


def _rho(words: Numbers, deeds: Numbers) -> Numbers:
    """Return the correlation of ranks, one a row; nan where either does not vary."""
    a, b = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in map(_ranks, (words, deeds)))
    found: Numbers = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return found


def _ranks(values: Numbers) -> Numbers:
    """Return the rank of each value within its row; equal ones share the middle of theirs. For few values a row."""
    one, other = values[:, :, None], values[:, None, :]
    ranks: Numbers = (one > other).sum(axis=2) + (one == other).sum(axis=2) / 2 + 0.5
    return ranks


def _answered(done: pl.DataFrame) -> pl.DataFrame:
    alone = pl.all_horizontal(
        pl.col(x).is_null() for x in ("division", "level", "location", "tool")
    )
    return done.filter(
        alone, metric="answered_share", variant="", grain="all", bin=answers.ALL
    )  # fmt: skip


def _departments(rows: pl.DataFrame) -> pl.DataFrame:
    """Return department, n, drawn (value drawn towards the company), low and high of those shown."""
    known = rows.filter(pl.col("department").is_not_null(), pl.col("value").is_not_null())
    return known.select("department", "n", "low", "high", drawn=pl.coalesce("shrunken", "value"))


def _gaps(both: pl.DataFrame) -> list[dict[str, object]]:
    """Return for each department how much higher it stands in words than in deeds, both in standard deviations."""
    z, spread = [], []
    for suffix in ("", "_done"):
        values = both[f"drawn{suffix}"].to_numpy()
        size = values.std(ddof=1)
        z.append((values - values.mean()) / size)
        ends = (both[f"high{suffix}"] - both[f"low{suffix}"]).to_numpy()
        spread.append(ends / (2 * quantiles.normal(0.975)) / size)
    gap, error = z[0] - z[1], np.hypot(*spread)
    half = quantiles.normal(0.975) * error
    told = zip(both["department"], both["n"], gap, half, strict=True)
    return [
        {"department": name, "n": n, "value": float(g), "low": float(g - h), "high": float(g + h)}
        for name, n, g, h in told
    ]


PASSPORTS: tuple[Passport, ...] = (
    replace(
        survey_passports.COMMON,
        id=METRIC,
        title="Words and deeds",
        question="Do departments that say “we are listened to” get answers?",
        unit="ratio",
        better="neither",
        smallest_worth_showing=0.3,
        definition=(
            "Whether departments that rate being listened to higher also have more of their conversations answered: the rank correlation of the two, 1 = the same order, 0 = none, −1 = the opposite. "
            "For a department: by how many standard deviations it stands higher in what it says than in what it gets. Both are drawn towards the company first. "
            "numerator = how far the two orders of departments vary together; denominator = how far they vary. "
            "It cannot tell about persons: those who say so and those who get answers may be others of the same department."
        ),
        minimum="10 departments with 10 responses and a known share of conversations answered",
        tables=("survey_answer", "conversation", "person_asked"),
        needs=("answers", "replies", "departments"),
        source="Spearman 1904; interval: departments drawn anew (bootstrap, percentiles)",
        peers="None of the products compared sets a survey beside what people do",
        check="Ranks 1 to 10 against 2 1 4 3 6 5 8 7 10 9: 0.939394, as scipy",
        words=Words(
            "words and deeds go together more than before",
            "words and deeds go together less than before",
            "words and deeds go together as before",
            "nobody can say whether words and deeds go together",
        ),
        bins="how many departments are compared; none for a department",
    ),
)
