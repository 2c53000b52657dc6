"""Surveys as tables: scales, what is set apart, what is never kept."""

import os
from dataclasses import asdict
from pathlib import Path

import polars as pl
import pytest

from analytics.readers import registry
from analytics.readers.base import Options
from analytics.readers.sandbox import parse, work

TABLE = "respondent,department,q1,q2,comment\n"


def read(tmp_path, text, **said):
    (tmp_path / "a.csv").write_text(text)
    report = parse(tmp_path / "a.csv", tmp_path / "out", Options(columns=said))
    parts = sorted((tmp_path / "out").glob("survey_answer-*.parquet"))
    return report, pl.concat(pl.read_parquet(part) for part in parts) if parts else None


def test_each_answer_is_a_row_and_an_empty_one_is_kept_as_not_answered(tmp_path):
    report, rows = read(tmp_path, TABLE + "r1,Sales,1,5,why\nr2,Sales,,4,\n")

    assert (report.format, report.stored, report.rejected) == ("survey_table", 2, {})
    assert sorted(rows["score"].to_list(), key=str) == [1.0, 4.0, 5.0, None]
    assert rows.select("scale_min", "scale_max").unique().rows() == [(1.0, 5.0)]
    assert "why" not in str(rows.rows())
    assert "r1" not in str(rows.rows())


@pytest.mark.parametrize(
    ("answers", "scale"),
    [("7,6\nr2,A,7,1\nr3,A,5,6", (1, 7)), ("10,0\nr2,A,9,8\nr3,A,7,10", (0, 10))],
)
def test_a_longer_scale_is_taken_where_many_answers_need_it(tmp_path, answers, scale):
    report, rows = read(tmp_path, "respondent,department,q1,q2\nr1,A," + answers + "\n")

    assert report.rejected == {}
    assert rows.select("scale_min", "scale_max").unique().rows() == [scale]


def test_the_scale_can_be_said(tmp_path):
    report, rows = read(tmp_path, TABLE + "r1,A,1,4,\nr2,A,5,4,\n", scale="1-4")

    assert report.rejected == {"scale_out_of_range": 1}
    assert rows["scale_max"].unique().to_list() == [4.0]


def test_the_export_of_a_survey_tool_is_no_plain_table(tmp_path):
    report, _ = read(tmp_path, "Response ID,Date submitted,Last page,Q1\n1,2026-01-01,3,4\n")

    assert report.outcome == "reject"
    assert "one row a respondent" in report.message


def test_a_column_of_larger_numbers_is_no_question(tmp_path):
    report, rows = read(tmp_path, "respondent,age,q1,q2\nr1,34,4,5\nr2,51,2,3\nr3,45,1,1\n")

    assert (report.stored, report.rejected) == (3, {})
    assert rows["item"].n_unique() == 2


# ------------------------------------------------------------------------------------ exports of survey tools

EXPORTS = Path(__file__).parent / "fixtures" / "exports"


def read_export(tmp_path, path, **said):
    """In this very process, which spares each test a start of the reader's own."""
    out = tmp_path / "out"
    out.mkdir(parents=True)
    report = work(
        {
            "name": path.name,
            "descriptor": os.open(path, os.O_RDONLY),
            "out": str(out),
            "options": asdict(Options(columns=said)),
            "readers": [reader.__name__ for reader in registry.READERS],
        }
    )
    parts = sorted(out.glob("survey_answer-*.parquet"))
    return report, pl.concat(pl.read_parquet(part) for part in parts) if parts else None


def scored(rows, item):
    return rows.filter(pl.col("item") == item)["score"].to_list()


