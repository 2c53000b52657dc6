"""What is hidden for its value does not come back by any combination of what is shown."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import numpy as np
import polars as pl
import pytest

from analytics.metrics import meetings
from analytics.metrics.passport import CUTS
from analytics.privacy import bounds, relations
from analytics.privacy.by_value import judged, withhold
from tests.attacks.organisations import panel

K = 10
PLACE = ("division", "department", "level", "location", "tool")
QUARTER = date(2026, 3, 30)


def staff(*groups: tuple) -> pl.DataFrame:
    """One quarter's panel: groups of (people, department, level, location, tools)."""
    rows, person = [], 0
    for people, *place in groups:
        for _ in range(people):
            rows.append((QUARTER, person, *place))
            person += 1
    return panel(rows)


def cell(cut="total", *, n=40, sx=20.0, sy=None, x1=1.0, x2=1.0, sxx=None, ny=None, **labels):
    return {
        "metric": "m", "variant": "", "bin": None, "grain": "quarter", "period": QUARTER, "quarter": QUARTER,
        "cut": cut, **dict.fromkeys(PLACE), "reason": None,
        "n": float(n), "ny": float(n if ny is None else ny), "sx": float(sx), "sy": float(n if sy is None else sy),
        "sxx": float(sx if sxx is None else sxx), "x1": x1, "x2": x2, "yes_or_no": True, "defined": False,
        "kind": "share", "is_masked": False,
    } | labels  # fmt: skip


def frame(cells):
    return pl.DataFrame(
        list(cells),
        schema_overrides={"bin": pl.String, "period": pl.Date, "quarter": pl.Date}
        | dict.fromkeys((*PLACE, "reason"), pl.String),
    )


def reasons(*cells, people=None):
    everybody = staff((40, "A", None, None, "")) if people is None else people
    return withhold(frame(cells), K, everybody)["reason"].to_list()


@pytest.mark.parametrize(
    ("yes", "shown"), [(0, False), (2, False), (3, True), (37, True), (38, False), (40, False)]
)
def test_nearly_all_and_nearly_none_are_withheld(yes, shown):
    assert (reasons(cell(sx=yes)) == [None]) is shown


@pytest.mark.parametrize(("first", "shown"), [(2.97, False), (3.5, True), (37.5, False)])
def test_nearly_all_and_nearly_none_are_withheld_where_people_count_in_part(first, shown):
    about = {"metric": "adopter_category", "kind": "clustered", "yes_or_no": False}

    assert (reasons(cell(sx=first, **about)) == [None]) is shown


@pytest.mark.parametrize(("acts", "shown"), [(0, False), (1, True), (99, True), (100, False)])
def test_a_share_of_acts_that_is_the_same_for_everybody_is_withheld(acts, shown):
    about = {"kind": "clustered", "yes_or_no": False, "sy": 100, "x1": 0.1, "x2": 0.1, "sxx": 9.0}

    assert (reasons(cell(sx=acts, **about)) == [None]) is shown


def test_too_few_people_behind_a_denominator_are_withheld():
    assert reasons(cell(ny=9)) == ["small_group"]
    assert reasons(cell(ny=10)) == [None]


def test_nobody_behind_a_figure_is_no_data_and_not_a_small_group():
    assert reasons(cell(ny=0, sx=0.0, sy=0.0)) == ["no_data"]


def test_a_sum_made_by_one_or_two_people_is_withheld():
    hours = {"yes_or_no": False, "kind": "ratio", "sx": 100.0}

    assert reasons(cell(**hours, x1=51.0, x2=1.0, sxx=9000.0)) == ["dominated"]
    assert reasons(cell(**hours, x1=45.0, x2=40.0, sxx=9000.0)) == ["dominated"]
    assert reasons(cell(**hours, x1=20.0, x2=10.0, sxx=450.0)) == ["dominated"]
    assert reasons(cell(**hours, x1=20.0, x2=10.0, sxx=900.0)) == [None]


