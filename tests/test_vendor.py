"""What vendors count, through import and release: each window by itself, whatever is delivered twice or nested."""

import json
import shutil
from datetime import date, timedelta

import polars as pl
import pytest

from analytics import release
from analytics.__main__ import main
from analytics.ingest import ingest
from analytics.metrics import vendor
from tests.conftest import measuring
from tests.vault_views import connect

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module", autouse=True)
def no_sums():
    """What vendors count is no sum of ours, and all that is asked about."""
    with measuring():
        yield


LAST = date(2026, 3, 31)
PEOPLE = [f"p{number:02}@acme.example" for number in range(30)]


def teams(path, days, active, refreshed=LAST):
    """Write a Teams report over `days` days in which the first `active` of thirty people did something."""
    head = "Report Refresh Date,User Principal Name,Last Activity Date,Team Chat Message Count,Is Licensed,Report Period"
    lines = [
        f"{refreshed},{person},{refreshed if i < active else '2025-01-07'},{3 if i < active else 0},Yes,{days}"
        for i, person in enumerate(PEOPLE)
    ]
    path.write_text("\n".join([head, *lines]) + "\n")
    return path


def shown():
    rows = release.open_release(release.current("acme")).figures(vendor.ACTIVE, by="tool")
    return rows.select("tool", "bin", "numerator", "n", "value", "reason").rows()


def in_seven(active=12):
    return ("teams", "active/2026-03-25/2026-03-31", active, 30, active / 30, None)


def in_thirty(active=20):
    return ("teams", "active/2026-03-02/2026-03-31", active, 30, active / 30, None)


def test_nested_windows_stand_by_themselves_and_the_same_window_twice_is_one(tmp_path):
    files = [teams(tmp_path / "week.csv", 7, 12), teams(tmp_path / "month.csv", 30, 20)]

    ingest(files, "acme")
    once = shown()
    again = tmp_path / "again.csv"
    again.write_text(files[0].read_text() + "\n")  # another file with the same window
    ingest([again, *files], "acme")

    assert once == [in_seven(), in_thirty()]
    assert shown() == once


def test_a_window_shifted_by_a_day_is_shown_instead_of_the_older_not_beside_it(tmp_path):
    ingest([teams(tmp_path / "a.csv", 7, 12)], "acme")
    ingest([teams(tmp_path / "b.csv", 7, 16, LAST + timedelta(days=1))], "acme")

    assert shown() == [("teams", "active/2026-03-26/2026-04-01", 16, 30, 16 / 30, None)]


def test_a_shifted_window_that_would_tell_of_one_person_waits(tmp_path):
    ingest([teams(tmp_path / "a.csv", 7, 12)], "acme")
    ingest([teams(tmp_path / "b.csv", 7, 13, LAST + timedelta(days=1))], "acme")

    assert shown() == [in_seven()]


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        (17, in_seven(17)),  # three people between the windows
        (18, ("teams", "active/2026-03-25/2026-03-31", None, None, None, "protected")),
    ],
)
def test_a_window_is_hidden_where_a_longer_one_holds_a_person_or_two_more(tmp_path, week, expected):
    ingest([teams(tmp_path / "w.csv", 7, week), teams(tmp_path / "m.csv", 30, 20)], "acme")

    assert shown() == [expected, in_thirty()]


@pytest.mark.parametrize(
    ("active", "reason"),
    [(2, "nearly_all_or_none"), (3, None), (27, None), (28, "nearly_all_or_none")],
)
def test_nearly_all_and_nearly_none_are_not_told(tmp_path, active, reason):
    ingest([teams(tmp_path / "week.csv", 7, active)], "acme")

    [(*_, value, why)] = shown()

    assert (value is None, why) == (reason is not None, reason)


def test_a_report_on_fewer_people_than_the_threshold_leaves_no_trace(tmp_path):
    report = teams(tmp_path / "week.csv", 7, 5)
    report.write_text("\n".join(report.read_text().splitlines()[:10]))  # nine people

    ingest([report], "acme")

    assert shown() == []


def test_people_without_a_licence_are_not_counted(tmp_path):
    report = teams(tmp_path / "week.csv", 7, 12)
    licensed = [line.replace(",Yes,", ",No,") if "p00" in line else line for line in report.read_text().splitlines()]  # fmt: skip
    report.write_text("\n".join(licensed))

    ingest([report], "acme")

    assert shown() == [("teams", "active/2026-03-25/2026-03-31", 11, 29, 11 / 29, None)]


def test_days_of_the_whole_company_are_averaged_each_once(tmp_path):
    head = "Report Refresh Date,Team Chat Messages,Report Date,Report Period\n"
    first = "".join(f"2026-03-31,{n},2026-03-{day},7\n" for day, n in ((28, 100), (29, 200)))
    later = "".join(f"2026-04-01,{n},2026-03-{day},7\n" for day, n in ((29, 260), (30, 300)))
    (tmp_path / "a.csv").write_text(head + first)
    (tmp_path / "b.csv").write_text(head + later)

    ingest([teams(tmp_path / "week.csv", 7, 12), tmp_path / "a.csv", tmp_path / "b.csv"], "acme")

    rows = release.open_release(release.current("acme")).figures(vendor.COUNTS, by="tool")
    assert rows.select("tool", "bin", "value", "numerator", "denominator", "reason").rows() == [
        ("teams", "team_chat_messages/2026-03-28/2026-03-30", 220.0, 660.0, 3.0, None)
    ]


