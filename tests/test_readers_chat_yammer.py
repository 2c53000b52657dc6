"""Viva Engage (Yammer): the network export and the REST messages agree on keys, and say what they do not hold."""

from tests.chat_reading import read, written
from tests.golden import EXPORTS

NETWORK = EXPORTS / "yammer_export" / "network"
REST = EXPORTS / "yammer_messages" / "messages.json"


def test_a_real_message_equals_its_plain_count(shared, tmp_path):
    sample = shared / "samples" / "yammer_messages" / "cli-microsoft365-docs" / "engage-message-list.json"  # fmt: skip

    found = read(sample, tmp_path / "out")

    assert (found.report["format"], found.report["events"]) == ("yammer_messages", {"post": 1})
    assert found.rows("event", "event", "at") == [("2000337749565441", "2022-11-11 20:59:10")]


def test_the_same_message_has_the_same_key_in_both(tmp_path):
    first, second = read(NETWORK, tmp_path / "a"), read(REST, tmp_path / "b")

    shared = set(first.column("event", "event")) & set(second.column("event", "event"))
    assert shared == {"2000337749565441", "2000337749565442"}


def test_a_list_of_changed_people_is_no_list_of_seats(tmp_path):
    found = read(NETWORK, tmp_path / "out")

    assert not any(found.column("account", "has_seat"))
    assert "seats" not in found.report["provides"]


def test_what_a_spreadsheet_did_to_ids_is_not_guessed(tmp_path):
    found = read(NETWORK, tmp_path / "out")

    assert found.rejects == [
        ("Messages.csv line 8", "author_missing"),
        ("Messages.csv line 9", "timestamp_no_zone"),
        ("Messages.csv line 10", "number_invalid"),
    ]
    assert "id_excel_mangled" in found.report["warnings"]


def test_a_private_conversation_reaches_its_participants(tmp_path):
    found = read(NETWORK, tmp_path / "out")

    assert ("10", "2", "to") in found.rows("delivery", "event", "account", "how")
    assert ("direct:5", "direct") in found.rows("space", "space", "openness")


def test_no_word_of_a_message_is_kept(tmp_path):
    read(NETWORK, tmp_path / "out")

    assert "lunch" not in written(tmp_path / "out")
    assert "Board" not in written(tmp_path / "out")