def test_the_first_step_of_a_funnel_is_everybody_by_definition():
    assert reasons(cell(sx=40, bin="enabled", defined=True)) == [None]


def test_how_many_there_are_is_the_masks_to_guard_and_hides_no_group_around_a_small_one():
    """n stands beside every other figure of the cells: to hide it in one figure would guard nothing."""
    everybody = {"metric": "adoption_funnel", "bin": "enabled", "defined": True}
    small = everybody | {"is_masked": True, "reason": "small_group", "department": "A"}
    parts = [cell("department_location", n=n, sx=n, location=place, **small) for place, n in (("X", 6), ("Y", 7))]  # fmt: skip
    shown = cell("department_location", n=27, sx=27, department="A", location="Z", **everybody)
    people = staff((6, "A", None, "X", ""), (7, "A", None, "Y", ""), (27, "A", None, "Z", ""))

    found = reasons(
        cell("department", n=40, sx=40, department="A", **everybody), shown, *parts, people=people
    )

    assert found == [None, None, "small_group", "small_group"]


THREE = staff((20, "A", None, None, ""), (50, "B", None, None, ""), (30, "C", None, None, ""))


def test_one_hidden_department_takes_the_next_smallest_with_it():
    found = reasons(
        cell(n=100, sx=50),
        cell("department", department="A", n=20, sx=1),
        cell("department", department="B", n=50, sx=30),
        cell("department", department="C", n=30, sx=19),
        people=THREE,
    )

    assert found == [None, "nearly_all_or_none", None, "protected"]


def test_a_department_hides_behind_the_people_of_none():
    people = staff((20, "A", None, None, ""), (50, "B", None, None, ""), (30, None, None, None, ""))

    found = reasons(
        cell(n=100, sx=50),
        cell("department", department="A", n=20, sx=19),
        cell("department", department="B", n=50, sx=20),
        people=people,
    )

    assert found == [None, "nearly_all_or_none", None]


def test_the_one_hidden_department_of_a_division_takes_another_with_it():
    """The company has other departments to shield it; within its division it is alone."""
    people = staff(
        (30, "A", None, None, ""), (40, "B", None, None, ""),
        (30, "C", None, None, ""), (50, "D", None, None, ""), (60, "E", None, None, ""),
    ).with_columns(division=pl.when(pl.col("department").is_in(["A", "B"])).then(pl.lit("P")).otherwise(pl.lit("Q")))  # fmt: skip
    parts = {"A": (30, 1), "B": (40, 20), "C": (30, 29), "D": (50, 25), "E": (60, 20)}
    cells = [cell(n=210, sx=95), cell("division", division="P", n=70, sx=21), cell("division", division="Q", n=140, sx=74)]  # fmt: skip
    cells += [cell("department", department=d, n=n, sx=sx) for d, (n, sx) in parts.items()]

    found = reasons(*cells, people=people)

    assert found[:3].count(None) >= 1
    by_name = dict(zip(["total", "P", "Q", *parts], found, strict=True))
    assert by_name["A"] == by_name["C"] == "nearly_all_or_none"
    assert by_name["P"] or by_name["B"]
    assert by_name["Q"] or by_name["D"] or by_name["E"]


def test_a_department_whose_places_cannot_shield_it_is_hidden_rather_than_the_company():
    """Two places, one of nearly nobody: neither the other place nor the departments beside may give it away."""
    people = staff((30, "A", None, "X", ""), (30, "A", None, "Y", ""), (40, "B", None, "X", ""))

    found = reasons(
        cell(n=100, sx=50),
        cell("department", department="A", n=60, sx=21),
        cell("department", department="B", n=40, sx=29),
        cell("location", location="X", n=70, sx=30),
        cell("location", location="Y", n=30, sx=20),
        cell("department_location", department="A", location="X", n=30, sx=1),
        cell("department_location", department="A", location="Y", n=30, sx=20),
        people=people,
    )

    assert found[0] is None
    assert found[5] == "nearly_all_or_none"
    assert "protected" in found


FATES = ("new", "retained", "resurrected")


