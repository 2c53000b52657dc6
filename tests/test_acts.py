"""What all readers of messages share: repeats, times, answers, whom an act reaches."""

import polars as pl
import pytest

from analytics.readers import acts as module
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Sink

NOON = 1_767_787_200_000_000  # 2026-01-07 12:00 UTC


@pytest.fixture
def sink(tmp_path):
    return Sink(tmp_path)


def act(key, actor="anna", **more):
    return Act(place=f"#{key}", **({"key": key, "us": NOON, "actor": actor} | more))


def table(sink, name):
    parts = sorted(sink.folder.glob(f"{name}-*.parquet"))
    return pl.concat(pl.read_parquet(part) for part in parts) if parts else pl.DataFrame()


def reached(sink):
    rows = table(sink, "delivery").select("event", "account", "how")
    return sorted(rows.rows())


def test_a_reply_reaches_the_author_of_what_it_answers_wherever_that_stands(sink, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 1)
    acts = Acts(sink, "tool")

    acts.add(act("2", "ben", action="reply", thread="1"))
    acts.add(act("1"))
    acts.add(act("3", "anna", action="reply", thread="1"))
    acts.add(act("4", "cleo", action="reply", thread="gone"))
    acts.finish()

    assert reached(sink) == [("2", "anna", "reply")]  # nobody reaches herself
    assert sink.warnings["thread_parent_missing"] == 1
    assert sink.stored == 4


def test_a_reaction_reaches_the_author_and_belongs_to_its_message(sink):
    acts = Acts(sink, "tool")

    acts.add(act("1"))
    acts.add(act("1:x:ben", "ben", action="reaction", in_reply_to="1", is_record=False))
    acts.finish()

    assert reached(sink) == [("1:x:ben", "anna", "reaction")]
    assert sink.stored == 1
    assert table(sink, "event")["in_reply_to"].to_list() == [None, None]


def test_a_message_in_a_direct_space_reaches_its_other_members(sink):
    acts = Acts(sink, "tool")
    acts.space("d", "direct", members=["anna", "ben", "cleo"])

    acts.add(act("1", space="d", text="Come? Now!"))
    acts.finish()

    assert reached(sink) == [("1", "ben", "to"), ("1", "cleo", "to")]
    event = table(sink, "event").select("recipients", "words", "is_question").row(0)
    assert event == (2, 2, True)


@pytest.mark.parametrize("batch", [1, 2, 50])
def test_of_two_copies_the_one_edited_last_counts_and_another_author_is_set_apart(
    sink, monkeypatch, batch
):
    monkeypatch.setattr(module, "BATCH", batch)
    acts = Acts(sink, "tool")

    acts.add(act("1", text="one"))
    acts.add(act("1", text="one two", version=5))
    acts.add(act("1", text="one two", version=5))
    acts.add(act("1", "ben"))
    acts.finish()

    best = table(sink, "event").sort("version").row(-1, named=True)
    assert (best["words"], best["actor"]) == (2, "anna")
    assert (sink.stored, sink.duplicates) == (1, 2)
    assert sink.rejected == {"duplicate_conflict": 1}


def test_what_has_no_author_or_no_possible_time_is_set_apart_by_its_place(sink):
    acts = Acts(sink, "tool")

    acts.add(act("1", actor=None))
    acts.add(act("2", us=None))
    acts.add(act("3", us=0))
    acts.add(act("4", us=NOON * 2))
    acts.finish()

    assert sink.rejects().rows() == [
        ("#1", "author_missing"),
        ("#2", "timestamp_invalid"),
        ("#3", "timestamp_out_of_range"),
        ("#4", "timestamp_out_of_range"),
    ]
    assert sink.stored == 0


def test_accounts_say_what_was_noted_of_them_and_only_people_have_seats(sink):
    acts = Acts(sink, "tool")
    acts.account("anna", email=" Anna@Acme.example ", name="Anna", has_seat=True)
    acts.account("robot", kind="bot", has_seat=True)

    acts.add(act("1", mentions=["ben"]))
    acts.finish()

    rows = table(sink, "account").select("account", "email", "kind", "has_seat").rows()
    assert rows == [
        ("anna", "anna@acme.example", "human", True),
        ("ben", None, "human", False),
        ("robot", None, "bot", False),
    ]


def test_what_a_reader_found_wrong_is_set_apart_by_its_code(sink):
    acts = Acts(sink, "tool")

    acts.add(act("1", us=None, flaw="timestamp_no_zone"))
    acts.finish()

    assert sink.rejects().rows() == [("#1", "timestamp_no_zone")]


def test_a_question_mark_within_a_link_asks_nothing(sink):
    acts = Acts(sink, "tool", markup=r"https?://\S+")

    acts.add(act("1", text="see https://acme.example/?page=2"))
    acts.finish()

    assert table(sink, "event")["is_question"].to_list() == [False]


def test_an_id_that_begins_with_the_sign_is_no_address(sink):
    acts = Acts(sink, "matrix")

    acts.add(act("1", "@anna:acme.example"))
    acts.add(act("2", "ben@acme.example"))
    acts.finish()

    assert table(sink, "account")["email"].to_list() == [None, "ben@acme.example"]
