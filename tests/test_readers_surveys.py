"""Surveys as tables: scales, what is set apart, what is never kept."""

import csv
import io
import os
from dataclasses import asdict
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from analytics.readers import registry
from analytics.readers.base import Options
from analytics.readers.surveys.qualtrics_status import apart
from analytics.readers.surveys.responses import stamp
from analytics.readers.surveys.sheet import digest, kept_out
from analytics.readers.worker import work

TABLE = "respondent,department,q1,q2,comment\n"


def read(tmp_path, text, **said):
    (tmp_path / "a.csv").write_text(text)
    return read_export(tmp_path, tmp_path / "a.csv", **said)


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
    report, _ = read(tmp_path, "Respondent,Recorded date,Q1\n1,2026-01-01,4\n")

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

    suggested = {one["text"][-20:]: one["suggested"] for one in report.questions if one.get("suggested") and not one["construct"]}  # fmt: skip
    assert set(suggested.values()) == {"voice", "overload"}
    assert dict(after.select("construct").to_series().value_counts().iter_rows()) == {
        "psychological_safety": 14, "voice": 7, "overload": 7,
    }  # fmt: skip
    item = next(one["item"] for one in report.questions if one.get("suggested") == "overload")
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


@pytest.mark.parametrize(
    ("export", "left_out", "rejected", "duplicates"),
    [
        ("limesurvey_csv/texts.csv", [8], 1, 0),
        ("limesurvey_csv/codes_german.csv", [6], 1, 0),  # 1980-01-01 = not sent
        ("limesurvey_csv/codes_only.csv", [], 0, 0),
        ("microsoft_forms/anonymous.csv", [], 0, 0),  # "anonymous" is nobody twice
        ("microsoft_forms/italiano.xlsx", [2], 0, 1),
        ("google_forms/english.csv", [1], 0, 1),
        ("google_forms/italiano.csv", [], 0, 0),
        ("google_forms/francais.csv", [], 0, 0),
        ("google_forms/deutsch_zahlen.csv", [], 0, 0),
        ("surveymonkey_csv/expanded.csv", [], 1, 0),  # a ninth answered nothing
        ("surveymonkey_csv/condensed.csv", [], 0, 0),
        ("spss_sav/labelled.sav", [8], 1, 0),
    ],
)
def test_every_tool_gives_the_three_questions_that_eight_people_answered(
    tmp_path, export, left_out, rejected, duplicates
):
    answers = dict(enumerate((4, 5, 4, 2, 4, 3, 1, 4), start=1))  # to the second question
    report, rows = read_export(tmp_path, EXPORTS / export)

    assert report.rejected == ({"survey_unfinished": rejected} if rejected else {})
    assert report.duplicates == duplicates
    items = rows["item"].unique(maintain_order=True)
    assert scored(rows, items[1]) == [answers[n] for n in answers if n not in left_out]
    assert items.len() == 3
    assert rows.select("scale_min", "scale_max").unique().rows() == [(1.0, 5.0)]
    for word in ("@", "acme", "Ada", "Rossi", "203.0.113", "no, thank you", "wiki", "North", "Vendite"):  # fmt: skip
        assert word.casefold() not in str(rows.rows()).casefold()


def test_columns_that_took_no_answers_do_not_make_it_another_survey(tmp_path):
    _, expanded = read_export(tmp_path / "a", EXPORTS / "google_forms" / "italiano.csv")
    text = (EXPORTS / "google_forms" / "italiano.csv").read_text("utf-8-sig").splitlines()
    (tmp_path / "first.csv").write_text("\n".join(text[:8]) + "\n", "utf-8")
    _, earlier = read_export(tmp_path / "b", tmp_path / "first.csv")

    assert set(earlier["survey"]) == set(expanded["survey"])
    assert set(earlier["respondent"]) < set(expanded["respondent"])


def test_what_a_spss_file_declares_missing_is_no_answer(tmp_path):
    # codes 10 to 14 with the labels of agreement are told by the labels; 99 = "No answer"
    _, rows = read_export(tmp_path, EXPORTS / "spss_sav" / "labelled.sav")

    by_item = {item: scored(rows, item) for item in rows["item"].unique(maintain_order=True)}
    first, second, third = by_item.values()
    assert first == [4.0, 5.0, 5.0, 2.0, 4.0, 3.0, 1.0]
    assert second == [4.0, 5.0, 4.0, 2.0, 4.0, 3.0, 1.0]
    assert third == [4.0, 4.0, None, 2.0, 5.0, 3.0, 1.0]


def test_a_form_in_the_middle_of_the_month_is_dated_by_what_follows_what(tmp_path):
    _, rows = read_export(tmp_path, EXPORTS / "google_forms" / "italiano.csv")

    assert str(rows["asked_on"].min()) == "2026-02-10"