def fates(week: date, **people: int) -> list[dict]:
    return [
        cell(metric="lifecycle", bin=name, sx=count, n=100, grain="week", period=week)
        for name, count in people.items()
    ]


def active(week: date, count: int) -> dict:
    return cell(metric="active_people", sx=count, n=100, grain="week", period=week)


def test_the_new_do_not_follow_from_the_active_less_those_who_stayed():
    week = QUARTER

    found = reasons(
        active(week, 51), *fates(week, new=1, retained=30, resurrected=20), people=THREE
    )

    assert found[:2] == [None, "nearly_all_or_none"]
    assert found[2:].count("protected") == 1


def test_the_dormant_do_not_follow_from_the_week_before():
    week, next_week = QUARTER, QUARTER + timedelta(days=7)

    found = reasons(
        active(week, 50), active(next_week, 55), *fates(next_week, retained=49, dormant=1),
        people=THREE,
    )  # fmt: skip

    assert found == [None, None, "protected", "nearly_all_or_none"]


def step(name: str, people: int) -> dict:
    return cell(metric="adoption_funnel", bin=name, sx=people, n=100)


def test_the_gap_of_a_ladder_does_not_tell_a_step_that_is_hidden():
    gap = cell(metric="technical_human_gap", sx=78, n=100)

    found = reasons(step("active", 80), step("habitual", 2), gap, people=THREE)

    assert found[1] == "nearly_all_or_none"
    assert [found[0], found[2]].count("protected") == 1


def test_two_people_in_the_gap_of_a_ladder_do_not_follow_from_its_steps():
    gap = cell(metric="technical_human_gap", sx=2, n=100)

    found = reasons(step("active", 80), step("habitual", 78), gap, people=THREE)

    assert found[2] == "nearly_all_or_none"
    assert found[:2].count("protected") == 1


def segments(**people: int) -> list[dict]:
    return [
        cell(metric="usage_segment", bin=name, sx=count, n=100, defined=name == "enabled")
        for name, count in people.items()
    ]


def test_a_segment_of_two_does_not_follow_from_the_others_and_all():
    found = reasons(*segments(enabled=100, power=2, habitual=40, novice=20, low=10, non=28), people=THREE)  # fmt: skip

    assert found[:2] == [None, "nearly_all_or_none"]  # all are all by definition, hidden or not
    assert found[2:].count("protected") == 1


def test_a_segment_of_two_does_not_follow_from_habit_and_the_active():
    parts = segments(enabled=100, power=2, habitual=40, novice=20, low=10, non=28)
    habit = cell(metric="habit", sx=42, n=100)

    found = reasons(*parts, habit, cell(metric="active_people", sx=72, n=100), people=THREE)

    shown = {name for name, why in zip(("enabled", "power", "habitual", "novice", "low", "non", "habit", "active"), found, strict=True) if why is None}  # fmt: skip
    assert "power" not in shown
    assert not {"habitual", "habit"} <= shown
    assert not {"habitual", "novice", "low", "active"} <= shown
    assert not {"habitual", "novice", "low", "non"} <= shown


TWO_TOOLS = staff((60, "A", None, None, "chat"), (40, "B", None, None, "chat,mail"))


def test_two_people_in_two_tools_do_not_follow_from_those_in_each():
    """With two tools, those in one and those in the other less those in any are those in both."""
    active = {"metric": "active_people", "n": 100}

    found = reasons(
        cell(sx=50, **active), cell("tool", tool="chat", sx=40, **active), cell("tool", tool="mail", sx=12, **active | {"n": 40}),
        cell(metric="multi_tool", bin="two", sx=2, n=100),
        cell(metric="multi_tool", bin="of_enabled", kind="clustered", yes_or_no=False, sx=52, sy=140, sxx=54, n=100),
        people=TWO_TOOLS,
    )  # fmt: skip

    assert found[3] == "nearly_all_or_none"
    assert found[:3].count(None) < 3
    assert found[0] is None or found[4] is not None


