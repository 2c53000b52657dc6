"""Viva Insights: what a query gives is kept for its own weeks or months, under pseudonyms, and never guessed."""

from datetime import date

import polars as pl
import pytest

from analytics.readers import hr_file, registry
from analytics.readers.base import UnreadableExport
from analytics.readers.files import open_source
from analytics.readers.usage import viva_meetings, viva_person, viva_ties
from tests.reading import read_file, read_text

PERSON = "0a1b2c3d-0000-4000-8000-00000000000"
HEAD = "PersonId,MetricDate,Collaboration_hours\n"


def weeks(*days):
    return HEAD + "".join(f"{PERSON}1,{day},20.5\n" for day in days)


@pytest.mark.parametrize(
    ("days", "spans"),
    [
        (["2026-01-04", "2026-01-11"], [(date(2026, 1, 4), date(2026, 1, 11)), (date(2026, 1, 11), date(2026, 1, 18))]),
        (["2026-01-05"], [(date(2026, 1, 5), date(2026, 1, 12))]),
        (["2023-07-01"], [(date(2023, 7, 1), date(2023, 8, 1))]),  # a Saturday: no week begins there
        (["2026-01-01", "2026-02-01"], [(date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 2, 1), date(2026, 3, 1))]),
    ],
)  # fmt: skip
def test_a_date_is_the_first_day_of_its_week_or_month(tmp_path, days, spans):
    found = read_text(viva_person, weeks(*days), tmp_path)

    usage = found.table("usage").sort("valid_from")
    assert usage.select("valid_from", "valid_to").rows() == spans


@pytest.mark.parametrize("days", [["2026-01-04", "2026-01-12"], ["2026-02-01"]])
def test_weekdays_that_differ_and_a_date_that_may_be_either_are_refused(tmp_path, days):
    with pytest.raises(UnreadableExport) as refused:
        read_text(viva_person, weeks(*days), tmp_path)

    assert refused.value.code == "window_mixed"


def test_people_are_pseudonyms_with_neither_seat_nor_department(tmp_path):
    text = HEAD.replace("\n", ",Organization,eSat\n") + f"{PERSON}1,2026-01-04,20.5,Sales,4\n"

    found = read_text(viva_person, text, tmp_path)

    assert found.table("account").rows() == [
        ("viva_insights", PERSON.replace("-", "") + "1", None, None, "human", False, None, None)
    ]
    assert set(found.sink.rows) == {"account", "usage"}
    assert found.sink.ignored == ["Organization", "eSat"]


@pytest.fixture(scope="module")
def published(shared, tmp_path_factory):
    """The published person query: its head read whole, and one measure of its 10,500 rows."""
    folder = tmp_path_factory.mktemp("viva")
    whole = shared / "data/vivainsights/pq_data.csv"
    with whole.open("rb") as stream:
        (folder / "head.csv").write_bytes(b"".join(stream.readline() for _ in range(301)))
    rows = pl.read_csv(whole, columns=["PersonId", "MetricDate", "Emails_sent", "Organization"], infer_schema_length=None)  # fmt: skip
    rows.write_csv(folder / "mails.csv")
    return folder


def test_the_published_query_is_a_person_query_and_no_staff_list(published):
    source = open_source(published / "head.csv")

    assert [reader.FORMAT.id for reader in registry.claims(source)] == ["viva_person"]
    assert not hr_file.identify(source)


def test_the_published_query_gives_its_53_measures_and_leaves_survey_and_organisation(published):
    found = read_file(viva_person, published / "head.csv", published / "out")

    assert found.sink.stored == 300
    assert found.table("usage").get_column("measure").n_unique() == 53
    assert len(found.sink.ignored) == 18


def test_means_equal_those_that_vivainsights_published(shared, published):
    """Mails a week: of each person, then of the departments, as create_bar of the Python package tells them."""
    found = read_file(viva_person, published / "mails.csv", published / "out2")

    told = pl.read_csv(shared / "data/vivainsights/expected/py_create_bar_Emails_sent_Organization.csv")  # fmt: skip
    where = pl.read_csv(published / "mails.csv", columns=["PersonId", "Organization"]).unique()
    usage = found.table("usage")
    own = usage.group_by("account").agg(pl.col("value").mean())
    ours = own.join(where.with_columns(account=pl.col("PersonId").str.replace_all("-", "")), on="account")  # fmt: skip
    ours = ours.group_by("Organization").agg(metric=pl.col("value").mean(), n=pl.len())
    both = told.join(ours, on="Organization", suffix=" of ours")
    assert both.height == told.height
    assert both.get_column("n").to_list() == both.get_column("n of ours").to_list()
    assert (both.get_column("metric") - both.get_column("metric of ours")).abs().max() < 1e-9
    assert (usage.height, usage.get_column("valid_from").n_unique()) == (10_500, 35)
    assert usage.get_column("valid_from").dt.weekday().unique().to_list() == [7]


def test_meetings_add_up_to_the_hours_that_were_published(shared, tmp_path):
    """2,001 meetings of 10,311.65 attendee hours: the total of meetingtype_dist_mt of the R package."""
    told = pl.read_csv(shared / "data/vivainsights/expected/wpa_meetingtype_dist_mt.csv", null_values="NA")  # fmt: skip
    total = told.filter(MeetingType="Total").row(0, named=True)

    found = read_file(viva_meetings, shared / "data/vivainsights/wpa_mt_data.csv", tmp_path / "o")

    sums = dict(found.table("usage").group_by("measure").agg(pl.col("value").sum()).iter_rows())
    assert sums["meetings"] == found.sink.stored == total["TotalMeetings"] == 2001
    assert sums["attendee_meeting_hours"] == pytest.approx(total["AttendeeMeetingHours"])
    assert set(found.sink.rows) == {"usage"}


def test_nothing_of_a_meeting_but_its_numbers_is_kept(tmp_path):
    text = (
        "MeetingId,StartDate,Attendee_meeting_hours,Attendees,Organizer_PersonId,Subject,Total_meeting_cost\n"
        "04AA,2026-01-05,1.5,3,444B,secret merger,112.5\n"
        "04BB,2026-01-05,4,4,444B,secret merger,300\n"
    )

    found = read_text(viva_meetings, text, tmp_path)

    day = (date(2026, 1, 5), date(2026, 1, 6))
    assert found.table("usage").sort("measure").rows() == [
        ("viva_insights", None, None, *day, "attendee_meeting_hours", 5.5),
        ("viva_insights", None, None, *day, "attendees", 7.0),
        ("viva_insights", None, None, *day, "meetings", 2.0),
    ]


def test_how_many_others_equals_the_degree_in_igraph(shared, tmp_path):
    """548 people of July 2023: the degree in igraph's undirected graph of the published pairs."""
    told = pl.read_csv(shared / "data/vivainsights/expected/igraph_p2p_0701_centrality.csv", columns=["id", "degree"])  # fmt: skip

    found = read_file(viva_ties, shared / "data/vivainsights/viR_p2p_data.csv", tmp_path / "out")

    july = found.table("usage").filter(valid_from=date(2023, 7, 1), valid_to=date(2023, 8, 1))
    ours = dict(july.select("account", "value").iter_rows())
    assert ours == {id_.replace("-", ""): float(degree) for id_, degree in told.iter_rows()}
    assert (found.sink.stored, found.rejects) == (11_550, [])
