"""Google's usage reports: each day by itself, in Google's days; what is a setting or a sum of unknown days is no use."""

import json
from datetime import date, timedelta

import pytest

from analytics.metrics import vendor
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.usage import google_usage
from tests.reading import read_file, read_text
from tests.vault_views import as_kept


def report(who, day, **parameters):
    values = [
        {"name": name.replace("__", ":"), "datetimeValue" if "time" in name else "intValue": value}
        for name, value in parameters.items()
    ]
    entity = {"type": "USER", "userEmail": who}
    return {"date": day, "entity": entity, "parameters": values}


def read_json(tmp_path, *reports, options=Options()):  # noqa: B008
    (tmp_path / "answer").write_text(json.dumps({"usageReports": reports}))
    return read_file(google_usage, tmp_path / "answer", tmp_path / "out", options)


@pytest.mark.parametrize(
    ("last", "ago"),
    [
        ("2024-07-31T06:59:59.000Z", [0.0]),  # 23:59 of 30 July in California
        ("2024-07-31T07:00:00.000Z", [0.0]),  # later than the report: on its day, not before it
        ("2024-07-30T06:59:59.000Z", [1.0]),
        ("2024-01-31T07:59:59.000Z", [182.0]),  # winter time: 23:59 of 30 January
        ("1970-01-01T00:00:00.000Z", []),  # never
    ],
)
def test_the_day_of_the_last_activity_is_googles(tmp_path, last, ago):
    found = read_json(tmp_path, report("a@acme.example", "2024-07-30", gmail__last_interaction_time=last, gmail__num_emails_sent="1"))  # fmt: skip

    usage = found.table("usage").filter(measure="days_since_last_activity")
    assert usage.get_column("value").to_list() == ago


def test_rolling_counts_of_the_company_cover_their_own_days(tmp_path):
    answer = {
        "date": "2024-07-30", "entity": {"type": "CUSTOMER"},
        "parameters": [{"name": f"drive:num_{n}day_active_users", "intValue": str(n)} for n in (1, 7, 30)],
    }  # fmt: skip

    found = read_json(tmp_path, answer)

    end = date(2024, 7, 31)
    assert found.table("account").is_empty()
    assert found.table("usage").select("tool", "account", "valid_from", "valid_to", "value").sort("value").rows() == [
        ("google_drive", None, end - timedelta(days=n), end, float(n)) for n in (1, 7, 30)
    ]  # fmt: skip


def test_a_sum_over_days_that_nobody_tells_is_not_counted_and_one_over_told_days_is(tmp_path):
    text = "email,gmail:num_emails_sent\na@acme.example,40\n"

    untold = read_text(google_usage, text, tmp_path)
    told = read_text(google_usage, text, tmp_path / "..", Options(columns={"window": "2026-01-01/2026-01-28"}))  # fmt: skip

    assert (untold.sink.rows["usage"], untold.warnings) == (0, {"window_unknown": 1})
    assert told.table("usage").select("valid_from", "valid_to", "value").rows() == [
        (date(2026, 1, 1), date(2026, 1, 29), 40.0)
    ]


def test_a_parameter_that_stands_twice_is_not_chosen_from(tmp_path):
    text = "email,date,gmail:num_emails_sent,GMAIL:num_emails_sent\na@acme.example,2026-01-01,4,5\n"

    with pytest.raises(UnreadableExport) as refused:
        read_text(google_usage, text, tmp_path)

    assert refused.value.code == "header_duplicate"


def test_what_is_the_state_of_an_account_is_no_use_of_a_tool(tmp_path):
    found = read_json(tmp_path, report("a@acme.example", "2024-07-30", accounts__num_security_keys="2", accounts__used_quota_in_mb="9", gmail__num_spam_emails_received="4", gmail__num_emails_sent="1"))  # fmt: skip

    assert found.table("usage").get_column("measure").to_list() == ["num_emails_sent"]
    assert found.warnings == {"column_ignored": 3}


def test_seven_days_of_users_make_the_weeks_active_people(tmp_path):
    """Thirty users; who of them sends: 1 to 3 every day, 4 to 12 on the third alone; 13 only receives; 14 is suspended."""
    reports = []
    for n in range(7):
        for who in range(30):
            sent = str(int(who < 3 or (who < 12 and n == 2)))
            one = report(f"p{who:02}@acme.example", f"2026-03-{25 + n}", gmail__num_emails_sent=sent, gmail__num_emails_exchanged="9")  # fmt: skip
            closed = {"name": "accounts:is_disabled", "boolValue": who == 14}
            reports.append(one | {"parameters": [*one["parameters"], closed]})

    rows = vendor.figures(as_kept(read_json(tmp_path, *reports), tmp_path), 10)

    assert rows.filter(metric=vendor.ACTIVE).select("tool", "bin", "numerator", "n").rows() == [
        ("mail", "active/2026-03-31/2026-03-31", 3, 29),
        ("mail", "active/2026-03-25/2026-03-31", 12, 29),
    ]
