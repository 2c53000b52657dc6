"""Are customers heard? Six conversations by hand, drawn ones by the hundred, and what may not be shown."""

import polars as pl
import pytest

from analytics.metrics import customers
from analytics.metrics.steady import steady
from tests.drawn import Settings, store

SPACES = "space | purpose | phase | openness\n" + "\n".join(
    f"{i} | customer | {phase or ''} | external"
    for i, phase in enumerate(("pre_sale", "onboarding", "support", "renewal", None), 1)
)


def told(found: pl.DataFrame) -> dict[tuple[str, str], tuple[object, ...]]:
    return {(r["metric"], r["bin"]): (r["numerator"], r["denominator"], r["reason"]) for r in found.rows(named=True)}  # fmt: skip


def test_six_conversations_by_hand(tmp_path):
    """Answered after 30 minutes, never, 60, 90, 600 and never; a receipt within a minute and a note to oneself are no answers."""
    con = store(
        tmp_path,
        settings=Settings(day_starts=0, day_ends=24),
        event="""
        at                  | actor | action | space | thread
        2026-01-05 09:00:00 | 101   | post   | 1     | 1
        2026-01-05 09:00:00 | 102   | post   | 1     | 2
        2026-01-05 09:00:00 | 103   | post   | 2     | 3
        2026-01-05 09:00:00 | 104   | post   | 3     | 4
        2026-01-05 09:00:00 | 105   | post   | 3     | 5
        2026-01-05 09:00:00 | 106   | post   | 4     | 6
        2026-01-05 09:30:00 | 1     | reply  | 1     | 1
        2026-01-05 09:00:40 | 1     | reply  | 1     | 2
        2026-01-05 10:00:00 | 2     | reply  | 2     | 3
        2026-01-05 10:30:00 | 1     | reply  | 3     | 4
        2026-01-05 19:00:00 | 2     | reply  | 3     | 5
        2026-01-06 09:00:00 | 104   | reply  | 3     | 4
        2026-01-07 09:00:00 | 106   | reply  | 4     | 6
        2026-01-20 09:00:00 | 1     | post   |       |
        """,
        space=SPACES,
        person="person | kind\n 1 | human\n 2 | human\n" + "\n".join(f"{i} | guest" for i in range(101, 107)),
    )  # fmt: skip

    threads = con.sql(customers.THREADS.format(long_wait=customers.LONG_WAIT)).pl()

    by = threads.group_by("phase").agg(pl.col("answered", "in_4h", "waiting").sum(), n=pl.len())
    assert {row[0]: row[1:] for row in by.iter_rows()} == {
        # answered, within four hours, waiting, all: of renewal and one of support the customer spoke last
        "pre_sale": (1, 1, 0, 2), "onboarding": (1, 1, 0, 1), "support": (2, 1, 1, 2), "renewal": (0, 0, 1, 1),
    }  # fmt: skip
    assert customers.figures(con, 10)["reason"].unique().to_list() == ["small_group"]


def test_what_became_of_a_conversation_before_missing_weeks_is_not_known(tmp_path):
    """One before them, not answered by then; one after them, never answered."""
    con = store(
        tmp_path,
        event="""
        at               | actor | action | space | thread
        2026-01-05 09:00 | 101   | post   | 1     | 1
        2026-01-05 11:00 | 101   | reply  | 1     | 1
        2026-02-02 09:00 | 102   | post   | 1     | 3
        2026-02-02 11:00 | 102   | reply  | 1     | 3
        2026-02-20 09:00 | 1     | post   |       |
        """,
        space=SPACES,
        gap="tool | valid_from | valid_to\n slack | 2026-01-08 | 2026-02-01",
        person="person | kind\n 1 | human\n 101 | guest\n 102 | guest",
    )

    threads = con.sql(customers.THREADS.format(long_wait=customers.LONG_WAIT)).pl()

    assert threads.sort("person").select("person", "told", "followed").rows() == [
        (101, 0, 0),
        (102, 1, 1),
    ]


