"""Google's audit logs: acts with their instants and nothing of what was said, whatever form the log came in."""

import json

import pytest

from analytics.readers.chat import googlechat_audit
from analytics.readers.meetings import google_meet_audit, google_meet_log
from tests.reading import read_file, read_text

# who left when (UTC), after how many seconds: Ben comes twice
LEFT = [
    ("anna@acme.example", "2024-03-04T11:00:00Z", 3600),
    ("ben@acme.example", "2024-03-04T10:20:00Z", 1200),
    ("ben@acme.example", "2024-03-04T11:00:00Z", 2100),
]


def activity(application, number, name, time="2024-03-04T10:00:00Z", **told):
    parameters = [{"name": key, "value": value} for key, value in told.items()]
    return {
        "kind": "admin#reports#activity",
        "id": {"time": time, "uniqueQualifier": str(number), "applicationName": application},
        "actor": {"callerType": "USER", "email": "anna@acme.example"},
        "events": [{"name": name, "parameters": parameters}],
    }


def left(number, who, time, seconds):
    return activity(
        "meet", number, "call_ended", time, identifier=who, conference_id="c1", meeting_code="ABC",
        organizer_email="anna@acme.example", duration_seconds=str(seconds),
    )  # fmt: skip


def page(tmp_path, *activities, cut=0):
    text = json.dumps({"items": activities})
    (tmp_path / "page").write_text(text[: len(text) - cut])
    return tmp_path / "page"


def test_the_log_as_json_and_as_csv_tell_of_the_same_meeting(tmp_path):
    head = "Date,Event name,Meeting code,Participant identifier,Organizer email,Duration (seconds),Conference ID\n"
    lines = [f"{time},Endpoint left,ABC,{who},anna@acme.example,{seconds},c1\n" for who, time, seconds in LEFT]  # fmt: skip

    table = read_text(google_meet_log, head + "".join(lines), tmp_path)
    answer = page(tmp_path, *(left(n, *facts) for n, facts in enumerate(LEFT)))
    record = read_file(google_meet_audit, answer, tmp_path / "json")

    assert record.table("event").rows() == table.table("event").rows() != []
    assert record.table("delivery").rows() == table.table("delivery").rows() != []
    assert record.sink.stored == table.sink.stored == 3


def test_a_page_that_comes_twice_or_is_cut_off_is_accounted_for(tmp_path):
    all_ = [left(n, *facts) for n, facts in enumerate(LEFT)]

    twice = read_file(google_meet_audit, page(tmp_path, *all_, *all_), tmp_path / "twice")
    torn = read_file(google_meet_audit, page(tmp_path, *all_, cut=9), tmp_path / "torn")

    assert (twice.sink.stored, twice.sink.duplicates, twice.rejects) == (3, 3, [])
    assert (torn.sink.stored, torn.rejects) == (2, [("#2", "json_invalid")])


@pytest.mark.parametrize(
    ("told", "openness"),
    [
        ({"conversation_type": "SPACE"}, "unknown"),
        ({"conversation_type": "GROUP_DIRECT_MESSAGE"}, "direct"),
        ({"conversation_type": "SPACE", "conversation_ownership": "EXTERNALLY_OWNED"}, "external"),
    ],
)
def test_a_post_is_kept_with_its_space_and_without_any_name(tmp_path, told, openness):
    post = activity("chat", 1, "message_posted", room_id="R1", room_name="Secret plan", message_id="m1", **told)  # fmt: skip

    found = read_file(googlechat_audit, page(tmp_path, post), tmp_path / "out")

    kept = b"".join(part.read_bytes() for part in found.sink.folder.glob("*.parquet"))
    assert b"ecret plan" not in kept
    assert found.table("event").select("event", "action", "actor", "space", "recipients").rows() == [
        ("m1", "post", "anna@acme.example", "R1", None)
    ]  # fmt: skip
    assert found.table("space").select("space", "openness").rows() == [("R1", openness)]
    assert found.table("membership").is_empty()


def test_what_is_written_to_an_app_or_done_to_a_message_is_no_post(tmp_path):
    others = [
        activity("chat", 1, "message_posted", room_id="R1", conversation_type="USER_TO_APP_DIRECT_MESSAGE"),
        activity("chat", 2, "message_edited", room_id="R1", message_id="m1"),
        activity("chat", 3, "attachment_download", room_id="R1"),
        activity("meet", 4, "call_ended"),
    ]  # fmt: skip

    found = read_file(googlechat_audit, page(tmp_path, *others), tmp_path / "out")

    assert (found.sink.rows["event"], found.sink.non_records) == (0, 4)