def test_a_log_that_begins_with_times_is_no_form(tmp_path):
    (tmp_path / "log.csv").write_text(
        "Timestamp,Sender,Recipient\n2026-03-02 09:00:00,ann@acme.example,bo@acme.example\n"
    )

    report, _ = read_export(tmp_path, tmp_path / "log.csv")

    assert report.format == "interaction_log"


def test_a_cut_spss_file_is_refused_whole(tmp_path):
    whole = (EXPORTS / "spss_sav" / "labelled.sav").read_bytes()
    (tmp_path / "cut.sav").write_bytes(whole[: len(whole) // 3])

    report, _ = read_export(tmp_path, tmp_path / "cut.sav")

    assert (report.format, report.reject_code) == ("spss_sav", "sav_damaged")


@pytest.mark.parametrize("tool", ["microsoft_forms/anonymous.csv", "surveymonkey_csv/expanded.csv"])
def test_utf_16_and_a_cut_file_are_read_as_far_as_they_go(tmp_path, tool):
    content = (EXPORTS / tool).read_bytes()
    codec = "cp1252" if tool.startswith("microsoft") else "utf-8"
    text = content.decode(codec)
    (tmp_path / "wide.csv").write_bytes(text.encode("utf-16"))
    (tmp_path / "cut.csv").write_bytes(content[:-40])

    wide, _ = read_export(tmp_path / "a", tmp_path / "wide.csv")
    cut, _ = read_export(tmp_path / "b", tmp_path / "cut.csv")

    assert wide.stored == 8
    assert cut.format == wide.format
    assert cut.read == wide.read
    assert cut.stored < wide.stored or cut.rejected


# SOURCE.md: 8 lines that are not blank, and 4, each with one of header
@pytest.mark.parametrize(
    ("name", "stored", "unfinished"),
    [("survey_998192_R_data_file.csv", 2, 5), ("survey_100001_R_data_file.csv", 2, 1)],
)
def test_real_limesurvey_exports(shared, tmp_path, name, stored, unfinished):
    path = shared / "samples" / "limesurvey" / "limonaid" / name
    before, _ = read_export(tmp_path / "a", path)
    report, rows = read_export(tmp_path / "b", path, scale="1-7")

    assert before.reject_code == "no_scale"  # two answers show no scale
    assert (report.format, report.stored, report.rejected) == ("limesurvey_csv", stored, {"survey_unfinished": unfinished})  # fmt: skip
    assert rows["score"].drop_nulls().is_between(1, 7).all()


def test_real_spss_files_are_known_and_read_once_their_labels_are_said(shared, tmp_path):
    folder = shared / "samples" / "spss_sav" / "pyreadstat"
    for path in sorted(folder.glob("*.sav")):
        report, _ = read_export(tmp_path / path.stem, path)
        assert (report.format, report.reject_code) == ("spss_sav", "no_scale"), path.name

    _, rows = read_export(
        tmp_path / "said", folder / "sample_missing.sav", labels="low; medium; high"
    )

    # pyreadstat's own table of the variable: 1 2 3 1 1, then twice the declared "missing"
    assert rows["score"].to_list() == [1.0, 2.0, 3.0, 1.0, 1.0, None, None]


def test_a_real_table_of_codes_is_read_once_its_scale_is_said(shared, tmp_path):
    path = shared / "samples" / "survey" / "peopleanalytics" / "employee_survey.csv"
    report, rows = read_export(tmp_path, path, scale="1-4", satisfaction="Happiness")

    # SOURCE.md: 2834 lines, one of header; 14 columns. Blanks counted by the csv module
    lines = list(csv.reader(path.open(encoding="ascii")))
    given = sum(cell != "" for line in lines[1:] for cell in line)
    assert (report.format, report.stored, report.read) == ("survey_table", 2833, 2833)
    assert rows["score"].count() == given
    assert rows.height == 2833 * 14
    satisfied = rows.filter(pl.col("construct") == "satisfaction")["score"].drop_nulls()
    assert satisfied.to_list() == [int(line[0]) for line in lines[1:] if line[0]]


def test_a_respondent_in_a_table_twice_counts_once(tmp_path):
    report, rows = read(tmp_path, TABLE + "r1,A,1,5,\nr2,A,2,4,\nr1,A,3,3,\n")

    assert (report.stored, report.duplicates) == (2, 1)
    assert sorted(rows["score"].to_list()) == [2.0, 3.0, 3.0, 4.0]


def test_a_table_whose_fives_mean_little_is_turned_by_saying_so(tmp_path):
    _, rows = read(tmp_path, TABLE + "r1,A,1,5,\n", scale="5-1")

    assert sorted(rows["score"].to_list()) == [1.0, 5.0]
    assert rows.filter(pl.col("score") == 5)["item"].to_list() == [digest("q1")]


WAVE = "id,submitdate,lastpage,Q1[1],Q1[2]\n1,{day} 09:00:00,2,2,4\n2,{day} 09:05:00,2,3,3\n"


def test_two_waves_of_a_survey_that_counts_from_one_stay_apart(tmp_path):
    told = []
    for name, day in (("a", "2026-03-01"), ("b", "2026-09-01"), ("again", "2026-03-01")):
        (tmp_path / f"{name}.csv").write_text(WAVE.format(day=day))
        _, rows = read_export(tmp_path / name, tmp_path / f"{name}.csv", scale="1-5")
        told.append(set(rows["respondent"]))

    assert told[0] == told[2]
    assert not told[0] & told[1]


@pytest.mark.parametrize(
    "times",
    [
        ("7/11/26 15:05:00", "2026-07-11 15:05:00", "11.07.2026 15.05.00", "7/11/26 3:05:00 PM"),
        ("2026/03/01 9:00:00 AM GMT+1", "01/03/2026 09:00:00", "3/1/2026 9:00"),
    ],
)
def test_a_time_stands_for_the_same_response_however_it_is_written(times):
    assert len({stamp(time) for time in times}) == 1
    assert stamp(times[0]) != stamp("7/12/26 15:05:00")


def as_workbook(path, text):
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(csv.reader(io.StringIO(text))):
            sheet.write_row(number, 0, row)


def in_excel(path, text):
    rows = list(csv.reader(io.StringIO(text)))
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    path.write_bytes(out.getvalue().encode("utf-16"))


@pytest.mark.parametrize("save", [as_workbook, in_excel])
@pytest.mark.parametrize(
    "export",
    [
        "qualtrics_csv/labels_german.csv", "qualtrics_csv/legacy_codes.csv", "limesurvey_csv/texts.csv",
        "limesurvey_csv/codes_german.csv", "google_forms/english.csv", "surveymonkey_csv/expanded.csv",
        "surveymonkey_csv/condensed.csv",
    ],
)  # fmt: skip
def test_an_export_saved_by_a_spreadsheet_gives_the_same_answers(tmp_path, export, save):
    path = EXPORTS / export
    saved = tmp_path / ("saved.xlsx" if save is as_workbook else "saved.csv")
    save(saved, path.read_text("utf-8-sig"))

    told, rows = read_export(tmp_path / "a", path)
    again, same = read_export(tmp_path / "b", saved)

    assert again.format == told.format
    assert (again.stored, again.rejected, again.duplicates) == (told.stored, told.rejected, told.duplicates)  # fmt: skip
    assert same.sort(same.columns).equals(rows.sort(rows.columns))


@pytest.mark.parametrize(
    "text",
    [
        "In genere mi sento ascoltato", "We address problems openly", "I have faith in our leaders", "I use my phone for work",
        "L'indirizzo strategico è chiaro", "My manager pays attention to what I say", "I get feedback on my performance",
    ],
)  # fmt: skip
def test_a_statement_is_not_kept_out_for_a_word_that_also_means_something_else(text):
    assert not kept_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is your gender?", "Quanti anni hai? (età)", "Wie ist Ihr Geschlecht?", "How old are you?", "Il mio stato di salute",
        "Please describe your current mood.", "Please enter your address [Street]", "My health suffers from my work",
    ],
)  # fmt: skip
def test_what_people_are_asked_of_themselves_is_kept_out(text):
    assert kept_out(text)


