"""Surveys as tables: scales, what is set apart, what is never kept."""

import polars as pl
import pytest

from analytics.readers.base import Options
from analytics.readers.sandbox import parse

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