def hours(grain: str, period: date, sx: float, x1: float = 1.0, **labels) -> dict:
    return cell(
        metric="meeting_hours", kind="ratio", yes_or_no=False, grain=grain, period=period, n=100, sx=sx, x1=x1,
        sxx=1e6, sy=400, **labels,
    )  # fmt: skip


def test_a_week_does_not_follow_from_its_month_and_the_weeks_beside():
    weeks = [QUARTER + timedelta(days=7 * i) for i in range(4)]
    made_by_one = [
        hours("week", week, 100.0, 60.0 if i == 2 else 1.0) for i, week in enumerate(weeks)
    ]

    found = reasons(hours("month", QUARTER, 400.0), *made_by_one, people=THREE)

    assert found[3] == "dominated"
    assert found[0] is None
    assert found.count("protected") == 1


def pressure(bin_: str, sx: float, *, grain="week", period=QUARTER, n=40, **about) -> dict:
    return cell(
        "department", metric="pressure_outside_hours", bin=bin_, kind="clustered", yes_or_no=False, grain=grain, period=period,
        n=n, sx=sx, x1=1.0, x2=1.0, sxx=1e3, **{"sy": 200, "department": "A"} | about,
    )  # fmt: skip


def test_a_direction_of_few_does_not_follow_where_nobody_stands_behind_the_last():
    """That nobody stands behind a figure is told, so its sum is known."""
    shown = [pressure("all", 90), pressure("down", 30), pressure("same", 40)]
    hidden = [pressure("up", 20, ny=9), pressure("unplaced", 0, ny=0, sy=0)]

    found = reasons(*shown, *hidden, people=staff((40, "A", None, None, "")))

    assert found[3:] == ["small_group", "no_data"]
    assert found[:3].count("protected") == 1


def test_what_is_nothing_in_every_week_does_not_follow_from_the_directions_beside(monkeypatch):
    """Weeks and month alike in many groups are one figure, four of which make it: that tells it, whatever is hidden."""
    units = [f"D{i}" for i in range(10)]
    held = {"all": 30, "up": 10, "down": 12, "same": 8, "unplaced": 0}
    weeks = [("week", QUARTER + timedelta(days=7 * i), 1) for i in range(4)]
    cells = [
        pressure(name, sx * times, grain=grain, period=period, n=20, department=unit)
        for unit in units
        for grain, period, times in [*weeks, ("month", QUARTER, 4)]
        for name, sx in held.items()
    ]
    people = staff(*((20, unit, None, None, "") for unit in units))

    def told() -> int:
        found = withhold(frame(cells), K, people).filter(pl.col("bin") != "unplaced")
        whole = found.group_by("department", "grain", "period").agg(pl.col("reason").null_count())
        return whole.filter(pl.col("reason") == len(held) - 1).height

    assert told() == 0
    monkeypatch.setattr(relations, "VIEWS", relations.VIEWS[:1])
    assert told() > 0


def test_the_denominator_of_stickiness_does_not_tell_who_is_active():
    found = reasons(
        cell(metric="active_people", sx=39, n=40),
        cell(metric="stickiness", kind="clustered", yes_or_no=False, sx=300, sy=39 * 20, sxx=1e4, ny=39),
    )  # fmt: skip

    assert found == ["nearly_all_or_none", "protected"]


def of_meetings(metric: str, sx: float, x1: float = 1.0, bin_: str | None = None) -> dict:
    return cell(
        metric=metric, bin=bin_, kind="clustered", yes_or_no=False, n=100, sx=sx, sy=400.0, x1=x1, sxx=1e6
    )  # fmt: skip


@pytest.mark.parametrize(
    "metric", ["meeting_mix", "meeting_flags", "conflicting_hours", "redundant_hours"]
)
def test_the_denominator_of_a_share_of_meetings_does_not_tell_their_hidden_hours(metric):
    found = reasons(
        hours("quarter", QUARTER, 400.0, 250.0), of_meetings(metric, 40.0, bin_="x"), people=THREE
    )  # fmt: skip

    assert found == ["dominated", "protected"]


