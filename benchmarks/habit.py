"""How long do habit and usage segments take, against vivainsights, in the same run?

    python benchmarks/habit.py [PEOPLE] [WEEKS]

The same people and weeks: "loop" takes one person after the other, week by week over the last twelve rows; "vivainsights" is
its own identify_usage_segments, where the package is installed (pip install vivainsights; not needed by the product), which works
out segments of four weeks as well; "ours" is metrics/long_use.py with the rules of metrics/habit.py. All three must agree on
every week with a full window, and ours must be at least 50 times as fast as vivainsights (as the loop, where it is not installed).
"""

import contextlib
import io
import os
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # the loop has one processor too

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analytics.metrics import habit, long_use
from analytics.metrics.periods import HABIT_WEEKS
from analytics.metrics.uptake import OF_THEM

TIMES = 50
TRIES, THEIR_TRIES = 7, 3  # the quickest counts
FIRST = date(2025, 1, 6)
POWER = 15  # acts a week, as vivainsights has it
SEGMENTS = habit.segments(str(POWER))
THEIRS = {"Power User": "power", "Habitual User": "habitual", "Novice User": "novice", "Low User": "low", "Non-user": "non"}  # fmt: skip


def drawn(people: int, weeks: int) -> pl.DataFrame:
    """Return person, week, acts: some busy, some now and then, some never."""
    rng = np.random.default_rng(5)
    busy = rng.gamma(0.6, 8, people)
    return pl.DataFrame(
        {
            "person": np.repeat(np.arange(people), weeks),
            "week": [FIRST + timedelta(weeks=i) for i in range(weeks)] * people,
            "acts": rng.poisson(np.repeat(busy, weeks)),
        }
    )


def by_loop(acts: pl.DataFrame) -> Counter[tuple[date, str]]:
    found: Counter[tuple[date, str]] = Counter()
    for _, rows in acts.group_by("person"):
        own = rows.sort("week")
        for i in range(HABIT_WEEKS - 1, own.height):
            window = own.slice(i - HABIT_WEEKS + 1, HABIT_WEEKS)["acts"]
            mean, active = window.mean(), (window >= 1).sum()
            is_habit = active >= OF_THEM
            name = (
                "power" if is_habit and mean >= POWER
                else "habitual" if is_habit
                else "novice" if mean >= habit.NOVICE
                else "low" if mean > 0
                else "non"
            )  # fmt: skip
            found[own["week"][i], name] += 1
    return found


def by_vivainsights(acts: pl.DataFrame) -> Counter[tuple[date, str]] | None:
    try:
        import pandas as pd
        import vivainsights
    except ImportError:
        return None
    query = acts.rename({"person": "PersonId", "week": "MetricDate", "acts": "Acts"})
    frame = pd.DataFrame(query.to_dict(as_series=False))
    with contextlib.redirect_stdout(io.StringIO()):  # it says what it does
        told = vivainsights.identify_usage_segments(frame, metric="Acts", version="12w", return_type="table")  # fmt: skip
    full = told.iloc[HABIT_WEEKS - 1 :]
    return Counter({
        (week.date(), THEIRS[name]): int(count)
        for name, counts in full.items() for week, count in counts.items() if count
    })  # fmt: skip


def by_us(
    weeks: pl.DataFrame, spans: pl.DataFrame, free: pl.DataFrame
) -> Counter[tuple[date, str]]:
    people = weeks["person"].n_unique()
    told = long_use.counted(weeks.filter(pl.col("acts") > 0), spans, free)
    rules = [pl.sql_expr(x).sum().alias(name) for name, x in SEGMENTS.items() if name != "non"]
    rows = told.group_by("period").agg(*rules, non=people - pl.len())
    return Counter({
        (row["period"], name): row[name]
        for row in rows.iter_rows(named=True) for name in SEGMENTS if row[name]
    })  # fmt: skip


def asked(acts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the weeks, the windows and no weeks off as metrics/long_use.py takes them."""
    ends = acts.select(last_week="week").unique().sort("last_week")[HABIT_WEEKS - 1 :]
    spans = ends.select(
        tool=pl.lit(None, pl.String), grain=pl.lit("week"), period="last_week",
        first_week=pl.col("last_week") - timedelta(weeks=HABIT_WEEKS - 1), last_week="last_week",
    )  # fmt: skip
    free = pl.DataFrame(schema={"calendar": pl.String, "week": pl.Date})
    return acts.with_columns(tool=pl.lit(None, pl.String), calendar=pl.lit("")), spans, free


def quickest(what, *given, tries=TRIES) -> tuple[float, Counter[tuple[date, str]] | None]:
    best, found = float("inf"), None
    for _ in range(tries):
        start = time.process_time()
        found = what(*given)
        best = min(best, time.process_time() - start)
    return best, found


if __name__ == "__main__":
    people, weeks = (int(given) for given in (*sys.argv[1:3], *("9000", "35")[len(sys.argv) - 1 :]))
    acts = drawn(people, weeks)
    ours, found = quickest(by_us, *asked(acts))
    loop, expected = quickest(by_loop, acts, tries=THEIR_TRIES)
    theirs, told = quickest(by_vivainsights, acts, tries=THEIR_TRIES)
    print(f"{people:,} people, {weeks} weeks; seconds of the processor")
    print(f"loop          {loop:8.3f}  {loop / ours:6.0f} ×")
    if told is None:
        print("vivainsights is not installed")
    else:
        print(f"vivainsights  {theirs:8.3f}  {theirs / ours:6.0f} ×")
    print(f"ours          {ours:8.3f}")
    assert found == expected, "ours and the loop differ"
    assert told is None or told == expected, "vivainsights and the loop differ"
    if (loop if told is None else theirs) < TIMES * ours:
        sys.exit(f"ours is not {TIMES} times as fast")