@pytest.mark.parametrize(("people", "total"), [(9, 50), (30, 9)])
def test_counts_of_few_people_or_acts_are_not_told(tmp_path, people, total):
    known = pl.DataFrame({"person": range(people), "kind": "human"}).with_columns(
        time_zone=pl.lit("UTC"), zone_known=True, in_org=False
    )
    usage = pl.DataFrame(
        {
            "tool": "teams", "valid_from": [LAST], "valid_to": [LAST + timedelta(days=1)],
            "measure": "calls", "value": float(total),
        }
    )  # fmt: skip

    rows = vendor.figures(connect(tmp_path, person=known, usage=usage), 10)

    assert rows.select("value", "reason").rows() == [(None, "small_group")]


def test_last_days_of_activity_become_windows_of_their_own(tmp_path):
    people = range(40)
    known = pl.DataFrame({"person": people, "kind": "human"}).with_columns(
        time_zone=pl.lit("UTC"), zone_known=True, in_org=False
    )
    seat = pl.DataFrame({"tool": "outlook", "person": people}).with_columns(
        valid_from=date(1900, 1, 1), valid_to=date(9999, 12, 31)
    )
    # ten people on the day, ten a week before, ten forty days before; the rest never
    usage = pl.DataFrame(
        {"tool": "outlook", "person": people[:30], "value": [0.0] * 10 + [7.0] * 10 + [40.0] * 10}
    ).with_columns(valid_from=LAST, valid_to=LAST + timedelta(days=1), measure=pl.lit(vendor.SINCE))

    rows = vendor.figures(connect(tmp_path, person=known, seat=seat, usage=usage), 10)

    assert rows.select("bin", "numerator", "n").rows() == [
        ("active/2026-03-25/2026-03-31", 10, 40),
        ("active/2026-03-02/2026-03-31", 20, 40),
        ("active/2026-01-01/2026-03-31", 30, 40),
    ]


def test_storage_and_devices_are_no_acts(tmp_path):
    people = range(30)
    known = pl.DataFrame({"person": people, "kind": "human"}).with_columns(
        time_zone=pl.lit("UTC"), zone_known=True, in_org=False
    )
    usage = pl.concat(
        pl.DataFrame({"tool": "onedrive", "person": people, "measure": measure, "value": values})
        for measure, values in (
            ("storage_used_byte", [9.0] * 30),
            ("used_web", [1.0] * 30),
            ("shared_internally_file_count", [5.0] * 30),
            ("viewed_or_edited", [1.0] * 12 + [0.0] * 18),
        )
    ).with_columns(valid_from=LAST - timedelta(days=6), valid_to=LAST + timedelta(days=1))

    rows = vendor.figures(connect(tmp_path, person=known, usage=usage), 10)

    assert rows.select("numerator", "n").rows() == [(12, 30)]


def test_the_command_line_and_the_attacks_know_the_vendors_figures(tmp_path, capsys):
    ingest([teams(tmp_path / "w.csv", 7, 12), teams(tmp_path / "m.csv", 30, 20)], "acme")
    capsys.readouterr()

    told = main(
        ["metric", vendor.ACTIVE, "--workspace", "acme", "--by", "tool", "--format", "json"]
    )
    answer = json.loads(capsys.readouterr().out)
    copy = shutil.copy(release.current("acme"), tmp_path / "000001.duckdb")
    attacked = main(["attack", str(copy), "--format", "json"])
    attacks = json.loads(capsys.readouterr().out)["attacks"]

    assert (told, attacked) == (0, 0)
    assert [row["numerator"] for row in answer["rows"]] == [12, 20]
    assert [attack for attack in attacks if attack["succeeded"]] == []


def test_single_days_make_a_window_of_all_who_were_active_on_any_and_none_where_a_day_is_missing(
    tmp_path,
):
    people = range(30)
    known = pl.DataFrame({"person": people, "kind": "human"}).with_columns(
        time_zone=pl.lit("UTC"), zone_known=True, in_org=False
    )
    # each day four others are active: 28 in seven days, but the thirty days before are not all there
    usage = pl.DataFrame(
        [
            {
                "tool": "slack", "person": person, "measure": measure, "valid_from": day,
                "valid_to": day + timedelta(days=1), "value": value,
            }
            for ago in range(7)
            for day in [LAST - timedelta(days=ago)]
            for person in people
            for measure, value in (
                ("is_active", float(4 * ago <= person < 4 * ago + 4 and person < 20)), ("messages_posted_count", 1.0),
            )
        ]
    )  # fmt: skip

    rows = vendor.figures(connect(tmp_path, person=known, usage=usage), 10)

    assert rows.select("bin", "numerator", "n").rows() == [
        ("active/2026-03-31/2026-03-31", 4, 30),
        ("active/2026-03-25/2026-03-31", 20, 30),
    ]
