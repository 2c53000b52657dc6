"""A Zulip export: topics are threads, conversations of two are one, and what has no time says so."""

import shutil
import tarfile

from tests.chat_reading import read
from tests.golden import EXPORTS

FULL = EXPORTS / "zulip_export" / "full"


def test_a_real_export_equals_its_plain_counts(shared, tmp_path):
    found = read(shared / "samples" / "zulip" / "zulip-dev-2018", tmp_path / "out")

    # 18 users, 6 streams and one conversation of two, 36 messages; of 38 subscriptions 16 are people's own
    assert found.report["stored"] == 36
    assert found.report["rejected"] == {}
    assert found.report["rows"]["account"] == 18
    assert sorted(found.column("space", "openness")) == ["direct"] + ["public"] * 6


def test_a_packed_archive_is_the_same_export(tmp_path):
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
        archive.add(FULL, "zulip-export-abc")
    shutil.copytree(FULL, tmp_path / "folder")

    packed, plain = (read(tmp_path / name, tmp_path / f"out-{name}") for name in ("x.tar.gz", "folder"))  # fmt: skip

    assert packed.tables == plain.tables


def test_a_topic_is_a_thread_whatever_its_case_and_file(tmp_path):
    found = read(FULL, tmp_path / "out")

    threads = dict(found.rows("event", "event", "thread"))
    assert [threads[message] for message in ("1", "2", "6", "7")] == ["1", "1", "1", None]


def test_both_halves_of_a_conversation_of_two_are_one(tmp_path):
    found = read(FULL, tmp_path / "out")

    spaces = dict(found.rows("event", "event", "space"))
    assert spaces["3"] == spaces["4"] == "direct:10-11"
    reached = [row for row in found.rows("delivery", "event", "account", "how") if row[2] == "to"]
    assert reached == [("3", "11", "to"), ("4", "10", "to"), ("5", "10", "to"), ("5", "11", "to")]


def test_a_mention_needs_one_account_and_a_voice(tmp_path):
    found = read(FULL, tmp_path / "out")

    # two people are called Ben, @_** is silent, all is nobody
    mentioned = [row for row in found.rows("delivery", "event", "account", "how") if row[2] == "mention"]  # fmt: skip
    assert mentioned == [("1", "12", "mention"), ("1", "13", "mention")]


def test_a_reaction_has_the_time_of_its_message_and_says_so(tmp_path):
    found = read(FULL, tmp_path / "out")

    reactions = [row for row in found.tables["event"] if row["action"] == "reaction"]
    assert [(row["is_timed"], row["at"]) for row in reactions] == [
        (False, "2026-01-05 09:00:00"),
        (False, "2026-01-05 09:03:20"),
    ]
    assert "reaction_ignored" in found.report["warnings"]


def test_bad_messages_are_set_apart_by_place(tmp_path):
    found = read(FULL, tmp_path / "out")

    assert sorted(found.rejects) == [
        ("messages-000002.json#3", "timestamp_invalid"),
        ("messages-000002.json#4", "field_type"),
    ]
    assert found.report["duplicates"] == 1
