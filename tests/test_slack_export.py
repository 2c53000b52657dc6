"""A Slack export gives exactly what it holds, says what it set apart, and lets go of everything private."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.readers import nursery, slack_events
from analytics.readers.base import CAPABILITIES, NOTHING_SAID, Options, Sink
from analytics.readers.files import open_source
from analytics.readers.sandbox import parse
from analytics.readers.slack_export import read as read_source
from tests.slack_samples import day, export, message, read, table, users, write_folder, write_zip

FIRST, SECOND, THIRD = "1767603600.000100", "1767603660.000100", "1767603720.000100"
LATER_DAY = "1767776400.000200"


def key(ts, space="C001"):
    return f"{space}:{ts.replace('.', '')}"


def deliveries(tables, how):
    return sorted(tables("delivery").filter(how=how).select("event", "account").rows())


# ----------------------------------------------------------------------------------- what really exists

# Copied from the SOURCE.md that lies beside each sample; messages are all records of day files.
SAMPLES = {
    "r-contributors": {
        "users": 1150,
        "bots": 15,
        "channels": 20,
        "unlisted": 3,
        "messages": 3546,
        "replies": 1608,
        "reactions": 2546,
        "edited": 291,
        "non_records": 4,
        # 555 joins, 8 welcome, 5 purposes, 5 topics, and renaming, canvas, tombstone, added app once each
        "notices": 577,
        "emails": 0,
    },
    "houstondatavis-2016": {
        "users": 71,
        "bots": 0,
        "channels": 16,
        "unlisted": 0,
        "messages": 1382,
        "replies": 0,
        "reactions": 199,
        "edited": 37,
        "non_records": 0,
        "files": 61,
        "emails": 71,
    },
    "forge2-chaman": {
        "users": 7,
        "bots": 6,
        "channels": 7,
        "unlisted": 0,
        "messages": 1032,
        "replies": 387,
        "reactions": 0,
        "edited": 232,
        "non_records": 0,
        "notices": 29,  # 26 joins and 3 added apps
        "emails": 1,
    },
    "slackdump-fixture": {
        "users": 10,
        "bots": 6,
        "channels": 1,
        "unlisted": 0,
        "messages": 16,
        "replies": 4,
        "reactions": 0,
        "edited": 1,
        "non_records": 0,
        "emails": 0,  # the one in the file is scrambled and no address
    },
    "slack2zulip-plan8": {
        "users": 4,
        "bots": 0,
        "channels": 3,
        "unlisted": 0,
        "messages": 99,
        "replies": 2,
        "reactions": 2,
        "non_records": 0,
        "files": 4,
        "emails": 0,
    },
    "olake-incremental/run-2026-08-12T121735": {
        "users": 683,
        "channels": 5,
        "unlisted": 0,
        "messages": 36,
        "replies": 22,
        "reactions": 25,
        "non_records": 0,
        "emails": 0,
    },
    "olake-incremental/run-2026-08-13T181917": {
        "users": 684,
        "channels": 5,
        "unlisted": 0,
        "messages": 21,
        "replies": 10,
        "reactions": 16,
        "non_records": 0,
        "emails": 0,
    },
    "slack-export-viewer-testarchive/testarchive.zip": {
        "users": 4,
        "channels": 2,
        "unlisted": 0,
        "messages": 158,
        "replies": 0,
        "reactions": 1,
        "non_records": 0,
        "notices": 11,  # 8 joins and 3 added apps
        "files": 3,
        "emails": 0,
    },
}


def counts(report, tables, listed):
    event, account, space = tables("event"), tables("account"), tables("space")
    acts = event.filter(pl.col("action") != "reaction")
    known = account.filter(pl.col("account").is_in(listed))
    return {
        "users": known.height,
        "bots": known.filter(pl.col("kind") == "bot").height,
        "channels": space.filter(pl.col("openness") != "unknown").height,
        "unlisted": space.filter(pl.col("openness") == "unknown").height,
        "messages": acts.height,
        "replies": acts.filter(pl.col("action") == "reply").height,
        "reactions": report.events.get("reaction", 0),
        "edited": acts.filter(pl.col("version") > 0).height,
        "non_records": report.non_records,
        "notices": report.events.get("notice", 0),
        "files": report.events.get("file", 0),
        "emails": account["email"].count(),
    }


@pytest.mark.parametrize("sample", SAMPLES)
def test_real_exports_equal_their_plain_counts(shared, tmp_path, sample):
    source = shared / "samples" / "slack_export" / sample
    opened = open_source(source)
    listed = [user["id"] for user in json.loads(opened.read("users.json"))]
    report = parse(source, tmp_path / "out")
    assert (report.outcome, report.format) == ("accept", "slack_export")
    assert report.read == report.stored + report.duplicates + report.non_records
    found = counts(report, lambda name: table(tmp_path / "out", name), listed)
    assert {name: found[name] for name in SAMPLES[sample]} == SAMPLES[sample]


def test_a_real_export_is_the_same_as_folder_and_zip(shared, tmp_path):
    source = shared / "samples" / "slack_export" / "r-contributors"
    archive = shutil.make_archive(str(tmp_path / "made"), "zip", source.parent, source.name)
    first, second = parse(source, tmp_path / "a"), parse(Path(archive), tmp_path / "b")
    assert first.to_dict() | {"file": ""} == second.to_dict() | {"file": ""}
    for name in first.rows:
        assert table(tmp_path / "a", name).equals(table(tmp_path / "b", name))


def test_overlapping_real_exports_share_their_keys(shared, tmp_path):
    runs = sorted((shared / "samples" / "slack_export" / "olake-incremental").glob("run-*"))
    events = []
    for number, run in enumerate(runs):
        parse(run, tmp_path / str(number))
        events.append(table(tmp_path / str(number), "event"))
    both = pl.concat(events).sort("version").unique("event", keep="last")
    acts = both.filter(pl.col("action") != "reaction")
    assert sum(e.filter(pl.col("action") != "reaction").height for e in events) == 57
    assert acts.height == 38
    assert acts.filter(pl.col("action") == "reply").height == 24
    assert both.filter(pl.col("action") == "reaction").height == 26


def bad_input():
    manifest = Path(__file__).resolve().parents[2] / "shared" / "badinput" / "manifest.json"
    entries = json.loads(manifest.read_text())["files"] if manifest.exists() else []
    return [entry for entry in entries if entry["kind"] == "slack_zip"]


def test_the_corpus_of_bad_exports_is_there(shared):
    assert len(bad_input()) == 30


@pytest.mark.parametrize("entry", bad_input(), ids=lambda entry: entry["file"])
def test_bad_exports_come_out_as_they_should(shared, tmp_path, entry):
    out = tmp_path / "out"
    began = nursery.seconds()
    report = parse(shared / "badinput" / entry["file"], out)
    assert nursery.seconds() - began < entry.get("max_seconds", 5)
    assert report.outcome == entry["outcome"]
    assert report.reject_code == entry["reject_code"]
    assert report.stored == entry["rows_ok"]
    assert report.warnings == sorted(entry["warnings"])
    assert report.read == report.stored + sum(report.rejected.values()) + report.duplicates
    if report.outcome == "reject":
        assert not list(out.glob("*.parquet"))
        assert report.message
        return
    rejects = pl.read_parquet(out / "reject.parquet").rows(named=True)
    assert rejects == [{"place": q["where"], "code": q["code"]} for q in entry["quarantine"]]
    if marker := entry.get("must_not_contain"):
        assert not any(marker.encode() in part.read_bytes() for part in out.iterdir())
    if "humans" in entry:
        people = table(out, "event").join(
            table(out, "account"), left_on="actor", right_on="account"
        )
        acted = people.filter(kind="human").filter(pl.col("action") != "notice")
        assert acted["actor"].n_unique() == entry["humans"]


def test_overlapping_halves_give_the_union(shared, tmp_path):
    first = export(**{day(5): [message(FIRST), message(SECOND, "U002"), message(THIRD, "U003")]})
    keys = set()
    for number, source in enumerate(
        (write_zip(tmp_path / "a.zip", first), shared / "badinput" / "slack" / "overlap_b.zip")
    ):
        parse(source, tmp_path / str(number))
        keys |= set(table(tmp_path / str(number), "event")["event"])
    assert len(keys) == 5


# ------------------------------------------------------------------------------------- what an act is


def test_kinds_of_messages(tmp_path):
    records = [
        message("1767603600.000001"),
        message(
            "1767603600.000002", subtype="channel_join", text="<@U001> has joined, hello <@U002>"
        ),
        message("1767603600.000003", "U002", thread_ts="1767603600.000001"),
        message("1767603600.000004", "U002", text="", files=[{"id": "F1", "user": "U002"}]),
        message(
            "1767603600.000005", subtype="file_share", text="<@U001> uploaded <https://x|plan>"
        ),
        message("1767603600.000006", None, subtype="bot_message", bot_id="B1"),
        message("1767603600.000007", subtype="brand_new_thing"),
        message("1767603600.000008", "USLACKBOT", subtype="tombstone"),
        message("1767603600.000009", subtype="thread_broadcast", thread_ts="1767603600.000001"),
        message("1767603600.000010", bot_id="B2"),
        message("1767603600.000011", "U404"),
        message("1767603600.000012", "U405", bot_id="B3"),
        {
            "type": "message",
            "subtype": "file_comment",
            "ts": "1767603600.000013",
            "comment": {"user": "U003"},
        },
        message("1767603600.000014", None, subtype="bot_message", username="SECRETNAME"),
    ]
    report, tables = read(tmp_path, export(**{day(5): records}))
    event = tables("event").sort("at")
    assert " ".join(event["action"]) == (
        "post notice reply file file post notice notice reply post post post post post"
    )
    assert " ".join(event["actor"]).startswith(
        "U001 U001 U002 U002 U001 B1 U001 USLACKBOT U001 B2 U404 U405 U003 bot:"
    )
    kinds = dict(tables("account").select("account", "kind").rows())
    assert (kinds["B1"], kinds["B2"], kinds["U405"], kinds["USLACKBOT"]) == (
        "bot",
        "bot",
        "bot",
        "service",
    )
    assert kinds["U404"] == "human"
    assert not tables("account").filter(pl.col("account") == "U404")["has_seat"].item()
    assert report.warnings == ["event_not_counted", "non_human_flagged", "person_unknown"]
    assert report.stored == 14


def test_times_are_exact(tmp_path):
    records = [message("1767603600.1"), message("1767603600.100001"), message("1767603600")]
    _, tables = read(tmp_path, export(**{day(5): records}))
    start = datetime(2026, 1, 5, 9)
    wanted = [
        start,
        start + timedelta(microseconds=100_000),
        start + timedelta(microseconds=100_001),
    ]
    assert sorted(tables("event")["at"]) == wanted


@pytest.mark.parametrize(
    ("ts", "code"),
    [
        ("", "timestamp_invalid"),
        ("yesterday", "timestamp_invalid"),
        ("1767603600,5", "timestamp_invalid"),
        ("-5.0", "timestamp_invalid"),
        ("0.000000", "timestamp_out_of_range"),
        ("99999999999.0", "timestamp_out_of_range"),
    ],
)
def test_impossible_times_are_set_apart(tmp_path, ts, code):
    report, tables = read(tmp_path, export(**{day(5): [message(FIRST), message(ts)]}))
    assert report.rejected == {code: 1}
    assert tables("event").height == 1
    assert pl.read_parquet(tmp_path / "out" / "reject.parquet").rows() == [
        ("general/2026-01-05.json#1", code)
    ]


FORMS = [  # text, words, is a question, accounts mentioned
    ("Shall we start?", 3, True, 0),
    ("<@U002> and <@U003|carla>: <https://x.example/?q=1|the plan> :tada: :+1:", 1, False, 2),
    ("<@U002> <@U002> <@U001>", 0, False, 1),
    ("<!here> <!subteam^S1> @anna 第一?", 2, True, 0),
    ("", 0, False, 0),
    ("it's 10 o'clock", 3, False, 0),
    ("two  blanks, (brackets) and\nlines", 5, False, 0),
    (" around ", 1, False, 0),
    ("this - and that", 3, False, 0),
    ("größer\u00a0als «zwei» 2\u2009m …", 5, False, 0),
]


def test_text_becomes_form(tmp_path):
    said = [message(f"{1767603600 + at}.0", text=form[0]) for at, form in enumerate(FORMS)]
    _, tables = read(tmp_path, export(**{day(5): said}))
    found = tables("event").sort("at")
    assert found.select("words", "is_question", "mentions").rows() == [form[1:] for form in FORMS]
    assert "text" not in found.columns


def test_text_is_taken_from_blocks_where_it_is_empty(tmp_path):
    elements = [{"type": "user", "user_id": "U002"}, {"type": "text", "text": "are you there?"}]
    rich = [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    ]
    without = {"type": "message", "user": "U001", "ts": SECOND}
    _, tables = read(tmp_path, export(**{day(5): [message(FIRST, text="", blocks=rich), without]}))
    event = tables("event").sort("at")
    assert event.select("words", "is_question", "mentions").rows() == [
        (3, True, 1),
        (None, None, None),
    ]
    assert deliveries(tables, "mention") == [(key(FIRST), "U002")]


def test_replies_reach_the_author_of_the_root(tmp_path):
    days = {
        day(7): [message(LATER_DAY, "U002", thread_ts=FIRST)],
        day(5): [
            message(FIRST),  # the root does not say that it is one
            message(SECOND, "U001", thread_ts=FIRST),  # answering oneself reaches nobody
            message(THIRD, "U003", thread_ts="1767600000.000001", parent_user_id="U004"),
            message("1767603780.000100", "U003", thread_ts="1767600000.000002"),
        ],
    }
    report, tables = read(tmp_path, export(**days))
    assert deliveries(tables, "reply") == [(key(THIRD), "U004"), (key(LATER_DAY), "U001")]
    replies = tables("event").filter(action="reply")
    assert set(replies["in_reply_to"]) == {
        key(FIRST),
        "C001:1767600000000001",
        "C001:1767600000000002",
    }
    assert report.warnings == ["thread_parent_missing"]


def test_thread_roots_carry_their_own_key(tmp_path):
    _, tables = read(
        tmp_path, export(**{day(5): [message(FIRST, thread_ts=FIRST), message(SECOND)]})
    )
    assert tables("event").sort("at").select("thread", "in_reply_to").rows() == [
        (key(FIRST), None),
        (None, None),
    ]


def test_reactions_are_acts_of_their_own(tmp_path):
    reactions = [
        {"name": "tada", "users": ["U002", "U001", "U002"], "count": 3},
        {"name": "secret_project", "users": ["U002"], "count": 1},
    ]
    report, tables = read(tmp_path, export(**{day(5): [message(FIRST, reactions=reactions)]}))
    found = tables("event").filter(action="reaction")
    assert report.events == {"post": 1, "reaction": 3}
    assert found["is_timed"].to_list() == [False] * 3
    assert sorted(found["actor"]) == ["U001", "U002", "U002"]
    assert {account for _, account in deliveries(tables, "reaction")} == {"U001"}
    assert tables("delivery").height == 2  # one's own reaction reaches nobody


def test_direct_messages_reach_the_other_members(tmp_path):
    files = export(
        dms=[{"id": "D1", "members": ["U001", "U002"]}, {"id": "D2", "members": ["U001", "U001"]}],
        mpims=[
            {"id": "G9", "name": "mpdm-a--b--c-1", "members": ["U001", "U002", "U003"]},
            {"id": "G8", "name": "mpdm-unknown-1"},
        ],
        groups=[{"id": "G1", "name": "board", "members": ["U001"]}],
        **{
            day(5, "D1"): [message(FIRST)],
            day(5, "D2"): [message(FIRST)],
            day(5, "mpdm-a--b--c-1"): [message(FIRST, "U003")],
            day(5, "mpdm-unknown-1"): [message(FIRST)],
            day(5, "board"): [message(FIRST)],
        },
    )
    report, tables = read(tmp_path, files)
    assert deliveries(tables, "to") == [
        (key(FIRST, "D1"), "U002"),
        (key(FIRST, "G9"), "U001"),
        (key(FIRST, "G9"), "U002"),
    ]
    assert dict(tables("event").select("space", "recipients").rows()) == {
        "D1": 1,
        "D2": 0,
        "G9": 2,
        "G8": None,
        "G1": None,
    }
    assert dict(tables("space").select("space", "openness").rows()) == {
        "C001": "public",
        "D1": "direct",
        "D2": "direct",
        "G9": "direct",
        "G8": "direct",
        "G1": "private",
    }
    assert "openness" in report.provides


def test_huddles_are_calls(tmp_path):
    room = {
        "created_by": "U001",
        "date_start": 1767603000,
        "participant_history": ["U001", "U002", "U003"],
    }
    records = [
        message(
            FIRST, "USLACKBOT", "", subtype="huddle_thread", room=room | {"date_end": 1767604800}
        ),
        message(SECOND, "USLACKBOT", "", subtype="huddle_thread", room=room | {"date_end": 0}),
    ]
    report, tables = read(tmp_path, export(**{day(5): records}))
    event = tables("event").sort("event")
    assert event.select("action", "actor", "seconds", "recipients").rows() == [
        ("call", "U001", 1800, 2),
        ("call", "U001", None, 2),
    ]
    assert event["at"][0] == datetime(2026, 1, 5, 8, 50)
    assert deliveries(tables, "attendee")[:2] == [(key(FIRST), "U002"), (key(FIRST), "U003")]
    assert "meetings" in report.provides


def test_of_two_copies_the_one_edited_last_stays(tmp_path):
    edited = message(
        FIRST, text="one two three", edited={"user": "U001", "ts": "1767603700.000000"}
    )
    days = {day(5): [message(FIRST, text="one"), edited], day(6): [message(FIRST), message(SECOND)]}
    report, tables = read(tmp_path, export(**days))
    assert (report.stored, report.duplicates, report.outcome) == (2, 2, "accept")
    assert tables("event").filter(event=key(FIRST)).select("words", "version").rows() == [
        (3, 1767603700_000000)
    ]


def test_two_authors_at_one_microsecond_are_told(tmp_path):
    report, tables = read(tmp_path, export(**{day(5): [message(FIRST), message(FIRST, "U002")]}))
    assert (report.stored, report.rejected) == (1, {"duplicate_conflict": 1})
    assert tables("event")["actor"].to_list() == ["U001"]


# ------------------------------------------------------------------------------------- who and where


def test_accounts(tmp_path):
    people = [
        *users("U001"),
        *users("U002", deleted=True),
        *users("U003", is_invited_user=True),
        *users("U004", is_restricted=True),
        *users("U005", is_bot=True),
        *users("U006", team_id="T2"),
        *users("U007", tz="Mars/Base"),
        *users("U007", updated=5, tz="Asia/Calcutta"),
    ]
    report, tables = read(tmp_path, export(users=people))
    account = tables("account").sort("account")
    assert account.select("account", "kind", "has_seat", "time_zone").rows() == [
        ("U001", "human", True, "Europe/Rome"),
        ("U002", "human", False, "Europe/Rome"),
        ("U003", "human", False, "Europe/Rome"),
        ("U004", "guest", True, "Europe/Rome"),
        ("U005", "bot", False, None),
        ("U006", "guest", False, "Europe/Rome"),
        ("U007", "human", True, "Asia/Calcutta"),
    ]
    assert account["email"][0] == "u001@acme.example"
    assert account["left_on"].null_count() == 7
    assert report.rows["membership"] == 4
    assert report.tool == "slack"
    assert tables("space")["openness"].to_list() == ["public"]


def test_what_a_file_provides_depends_on_the_file(tmp_path):
    report, _ = read(tmp_path, export(**{day(5): [message(FIRST)]}))
    known = {"seats", "acts", "replies", "recipients", "reactions", "time_zones"}
    assert set(report.provides) == known
    assert set(report.cannot_see) == set(CAPABILITIES) - known


def test_day_files_alone_are_enough(tmp_path):
    days = {day(5): [message(FIRST)], day(6, "random"): [message(SECOND)]}
    report, tables = read(tmp_path, export(users=None, channels=None, **days))
    assert report.warnings == ["channels_missing", "users_missing"]
    assert "seats" not in report.provides
    assert set(tables("space")["openness"]) == {"unknown"}
    assert (report.first, report.last) == ("2026-01-05T09:00:00Z", "2026-01-05T09:01:00Z")


def test_an_organisation_holds_workspaces(tmp_path):
    nested = {
        "teams/north/channels.json": [{"id": "C7", "name": "general", "members": []}],
        "teams/north/users.json": users("U001", team_id="T7"),
        "teams/north/general/2026-01-05.json": [message(FIRST)],
        "teams/south/channels.json": [{"id": "C8", "name": "general", "members": []}],
        "teams/south/general/2026-01-05.json": [message(FIRST)],
    }
    files = export(users=None, channels=None, org_users=users("U001", "U002"))
    files |= {path: json.dumps(value).encode() for path, value in nested.items()}
    report, tables = read(tmp_path, files)
    assert set(tables("event")["space"]) == {"C7", "C8"}
    assert report.rows["account"] == 2
    assert set(tables("account")["kind"]) == {"human"}


def test_a_channel_of_two_workspaces_is_one_channel(tmp_path):
    shared = [{"id": "C7", "name": "general", "members": []}]
    nested = {
        f"teams/{team}/general/2026-01-0{number}.json": [message(FIRST, text="<@U002>")]
        for number, team in ((5, "north"), (6, "south"))
    }
    nested |= {f"teams/{team}/channels.json": shared for team in ("north", "south")}
    files = export(users=None, channels=None, org_users=users("U001", "U002"))
    files |= {path: json.dumps(value).encode() for path, value in nested.items()}
    report, tables = read(tmp_path, files)
    assert (report.stored, report.duplicates, tables("event").height) == (1, 1, 1)
    assert tables("delivery").height == 1


# ------------------------------------------------------------------------------- broken and hostile JSON


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'[{"type":"message","a":' + b"[" * 100_000, "json_too_deep"),
        (b"", "json_invalid"),
        (b"[] []", "json_invalid"),
        (b'{"type":"message"}', "json_shape"),
        (
            b'[{"type":"message","user":"U001","ts":"1767603600.1","ts":"1767603600.2"}]',
            "json_duplicate_key",
        ),
        (
            b'[{"type":"message","user":"U001","user":"U002","ts":"1767603600.1","header":1,'
            b'"edited":{"user":"U001","ts":"1767603601.1"},"files":[{"id":"F1","user":"U001"}]}]',
            "json_duplicate_key",
        ),
        (
            b'[{"type":"message","user":"U001","ts":"1767603600.1","text":"\xff"}]',
            "encoding_invalid",
        ),
    ],
)
def test_a_broken_day_file_costs_only_itself(tmp_path, data, code):
    report, tables = read(tmp_path, export(**{day(5): [message(FIRST)], day(6): data}))
    assert pl.read_parquet(tmp_path / "out" / "reject.parquet").rows() == [
        ("general/2026-01-06.json", code)
    ]
    assert (report.outcome, report.stored, tables("event").height) == ("partial", 1, 1)


@pytest.mark.parametrize(
    "text",
    ['"half \\ud83d character"', '"whole \\ud83d\\ude00 character"', '"nul \\u0000"', "null"],
)
def test_odd_text_is_no_reason_to_lose_a_message(tmp_path, text):
    often = ",".join(f'"{key}er":"ts"' for key in "abcd")  # no second "user" or "ts"
    record = f'"type":"message","user":"U001","ts":"{FIRST}","text":{text},{often}'
    data = f'[{{{record},"n":NaN}}]'.encode()
    report, _ = read(tmp_path, export(**{day(5): data}))
    assert (report.outcome, report.stored) == ("accept", 1)


def test_a_broken_list_of_users_is_set_apart(tmp_path):
    report, tables = read(tmp_path, export(users=b'[{"id":', **{day(5): [message(FIRST)]}))
    assert report.rejected == {"json_invalid": 1}
    assert pl.read_parquet(tmp_path / "out" / "reject.parquet").rows() == [
        ("users.json", "json_invalid")
    ]
    assert tables("event").height == 1


def test_null_lists_and_documents_are_no_records(tmp_path):
    document = {"id": "F1", "mimetype": "application/vnd.slack-docs", "user": "U001"}
    files = export(
        dms=b"null", **{day(5): [document, message(FIRST), {"type": "hello"}], day(6): b"null"}
    )
    report, _ = read(tmp_path, files)
    assert (report.outcome, report.stored, report.non_records) == ("accept", 1, 2)


# ------------------------------------------------------------------------------ private, large, foreign


def test_nothing_private_is_left_in_any_file(tmp_path):
    secret = "S3CR3T"
    rich = message(
        FIRST,
        text=f"{secret} <@U002> <https://x/{secret}|{secret}>",
        thread_ts=FIRST,
        files=[{"name": secret, "url_private": f"https://x?t=xoxe-{secret}", "title": secret}],
        reactions=[{"name": secret.lower(), "users": ["U002"]}],
        blocks=[{"type": "rich_text", "elements": [{"type": "text", "text": secret}]}],
        user_profile={"real_name": secret},
        attachments=[{"text": secret, "ts": 5}],
        edited={"user": "U001", "ts": SECOND},
        username=secret,
        **{secret: secret},
    )
    files = export(
        channels=[
            {
                "id": "C001",
                "name": secret,
                "topic": {"value": secret},
                "purpose": {"value": secret},
            },
        ],
        integration_logs=[{"text": secret}],
        canvases=[{"title": secret}],
        **{day(5, secret): [rich, message(SECOND, text="", blocks=rich["blocks"])]},
        **{day(5, f"unlisted-{secret}"): [message(THIRD, text=secret)]},
        **{f"{secret}__notes": [secret]},
    )
    report, tables = read(tmp_path, files)
    assert report.stored == 3
    assert tables("event").height == 4
    out = tmp_path / "out"
    for marker in (secret, secret.lower(), "xoxe"):
        assert not any(marker in path.name for path in out.iterdir())
        uncompressed = b"".join(
            str(pl.read_parquet(path).to_dicts()).encode() + path.read_bytes()
            for path in out.iterdir()
        )
        assert marker.encode() not in uncompressed
    assert secret not in json.dumps(report.to_dict())
    names = [
        path.name
        for path in out.iterdir()
        if b"Person U001" in str(pl.read_parquet(path).to_dicts()).encode()
    ]
    assert names == ["account-000000000000.parquet"]


def test_batches_give_what_one_batch_gives(tmp_path, monkeypatch):
    """Threads, repeats and reactions that cross the border of a batch, or of a part of one, come out the same."""
    records = []
    for number in range(60):
        root = f"{1767603600 + 86400 * (number // 7 * 7 // 10)}.{number // 7 * 7:06d}"
        ts = f"{1767603600 + 86400 * (number // 10)}.{number:06d}"
        app = {"subtype": "bot_message", "username": "Helper"} if number % 9 == 4 else {}
        who = "" if app else f"U00{number % 4 + 1}"
        records.append(
            message(
                ts,
                who,
                "<@U002> hi",
                thread_ts=root,
                reactions=[{"name": "a", "users": ["U003"]}],
                **app,
            )
        )
    days = {
        day(5 + n, folder): records[n * 10 : n * 10 + 11]
        for n in range(6)
        for folder in ("general", "zoo")
    }
    source = write_folder(tmp_path / "in", export(**days))
    found = []
    for rows, packed in ((100_000, 100_000), (100_000, 1), (15, 4), (1, 1)):
        monkeypatch.setattr("analytics.readers.slack_batch.BATCH_ROWS", rows)
        monkeypatch.setattr("analytics.readers.slack_batch.PACKED_ROWS", packed)
        out = tmp_path / f"{rows}-{packed}"
        out.mkdir()
        sink = Sink(out)
        read_source(open_source(source), sink, NOTHING_SAID)
        tables = [
            table(out, name).sort(pl.all()).rows()
            for name in ("event", "delivery", "account", "space", "membership")
        ]
        found.append((tables, sink.stored, sink.duplicates, dict(sink.warnings)))
    assert found[0][1:3] == (120, 10)
    assert len([row for row in found[0][0][1] if "reply" in row]) > 50
    actors = [actor for row in found[0][0][0] for actor in row if str(actor).startswith("bot:")]
    assert (len(actors), len(set(actors))) == (2 * 7, 1)  # 7 of 60 in each conversation
    assert found[0] == found[1] == found[2] == found[3]


def test_the_tool_may_be_named(tmp_path):
    report, tables = read(
        tmp_path, export(**{day(5): [message(FIRST)]}), options=Options(tool="chat")
    )
    assert report.tool == "chat"
    assert set(tables("event")["tool"]) | set(tables("account")["tool"]) == {"chat"}


def test_constants_of_time_are_what_they_say():
    assert datetime(2000, 1, 1) - datetime(1970, 1, 1) == timedelta(
        microseconds=slack_events.EARLIEST_US
    )
