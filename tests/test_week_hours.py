"""Acts by hour of the week: published shares, and no hour that few people made."""

import polars as pl
import pytest

from analytics.charts import week as chart
from analytics.charts.theme import LIGHT
from analytics.metrics import panel as panels
from analytics.metrics import periods, week_hours
from pages.parts.week_view import DAYS, rest_by_law, week_rows, who_writes_late
from tests.drawn import Settings, laid, store
from tests.real_traffic import mail, traffic


def found(con, settings: Settings) -> dict[str, tuple]:
    """Return (value, reason) by bin, of what is published."""
    rows = week_hours.figures(laid(con, settings), settings)
    rows = rows.filter(pl.col("department").is_null())
    return {bin_: (value, why) for bin_, value, why in rows.select("bin", "value", "reason").rows()}


def at(people: range, *times: str) -> str:
    """Draw a post of everybody at each of these times."""
    lines = [f"{time} | {person}" for time in times for person in people]
    return "at | actor\n" + "\n".join(lines)


# Everybody writes on Monday and on Friday at ten, so that the week is whole.
WHOLE = ("2026-02-02 10:15", "2026-02-06 10:15")


def test_hours_outside_the_working_week_hold_the_published_share(shared, tmp_path):
    settings = Settings(time_zone="Europe/Warsaw", day_starts=8, day_ends=17)
    con = traffic(tmp_path, mail(shared), zone="Europe/Warsaw", settings=settings)
    periods.make(con, settings)
    panels.load(con, panels.panel(con, settings))

    hours = con.sql(week_hours.ACTS, params={"whole": periods.WHOLE}).pl()
    assert hours["department"].null_count() == hours.height

    total, weekend = hours["acts"].sum(), pl.col("dow") > 5
    late = ~pl.col("hour").is_between(8, 16)
    assert (hours.height, total) == (168, 58_412)
    assert hours.filter(weekend | late)["acts"].sum() / total == pytest.approx(0.192854, abs=5e-7)
    assert hours.filter(weekend)["acts"].sum() / total == pytest.approx(0.004502, abs=5e-7)


def test_an_hour_is_told_for_a_hundred_people_and_a_week(tmp_path):
    org = "person | department\n" + "\n".join(f"{person} | A" for person in range(1, 13))
    con = store(
        tmp_path, event=at(range(1, 13), *WHOLE, "2026-02-03 20:30", "2026-02-03 20:45"), org=org
    )

    hours = found(con, Settings())
    own = week_hours.figures(laid(con, Settings()), Settings()).filter(department="A")

    told = own.drop_nulls("value").select("bin", "value").rows()
    assert told == [
        ("1-10", 100.0),
        ("2-20", 200.0),
        ("5-10", 100.0),
    ]  # an hour of nobody is not told
    assert hours["1-10"] == (100.0, None)
    assert hours["2-20"] == (200.0, None)
    assert hours["7-03"] == (0.0, None)
    assert len(hours) == 168


def test_an_hour_of_few_people_is_kept_back_and_so_is_another_of_its_kind(tmp_path):
    """Nine write on Tuesday at eight in the evening; all twelve at nine, and on Thursday at seven, twice."""
    con = store(
        tmp_path,
        event=at(range(1, 13), *WHOLE, "2026-02-03 21:30", "2026-02-05 19:10", "2026-02-05 19:20")
        + "\n"
        + at(range(1, 10), "2026-02-03 20:30").removeprefix("at | actor\n"),
    )

    hours = found(con, Settings())

    assert hours["2-20"] == (None, "small_group")
    assert hours["2-21"] == (None, "protected")
    assert hours["4-19"] == (200.0, None)
    assert hours["1-10"] == (100.0, None)


def test_an_hour_made_by_one_person_is_kept_back(tmp_path):
    many = "\n".join(f"2026-02-03 20:{minute} | 1" for minute in range(10, 40))
    con = store(tmp_path, event=at(range(1, 13), *WHOLE, "2026-02-03 20:05") + "\n" + many)

    assert found(con, Settings())["2-20"] == (None, "dominated")


