"""What the libraries of Viva Insights make of their own samples: each file is equalled by a test, or says why it cannot be."""

import json
from pathlib import Path

import polars as pl
import pytest

from analytics.metrics import habit, inequality
from analytics.statistics.interval import interval

TESTS = Path(__file__).parent
ELSEWHERE = {  # file: the test that holds it
    "igraph_p2p_0701_centrality.csv": "test_readers_viva.py",
    "py_habit_multitasking_t2_w9_12.csv": "test_habit.py",
    "py_survival_multitask_ge4.csv": "test_survival.py",
    "py_usage12w_multitasking.csv": "test_habit.py",
    "wpa_meetingtype_dist_mt.csv": "test_readers_viva.py",
}
BARS = {  # file: column of the person query
    f"py_create_bar_{column}_Organization.csv": column
    for column in (
        "After_hours_collaboration_hours", "Collaboration_hours", "Email_hours", "Emails_sent", "Internal_network_size",
        "Meeting_hours", "Multitasking_hours", "Time_with_leadership",
    )
}  # fmt: skip
HERE = {
    *BARS, "py_boxplot_collab_level.csv", "py_inc_collab20_org.csv", "py_line_emails_org.csv", "py_usage4w_multitasking.csv",
    "viR_hrvar_count.csv", "expected.json",
}  # fmt: skip
# Made from samples that are not in the folder, since the R packages carry their own: how many files of each package.
NO_SAMPLE = {"viR_": 16, "wpa_": 29}
NOT_OURS = {
    "py_outlier_weeks.csv": "odd weeks are not published: the weeks of this sample are noise",
    "py_g2g_matrix.csv": "of hours between groups: the pairs in the folder have none, only how diverse and strong a tie is",
}


@pytest.fixture(scope="module")
def weeks(shared):
    columns = ("PersonId", "MetricDate", "Organization", "LevelDesignation", *BARS.values())
    return pl.read_csv(shared / "data/vivainsights/pq_data.csv", columns=columns, infer_schema_length=None)  # fmt: skip


@pytest.fixture(scope="module")
def told(shared):
    return shared / "data/vivainsights/expected"


def by_group(people, group, kind="ratio"):
    """Return {group: (value, people)} of our figure over people with x and y."""
    sums = people.group_by(group).agg(
        n=pl.len(), sx=pl.col("x").sum(), sy=pl.col("y").sum(), sxx=(pl.col("x") ** 2).sum(),
        sxy=(pl.col("x") * pl.col("y")).sum(), syy=(pl.col("y") ** 2).sum(),
    ).with_columns(sl=pl.lit(0.0), sll=pl.lit(0.0))  # fmt: skip
    found = interval(sums.cast({"n": pl.Float64, "sy": pl.Float64}), kind)
    return {name: (value, n) for name, value, n in found.select(group, "value", "n").rows()}


def people(weeks, x):
    return weeks.group_by("PersonId", "Organization", "LevelDesignation").agg(
        x=x.cast(pl.Float64).sum(), y=pl.len().cast(pl.Float64)
    )


def theirs(file, group, value="metric"):
    return {name: (v, n) for name, v, n in pl.read_csv(file).select(group, value, "n").rows()}


def test_every_file_is_equalled_or_says_why_not(told):
    files = {file.name for file in told.iterdir()}

    rest = files - {*ELSEWHERE} - HERE - {*NOT_OURS}
    assert {
        package: sum(name.startswith(package) for name in rest) for package in NO_SAMPLE
    } == NO_SAMPLE
    assert len(rest) == sum(NO_SAMPLE.values())
    for file, test in ELSEWHERE.items():
        assert file in (TESTS / test).read_text("utf-8")


