"""Slack's own analytics: counts with the days they cover, or none; names of channels and people's words left behind."""

from datetime import date

import pytest

from analytics.metrics import vendor
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.usage import slack, slack_channels, slack_members, slack_overview
from tests.reading import read_file, read_text
from tests.vault_views import as_kept

MEMBERS = "User ID,Days active,Messages posted\nU1,3,14\n"
CHANNELS = "Name,Messages posted,Members who posted\nsecret-merger,4,2\n"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("Acme Member Analytics Prior 30 Days - Apr 17, 2026.csv", (date(2026, 3, 19), date(2026, 4, 17))),
        ("Acme_Member_Analytics_Prior_30_Days_-_Jul_8__2026.csv", (date(2026, 6, 9), date(2026, 7, 8))),
        ("Acme Member Analytics Mar 17, 2025 - Apr 17, 2026.csv", (date(2025, 3, 17), date(2026, 4, 17))),
        ("Acme Member Analytics All time - Apr 17, 2026.csv", None),
        ("May 5, 2026/Acme Member Analytics Mar 17, 2026 - Apr 17, 2026.csv", (date(2026, 3, 17), date(2026, 4, 17))),
        ("May 5 2026 members.csv", None),
        ("Acme Feb 30, 2026 - Apr 17, 2026.csv", None),
        ("members.csv", None),
    ],
)  # fmt: skip
def test_the_window_is_the_one_in_the_files_name(file, expected):
    assert slack.window(file, Options()) == expected


def test_a_window_said_by_hand_comes_before_the_name_and_must_be_one(tmp_path):
    said = Options(columns={"window": "2026-01-01/2026-01-31"})

    found = read_text(slack_members, MEMBERS, tmp_path, said)

    spans = found.table("usage").select("valid_from", "valid_to").unique().rows()
    assert spans == [(date(2026, 1, 1), date(2026, 2, 1))]
    for wrong in ("January", "2026-02-01/2026-01-01", "2026-01-01"):
        with pytest.raises(UnreadableExport) as refused:
            slack.window("x", Options(columns={"window": wrong}))
        assert refused.value.code == "window_invalid"


def test_without_a_window_people_are_known_and_nothing_is_counted(tmp_path):
    found = read_text(slack_members, MEMBERS, tmp_path)

    assert (found.sink.rows["account"], found.sink.rows["usage"]) == (1, 0)
    assert found.warnings == {"window_unknown": 1}


def test_a_column_that_slack_leaves_at_zero_is_not_known(tmp_path):
    text = MEMBERS.replace("posted\n", "posted,Slack Huddles\n").replace("14\n", "14,0\n")
    said = Options(columns={"window": "2026-01-01/2026-01-31"})

    found = read_text(slack_members, text, tmp_path, said)

    assert "slack_huddles" not in found.table("usage").get_column("measure")
    assert found.warnings == {"zeros_unknown": 1, "column_ignored": 1}


def test_the_name_of_a_channel_is_a_key_and_nothing_else(tmp_path):
    found = read_text(slack_channels, CHANNELS, tmp_path, Options(columns={"window": "2026-01-01/2026-01-31"}))  # fmt: skip

    kept = b"".join(part.read_bytes() for part in found.sink.folder.glob("*.parquet"))
    assert b"ecret-merger" not in kept
    assert found.table("space").get_column("openness").to_list() == ["public"]
    measures = found.table("usage").select("measure", "value").sort("measure").rows()
    assert measures == [("members_who_posted", 2.0), ("messages_posted", 4.0)]


def test_the_overview_that_exists_is_read_day_by_day(shared, tmp_path):
    """1,354 days, 5 November 2019 to 24 April 2024; last row: 2,461 enabled, 76 active, 149 in the week (its SOURCE.md)."""
    sample = shared / "samples/slack_analytics/nhs-r-overview/20240426-slack.csv"

    found = read_file(slack_overview, sample, tmp_path / "out")

    usage = found.table("usage")
    assert (found.sink.stored, found.rejects) == (1354, [])
    daily = usage.filter(measure="daily_active_members")
    assert (daily["valid_from"].min(), daily["valid_from"].max()) == (date(2019, 11, 5), date(2024, 4, 24))  # fmt: skip
    last = usage.filter(valid_to=date(2024, 4, 25)).select("measure", "valid_from", "value").rows()
    assert {row for row in last if "active" in row[0] or row[0].startswith("total_enabled")} == {
        ("total_enabled_membership", date(2024, 4, 24), 2461.0),
        ("daily_active_members", date(2024, 4, 24), 76.0),
        ("weekly_active_members", date(2024, 4, 18), 149.0),
    }
    assert not usage.get_column("measure").is_in(["messages_posted", "name"]).any()


def test_active_members_are_shown_as_slack_counts_them(tmp_path):
    """Thirty members: twelve with a day of activity, one of them in the name of an app, two invited and never come."""
    head = "User ID,Email,Account type,Claimed Date (UTC),Days active,Messages posted\n"
    lines = [
        f"U{n:02},p{n:02}@acme.example,{'App' if n == 0 else 'Member'},{'' if n > 27 else '2020-04-17'},{int(n < 12)},0\n"
        for n in range(30)
    ]
    file = tmp_path / "Acme Member Analytics Prior 30 Days - Mar 31, 2026.csv"
    file.write_text(head + "".join(lines))

    found = read_file(slack_members, file, tmp_path / "out")
    rows = vendor.figures(as_kept(found, tmp_path), 10)

    assert rows.select("tool", "bin", "numerator", "n").rows() == [
        ("slack", "active/2026-03-02/2026-03-31", 11, 27)
    ]