def test_an_hour_of_one_department_does_not_follow_from_the_others():
    """In the first hour C alone is hidden, in the second two are, in the third the company itself."""
    parts = {
        None: (30.0, 30.0, None),
        "A": (10.0, None, 10.0),
        "B": (12.0, 20.0, 12.0),
        "C": (None, None, 8.0),
    }
    rows = pl.DataFrame(
        [
            {"metric": week_hours.METRIC, "department": name, "bin": f"1-0{hour}", "value": value, "n": 20,
             "reason": None if value else "small_group"}
            for name, values in parts.items()
            for hour, value in enumerate(values)
        ]
    )  # fmt: skip

    kept = week_hours.among_departments(rows).drop_nulls("department")

    told = {(row["department"], row["bin"]): row["value"] for row in kept.iter_rows(named=True) if row["value"]}  # fmt: skip
    assert told == {("B", "1-00"): 12.0, ("B", "1-01"): 20.0}


def test_without_zones_the_hours_are_not_told(tmp_path):
    people = "\n".join(f"{person} | false" for person in range(1, 13))
    con = store(tmp_path, event=at(range(1, 13), *WHOLE), person=f"person | zone_known\n{people}")

    reasons = {why for _, why in found(con, Settings(time_zone=None)).values()}

    assert reasons == {"no_time_zone"}


COMPANY = {"working_hours": "9-17", "workdays": "1,2,3,4,5"}


def drawn() -> pl.DataFrame:
    names = [f"{day}-{hour:02}" for day in range(1, 8) for hour in range(24)]
    return pl.DataFrame({"bin": names}).with_columns(
        value=pl.when(pl.col("bin") != "2-20").then(1.5),
        reason=pl.when(pl.col("bin") == "2-20").then(pl.lit("small_group")),
    )


def test_the_working_week_is_left_blank_and_a_hidden_hour_says_so():
    rows = week_rows(drawn(), COMPANY)

    assert rows["is_inside"].sum() == 5 * 8
    assert rows.filter(day="Tue", at=20)["text"].to_list() == ["fewer than 10 people"]
    assert rows.filter(day="Sat", at=10)["is_inside"].to_list() == [False]


def test_the_picture_draws_every_hour_once_and_the_hidden_one_without_a_shade():
    k = LIGHT

    layers = chart.week(week_rows(drawn(), COMPANY), list(DAYS.values()), k).to_dict()["layer"]

    assert [layer["mark"].get("strokeDash") for layer in layers] == [None, None, [2, 2], None]
    assert layers[3]["encoding"]["text"] == {"value": "working hours"}
    assert "color" not in layers[2]["encoding"]


def test_the_line_of_the_law_is_not_drawn_beside_the_head():
    assert "2003/88/EC" in rest_by_law(None)
    assert not rest_by_law("0–1")


def levels(*named: bool | None) -> pl.DataFrame:
    """Draw levels 1, 2, … of which each sends a tenth of its messages outside hours more than the one before."""
    return pl.DataFrame(
        [
            {"level": str(n), "value": n / 10, "named": is_named}
            for n, is_named in enumerate(named, 1)
        ],
        schema_overrides={"named": pl.Boolean},
    )


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ((False, True), "Messages outside hours come more from level 2 than from the others"),
        ((True, False), "Who writes late can't be told apart by level"),  # level 1 sends fewer
        ((False, False), "Who writes late can't be told apart by level"),
        ((None, None), "Whose messages arrive when people should be off?"),
    ],
)
def test_a_level_is_said_to_write_late_only_where_the_comparison_names_it(named, sentence):
    assert who_writes_late(levels(*named), {"value": 0.15}) == sentence


def test_nothing_is_said_of_levels_where_the_company_is_not_known():
    assert who_writes_late(levels(True), None) == "Whose messages arrive when people should be off?"
