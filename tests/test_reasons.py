"""Every reason why a figure is not known: an export that brings it about, and a sentence that anybody understands.

Two workspaces go through the real ingest: mail without names for anything else, to which an HR file of many unseen people
comes later; and a vendor's totals with hidden names. The demo company and the tests named below bring the others.
"""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from analytics import release
from analytics.ingest import ingest
from analytics.metrics.reasons import REASONS
from pages.parts.states import words

MONDAY = datetime(2026, 1, 5, 9)
# reason -> workspace whose release gives it
MAIL = ("no_seats", "no_views", "no_replies", "no_calendar", "no_org", "no_time_zone", "no_data", "short_history", "nearly_all_or_none", "not_applicable")  # fmt: skip
STAFFED = ("no_cost", "no_questions", "low_coverage", "too_little_traffic")
TOTALS = ("names_concealed", "no_timestamps", "no_recipients", "small_group")
# ... or the test that brings it about
TESTS = {
    "no_manager": "test_hierarchy.py::test_without_managers_and_without_receivers_the_reason_differs",
    "no_milestone": "test_milestone.py::test_without_a_date_the_reason_is_that_none_was_named",
    "missing_weeks": "test_first_use.py::test_who_came_in_missing_weeks_is_not_known_and_nobody_is_taken_for_not_having_come",
    "sampled_threads": "test_answers.py",
    "org_mismatch": "test_main_job.py::test_mail_whose_ids_do_not_fit_the_org_chart_gives_no_hierarchy",
    "too_few_groups": "test_milestone.py::test_one_department_has_none_to_be_held_against",
    "deleted": "test_history.py::test_acts_deleted_for_their_age_leave_the_trends_that_are_out",
    "not_identified": "test_habit.py",
}
DEMO = ("protected", "dominated")  # asked of the demo company, tests/test_demo.py


def mail(folder: Path) -> Path:
    """Fifteen people write round the circle on every working day of three weeks."""
    rows = ["time,sender,recipient"]
    for day in range(3 * 7):
        if day % 7 < 5:
            at = MONDAY + timedelta(days=day)
            rows += [
                f"{at + timedelta(minutes=p)},p{p}@acme.example,p{(p + 1 + day) % 15}@acme.example"
                for p in range(15)
                if (1 + day) % 15
            ]
    path = folder / "mail.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def staff(folder: Path, people: int) -> Path:
    """A head, four heads of department, and the rest under them; the first fifteen write mail."""
    rows = ["Employee ID,Email,Manager ID,Department"]
    for p in range(people):
        boss = "" if p == 0 else "0" if p < 5 else str(1 + p % 4)
        rows.append(f"{p},p{p}@acme.example,{boss},{'ABCD'[p % 4]}")
    path = folder / "hr.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def totals(folder: Path) -> list[Path]:
    """Microsoft's report of Teams by person with hidden names, and staff without managers."""
    head = "Report Refresh Date,User Principal Name,Last Activity Date,Is Deleted,Deleted Date,Assigned Products,Team Chat Message Count,Private Chat Message Count,Call Count,Meeting Count,Report Period"
    report = [
        head,
        *(
            f"2026-01-31,{sha256(str(p).encode()).hexdigest().upper()[:32]},2026-01-30,False,,TEAMS,{p},1,0,0,30"
            for p in range(20)
        ),
    ]
    people = ["Employee ID,Email,Department", *(f"{p},p{p}@acme.example,A" for p in range(20))]
    files = {"teams.csv": report, "people.csv": people}
    for name, rows in files.items():
        (folder / name).write_text("\n".join(rows) + "\n")
    return [folder / name for name in files]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The reasons in each workspace's release: of figures, and of what no import could tell."""
    folder = tmp_path_factory.mktemp("reasons")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVIVIO_HOME", str(folder / "home"))

        def reasons(workspace: str, *files: Path) -> set[str]:
            ingest(list(files), workspace)
            found = release.open_release(release.current(workspace))
            asked = found._rows("select distinct reason from figure where reason is not null")
            return {*asked["reason"], *found.computable()["reason"].drop_nulls()}

        return {
            "mail": reasons("mail", mail(folder)),
            "staffed": reasons("mail", staff(folder, 60)),
            "totals": reasons("totals", *totals(folder)),
        }


@pytest.mark.parametrize(
    ("workspace", "reason"),
    [("mail", r) for r in MAIL]
    + [("staffed", r) for r in STAFFED]
    + [("totals", r) for r in TOTALS],
)
def test_an_export_that_lacks_something_gives_its_reason(told, workspace, reason):
    assert reason in told[workspace]


def test_every_reason_has_an_export_that_brings_it_about():
    assert {*MAIL, *STAFFED, *TOTALS, *TESTS, *DEMO} == set(REASONS)


@pytest.mark.parametrize(("reason", "test"), TESTS.items())
def test_the_tests_that_bring_the_others_are_there(reason, test):
    file, _, name = test.partition("::")
    source = (Path(__file__).parent / file).read_text()

    assert f'"{reason}"' in source
    assert name in source


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_a_sentence_that_anybody_understands(reason):
    bold, help_ = words(reason)

    for text in (REASONS[reason], bold):
        assert text[0].isupper() and text.endswith(".")
        assert len(text.split()) <= 30
    assert bold != words("a reason of tomorrow")[0], "the pages say it in their own words"
    assert not re.search(
        r"null|_|NaN|join|cell|panel|metric|covariate|census", f"{REASONS[reason]} {bold} {help_}"
    )