def drawn(phases: dict[str, int], answered: int = 3, agents: int = 10) -> pl.DataFrame:
    """Conversations of a customer each, `answered` of four with an answer, agents in turn."""
    rows = [
        {"person": 1000 * p + i, "phase": phase, "answerer": i // 4 % agents if i % 4 < answered else None,
         "answered": int(i % 4 < answered), "waiting": int(i % 4 >= answered), "told": 1, "followed": 1, "in_1h": int(i % 4 < 1),
         "in_4h": int(i % 4 < 2), "in_1d": int(i % 4 < answered), "in_3d": int(i % 4 < answered)}
        for p, (phase, count) in enumerate(phases.items()) for i in range(count)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def figures(threads: pl.DataFrame) -> dict[tuple[str, str], tuple[object, ...]]:
    rows = pl.DataFrame([*customers._figures(threads, 10)], infer_schema_length=None)
    missing = [pl.lit(None).alias(name) for name in ("numerator", "denominator", "reason") if name not in rows.columns]  # fmt: skip
    return told(rows.with_columns(missing))


def test_a_phase_is_shown_from_ten_customers_ten_who_answer_and_thirty_conversations_on():
    found = figures(drawn({"onboarding": 40, "support": 200}))

    assert found[customers.ANSWERED, "onboarding"] == (30, 40, None)
    assert found[customers.ANSWERED, "all"] == (180, 240, None)
    assert found[customers.WAITING, "support"] == (50, 200, None)
    assert found[customers.FIRST, "support/4h"] == (100, 200, None)


@pytest.mark.parametrize(
    ("threads", "reason"),
    [
        (drawn({"support": 200, "renewal": 8}), "small_group"),
        (drawn({"support": 200, "renewal": 28}, agents=40), "small_group"),
        (pl.concat([drawn({"support": 200}), drawn({"renewal": 40}, agents=9)]), "small_group"),
        (pl.concat([drawn({"support": 200}), drawn({"renewal": 24}, answered=4, agents=10).with_columns(answerer=pl.int_range(24) % 10)]), "too_little_traffic"),
        (pl.concat([drawn({"support": 200}), drawn({"renewal": 40}, answered=4)]), "nearly_all_or_none"),
        (pl.concat([drawn({"support": 200}), drawn({"renewal": 60}, agents=12).with_columns(
            answerer=pl.when(pl.col("answered") == 1).then(pl.when(pl.int_range(60) < 44).then(0).otherwise(pl.int_range(60) - 43)))]), "dominated"),
    ],
)  # fmt: skip
def test_a_phase_of_few_is_hidden_and_the_sum_with_it(threads, reason):
    found = figures(threads)

    assert found[customers.ANSWERED, "renewal"] == (None, None, reason)
    assert found[customers.ANSWERED, "all"] == (None, None, "protected")
    assert found[customers.ANSWERED, "support"] == (150, 200, None)


def test_a_figure_stays_until_enough_has_been_added():
    def release(y: float, x: float = 30.0) -> pl.DataFrame:
        return pl.DataFrame({
            "metric": ["m"] * 2, "variant": "", "grain": "all", "department": pl.Series([None] * 2, dtype=pl.String), "bin": ["a", "b"],
            "value": [x / y, 0.5], "low": None, "high": None, "numerator": [float(x), 20.0], "denominator": [float(y), 40.0], "n": [30, 30],
            "reason": pl.Series([None] * 2, dtype=pl.String), "as_of": pl.Series([None] * 2, dtype=pl.Date),
        })  # fmt: skip

    same = pl.lit("all"), pl.col("bin")

    def sizes(now: pl.DataFrame, then: pl.DataFrame | None) -> list[tuple[float, str]]:
        found = steady(now, then, same, 30, "2026-01-31")
        return found.select("denominator", pl.col("as_of").cast(pl.String)).rows()

    assert sizes(release(41), release(40)) == [(40, "2026-01-31")] * 2
    assert sizes(release(40, 29), release(40)) == [(40, "2026-01-31")] * 2
    assert sizes(release(70), release(40)) == [(70, None), (40, None)]
    assert sizes(release(40), release(40)) == sizes(release(40), None) == [(40, None)] * 2
