"""The interaction log: rows of one act are grouped, and what cannot be told apart is neither lost nor doubled."""

from datetime import datetime

import polars as pl
import pytest

from analytics.readers import csv_text, interaction_log, log_acts
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.sandbox import parse
from tests.reading import read_text

HEAD = "time,sender,recipient\n"
MANY = "".join(f"2026-01-05 09:{i // 60:02d}:{i % 60:02d},p{i % 7},q{i % 5}\n" for i in range(300))


def test_rows_of_one_act_are_one_event_with_its_deliveries(tmp_path):
    text = HEAD + "2026-01-05T09:00:00Z,a,b\n2026-01-05T09:00:00Z,a,c\n2026-01-05T09:00:01Z,a,b\n"

    outcome = read_text(interaction_log, text, tmp_path)

    events = outcome.table("event").sort("at")
    assert events["recipients"].to_list() == [2, 1]
    assert events["action"].to_list() == ["email", "email"]
    assert outcome.table("delivery").height == 3
    assert outcome.sink.stored == 3


def test_meetings_have_a_length_and_attendees(tmp_path):
    text = "start,organizer,attendee,kind,duration_minutes\n2026-01-05T09:00:00Z,a,b,meeting,30\n2026-01-05T09:00:00Z,a,c,meeting,30\n"

    outcome = read_text(
        interaction_log,
        text,
        tmp_path,
        Options(columns={"time": "start", "sender": "organizer", "recipient": "attendee"}),
    )

    assert outcome.table("event").select("action", "seconds").rows() == [("meeting", 1800)]
    assert outcome.table("delivery")["how"].unique().to_list() == ["attendee"]


def test_what_cannot_be_counted_is_set_apart_with_place_and_reason(tmp_path):
    text = (
        HEAD
        + "2026-01-05 09:00:00,a,a\n1979-12-31 23:00:00,a,b\nyesterday,a,b\n2026-01-05 09:00:00,,b\n2026-01-05 09:00:00,a,\n2026-01-05 09:00:00,a,b\n"
    )

    outcome = read_text(interaction_log, text, tmp_path)

    assert sorted(outcome.rejects) == [
        ("line 2", "self_sent"), ("line 3", "timestamp_out_of_range"), ("line 4", "timestamp_invalid"),
        ("line 5", "author_missing"), ("line 6", "recipient_missing"),
    ]  # fmt: skip
    assert outcome.sink.stored == 1


def test_a_few_equal_rows_stay_and_many_are_copies(tmp_path):
    few = read_text(interaction_log, HEAD + MANY + "2026-01-05 09:00:00,p0,q0\n", tmp_path / "few")
    many = read_text(interaction_log, HEAD + MANY + MANY, tmp_path / "many")

    assert (few.sink.stored, few.sink.duplicates, few.warnings["repeats_kept"]) == (301, 0, 1)
    assert few.table("delivery")["copy"].max() == 1
    assert (many.sink.stored, many.sink.duplicates) == (300, 300)


@pytest.fixture(autouse=True)
def _folders(tmp_path):
    for name in ("few", "many", "ids"):
        (tmp_path / name).mkdir()


def test_with_ids_equal_rows_are_copies(tmp_path):
    text = "time,sender,recipient,message id\n2026-01-05 09:00:00,a,b,1\n2026-01-05 09:00:00,a,b,1\n2026-01-05 09:00:00,a,c,1\n"

    outcome = read_text(interaction_log, text, tmp_path / "ids")

    assert (outcome.sink.stored, outcome.sink.duplicates, outcome.table("event").height) == (
        2,
        1,
        1,
    )


def test_acts_of_one_second_keep_the_order_of_the_log(tmp_path):
    text = HEAD + "2026-01-05 09:00:00,b,a\n2026-01-05 09:00:00,a,b\n"

    events = read_text(interaction_log, text, tmp_path).table("event").sort("at")

    assert events["actor"].to_list() == ["b", "a"]
    assert events["at"].dt.truncate("1s").unique().to_list() == [datetime(2026, 1, 5, 9)]


def test_system_accounts_are_services_and_addresses_are_identities(tmp_path):
    text = HEAD + "2026-01-05 09:00:00,no-reply@acme.example,Anna@acme.example\n"

    accounts = read_text(interaction_log, text, tmp_path).table("account")

    assert dict(accounts.select("account", "kind").rows())["no-reply@acme.example"] == "service"
    assert accounts["has_seat"].to_list() == [False, False]


def test_several_recipients_in_one_cell_are_several_deliveries(tmp_path):
    outcome = read_text(interaction_log, HEAD + '2026-01-05 09:00:00,a,"b; c"\n', tmp_path)

    assert sorted(outcome.table("delivery")["account"]) == ["b", "c"]


def test_nothing_of_an_unknown_column_is_kept(tmp_path):
    text = "time,sender,recipient,subject\n2026-01-05 09:00:00,a,b,SECRET-4711\n"

    outcome = read_text(interaction_log, text, tmp_path)

    assert outcome.warnings["column_ignored"] == 1
    assert not any(b"SECRET-4711" in part.read_bytes() for part in outcome.sink.folder.iterdir())


