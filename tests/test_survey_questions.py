"""What a survey's questions measure is asked once on the Import page, and remembered."""

import json
import os
from dataclasses import asdict

import pytest
from streamlit.testing.v1 import AppTest

from analytics import mappings
from analytics.readers import registry
from analytics.readers.base import NOTHING_SAID
from analytics.readers.codes import SET_APART
from analytics.readers.sandbox import How
from analytics.readers.worker import work
from pages.parts import mapping, questions
from pages.parts.codes import WARNINGS
from tests.golden import EXPORTS

FORM = EXPORTS / "microsoft_forms" / "italiano.xlsx"


def told(path, tmp_path, remembered=()):
    tmp_path.mkdir(exist_ok=True)
    how = asdict(How()) | {"remembered": remembered}
    job = {
        "name": path.name,
        "descriptor": os.open(path, os.O_RDONLY),
        "out": str(tmp_path),
        "options": asdict(NOTHING_SAID),
        "how": how,
        "readers": [reader.__name__ for reader in registry.READERS],
    }
    return work(job).to_dict()


def page(file, name="correct"):
    from pages.parts import questions

    getattr(questions, name)("acme", file, "look", lambda: None)


def drawn(file, name="correct"):
    return AppTest.from_function(page, kwargs={"file": file, "name": name}).run()


def test_what_was_confirmed_is_remembered_and_read_next_time(home, tmp_path):
    file = told(FORM, tmp_path / "a")
    at = drawn(file)

    assert not at.exception
    assert {one.label: len(one.value) for one in at.multiselect if one.value} == {
        "Speaking up": 1, "Too much to do": 1,
    }  # fmt: skip
    mistake = file["questions"][0]["item"]  # no Italian wording is known by itself
    at.multiselect(key="look_psychological_safety").select(mistake)
    at.multiselect(key="look_reversed").select(mistake)
    at.selectbox(key="look_department").select("In quale reparto lavori?")
    at.run()
    at.button(key="look_say").click().run()

    (kept,) = mappings.known("acme")
    assert "Ti viene" not in str(kept)
    remembered = [(kept.table, asdict(kept.options))]
    again = told(FORM, tmp_path / "b", remembered)
    assert [one["construct"] for one in again["questions"] if one["item"]] == [
        "psychological_safety", "voice", "overload",
    ]  # fmt: skip
    assert [one["is_reversed"] for one in again["questions"] if one["item"]] == [True, False, False]
    assert "construct_suggested" not in again["warnings"]


@pytest.mark.parametrize("export", ["qualtrics_csv/labels_german.csv", "spss_sav/labelled.sav", "surveymonkey_csv/expanded.csv", "limesurvey_csv/codes_only.csv"])  # fmt: skip
def test_a_survey_is_known_again_by_its_columns(export, tmp_path):
    path = EXPORTS / export
    first = told(path, tmp_path / "a")
    item = next(one["item"] for one in first["questions"] if not one["construct"])
    remembered = [(first["table"], {"columns": {"voice": item}, "tool": None, "zone": None})]

    again = told(path, tmp_path / "b", remembered)

    assert {one["item"]: one["construct"] for one in again["questions"] if one["item"]}[item] == "voice"  # fmt: skip


def test_a_scale_is_asked_where_none_was_found(home, tmp_path):
    table = tmp_path / "few.csv"
    table.write_text(
        "id,submitdate,lastpage,Q1[1],Q1[2]\n1,2026-03-01 09:00:00,2,2,4\n2,2026-03-02 09:00:00,2,3,3\n"
    )
    file = told(table, tmp_path / "a")
    assert file["reject_code"] == "no_scale"

    at = drawn(file, "ask_scale")
    assert at.button(key="look_say").disabled
    at.selectbox(key="look_scale").select("1-5").run()
    at.button(key="look_say").click().run()

    (kept,) = mappings.known("acme")
    again = told(table, tmp_path / "b", [(kept.table, asdict(kept.options))])
    assert (again["outcome"], again["stored"], again["rows"]) == ("accept", 2, {"survey_answer": 4})


def test_a_known_item_that_is_taken_away_is_said_to_measure_nothing():
    asked = {
        "edmondson_1": {"construct": "psychological_safety", "is_reversed": True},
        "a": {"construct": "", "is_reversed": False},
    }

    assert questions.as_said(asked, {"voice": ["a"]}, ["edmondson_1"]) == {
        "voice": "a", "nothing": "edmondson_1", "reversed": "edmondson_1",
    }  # fmt: skip
    assert questions.as_said(asked, {"psychological_safety": ["edmondson_1"]}, ["edmondson_1"]) == {
        "psychological_safety": "edmondson_1", "reversed": "edmondson_1",
    }  # fmt: skip


def test_what_is_remembered_of_a_survey_is_told_without_its_questions():
    assert mapping.told("voice", "a03f; b2") == "Voice = 2 questions"
    assert mapping.told("sender", "wer") == "Sender = wer"


def test_a_form_that_a_spreadsheet_saved_in_windows_letters_is_known_and_known_again(tmp_path):
    names = "ID,Heure de début,Heure de fin,Adresse de messagerie,Nom,Je peux m’exprimer librement,J’ai été écouté"
    labels = ("Pas du tout d'accord", "Pas d'accord", "Neutre", "D'accord", "Tout à fait d'accord")
    rows = [
        f"{n},3/{n + 12}/26 9:00:00,3/{n + 12}/26 9:05:00,anonymous,,{labels[n % 5]},{labels[n % 4]}"
        for n in range(15)
    ]
    path = tmp_path / "form.csv"
    path.write_bytes("\n".join([names, *rows]).encode("cp1252"))

    first = told(path, tmp_path / "a")
    item = first["questions"][0]["item"]
    again = told(path, tmp_path / "b", [(first["table"], {"columns": {"voice": item}})])

    assert (first["format"], first["stored"]) == ("microsoft_forms", 15)
    assert first["questions"][0]["text"] == "Je peux m’exprimer librement"
    assert again["questions"][0]["construct"] == "voice"


def test_everything_that_is_noted_of_a_survey_has_words():
    files = [
        EXPORTS / name.rpartition(".")[2] / "golden.json"
        for name in registry.names()
        if ".surveys." in name
    ]
    told = [one for file in files for one in json.loads(file.read_text("utf-8")).values()]

    assert {code for one in told for code in one["warnings"]} <= set(WARNINGS)
    assert {code for one in told for code in one["rejected"]} <= set(SET_APART)
    assert len(told) >= 15
