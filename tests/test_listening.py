"""What may be said of who is heard: each sentence where its condition holds, and not where it does not."""

import polars as pl
import pytest

from analytics.findings.book import Book
from analytics.findings.listening import LISTENING, listening, phase, together
from analytics.findings.wording import sentence
from analytics.schema import polars_schema
from pages.parts.customers_view import _title
from tests import drawn_listening
from tests.drawn_release import DEPARTMENTS, LEVELS, PEOPLE, QUARTERS, passport

SCHEMA = polars_schema("release.figure")
WITHOUT = ("value", "low", "high", "numerator", "denominator")


@pytest.fixture(scope="module")
def drawn() -> pl.DataFrame:
    periods = [*(("quarter", q) for q in QUARTERS), ("all", None)]
    rows = drawn_listening.rows(periods, LEVELS, DEPARTMENTS, PEOPLE)
    return pl.DataFrame([dict.fromkeys(SCHEMA) | row for row in rows], schema=SCHEMA)


def told(figures: pl.DataFrame) -> dict[str, str]:
    known = {metric: passport(metric) for metric in drawn_listening.SHAPES}
    book = Book(figures, known, set(LISTENING))
    found = [*listening(book), *together(book)]
    assert all(one.page == "relations" and one.verdict == "clear" for one in found)
    return {one.finding: sentence(one.finding, one.slots)[0] for one in found}


def hidden(figures: pl.DataFrame, where: pl.Expr, reason: str) -> pl.DataFrame:
    gone = [pl.when(where).then(None).otherwise(pl.col(name)).alias(name) for name in WITHOUT]
    return figures.with_columns(
        *gone, reason=pl.when(where).then(pl.lit(reason)).otherwise("reason")
    )


def test_the_four_sentences_are_said_with_the_numbers_of_the_release(drawn):
    """Level 4 stands apart: 46 and 4 less 6 of a hundred within four hours, 30 and 6 never; renewal is answered least."""
    assert told(drawn) == {
        "heard_level": "44% of questions from level 4 got an answer within 4 working hours; 36% had none after seven working days.",
        "customers_phase": "Customers in renewal: 81 of 156 conversations answered.",
        "leaders_ask": "Leaders ask in 20% of their posts.",
    }  # fmt: skip


def test_where_no_level_stands_apart_the_company_is_told(drawn):
    alike = drawn.with_columns(named=pl.lit(value=False))

    assert (
        told(alike)["heard"]
        == "50% of questions got an answer within 4 working hours; 30% had none after seven working days."
    )


def test_without_questions_conversations_are_told_and_without_threads_nothing(drawn):
    alike = drawn.with_columns(named=pl.lit(value=False))
    of_questions = (pl.col("bin") == "questions") | (pl.col("variant") == "questions")
    bare = hidden(alike, of_questions.fill_null(value=False), "no_questions")

    assert told(bare)["heard"] == "46% of conversations got an answer within 4 working hours; 30% had none after seven working days."  # fmt: skip
    nothing = hidden(alike, pl.col("metric").is_in(["unanswered_share"]), "sampled_threads")
    assert "heard" not in told(nothing)


def test_of_fewer_than_ten_leaders_nothing_is_said(drawn):
    few = hidden(drawn, pl.col("metric") == "leader_question_ratio", "small_group")

    assert "leaders_ask" not in told(few)


def test_a_phase_is_named_only_where_it_lies_below_all_beyond_its_interval(drawn):
    customers = drawn.filter(
        pl.col("metric").is_in(["customer_answered_share", "customer_waiting"])
    )
    answered = customers.filter(metric="customer_answered_share")
    waiting = customers.filter(metric="customer_waiting")
    wide = answered.with_columns(high=pl.lit(0.99))

    assert phase(answered, waiting)["phase"] == "renewal"
    assert phase(wide, waiting)["phase"] == "all"
    assert phase(answered.with_columns(value=None), waiting) is None
    few = hidden(drawn, pl.col("metric").str.starts_with("customer"), "too_little_traffic")
    assert "customers_phase" not in told(few)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.21, 0.86, "words_with_deeds"),
        (-0.86, -0.21, "words_against_deeds"),
        (-0.1, 0.8, None),
        (None, None, None),
    ],
)
def test_words_and_deeds_are_set_together_only_where_the_interval_leaves_out_zero(drawn, low, high, said):  # fmt: skip
    is_it = (pl.col("metric") == "gap_words_deeds") & pl.col("bin").is_not_null()
    value = None if low is None else (low + high) / 2
    ends = {"value": value, "low": low, "high": high}
    figures = drawn.with_columns(
        pl.when(is_it).then(pl.lit(end, pl.Float64)).otherwise(pl.col(name)).alias(name) for name, end in ends.items()
    )  # fmt: skip

    found = told(figures)

    assert {name for name in found if name.startswith("words")} == ({said} if said else set())
    if low == 0.21:
        assert found[said] == "Departments that say they are listened to also get more answers."  # fmt: skip


def test_the_slowest_phase_is_named_only_where_its_interval_lies_under_all_others():
    soon = pl.DataFrame({"series": ["support", "renewal"], "value": [0.9, 0.3], "low": [0.8, 0.2], "high": [0.95, 0.4]})  # fmt: skip

    assert _title(soon) == "Customers in renewal wait longest"
    assert _title(soon.with_columns(high=pl.lit(0.85))) == _title(soon.head(1)) == "How long do customers wait?"  # fmt: skip