def test_a_kind_of_meeting_that_one_person_makes_does_not_follow_from_the_other_kinds():
    kinds = dict.fromkeys((*meetings.CLASSES, "unknown"), 50.0)
    mix = [
        of_meetings("meeting_mix", x, 40.0 if kind == "status" else 1.0, kind)
        for kind, x in kinds.items()
    ]

    found = reasons(hours("quarter", QUARTER, 400.0), *mix, people=THREE)

    assert found[0] is None
    assert found[1 + list(kinds).index("status")] == "dominated"
    assert found.count("protected") == 1


def test_that_there_were_no_meetings_of_a_kind_is_told():
    found = reasons(
        hours("quarter", QUARTER, 400.0), of_meetings("conflicting_hours", 0.0, 0.0), people=THREE
    )

    assert found == [None, None]


def test_the_middle_hides_with_the_sum_that_one_person_makes():
    landing = {"kind": "ratio", "yes_or_no": False, "n": 100, "sy": 100.0, "sxx": 1e6}

    found = reasons(
        cell(metric="deliveries_per_day", bin="total", sx=400.0, x1=250.0, **landing),
        cell(metric="typical_load", sx=400.0, **landing | {"kind": "typical"}),
        people=THREE,
    )

    assert found == ["dominated", "protected"]


def test_one_person_in_three_tools_does_not_follow_from_the_pairs_of_them():
    """Pairs of 12, 10 and 10 less the 30 in two tools or more are twice the one in all three."""
    people = staff((100, "A", None, None, "mail,slack,teams"))
    pairs = {("mail", "slack"): 12, ("mail", "teams"): 10, ("slack", "teams"): 10}

    found = reasons(
        cell(metric="multi_tool", bin="two", n=100, sx=30),
        cell(metric="multi_tool", bin="three", n=100, sx=1),
        *(
            cell("tool", metric="tool_pair", tool=one, bin=other, n=100, sx=both, sy=60)
            for (a, b), both in pairs.items()
            for one, other in ((a, b), (b, a))
        ),
        people=people,
    )

    assert found[1] == "nearly_all_or_none"
    either_way = [found[2:4], found[4:6], found[6:8]]
    assert found[0] == "protected" or ["protected", "protected"] in either_way


def test_one_who_stays_on_a_step_does_not_follow_from_the_two_steps_around():
    found = reasons(
        cell(metric="adoption_funnel", bin="active", n=100, sx=80),
        cell(metric="adoption_funnel", bin="contributing", n=100, sx=79),
        cell(metric="adoption_drop", bin="contributing", n=100, sx=1),
        people=THREE,
    )

    assert found[2] == "nearly_all_or_none"
    assert "protected" in found[:2]


def a_day(name: str, sx: float, x1: float = 1.0) -> dict:
    return cell(
        metric="focus_hours", bin=name, kind="ratio", yes_or_no=False, n=100, sx=sx, sy=100.0, x1=x1, sxx=1e6
    )  # fmt: skip


def test_busy_hours_that_one_person_makes_do_not_follow_from_the_length_of_the_day():
    found = reasons(
        a_day("working", 800.0), a_day("free", 790.0), a_day("busy", 10.0, 8.0), people=THREE
    )

    assert found[2] == "dominated"
    assert found[:2].count("protected") == 1


def test_gaps_hide_with_the_free_hours_that_they_are_a_share_of():
    share = cell(
        metric="fragmented_share",
        kind="clustered",
        yes_or_no=False,
        n=100,
        sx=40.0,
        sy=500.0,
        sxx=1e6,
    )

    found = reasons(a_day("free", 500.0, 300.0), a_day("gap", 40.0), share, people=THREE)

    assert found == ["dominated", None, "protected"]


# ------------------------------------------------------------------ drawn companies, an attacker without our algebra