def test_what_the_r_packages_were_asked_of_is_not_in_the_folder(weeks, told):
    """Their person query names nobody of ours and has other means, that of Workplace Analytics has 629 people."""
    theirs_of_r = pl.read_csv(told / "viR_survprep.csv")["PersonId"]
    means = pl.read_csv(told / "viR_keymetrics.csv").filter(variable="Collaboration_hours")
    ours = dict(by_group(people(weeks, pl.col("Collaboration_hours")), "Organization"))
    pairs = pl.scan_csv(told.parent / "viR_p2p_data.csv").collect_schema().names()

    assert not {*theirs_of_r} & {*weeks["PersonId"]}
    assert all(abs(means[name].item() - mean) > 0.02 for name, (mean, _) in ours.items())
    assert pl.read_csv(told / "wpa_hrvar_count.csv")["n"].sum() == 629
    assert not [name for name in pairs if "hours" in name.lower()]


@pytest.mark.parametrize(("file", "column"), BARS.items())
def test_means_by_department_equal_theirs(weeks, told, file, column):
    ours = by_group(people(weeks, pl.col(column)), "Organization")

    assert ours == {name: pytest.approx(pair) for name, pair in theirs(told / file, "Organization").items()}  # fmt: skip


def test_means_by_level_equal_theirs_and_middles_of_persons_are_not_ours(weeks, told):
    ours = by_group(people(weeks, pl.col("Collaboration_hours")), "LevelDesignation")

    expected = theirs(told / "py_boxplot_collab_level.csv", "group", "mean")
    assert ours == {name: pytest.approx(pair) for name, pair in expected.items()}


def test_shares_of_weeks_over_twenty_hours_equal_theirs(weeks, told):
    ours = by_group(people(weeks, pl.col("Collaboration_hours") >= 20), "Organization", "clustered")

    expected = theirs(told / "py_inc_collab20_org.csv", "Organization")
    assert ours == {name: pytest.approx(pair) for name, pair in expected.items()}


def test_mails_week_by_week_equal_theirs(weeks, told):
    expected = pl.read_csv(told / "py_line_emails_org.csv")

    for date in expected["MetricDate"].unique().sort()[::10]:
        own = weeks.filter(pl.col("MetricDate") == date)
        ours = by_group(people(own, pl.col("Emails_sent")), "Organization")
        rows = expected.filter(pl.col("MetricDate") == date).select("Organization", "metric", "n")
        assert ours == {name: pytest.approx((value, n)) for name, value, n in rows.rows()}


def test_a_habit_of_four_weeks_is_the_two_upper_segments_of_theirs(weeks, told):
    """Ours asks for something in each of the last four weeks; theirs for an hour of it, so hours stand in for acts."""
    active = (
        weeks.sort("PersonId", "MetricDate")
        .with_columns(
            weeks=(pl.col("Multitasking_hours") >= 1).cast(pl.Int32).rolling_sum(habit.MONTH).over("PersonId")
        )
        .group_by("MetricDate")
        .agg(habitual=(pl.col("weeks") >= habit.MONTH).sum())
        .sort("MetricDate")
    )  # fmt: skip

    segments = pl.read_csv(told / "py_usage4w_multitasking.csv").sort("MetricDate")
    upper = (segments["Habitual User"] + segments["Power User"]).cast(pl.UInt32)
    assert active["habitual"].to_list()[3:] == upper.to_list()[3:]


def test_people_by_department_and_the_spread_of_mails_equal_theirs(weeks, told):
    mails = people(weeks, pl.col("Emails_sent"))
    counts = pl.read_csv(told / "viR_hrvar_count.csv")
    every = json.loads((told / "expected.json").read_text())

    each = [inequality.Class(acts, acts, 1, int(acts)) for acts in sorted(mails["x"])]

    assert dict(mails.group_by("Organization").len().iter_rows()) == dict(counts.iter_rows())
    low, high = inequality.gini_band(each)  # nobody is joined with anybody: the band is a point
    assert low == pytest.approx(every["gini_person_means_Emails_sent"], abs=5e-7)  # .031668
    assert high == pytest.approx(low)
    # their .183533 is over person-weeks, which mixes busy weeks with busy people; the graph's own measures are not published
    assert every["gini_person_weeks_Emails_sent"] == pytest.approx(0.183533, abs=5e-7)