@pytest.mark.parametrize(
    "answer", ["ann{}@acme.example", "I think that {} and so on", "x" * 90 + "{}"]
)
def test_a_column_of_texts_or_people_is_no_department(tmp_path, answer):
    lines = "".join(f"r{n},{n % 5 + 1},{answer.format(n)}\n" for n in range(30))

    report, rows = read(tmp_path, "respondent,q1,unit\n" + lines, department="unit")

    assert (report.reject_code, rows) == ("column_missing", None)
    assert "30 different answers of 30" in report.message


STATUSES = {
    "0": None, "16": None, "IP Address": None, "IP-Adresse": None, "Imported": None, "": None, "1": "survey_test", "2": "survey_test",
    "Survey Preview": "survey_test", "Umfragevorschau": "survey_test", "Anteprima sondaggio": "survey_test",
    "Aperçu de l’enquête": "survey_test", "Survey Test": "survey_test", "8": "survey_spam", "Possible spam": "survey_spam",
}  # fmt: skip


def test_a_status_is_understood_as_code_and_as_label():
    rows = pl.DataFrame({"c0": [status or None for status in STATUSES]})

    assert rows.select(apart({"status": "c0"})).to_series().to_list() == list(STATUSES.values())


@pytest.mark.parametrize("said", ["0", "False", "Falsch", "Falso", "Faux", "No"])
def test_unfinished_is_understood_in_four_languages(said):
    rows = pl.DataFrame({"c0": [said, "1", "True", "Vero", None]})

    assert rows.select(apart({"finished": "c0"})).to_series().to_list() == ["survey_unfinished", *[None] * 4]  # fmt: skip