def company(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A panel of one quarter, and cells of three figures over it: a share, hours of one dominant person, all the same."""
    draw = np.random.default_rng(seed)
    people = pl.DataFrame(
        {
            "quarter": [QUARTER] * 260,
            "person": range(260),
            "department": draw.choice(list("ABCDE"), 260, p=[0.35, 0.25, 0.2, 0.12, 0.08]),
            "level": draw.choice(["1", "2", "3"], 260, p=[0.1, 0.3, 0.6]),
            "location": draw.choice(["X", "Y"], 260),
            "tools": ["slack"] * 260,
        }
    )
    people = people.with_columns(
        division=pl.col("department").replace_strict(dict(zip("ABCDE", "PPQQQ", strict=True)))
    )
    shares = dict(zip("ABCDE", draw.choice([0.01, 0.5, 0.7, 0.99, 1.0], 5), strict=True))
    likely = people["department"].replace_strict(shares, return_dtype=pl.Float64).to_numpy()
    yes = draw.random(260) < likely
    spent = draw.exponential(5, 260)
    spent[draw.integers(0, 260, 3)] = 900
    values = {"yes": yes.astype(float), "hours": spent, "same": np.ones(260)}
    cells = []
    for name, x in values.items():
        told = people.with_columns(x=pl.Series(x), tool=pl.lit("slack"))
        for cut, labels in CUTS.items():
            grouped = told.group_by(labels) if labels else told.with_columns(a=1).group_by("a")
            for _, part in grouped:
                n, held = part.height, np.sort(part["x"].to_numpy())
                if n < K:
                    continue
                own = {label: part[label][0] for label in labels}
                share = name != "hours"
                cells.append(
                    cell(
                        cut, metric=name, n=n, sx=held.sum(), sxx=(held**2).sum(), x1=held[-1], x2=held[-2],
                        sy=n, yes_or_no=share, kind="share" if share else "ratio", **own,
                    )
                )  # fmt: skip
    return people, frame(cells)


def worked_out(people: pl.DataFrame, told: pl.DataFrame, metric: str) -> list[tuple]:
    """Cells hidden for their value that follow from the shown ones of a figure, by fractions over all people."""
    rows = people.with_columns(tool=pl.lit("slack"))
    own = told.filter(metric=metric)
    vectors = {}
    for one in own.select("cut", *PLACE, "reason").iter_rows(named=True):
        inside = pl.all_horizontal(pl.lit(value=True), *(pl.col(c) == one[c] for c in PLACE if one[c] is not None))  # fmt: skip
        vectors[tuple(one.values())] = rows.with_columns(inside=inside)["inside"].to_numpy()
    columns = np.unique(np.array(list(vectors.values())), axis=1)
    found = dict(zip(vectors, columns, strict=True))
    shown = [v for key, v in found.items() if key[-1] is None]
    rank = exact_rank(shown)
    return [
        key
        for key, vector in found.items()
        if key[-1] in ("nearly_all_or_none", "dominated", "small_group")
        and exact_rank([*shown, vector]) == rank
    ]


def exact_rank(rows: list[np.ndarray]) -> int:
    work = [[Fraction(int(value)) for value in row] for row in rows]
    rank = 0
    for column in range(len(work[0]) if work else 0):
        pivot = next((i for i in range(rank, len(work)) if work[i][column]), None)
        if pivot is None:
            continue
        work[rank], work[pivot] = work[pivot], work[rank]
        for i in range(rank + 1, len(work)):
            if work[i][column]:
                factor = work[i][column] / work[rank][column]
                work[i] = [a - factor * b for a, b in zip(work[i], work[rank], strict=True)]
        rank += 1
    return rank


@pytest.mark.parametrize("seed", range(8))
def test_no_hidden_value_follows_from_any_combination_of_the_shown(seed, monkeypatch):
    people, cells = company(seed)
    monkeypatch.setattr(bounds, "widen", lambda cells: cells)  # the algebra must hold on its own

    told = withhold(cells, K, people)

    assert [worked_out(people, told, metric) for metric in ("yes", "hours")] == [[], []]
    assert told.filter(pl.col("reason").is_null()).height > 10


def test_groups_that_are_all_the_same_are_not_shown_at_all():
    people, cells = company(1)

    told = withhold(cells, K, people)

    assert told.filter(pl.col("reason").is_null(), metric="same").is_empty()


def is_taken_apart(metric: str) -> bool:
    companies = (company(seed) for seed in range(6))
    return any(
        worked_out(people, withhold(cells, K, people), metric) for people, cells in companies
    )


def test_without_the_algebra_hidden_values_come_back(monkeypatch):
    monkeypatch.setattr(bounds, "widen", lambda cells: cells)
    monkeypatch.setattr(relations, "protect", lambda cells, *_: cells)

    assert is_taken_apart("yes")
    assert is_taken_apart("hours")


def test_without_the_algebra_the_new_follow_from_the_active(monkeypatch):
    monkeypatch.setattr(relations, "protect", lambda cells, *_: cells)
    week = fates(QUARTER, new=1, retained=30, resurrected=20)

    found = reasons(active(QUARTER, 51), *week, people=THREE)

    assert found == [None, "nearly_all_or_none", None, None]


def test_without_tails_groups_of_nearly_all_or_none_are_shown(monkeypatch):
    people, cells = company(1)
    monkeypatch.setattr("analytics.privacy.by_value.TAIL", 0)

    told = withhold(cells, K, people)

    extreme = (pl.col("sx") < 3) | (pl.col("sx") > pl.col("sy") - 3)
    assert told.filter(pl.col("reason").is_null(), extreme, metric="same").height > 0


def test_without_dominance_one_persons_hours_are_shown(monkeypatch):
    people, cells = company(1)
    by_one = (pl.col("x1") > pl.col("sx") / 2) & (pl.col("metric") == "hours")

    with_rule = withhold(cells, K, people).filter(by_one, pl.col("reason").is_null())
    monkeypatch.setattr("analytics.privacy.by_value.ONE_MOST", 1.0)
    monkeypatch.setattr("analytics.privacy.by_value.TWO_MOST", 1.0)
    without = withhold(cells, K, people).filter(by_one, pl.col("reason").is_null())

    assert (with_rule.height, without.height > 0) == (0, True)


def boxed_in(seed: int) -> int:
    people, cells = company(seed)
    told = withhold(cells, K, people).select("metric", "cut", *PLACE, why="reason")
    secrets = judged(cells, K).join(told, on=["metric", "cut", *PLACE], nulls_equal=True)
    return bounds.boxes(secrets).filter("tight").height


def test_hidden_sums_are_not_boxed_in_to_a_fifth(monkeypatch):
    held = [boxed_in(seed) for seed in range(6)]

    monkeypatch.setattr(bounds, "widen", lambda cells: cells)
    monkeypatch.setattr(relations, "protect", lambda cells, *_: cells)
    without = [boxed_in(seed) for seed in range(6)]

    assert held == [0] * 6
    assert sum(without) > 0


def test_a_group_hidden_for_others_whose_own_value_is_a_tail_does_not_come_back():
    found = reasons(
        cell(n=100, sx=50),
        cell("department", department="A", n=20, sx=1, is_masked=True, reason="protected"),
        cell("department", department="B", n=50, sx=30),
        cell("department", department="C", n=30, sx=19),
        people=THREE,
    )

    assert found == [None, "protected", None, "protected"]


def test_the_same_cells_in_another_order_are_withheld_alike():
    people, cells = company(3)
    key = ["metric", "cut", *PLACE]

    first = withhold(cells, K, people).sort(key)
    second = withhold(cells.sample(fraction=1, shuffle=True, seed=1), K, people).sort(key)

    assert first.equals(second)


def test_every_pair_of_figure_and_part_is_declared_once():
    from analytics.metrics.sums import SUMS

    pairs = [(one.whole, one.before, part) for one in SUMS for part in one.parts]
    repeated = {a for a, b in product(pairs, pairs) if a is not b and a == b}
    assert repeated == set()
