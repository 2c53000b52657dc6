"""Days off and clocks by country: what is known of a place, what is said of it, and what is never guessed."""

from datetime import date

import polars as pl
import pytest

from analytics import calendars
from analytics.calendars import NOWHERE, Place
from analytics.ingest import ingest
from analytics.metrics import adoption, engine, time_cost, working_time
from analytics.metrics.panel import panel
from analytics.vault import store as stores
from analytics.vault.settings import Settings as Said
from analytics.vault.settings import WrongSetting
from analytics.vault.workspace import Workspace
from tests.drawn import Settings, store
from tests.real_traffic import mail, traffic
from tests.test_ingest import publish

# Poland's days off in 2010 that fall on working days: New Year, Easter Monday, Constitution Day, Corpus Christi
POLISH = [date(2010, 1, 1), date(2010, 4, 5), date(2010, 5, 3), date(2010, 6, 3)]


def share(con, metric: str, settings: Settings) -> tuple[float, float]:
    """Return Σx and Σy of the company over the whole period."""
    measures = tuple(m for m in time_cost.MEASURES if m.metric == metric)
    cells = engine.cells(con, panel(con, settings), settings, measures)
    row = cells.filter(pl.col("cut") == "total", pl.col("grain") == "all").row(0, named=True)
    return row["sx"], row["sy"]


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("Italy", Place("IT", "Europe/Rome")),
        ("Milano, Italia", Place("IT", "Europe/Rome")),
        ("DE", Place("DE", "Europe/Berlin")),
        ("USA", Place("US", None)),  # many clocks
        ("Milano", NOWHERE),  # a city is not guessed
        ("Atlanta, Georgia", NOWHERE),
        (None, NOWHERE),
    ],
)
def test_a_place_is_known_by_the_name_of_its_country_and_never_guessed(location, place):
    assert calendars.find(location, {}) == place


def test_what_was_said_of_a_place_comes_first():
    said = calendars.read("München=DE-BY; Austin=US-TX@America/Chicago; Italy = CH")

    found = [calendars.find(name, said) for name in ("münchen", "Austin", "Italy")]

    assert found == [
        Place("DE-BY", "Europe/Berlin"), Place("US-TX", "America/Chicago"), Place("CH", "Europe/Zurich")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"holidays": "XX"}, {"holidays": "DE-XX"}, {"calendars": "Munich"}, {"calendars": "Munich=XX"},
        {"calendars": "Austin=US@Texas"},
    ],
)  # fmt: skip
def test_a_country_or_zone_that_is_not_known_is_refused(wrong):
    with pytest.raises(WrongSetting):
        Said(**wrong)


def test_the_countrys_rules_bring_its_holidays_unless_others_are_said():
    assert [Said(country="it").calendar, Said(country="it", holidays="CH").calendar] == ["IT", "CH"]
    assert Said().calendar == ""


def test_public_holidays_are_outside_and_days_off_where_they_are_kept(tmp_path):
    """Easter Monday, 6 April 2026: Italy and Germany. 2 June, a Tuesday: Italy alone."""
    settings = Settings(calendar="IT")
    con = store(
        tmp_path,
        settings=settings,
        event="""
        at               | actor | action
        2026-04-06 10:00 | 1     | post
        2026-06-02 10:00 | 1     | post
        2026-06-03 10:00 | 1     | post
        2026-04-06 10:00 | 2     | post
        2026-06-02 10:00 | 2     | post
        2026-06-02 20:00 | 2     | post
        2026-05-25 10:00 | 3     | post
        2026-06-02 10:00 | 3     | post
        """,
        org="""
        person | location | valid_from | valid_to
        1      | Milano   |            |
        2      | Germany  |            |
        3      | Germany  |            | 2026-06-01
        3      | Italy    | 2026-06-01 |
        """,
    )

    measures = (
        *(m for m in time_cost.MEASURES if m.metric in {"outside_hours_share", "weekend_share"}),
        *(m for m in adoption.MEASURES if m.metric == "stickiness" and not m.variant),
    )
    cells = engine.cells(con, panel(con, settings), settings, measures).filter(cut="total", grain="all")  # fmt: skip
    told = {metric: (x, y) for metric, x, y in cells.select("metric", "sx", "sy").iter_rows()}

    # 1: two holidays. 2: Easter Monday, and an evening. 3: Whit Monday in Germany, then Republic Day in Italy
    assert told["outside_hours_share"] == (6, 8)
    assert told["weekend_share"] == (5, 8)
    # 43 weekdays, less 3 holidays in Italy, 4 in Germany, and 5 of whoever moved from there in time for the third in Italy
    assert told["stickiness"] == (1 + 1, 40 + 39 + 38)


