"""Who is still there: cohorts of enough people, three meanings, and only as far as the exports reach."""

from datetime import date, timedelta

from analytics.metrics.engine import SCHEMA
from analytics.metrics.retention import cells
from tests.drawn import Settings, laid, store

MONDAY = date(2026, 1, 5)
LAST = 54  # Friday of the eighth week


def company(folder, *people, **drawings):
    """Each person posts on the given days, counted from the first Monday; the first also on the last day."""
    days = [(person, day) for person, own in enumerate(people, 1) for day in own] + [(1, LAST)]
    posts = [f"{MONDAY + timedelta(days=day)} 10:00 | {person}" for person, day in days]
    return store(folder, event="\n".join(["at | actor", *posts]), **drawings)


def shares(con, variant="", threshold=5):
    settings = Settings(threshold=threshold)
    found = cells(laid(con, settings), settings).filter(cut="total", variant=variant)
    return {row["bin"]: (row["sx"], row["sy"]) for row in found.rows(named=True)}


def test_the_three_meanings_differ_on_the_same_people(tmp_path):
    """All start on a Thursday; days since then on which they are back: 4, 6, 7, 21, 11, never, and 51 (the last day)."""
    con = company(tmp_path, [3], [3, 7], [3, 9], [3, 10], [3, 24], [3], [3, 14])

    bounded, rolling, bracket = (shares(con, variant) for variant in ("", "rolling", "bracket"))

    def back(told: dict[str, tuple[float, float]]) -> list[float]:
        return [told[f"2026-01-05/{k}"][0] for k in (1, 2, 3, 4)]

    assert back(bounded) == [3, 1, 1, 0]
    assert back(rolling) == [6, 3, 2, 1]
    assert back(bracket) == [2, 0, 1, 0]
    assert bounded["2026-01-05/7"] == rolling["2026-01-05/7"] == (1, 7)


def test_weeks_after_the_end_of_the_exports_are_not_told(tmp_path):
    con = company(tmp_path, *[[0, 14]] * 5)

    assert max(int(name.split("/")[1]) for name in shares(con) if "/" in name) == 7
    assert max(int(name.split("/")[1]) for name in shares(con, "bracket") if "/" in name) == 6


def test_who_was_back_in_weeks_of_which_no_export_tells_is_not_known(tmp_path):
    gap = "tool | valid_from | valid_to\n slack | 2026-01-12 | 2026-01-21"
    con = company(tmp_path, *[[0, 23]] * 5, gap=gap)

    weeks = [
        {int(name.split("/")[1]) for name in shares(con, variant) if "/" in name}
        for variant in ("", "rolling", "bracket")
    ]

    assert weeks == [{3, 4, 5, 6, 7}, {3, 4, 5, 6, 7}, {3, 4, 5, 6}]


def test_neighbouring_weeks_are_merged_until_a_cohort_is_large_enough(tmp_path):
    starts = [0] * 5 + [7] * 2 + [14] * 4 + [21] * 2
    con = company(tmp_path, *[[day] for day in starts])

    first = {name: sums for name, sums in shares(con).items() if name.endswith("/1")}

    assert {name: people for name, (_, people) in first.items()} == {
        "2026-01-05/1": 5,
        "2026-01-12/1": 8,
    }


def test_day_28_is_over_everybody_who_started(tmp_path):
    con = company(tmp_path, [0, 28], [0, 30], [0, 40], [0, 27], [35])

    assert [shares(con, variant)["day 28"] for variant in ("", "rolling", "bracket")] == [
        (1, 4),
        (3, 4),
        (2, 4),
    ]


def test_nothing_imported_gives_no_rows(tmp_path):
    con = store(tmp_path)

    found = cells(laid(con, Settings()), Settings())

    assert (found.height, dict(found.schema)) == (0, SCHEMA)
