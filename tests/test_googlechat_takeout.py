"""A Takeout of Google Chat: dates in the account's language, deleted messages, one person's view."""

import json
from datetime import UTC, datetime

import pytest

from analytics.readers.chat.googlechat_dates import WORDS, read_date
from analytics.readers.sandbox import parse

AT = datetime(2016, 11, 3, 11, 59, 50, tzinfo=UTC)
# en-US, en-GB, ja and hu are copied from public bug reports (formats of develhack/google-chat-takeout-explorer,
# abrignoni/RLEAPP#183 and #297, mrwoof/google-chat-takeout-reader#3); the others follow CLDR's long date.
SPELLED = {
    "Thursday, November 3, 2016 at 11:59:50 AM UTC": AT,
    "Thursday, November 3, 2016 at 11:59:50\u202fAM UTC": AT,
    "Thursday 3 November 2016 at 11:59:50 UTC": AT,
    "Thursday, 3 November 2016 at 12:00:00 PM UTC": AT.replace(hour=12, minute=0, second=0),
    "giovedì 3 novembre 2016 alle ore 11:59:50 UTC": AT,
    "Donnerstag, 3. November 2016 um 11:59:50 UTC": AT,
    "jeudi 3 novembre 2016 à 11:59:50 UTC": AT,
    "jueves, 3 de noviembre de 2016, 11:59:50 UTC": AT,
    "jueves, 3 de noviembre de 2016, 11:59:50 a. m. UTC": AT,
    "quinta-feira, 3 de novembro de 2016 às 11:59:50 UTC": AT,
    "donderdag 3 november 2016 om 11:59:50 UTC": AT,
    "czwartek, 3 listopada 2016 11:59:50 UTC": AT,
    "torsdag 3 november 2016 kl. 11:59:50 UTC": AT,
    "torsdag den 3. november 2016 kl. 11.59.50 UTC": AT,
    "2024年1月9日火曜日 21:54:36 UTC": datetime(2024, 1, 9, 21, 54, 36, tzinfo=UTC),
    "2016年11月3日星期四 UTC 下午11:59:50": AT.replace(hour=23),
    "2016년 11월 3일 목요일 오전 11시 59분 50초 UTC": None,
    "2015. február 15., vasárnap 21:54:36 UTC": datetime(2015, 2, 15, 21, 54, 36, tzinfo=UTC),
    # never guessed
    "Friday, November 3, 2016 at 11:59:50 AM UTC": None,  # it was a Thursday
    "četvrtak, 3. studenoga 2016. u 11:59:50 UTC": None,
    "četvrtak, 3. listopada 2016. u 11:59:50 UTC": None,  # October in Croatian, November in Polish
    "Thursday, November 3, 2016 at 11:59:50 AM": None,
    "Thursday, November 3, 2016 at 13:59:50 AM UTC": None,
    "Thursday, November 31, 2016 at 11:59:50 AM UTC": None,
    "Thursday, November 3, 2016 at 25:59:50 UTC": None,
    "": None,
}


@pytest.mark.parametrize(("text", "at"), SPELLED.items())
def test_a_date_is_read_in_the_language_it_is_written_in_or_not_at_all(text, at):
    us = read_date(text)

    assert us == (None if at is None else int(at.timestamp()) * 1_000_000)


def test_every_language_has_twelve_months_and_seven_days():
    assert {(len(months.split()), len(days.split())) for months, days in WORDS.values()} == {
        (12, 7)
    }


def takeout(folder, dates):
    chat = folder / "Google Chat" / "Groups" / "DM x"
    chat.mkdir(parents=True)
    messages = [
        {"creator": {"email": "anna@acme.example"}, "created_date": date, "topic_id": f"{i}", "message_id": f"x/{i}/{i}"}
        for i, date in enumerate(dates)
    ]  # fmt: skip
    (chat / "group_info.json").write_text('{"members": []}')
    (chat / "messages.json").write_text(json.dumps({"messages": messages}))
    return folder


def test_a_language_that_nobody_knows_is_said_and_nothing_is_kept(tmp_path):
    export = takeout(tmp_path / "in", ["četvrtak, 3. studenoga 2016. u 11:59:50 UTC"] * 2)
    (tmp_path / "out").mkdir()

    report = parse(export, tmp_path / "out")

    assert (report.outcome, report.reject_code) == ("reject", "language_unknown")


def test_one_damaged_date_costs_only_its_message(tmp_path):
    export = takeout(tmp_path / "in", ["Thursday, November 3, 2016 at 11:59:50 AM UTC", "Thurs"])
    (tmp_path / "out").mkdir()

    report = parse(export, tmp_path / "out")

    assert (report.stored, report.rejected) == (1, {"timestamp_invalid": 1})
    assert "one_person_view" in report.warnings
    assert not {"seats", "openness"} & set(report.provides)