def test_hours_of_a_week_with_a_holiday_are_of_the_days_that_are_worked(tmp_path):
    """An hour in meetings on each working day are five a week, also in that of Easter Monday, 6 April 2026."""
    settings = Settings(calendar="IT")
    days = (*range(7, 11), *range(13, 18))
    meetings = [f"2026-04-{day:02} 09:00 | cal | meeting | 1 | 3600 | 2" for day in days]
    first = "2026-04-06 09:00 | slack | post | 1 | |"
    con = store(
        tmp_path,
        settings=settings,
        event="\n".join(["at | tool | action | actor | seconds | attendee", first, *meetings]),
    )
    measures = tuple(m for m in time_cost.MEASURES if m.metric == "meeting_hours" and not m.variant)

    weeks = engine.cells(con, panel(con, settings), settings, measures).filter(cut="total", grain="week")  # fmt: skip

    told = weeks.sort("period").select("sx", "sy").rows()
    assert told == [pytest.approx((2 * 4, 2 * 0.8)), pytest.approx((2 * 5, 2 * 1))]


def test_a_country_with_another_weekend_works_by_its_own_week(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | actor | action
        2026-02-01 10:00 | 1     | post
        2026-02-06 10:00 | 1     | post
        2026-02-01 10:00 | 2     | post
        2026-02-06 10:00 | 2     | post
        """,
        org="person | location\n 1 | Saudi Arabia\n 2 | Italy",
    )

    rows = con.sql("select person, dow, weekend_acts from person_day order by all")

    assert rows.fetchall() == [(1, 5, 1), (1, 7, 0), (2, 5, 0), (2, 7, 1)]


def test_published_mail_with_polish_holidays_equals_a_count_by_hand(shared, tmp_path):
    settings = Settings(time_zone="Europe/Warsaw", day_starts=8, day_ends=17, calendar="PL")
    acts = mail(shared)
    con = traffic(tmp_path, acts, zone="Europe/Warsaw", settings=settings)
    local = pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Warsaw")
    free = (local.dt.weekday() > 5) | local.dt.date().is_in(POLISH)
    late = (local.dt.hour() < 8) | (local.dt.hour() >= 17)
    sent = acts.unique(["at", "actor"])

    found = share(con, "outside_hours_share", settings)

    assert found == (sent.filter(free | late).height, 58_412)


def test_what_is_known_is_said_and_nothing_of_few_people(tmp_path):
    lines = "\n".join(
        f"{n} | {'Italy' if n < 12 else 'Spain' if n < 15 else 'Kraków'}" for n in range(30)
    )
    con = store(
        tmp_path,
        event="at | actor\n 2026-02-02 10:00 | 1",
        org=f"person | location\n{lines}",
    )

    told = working_time.told(con, Settings())

    assert told == {
        "working_time": "9:00 to 17:00, Mon to Fri",
        "working_hours": "9-17",
        "workdays": "1,2,3,4,5",
        "days_off": "Italy; not known for some people",
        "places_unknown": "Kraków",
    }


def test_that_the_companys_holidays_stand_in_for_a_place_is_said(tmp_path):
    lines = "\n".join(f"{n} | Kraków" for n in range(12))
    con = store(
        tmp_path,
        event="at | actor\n 2026-02-02 10:00 | 1",
        org=f"person | location\n{lines}",
    )

    said = [working_time.told(con, Settings(calendar=whose))["days_off"] for whose in ("IT", "")]

    assert said == ["Italy; the company's also where a place's country is not known", None]


def test_people_live_by_the_clock_of_the_place_that_the_hr_file_has_them_in(tmp_path, home):
    (tmp_path / "log.csv").write_text(
        "sender,recipient,timestamp\n"
        + "".join(f"{a},{b},{day}T12:00:00Z\n" for a, b in ("13", "31") for day in ("2025-06-02", "2026-06-01"))
    )  # fmt: skip
    (tmp_path / "hr.csv").write_text(
        "ID,Manager ID,Department,Country,Effective date\n"
        "1,,Sales,Italy,2025-01-01\n1,,Sales,Japan,2026-01-01\n2,1,Sales,Spain,2025-01-01\n3,1,Sales,Austin,2025-01-01\n"
    )
    workspace = Workspace.open("acme", create=True)
    workspace.write_settings(
        Said(time_zone="Europe/Rome", calendars="Austin=US-TX@America/Chicago")
    )
    ingest([tmp_path / "hr.csv", tmp_path / "log.csv"], "acme", publish=publish)

    with stores.build(workspace).connect() as con:
        hours = {
            table: con.sql(
                f"select second_of_day // 3600 as hour from {table} e join person p on p.person = e.{who}"
                " where p.time_zone = 'Asia/Tokyo' order by us"
            ).fetchall()
            for table, who in (("event", "actor"), ("delivery", "person"))
        }
        people = con.sql("select time_zone, zone_known from person order by all").fetchall()

    assert people == [
        ("America/Chicago", True),
        ("Asia/Tokyo", True),
        ("Europe/Rome", False),  # Spain has several clocks
    ]
    # who moved from Italy to Japan wrote and was written to at 14 there, at 21 here
    assert hours == {"event": [(14,), (21,)], "delivery": [(14,), (21,)]}
