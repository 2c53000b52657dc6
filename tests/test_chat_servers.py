"""Rocket.Chat, Discord and Discourse: real exports equal their plain counts; each format's traps."""

import json

import pytest

from analytics.readers.sandbox import parse
from tests import golden


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


# Copied from the SOURCE.md beside each sample: messages, authors, distinct ids, replies, reactions with a name.
DISCORD = {
    "chat-analytics/DM_2A_2M.json": (3, 2, {"post": 2, "call": 1}, 0),
    "chat-analytics/GC_3A_5M.json": (6, 3, {"post": 2, "reply": 1, "notice": 2, "call": 1}, 0),
    "chat-analytics/SV_5A_5M.json": (5, 2, {"post": 4}, 1),
    "dcef-example/Example guild - Text Channels - general [1012224565567721552].json": (1, 1, {"post": 1}, 0),
}  # fmt: skip


@pytest.mark.parametrize("sample", DISCORD)
def test_real_discord_channels_equal_their_plain_counts(shared, out, sample):
    messages, authors, actions, duplicates = DISCORD[sample]

    report = parse(shared / "samples" / "discord" / sample, out)

    assert (report.format, report.outcome) == ("discord_channel", "accept")
    assert (report.read, report.duplicates, report.events) == (
        messages,
        duplicates,
        dict(sorted(actions.items())),
    )
    assert report.rows["account"] == authors
    assert "reactions" not in report.provides or not report.events.get("reaction")


def test_a_real_rocketchat_export_equals_its_plain_counts(shared, out):
    # counted in the files: 10 messages (one reply in a thread that is there, one in a deleted one, one notice),
    # 6 reactions by name, of them 4 by people of the list or the traffic, 5 accounts, 6 rooms and a deleted one
    report = parse(shared / "samples" / "rocketchat" / "rocketchat2matrix-test", out)

    assert (report.format, report.outcome, report.read) == ("rocketchat_dump", "accept", 10)
    assert report.events == {"notice": 1, "post": 7, "reaction": 6, "reply": 2}
    assert "thread_parent_missing" in report.warnings


def test_the_messages_of_rocketchat_alone_are_read_without_accounts_and_rooms(out):
    export = golden.EXPORTS / "rocketchat_dump" / "mongodump" / "rocketchat_message.bson"

    report = parse(export, out)

    assert (report.format, report.stored) == ("rocketchat_dump", 8)
    assert {"users_missing", "channels_missing"} <= set(report.warnings)
    assert not {"seats", "openness"} & set(report.provides)


def test_both_ways_of_dumping_a_database_give_the_same_events():
    told = json.loads((golden.EXPORTS / "rocketchat_dump" / golden.GOLDEN).read_text("utf-8"))

    assert told["mongodump"]["tables"]["event"] == told["mongoexport"]["tables"]["event"]
    assert told["mongodump"]["tables"]["delivery"] == told["mongoexport"]["tables"]["delivery"]


def test_nothing_said_and_no_password_or_emoji_name_is_kept(out):
    parse(golden.EXPORTS / "rocketchat_dump" / "mongodump", out)

    kept = b"".join(part.read_bytes() for part in out.glob("*.parquet"))
    assert not [
        text for text in (b"bcrypt", b"secret", b"key?", b":+1:", b"Visitor") if text in kept
    ]


def test_a_private_message_of_discourse_is_one_in_the_language_of_the_forum(tmp_path, out):
    (tmp_path / "posts.csv").write_text(
        "topic_title,categories,is_pm,post_raw,url,created_at\n"
        "a,b,Oui,c,/t/a/1/2,2026-01-07 10:00:00 UTC\n"
        "a,b,Non,c,/t/a/2/2,2026-01-07 10:00:00 UTC\n"
        "a,b,はい,c,/t/a/3/2,2026-01-07 10:00:00 UTC\n"
    )

    report = parse(tmp_path / "posts.csv", out)

    spaces = golden.pl.read_parquet(next(out.glob("space-*.parquet")))
    assert report.format == "discourse_archive"
    assert spaces.select("space", "openness").rows() == [
        ("1", "direct"),
        ("2", "unknown"),
        ("3", "direct"),
    ]


def test_a_row_of_discourse_without_groups_is_whole(tmp_path, out):
    head = "id,name,username,email,created_at,trust_level,time_read,group_names"
    (tmp_path / "u.csv").write_text(
        f"{head}\n1,Anna,anna,anna@acme.example,2026-01-07 10:00:00 UTC,2,60,staff\n"
        "2,Ben,ben,ben@acme.example,2026-01-07 10:00:00 UTC,2,30\n"
        "3,Cleo,cleo,cleo@acme.example,2026-01-07 10:00:00 UTC,2\n"
    )

    report = parse(tmp_path / "u.csv", out)

    assert (report.stored, report.rejected) == (2, {"too_few_fields": 1})
