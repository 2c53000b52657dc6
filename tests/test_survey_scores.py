"""What people say: published reliabilities, scores by hand, and what of a department may be told."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analytics.metrics import survey_scores, words_deeds
from analytics.schema import polars_schema
from analytics.statistics.agreement import cronbach_alpha, mean_reliability
from tests.drawn import store


def test_alpha_by_hand_is_that_of_the_published_formula():
    six = np.array([[4, 5, 4], [2, 2, 3], [5, 5, 5], [3, 4, 3], [1, 2, 1], [4, 4, 5]])

    assert cronbach_alpha(six) == pytest.approx(0.956107, abs=5e-7)
    assert np.isnan(cronbach_alpha(six[:, :1]))
    assert np.isnan(cronbach_alpha(np.ones((6, 3))))


def test_published_dyestuff_has_means_of_the_published_reliability():
    """Six batches of five (Davies 1947; lme4): variances 1,764.05 between and 2,451.25 within, ICC(2) 0.782527."""
    batches = np.array([
        [1545, 1440, 1440, 1520, 1580], [1540, 1555, 1490, 1560, 1495], [1595, 1550, 1605, 1510, 1560],
        [1445, 1440, 1595, 1465, 1545], [1595, 1630, 1515, 1635, 1625], [1520, 1455, 1450, 1480, 1445],
    ], float)  # fmt: skip

    found = mean_reliability(np.full(6, 5.0), batches.sum(axis=1), (batches**2).sum(axis=1))

    assert found == pytest.approx(0.782527, abs=5e-7)


def answers(rows: list[tuple[int, str | None, str, float | None]], day: str = "2026-05-04") -> str:
    """respondent, department, item, score: one answer each, of the construct listened_to."""
    told = [f"forms | {r} | {d or ''} | {day} | {i} | listened_to | {'' if s is None else s}" for r, d, i, s in rows]  # fmt: skip
    return "\n".join(
        ["tool | respondent | department | asked_on | item | construct | score", *told]
    )


def figures(folder, rows, known=None, day: str = "2026-05-04") -> pl.DataFrame:
    con = store(folder, survey_answer=answers(rows, day), build=False)
    return survey_scores.figures(con, 10, known)


def test_a_score_by_hand_stands_on_zero_to_a_hundred(tmp_path):
    """4, 2 and a reversed 5 (kept as 1) of five are 75, 25 and 0; who answered one of three items is not counted."""
    rows = [(1, None, "a", 4), (1, None, "b", 2), (1, None, "c", 1), (2, None, "a", 5), (2, None, "b", None), (2, None, "c", None)]  # fmt: skip
    con = store(tmp_path, survey_answer=answers(rows), build=False)
    items = con.sql(survey_scores.ITEMS.format(apart=survey_scores.APART_DAYS)).pl()

    scored = survey_scores.scored(items.with_columns(bin="construct"))

    assert items.filter(respondent=1)["score"].to_list() == [75, 25, 0]
    assert scored["score"].to_list() == [pytest.approx(33.333333, abs=5e-7)]


def people(department: str | None, scores: list[int], first: int) -> list[tuple]:
    """Each response answers three items with nearly the same."""
    return [
        (first + i, department, item, min(5, max(1, score + (k == i % 3) * (1 if score < 5 else -1))))
        for i, score in enumerate(scores)
        for k, item in enumerate("abc")
    ]  # fmt: skip


def by_department(found: pl.DataFrame, metric: str = survey_scores.SCORE) -> dict:
    return {r["department"]: (r["n"], r["reason"]) for r in found.filter(metric=metric).rows(named=True)}  # fmt: skip


SPREAD = [1, 2, 3, 4, 5, 2, 3, 4, 3, 2, 4, 3]


def test_departments_that_differ_are_shown_and_small_ones_never(tmp_path):
    """Three of twelve, of which one is content, and one of four: the company less the others would tell of it."""
    high = [5, 5, 4, 5, 4, 5, 5, 4, 5, 3, 4, 2]
    rows = [*people("A", SPREAD, 0), *people("B", high, 100), *people("C", [*SPREAD, 1], 200), *people("D", [3] * 4, 300)]  # fmt: skip
    found = figures(tmp_path, rows)

    assert found["bin"].unique().to_list() == ["listened_to/2026-05-04/2026-05-04"]
    assert by_department(found) == {
        None: (41, None), "A": (12, None), "B": (12, None), "C": (None, "protected"), "D": (None, "small_group"),
    }  # fmt: skip
    hidden = found.filter(pl.col("reason").is_not_null())
    assert hidden.select("value", "low", "high", "shrunken", "chance_low").null_count().row(0) == (hidden.height,) * 5  # fmt: skip


def test_departments_unlike_those_of_the_hr_file_count_for_the_company_alone(tmp_path):
    rows = [*people("a ", SPREAD, 0), *people("Z", [5] * 9 + [4, 3, 2], 100), *people("B", [5, 5, 4, 5, 4, 5, 5, 4, 5, 3, 4, 2], 200)]  # fmt: skip
    found = figures(tmp_path, rows, known={"A", "B"})

    assert set(by_department(found)) == {None, "A", "B"}
    assert by_department(found)[None] == (36, None)


def test_departments_that_do_not_differ_are_not_told_apart(tmp_path):
    rows = [*people("A", SPREAD, 0), *people("B", SPREAD[::-1], 100)]

    assert by_department(figures(tmp_path, rows)) == {
        None: (24, None), "A": (None, "not_identified"), "B": (None, "not_identified"),
    }  # fmt: skip


def test_items_that_do_not_belong_together_are_no_construct(tmp_path):
    """Sixty people draw three items each without regard to the other two."""
    draw = np.random.default_rng(1).integers(1, 6, (60, 3))
    rows = [(i, None, item, float(draw[i, k])) for i in range(60) for k, item in enumerate("abc")]
    found = figures(tmp_path, rows)

    [alpha] = found.filter(metric=survey_scores.RELIABILITY)["value"]
    assert alpha == pytest.approx(cronbach_alpha((draw - 1) * 25.0), abs=0.005)
    assert alpha < survey_scores.LEAST_RELIABLE
    assert by_department(found) == {None: (None, "not_identified")}


def test_of_two_waves_the_newer_is_told_and_late_answers_belong_to_theirs(tmp_path):
    rows = people(None, SPREAD, 0)
    text = answers(rows) + "\n" + answers(people(None, SPREAD, 100), "2026-10-05").split("\n", 1)[1]
    con = store(tmp_path, survey_answer=text, build=False)
    now = survey_scores.figures(con, 10, None)
    earlier = figures(tmp_path / "before", rows, day="2026-10-20")
    spring = figures(tmp_path / "spring", rows)

    assert now["bin"].unique().to_list() == ["listened_to/2026-10-05/2026-10-05"]
    assert survey_scores.same_wave(spring, now).is_empty()
    assert survey_scores.same_wave(earlier.with_columns(bin=pl.lit("listened_to/2026-10-01/2026-10-06")), now).height == earlier.height  # fmt: skip


def released(metric: str, bin_: str, values: list[float]) -> pl.DataFrame:
    rows = [
        dict.fromkeys(polars_schema("release.figure")) | {
            "metric": metric, "variant": "", "grain": "all", "bin": bin_, "position": 0, "department": f"D{i:02}",
            "value": value, "low": value - 0.1, "high": value + 0.1, "n": 12,
        }
        for i, value in enumerate(values)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=polars_schema("release.figure"))


def test_words_and_deeds_go_together_as_their_ranks_do():
    order = [2, 1, 4, 3, 6, 5, 8, 7, 10, 9]
    said = released(
        survey_scores.SCORE, "listened_to/2026-05-04/2026-05-08", [50.0 + i for i in order]
    )
    done = released("answered_share", "all", [0.4 + i / 50 for i in range(1, 11)])

    found = words_deeds.figures(said, done)
    whole, *gaps = found.rows(named=True)

    assert whole["value"] == round(stats.spearmanr(order, range(10)).statistic, 2) == 0.94
    assert 0 < whole["low"] < 0.94 < whole["high"] <= 1
    assert (whole["bin"], whole["n"]) == ("10", 120)
    assert {row["n"] for row in gaps} == {12}
    z = stats.zscore(np.array(order), ddof=1) - stats.zscore(np.arange(1, 11), ddof=1)
    assert [row["value"] for row in gaps] == pytest.approx(list(z), abs=0.006)


def test_ranks_that_are_equal_stand_in_the_middle_as_scipy_puts_them():
    words, deeds = (
        np.array([3.0, 1, 3, 2, 5, 5, 4, 8, 9, 7]),
        np.array([1.0, 1, 4, 2, 6, 3, 3, 9, 8, 8]),
    )

    rho, low, high = words_deeds.spearman(words, deeds)

    assert rho == pytest.approx(stats.spearmanr(words, deeds).statistic, abs=1e-12)
    assert -1 <= low < rho < high <= 1
    assert words_deeds.spearman(words, np.ones(10)) is None


def test_nine_departments_are_too_few_and_without_the_question_there_is_nothing():
    said = released(survey_scores.SCORE, "listened_to//", [50.0 + i for i in range(9)])
    done = released("answered_share", "all", [0.5 + i / 50 for i in range(9)])

    assert words_deeds.figures(said, done)["reason"].to_list() == ["too_few_groups"]
    assert words_deeds.figures(said.with_columns(bin=pl.lit("voice//")), done).is_empty()
