"""What vendors count comes in as they count it, each with its own days; nothing is added, guessed or named."""

import json
from datetime import date
from pathlib import Path

import pytest

from analytics.readers.base import Options, UnreadableExport
from analytics.readers.usage import (
    m365_daily_counts,
    m365_space_activity,
    m365_user_detail,
    slack_members,
    slack_overview,
    zoom_hosts,
)
from tests.golden import outcome
from tests.reading import read_text

TEAMS = "Report Refresh Date,User Principal Name,Last Activity Date,Team Chat Message Count,Is Licensed,Report Period\n"
SHARED = Path(__file__).resolve().parents[2] / "shared"


def counts(outcome, *columns):
    return outcome.table("usage").select(*columns).sort(columns).rows()


# ----------------------------------------------------------------------------------- what really exists

# From the SOURCE.md of each folder: every file holds one row, but for the 90 days of January 2021.
FOLDERS = {
    "m365_usage/pnp-cli-microsoft365": ("csv", 30),
    "m365_usage/apifaker-tenant": ("csv", 1),
    "teams_reports/cli-microsoft365-docs": ("csv", 5),
    "teams_reports/cli-microsoft365-docs ": ("json", 5),
    "yammer_reports/cli-microsoft365-docs": ("csv", 5),
    "yammer_reports/cli-microsoft365-docs ": ("json", 5),
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_recorded_reports_of_microsoft_are_read(shared, tmp_path, folder):
    ending, number = FOLDERS[folder]
    files = sorted((shared / "samples" / folder.strip()).glob(f"*.{ending}"))

    reports = {file.name: outcome(file, folder_of(tmp_path, file)) for file in files}

    assert len(files) == number
    read = {name: (report["read"], report["stored"]) for name, report in reports.items()}
    # one page of the manual prints a row of 26 fields under a header of 24
    odd = {"report-activeuserdetail.csv": (1, 0), "TeamsUserActivityUserCounts.csv": (90, 90)}
    assert read == {file.name: odd.get(file.name, (1, 1)) for file in files}


# of these pages both blocks print one recorded answer; the others print answers of two days
@pytest.mark.parametrize("page", ["useractivitycounts", "useractivityusercounts", "useractivityuserdetail"])  # fmt: skip
def test_csv_and_json_of_one_report_say_the_same(shared, tmp_path, page):
    stem = shared / "samples/teams_reports/cli-microsoft365-docs" / f"report-{page}"

    told = [rows(stem.with_suffix(end), tmp_path / end) for end in (".csv", ".json")]

    assert told[0] == told[1] != []


def rows(file, out):
    out.mkdir()
    return outcome(file, out)["tables"]["usage"]


def folder_of(tmp_path, file):
    out = tmp_path / file.name
    out.mkdir()
    return out


def test_ninety_real_days_are_ninety_days(shared, tmp_path):
    out = tmp_path / "out"

    usage = rows(shared / "samples/m365_usage/apifaker-tenant/TeamsUserActivityUserCounts.csv", out)

    days = {row["valid_from"] for row in usage}
    assert (min(days), max(days), len(days)) == ("2020-10-29", "2021-01-26", 90)
    assert {row["tool"] for row in usage} == {"teams"}


def bad_input():
    manifest = SHARED / "badinput" / "manifest.json"
    entries = json.loads(manifest.read_text())["files"] if manifest.exists() else []
    return [entry for entry in entries if entry["kind"] == "m365_usage_csv"]


def test_the_corpus_of_bad_files_is_there(shared):
    assert len(bad_input()) == 3


@pytest.mark.parametrize("entry", bad_input(), ids=lambda entry: entry["file"])
def test_bad_files_come_out_as_they_should(shared, tmp_path, entry):
    told = outcome(shared / "badinput" / entry["file"], tmp_path)

    assert (told["outcome"], told["reject_code"], told["stored"]) == (
        entry["outcome"], entry["reject_code"], entry["rows_ok"],
    )  # fmt: skip
    assert told["warnings"] == entry["warnings"]
    assert told["tables"]["reject"] == [[q["where"], q["code"]] for q in entry["quarantine"]]


# --------------------------------------------------------------------------------------- Microsoft 365


def test_a_period_ends_on_the_day_of_the_report(tmp_path):
    text = TEAMS + "2026-01-31,a@acme.example,,5,Yes,7\n2026-01-31,a@acme.example,,9,Yes,30\n"

    found = read_text(m365_user_detail, text, tmp_path)

    chats = found.table("usage").filter(measure="team_chat_message_count")
    assert chats.select("valid_from", "valid_to", "value").sort("valid_from").rows() == [
        (date(2026, 1, 2), date(2026, 2, 1), 9.0),
        (date(2026, 1, 25), date(2026, 2, 1), 5.0),
    ]
    assert found.warnings == {"mixed_report_period": 1}


def test_a_last_activity_before_the_period_is_none_within_it(tmp_path):
    text = TEAMS + (
        "2026-01-31,a@acme.example,2026-01-24,0,Yes,7\n"
        "2026-01-31,b@acme.example,2026-01-25,0,Yes,7\n"
        "2026-01-31,c@acme.example,,0,Yes,7\n"
    )

    found = read_text(m365_user_detail, text, tmp_path)

    last = found.table("usage").filter(measure="last_activity_in_period")
    assert last.select("account", "value").sort("account").rows() == [
        ("a@acme.example", 0.0), ("b@acme.example", 1.0), ("c@acme.example", 0.0),
    ]  # fmt: skip


def test_a_licence_is_a_seat_and_a_column_that_is_missing_is_no_zero(tmp_path):
    text = TEAMS + "2026-01-31,a@acme.example,,5,Yes,7\n2026-01-31,b@acme.example,,,No,7\n"

    found = read_text(m365_user_detail, text, tmp_path)

    seats = found.table("account").select("account", "has_seat").sort("account").rows()
    assert seats == [("a@acme.example", True), ("b@acme.example", False)]
    assert counts(found, "account", "measure", "value") == [
        ("a@acme.example", "last_activity_in_period", 0.0),
        ("a@acme.example", "team_chat_message_count", 5.0),
        ("b@acme.example", "last_activity_in_period", 0.0),
    ]


def test_concealed_names_are_said_and_never_an_address(tmp_path):
    hidden = "0439A166C614C2E8C7B4075DC4752054"
    text = TEAMS + f"2026-01-31,{hidden},,5,Yes,7\n2026-01-31,<PII:H105(x)>@acme.example,,5,Yes,7\n"

    found = read_text(m365_user_detail, text, tmp_path)

    assert found.warnings == {"names_concealed": 1}
    assert found.table("account").get_column("email").null_count() == 2


def test_a_guest_is_found_under_the_address_at_home(tmp_path):
    text = TEAMS + "2026-01-31,carla_b_partner.example#EXT#@acme.onmicrosoft.com,,5,Yes,7\n"

    found = read_text(m365_user_detail, text, tmp_path)

    accounts = found.table("account").select("email", "kind").rows()
    assert accounts == [("carla_b@partner.example", "guest")]


def test_dates_that_can_be_read_two_ways_are_asked_for(tmp_path):
    text = TEAMS.replace(",", ";") + "05/01/2026;a@acme.example;;5;Yes;7\n"

    with pytest.raises(UnreadableExport) as refused:
        read_text(m365_user_detail, text, tmp_path)
    said = read_text(m365_user_detail, text, tmp_path / "..", Options(columns={"dates": "dd/mm"}))

    assert refused.value.code == "dates_ambiguous"
    assert said.table("usage").get_column("valid_to").unique().to_list() == [date(2026, 1, 6)]


def test_a_column_that_stands_twice_is_not_chosen_from(tmp_path):
    text = TEAMS.strip() + ",Team Chat Message Count\n2026-01-31,a@acme.example,,5,Yes,7,6\n"

    with pytest.raises(UnreadableExport) as refused:
        read_text(m365_user_detail, text, tmp_path)

    assert refused.value.code == "header_duplicate"


def test_columns_that_somebody_added_are_not_taken_for_counts(tmp_path):
    header = TEAMS.strip() + ",Employee ID,Salary,Department,New Vendor Count\n"
    text = header + "2026-01-31,a@acme.example,,5,Yes,7,0042,50000,Sales,3\n"

    found = read_text(m365_user_detail, text, tmp_path)

    assert found.table("usage").get_column("measure").sort().to_list() == [
        "last_activity_in_period", "new_vendor_count", "team_chat_message_count",
    ]  # fmt: skip
    assert found.warnings == {"column_ignored": 2, "sensitive_column_dropped": 1}


def test_a_day_in_two_reports_counts_as_the_later_one_says(tmp_path):
    header = "Report Refresh Date,Team Chat Messages,Report Date,Report Period\n"
    text = (
        header + "2026-01-30,4,2026-01-29,7\n2026-01-31,5,2026-01-29,7\n2026-01-31,,2026-01-30,7\n"
    )

    found = read_text(m365_daily_counts, text, tmp_path)

    assert counts(found, "tool", "account", "valid_from", "valid_to", "measure", "value") == [
        ("teams", None, date(2026, 1, 29), date(2026, 1, 30), "team_chat_messages", 5.0)
    ]
    assert (found.sink.stored, found.sink.duplicates) == (2, 1)


def test_names_and_addresses_of_places_are_not_kept(tmp_path):
    text = (
        "Report Refresh Date,Group Display Name,Group Type,Member Count,Posted Count,Read Count,Report Period\n"
        "2026-01-31,Secret plan,Private,5,1,2,7\n"
    )

    found = read_text(m365_space_activity, text, tmp_path)

    kept = b"".join(part.read_bytes() for part in found.sink.folder.glob("*.parquet"))
    assert b"ecret plan" not in kept
    assert found.table("space").select("tool", "openness").rows() == [("viva_engage", "private")]
    assert counts(found, "measure", "value") == [
        ("member_count", 5.0), ("posted_count", 1.0), ("read_count", 2.0),
    ]  # fmt: skip


def test_zooms_active_hosts_are_counted_over_the_days_that_were_said_and_else_only_known(tmp_path):
    text = "User Name,User Email,Meetings,Participants,Meeting Minutes\nAda,Ada@acme.example,12,40,300\n"
    said = Options(columns={"window": "2026-03-01/2026-03-31"})

    untold = read_text(zoom_hosts, text, tmp_path)
    told = read_text(zoom_hosts, text, tmp_path / "..", said)

    assert (untold.sink.rows["account"], untold.sink.rows["usage"]) == (1, 0)
    assert untold.warnings == {"window_unknown": 1}
    assert told.table("usage").sort("measure").rows() == [
        ("zoom", "ada@acme.example", None, date(2026, 3, 1), date(2026, 4, 1), measure, value)
        for measure, value in (("meeting_minutes", 300.0), ("meetings", 12.0), ("participants", 40.0))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reader", "header"),
    [
        (m365_user_detail, "Report Refresh Date,User Principal Name,Send Count,Report Period"),
        (slack_members, "User ID,Days active,Messages posted"),
        (slack_overview, "Date,Daily active members,Weekly active members"),
        (zoom_hosts, "Host,Email,Meetings,Participants,Meeting Minutes"),
    ],
    ids=lambda value: getattr(value, "__name__", "").rpartition(".")[2],
)
def test_a_report_whose_every_row_is_set_apart_is_not_called_empty(reader, header, tmp_path):
    wide = ",".join("1" for _ in range(header.count(",") + 3))

    found = read_text(reader, f"{header}\n{wide}\n", tmp_path)

    assert len(found.rejects) == 1 and found.sink.stored == 0
