"""A Mattermost bulk export: replies unfolded, direct messages found again, bots and notices told from people."""

import pytest

from tests.chat_reading import read, write, written

AT = 1_767_603_600_000  # 2026-01-05 09:00 UTC
VERSION = {"type": "version", "version": 1}


def post(user="anna", message="hello", at=AT, **more):
    return {"type": "post", "post": {"team": "t", "channel": "c", "user": user, "type": "",
            "message": message, "create_at": at} | more}  # fmt: skip


def direct(members, user="anna", at=AT):
    return {"type": "direct_post", "direct_post": {"channel_members": members, "user": user, "message": "hi", "create_at": at}}  # fmt: skip


def user(name, **more):
    return {"type": "user", "user": {"username": name, "email": f"{name}@acme.example"} | more}


@pytest.fixture
def reading(tmp_path):
    return lambda *lines: read(write(tmp_path / "a.jsonl", [VERSION, *lines]), tmp_path / "out")


def test_a_real_export_equals_its_plain_counts(shared, tmp_path):
    source = shared / "samples" / "mattermost" / "zulip-fixture-direct-channel" / "export.jsonl"

    found = read(source, tmp_path / "out")

    # 4 posts (one says that somebody joined), 7 direct posts, 1 reaction, 4 users
    assert found.report["stored"] == 11
    assert found.report["events"] == {"notice": 1, "post": 10, "reaction": 1}
    assert found.report["rows"]["account"] == 4
    # 3 channels; of 4 direct channels two are the same three people
    assert sorted(found.column("space", "openness")) == ["direct"] * 3 + ["private"] + ["public"] * 2  # fmt: skip


def test_replies_lie_within_their_post_and_reach_its_author(reading):
    found = reading(post(replies=[{"user": "ben", "message": "yes", "create_at": AT + 60_000}]))

    assert found.rows("delivery", "account", "how") == [("anna", "reply")]
    assert found.report["stored"] == 2
    assert set(found.column("event", "thread")) == {f"t/c|anna|{AT}000"}


def test_the_order_of_members_makes_no_other_conversation(reading):
    found = reading(direct(["ben", "anna"]), direct(["anna", "ben"], "ben", AT + 1))

    assert found.column("space", "space") == ["direct:anna,ben"]
    assert found.rows("delivery", "account") == [("anna",), ("ben",)]


def test_a_direct_message_to_nobody_known_is_still_private(reading):
    found = reading(direct([]))

    assert found.rows("space", "openness") == [("direct",)]
    assert found.column("event", "recipients") == [None]


def test_a_webhook_speaks_for_itself(reading):
    found = reading(user("anna"), post(props={"from_webhook": "true"}))

    assert found.column("event", "actor") == ["webhook:anna"]
    assert found.rows("account", "account", "kind") == [("anna", "human"), ("webhook:anna", "bot")]


def test_joining_is_no_post_whether_typed_or_written(reading):
    old = {"type": "post", "post": {"team": "t", "channel": "c", "user": "anna", "message": "anna joined the channel.", "create_at": AT}}  # fmt: skip

    found = reading(old, post(type="system_leave_channel", at=AT + 1), post(message="I joined the channel. You?", at=AT + 2))  # fmt: skip

    assert found.report["events"] == {"notice": 2, "post": 1}


def test_a_mention_is_an_account_and_not_everybody(reading):
    found = reading(
        user("ben.wolf"), post(message="@ben.wolf. and @all, see mail@ben.wolf and @nobody")
    )

    assert found.rows("delivery", "account", "how") == [("ben.wolf", "mention")]


def test_a_post_of_a_wrong_shape_is_set_apart_and_not_lost(reading):
    found = reading(post(at="soon"), post(user=None), post(at=1), post(at=AT))

    assert found.rejects == [
        ("line 2", "field_type"),
        ("line 3", "author_missing"),
        ("line 4", "timestamp_out_of_range"),
    ]
    assert found.report["stored"] == 1


def test_nothing_of_a_text_is_kept(tmp_path):
    secret = post(message="SECRET", attachments=[{"path": "SECRET.pdf"}], props={"override_username": "SECRET"})  # fmt: skip

    read(write(tmp_path / "a.jsonl", [VERSION, secret]), tmp_path / "out")

    assert "SECRET" not in written(tmp_path / "out")
