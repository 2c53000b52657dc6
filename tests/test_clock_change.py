"""The clock check at import: acts that move by an hour when clocks change are read by another clock than people live by."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics import mappings, settings_door
from analytics.__main__ import main
from analytics.readers import clock_change, interaction_log
from analytics.readers.base import Options
from analytics.vault import ledger
from analytics.vault.settings import Settings
from analytics.vault.workspace import Workspace
from tests.reading import read_text
from tests.real_traffic import mail
from tests.test_ingest import run

HOURS = (8, 9, 11, 14, 15, 17)


def instants(zone: str, first: date, weeks: int) -> list[datetime]:
    """Six people, each with one mail on every working day at the same hour of the clock on the wall."""
    days = [first + timedelta(days=n) for n in range(7 * weeks)]
    return [
        datetime(day.year, day.month, day.day, hour, (7 * n + day.day) % 60, tzinfo=ZoneInfo(zone))
        for day in days
        if day.isoweekday() < 6
        for n, hour in enumerate(HOURS)
    ]


def found(folder, at: list[datetime], zone: str | None):
    acts = pl.DataFrame({"at": at}, schema={"at": pl.Datetime("us")}).with_columns(
        tool=pl.lit("mail"), action=pl.lit("email"), is_timed=pl.lit(True), actor=pl.lit("a")
    )
    acts.write_parquet(folder / "event-000.parquet")
    return clock_change.jump(folder, zone)


def utc(at: list[datetime]) -> list[datetime]:
    return [one.astimezone(UTC).replace(tzinfo=None) for one in at]


def wall(at: list[datetime]) -> list[datetime]:
    return [one.replace(tzinfo=None) for one in at]


def test_the_mean_hours_around_the_change_of_clocks_equal_the_published_ones(shared):
    acts = mail(shared).select("at", "actor").unique().group_by("at").agg(acts=pl.len())
    before, after = (date(2010, 3, 1), date(2010, 3, 27)), (date(2010, 3, 29), date(2010, 4, 24))

    hours = [
        clock_change.mean_hour(clock_change.by_the_clock(acts, zone), *days)
        for zone in ("UTC", "Europe/Warsaw")
        for days in (before, after)
    ]

    assert hours == pytest.approx([9.768903, 8.894149, 10.768903, 10.869858], abs=2e-6)


def test_acts_of_which_none_is_near_a_change_of_clocks_tell_nothing_of_it(tmp_path):
    far = [datetime(2010, 6, 1, 9), datetime(2010, 12, 31, 9)]

    assert found(tmp_path, far, None) == {}


@pytest.mark.parametrize(("zone", "kind"), [(None, "still"), ("Europe/Warsaw", None)])
def test_published_mail_is_found_to_be_utc(shared, tmp_path, zone, kind):
    at = mail(shared).select("at", "actor").unique()["at"].to_list()

    clock = found(tmp_path, at, zone)

    assert clock.get("kind") == kind
    assert (clock.get("where"), clock.get("changed_on")) == (
        ("Europe", "2010-03-28") if kind else (None, None)
    )


def test_a_year_of_public_chat_from_all_over_the_world_raises_no_alarm(shared, tmp_path):
    log = pl.read_csv(shared / "data/slack_disco/racket_2018.csv", infer_schema=False)
    at = log["ts"].str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us").to_list()

    assert found(tmp_path, at, None) == {}


SPRING, AUTUMN = date(2026, 2, 2), date(2026, 9, 7)


@pytest.mark.parametrize(
    ("lives", "first", "written", "read_in", "expected"),
    [
        ("Europe/Rome", SPRING, utc, None, ("still", "Europe", "2026-03-29", -1)),
        ("Europe/Rome", AUTUMN, utc, "UTC", ("still", "Europe", "2026-10-25", -1)),
        ("Europe/Rome", SPRING, utc, "Europe/Rome", {}),
        ("Europe/Rome", SPRING, wall, None, {}),
        ("Europe/Rome", SPRING, wall, "Europe/Rome", ("twice", "Europe", "2026-03-29", 1)),
        ("America/Chicago", SPRING, utc, None, ("still", "North America", "2026-03-08", -1)),
        ("Australia/Sydney", AUTUMN, utc, None, ("still", "Australia", "2026-10-04", -1)),
        ("Asia/Tokyo", SPRING, utc, None, {}),
    ],
)
def test_a_clock_that_people_do_not_live_by_is_told_from_one_they_do(
    tmp_path, lives, first, written, read_in, expected
):
    clock = found(tmp_path, written(instants(lives, first, 13)), read_in)

    told = clock and (clock["kind"], clock["where"], clock["changed_on"], round(clock["hours"]))
    assert told == expected


def test_an_account_with_a_zone_of_its_own_is_read_in_it(tmp_path):
    accounts = {"tool": ["mail"], "account": ["a"], "time_zone": ["Europe/Rome"]}
    pl.DataFrame(accounts).write_parquet(tmp_path / "account-000.parquet")

    assert found(tmp_path, utc(instants("Europe/Rome", SPRING, 13)), None) == {}


def test_a_few_acts_tell_nothing(tmp_path):
    assert found(tmp_path, utc(instants("Europe/Rome", SPRING, 13))[::20], None) == {}


def test_times_of_a_log_are_utc_unless_a_zone_is_said_of_it(tmp_path):
    text = (
        "time,sender,recipient\n2026-01-05 09:00:00,a,b\n2026-07-06 09:00:00+02:00,a,b\n"
        "2026-07-06 10:00:00,a,b\n"
    )
    said = Options(columns={"zone": "Europe/Rome"}, zone="Europe/Rome")

    for name in ("usual", "told"):
        (tmp_path / name).mkdir()
    usual = read_text(interaction_log, text, tmp_path / "usual")
    told = read_text(interaction_log, text, tmp_path / "told", said)

    hours = [o.table("event").sort("at")["at"].dt.hour().to_list() for o in (usual, told)]
    assert hours == [[9, 7, 10], [8, 7, 8]]


def log(folder, at: list[datetime]):
    file = folder / "log.csv"
    lines = [f"{one:%Y-%m-%d %H:%M:%S},p{n % 6},q" for n, one in enumerate(at)]
    file.write_text("\n".join(["time,sender,recipient", *lines]) + "\n")
    return str(file)


def asked(capsys, file: str) -> str:
    """What the command line says of a file."""
    main(["recognise", file, "-w", "acme"])
    return capsys.readouterr().out


def test_the_question_is_put_at_the_command_line_and_goes_with_its_answer(tmp_path, home, capsys):
    file = log(tmp_path, utc(instants("Europe/Rome", SPRING, 13)))

    [told] = run([Path(file)])["files"]
    before = asked(capsys, file)
    main(["settings", "-w", "acme", "--set", "time_zone=Europe/Rome"])
    after = asked(capsys, file)

    assert "clock_still" in told["warnings"]
    assert (told["clock"]["kind"], told["clock"]["read_in"]) == ("still", "UTC")
    assert "changed in Europe on 29 March 2026" in before
    assert "--time-zone" in before
    assert "--time-zone" not in after


def test_the_zone_of_a_table_is_remembered_for_the_next_with_its_columns(tmp_path, home, capsys):
    Workspace.open("acme", create=True).write_settings(Settings(time_zone="Europe/Rome"))
    file = log(tmp_path, wall(instants("Europe/Rome", SPRING, 13)))

    [first] = run([Path(file)])["files"]
    question = asked(capsys, file)
    [second] = run([Path(file)], options=Options(columns={"zone": "Europe/Rome"}))["files"]
    wrong = main(["ingest", file, "-w", "acme", "--map", "zone=Rome"])

    assert (first["clock"]["kind"], second["clock"]) == ("twice", {})
    assert "--map zone=ZONE" in question
    assert [entry.undone for entry in ledger.entries(Workspace.open("acme"))] == [True, False]
    assert [one.columns for one in mappings.known("acme")] == [{"zone": "Europe/Rome"}]
    assert (wrong, "such as Europe/Rome" in capsys.readouterr().err) == (2, True)


def page(clock: dict) -> None:
    from pages.parts import clock as part

    file = {"file": "log.csv", "table": "a" * 64, "clock": clock, "said": {"columns": {}}}
    part.ask("acme", file, "key", lambda: None)


@pytest.mark.parametrize("kind", ["still", "twice"])
def test_the_page_puts_the_question_and_keeps_the_answer(home, kind):
    Workspace.open("acme", create=True)
    clock = {"kind": kind, "where": "Europe", "changed_on": "2026-03-29", "hours": -1.0, "read_in": "UTC"}  # fmt: skip
    at = AppTest.from_function(page, kwargs={"clock": clock}, default_timeout=60).run()
    at.selectbox(key="key_clock").set_value("Europe/Rome").run()

    at.button(key="key_clock_say").click().run()

    assert not at.exception
    said = settings_door.read("acme").time_zone, [one.columns for one in mappings.known("acme")]
    assert said == (("Europe/Rome", []) if kind == "still" else (None, [{"zone": "Europe/Rome"}]))
    assert not at.button