def test_dates_that_can_be_read_two_ways_are_not_guessed_in_silence(tmp_path):
    text = HEAD + "03/04/2026 09:00,a,b\n05/06/2026 09:00,a,c\n"

    with pytest.raises(UnreadableExport, match="--map dates=dd/mm") as refusal:
        read_text(interaction_log, text, tmp_path)
    said = read_text(interaction_log, text, tmp_path, Options(columns={"dates": "mm/dd"}))

    assert refusal.value.code == "dates_ambiguous"
    assert said.table("event").get_column("at").dt.month().to_list() == [3, 5]


@pytest.mark.parametrize(
    "options", [Options(), Options(columns={"sender": "actor1", "recipient": "actor2"})]
)
def test_real_mail_is_read_by_itself_and_with_columns_named_by_hand(shared, tmp_path, options):
    report = parse(
        shared / "data" / "manufacturing_email" / "communication.csv", tmp_path / "out", options
    )

    assert (report.outcome, report.format) == ("accept", "interaction_log")
    assert (report.stored, report.events) == (82_876, {"email": 58_412})


def test_an_edge_list_without_header_is_told_by_its_times(shared, tmp_path):
    report = parse(
        shared / "data" / "manufacturing_email" / "renumbered_release.edges", tmp_path / "out"
    )

    assert report.format == "interaction_log", report.message
    assert report.read == 82_927
    assert report.stored + sum(report.rejected.values()) + report.duplicates == report.read
    assert "columns_assumed" in report.warnings


def test_parquet_is_read_like_csv(tmp_path):
    path = tmp_path / "log.parquet"
    pl.DataFrame(
        {"time": [datetime(2026, 1, 5, 9)], "sender": ["a"], "recipient": ["b"]}
    ).write_parquet(path)

    report = parse(path, tmp_path / "out")

    assert (report.outcome, report.stored) == ("accept", 1)


def test_times_that_go_forward_in_one_reading_only_prove_the_order(tmp_path):
    text = "time,from,to\n01/02/2026 09:00,a,b\n02/02/2026 09:00,a,b\n01/03/2026 09:00,a,b\n"

    events = read_text(interaction_log, text, tmp_path).table("event")

    assert events.get_column("at").dt.month().sort().to_list() == [2, 2, 3]


def test_an_answer_points_to_what_it_answers_and_mail_stays_mail(tmp_path):
    text = (
        "time,from,to,kind,message id,reply to,thread\n"
        "2026-01-05 09:00:00Z,a,b,mail,m1,,t\n2026-01-05 10:00:00Z,b,a,mail,m2,m1,t\n"
        "2026-01-05 11:00:00Z,a,b,post,p1,,\n2026-01-05 12:00:00Z,b,a,post,p2,p1,\n"
    )

    outcome = read_text(interaction_log, text, tmp_path)

    columns = ("event", "action", "in_reply_to", "thread")
    assert outcome.table("event").select(columns).sort("event").rows() == [
        ("id|m1", "email", None, "id|m1"),
        ("id|m2", "email", "id|m1", "id|m1"),
        ("id|p1", "post", None, None),
        ("id|p2", "reply", "id|p1", None),
    ]
    assert "replies" in outcome.sink.provides
    assert not outcome.warnings


def test_ids_that_only_number_the_rows_do_not_split_an_act(tmp_path):
    text = "id,time,from,to\n1,2026-01-05 09:00:00Z,a,b\n2,2026-01-05 09:00:00Z,a,c\n"

    outcome = read_text(interaction_log, text, tmp_path)

    assert outcome.table("event").get_column("recipients").to_list() == [2]
    assert outcome.warnings == {"id_of_rows": 1}


def test_a_log_read_in_many_batches_and_parts_gives_the_same(tmp_path, monkeypatch):
    rows = [
        f"2026-01-{1 + i // 40:02d} 09:00:{i // 4 % 10:02d}Z,p{i // 4 % 7},q{i % 5}"
        for i in range(400)
    ]
    text = "time,from,to\n" + "\n".join(rows) + "\n"
    (tmp_path / "whole").mkdir()
    whole = read_text(interaction_log, text, tmp_path / "whole")

    monkeypatch.setattr(csv_text, "BLOCK", 700)
    monkeypatch.setattr(log_acts, "PART", 2000)
    parts = read_text(interaction_log, text, tmp_path)

    for table in ("event", "delivery", "account"):
        columns = [c for c in whole.table(table).columns if c != "at"]
        assert (
            parts.table(table)
            .select(columns)
            .sort(columns)
            .equals(whole.table(table).select(columns).sort(columns))
        )
    assert parts.sink.stored == whole.sink.stored == 400
    assert not (parts.sink.folder / "staging").exists()


def test_a_log_whose_rows_are_all_unusable_is_refused_and_says_why(tmp_path):
    with pytest.raises(UnreadableExport, match="none of the 2 rows") as refusal:
        read_text(interaction_log, "time,from,to\n17,a,b\n18,a,b\n", tmp_path)

    assert refusal.value.code == "timestamp_invalid"
    assert not list((tmp_path / "out").glob("*.parquet"))
