"""Teams messages, however a tool wrapped them: who acted, whom it reached, what is not told, what is set apart."""

import json
from pathlib import Path

import pytest

from tests.chat_reading import read, write, written

MANIFEST = Path(__file__).resolve().parents[2] / "shared" / "badinput" / "manifest.json"
BAD = [
    entry
    for entry in (json.loads(MANIFEST.read_text())["files"] if MANIFEST.exists() else [])
    if entry["kind"] == "teams_json"
]
SAMPLES = {
    # SOURCE.md: one chat message, one channel root, one reply
    "chat-message-list.json": {"post": 1},
    "message-list.json": {"post": 1},
    "message-reply-list.json": {"reply": 1},
}
CHANNEL = {"teamId": "t", "channelId": "19:c@thread.tacv2"}


def message(id="1", who="anna", **more):
    return {
        "id": id,
        "messageType": "message",
        "createdDateTime": "2026-01-05T09:00:00Z",
        "from": {"user": {"id": who}} if who else None,
        "body": {"content": "SECRET"},
        "channelIdentity": CHANNEL,
    } | more


@pytest.mark.parametrize("entry", BAD, ids=[entry["file"] for entry in BAD])
def test_bad_files_come_out_as_they_should(shared, tmp_path, entry):
    found = read(shared / "badinput" / entry["file"], tmp_path / "out")

    assert found.report["outcome"] == entry["outcome"]
    assert found.report["reject_code"] == entry["reject_code"]
    assert found.report["stored"] == entry["rows_ok"]
    assert sorted(found.rejects) == sorted((q["where"], q["code"]) for q in entry["quarantine"])
    assert found.report["warnings"] == entry["warnings"]
    assert "MARKER" not in written(tmp_path / "out")


@pytest.mark.parametrize("sample", SAMPLES)
def test_real_messages_equal_their_plain_counts(shared, tmp_path, sample):
    source = shared / "samples" / "teams_messages" / "cli-microsoft365-docs" / sample

    found = read(source, tmp_path / "out")

    assert found.report["format"] == "teams_messages"
    assert found.report["events"] == SAMPLES[sample]
    assert found.rejects == []


def test_the_same_message_id_in_two_channels_is_two_messages(tmp_path):
    other = {"teamId": "t", "channelId": "19:d@thread.tacv2"}
    export = write(tmp_path / "a.json", [message(), message(channelIdentity=other)])

    found = read(export, tmp_path / "out")

    assert sorted(found.column("event", "event")) == ["19:c@thread.tacv2:1", "19:d@thread.tacv2:1"]


def test_a_reaction_moves_no_version_but_an_edit_does(tmp_path):
    lines = [
        message("1", lastModifiedDateTime="2026-01-05T10:00:00Z"),
        message("2", lastEditedDateTime="2026-01-05T10:00:00Z"),
    ]

    found = read(write(tmp_path / "a.ndjson", lines), tmp_path / "out")

    assert found.rows("event", "event", "version") == [
        ("19:c@thread.tacv2:1", 0),
        ("19:c@thread.tacv2:2", 1_767_607_200_000_000),
    ]


def test_a_chat_of_two_names_both_and_a_larger_one_nobody(tmp_path):
    anna, ben = "aaaaaaaa-0000-4000-8000-00000000000a", "bbbbbbbb-0000-4000-8000-00000000000b"
    two = message("1", anna, channelIdentity=None, chatId=f"19:{anna}_{ben}@unq.gbl.spaces")
    many = message("2", anna, channelIdentity=None, chatId="19:x@thread.v2")

    found = read(write(tmp_path / "a.json", [two, many]), tmp_path / "out")

    assert found.rows("delivery", "account", "how") == [(ben, "to")]
    assert sorted(found.column("event", "recipients"), key=str) == [1, None]


def test_one_chat_in_the_folders_of_its_people_is_read_once_and_reaches_them_all(tmp_path):
    chat = [message("1", "anna", channelIdentity=None, chatId="19:x@thread.v2")]
    folder = tmp_path / "export"
    for who in ("anna", "ben", "cleo"):
        write(folder / "users" / who / f"messages_{who}.json", chat)

    found = read(folder, tmp_path / "out")

    assert found.rows("delivery", "account", "how") == [("ben", "to"), ("cleo", "to")]
    assert (found.report["stored"], found.report["duplicates"]) == (1, 2)


def test_whoever_comes_from_another_organisation_than_most_is_a_guest(tmp_path):
    def of(tenant, who):
        return {"user": {"id": who, "tenantId": tenant}}

    lines = [message("1", **{"from": of("home", "anna")}), message("2", **{"from": of("home", "ben")}),
             message("3", **{"from": of("away", "gita")})]  # fmt: skip

    found = read(write(tmp_path / "a.json", lines), tmp_path / "out")

    assert found.rows("account", "account", "kind") == [("anna", "human"), ("ben", "human"), ("gita", "guest")]  # fmt: skip


def test_nothing_of_a_message_but_its_form_is_kept(tmp_path):
    secret = message(subject="SECRET", attachments=[{"contentType": "reference", "name": "SECRET"}],
                     webUrl="https://SECRET", body={"content": "<p>SECRET and more?</p>"})  # fmt: skip

    found = read(write(tmp_path / "a.json", [secret]), tmp_path / "out")

    assert "SECRET" not in written(tmp_path / "out")
    assert found.rows("event", "words", "is_question") == [(3, True)]


def test_a_folder_of_pages_is_one_export(tmp_path):
    write(tmp_path / "pages" / "1.json", {"value": [message("1")]})
    write(tmp_path / "pages" / "2.json", {"value": [message("2", "ben", replyToId="1")]})

    found = read(tmp_path / "pages", tmp_path / "out")

    assert found.report["format"] == "teams_messages"
    assert found.rows("delivery", "account", "how") == [("anna", "reply")]


def test_a_personal_export_gives_no_rate_of_a_company(tmp_path):
    chat = {"id": "8:orgid:b", "MessageList": [{"id": "1", "messagetype": "Text", "from": "8:orgid:a",
            "originalarrivaltime": "2026-01-05T09:00:00Z", "content": "SECRET"}]}  # fmt: skip
    export = write(tmp_path / "messages.json", {"userId": "8:orgid:a", "conversations": [chat]})

    found = read(export, tmp_path / "out")

    assert found.report["format"] == "teams_personal"
    assert "acts" not in found.report["provides"]
    assert found.report["warnings"] == ["one_person_view"]
    assert found.rows("delivery", "account", "how") == [("b", "to")]
    assert "SECRET" not in written(tmp_path / "out")