def test_only_finished_answers_of_people_count_and_each_person_once(tmp_path):
    report, rows = read_export(tmp_path, EXPORTS / "qualtrics_csv" / "labels_german.csv")

    # 12 responses: a preview, one held for spam, one not finished; two people answered twice
    assert (report.stored, report.duplicates, report.read) == (7, 2, 12)
    assert report.rejected == {"survey_spam": 1, "survey_test": 1, "survey_unfinished": 1}
    assert rows["respondent"].n_unique() == 7
    # 2 2 4 2 3 5 1 of "it is often held against you", turned: 4 4 2 4 3 1 and the later answer of the first
    assert sorted(scored(rows, "edmondson_1")) == [1.0, 2.0, 3.0, 4.0, 4.0, 4.0, 5.0]
    assert set(rows.columns) == {
        "tool", "survey", "respondent", "department", "asked_on", "item", "construct", "score", "scale_min", "scale_max",
    }  # fmt: skip
    for word in ("ada", "Rossi", "More time", "203.0.113.9", "R_0000", "North", "Woman"):
        assert word.casefold() not in str(rows.rows()).casefold()


def test_a_department_comes_in_only_where_its_column_is_named(tmp_path):
    _, rows = read_export(
        tmp_path, EXPORTS / "qualtrics_csv" / "labels_german.csv", department="Area"
    )

    assert set(rows["department"]) == {"North", "South"}


def test_what_a_question_measures_can_be_said_and_turned(tmp_path):
    path = EXPORTS / "qualtrics_csv" / "labels_german.csv"
    report, before = read_export(tmp_path / "a", path)
    said = {"voice": "Q1_3", "overload": "My workload is fair, all in all.", "reversed": "Q1_1; Q1_4"}  # fmt: skip
    told, after = read_export(tmp_path / "b", path, **said)

    suggested = {one["text"][-20:]: one["suggested"] for one in report.questions if not one["construct"]}  # fmt: skip
    assert set(suggested.values()) == {"voice", "overload"}
    assert dict(after.select("construct").to_series().value_counts().iter_rows()) == {
        "psychological_safety": 14, "voice": 7, "overload": 7,
    }  # fmt: skip
    item = next(one["item"] for one in report.questions if one["suggested"] == "overload")
    both = zip(scored(before, item), scored(after, item), strict=True)
    assert all((one is None and other is None) or one + other == 6 for one, other in both)
    assert told.said["columns"] == said


def test_a_question_that_is_not_there_is_named_in_the_refusal(tmp_path):
    report, _ = read_export(tmp_path, EXPORTS / "qualtrics_csv" / "labels_german.csv", voice="Q9")

    assert report.reject_code == "column_missing"
    assert "“Q9”" in report.message


@pytest.mark.parametrize("name, answers", [
    ("Matrix_Single_Answer_Testing.csv", 5), ("Multiple_Answer_MC_Questions (Insights).csv", 5),
    ("No_Basis_for_Evaluation (Insights).csv", 15), ("Questions_with_Text_Entry_Components.csv", 15),
    ("Sample_Survey (Insights).csv", 5), ("Sample_Survey.csv", 5), ("Single_Answer_Matrix_Questions (Insights).csv", 5),
    ("Single_Answer_Matrix_Questions.csv", 5),
])  # fmt: skip
def test_real_test_answers_are_told_as_such(shared, tmp_path, name, answers):
    # SOURCE.md counts these and three lines of header (two in the legacy form)
    report, rows = read_export(tmp_path, shared / "samples" / "qualtrics" / "QualtricsTools" / name)

    assert (report.format, report.reject_code) == ("qualtrics_csv", "survey_tests_only")
    assert f"({answers})" in report.message
    assert rows is None


def test_real_recoded_answers_are_left_out_and_the_others_read_once_their_scale_is_said(
    shared, tmp_path
):
    path = (
        shared / "samples" / "qualtrics" / "QualtricsTools" / "Single_Answer_Matrix_Questions.csv"
    )
    report, rows = read_export(tmp_path, path, tests="keep", scale="1-4")

    assert (report.stored, report.rejected) == (5, {})
    # of 15 columns six hold 1 to 4, nine 10 to 13, one text
    assert rows.group_by("item").len().height == 6
    assert rows["score"].is_between(1, 4).all()


@pytest.mark.parametrize("name", ["sample.csv", "sample_legacy.csv"])
def test_a_real_answer_to_one_choice_is_no_scale(shared, tmp_path, name):
    report, _ = read_export(tmp_path, shared / "samples" / "qualtrics" / "qualtRics" / name)

    assert (report.format, report.reject_code) == ("qualtrics_csv", "no_scale")
