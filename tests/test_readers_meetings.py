"""Calendars, attendance lists and mailboxes: every real sample is read whole, and the traps of each are held."""

import json
import re

import pytest

from analytics.readers.base import Options
from analytics.readers.mail import mailbox_mbox
from analytics.readers.meetings import calendar_ics, zoom_json, zoom_meetings
from analytics.readers.sandbox import parse
from tests.reading import read_file

# lines of people: what the SOURCE.md beside each sample counts, without headers
SAMPLES = {
    "zoom/create-attendance-list/20200901_lecture.csv": 30,
    "zoom/create-attendance-list/20200905_lab.csv": 30,
    "zoom/zoom-attendance-tracker-qp/participants_1234567890.csv": 11,
    "teams_attendance/klassenbuch-writer/meetingAttendanceList.csv": 38,
    "teams_attendance/teams-attendance-haskell/IDL-14-11-22.csv": 7,
}
COUNTED = re.compile(r"^\| `([^`]+)` \|.*?(?:VEVENT (\d+)|(\d+) messages)", re.MULTILINE)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_line_of_a_real_list_is_accounted_for(shared, tmp_path, name):
    report = parse(shared / "samples" / name, tmp_path)

    assert (report.outcome != "reject", report.read) == (True, SAMPLES[name])


@pytest.mark.parametrize(("tool", "reader"), [("ics", calendar_ics), ("mbox", mailbox_mbox)])
def test_every_record_of_a_real_file_is_accounted_for(shared, tmp_path, tool, reader):
    counted, read = {}, {}
    for source in (shared / "samples" / tool).rglob("SOURCE.md"):
        for name, entries, mails in COUNTED.findall(source.read_text()):
            sink = read_file(
                reader, source.parent / name, tmp_path / f"{source.parent.name}-{name}"
            ).sink
            counted[name] = int(entries or mails)
            read[name] = sink.stored + sink.rejected.total() + sink.duplicates + sink.non_records

    assert read == counted
    assert len(read) >= 9


def test_a_time_without_zone_is_that_of_the_company(tmp_path):
    file = tmp_path / "one.ics"
    file.write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20240701T090000\nDTEND:20240701T100000\n"
        "ORGANIZER:mailto:a@acme.example\nATTENDEE:mailto:b@acme.example\nEND:VEVENT\nEND:VCALENDAR\n"
    )

    told = read_file(calendar_ics, file, tmp_path / "out", Options(zone="Europe/Rome"))

    assert [str(at) for at in told.table("event")["at"]] == ["2024-07-01 07:00:00"]


def test_a_mail_over_the_edge_of_two_blocks_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(mailbox_mbox.mbox_scan, "BLOCK", 100)
    mail = "From - Mon Mar  4 09:00:00 2024\nFrom: a@acme.example\nTo: b@acme.example\nMessage-ID: <{}@x>\nDate: Mon, 4 Mar 2024 09:00:00 +0000\n\n{}\n\n"
    file = tmp_path / "box"
    file.write_text("".join(mail.format(n, "text\n" * n) for n in range(40)))

    told = read_file(mailbox_mbox, file, tmp_path / "out")

    assert (told.sink.stored, told.rejects, told.warnings) == (40, [], {})


def came(who, join, leave, **more):
    times = {"join_time": f"2026-03-02T{join}:00Z", "leave_time": f"2026-03-02T{leave}:00Z"}
    return {"name": who, "user_email": f"{who}@acme.example"} | times | more


def test_a_response_that_goes_on_is_one_meeting_and_the_next_another(tmp_path):
    pages = [
        {"next_page_token": "more", "participants": [came("a", "09:00", "09:30")]},
        {"next_page_token": "", "participants": [came("b", "09:05", "09:40"), 7]},
        {"next_page_token": "", "participants": [came("c", "09:00", "09:10")]},
    ]
    file = tmp_path / "zoom.json"
    file.write_text(json.dumps(pages))

    told = read_file(zoom_json, file, tmp_path / "out")

    meetings = told.table("event").sort("actor").select("actor", "recipients", "seconds").rows()
    assert meetings == [("a@acme.example", 1, 2400), ("c@acme.example", 0, 600)]
    assert (told.rejects, told.sink.stored) == ([("#1 participant 1", "record_not_object")], 3)


def test_a_meeting_has_one_key_in_zooms_list_and_in_its_interface(tmp_path):
    listed = tmp_path / "zoom.csv"
    listed.write_text(
        "Topic,ID,Start time,End time,Name (original name),Email,Join time,Leave time\n"
        "x,896 1053 4856,03/13/2026 09:00:00 AM,03/13/2026 09:30:00 AM,Anna,a@acme.example,03/13/2026 09:00:00 AM,03/13/2026 09:30:00 AM\n"
    )
    asked = tmp_path / "zoom.json"
    facts = {"uuid": "u==", "id": 89610534856, "start_time": "2026-03-13T09:00:00Z"}
    asked.write_text(json.dumps({"meetings": [facts | {"participants": [came("a", "09:00", "09:30")]}]}))  # fmt: skip

    keys = [
        read_file(reader, file, tmp_path / file.suffix).table("event")["event"].to_list()
        for reader, file in ((zoom_meetings, listed), (zoom_json, asked))
    ]

    assert keys[0] == keys[1]
